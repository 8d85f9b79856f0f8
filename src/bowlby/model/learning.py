"""The rule of all learning rules: from what was expected and what came to what is expected next."""

from __future__ import annotations

from bowlby.model.scalar import Scalar


def rescorla_wagner(expected: Scalar, outcome: Scalar, rate: Scalar, seen: Scalar) -> Scalar:
    """Return the updated expectation: V + seen * alpha * (outcome - V) (Rescorla & Wagner 1972).

    Args:
        expected: V, in the unit of the outcome.
        outcome: what came.
        rate: alpha in [0, 1].
        seen: how far the outcome was observed, in [0, 1]; 0 leaves V as it is.

    Returns:
        The new V, between expected and outcome.
    """
    return expected + seen * rate * (outcome - expected)  # (E1) Rescorla & Wagner 1972
