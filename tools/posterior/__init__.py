"""How the posterior of care is trained and shipped."""
