"""Leave-one-out prediction by Pareto-smoothed importance sampling, and WAIC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.inference.weights import PARETO_K_LIMIT

Floats = npt.NDArray[np.float64]

CHUNK = 500
"""Points smoothed at once, which bounds memory."""


@dataclass(frozen=True)
class PredictiveDensity:
    """Expected log predictive density, point by point.

    Args:
        elpd: shape (points,), nats.
        p: effective number of parameters, per point.
        pareto_k: shape of the weights' tail per point; zeros for WAIC.
    """

    elpd: Floats
    p: Floats
    pareto_k: Floats

    @property
    def total(self) -> float:
        """Return the sum over points, nats."""
        return float(self.elpd.sum())

    @property
    def se(self) -> float:
        """Return the standard error of the sum, points taken as independent."""
        return float(np.sqrt(len(self.elpd) * self.elpd.var()))

    @property
    def unreliable(self) -> int:
        """Return the number of points whose weights are not to be trusted (k > .7)."""
        return int((self.pareto_k > PARETO_K_LIMIT).sum())


def loo(log_likelihood: Floats, efficiency: float = 1.0) -> PredictiveDensity:
    """Return PSIS-LOO (Vehtari, Gelman & Gabry 2017, Stat Comput 27:1413).

    elpd_i = log sum_s w_is p(y_i | theta_s), w_is smoothed from 1/p(y_i | theta_s)

    Args:
        log_likelihood: log p(y_i | theta_s), shape (draws, points).
        efficiency: effective over nominal number of draws, in (0, 1].

    Returns:
        The predictive density of each point.

    Raises:
        Nothing; trouble shows in `pareto_k`.
    """
    parts = [
        _smoothed(-log_likelihood[:, first : first + CHUNK].T, efficiency)
        for first in range(0, log_likelihood.shape[1], CHUNK)
    ]
    log_weights = np.concatenate([part[0] for part in parts])
    elpd = _log_sum(log_weights + log_likelihood.T)
    whole = _log_sum(log_likelihood.T) - np.log(len(log_likelihood))
    return PredictiveDensity(elpd, whole - elpd, np.concatenate([part[1] for part in parts]))


def waic(log_likelihood: Floats) -> PredictiveDensity:
    """Return WAIC as an expected log predictive density (Watanabe 2010, JMLR 11:3571).

    elpd_i = log mean_s p(y_i | theta_s) - var_s log p(y_i | theta_s)

    Args:
        log_likelihood: shape (draws, points).

    Returns:
        The predictive density of each point.
    """
    whole = _log_sum(log_likelihood.T) - np.log(len(log_likelihood))
    p = log_likelihood.var(axis=0)
    return PredictiveDensity(whole - p, p, np.zeros(len(p)))


def _log_sum(logs: Floats) -> Floats:
    return np.asarray(np.logaddexp.reduce(logs, axis=-1), dtype=float)


def _smoothed(log_weights: Floats, efficiency: float) -> tuple[Floats, Floats]:
    """Return normalised smoothed log weights and tail shapes (Vehtari et al. 2024, JMLR 25:72); rows are points."""
    points, draws = log_weights.shape
    moved = log_weights - log_weights.max(axis=1, keepdims=True)
    tail = int(np.ceil(min(draws / 5, 3 * np.sqrt(draws / efficiency))))
    k = np.full(points, np.inf)
    if tail > 4:
        order = np.argsort(moved, axis=1, kind="stable")[:, -(tail + 1) :]
        ranked = np.take_along_axis(moved, order, axis=1)
        cutoff = np.exp(np.maximum(ranked[:, :1], np.log(np.finfo(float).tiny)))
        k, sigma = fit_tail(np.maximum(np.exp(ranked[:, 1:]) - cutoff, 0.0))
        smooth = _quantiles((np.arange(tail) + 0.5) / tail, k[:, None], sigma[:, None]) + cutoff
        told = (np.isfinite(k) & (ranked[:, -1] > ranked[:, 0]))[:, None]
        np.put_along_axis(moved, order[:, 1:], np.where(told, np.minimum(np.log(smooth), 0.0), ranked[:, 1:]), axis=1)
    return moved - _log_sum(moved)[:, None], k


def _quantiles(probability: Floats, k: Floats, sigma: Floats) -> Floats:
    safe = np.where(np.abs(k) < 1e-9, 1.0, k)
    general = sigma * np.expm1(-safe * np.log1p(-probability)) / safe
    return np.where(np.abs(k) < 1e-9, -sigma * np.log1p(-probability), general)


def fit_tail(excess: Floats) -> tuple[Floats, Floats]:
    """Return shape and scale of generalised Pareto distributions (Zhang & Stephens 2009, Technometrics 51:316).

    The shape is drawn a little towards .5, as ten further observations would.

    Args:
        excess: excesses over the cutoff in ascending order, shape (points, tail), >= 0, tail > 4.

    Returns:
        Shape k and scale sigma, each of shape (points,); k is minus infinity where all excesses are 0.
    """
    n = excess.shape[1]
    largest = excess[:, -1:]
    flat = largest[:, 0] <= 0
    x = np.where(flat[:, None], 1.0, excess)
    largest = np.where(flat[:, None], 1.0, largest)
    quarter = np.maximum(x[:, [int(n / 4 + 0.5) - 1]], largest * 1e-12)
    grid = 30 + int(np.sqrt(n))
    b = 1 / largest + (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3 * quarter)
    shape = np.log1p(-b[:, :, None] * x[:, None, :]).mean(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        profile = n * (np.log(-b / shape) - shape - 1)
    profile = np.where(np.isfinite(profile), profile, -np.inf)
    weight = np.exp(profile - _log_sum(profile)[:, None])
    best = (b * weight).sum(axis=1)
    k = np.log1p(-best[:, None] * x).mean(axis=1)
    sigma = -k / best
    return np.where(flat, -np.inf, (n * k + 10 * 0.5) / (n + 10)), sigma
