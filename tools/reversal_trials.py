"""The example of a reversal task in the layout of other programs: `python -m tools.reversal_trials`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

CHILDREN, TRIALS, BLOCK = 20, 100, 25
GOOD = 0.8
"""Chance of a reward under the better of two choices; the other has what is left. They swap after each block."""
SEED = 29
TARGET = Path(__file__).parents[1] / "src" / "bowlby" / "examples" / "reversal.csv"


def reversal_trials(seed: int = SEED) -> pl.DataFrame:
    """Return choices of simulated children who learn by Rescorla and Wagner's rule.

    Args:
        seed: of all chances.

    Returns:
        subjID, choice (1 or 2) and outcome (1 or -1), in the order in which they happened.
    """
    generator = np.random.default_rng(seed)
    rates = 1 / (1 + np.exp(-generator.normal(-0.4, 0.5, CHILDREN)))
    consistencies = np.exp(generator.normal(1.5, 0.3, CHILDREN))
    rows = [
        (child + 1, choice, outcome)
        for child in range(CHILDREN)
        for choice, outcome in _child(rates[child], consistencies[child], generator)
    ]
    return pl.DataFrame(rows, schema=["subjID", "choice", "outcome"], orient="row")


def _child(rate: float, consistency: float, generator: np.random.Generator) -> list[tuple[int, int]]:
    expected = np.full(2, 0.5)
    found: list[tuple[int, int]] = []
    for trial in range(TRIALS):
        second = 1 / (1 + np.exp(consistency * (expected[0] - expected[1])))
        choice = int(generator.random() < second)
        better = (trial // BLOCK) % 2
        rewarded = generator.random() < (GOOD if choice == better else 1 - GOOD)
        expected[choice] += rate * (float(rewarded) - expected[choice])
        found.append((choice + 1, 1 if rewarded else -1))
    return found


if __name__ == "__main__":
    reversal_trials().write_csv(TARGET)
