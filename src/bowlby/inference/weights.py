"""Importance weights, smoothed, and what they say about themselves."""

from __future__ import annotations

from dataclasses import dataclass

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

    The largest min(n / 5, 3 sqrt n) weights are replaced by the expected order statistics of a generalised Pareto
    distribution fitted to them.

    Args:
        log_weights: shape (draws,), log of target over proposal; minus infinity is allowed.

    Returns:
        Smoothed weights with their diagnostics.

    Raises:
        Nothing; where no weight is finite all are equal and k is infinite.
    """
    n = len(log_weights)
    finite = np.isfinite(log_weights)
    if finite.sum() < 5:
        return SmoothedWeights(np.full(n, 1.0 / n), np.inf, 1.0)
    ratios = np.where(finite, np.exp(log_weights - log_weights[finite].max()), 0.0)
    tail = int(min(n / 5, 3 * np.sqrt(n)))
    order = np.argsort(ratios, kind="stable")[-tail:]
    cutoff = ratios[order[0]]
    k, sigma = _fit_tail(ratios[order] - cutoff)
    if np.isfinite(k):
        probability = (np.arange(tail) + 0.5) / tail
        ratios[order] = np.minimum(cutoff + _quantile(probability, k, sigma), 1.0)
    weights = ratios / ratios.sum()
    return SmoothedWeights(weights, float(k), float(1.0 / np.sum(weights**2)))


def _quantile(probability: Floats, k: float, sigma: float) -> Floats:
    if abs(k) < 1e-9:
        return -sigma * np.log1p(-probability)
    return sigma * np.expm1(-k * np.log1p(-probability)) / k


def _fit_tail(excess: Floats) -> tuple[float, float]:
    """Return shape and scale of the generalised Pareto tail (Zhang & Stephens 2009, Technometrics 51:316)."""
    x = np.sort(excess)
    n = len(x)
    if x[-1] <= 0:
        return -np.inf, 0.0
    quarter = max(x[int(n / 4 + 0.5) - 1], x[-1] * 1e-12)
    grid = 30 + int(np.sqrt(n))
    b = 1 / x[-1] + (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3 * quarter)
    b = b[np.abs(b) > 1e-12]
    shape = np.log1p(-b[:, None] * x).mean(axis=1)
    profile = n * (np.log(-b / shape) - shape - 1)
    weight = np.exp(profile - np.logaddexp.reduce(profile))
    best = float(np.sum(b * weight))
    k = float(np.log1p(-best * x).mean())
    sigma = -k / best
    # A weak prior keeps small tails from wild shapes.
    return (n * k + 10 * 0.5) / (n + 10), sigma


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
