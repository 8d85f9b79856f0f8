"""The hierarchical Gaussian filter for binary outcomes, three levels, as the eHGF of the TAPAS software updates it."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp

from bowlby.model.parameter import Basis, Group, Parameter, Prior, Transform
from bowlby.model.rules.rule import LearningRule, Parameters, RuleName
from bowlby.model.scalar import Scalar

SOURCE = (
    "Mathys et al. 2011, Front Hum Neurosci 5:39, and 2014, 8:825; order and precision of the third level as in the "
    "enhanced filter of the TAPAS software (Frassle et al. 2021, Front Psychiatry 12:680811)"
)

TENDENCY_BOUND = 8.0
"""Largest |mu_2|, a probability of .9997: beyond it the first level's precision overflows what follows."""
LOG_VOLATILITY_BOUND = 8.0
"""Largest log volatility; below any prior's reach but for its last thousandth."""


class Levels(NamedTuple):
    """Means and variances of the tendency (level 2, logit) and its log volatility (level 3)."""

    tendency: Scalar
    tendency_variance: Scalar
    volatility: Scalar
    volatility_variance: Scalar


TONIC_VOLATILITY = Parameter(
    "tonic_volatility",
    "\\omega_2",
    "log variance a trial",
    (-math.inf, math.inf),
    Transform.IDENTITY,
    Prior(-2.0, 1.5),
    -2.0,
    "assumed; narrower than the software's default, which reaches where the filter breaks down",
    Basis.ASSUMED,
    Group.CHILD,
    "Log variance of the tendency's change from trial to trial, where volatility is at its usual level.",
)
META_VOLATILITY = Parameter(
    "meta_volatility",
    "\\omega_3",
    "log variance a trial",
    (-math.inf, math.inf),
    Transform.IDENTITY,
    Prior(-3.0, 1.5),
    -3.0,
    "assumed; choices hardly tell it",
    Basis.ASSUMED,
    Group.CHILD,
    "Log variance of the log volatility's change from trial to trial.",
)
COUPLING = Parameter(
    "coupling",
    "\\kappa_2",
    "1",
    (0.0, math.inf),
    Transform.LOG,
    None,
    1.0,
    "fixed: it only rescales the third level",
    Basis.ASSUMED,
    Group.MODEL,
    "How far the third level moves the second's volatility.",
)
INITIAL_TENDENCY_VARIANCE = Parameter(
    "initial_tendency_variance",
    "\\sigma_{2,0}",
    "logit^2",
    (0.0, math.inf),
    Transform.LOG,
    None,
    1.0,
    "assumed",
    Basis.ASSUMED,
    Group.MODEL,
    "Variance of the tendency before the first trial.",
)
INITIAL_VOLATILITY_VARIANCE = Parameter(
    "initial_volatility_variance",
    "\\sigma_{3,0}",
    "1",
    (0.0, math.inf),
    Transform.LOG,
    None,
    1.0,
    "assumed",
    Basis.ASSUMED,
    Group.MODEL,
    "Variance of the log volatility before the first trial.",
)


def initial(parameters: Parameters) -> Levels:
    """Return the levels before the first trial: mu_2 = 0 (even odds), mu_3 = 0.

    Args:
        parameters: values by name.

    Returns:
        The state.
    """
    zero = jnp.zeros_like(jnp.asarray(parameters["tonic_volatility"]))
    return Levels(
        zero,
        zero + parameters["initial_tendency_variance"],
        zero,
        zero + parameters["initial_volatility_variance"],
    )


