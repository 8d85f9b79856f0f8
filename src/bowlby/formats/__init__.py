"""What files say: one reader a format, the writers, the manifest, and how a file becomes a record."""
