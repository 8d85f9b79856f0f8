"""A clock that runs only while acts could be coded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.measures.clusters import t_quantile
from bowlby.measures.confidence import JACKKNIFE_BLOCKS, Z
from bowlby.records import intervals
from bowlby.records.intervals import Spans

Floats = npt.NDArray[np.float64]

FEWEST_EVENTS = 5
"""Below so many events it cannot be judged whether they come in clusters."""


@dataclass(frozen=True)
class CodableClock:
    """Codable time with its gaps taken out, so that it can be cut into equal blocks and shifted round.

    Args:
        spans: shape (n, 2), seconds, sorted and disjoint.
    """

    spans: Spans

    @property
    def total_s(self) -> float:
        """Return the codable seconds."""
        return intervals.duration(self.spans)

    def reads(self, times: Floats) -> Floats:
        """Return the codable seconds before each time, shape as `times`."""
        length = self.spans[:, 1] - self.spans[:, 0]
        before = np.concatenate([[0.0], np.cumsum(length)])
        index = np.searchsorted(self.spans[:, 0], times, side="right")
        inside = np.minimum(times - self.spans[index - 1, 0], length[index - 1]) if len(length) else 0.0
        return np.where(index > 0, before[index - 1] + inside, 0.0) if len(length) else np.zeros(len(times))

    def holds(self, start: Floats, end: Floats) -> npt.NDArray[np.bool_]:
        """Return whether each [start, end] lies in one codable span."""
        if len(self.spans) == 0:
            return np.zeros(len(start), dtype=bool)
        index = np.searchsorted(self.spans[:, 0], start, side="right") - 1
        return (index >= 0) & (end <= self.spans[np.maximum(index, 0), 1])

    def block_of(self, times: Floats) -> npt.NDArray[np.int64]:
        """Return which of the equal blocks of codable time each time falls in, 0 to `JACKKNIFE_BLOCKS` - 1."""
        share = self.reads(times) / max(self.total_s, 1e-300)
        return np.clip((share * JACKKNIFE_BLOCKS).astype(np.int64), 0, JACKKNIFE_BLOCKS - 1)

    def dispersion(self, times: Floats) -> float:
        """Return variance over mean of the counts in equal blocks, widened by (t / z)^2, at least 1; 1 where there are
        too few events to judge."""
        if len(times) < FEWEST_EVENTS:
            return 1.0
        counts = np.bincount(self.block_of(times), minlength=JACKKNIFE_BLOCKS)
        ratio = float(counts.var(ddof=1) / counts.mean())
        # Told by 19 degrees of freedom: t in place of z, as everywhere where a variance is estimated.
        return ratio * (t_quantile(JACKKNIFE_BLOCKS - 1.0) / Z) ** 2 if ratio > 1 else 1.0
