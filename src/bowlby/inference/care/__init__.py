"""What a coded record tells of care, by axis, without JAX."""
