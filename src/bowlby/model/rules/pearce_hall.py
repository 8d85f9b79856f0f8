"""Pearce-Hall: surprise opens the expectation to what comes next."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax.numpy as jnp

from bowlby.model.parameter import Basis, Group, Parameter, Prior, Transform
from bowlby.model.rules.rescorla_wagner import INITIAL_EXPECTATION
from bowlby.model.rules.rule import LearningRule, Parameters, RuleName
from bowlby.model.scalar import Scalar

SOURCE = (
    "Pearce & Hall 1980, Psychol Rev 87:532; with signed errors as in Le Pelley 2004, Q J Exp Psychol B 57:193, and "
    "Li et al. 2011, Nat Neurosci 14:1250"
)


class Associability(NamedTuple):
    """V, the expected outcome, and A, the associability; both in [0, 1]."""

    value: Scalar
    associability: Scalar


SALIENCE = Parameter(
    "salience",
    "\\kappa",
    "1",
    (0.0, 1.0),
    Transform.LOGIT,
    Prior(math.log(0.5 / 0.5), 1.0),
    0.5,
    "assumed",
    Basis.ASSUMED,
    Group.CHILD,
    "Share of the prediction error, times associability, that an outcome moves the expectation by.",
)
ASSOCIABILITY_RATE = Parameter(
    "associability_rate",
    "\\eta",
    "1",
    (0.0, 1.0),
    Transform.LOGIT,
    Prior(math.log(0.3 / 0.7), 1.0),
    0.3,
    "assumed",
    Basis.ASSUMED,
    Group.CHILD,
    "Rate at which associability follows the size of recent errors.",
)
INITIAL_ASSOCIABILITY = Parameter(
    "initial_associability",
    "A_0",
    "1",
    (0.0, math.inf),
    Transform.LOG,
    None,
    1.0,
    "assumed: what is new is attended to fully; only its product with salience shows in the first trials",
    Basis.ASSUMED,
    Group.MODEL,
    "Associability before the first trial.",
)


def initial(parameters: Parameters) -> Associability:
    """Return the state before the first trial: V = V_0, A = A_0.

    Args:
        parameters: values by name.

    Returns:
        The state.
    """
    return Associability(
        jnp.asarray(parameters["initial_expectation"]), jnp.asarray(parameters["initial_associability"])
    )


def learned(parameters: Parameters, state: Associability, outcome: Scalar) -> Associability:
    """Return the state after an outcome (Pearce & Hall 1980; docs/learning-rules.md, equations 2-4).

    delta = o - V                        (2)
    V' = V + kappa A delta               (3)
    A' = eta |delta| + (1 - eta) A       (4)

    Args:
        parameters: values by name.
        state: before.
        outcome: o in [0, 1].

    Returns:
        The next state.
    """
    error = outcome - state.value  # (E2) Le Pelley 2004
    follow = parameters["associability_rate"]
    return Associability(
        state.value + parameters["salience"] * state.associability * error,  # (E3) Pearce & Hall 1980; Li et al. 2011
        follow * jnp.abs(error) + (1.0 - follow) * state.associability,  # (E4) Pearce & Hall 1980; Li et al. 2011
    )


def expected(state: Associability) -> Scalar:
    """Return the expected outcome V.

    Args:
        state: any state.

    Returns:
        In [0, 1].
    """
    return state.value


def uncertainty(state: Associability) -> Scalar:
    """Return the associability: the error that recent experience leads to expect, in the outcome's unit.

    Args:
        state: any state.

    Returns:
        In [0, 1].
    """
    return state.associability


PEARCE_HALL = LearningRule(
    RuleName.PEARCE_HALL,
    "Pearce-Hall",
    SOURCE,
    (SALIENCE, ASSOCIABILITY_RATE, INITIAL_EXPECTATION, INITIAL_ASSOCIABILITY),
    (),
    Associability,
    initial,
    learned,
    expected,
    uncertainty,
    True,
)
