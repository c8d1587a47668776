"""Faust agents: decode a message, call the domain, publish the rows. No business rules."""
