"""Cohen's kappa: of tables, of time units with and without tolerance, with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bowlby.measures.clusters import FEWEST_CLUSTERS, t_quantile
from bowlby.measures.independence import Counts, expected_counts

Labels = npt.NDArray[np.int64]
"""Shape (n,), category index of each time unit."""

RESAMPLES = 2000
FEWEST_BLOCKS = 10
MOST_BLOCKS = 500
ONE_CODE = "only one code was used by both coders: agreement by chance alone is complete, so kappa is 0/0"
NOTHING = "there is nothing to compare"
UNSTABLE = "resampled tables often hold one code only, so no interval"
FEWEST_UNITS = 10
"""Units under which resampling them says little of what others would have given."""
FEW_UNITS = f"fewer than {FEWEST_UNITS} units, so no interval"
FEW_BLOCKS = f"fewer than {FEWEST_BLOCKS} independent stretches, so no interval"


@dataclass(frozen=True)
class Kappa:
    """Kappa of one table.

    Args:
        estimate: kappa, at most 1, or None where it is undefined.
        low: lower end of the 95 % interval, or None.
        high: upper end of the 95 % interval, or None.
        n: number of units in the table.
        reason: why there is no estimate or no interval, or empty.
    """

    estimate: float | None
    low: float | None
    high: float | None
    n: int
    reason: str = ""


def kappas(tables: npt.ArrayLike, possible: npt.ArrayLike | None = None) -> npt.NDArray[np.float64]:
    """Return kappa of many tables at once.

    kappa = (p_o - p_e) / (1 - p_e), p_o the share on the diagonal, p_e the share expected there under independence
    (Cohen 1960, Educational and Psychological Measurement 20:37), or under quasi-independence where some cells are
    impossible (Quera, Bakeman & Gnisci 2007, Behavior Research Methods 39:39).

    Args:
        tables: shape (..., k, k), counts >= 0, rows coder A, columns coder B.
        possible: shape (k, k), False at structural zeros, or None.

    Returns:
        Shape (...), kappa; NaN where it is 0/0, for the caller to mask.
    """
    observed = np.asarray(tables, dtype=float)
    total = observed.sum((-2, -1))
    agreed = np.trace(observed, axis1=-2, axis2=-1)
    chance = np.trace(expected_counts(observed, possible), axis1=-2, axis2=-1)
    defined = total - chance > 1e-9 * np.maximum(total, 1.0)
    return np.divide(agreed - chance, total - chance, out=np.full(total.shape, np.nan), where=defined)


def kappa_of_table(table: npt.ArrayLike, possible: npt.ArrayLike | None = None, *, seed: int = 0) -> Kappa:
    """Return kappa of one table of independent units, with a bootstrap interval.

    The interval resamples units (expanded percentile, 2,000 resamples). Where the coders never differ, resampling
    cannot differ either; the lower end then is the kappa of the largest share of disagreement that would still go
    unseen in n units with probability .025 (Clopper & Pearson 1934, Biometrika 26:404).

    Args:
        table: shape (k, k), counts, rows coder A, columns coder B.
        possible: shape (k, k), False at structural zeros, or None.
        seed: of the resampling.

    Returns:
        Kappa with its interval, or the reason why there is none.
    """
    observed = np.asarray(table, dtype=float)
    n = int(observed.sum())
    if n == 0:
        return Kappa(None, None, None, 0, NOTHING)
    # Units that never differ have an exact bound, which needs no resampling: from three on.
    if n < (FEWEST_CLUSTERS if np.trace(observed) == n else FEWEST_UNITS):
        value = float(kappas(observed, possible))
        undefined = np.isnan(value)
        return Kappa(None if undefined else value, None, None, n, ONE_CODE if undefined else FEW_UNITS)
    draws = np.random.default_rng(seed).multinomial(n, observed.ravel() / observed.sum(), size=RESAMPLES)
    return interval(observed, draws.reshape(RESAMPLES, *observed.shape), n, possible)


def interval(
    observed: Counts, resampled: npt.ArrayLike, independent: int, possible: npt.ArrayLike | None = None
) -> Kappa:
    """Return kappa of one table with the expanded percentile interval of its resampled tables.

    Args:
        observed: shape (k, k), counts.
        resampled: shape (resamples, k, k), counts.
        independent: number of independent units behind the table, >= 1; used where the coders never differ.
        possible: shape (k, k), False at structural zeros, or None.

    Returns:
        Kappa with its interval, or the reason why there is none.
    """
    n = int(observed.sum())
    estimate = float(kappas(observed, possible))
    if np.isnan(estimate):
        return Kappa(None, None, None, n, ONE_CODE if n else NOTHING)
    if np.trace(observed) == observed.sum():
        return Kappa(estimate, _lowest_unrefuted(observed, independent), 1.0, n)
    values = kappas(resampled, possible)
    values = values[~np.isnan(values)]
    if len(values) < 0.95 * len(np.asarray(resampled)):
        return Kappa(estimate, None, None, n, UNSTABLE)
    low, high = np.quantile(values, tails(independent))
    return Kappa(estimate, float(low), float(high), n)


def tails(units: int) -> tuple[float, float]:
    """Return the quantiles of resampled values between which a 95 % interval lies, wider apart where units are few.

    Resampling n units gives a variance too small by (n - 1) / n and takes it as known: Phi(-+ t sqrt(n / (n - 1))), t
    with n - 1 degrees of freedom (the expanded percentile of Hesterberg 2015, The American Statistician 69:371).

    Args:
        units: number of independent units, >= 2.

    Returns:
        (lower, upper), in (0, 1).
    """
    reach = t_quantile(units - 1.0) * math.sqrt(units / (units - 1))
    tail = math.erfc(reach / math.sqrt(2)) / 2
    return tail, 1 - tail


def time_unit_tables(a: Labels, b: Labels, categories: int, reach: int, spans: Labels) -> tuple[Labels, Labels]:
    """Return for each time unit the table cell it falls in, as coder A and as coder B see it.

    With a reach, a unit counts as agreed when the other coder has the same category within so many units before or
    after (Bakeman, Quera & Gnisci 2009, Behavior Research Methods 41:137). The two views differ, so both are given.

    Args:
        a: shape (n,), categories of coder A, 0 to categories - 1.
        b: shape (n,), categories of coder B.
        categories: number of categories, >= 1.
        reach: tolerance in units, >= 0.
        spans: shape (n,), number of the observed span a unit lies in; the tolerance does not reach over gaps.

    Returns:
        Two arrays of shape (n,): row * categories + column, rows always coder A.
    """
    near_a, near_b = _heard_nearby(a, b, reach, spans), _heard_nearby(b, a, reach, spans)
    return a * categories + np.where(near_a, a, b), np.where(near_b, b, a) * categories + b


def time_unit_kappa(cells: tuple[Labels, Labels], categories: int, block: int, *, seed: int = 0) -> Kappa:
    """Return the time-unit kappa, the mean of both coders' views, with a block-bootstrap interval.

    Time units in a row are not independent: the interval resamples stretches of `block` units (Carlstein 1986,
    Annals of Statistics 14:1171). Without tolerance the two views are the same table.

    Args:
        cells: as from `time_unit_tables`.
        categories: number of categories, >= 1.
        block: units in a stretch, >= 1.
        seed: of the resampling.

    Returns:
        Kappa with its interval; n counts time units.
    """
    n = len(cells[0])
    if n == 0:
        return Kappa(None, None, None, 0, NOTHING)
    weights = block_weights(n, block, seed)
    views = [_view(cells[0], categories, block, weights)]
    views.append(views[0] if np.array_equal(*cells) else _view(cells[1], categories, block, weights))
    missing = next((view for view in views if view.estimate is None), None)
    if missing is not None:
        return missing
    return _mean(views)


@lru_cache(maxsize=4)
def block_weights(units: int, block: int, seed: int) -> npt.NDArray[np.int64]:
    """Return how often each stretch of units is drawn in each resample.

    Args:
        units: number of units, >= 1.
        block: units in a stretch, >= 1.
        seed: of the resampling.

    Returns:
        Shape (resamples, stretches), counts; each row sums to the number of stretches.
    """
    stretches = -(-units // block)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(stretches, np.full(stretches, 1 / stretches), size=RESAMPLES)
    weights.setflags(write=False)
    return weights


def block_length(a: Labels, b: Labels) -> int:
    """Return how many time units a stretch must have so that stretches are nearly independent.

    Twice the mean length of a run of the coder who changes less, and no less than the cube root of n (Politis & White
    2004, Econometric Reviews 23:53, for the rate); at most 500 stretches in all, which bounds the work of a day.

    Args:
        a: shape (n,), categories of coder A.
        b: shape (n,), categories of coder B.

    Returns:
        Units, >= 1.
    """
    n = len(a)
    changes = np.flatnonzero((np.diff(a) != 0) | (np.diff(b) != 0))
    runs = int(min(np.count_nonzero(np.diff(a)), np.count_nonzero(np.diff(b)))) + 1
    return max(1, round(n ** (1 / 3)), n // MOST_BLOCKS, min(2 * n // runs, n)) if len(changes) else max(1, n)


def block_tables(cells: Labels, categories: int, block: int) -> Counts:
    """Return the table of each stretch of units.

    Args:
        cells: shape (n,), row * categories + column.
        categories: number of categories, >= 1.
        block: units in a stretch, >= 1.

    Returns:
        Shape (stretches, categories, categories), counts.
    """
    size = categories * categories
    stretch = np.arange(len(cells)) // block
    stretches = -(-len(cells) // block)
    counts = np.bincount(stretch * size + cells, minlength=stretches * size)
    return counts.reshape(stretches, categories, categories).astype(float)


def _view(cells: Labels, categories: int, block: int, weights: npt.NDArray[np.int64]) -> Kappa:
    tables = block_tables(cells, categories, block)
    observed = tables.sum(0)
    if len(tables) < FEWEST_BLOCKS:
        estimate = float(kappas(observed))
        undefined = np.isnan(estimate)
        return Kappa(None if undefined else estimate, None, None, len(cells), ONE_CODE if undefined else FEW_BLOCKS)
    return interval(observed, np.einsum("rs,sij->rij", weights.astype(float), tables, optimize=True), len(tables))


def _mean(views: list[Kappa]) -> Kappa:
    first, second = views
    if first.estimate is None or second.estimate is None:
        return first
    estimate = (first.estimate + second.estimate) / 2
    if first.low is None or second.low is None or first.high is None or second.high is None:
        return Kappa(estimate, None, None, first.n, first.reason or second.reason)
    return Kappa(estimate, (first.low + second.low) / 2, (first.high + second.high) / 2, first.n)


def _lowest_unrefuted(observed: Counts, independent: int) -> float:
    chance = float(np.trace(expected_counts(observed)) / observed.sum())
    unseen = 1 - 0.025 ** (1 / independent)
    return max(-1.0, 1 - unseen / (1 - chance))


def _heard_nearby(own: Labels, other: Labels, reach: int, spans: Labels) -> npt.NDArray[np.bool_]:
    heard = own == other
    for shift in range(1, min(reach, len(own) - 1) + 1):
        same_span = spans[shift:] == spans[:-shift]
        heard[:-shift] |= same_span & (own[:-shift] == other[shift:])
        heard[shift:] |= same_span & (own[shift:] == other[:-shift])
    return heard
