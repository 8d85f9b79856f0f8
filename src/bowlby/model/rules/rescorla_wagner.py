"""Rescorla-Wagner: every outcome moves the expectation by the same share of the error."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax.numpy as jnp

from bowlby.model.learning import rescorla_wagner
from bowlby.model.parameter import Basis, Group, Parameter, Prior, Transform
from bowlby.model.rules.rule import LearningRule, Parameters, RuleName
from bowlby.model.scalar import Scalar

SOURCE = "Rescorla & Wagner 1972, in Classical Conditioning II, 64-99"


class OutcomeExpectation(NamedTuple):
    """V, the expected outcome, in [0, 1]."""

    value: Scalar


LEARNING_RATE = Parameter(
    "learning_rate",
    "\\alpha",
    "1",
    (0.0, 1.0),
    Transform.LOGIT,
    Prior(math.log(0.3 / 0.7), 1.0),
    0.3,
    "assumed; wide enough for the rates found in choice tasks",
    Basis.ASSUMED,
    Group.CHILD,
    "Share of the prediction error that an outcome moves the expectation by.",
)
INITIAL_EXPECTATION = Parameter(
    "initial_expectation",
    "V_0",
    "1",
    (0.0, 1.0),
    Transform.LOGIT,
    None,
    0.5,
    "assumed: nothing known speaks for either outcome",
    Basis.ASSUMED,
    Group.MODEL,
    "Expected outcome before the first trial.",
)


def initial(parameters: Parameters) -> OutcomeExpectation:
    """Return the expectation before the first trial: V = V_0.

    Args:
        parameters: values by name.

    Returns:
        The state.
    """
    return OutcomeExpectation(jnp.asarray(parameters["initial_expectation"]))


def learned(parameters: Parameters, state: OutcomeExpectation, outcome: Scalar) -> OutcomeExpectation:
    """Return the expectation after an outcome (Rescorla & Wagner 1972; docs/learning-rules.md, equation 1).

    V' = V + alpha (o - V)   (1)

    Args:
        parameters: values by name.
        state: before.
        outcome: o in [0, 1].

    Returns:
        The next state.
    """
    # (E1) Rescorla & Wagner 1972
    return OutcomeExpectation(rescorla_wagner(state.value, outcome, parameters["learning_rate"], 1.0))


def expected(state: OutcomeExpectation) -> Scalar:
    """Return the expected outcome V.

    Args:
        state: any state.

    Returns:
        In [0, 1].
    """
    return state.value


def uncertainty(state: OutcomeExpectation) -> Scalar:
    """Return zero: the rule knows no uncertainty.

    Args:
        state: any state.

    Returns:
        Zeros of the state's shape.
    """
    return jnp.zeros_like(state.value)


RESCORLA_WAGNER = LearningRule(
    RuleName.RESCORLA_WAGNER,
    "Rescorla-Wagner",
    SOURCE,
    (LEARNING_RATE, INITIAL_EXPECTATION),
    (),
    OutcomeExpectation,
    initial,
    learned,
    expected,
    uncertainty,
    False,
)
