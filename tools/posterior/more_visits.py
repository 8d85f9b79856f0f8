"""What more visits tell: the same families watched for longer, and a logistic regression of who is told by when."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from bowlby.inference.care import rule
from bowlby.inference.care.axes import STATED, Axis, free_axis
from bowlby.inference.care.more_visits import MORE, AxisStanding, terms
from bowlby.inference.care.posterior import CareNetworks
from bowlby.measures.care_blocks import CareBlocks
from bowlby.recovery.care.examples import RecordPiece, piece
from bowlby.recovery.care.reading import BatchPosteriors, BatchReader, read_batch
from bowlby.recovery.care.recovery import records_of

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

VISITS = 10
SIDES = {"above": rule.StatementCode.ABOVE, "below": rule.StatementCode.BELOW}
FEWEST = 30
"""Told records without which no chance is stated."""
PENALTY = 1e-3


def later_statements(networks: CareNetworks, seed: int, families: int) -> dict[str, dict[str, list[float]]]:
    """Return weights of the regressions, by axis and side.

    Args:
        networks: of the posterior.
        seed: of the families.
        families: how many.

    Returns:
        For `bowlby.inference.care.more_visits`; no weights where hardly any record was told.
    """
    reader = BatchReader(networks, draws=400, seed=seed)
    made = records_of(families, 60.0 * VISITS, VISITS, seed)
    seen = [_after(reader, made.blocks, made.age, visits) for visits in range(1, VISITS + 1)]
    return {str(axis): {side: _weights(networks, seen, axis, code) for side, code in SIDES.items()} for axis in STATED}


def _after(reader: BatchReader, blocks: CareBlocks, age: Floats, visits: int) -> BatchPosteriors:
    count = len(age)
    first, whole = np.zeros(count, np.int64), np.full(count, blocks.count.shape[2])
    days = np.full(count, visits)
    return read_batch(reader, piece(blocks, RecordPiece(days, first, whole, first)), age, days)


def _weights(networks: CareNetworks, seen: list[BatchPosteriors], axis: Axis, code: rule.StatementCode) -> list[float]:
    x: list[Floats] = []
    y: list[Bools] = []
    for visits, now in enumerate(seen, start=1):
        open_ = now.told[axis] == rule.StatementCode.NOT_TOLD
        at = _standing(networks, now, axis, visits)
        for more in MORE:
            if visits + more > len(seen) or not open_.any():
                continue
            later = seen[visits + more - 1].told[axis] == code
            x.append(terms(at, np.full(len(later), float(more)))[open_])
            y.append(later[open_])
    told = np.concatenate(y)
    return [] if told.sum() < FEWEST else logistic(np.concatenate(x), told)


def _standing(networks: CareNetworks, now: BatchPosteriors, axis: Axis, visits: int) -> AxisStanding:
    place = list(Axis).index(axis)
    draws = free_axis(now.draws[..., place], axis)
    prior = free_axis(networks.prior["pooled"][:, place], axis).std()
    sd = draws.std(axis=1)
    margin = (np.median(draws, axis=1) - free_axis(np.array(networks.cuts[axis]), axis)) / sd
    return AxisStanding(margin, sd / prior, np.full(len(sd), float(visits)), np.full(len(sd), float(visits)))


def logistic(x: Floats, y: Bools) -> list[float]:
    """Return the weights of a logistic regression with a small ridge.

    Args:
        x: terms, shape (records, terms).
        y: what came.

    Returns:
        A weight a term.
    """
    scale = np.maximum(np.abs(x).mean(axis=0), 1e-9)
    z = x / scale

    def loss(weights: Floats) -> tuple[float, Floats]:
        linear = z @ weights
        chance = 1.0 / (1.0 + np.exp(-np.clip(linear, -40.0, 40.0)))
        value = np.logaddexp(0.0, linear).mean() - (y * linear).mean() + PENALTY * (weights**2).sum()
        return float(value), z.T @ (chance - y) / len(y) + 2.0 * PENALTY * weights

    found = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B")
    return [float(weight) for weight in found.x / scale]
