"""Slopes of a figure in the constants, from children who each have constants of their own.

A figure T is a function of weighted children. Weights 1 + e u_j, with u_j the dual of the deviates (mean of u_j times
deviate k is 1 for k = j, else 0), shift the mean of constant j by e widths and leave those of all others: the least
squares slope dT / d(mean of constant j) is [T(1 + e u_j) - T(1 - e u_j)] / 2e, for any T, correlations included.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.evidence.published.lives import BLOCKS, blocks_of

Floats = npt.NDArray[np.float64]
Statistic = Callable[[Sequence[Floats], Sequence[Floats]], float]
"""From columns and the weights of their children to a figure."""

STEP = 0.1
"""Widths by which the mean of a constant is shifted; weights stay positive up to deviates of 10."""


@dataclass(frozen=True)
class Slopes:
    """What a shift of each constant by one width does to a figure.

    Args:
        by_width: shape (factors,).
        error: standard error, jackknife over blocks of children, shape (factors,).
    """

    by_width: Floats
    error: Floats


def duals(deviates: Floats) -> Floats:
    """Return the duals of deviates: mean over children of dual j times centred deviate k is 1 for k = j, else 0.

    Args:
        deviates: shape (factors, children); more children than factors.

    Returns:
        Shape (factors, children).
    """
    centred = deviates - deviates.mean(axis=1, keepdims=True)
    return np.linalg.solve(centred @ centred.T / centred.shape[1], centred)


def slopes(statistic: Statistic, columns: Sequence[Floats], tilts: Sequence[Floats]) -> Slopes:
    """Return the slopes of a figure in all constants.

    Args:
        statistic: the figure.
        columns: variables of the children, each of shape (children,); children of two studies may differ.
        tilts: duals of the children of each column, each of shape (factors, children).

    Returns:
        Slopes by width with their errors.
    """
    whole = _slopes(statistic, columns, tilts, [np.ones(len(column)) for column in columns])
    kept = [[(blocks_of(len(column)) != block).astype(float) for column in columns] for block in range(BLOCKS)]
    left_out = np.stack([_slopes(statistic, columns, tilts, weights) for weights in kept])
    return Slopes(whole, np.std(left_out, axis=0) * (BLOCKS - 1) ** 0.5)


def _slopes(
    statistic: Statistic, columns: Sequence[Floats], tilts: Sequence[Floats], weights: Sequence[Floats]
) -> Floats:
    def shifted(factor: int, step: float) -> float:
        own = [weight * (1.0 + step * tilt[factor]) for weight, tilt in zip(weights, tilts, strict=True)]
        return statistic(columns, own)

    return np.array([(shifted(one, STEP) - shifted(one, -STEP)) / (2 * STEP) for one in range(len(tilts[0]))])
