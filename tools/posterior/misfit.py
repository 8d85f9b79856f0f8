"""Training of what foretells each summary from the others, and the limit beyond which a record is a misfit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bowlby.inference.care.feature_prediction import FALSE_ALARMS, FeaturePredictor, groups_of
from bowlby.inference.care.features import names
from bowlby.inference.care.network import standardised
from bowlby.recovery.care.examples import Examples
from tools.posterior.training import NetworkPlan, feature_loss, fitted_layers, scales_of

Floats = npt.NDArray[np.float64]

PLAN = NetworkPlan(width=160, epochs=20, members=1, batch=512)
RARE = 0.005
"""Share of the population's records that pass the unit of a feature."""
KNOTS_H: tuple[float, ...] = (0.2, 0.7, 2.0, 7.0)
"""Hours at which the limit is found, each from the records nearest to it on the log scale."""


def train_predictor(found: Examples, held: npt.NDArray[np.bool_], seed: int) -> FeaturePredictor:
    """Return the network and its limits.

    Args:
        found: examples.
        held: which of them are for stopping and limits only, shape (examples,).
        seed: of all chances.

    Returns:
        What foretells each summary.
    """
    features = found.features.astype(np.float64)
    centre, scale = scales_of(features[~held])
    x, group = standardised(features, centre, scale), groups_of(names())
    count = int(group.max()) + 1
    generator = np.random.default_rng([seed, 3])
    out = generator.integers(0, count, len(x))
    hidden = group[None, :] == out[:, None]
    flags = np.eye(count)[out]
    given = np.concatenate([np.where(hidden, 0.0, x), flags], axis=1).astype(np.float32)
    counted = (hidden & ~np.isnan(features)).astype(np.float32)
    data = (given, x.astype(np.float32), counted)
    layers, _ = fitted_layers(data, held, 2 * x.shape[1], feature_loss, PLAN, seed)
    rows = held & (found.population == 0)
    made = FeaturePredictor(
        centre, scale, layers, group, np.ones(len(group)), np.array(KNOTS_H), np.full(len(KNOTS_H), np.inf)
    )
    z = np.abs(made.scores(features[rows]))
    unit = [_quantile(own[own > 0.0], found.weight[rows][own > 0.0], RARE) if own.any() else 1.0 for own in z.T]
    made = replace(made, unit=np.array(unit))
    return with_limits(made, features[rows], found.hours[rows], found.weight[rows])


def with_limits(made: FeaturePredictor, features: Floats, hours: Floats, weight: Floats) -> FeaturePredictor:
    """Return the same with the limits that `FALSE_ALARMS` of the population's records pass.

    Args:
        made: the network.
        features: of records that it did not learn from.
        hours: of each.
        weight: importance of each in the population.

    Returns:
        With a limit at each of `KNOTS_H`.
    """
    largest = np.abs(made.scores(features)).max(axis=1)
    nearest = np.abs(np.log(hours)[:, None] - np.log(made.hours)).argmin(axis=1)
    knots = range(len(made.hours))
    limits = [_quantile(largest[nearest == knot], weight[nearest == knot], FALSE_ALARMS) for knot in knots]
    return replace(made, limits=np.array(limits))


def _quantile(values: Floats, weight: Floats, passed: float) -> float:
    order = np.argsort(values)
    share = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][min(np.searchsorted(share, 1.0 - passed), len(order) - 1)])
