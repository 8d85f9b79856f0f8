"""The second inference: what a coded record tells of care, by axis, without JAX."""
