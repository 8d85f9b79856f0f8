"""What a coded record says of care, by axis, without JAX."""
