"""Figures of a simulated study, each child with a weight."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def complete_cases(*columns: Floats) -> npt.NDArray[np.bool_]:
    """Return the children of whom every column is known.

    Args:
        columns: each of shape (children,), NaN where unknown.

    Returns:
        Shape (children,).
    """
    return np.all([np.isfinite(column) for column in columns], axis=0)


def mean(values: Floats, weights: Floats) -> float:
    """Return the weighted mean of what is known.

    Args:
        values: shape (children,), NaN where unknown.
        weights: shape (children,), >= 0.

    Returns:
        sum w x / sum w; NaN where nothing is known.
    """
    use = complete_cases(values) & (weights > 0)
    return float(np.average(values[use], weights=weights[use])) if use.any() else float("nan")


def correlation(x: Floats, y: Floats, weights: Floats) -> float:
    """Return the weighted correlation of what is known of both.

    Args:
        x: shape (children,).
        y: shape (children,).
        weights: shape (children,), >= 0.

    Returns:
        r in [-1, 1]; NaN where one of them does not vary.
    """
    use = complete_cases(x, y) & (weights > 0)
    if not use.any() or np.ptp(x[use]) == 0 or np.ptp(y[use]) == 0:
        return float("nan")
    w = weights[use] / weights[use].sum()
    a, b = x[use] - w @ x[use], y[use] - w @ y[use]
    return float(w @ (a * b) / np.sqrt((w @ a**2) * (w @ b**2)))


def partial_correlation(x: Floats, y: Floats, held: Floats, weights: Floats) -> float:
    """Return the weighted correlation of two with a third held constant.

    Args:
        x: shape (children,).
        y: shape (children,).
        held: shape (children,).
        weights: shape (children,), >= 0.

    Returns:
        (r_xy - r_xh r_yh) / sqrt((1 - r_xh^2)(1 - r_yh^2)).
    """
    use = complete_cases(x, y, held)
    w = weights[use]
    xy, xh, yh = (correlation(a[use], b[use], w) for a, b in ((x, y), (x, held), (y, held)))
    return float((xy - xh * yh) / np.sqrt((1 - xh**2) * (1 - yh**2)))


def difference(first: Floats, second: Floats, weights: tuple[Floats, Floats]) -> float:
    """Return the standardized difference of two groups: (m_1 - m_2) / sqrt((v_1 + v_2) / 2) (Cohen 1988).

    Args:
        first: shape (children of the one group,).
        second: shape (children of the other,).
        weights: of both, >= 0.

    Returns:
        d; NaN where neither varies.
    """
    (m1, v1), (m2, v2) = (_moments(values, own) for values, own in zip((first, second), weights, strict=True))
    return float((m1 - m2) / np.sqrt((v1 + v2) / 2)) if v1 + v2 > 0 else float("nan")


def _moments(values: Floats, weights: Floats) -> tuple[float, float]:
    use = complete_cases(values) & (weights > 0)
    if not use.any():
        return float("nan"), float("nan")
    w = weights[use] / weights[use].sum()
    centre = float(w @ values[use])
    return centre, float(w @ (values[use] - centre) ** 2)


def kappa(first: Floats, second: Floats, weights: Floats) -> float:
    """Return Cohen's kappa of two classifications (Cohen 1960, Educ Psychol Meas 20:37).

    Args:
        first: number of the class, shape (children,), NaN where unknown.
        second: likewise.
        weights: shape (children,), >= 0.

    Returns:
        (p_o - p_e) / (1 - p_e).
    """
    use = complete_cases(first, second)
    a, b, w = first[use], second[use], weights[use] / weights[use].sum()
    seen = float(w @ (a == b))
    by_chance = sum(float(w @ (a == one)) * float(w @ (b == one)) for one in np.union1d(a, b))
    return (seen - by_chance) / (1 - by_chance)
