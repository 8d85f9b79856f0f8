"""How the posterior of care is trained, judged and shipped."""
