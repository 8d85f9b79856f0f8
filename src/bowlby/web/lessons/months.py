"""The first three years under each kind of care, read closely in the first weeks, where learning is, then rarely."""

from __future__ import annotations

import numpy as np

from bowlby.simulation.engine.age import DAYS_PER_MONTH
from bowlby.web.course import QUARTILES, design_of, live_to, quantities_of
from bowlby.web.lessons.cares import CARES, SEED

POINTS = 24
FIRST_DAY, LAST_DAY = 1.0, 36.0 * DAYS_PER_MONTH

DRAWN = (
    "comfort_expectation",
    "threat_expectation",
    "worth",
    "trust_in_adults",
    "frustration",
    "minimising",
    "intensifying",
    "freezing",
)


def days_drawn() -> np.ndarray:
    """Return the ages at which the children are read, even in their logarithm.

    Returns:
        Days, shape (24,).
    """
    return np.geomspace(FIRST_DAY, LAST_DAY, POINTS)


def months() -> dict[str, object]:
    """Return what children come to expect and do, by kind of care.

    Returns:
        Ages in days and, by kind of care and quantity, lower quartile, median and upper quartile over 64 children.
    """
    days = days_drawn()
    return {
        "days": [round(float(day), 2) for day in days],
        "children": 64,
        "cares": {key: _drawn(care.exposure, days) for key, care in CARES.items()},
    }


def _drawn(exposure: str, days: np.ndarray) -> dict[str, list[list[float]]]:
    states = live_to(design_of(exposure, {}, SEED), days / DAYS_PER_MONTH)
    told = quantities_of(states[:, 1:])
    return {name: np.round(np.quantile(told[name].astype(float), QUARTILES, axis=1).T, 4).tolist() for name in DRAWN}
