"""Intervals over clusters: sessions, dyads or stretches of time within which events resemble each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bowlby.measures.confidence import JACKKNIFE_BLOCKS, LEVEL, Z

Floats = npt.NDArray[np.float64]

FEWEST_CLUSTERS = 3
"""Sessions (or dyads, where there are several) under which nothing is said over all of them: with two, one degree of
freedom is left and the interval spans nearly all that is possible."""
FEWEST_STRETCHES = 5
"""Stretches of time with data under which a session's interval takes its events as independent."""

FEWEST_BLOCKS, BOUTS_A_BLOCK = 8, 4.0
"""Equal blocks of time at least, and mean bouts of a state in each: the ends of shorter blocks depend on each other."""


def blocks_for(total_s: float, bout_s: float) -> int:
    """Return into how many equal blocks time is cut where bouts of a state last so long: 8 to 20, of four bouts each.

    Args:
        total_s: codable seconds, > 0.
        bout_s: mean length of a bout, seconds, > 0.

    Returns:
        Number of blocks.
    """
    return int(np.clip(total_s / (BOUTS_A_BLOCK * bout_s), FEWEST_BLOCKS, JACKKNIFE_BLOCKS))


def degrees_of_freedom(weights: Floats) -> float:
    """Return Satterthwaite's degrees of freedom of the CR2 variance of a mean over clusters.

    With w_g each cluster's share of the data, 1 / (sum w_g^2 + sum_{g != h} w_g^2 w_h^2 / ((1 - w_g)(1 - w_h))): Bell &
    McCaffrey (2002, Survey Methodology 28:169) for a mean, the events of the working model independent. G equal
    clusters give G - 1.

    Args:
        weights: shape (g,), >= 0, not all 0; each cluster's share of the data, or its size.

    Returns:
        Degrees of freedom; 0 for a single cluster.
    """
    share = weights[weights > 0] / weights.sum()
    if len(share) < 2:
        return 0.0
    apart = share**2 / (1 - share)
    return float(1 / ((share**2).sum() + apart.sum() ** 2 - (apart**2).sum()))


def cluster_variance(residuals: Floats, weights: Floats) -> Floats:
    """Return the CR2 variance of a mean: sum over clusters of r_g^2 / (1 - w_g).

    Bell & McCaffrey (2002); Pustejovsky & Tipton (2018, Journal of Business & Economic Statistics 36:672).

    Args:
        residuals: shape (g, ...), each cluster's sum of residuals over the number of all events.
        weights: shape (g,), each cluster's share of the data, two or more of them above 0.

    Returns:
        Shape (...), >= 0.
    """
    share = weights / weights.sum()
    spread: Floats = np.einsum("g,g...->...", 1 / (1 - share), residuals**2)
    return spread


@lru_cache(maxsize=4096)
def t_quantile(freedom: float) -> float:
    """Return Student's t at .975 for any number of degrees of freedom > 0, found by bisection to 1e-10.

    Args:
        freedom: degrees of freedom, > 0.

    Returns:
        The quantile, > 1.9.
    """
    low, high = 1.0, 2.0
    while _beyond(high, freedom) > 1 - LEVEL:
        low, high = high, 2 * high
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _beyond(middle, freedom) > 1 - LEVEL else (low, middle)
    return (low + high) / 2


def _beyond(t: float, freedom: float) -> float:
    """Return P(|T| > t) = I_x(freedom / 2, 1 / 2), x = freedom / (freedom + t^2)."""
    if freedom > 1e6:
        return math.erfc(t / math.sqrt(2))
    x = freedom / (freedom + t * t)
    a, b = freedom / 2, 0.5
    if x < (a + 1) / (a + b + 2):
        return _incomplete_beta(x, a, b)
    return 1 - _incomplete_beta(1 - x, b, a)


def _incomplete_beta(x: float, a: float, b: float) -> float:
    # Continued fraction, Abramowitz & Stegun 26.5.8, by Lentz's method.
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 500):
        for top in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / (1 + top * d), 1 + top / c
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return front * value


