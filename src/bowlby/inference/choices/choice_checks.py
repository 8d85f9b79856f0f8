"""Posterior predictive checks of choices, in what a lab would count, and the prior's hold on the result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jaxtyping import Array

from bowlby.inference.choices.fit import LEVEL, Fit
from bowlby.inference.choices.hierarchy import HierarchyData, ParameterLayout, series_values
from bowlby.inference.weights import smooth

Floats = npt.NDArray[np.float64]

MOVED = 0.2
"""A figure that changes by more when the prior is scaled says that the prior has a hold on it; alone it gives .35."""


@dataclass(frozen=True)
class PredictiveCheck:
    """One figure, counted in the data and in what the fit predicts one act ahead.

    Args:
        name: what is counted.
        unit: of the figures.
        observed: in the data.
        mean: predicted.
        low: lower end of the predicted 90 % interval.
        high: upper end of it.
        p: probability that a predicted figure exceeds the observed one, ties halved.
        trials: how many acts it is counted over.
    """

    name: str
    unit: str
    observed: float
    mean: float
    low: float
    high: float
    p: float
    trials: int

    @property
    def inside(self) -> bool:
        """Return whether the observed figure lies in the predicted interval."""
        return self.low <= self.observed <= self.high

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {**self.__dict__, "inside": self.inside}


def predictive_checks(found: Fit, draws: int = 200) -> tuple[PredictiveCheck, ...]:
    """Return shares of acts, of acts kept after an answer and after none, and of acts early and late in a session.

    Acts are predicted one ahead, given all that truly came before.

    Args:
        found: a fit.
        draws: how many draws to predict from.

    Returns:
        One check a figure that the data has any trial for.
    """
    rng = np.random.Generator(np.random.Philox(key=[found.seed, 23]))
    trials = found.problem.trials
    act, seen = trials.padded("act").astype(np.int64), trials.padded("act_seen").astype(bool)
    chances = found.probabilities(draws)
    words = rng.random((len(chances), *act.shape))[:, :, None]
    predicted = (words > np.cumsum(chances, axis=2)[:, :, :-1]).sum(axis=2)
    before = np.concatenate([np.full((1, act.shape[1]), -1), act[:-1]])
    return tuple(
        _check(name, hits(act), np.array([hits(one) for one in predicted]), int(where.sum()))
        for name, where, target in _figures(found, act, seen, before)
        if where.any()
        for hits in [_Share(where, target)]
    )


@dataclass(frozen=True)
class _Share:
    """The share, in percent, of the acts in some trials that are the target ones."""

    where: npt.NDArray[np.bool_]
    target: npt.NDArray[np.int64]

    def __call__(self, act: npt.NDArray[np.int64]) -> float:
        return float(100.0 * (act == self.target)[self.where].mean())


def _figures(
    found: Fit, act: npt.NDArray[np.int64], seen: npt.NDArray[np.bool_], before: npt.NDArray[np.int64]
) -> list[tuple[str, npt.NDArray[np.bool_], npt.NDArray[np.int64]]]:
    trials = found.problem.trials
    outcome, known = trials.padded("outcome").astype(float), trials.padded("outcome_seen").astype(bool)
    followed = seen & np.concatenate([np.zeros((1, act.shape[1]), dtype=bool), (seen & known)[:-1]])
    met = np.concatenate([np.zeros((1, act.shape[1])), outcome[:-1]])
    lengths = np.array([len(one) for one in trials.series])
    late = np.arange(len(act))[:, None] >= lengths / 2
    shares = [
        (f"{name} in the {half} half of a session", seen & (late == (half == "second")), np.full_like(act, place))
        for place, name in enumerate(trials.acts)
        for half in ("first", "second")
    ]
    return [
        ("same act again after an answer (outcome above .5)", followed & (met > 0.5), before),
        ("same act again after none (outcome up to .5)", followed & (met <= 0.5), before),
        *shares,
    ]


def _check(name: str, observed: float, predicted: Floats, trials: int) -> PredictiveCheck:
    edge = (1 - LEVEL) / 2
    low, high = np.quantile(predicted, [edge, 1 - edge])
    p = np.mean(predicted > observed) + 0.5 * np.mean(predicted == observed)
    return PredictiveCheck(
        name, "% of trials", observed, float(predicted.mean()), float(low), float(high), float(p), trials
    )


@dataclass(frozen=True)
class PriorSensitivity:
    """How far a population figure depends on the prior of what is common.

    Args:
        name: as in `Fit.population`.
        shift: largest change when that prior is raised to the powers 1/2 and 2: of the mean, in posterior sds, or of
            the log of the sd.
        pareto_k: of the weights behind it; above .7 the shift itself is not to be trusted.
    """

    name: str
    shift: float
    pareto_k: float

    @property
    def sensitive(self) -> bool:
        """Return whether the prior has a hold on it: a shift above .2, or weights that break down."""
        return self.shift > MOVED or self.pareto_k > 0.7

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        k = self.pareto_k if np.isfinite(self.pareto_k) else None
        return {**self.__dict__, "pareto_k": k, "sensitive": self.sensitive}


def prior_sensitivity(found: Fit) -> tuple[PriorSensitivity, ...]:
    """Return how each population figure moves when the prior of what is common is power-scaled.

    Draws are weighted by that prior to the power of -1/2 and 1 (Kallioinen et al. 2024, Stat Comput 34:57); the
    distribution of children given what is common is part of the model and stays.

    Args:
        found: a fit with something in common.

    Returns:
        One row a population figure; none where children are not pooled.
    """
    log_prior = _log_top(found)
    rows: list[PriorSensitivity] = []
    for name, draws in found.population.items():
        flat = draws.ravel()
        shifts, ks = zip(*(_shift(flat, (power - 1.0) * log_prior) for power in (0.5, 2.0)), strict=True)
        rows.append(PriorSensitivity(name, max(shifts), max(ks)))
    return tuple(rows)


def _shift(draws: Floats, log_weights: Floats) -> tuple[float, float]:
    found = smooth(log_weights)
    mean, sd = float(found.weights @ draws), float(draws.std())
    wider = float(np.sqrt(found.weights @ (draws - mean) ** 2))
    return max(abs(mean - float(draws.mean())) / sd, abs(float(np.log(wider / sd)))), found.pareto_k


def _log_top(found: Fit) -> Floats:
    """Return the log prior of what is common, up to a constant: what one more power of it adds."""
    layout, data = found.problem.layout, found.problem.data
    flat = found.unknowns.reshape(-1, found.unknowns.shape[-1])
    with jax.enable_x64(True):
        without, once = (
            jax.vmap(partial(_prior, layout, data._replace(power=power)))(jnp.asarray(flat)) for power in (0.0, 1.0)
        )
        return np.asarray(once - without, dtype=float)


def _prior(layout: ParameterLayout, data: HierarchyData, unknowns: Array) -> Array:
    return series_values(layout, unknowns, data)[1]
