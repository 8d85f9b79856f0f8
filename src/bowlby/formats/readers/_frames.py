"""The video frame that times were set to, found from the times themselves."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.formats.readers._clock import FrameRate
from bowlby.records.resolution import Resolution

RATES = tuple(
    sorted(
        (
            FrameRate(nominal, ntsc)
            for nominal, ntsc in (
                (24, True),
                (24, False),
                (25, False),
                (30, True),
                (30, False),
                (50, False),
                (60, True),
                (60, False),
            )
        ),
        key=lambda rate: -rate.frame_s,
    )
)
FALSE_ALARM = 1e-6
"""Chance, at most, with which times that know no frame are taken for some rate's."""


def frame_of(texts: pl.Series, seconds: npt.NDArray[np.float64], rate: FrameRate | None = None) -> Resolution | None:
    """Return the frame that times were set to: the longest of the usual ones whose multiples they all are.

    A time written in units of u lies within u / 2 of a multiple of the frame f by chance with probability u / f, n
    different times all do with (u / f)^n; that must be under 1e-6 over all rates.

    Args:
        texts: the times as written.
        seconds: the same times, finite.
        rate: of the frames, where it is stated.

    Returns:
        One frame, or None where the times fit none or are too few to say.
    """
    decimals = texts.str.extract(r"[.,]([0-9]+)[ \t]*$").str.len_chars().max()
    unit = 10.0 ** -(decimals if isinstance(decimals, int) else 0)
    if rate is not None:
        return Resolution(rate.frame_s, unit if unit < rate.frame_s else 0.0)
    times = np.unique(seconds)
    for known in RATES:
        chance = min(1.0, unit / known.frame_s)
        away = np.abs(times - np.round(times / known.frame_s) * known.frame_s)
        fits = (away <= unit / 2 + 4 * np.spacing(np.abs(times))).all()
        if fits and chance < 1 and len(times) * math.log(chance) < math.log(FALSE_ALARM / len(RATES)):
            return Resolution(known.frame_s, 0.0 if _is_whole(known.frame_s / unit) else unit)
    return None


def _is_whole(number: float) -> bool:
    """Return whether a frame is written without rounding, as 1/25 s in hundredths is."""
    return abs(number - round(number)) < 1e-9
