"""One module a format; each offers `NAME`, `recognises(head)` and `read(source)`."""
