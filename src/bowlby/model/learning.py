"""Learning rules: from what was expected and what came to what is expected next."""

from __future__ import annotations

import jax.numpy as jnp

from bowlby.model.caregiver import Scalar


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
    return expected + seen * rate * (outcome - expected)


def fast_up_slow_down(expected: Scalar, outcome: Scalar, rates: tuple[Scalar, Scalar], seen: Scalar) -> Scalar:
    """Return the updated expectation of threat, which rises fast and falls slowly.

    V + seen * (alpha_+ if outcome > V else alpha_-) * (outcome - V): one frightening act outlasts many calm episodes,
    as avoidance does (Solomon & Wynne 1954, Psychological Review 61:353).

    Args:
        expected: V in [0, 1].
        outcome: threat that came, in [0, 1].
        rates: (alpha_+, alpha_-), each in [0, 1].
        seen: how far the outcome was observed, in [0, 1].

    Returns:
        The new V.
    """
    rate = jnp.where(outcome > expected, rates[0], rates[1])
    return rescorla_wagner(expected, outcome, rate, seen)
