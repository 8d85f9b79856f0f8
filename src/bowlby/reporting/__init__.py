"""What a person looks at: figures, tables and one self-contained page."""
