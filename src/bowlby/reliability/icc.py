"""Intraclass correlation of a measure between coders: two-way models, F-based intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

import numpy as np
import numpy.typing as npt

from bowlby.errors import ParameterError
from bowlby.measures.value import Measure


class IccForm(StrEnum):
    """Which coders and which reading the correlation speaks of, in the notation of Shrout & Fleiss (1979)."""

    RANDOM_SINGLE = "ICC(2,1)"
    """Coders drawn at random; one coder's value; absolute agreement."""
    FIXED_SINGLE = "ICC(3,1)"
    """These coders only; one coder's value; consistency."""
    RANDOM_MEAN = "ICC(2,k)"
    """Coders drawn at random; the mean of all coders' values; absolute agreement."""


@dataclass(frozen=True)
class Icc:
    """One intraclass correlation.

    Args:
        form: which of the forms.
        estimate: at most 1, may be negative; None where it is undefined.
        low: lower end of the 95 % interval, or None.
        high: upper end of the 95 % interval, or None.
        n: number of targets (sessions).
        reason: why there is no estimate, or empty.
    """

    form: IccForm
    estimate: float | None
    low: float | None
    high: float | None
    n: int
    reason: str = ""


@dataclass(frozen=True)
class MeanSquares:
    """The two-way analysis of variance without replication.

    Args:
        targets: mean square between targets.
        coders: mean square between coders.
        error: residual mean square.
        n: number of targets, >= 2.
        k: number of coders, >= 2.
    """

    targets: float
    coders: float
    error: float
    n: int
    k: int


def mean_squares(ratings: npt.ArrayLike) -> MeanSquares:
    """Return the mean squares of targets, coders and residual.

    Args:
        ratings: shape (targets, coders), finite, at least 2 x 2; the measure's own unit.

    Returns:
        The mean squares, squared unit.

    Raises:
        ParameterError: fewer than two targets or coders, or a value is not finite.
    """
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2 or min(table.shape) < 2 or not np.isfinite(table).all():
        raise ParameterError(
            "an intraclass correlation needs two or more targets, two or more coders and no gap",
            column="ratings",
            value=table.shape,
            remedy="Leave out sessions that one coder has not coded.",
        )
    n, k = table.shape
    grand = table.mean()
    rows, columns = table.mean(1), table.mean(0)
    residual = table - rows[:, None] - columns[None, :] + grand
    return MeanSquares(
        targets=float(k * ((rows - grand) ** 2).sum() / (n - 1)),
        coders=float(n * ((columns - grand) ** 2).sum() / (k - 1)),
        error=float((residual**2).sum() / ((n - 1) * (k - 1))),
        n=n,
        k=k,
    )


def icc(ratings: npt.ArrayLike, form: IccForm = IccForm.RANDOM_SINGLE) -> Icc:
    """Return an intraclass correlation with its F-based 95 % interval.

    With B, C, E the mean squares of targets, coders and residual, n targets and k coders:
    ICC(2,1) = (B - E) / (B + (k-1)E + k(C-E)/n); ICC(3,1) = (B - E) / (B + (k-1)E);
    ICC(2,k) = (B - E) / (B + (C-E)/n) (Shrout & Fleiss 1979, Psychological Bulletin 86:420; intervals of McGraw &
    Wong 1996, Psychological Methods 1:30, with Satterthwaite's degrees of freedom for the random-coder forms).

    Args:
        ratings: shape (targets, coders), finite, at least 2 x 2; the measure's own unit.
        form: which of the forms.

    Returns:
        The correlation; without estimate where nothing varies.

    Raises:
        ParameterError: fewer than two targets or coders, or a value is not finite.
    """
    squares = mean_squares(ratings)
    scale = float(np.square(np.asarray(ratings, dtype=float)).max(initial=0.0))
    if squares.targets + squares.coders + squares.error <= 1e-18 * max(scale, 1e-300):
        return Icc(form, None, None, None, squares.n, "all values are the same")
    estimate = _estimate(squares, form)
    if squares.error <= 1e-18 * scale and squares.coders <= 1e-18 * scale:
        return Icc(form, estimate, None, None, squares.n, "the coders agree exactly: the F interval does not exist")
    low, high = _interval(squares, form)
    return Icc(form, estimate, low, high, squares.n)


