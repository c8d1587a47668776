"""Tables for people: what the warehouse was asked becomes a report, and a report a text, CSV or a page."""
