"""How far acts come in bouts: the factor by which their count tells less than as many acts at random would."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bowlby.model.parameters import default
from bowlby.records import intervals
from bowlby.records.intervals import Spans

Floats = npt.NDArray[np.float64]


def dispersion(onsets: Floats, time: Spans) -> float:
    """Return variance over mean of the number of acts, by blocks of codable time, drawn towards what records show.

    phi = max(1, (k phi_0 + sum_b (n_b - m)^2 / m) / (k + B - 1)) with the mean m over B equal blocks: Pearson's
    estimate (McCullagh & Nelder 1989, Generalized Linear Models, section 4.5) after k blocks at the usual phi_0. Count
    and hours, both divided by phi, are as informative as that many acts at random (quasi-likelihood). Where there is
    one block, or no act, phi is phi_0.

    Args:
        onsets: of the acts, seconds, inside the time.
        time: codable time, seconds.

    Returns:
        At least 1.
    """
    usual, weight = default("engagement_dispersion"), default("engagement_dispersion_blocks")
    blocks = round(intervals.duration(time) / default("engagement_block"))
    if blocks < 2 or len(onsets) == 0:
        return max(usual, 1.0)
    counts = np.histogram(_elapsed(onsets, time), blocks, (0.0, intervals.duration(time)))[0]
    pearson = float(np.sum((counts - counts.mean()) ** 2) / counts.mean())
    return max((weight * usual + pearson) / (weight + blocks - 1), 1.0)


def _elapsed(moments: Floats, time: Spans) -> Floats:
    """Return codable seconds that had passed at each moment inside the time."""
    lengths = time[:, 1] - time[:, 0]
    place = np.searchsorted(time[:, 0], moments, side="right") - 1
    return np.cumsum(lengths)[place] - lengths[place] + moments - time[place, 0]
