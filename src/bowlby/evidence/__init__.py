"""The model held to the literature: published figures, the fit of its populations, claims, the comparison."""
