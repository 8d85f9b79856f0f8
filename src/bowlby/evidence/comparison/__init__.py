"""Trauma and neglect side by side, with the secure baseline: the source's claims, the model's results, the evidence."""

from bowlby.evidence.comparison.compare import comparison as comparison
