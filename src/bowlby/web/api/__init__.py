"""The API: one module a page; each offers its endpoints."""