def share_interval_of(share: Floats, effective: Floats) -> tuple[Floats, Floats]:
    """Return Wilson's score interval of shares that inform as much as so many independent trials.

    With a design effect in the number of trials: Dean & Pagano (2015, Journal of Survey Statistics and Methodology
    3:484); for Kaplan-Meier curves: Rothman (1978, Journal of Chronic Diseases 31:557).

    Args:
        share: in [0, 1].
        effective: number of trials, > 0, shape as `share`.

    Returns:
        (low, high), shape as `share`.
    """
    z2 = Z * Z
    centre = (share + z2 / (2 * effective)) / (1 + z2 / effective)
    half = Z / (1 + z2 / effective) * np.sqrt(share * (1 - share) / effective + z2 / (4 * effective**2))
    return np.where(share <= 0, 0.0, centre - half), np.where(share >= 1, 1.0, centre + half)


def effective_trials(share: Floats, trials: Floats, variance: Floats, freedom: float) -> Floats:
    """Return how many independent trials a share over clusters is worth, never more than there were.

    p (1 - p) / variance * (z / t)^2, t with the variance's degrees of freedom (Korn & Graubard 1998, Survey Methodology
    24:193); at 0 and 1, where no variance shows, the trials themselves.

    Args:
        share: in [0, 1].
        trials: number of trials, or what they are worth if independent, > 0.
        variance: of the share, over clusters.
        freedom: degrees of freedom of that variance, > 0.

    Returns:
        Number of trials, > 0, shape as `share`.
    """
    spread = share * (1 - share)
    worth = np.divide(spread, variance, out=np.full_like(spread, np.inf), where=variance > 0)
    worth = np.where(spread > 0, worth * (Z / t_quantile(freedom)) ** 2, np.inf)
    return np.minimum(trials, worth)


def clustered_share_interval(hits: Floats, trials: Floats, fewest: int = FEWEST_CLUSTERS) -> tuple[float, float]:
    """Return the interval of a share whose trials come in clusters; never narrower than Wilson's.

    Args:
        hits: shape (g,), number of successes of each cluster.
        trials: shape (g,), number of trials of each cluster, not all 0.
        fewest: clusters with trials under which trials are taken as independent.

    Returns:
        (low, high), in [0, 1].
    """
    own, n = hits[trials > 0], trials[trials > 0]
    total = n.sum()
    share = np.array(own.sum() / total)
    effective = np.array(total)
    if len(n) >= max(2, fewest):
        variance = cluster_variance((own - share * n) / total, n)
        effective = effective_trials(share, effective, variance, degrees_of_freedom(n))
    low, high = share_interval_of(share, effective)
    return float(low), float(high)


def jackknife_error(
    blocks: npt.NDArray[np.float64], statistic: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
) -> float:
    """Return the standard error of a statistic of sums, by leaving out one block of time after the other.

    se^2 = (b - 1) / b * sum over blocks of (theta_without_block - mean)^2 (Kuensch 1989, Annals of Statistics 17:1217):
    neighbours in time may depend on each other, blocks hardly do.

    Args:
        blocks: shape (b, k), the k sums of each block.
        statistic: maps sums of shape (..., k) to shape (...).

    Returns:
        The standard error, >= 0; nan where leaving out a block leaves the statistic undefined.
    """
    without = statistic(blocks.sum(axis=0) - blocks)
    b = len(blocks)
    return float(np.sqrt((b - 1) / b * ((without - without.mean()) ** 2).sum()))


def jackknife_half_width(blocks: Floats, statistic: Callable[[Floats], Floats], weights: Floats | None = None) -> float:
    """Return half of the 95 % interval of a statistic of sums: Student's t times the jackknife's error.

    Args:
        blocks: shape (b, k), the k sums of each block.
        statistic: maps sums of shape (..., k) to shape (...).
        weights: shape (b,), how much of the data each block holds; None where all hold as much. Degrees of freedom are
            those of the mean over such clusters.

    Returns:
        Half the width, >= 0; nan where leaving out a block leaves the statistic undefined, or one block holds all.
    """
    freedom = degrees_of_freedom(np.ones(len(blocks)) if weights is None else weights)
    return t_quantile(freedom) * jackknife_error(blocks, statistic) if freedom > 0 else math.nan
