"""How expectation follows experience: Rescorla-Wagner and the volatile Kalman filter, threat, and the model of self."""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.life.arithmetic import namespace
from bowlby.model.life.state import ChildState
from bowlby.model.life.traits import Parameters, Scalar


class Belief(NamedTuple):
    """Expected relief of one signal level.

    Args:
        mean: m, in [0, 1].
        variance: w, posterior variance, in [0, v_m].
        volatility: v, believed variance of change an episode, in [0, v_m].
    """

    mean: Scalar
    variance: Scalar
    volatility: Scalar


def volatile_kalman(belief: Belief, outcome: Scalar, rates: tuple[Scalar, Scalar, Scalar]) -> tuple[Belief, Scalar]:
    """Return the belief after one outcome (Piray & Daw 2020, PLoS Comput Biol 16:e1007963, equations 9-14).

    k = (w + v) / (w + v + sigma^2); m' = m + k (o - m); w' = (1 - k)(w + v); cov = (1 - k) w;
    v' = v + lambda ((m' - m)^2 + w + w' - 2 cov - v).

    Args:
        belief: before.
        outcome: o, in [0, 1].
        rates: sigma^2 > 0, lambda in (0, 1), and the cap of variance and volatility > 0.

    Returns:
        The belief, its variance and volatility capped; and the gain k in (0, 1).
    """
    xp = namespace(belief.mean)
    noise, volatility_gain, cap = rates
    spread = belief.variance + belief.volatility
    gain = spread / (spread + noise)
    moved = gain * (outcome - belief.mean)
    variance = (1.0 - gain) * spread
    covariance = (1.0 - gain) * belief.variance
    drift = moved * moved + belief.variance + variance - 2.0 * covariance - belief.volatility
    volatility = xp.minimum(belief.volatility + volatility_gain * drift, cap)
    return Belief(belief.mean + moved, xp.minimum(variance, cap), volatility), gain


def learn_relief(parameters: Parameters, state: ChildState, got: Scalar, acted: tuple[Scalar, ...]) -> ChildState:
    """Return the state after relief was met on the level that was signalled; the other levels keep their beliefs.

    The step towards the outcome is gain * susceptibility * plasticity * (relief - expected), the gain that of the rule:
    Rescorla & Wagner's (1972) alpha, or the volatile filter's k.

    Args:
        parameters: traits and constants.
        state: before.
        got: relief in [0, 1].
        acted: minimised, expressed, intensified (1 or 0 each; all 0 where no strategy was followed), and the gain of
            susceptibility and plasticity, >= 0.

    Returns:
        The new state.
    """
    xp = namespace(got)
    traits, constants = parameters.child, parameters.constants
    minimised, expressed, intensified, openness = acted
    belief = Belief(
        _chosen(acted, state.relief_minimise, state.relief_express, state.relief_intensify),
        _chosen(acted, state.variance_minimise, state.variance_express, state.variance_intensify),
        _chosen(acted, state.volatility_minimise, state.volatility_express, state.volatility_intensify),
    )
    rates = (constants.observation_variance, traits.volatility_gain, constants.variance_cap)
    filtered, kalman_gain = volatile_kalman(belief, got, rates)
    rule = constants.volatile
    gain = xp.minimum((rule * kalman_gain + (1.0 - rule) * traits.learning_rate) * openness, 1.0)
    error = got - belief.mean
    step = gain * error
    variance = rule * (filtered.variance - belief.variance)
    volatility = rule * (filtered.volatility - belief.volatility)
    strategic = minimised + expressed + intensified
    return state._replace(
        relief_minimise=state.relief_minimise + minimised * step,
        relief_express=state.relief_express + expressed * step,
        relief_intensify=state.relief_intensify + intensified * step,
        variance_minimise=state.variance_minimise + minimised * variance,
        variance_express=state.variance_express + expressed * variance,
        variance_intensify=state.variance_intensify + intensified * variance,
        volatility_minimise=state.volatility_minimise + minimised * volatility,
        volatility_express=state.volatility_express + expressed * volatility,
        volatility_intensify=state.volatility_intensify + intensified * volatility,
        surprise=state.surprise + constants.summary_rate * strategic * (abs(error) - state.surprise),
    )


def _chosen(acted: tuple[Scalar, ...], minimise: Scalar, express: Scalar, intensify: Scalar) -> Scalar:
    xp = namespace(minimise)
    return xp.where(acted[2] > 0.0, intensify, xp.where(acted[1] > 0.0, express, minimise))


def fast_up_slow_down(expected: Scalar, met: Scalar, rates: tuple[Scalar, Scalar, Scalar]) -> Scalar:
    """Return expected threat after an episode: it rises at one rate and falls at another, far smaller.

    Args:
        expected: in [0, 1].
        met: threat in [0, 1].
        rates: up, down, and a common gain (0 where the episode says nothing), each >= 0.

    Returns:
        A value in [0, 1].
    """
    xp = namespace(expected)
    up, down, openness = rates
    rate = xp.where(met > expected, up, down) * openness
    return expected + xp.minimum(rate, 1.0) * (met - expected)
