"""One module a dashboard; each has the function `board`, and its SQL stands beside the panel that shows it."""
