"""95 % intervals that several measures share; numpy and the standard library only, so that measuring starts fast."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

LEVEL = 0.95
Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)

JACKKNIFE_BLOCKS = 20
"""Equal stretches of codable time, left out one after the other."""

_LARGE_SHAPE = 2000.0


def poisson_interval(count: int, exposure: float, dispersion: float = 1.0) -> tuple[float, float]:
    """Return the exact interval of a Poisson rate; for a count of zero, zero and the one-sided 95 % bound.

    low = G(.025; count) / exposure, high = G(.975; count + 1) / exposure with G the gamma quantile (Garwood 1936,
    Biometrika 28:437); for zero, high = -ln(.05) / exposure (the "rule of three", Hanley & Lippman-Hand 1983, JAMA
    249:1743). Acts that come in clusters say less than their number: count and exposure are divided by the dispersion
    (quasi-Poisson; McCullagh & Nelder 1989, Generalized Linear Models, section 6.2.3); those that come more evenly than
    chance say more.

    Args:
        count: number of events, >= 0.
        exposure: time they were looked for, any unit, > 0.
        dispersion: variance over mean of counts in equal times, > 0.

    Returns:
        (low, high), events per unit of exposure.

    Raises:
        ValueError: exposure is not positive.
    """
    if exposure <= 0:
        raise ValueError("a rate needs exposure")
    if count == 0:
        return 0.0, -math.log(1 - LEVEL) / exposure
    tail, told = (1 - LEVEL) / 2, count / dispersion
    high = gamma_quantile(1 - tail, told + 1) / (exposure / dispersion)
    return gamma_quantile(tail, told) / (exposure / dispersion), high


def gamma_quantile(probability: float, shape: float) -> float:
    """Return the quantile of a gamma distribution with unit scale.

    Wilson & Hilferty (1931, PNAS 17:684) give the start, and for shapes above 2000 the result (relative error below
    1e-6); below, Newton steps on the regularised incomplete gamma function, held inside a bracket, end it.

    Args:
        probability: in (0, 1).
        shape: > 0.

    Returns:
        The quantile, > 0.
    """
    z = NormalDist().inv_cdf(probability)
    start = shape * max(1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape)), 1e-3) ** 3
    if shape > _LARGE_SHAPE:
        return start
    low, high, x = 0.0, max(10 * start, 10 * shape + 100), start
    for _ in range(200):
        excess = _gamma_share(shape, x) - probability
        low, high = (low, x) if excess > 0 else (x, high)
        density = math.exp((shape - 1) * math.log(x) - x - math.lgamma(shape))
        step = x - excess / density if density > 0 else math.nan
        following = step if low < step < high else (low + high) / 2
        if abs(following - x) <= 1e-12 * x:
            break
        x = following
    return x


def _gamma_share(shape: float, x: float) -> float:
    # P(shape, x) = x^shape e^-x / Gamma(shape + 1) * sum_k x^k / ((shape + 1) ... (shape + k)): all terms positive.
    term = total = 1.0
    k = 0
    while term > 1e-17 * total:
        k += 1
        term *= x / (shape + k)
        total += term
    return min(1.0, total * math.exp(shape * math.log(x) - x - math.lgamma(shape + 1)))


def share_interval(hits: int, n: int) -> tuple[float, float]:
    """Return the score interval of a share.

    Wilson (1927, Journal of the American Statistical Association 22:209).

    Args:
        hits: number of successes, 0 to n.
        n: number of trials, > 0.

    Returns:
        (low, high), in [0, 1].

    Raises:
        ValueError: n is not positive.
    """
    if n <= 0:
        raise ValueError("a share needs trials")
    p, z2 = hits / n, Z * Z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return (0.0 if hits == 0 else centre - half), (1.0 if hits == n else centre + half)


def renewal_interval(
    on_s: npt.NDArray[np.float64], off_s: npt.NDArray[np.float64], reach: float = Z
) -> tuple[float, float]:
    """Return the interval of the share of time in which a state is on.

    For an alternating renewal process of n bouts, var(logit share) = (cv_on^2 + cv_off^2) / n asymptotically (Takacs
    1959, Theory of Probability and Its Applications 4:195). The coefficients of variation are drawn towards that of an
    exponential duration, 1, with the weight of two bouts, since few bouts cannot show them.

    Args:
        on_s: lengths of the bouts, seconds, > 0, at least one.
        off_s: lengths of the stretches without it, seconds, > 0, at least one.
        reach: standard errors to either side; Student's t where the coefficients of variation rest on few bouts.

    Returns:
        (low, high), in (0, 1).
    """
    share = on_s.sum() / (on_s.sum() + off_s.sum())
    error = math.sqrt((_spread(on_s) + _spread(off_s)) / len(on_s))
    logit = math.log(share / (1 - share))
    return _logistic(logit - reach * error), _logistic(logit + reach * error)


def mean_interval(lengths: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the interval of a mean duration, symmetric on the log scale.

    var(log mean) = cv^2 / n by the delta method, cv drawn towards 1 as in `renewal_interval`.

    Args:
        lengths: durations, seconds, > 0, at least one.

    Returns:
        (low, high), seconds.
    """
    half = Z * math.sqrt(_spread(lengths) / len(lengths))
    return float(lengths.mean()) * math.exp(-half), float(lengths.mean()) * math.exp(half)


def _spread(lengths: npt.NDArray[np.float64], weight: float = 2.0) -> float:
    """Return the squared coefficient of variation, drawn towards 1 with the weight of two durations."""
    squared = float(lengths.var(ddof=1) / lengths.mean() ** 2) if len(lengths) > 1 else 1.0
    return (weight + len(lengths) * squared) / (weight + len(lengths))


def evenness(onset_s: npt.NDArray[np.float64]) -> float:
    """Return by how much counts of what comes at these times vary less, or more, than chance alone would have them.

    For a renewal process variance over mean of the counts tends to the squared coefficient of variation of the times
    between (Cox 1962, Renewal Theory, section 4.2), drawn towards 1 as in `renewal_interval`.

    Args:
        onset_s: shape (n,), sorted, seconds.

    Returns:
        Dispersion, > 0; 1 under three of them.
    """
    return _spread(np.diff(onset_s)) if len(onset_s) > 2 else 1.0


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def holm_adjusted(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return p values of tests that share their false alarms (Holm 1979, Scandinavian Journal of Statistics 6:65).

    The k-th smallest of m is max over those up to it of (m - k + 1) p.

    Args:
        p: shape (tests, ...), each in [0, 1].

    Returns:
        The same shape, at most 1.
    """
    order = np.argsort(p, axis=0)
    left = np.arange(len(p), 0, -1).reshape(-1, *[1] * (p.ndim - 1))
    stepped = np.minimum(np.maximum.accumulate(np.take_along_axis(p, order, axis=0) * left, axis=0), 1.0)
    return np.take_along_axis(stepped, np.argsort(order, axis=0), axis=0)
