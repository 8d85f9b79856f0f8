"""Measures and axes held against ratings, and axes against groups."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.inference.care.axes import Axis
from bowlby.inference.care.pooled_care import FEWEST as FEWEST_DYADS
from bowlby.inference.care.pooled_care import UNITS_FREE, pool_axis
from bowlby.laboratory.axes import StudyAxes
from bowlby.laboratory.contrasts import EXPLORATORY, PRIMARY, with_holm
from bowlby.laboratory.variables import Variable
from bowlby.measures.confidence import Z

Floats = npt.NDArray[np.float64]

FEWEST = 5
"""Children below which no rank correlation is given an interval."""
Z_POWER = 0.8416212335729143
"""Quantile of the normal at a power of .8."""
PLAUSIBLE = 200
"""Draws of each dyad that are correlated."""


@dataclass(frozen=True)
class Association:
    """A measure or an axis against a rating, a child one point.

    Args:
        what: variable, or axis.
        label: of it.
        family: "primary", "exploratory" or "axis".
        rating: column of the manifest.
        children: with both.
        rho: Spearman's; None where there is a reason.
        low: lower end of its 95 % interval.
        high: upper end.
        p: two-sided.
        p_holm: after Holm, within the family and over all ratings.
        detectable: rho that so many children show with a power of .8.
        reason: why there is none, or empty.
    """

    what: str
    label: str
    family: str
    rating: str
    children: int
    rho: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    detectable: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class AxisContrast:
    """An axis of care in two groups of dyads under one hierarchy, the first less the second.

    Args:
        axis: which.
        first: name of a group.
        second: name of the other.
        dyads_first: how many.
        dyads_second: how many.
        median: of the posterior of the contrast.
        low: lower end of the 90 % interval.
        high: upper end.
        unit: of the three.
        trusted: whether every dyad's own posterior reaches where its group is.
    """

    axis: str
    first: str
    second: str
    dyads_first: int
    dyads_second: int
    median: float
    low: float
    high: float
    unit: str
    trusted: bool


def associations(
    person: pl.DataFrame, variables: Sequence[Variable], primary: Sequence[str], ratings: Sequence[str], axes: StudyAxes
) -> tuple[Association, ...]:
    """Return every measure and axis against every rating.

    Args:
        person: a row a child.
        variables: measures.
        primary: those that were fixed before the data were looked at.
        ratings: numeric columns.
        axes: of the dyads.

    Returns:
        Associations, primary measures first.
    """
    ordered = sorted(variables, key=lambda one: one.name not in primary)
    found = [
        _of_measure(person, one, PRIMARY if one.name in primary else EXPLORATORY, rating)
        for rating in ratings
        for one in ordered
    ]
    found += [row for rating in ratings for row in _of_axes(person, rating, axes)]
    return tuple(with_holm(found, (PRIMARY, EXPLORATORY, "axis")))


def _of_measure(person: pl.DataFrame, one: Variable, family: str, rating: str) -> Association:
    rows = person.filter(pl.col(one.name).is_not_null() & pl.col(rating).is_not_null())
    empty = Association(one.name, one.label, family, rating, rows.height)
    x, y = rows[one.name].to_numpy(), rows[rating].cast(pl.Float64).to_numpy()
    return _correlated(empty, [spearman(x, y)] if rows.height >= FEWEST else [])


def _of_axes(person: pl.DataFrame, rating: str, axes: StudyAxes) -> Iterator[Association]:
    """Yield axes against a rating: each draw of all dyads is correlated, and the correlations are put together.

    The doubt of each dyad enters as the variance between draws (Rubin 1987, Multiple Imputation). Each dyad is read
    without its rating, which draws the correlation towards zero.
    """
    known = {
        (child, caregiver or ""): value
        for child, caregiver, value in person.select("child", "caregiver", pl.col(rating).cast(pl.Float64)).iter_rows()
    }
    for axis in Axis:
        own = [one for one in axes.dyads if axis in one.draws and known.get(one.dyad) is not None]
        empty = Association(str(axis), f"{axis} of care", "axis", rating, len(own))
        ratings = np.array([known[one.dyad] for one in own], dtype=float)
        draws = np.stack([one.draws[axis][:PLAUSIBLE] for one in own], axis=1) if own else np.empty((0, 0))
        yield _correlated(empty, [spearman(row, ratings) for row in draws] if len(own) >= FEWEST else [])


def _correlated(empty: Association, found: Sequence[float | None]) -> Association:
    """Return an association from one correlation, or from one of each draw."""
    known = [value for value in found if value is not None]
    if not known:
        few = f"fewer than {FEWEST} children with both"
        return replace(empty, reason=few if empty.children < FEWEST else "all values are the same")
    from scipy.special import ndtr

    z = np.arctanh(np.clip(known, -0.999999, 0.999999))
    mean = float(z.mean())
    rho = known[0] if len(known) == 1 else math.tanh(mean)
    between = float(z.var(ddof=1)) * (1 + 1 / len(z)) if len(z) > 1 else 0.0
    error = math.sqrt((1 + rho**2 / 2) / (empty.children - 3) + between)
    return replace(
        empty,
        rho=rho,
        low=math.tanh(mean - Z * error),
        high=math.tanh(mean + Z * error),
        p=float(2 * ndtr(-abs(mean) / error)),
        detectable=math.tanh((Z + Z_POWER) * math.sqrt(1.06 / (empty.children - 3))),
    )


def spearman(x: Floats, y: Floats) -> float | None:
    """Return Spearman's rank correlation, ties at their mean rank; None where one of them does not vary.

    Args:
        x: shape (n,).
        y: shape (n,).

    Returns:
        In [-1, 1].
    """
    ranks = [pl.Series(values).rank("average").to_numpy() for values in (x, y)]
    if min(np.ptp(one) for one in ranks) == 0:
        return None
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def axis_contrasts(axes: StudyAxes, groups: Mapping[tuple[str, str], str], seed: int) -> tuple[AxisContrast, ...]:
    """Return the contrasts of groups on each axis, dyads under one hierarchy.

    Args:
        axes: of the dyads.
        groups: group of each dyad, by child and caregiver; others are left out.
        seed: of the second stage.

    Returns:
        Contrasts; none where a group has too few dyads.
    """
    found: list[AxisContrast] = []
    for axis in Axis:
        own = [one for one in axes.dyads if axis in one.draws and one.dyad in groups]
        names = [groups[one.dyad] for one in own]
        counts = {name: names.count(name) for name in sorted(set(names))}
        kept = [one for one, name in zip(own, names, strict=True) if counts[name] >= FEWEST_DYADS]
        kept.sort(key=lambda one: groups[one.dyad])
        labels = [groups[one.dyad] for one in kept]
        if len(set(labels)) < 2:
            continue
        pooled = pool_axis(axis, np.stack([one.draws[axis] for one in kept]), kept[0].prior[axis], labels, seed)
        for one in pooled.contrasts:
            first, _, second = one.name.partition(" - ")
            sizes = (counts.get(first, 0), counts.get(second, 0))
            found.append(
                AxisContrast(
                    str(axis), first, second, *sizes, one.median, one.low, one.high, UNITS_FREE[axis], pooled.trusted
                )
            )
    return tuple(found)
