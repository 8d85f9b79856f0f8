"""The volatile Kalman filter: how fast to learn follows from how fast the world is believed to change."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax.numpy as jnp

from bowlby.model.parameter import Basis, Group, Parameter, Prior, Transform
from bowlby.model.rules.rescorla_wagner import INITIAL_EXPECTATION
from bowlby.model.rules.rule import LearningRule, Parameters, RuleName
from bowlby.model.scalar import Scalar

SOURCE = "Piray & Daw 2020, PLoS Comput Biol 16:e1007963"

VOLATILITY_GAIN = Parameter(
    "volatility_gain",
    "\\lambda",
    "1",
    (0.0, 1.0),
    Transform.LOGIT,
    Prior(math.log(0.15 / 0.85), 1.0),
    0.15,
    "assumed; the range that Piray & Daw 2020 simulate",
    Basis.ASSUMED,
    Group.CHILD,
    "Rate at which believed volatility follows surprise.",
)
INITIAL_VOLATILITY = Parameter(
    "initial_volatility",
    "v_0",
    "1",
    (0.0, math.inf),
    Transform.LOG,
    Prior(math.log(0.03), 1.0),
    0.03,
    "assumed; about a third of the observation variance",
    Basis.ASSUMED,
    Group.CHILD,
    "Believed variance of change from one trial to the next, before the first trial.",
)
OBSERVATION_VARIANCE = Parameter(
    "observation_variance",
    "\\sigma^2",
    "1",
    (0.0, math.inf),
    Transform.LOG,
    Prior(math.log(0.10), 0.5),
    0.10,
    "feasibility study (docs/model.md); choices tell its ratio to volatility, hardly itself",
    Basis.ASSUMED,
    Group.CHILD,
    "Believed variance of an outcome round its mean; also the variance of the first expectation.",
)


class KalmanBelief(NamedTuple):
    """What is expected, and how sure that is.

    Args:
        mean: m, in [0, 1].
        variance: w, posterior variance, > 0.
        volatility: v, believed variance of change from one trial to the next, >= 0.
    """

    mean: Scalar
    variance: Scalar
    volatility: Scalar


def initial(parameters: Parameters) -> KalmanBelief:
    """Return the belief before the first trial: m = V_0, w = sigma^2, v = v_0 (Piray & Daw 2020).

    Args:
        parameters: values by name.

    Returns:
        The state.
    """
    return KalmanBelief(
        jnp.asarray(parameters["initial_expectation"]),
        jnp.asarray(parameters["observation_variance"]),
        jnp.asarray(parameters["initial_volatility"]),
    )


def learned(parameters: Parameters, state: KalmanBelief, outcome: Scalar) -> KalmanBelief:
    """Return the belief after an outcome (Piray & Daw 2020, equations 9-14; docs/learning-rules.md, 5-9).

    k = (w + v)/(w + v + sigma^2)                             (5)
    m' = m + k (o - m)                                        (6)
    w' = (1 - k)(w + v)                                       (7)
    c = (1 - k) w                                             (8)
    v' = v + lambda ((m' - m)^2 + w + w' - 2 c - v)           (9)

    Args:
        parameters: values by name.
        state: before.
        outcome: o in [0, 1].

    Returns:
        The next state.
    """
    before = state.variance + state.volatility
    gain = before / (before + parameters["observation_variance"])  # (E5) Piray & Daw 2020
    moved = gain * (outcome - state.mean)  # (E6) Piray & Daw 2020
    variance = (1.0 - gain) * before  # (E7) Piray & Daw 2020
    covariance = (1.0 - gain) * state.variance  # (E8) Piray & Daw 2020
    change = moved * moved + state.variance + variance - 2.0 * covariance
    volatility = state.volatility + parameters["volatility_gain"] * (change - state.volatility)  # (E9) Piray & Daw 2020
    return KalmanBelief(state.mean + moved, variance, volatility)


def expected(state: KalmanBelief) -> Scalar:
    """Return the expected outcome m.

    Args:
        state: any state.

    Returns:
        In [0, 1].
    """
    return state.mean


def uncertainty(state: KalmanBelief) -> Scalar:
    """Return the standard deviation of the next trial's mean, sqrt(w + v).

    Args:
        state: any state.

    Returns:
        In the outcome's unit, > 0.
    """
    return jnp.sqrt(state.variance + state.volatility)


VOLATILE_KALMAN = LearningRule(
    RuleName.VOLATILE_KALMAN,
    "volatile Kalman filter",
    SOURCE,
    (VOLATILITY_GAIN, INITIAL_VOLATILITY, OBSERVATION_VARIANCE, INITIAL_EXPECTATION),
    (OBSERVATION_VARIANCE.name,),
    KalmanBelief,
    initial,
    learned,
    expected,
    uncertainty,
    True,
)
