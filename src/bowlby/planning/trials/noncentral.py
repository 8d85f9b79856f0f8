"""Power of t tests from the noncentral t distribution, by quadrature that holds at every noncentrality."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri, gammaln, ndtr, stdtrit

Floats = npt.NDArray[np.float64]

NORMAL_DF = 1e6
"""Degrees of freedom from which Student's t is taken as normal: the two differ by less than 1e-6 there."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(256)
_TAIL = 1e-14


def power_of_t(effect: float, error: float, df: float, alpha: float, sides: int = 2) -> float:
    """Return the power of a t test: P(|T| > t), or P(T > t) where it has one side.

    T is noncentral t: (Z + delta) / S with Z normal, delta = effect / error and S^2 a chi-squared over its degrees of
    freedom, so that P(T > t) = E[Phi(delta - t S)]. The expectation is taken by Gauss-Legendre quadrature over S. The
    distribution functions of numerical libraries return nan or fail for some noncentralities above 8.5.

    Args:
        effect: true difference; a test of one side is of the side on which it lies.
        error: standard deviation of its estimate, > 0.
        df: degrees of freedom, > 0.
        alpha: level, in (0, 1).
        sides: 1 or 2.

    Returns:
        Power, in [0, 1].
    """
    t = -float(stdtrit(df, alpha / sides))
    away = (abs(effect) if sides == 2 else effect) / error
    scale, weight = _chi(df)
    above = float((weight * ndtr(away - t * scale)).sum())
    below = float((weight * ndtr(-away - t * scale)).sum()) if sides == 2 else 0.0
    return min(above + below, 1.0)


def _chi(df: float) -> tuple[Floats, Floats]:
    """Return nodes of S = sqrt(chi2 / df) and weights that sum to one."""
    if df >= NORMAL_DF:
        return np.ones(1), np.ones(1)
    low, high = np.sqrt(chdtri(df, [1.0 - _TAIL, _TAIL]) / df)
    scale = low + (high - low) * (_NODES + 1.0) / 2.0
    # ln f(s) = ln 2 + df/2 ln(df/2) - lnGamma(df/2) + (df - 1) ln s - df s^2 / 2
    log_density = (df - 1.0) * np.log(scale) - df * scale**2 / 2.0 + df / 2.0 * np.log(df / 2.0) - gammaln(df / 2.0)
    weight = _WEIGHTS * np.exp(log_density)
    return scale, weight / weight.sum()
