"""One screening of all constants: how far each, within its doubt, moves what the validation says."""
