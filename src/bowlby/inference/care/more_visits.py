"""What is missing: how likely more visits are to settle an axis, from nested simulated records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.inference.care.axes import Axis

Floats = npt.NDArray[np.float64]

VISIT_MINUTES = 60.0
MORE: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8)
"""Further visits of an hour on new days for which the chance is known."""
TERMS = ("one", "margin", "margin squared", "log sd", "log hours", "log more", "margin x log more", "first day")


@dataclass(frozen=True)
class AxisStanding:
    """Where some records stand on an axis before more is seen.

    Args:
        margin: median less the cut, in posterior standard deviations on the free scale, shape (records,).
        sd: posterior over prior standard deviation, same shape.
        hours: watched, same shape.
        days: on which, same shape.
    """

    margin: Floats
    sd: Floats
    hours: Floats
    days: Floats


def terms(standing: AxisStanding, more: Floats) -> Floats:
    """Return the terms of the logistic regression.

    Args:
        standing: of some records.
        more: visits of an hour to come, shape (records,).

    Returns:
        Shape (records, terms).
    """
    margin = np.clip(standing.margin, -6.0, 6.0)
    later = np.log(more)
    return np.stack(
        [
            np.ones_like(margin),
            margin,
            margin**2,
            np.log(standing.sd),
            np.log(standing.hours),
            later,
            margin * later,
            (standing.days < 2).astype(np.float64),
        ],
        axis=1,
    )


def chance(
    weights: Mapping[str, Mapping[str, list[float]]], axis: Axis, side: str, at: AxisStanding, more: int
) -> Floats:
    """Return P(stated on that side after so many more visits of an hour | not stated yet).

    Args:
        weights: of the regressions, by axis and side.
        axis: which.
        side: "above" or "below".
        at: where the records stand.
        more: visits of an hour on new days, >= 1.

    Returns:
        Shape (records,); 0 where no simulated record led to that statement.
    """
    known = weights.get(str(axis), {}).get(side)
    if not known:
        return np.zeros_like(at.margin)
    return 1.0 / (1.0 + np.exp(-(terms(at, np.full_like(at.margin, float(more))) @ np.array(known))))
