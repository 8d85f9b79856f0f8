"""Leave-one-out prediction by Pareto-smoothed importance sampling, and WAIC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.inference.weights import PARETO_K_LIMIT, smooth_logs

Floats = npt.NDArray[np.float64]


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
        The predictive density of each point; trouble shows in `pareto_k`.
    """
    smoothed = [smooth_logs(-point, efficiency) for point in log_likelihood.T]
    log_weights = np.stack([logs for logs, _ in smoothed])
    elpd = _log_sum(log_weights + log_likelihood.T)
    whole = _log_sum(log_likelihood.T) - np.log(len(log_likelihood))
    return PredictiveDensity(elpd, whole - elpd, np.array([k for _, k in smoothed]))


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
