"""Exact Bayes over simulated children: how much each remains possible once signs were looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bowlby.model.signs.accuracy import UNEXPLAINED_PRIOR, unexplained_grid
from bowlby.model.signs.observation import SignEvidence
from bowlby.model.signs.reference import ReferenceChildren
from bowlby.model.signs.registry import SIGNS
from bowlby.model.signs.response import GENERAL_WEIGHTS, response


@dataclass
class Responses:
    """Probabilities of signs for every reference child, worked out when first asked for.

    Args:
        children: at one age.
    """

    children: ReferenceChildren
    _known: dict[str, np.ndarray] = field(default_factory=dict)

    def of(self, sign: str) -> np.ndarray:
        """Return P(sign | child, g), shape (children, nodes)."""
        if sign not in self._known:
            self._known[sign] = response(SIGNS[sign], self.children.scores)
        return self._known[sign]


@dataclass(frozen=True)
class ChildWeights:
    """Posterior probabilities, which sum to 1 over both parts.

    Args:
        explained: shape (children, nodes): the signs come from this child's states, with this general liability.
        unexplained: shape (rates,): they come from something else, at this rate.
    """

    explained: np.ndarray
    unexplained: np.ndarray

    @property
    def left_over(self) -> float:
        """Probability that the signs come from something that the model does not hold."""
        return float(self.unexplained.sum())

    @property
    def child(self) -> np.ndarray:
        """Posterior over children, shape (children,): where signs are unexplained, all stay as likely as before."""
        return self.explained.sum(axis=1) + self.left_over / len(self.explained)


def prior_weights(count: int) -> ChildWeights:
    """Return the weights before anything was looked for.

    Args:
        count: reference children.

    Returns:
        Equal weight for each child, the stated prior for what is unexplained.
    """
    rates = unexplained_grid()
    explained = np.broadcast_to((1.0 - UNEXPLAINED_PRIOR) / count * GENERAL_WEIGHTS, (count, len(GENERAL_WEIGHTS)))
    return ChildWeights(explained, np.full(len(rates), UNEXPLAINED_PRIOR / len(rates)))


def weigh_children(responses: Responses, evidence: Mapping[str, SignEvidence]) -> ChildWeights:
    """Return the posterior over children, general liability and what is unexplained.

    w(i, g) = (1 - u) / N q_g prod over signs [p_s(i, g) L_s1 + (1 - p_s(i, g)) L_s0], and for each rate t of what is
    unexplained u / K prod [t L_s1 + (1 - t) L_s0]; normalised together.

    Args:
        responses: of the reference children.
        evidence: by sign.

    Returns:
        The weights; the prior itself where there is no evidence.
    """
    prior = prior_weights(responses.children.count)
    if not evidence:
        return prior
    rates = np.array(unexplained_grid())
    explained, unexplained = prior.explained, prior.unexplained
    # A fixed order of signs makes the product, and so the result, the same to the last bit in whatever order they came.
    for name in SIGNS:
        if name in evidence:
            explained = explained * likelihood(responses.of(name), evidence[name])
            unexplained = unexplained * likelihood(rates, evidence[name])
    total = explained.sum() + unexplained.sum()
    return ChildWeights(explained / total, unexplained / total)


def likelihood(chance: np.ndarray, evidence: SignEvidence) -> np.ndarray:
    """Return [p L_1 + (1 - p) L_0] / max(L_1, L_0).

    Since layers above the occasion bound what any number of reports can say, no factor is so small that the product
    over all signs could vanish.

    Args:
        chance: p, in (0, 1).
        evidence: log L_1 and log L_0.

    Returns:
        Likelihood relative to the larger of the two, in (0, 1], of the shape of `chance`.
    """
    top = max(evidence.shown, evidence.not_shown)
    shown, not_shown = np.exp(evidence.shown - top), np.exp(evidence.not_shown - top)
    return not_shown + chance * (shown - not_shown)


@dataclass(frozen=True)
class StateSummary:
    """What is known of one state.

    Args:
        probability: that it lies in the hardest tenth of the reference children.
        mean: in the model's unit.
        low: 5 % quantile.
        high: 95 % quantile.
    """

    probability: float
    mean: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """Return the four numbers."""
        return {"probability": self.probability, "mean": self.mean, "low": self.low, "high": self.high}


def summarise(children: ReferenceChildren, weight: np.ndarray) -> dict[str, StateSummary]:
    """Return what weights over children say of each state.

    Args:
        children: the reference children.
        weight: shape (children,), sums to 1.

    Returns:
        A summary by state.
    """
    return {name: _summary(row, children.hard[name], weight) for name, row in children.values.items()}


def _summary(values: np.ndarray, hard: np.ndarray, weight: np.ndarray) -> StateSummary:
    order = np.argsort(values, kind="stable")
    passed = np.cumsum(weight[order])
    low, high = (values[order[min(int(np.searchsorted(passed, q)), len(order) - 1)]] for q in (0.05, 0.95))
    return StateSummary(float(weight @ hard), float(weight @ values), float(low), float(high))
