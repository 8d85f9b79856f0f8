"""The model run backward: the posterior of care, learning rules, signs."""
