"""Longitudinal data sets of simulated cohorts: what a researcher would have measured and, apart from it, the truth."""
