"""The functions that `import bowlby` offers, and what they return; the command line calls the same."""
