"""How the posterior of care is judged."""
