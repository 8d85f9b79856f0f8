"""Files to one event table: the record, its codebook, its quality, and a reader per format."""
