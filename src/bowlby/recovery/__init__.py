"""Simulate, infer, compare: coverage, calibration, precision, what happens where the model is wrong."""
