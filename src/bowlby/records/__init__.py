"""One event table: the record, its codebook, its observed time, its quality."""