def learned(parameters: Parameters, state: Levels, outcome: Scalar) -> Levels:
    """Return the levels after an outcome (Mathys et al. 2011, 2014; docs/learning-rules.md, equations 10-21).

    m = sigmoid(mu_2)                                            (10)
    v = exp(kappa mu_3 + omega_2)                                (11)
    p2^ = 1/(sigma_2 + v)                                        (12)
    p2 = p2^ + m (1 - m)                                         (13)
    mu_2' = mu_2 + (u - m)/p2                                    (14)
    delta = (1/p2 + (mu_2' - mu_2)^2) p2^ - 1                    (15)
    p3^ = 1/(sigma_3 + exp(omega_3))                             (16)
    mu_3' = mu_3 + kappa v p2^ delta/(2 p3^)                     (17)
    v' = exp(kappa mu_3' + omega_2), q = 1/(sigma_2 + v')        (18)
    w = v' q, r = (v' - sigma_2) q                               (19)
    d = (1/p2 + (mu_2' - mu_2)^2) q - 1                          (20)
    p3 = p3^ + max(0, kappa^2 w (w + r d)/2)                     (21)

    The third level's mean moves by its predicted precision, and its precision never falls below the predicted one: the
    original order can make a precision negative. So does TAPAS's eHGF (`tapas_ehgf_binary`). The eHGF of pyhgf moves
    the mean in the same order, but takes (18)-(20) as they were predicted before the mean moved, and gives NaN where
    the precision would not be positive; trajectories of the third level differ. An outcome between 0 and 1 counts as
    that share of an answer. |mu_2| and the log volatility are kept within `TENDENCY_BOUND` and `LOG_VOLATILITY_BOUND`.

    Args:
        parameters: values by name.
        state: before.
        outcome: u in [0, 1].

    Returns:
        The next state.
    """
    coupling = parameters["coupling"]
    chance = jax.nn.sigmoid(state.tendency)  # (E10) Mathys et al. 2011
    volatility = _volatility(parameters, state.volatility)
    predicted = 1.0 / (state.tendency_variance + volatility)  # (E12) Mathys et al. 2011
    variance = 1.0 / (predicted + chance * (1.0 - chance))  # (E13) Mathys et al. 2011
    # (E14) Mathys et al. 2011
    tendency = jnp.clip(state.tendency + variance * (outcome - chance), -TENDENCY_BOUND, TENDENCY_BOUND)
    spread = variance + (tendency - state.tendency) ** 2  # (E15) Mathys et al. 2011
    above = state.volatility_variance + jnp.exp(parameters["meta_volatility"])  # (E16) Mathys et al. 2011
    # (E17) Mathys et al. 2011; Frassle et al. 2021
    moved = 0.5 * coupling * volatility * predicted * (spread * predicted - 1.0) * above
    third = state.volatility + moved
    gained = _precision_gained(coupling, _volatility(parameters, third), state.tendency_variance, spread)
    # (E21) Mathys et al. 2011; Frassle et al. 2021
    return Levels(tendency, variance, third, 1.0 / (1.0 / above + gained))


def _volatility(parameters: Parameters, third: Scalar) -> Scalar:
    # (E18) Mathys et al. 2011; Frassle et al. 2021
    log_volatility = parameters["coupling"] * third + parameters["tonic_volatility"]
    return jnp.exp(jnp.minimum(log_volatility, LOG_VOLATILITY_BOUND))  # (E11) Mathys et al. 2011


def _precision_gained(coupling: Scalar, volatility: Scalar, variance: Scalar, spread: Scalar) -> Scalar:
    """Return what an outcome adds to the third level's precision (equations 19-21)."""
    precision = 1.0 / (variance + volatility)  # (E18) Mathys et al. 2011; Frassle et al. 2021
    weight = volatility * precision  # (E19) Mathys et al. 2011; Frassle et al. 2021
    balance = (volatility - variance) * precision  # (E19) Mathys et al. 2011; Frassle et al. 2021
    surprise = spread * precision - 1.0  # (E20) Mathys et al. 2011; Frassle et al. 2021
    # (E21) Mathys et al. 2011; Frassle et al. 2021
    return jnp.maximum(0.5 * coupling**2 * weight * (weight + balance * surprise), 0.0)


def expected(state: Levels) -> Scalar:
    """Return the expected outcome, sigmoid(mu_2).

    Args:
        state: any state.

    Returns:
        In (0, 1).
    """
    return jax.nn.sigmoid(state.tendency)


def uncertainty(state: Levels) -> Scalar:
    """Return the standard deviation of the expected probability, m (1 - m) sqrt(sigma_2), by the delta method.

    Args:
        state: any state.

    Returns:
        In the outcome's unit, > 0.
    """
    chance = expected(state)
    return chance * (1.0 - chance) * jnp.sqrt(state.tendency_variance)


GAUSSIAN_FILTER = LearningRule(
    RuleName.GAUSSIAN_FILTER,
    "hierarchical Gaussian filter (eHGF as in TAPAS)",
    SOURCE,
    (TONIC_VOLATILITY, META_VOLATILITY, COUPLING, INITIAL_TENDENCY_VARIANCE, INITIAL_VOLATILITY_VARIANCE),
    (),
    Levels,
    initial,
    learned,
    expected,
    uncertainty,
    True,
)
