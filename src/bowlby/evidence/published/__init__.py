"""The model held against published figures: a small language of findings, simulated studies, verdicts."""
