"""An exact private copy of what is appended to a site's files (contract 3 `mirror`)."""
