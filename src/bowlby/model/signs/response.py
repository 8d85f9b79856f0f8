"""How likely each child is to show each sign: logistic in its states, with what all signs of a child share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bowlby.model.signs.accuracy import GENERAL_SPREAD
from bowlby.model.signs.sign import Sign

POINTS = 7
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(POINTS)
GENERAL_NODES: np.ndarray = GENERAL_SPREAD * _NODES
"""Values of what all signs share, log odds, shape (nodes,): Gauss-Hermite nodes of normal(0, GENERAL_SPREAD)."""
GENERAL_WEIGHTS: np.ndarray = _WEIGHTS / _WEIGHTS.sum()
"""Their prior weights, which sum to 1."""


def response(sign: Sign, scores: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the probability that a child shows a sign persistently, sigmoid(a + sum(b z) + g).

    The intercept a makes the mean over children and g the sign's stated base rate.

    Args:
        sign: with base rate and loadings.
        scores: normal scores of the states, each of shape (children,).

    Returns:
        Shape (children, nodes), in (0, 1); nodes as in `GENERAL_NODES`.
    """
    slopes = sign.slopes()
    linear = np.sum([slope * scores[state] for state, slope in slopes.items()], axis=0)
    logits = linear[:, None] + GENERAL_NODES[None, :]
    return _sigmoid(logits + intercept(logits, sign.base_rate))


def intercept(logits: np.ndarray, base_rate: float) -> float:
    """Return the constant that makes the mean probability a base rate, by Newton's method with halved steps.

    Args:
        logits: shape (children, nodes), without the constant.
        base_rate: in (0, 1).

    Returns:
        The constant, log odds.

    Raises:
        ArithmeticError: no constant was found, which no finite logits allow.
    """
    constant = float(np.log(base_rate / (1.0 - base_rate)))
    for _ in range(60):
        p = _sigmoid(logits + constant)
        miss = float(p.mean(axis=0) @ GENERAL_WEIGHTS) - base_rate
        if abs(miss) < 1e-12:
            return constant
        slope = float((p * (1.0 - p)).mean(axis=0) @ GENERAL_WEIGHTS)
        constant -= float(np.clip(miss / slope, -1.0, 1.0))
    raise ArithmeticError("no intercept gives this base rate")


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))
