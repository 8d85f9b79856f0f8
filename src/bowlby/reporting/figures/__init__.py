"""One module a figure; each returns a `Figure` and knows nothing of the page."""
