"""How far each of two coders errs, from where they disagree: what an inference is given about its coder."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bowlby.measures.confidence import Z, share_interval
from bowlby.reliability.alignment import Alignment
from bowlby.reliability.streams import StreamPair

FEWEST = 20
"""Fewest events of a coder from which an error is taken."""


@dataclass(frozen=True)
class CodersDifference:
    """Where two coders part, as errors of one of them.

    Two coders alone do not separate an act that one missed from one that the other imagined, nor what both missed:
    `apart` is the error of one if all of it is of one kind.

    Args:
        apart: share of a coder's events without the like in the other's: u / (2 m + u) for m matched and u of either
            coder without a match; estimate, lower and upper end of its 95 % interval.
        displaced_s: standard deviation of one coder's onsets: that of the differences of matched onsets over the square
            root of 2, seconds; estimate and ends. None where fewer than 3 events matched.
        events: of one coder, on average.
    """

    apart: tuple[float, float, float]
    displaced_s: tuple[float, float, float] | None
    events: float

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        names = ("estimate", "low", "high")
        return {
            "apart": dict(zip(names, self.apart, strict=True)),
            "displaced_s": None if self.displaced_s is None else dict(zip(names, self.displaced_s, strict=True)),
            "events": self.events,
        }


def difference_of(aligned: Iterable[tuple[StreamPair, Alignment]]) -> CodersDifference | None:
    """Return how far two coders part.

    Args:
        aligned: their events, stream by stream.

    Returns:
        The difference, or None where a coder coded fewer than `FEWEST` events.
    """
    matched, unmatched, shifts = 0, 0, list[float]()
    for stream, found in aligned:
        matched += len(found.matched)
        unmatched += len(found.omitted) + len(found.added) + 2 * len(found.confused)
        shifts += [float(stream.b.onset[j] - stream.a.onset[i]) for i, j in found.matched]
    events = matched + unmatched / 2
    if events < FEWEST:
        return None
    low, high = share_interval(round(unmatched / 2), round(events))
    return CodersDifference((unmatched / (2 * matched + unmatched), low, high), _spread(shifts), events)


def _spread(shifts: list[float]) -> tuple[float, float, float] | None:
    """Return the error of one coder; the log of a standard deviation has the standard error 1 / sqrt(2 (n - 1))."""
    if len(shifts) < 3:
        return None
    sd = float(np.std(shifts, ddof=1)) / math.sqrt(2.0)
    reach = math.exp(Z / math.sqrt(2.0 * (len(shifts) - 1)))
    return sd, sd / reach, sd * reach
