"""The volatile Kalman filter for binary outcomes: the belief lives on the log odds."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

from bowlby.model.learning import Scalar
from bowlby.model.parameter import Basis, Group, Parameter, Prior, Transform
from bowlby.model.rules.rule import LearningRule, Parameters, RuleName
from bowlby.model.rules.volatile_kalman import SOURCE, VOLATILITY_GAIN, KalmanBelief

INITIAL_LOG_ODDS_VOLATILITY = Parameter(
    "initial_log_odds_volatility",
    "v_0",
    "log odds^2",
    (0.0, math.inf),
    Transform.LOG,
    Prior(math.log(0.5), 1.0),
    0.5,
    "assumed; half the noise parameter, so that the first outcomes move the log odds by about one",
    Basis.ASSUMED,
    Group.CHILD,
    "Believed variance of the log odds' change from one trial to the next, before the first trial.",
)
LOG_ODDS_NOISE = Parameter(
    "log_odds_noise",
    "\\omega",
    "log odds^2",
    (0.0, math.inf),
    Transform.LOG,
    Prior(0.0, 0.5),
    1.0,
    "assumed; choices tell its ratio to volatility, hardly itself",
    Basis.ASSUMED,
    Group.CHILD,
    "Noise of an outcome on the log odds; also the variance of the first belief.",
)


def initial(parameters: Parameters) -> KalmanBelief:
    """Return the belief before the first trial: m = 0 (even odds), w = omega, v = v_0.

    Args:
        parameters: values by name.

    Returns:
        The state; its mean and variances are on the log odds.
    """
    noise = jnp.asarray(parameters["log_odds_noise"])
    return KalmanBelief(jnp.zeros_like(noise), noise, jnp.asarray(parameters["initial_log_odds_volatility"]))


def learned(parameters: Parameters, state: KalmanBelief, outcome: Scalar) -> KalmanBelief:
    """Return the belief after an outcome (Piray & Daw 2020, equations 14-19; docs/learning-rules.md, 23-28).

    k = (w + v)/(w + v + omega)                               (23)
    a = sqrt(w + v)                                           (24)
    m' = m + a (o - sigmoid(m))                               (25)
    w' = (1 - k)(w + v)                                       (26)
    c = (1 - k) w                                             (27)
    v' = v + lambda ((m' - m)^2 + w + w' - 2 c - v)           (28)

    An outcome between 0 and 1 counts as that share of an answer.

    Args:
        parameters: values by name.
        state: before.
        outcome: o in [0, 1].

    Returns:
        The next state.
    """
    before = state.variance + state.volatility
    gain = before / (before + parameters["log_odds_noise"])  # (E23) Piray & Daw 2020
    moved = jnp.sqrt(before) * (outcome - jax.nn.sigmoid(state.mean))  # (E24) Piray & Daw 2020
    variance = (1.0 - gain) * before  # (E26) Piray & Daw 2020
    covariance = (1.0 - gain) * state.variance  # (E27) Piray & Daw 2020
    change = moved * moved + state.variance + variance - 2.0 * covariance
    # (E28) Piray & Daw 2020
    volatility = state.volatility + parameters["volatility_gain"] * (change - state.volatility)
    return KalmanBelief(state.mean + moved, variance, volatility)  # (E25) Piray & Daw 2020


def expected(state: KalmanBelief) -> Scalar:
    """Return the expected outcome, sigmoid(m).

    Args:
        state: any state.

    Returns:
        In (0, 1).
    """
    return jax.nn.sigmoid(state.mean)


def uncertainty(state: KalmanBelief) -> Scalar:
    """Return the standard deviation of the expected probability, p (1 - p) sqrt(w + v), by the delta method.

    Args:
        state: any state.

    Returns:
        In the outcome's unit, > 0.
    """
    chance = expected(state)
    return chance * (1.0 - chance) * jnp.sqrt(state.variance + state.volatility)


BINARY_VOLATILE_KALMAN = LearningRule(
    RuleName.BINARY_VOLATILE_KALMAN,
    "volatile Kalman filter, binary",
    SOURCE,
    (VOLATILITY_GAIN, INITIAL_LOG_ODDS_VOLATILITY, LOG_ODDS_NOISE),
    (LOG_ODDS_NOISE.name,),
    KalmanBelief,
    initial,
    learned,
    expected,
    uncertainty,
    True,
)