def icc_of_measures(coders: Sequence[Sequence[Measure]]) -> dict[tuple[str, str], tuple[Icc, ...]]:
    """Return the intraclass correlations of each measure over the sessions that all coders coded.

    Args:
        coders: the measures of each coder, any order; a session, actor and name occurs once a coder.

    Returns:
        (actor, measure name) to the three forms; measures with fewer than two common sessions are given without
        estimate.
    """
    tables = [_by_session(measures) for measures in coders]
    names = sorted({key[:2] for table in tables for key in table})
    return {name: tuple(_icc_of(tables, name, form) for form in IccForm) for name in names}


def _by_session(measures: Sequence[Measure]) -> dict[tuple[str, str, str], float | None]:
    """Return estimates by actor, name and session; in a session of several pairs each pair counts as one by itself.

    A session of one pair goes by its id alone: two coders may call the same child by different labels.
    """
    pairs = {(m.session, m.child, m.caregiver) for m in measures}
    several = {session for session, *_ in pairs if sum(session == other for other, *_ in pairs) > 1}
    named = {pair: f"{pair[0]}: {pair[1]} with {pair[2]}" if pair[0] in several else pair[0] for pair in pairs}
    return {(m.actor, m.name, named[m.session, m.child, m.caregiver]): m.estimate for m in measures}


def _icc_of(tables: Sequence[dict[tuple[str, str, str], float | None]], name: tuple[str, str], form: IccForm) -> Icc:
    sessions = sorted({key[2] for table in tables for key in table if key[:2] == name})
    rows = [[table.get((*name, session)) for table in tables] for session in sessions]
    complete = [[value for value in row if value is not None] for row in rows]
    complete = [row for row in complete if len(row) == len(tables)]
    if len(complete) < 2 or len(tables) < 2:
        return Icc(form, None, None, None, len(complete), "fewer than two sessions were measured by every coder")
    return icc(complete, form)


def _estimate(squares: MeanSquares, form: IccForm) -> float:
    b, c, e, n, k = squares.targets, squares.coders, squares.error, squares.n, squares.k
    match form:
        case IccForm.RANDOM_SINGLE:
            return (b - e) / (b + (k - 1) * e + k * (c - e) / n)
        case IccForm.FIXED_SINGLE:
            return (b - e) / (b + (k - 1) * e)
        case IccForm.RANDOM_MEAN:
            return (b - e) / (b + (c - e) / n)
        case _:
            assert_never(form)


def _interval(squares: MeanSquares, form: IccForm) -> tuple[float, float]:
    match form:
        case IccForm.FIXED_SINGLE:
            return _fixed_interval(squares)
        case IccForm.RANDOM_SINGLE:
            return _random_interval(squares)
        case IccForm.RANDOM_MEAN:
            low, high = _random_interval(squares)
            return _stepped_up(low, squares.k), _stepped_up(high, squares.k)
        case _:
            assert_never(form)


def _fixed_interval(squares: MeanSquares) -> tuple[float, float]:
    if squares.error == 0:
        return 1.0, 1.0
    ratio = squares.targets / squares.error
    above, below = squares.n - 1, (squares.n - 1) * (squares.k - 1)
    low = ratio / _f_quantile(above, below)
    high = ratio * _f_quantile(below, above)
    return (low - 1) / (low + squares.k - 1), (high - 1) / (high + squares.k - 1)


def _random_interval(squares: MeanSquares) -> tuple[float, float]:
    b, c, e, n, k = squares.targets, squares.coders, squares.error, squares.n, squares.k
    rho = _estimate(squares, IccForm.RANDOM_SINGLE)
    weight = k * rho / (n * (1 - rho))
    rest = 1 + k * rho * (n - 1) / (n * (1 - rho))
    freedom = (weight * c + rest * e) ** 2 / ((weight * c) ** 2 / (k - 1) + (rest * e) ** 2 / ((n - 1) * (k - 1)))
    upper, lower = _f_quantile(n - 1, freedom), _f_quantile(freedom, n - 1)
    spread = k * c + (k * n - k - n) * e
    return n * (b - upper * e) / (upper * spread + n * b), n * (lower * b - e) / (spread + n * lower * b)


def _stepped_up(single: float, k: int) -> float:
    """Spearman and Brown: what a mean of k coders reaches."""
    return k * single / (1 + (k - 1) * single)


def _f_quantile(above: float, below: float) -> float:
    """Return the .975 quantile of the F distribution."""
    from scipy.special import fdtri

    return float(fdtri(above, below, 0.975))
