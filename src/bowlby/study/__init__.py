"""Both directions together: reference population, differential, predictive checks, recovery."""
