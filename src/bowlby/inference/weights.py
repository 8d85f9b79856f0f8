"""Importance weights, smoothed, and what they say about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PARETO_K_LIMIT = 0.7
"""Above it importance sampling is not to be trusted (Vehtari et al. 2024, JMLR 25:72)."""


@dataclass(frozen=True)
class SmoothedWeights:
    """Pareto-smoothed importance weights.

    Args:
        weights: shape (draws,), sum 1.
        pareto_k: shape of the fitted tail; above .7 unreliable.
        ess: effective number of draws, 1 / sum of squared weights.
    """

    weights: Floats
    pareto_k: float
    ess: float


def smooth(log_weights: Floats) -> SmoothedWeights:
    """Return Pareto-smoothed importance weights (Vehtari, Simpson, Gelman, Yao & Gabry 2024, JMLR 25:72).

    Args:
        log_weights: shape (draws,), log of target over proposal; minus infinity is allowed.

    Returns:
        Smoothed weights with their diagnostics; where no weight is finite all are equal and k is infinite.
    """
    n = len(log_weights)
    if np.isfinite(log_weights).sum() < 5:
        return SmoothedWeights(np.full(n, 1.0 / n), np.inf, 1.0)
    logs, k = smooth_logs(log_weights)
    weights = np.exp(logs)
    return SmoothedWeights(weights, k, float(1.0 / np.sum(weights**2)))


def smooth_logs(log_weights: Floats, efficiency: float = 1.0) -> tuple[Floats, float]:
    """Return smoothed log weights that sum to one, and the shape of their tail, by arviz-stats.

    Args:
        log_weights: shape (draws,), at least five of them finite.
        efficiency: effective over nominal number of draws, in (0, 1].

    Returns:
        Log weights, shape (draws,); k, minus infinity where the largest weights are all the same.
    """
    from arviz_stats.base.array import array_stats  # late: `bowlby infer` of one dyad needs none of it

    try:
        logs, k = cast(Any, array_stats).psislw(-log_weights, r_eff=efficiency)
    except ValueError:  # the tail is flat: there is nothing to smooth
        return log_weights - np.logaddexp.reduce(log_weights), -np.inf
    return np.asarray(logs, dtype=np.float64), float(k)


def resample(weights: Floats, draws: int, start: float) -> npt.NDArray[np.int64]:
    """Return indices of a systematic resample: each is taken in proportion to its weight, with least noise.

    Args:
        weights: shape (n,), sum 1.
        draws: how many indices, >= 1.
        start: uniform word in [0, 1).

    Returns:
        Shape (draws,), indices into weights.
    """
    edges = (np.arange(draws) + start) / draws
    return np.minimum(np.searchsorted(np.cumsum(weights), edges), len(weights) - 1)
