"""One module a format that other programs open."""
