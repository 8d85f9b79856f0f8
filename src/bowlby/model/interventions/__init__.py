"""Interventions as what they move: which parameters, by how much, how surely, for how long, on what evidence."""
