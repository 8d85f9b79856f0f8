"""Checks of the package as a whole: other Pythons, the lowest versions, what it depends on. Run by make."""
