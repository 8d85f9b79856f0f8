"""Krippendorff's alpha: any number of coders, gaps allowed, nominal, ordinal or interval values."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

import numpy as np
import numpy.typing as npt

from bowlby.errors import ParameterError
from bowlby.reliability.kappa import FEW_UNITS, FEWEST_UNITS, Kappa, tails

Floats = npt.NDArray[np.float64]
RESAMPLES = 1000
NO_VARIATION = "all values are the same: no disagreement could have been expected, so alpha is 0/0"
NO_PAIR = "no unit was valued by two coders"


class AlphaMetric(StrEnum):
    """How far apart two values are."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def krippendorff_alpha(
    values: Sequence[Sequence[object | None]], metric: AlphaMetric = AlphaMetric.NOMINAL, *, seed: int = 0
) -> Kappa:
    """Return Krippendorff's alpha with a bootstrap interval.

    alpha = 1 - D_o / D_e with D = sum_ck o_ck delta2_ck, o_ck the coincidences within units and e_ck those of the
    pooled values (Krippendorff 2011, "Computing Krippendorff's alpha-reliability"; Hayes & Krippendorff 2007,
    Communication Methods and Measures 1:77). The interval resamples units (expanded percentile, 1,000 resamples).

    Args:
        values: one row a coder, one column a unit; None where a coder gave no value. Numbers for the ordinal and
            interval metrics.
        metric: how far apart two values are.
        seed: of the resampling.

    Returns:
        Alpha with its interval; n counts the units with at least two values.

    Raises:
        ParameterError: rows differ in length, or a value cannot be ordered.
    """
    kinds = _kinds(values, metric)
    counts = _counts_by_unit(values, kinds)
    counts = counts[counts.sum(1) >= 2]
    if len(counts) == 0:
        return Kappa(None, None, None, 0, NO_PAIR)
    return alpha_of_units(counts, _numbers(kinds, metric), metric, seed=seed)


def alpha_of_units(counts: npt.ArrayLike, numbers: npt.ArrayLike, metric: AlphaMetric, *, seed: int = 0) -> Kappa:
    """Return alpha from how often each value was given in each unit.

    Args:
        counts: shape (units, values), how many coders gave this value; each unit at least 2.
        numbers: shape (values,), the values as numbers, ascending; read by the interval metric only.
        metric: how far apart two values are.
        seed: of the resampling.

    Returns:
        Alpha with its interval; n counts units.
    """
    table = np.asarray(counts, dtype=float)
    patterns, times = np.unique(table, axis=0, return_counts=True)
    scale = np.asarray(numbers, dtype=float)
    estimate = _alpha(coincidences(patterns, times), scale, metric)
    n = len(table)
    if estimate is None:
        return Kappa(None, None, None, n, NO_VARIATION)
    if n < FEWEST_UNITS:
        return Kappa(estimate, None, None, n, FEW_UNITS)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n, times / n, size=RESAMPLES)
    sampled = [_alpha(coincidences(patterns, weights), scale, metric) for weights in drawn]
    known = [value for value in sampled if value is not None]
    if len(known) < 0.95 * RESAMPLES:
        return Kappa(estimate, None, None, n, "resampled units often hold one value only, so no interval")
    low, high = np.quantile(known, tails(n))
    return Kappa(estimate, float(low), float(high), n)


def coincidences(counts: npt.ArrayLike, weights: npt.ArrayLike) -> Floats:
    """Return how often two values met within a unit, each unit's pairs weighed by 1 / (coders - 1).

    Args:
        counts: shape (units, values), how many coders gave this value in this unit; each unit at least 2.
        weights: shape (units,), how often each unit counts.

    Returns:
        Shape (values, values), symmetric; its sum is the number of values given.
    """
    table = np.asarray(counts, dtype=float)
    share = np.asarray(weights, dtype=float) / (table.sum(1) - 1)
    return table.T @ (table * share[:, None]) - np.diag(share @ table)


def alphas_of_tables(tables: npt.ArrayLike, numbers: npt.ArrayLike, metric: AlphaMetric) -> list[float | None]:
    """Return alpha of many two-coder tables.

    Args:
        tables: shape (tables, values, values), counts, rows coder A, columns coder B.
        numbers: shape (values,), the values as numbers, ascending.
        metric: how far apart two values are.

    Returns:
        One alpha a table, None where it is 0/0.
    """
    scale = np.asarray(numbers, dtype=float)
    return [_alpha(table + table.T, scale, metric) for table in np.asarray(tables, dtype=float)]


def _alpha(met: Floats, numbers: Floats, metric: AlphaMetric) -> float | None:
    margin = met.sum(0)
    distance = _distance(margin, numbers, metric)
    total = margin.sum()
    expected = margin @ distance @ margin - margin @ np.diag(distance)
    if expected <= 0 or total <= 1:
        return None
    return float(1 - (total - 1) * (met * distance).sum() / expected)


def _distance(margin: Floats, numbers: Floats, metric: AlphaMetric) -> Floats:
    match metric:
        case AlphaMetric.NOMINAL:
            return 1.0 - np.eye(len(margin))
        case AlphaMetric.ORDINAL:
            rank = np.cumsum(margin) - margin / 2
            return (rank[:, None] - rank[None, :]) ** 2
        case AlphaMetric.INTERVAL:
            return (numbers[:, None] - numbers[None, :]) ** 2
        case _:
            assert_never(metric)


def _kinds(values: Sequence[Sequence[object | None]], metric: AlphaMetric) -> list[object]:
    if len({len(row) for row in values}) > 1:
        raise ParameterError("every coder needs one place a unit", column="values", remedy="Fill gaps with None.")
    given = {value for row in values for value in row if value is not None}
    if metric is AlphaMetric.NOMINAL:
        return sorted(given, key=str)
    odd = [value for value in given if not isinstance(value, int | float) or value != value]
    if odd:
        raise ParameterError(
            f"the {metric} metric needs numbers", column="values", value=odd[0], remedy="Use the nominal metric."
        )
    return sorted(given, key=lambda value: float(value))  # pyright: ignore[reportArgumentType]


def _numbers(kinds: list[object], metric: AlphaMetric) -> list[float]:
    if metric is AlphaMetric.NOMINAL:
        return [0.0] * len(kinds)
    return [float(kind) for kind in kinds]  # pyright: ignore[reportArgumentType]


def _counts_by_unit(values: Sequence[Sequence[object | None]], kinds: list[object]) -> Floats:
    units = len(values[0]) if values else 0
    place = {kind: index for index, kind in enumerate(kinds)}
    counts = np.zeros((units, len(kinds)))
    for row in values:
        for unit, value in enumerate(row):
            if value is not None:
                counts[unit, place[value]] += 1
    return counts
