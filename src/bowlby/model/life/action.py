"""How a need becomes an act: values, choice, conflict and the breakdown of strategy."""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.life.arithmetic import indicator, namespace, sigmoid
from bowlby.model.life.event import EpisodeWords, Event
from bowlby.model.life.state import ChildState
from bowlby.model.life.traits import Constants, Parameters
from bowlby.model.scalar import Scalar

LOG_3 = 1.0986122886681098


class Drives(NamedTuple):
    """What pulls and pushes at once.

    Args:
        usable: share of expected relief that social cognition makes usable, in (0, 1].
        approach: need for proximity, raised by fear also where the partner is its source, in [0, 1].
        avoidance: reactivity times expected threat, weighted by caution, >= 0.
        arousal: with the need felt, in [0, 1].
        hope: best usable relief + unpredictability, in [0, 1].
    """

    usable: Scalar
    approach: Scalar
    avoidance: Scalar
    arousal: Scalar
    hope: Scalar


class Conduct(NamedTuple):
    """What was done and the strains behind it, for the running means."""

    conflict: Scalar
    no_strategy: Scalar
    hazard: Scalar


def drives(parameters: Parameters, state: ChildState, need: Scalar) -> Drives:
    """Return approach and avoidance, kept apart, with the arousal that the need brings.

    Args:
        parameters: traits and constants.
        state: when the need arises.
        need: intensity in (0, 1].

    Returns:
        The drives.
    """
    xp = namespace(need)
    traits, constants = parameters.child, parameters.constants
    threat = expected_threat(constants, state) * state.threat_reactivity
    fear = xp.minimum(traits.inhibition * threat, 1.0)  # (E55) assumed
    usable = constants.social_floor + (1.0 - constants.social_floor) * state.social_cognition  # (E54) assumed
    minimise, express, intensify = expected_relief(state)
    best = xp.maximum(xp.maximum(minimise, express), intensify)
    return Drives(
        usable=usable,
        approach=need + (1.0 - need) * fear,  # (E55) assumed
        avoidance=traits.caution * threat,  # (E56) assumed
        arousal=state.arousal + (1.0 - state.arousal) * traits.irritability * need,  # (E57) assumed
        hope=xp.minimum(best * usable + state.surprise, 1.0),  # (E58) assumed
    )


def expected_relief(state: ChildState) -> tuple[Scalar, Scalar, Scalar]:
    """Return the relief expected of each signal level with this partner.

    Args:
        state: with beliefs about the partner, which started from that about adults in general.

    Returns:
        Relief in [0, 1] for minimised, expressed and intensified signals.
    """
    return state.relief_minimise, state.relief_express, state.relief_intensify


def doubt(state: ChildState) -> tuple[Scalar, Scalar, Scalar]:
    """Return how uncertain each of these expectations is: sd of the Beta belief, sqrt(m (1 - m) / (n + 1)).

    Args:
        state: with beliefs about the partner.

    Returns:
        Standard deviations in [0, 1/2], for minimised, expressed and intensified signals.
    """
    return (
        _spread(state.relief_minimise, state.concentration_minimise),
        _spread(state.relief_express, state.concentration_express),
        _spread(state.relief_intensify, state.concentration_intensify),
    )


def _spread(mean: Scalar, concentration: Scalar) -> Scalar:
    # (E59) derived
    return namespace(mean).sqrt(namespace(mean).maximum(mean * (1.0 - mean), 0.0) / (concentration + 1.0))


def expected_threat(constants: Constants, state: ChildState) -> Scalar:
    """Return the threat expected: unprovoked + provoked + g of adults in general, at most 1.

    Args:
        constants: the weight g and its switch.
        state: with beliefs about the partner and about adults.

    Returns:
        A value in [0, 1].
    """
    general = constants.adults_weight * constants.adults * state.adults_threat
    # (E53) assumed, after Bowlby 1973; Sherman, Rice & Cassidy 2015
    return namespace(general).minimum(state.threat_unprovoked + state.threat_provoked + general, 1.0)


def policy(parameters: Parameters, state: ChildState, need: Scalar) -> tuple[Scalar, Scalar, Scalar]:
    """Return the logits of minimising, expressing and intensifying a need.

    V_a = n m_a - cost_a + beta_u sd_a - kappa reactivity threat reach_a; protest is also fed by anger,
    omega frustration approach hope: frustration together with approach, for as long as hope lasts (protest gives way
    to despair: Bowlby 1973, Separation). The cost of an act depends on need and efficacy: suppressing distress costs,
    crying is cheap when aroused, and signals that never changed anything are dear, or else the deprived keep crying.

    Args:
        parameters: traits and constants.
        state: when the need arises.
        need: intensity in (0, 1].

    Returns:
        Three logits, from minimising to intensifying.
    """
    return _policy(parameters, state, need, drives(parameters, state, need))


def _policy(parameters: Parameters, state: ChildState, need: Scalar, felt: Drives) -> tuple[Scalar, Scalar, Scalar]:
    traits, constants = parameters.child, parameters.constants
    worth = need * felt.usable
    bonus = traits.uncertainty_bonus * constants.uncertainty
    dread = traits.caution * state.threat_reactivity * state.threat_provoked
    minimise, express, intensify = (
        # (E60) assumed, after Wilson et al. 2014
        worth * mean + bonus * spread
        for mean, spread in zip(expected_relief(state), doubt(state), strict=True)
    )
    dear = 1.0 + constants.cost_helpless * helplessness(parameters, state)  # (E62) assumed
    anger = traits.anger * state.frustration * felt.approach * felt.hope  # (E63) assumed, after Bowlby 1973
    calm = 1.0 - felt.arousal
    temperature = traits.inverse_temperature
    return (
        # (E64) assumed
        temperature * (minimise - constants.cost_minimise * need * felt.arousal - dread * constants.reach_minimise),
        temperature * (express - constants.cost_express * dear - dread * constants.reach_express),  # (E65) assumed
        # (E66) assumed
        temperature * (intensify - constants.cost_intensify * calm * dear - dread * constants.reach_intensify + anger),
    )


def helplessness(parameters: Parameters, state: ChildState) -> Scalar:
    """Return how little own signals have changed: (1 - efficacy / e_1) between 0 and 1, efficacy = delta-P of relief.

    Args:
        parameters: the switch of the self model.
        state: with the two sides of delta-P.

    Returns:
        A value in [0, 1]; 0 where the model of self is switched off.
    """
    xp = namespace(state.with_signal)
    constants = parameters.constants
    efficacy = state.with_signal - state.without_signal
    # (E61) assumed
    return xp.minimum(xp.maximum(1.0 - efficacy / constants.efficacy_full, 0.0), 1.0) * constants.self_model


def act(parameters: Parameters, state: ChildState, need: Scalar, words: EpisodeWords) -> tuple[Event, Conduct]:
    """Choose the act: a strategy by softmax, or a disorganized act with a hazard that rises with conflict.

    conflict = min(approach, avoidance). no strategy = arousal (1 - hope)^2 H / log 3, with H the entropy of the policy
    and hope = best usable relief + unpredictability. hazard = sigmoid(f_0 + f_c conflict + f_n no strategy + f_u
    (1 - formation)).

    Args:
        parameters: traits and constants.
        state: when the need arises.
        need: intensity in (0, 1].
        words: of this episode.

    Returns:
        The event with need and act filled in, and the strains behind it.
    """
    xp = namespace(need)
    felt = drives(parameters, state, need)
    shares, entropy = _softmax(_policy(parameters, state, need, felt))
    conduct = _conduct(parameters, state, felt, entropy)
    frozen = indicator(words.freezing < conduct.hazard)
    moving = 1.0 - frozen
    express = xp.where((words.signal >= shares[0]) & (words.signal < shares[0] + shares[1]), moving, 0.0)
    intensify = xp.where(words.signal >= shares[0] + shares[1], moving, 0.0)
    nothing = express * 0.0
    return Event(need, express, intensify, frozen, *([nothing] * (len(Event._fields) - 4))), conduct


def strain(parameters: Parameters, state: ChildState, felt: Drives, need: Scalar) -> Conduct:
    """Return the strains at a need and the hazard of a disorganized act, as `act` has them.

    Args:
        parameters: traits and constants.
        state: of the child.
        felt: its drives at this need.
        need: intensity in [0, 1].

    Returns:
        Conflict, absence of a strategy and hazard.
    """
    return _conduct(parameters, state, felt, _softmax(_policy(parameters, state, need, felt))[1])


def _softmax(logits: tuple[Scalar, Scalar, Scalar]) -> tuple[tuple[Scalar, Scalar], Scalar]:
    """Return the first two shares and the entropy in nats."""
    xp = namespace(logits[0])
    top = xp.maximum(xp.maximum(logits[0], logits[1]), logits[2])
    low, middle, high = (logit - top for logit in logits)
    first, second, third = xp.exp(low), xp.exp(middle), xp.exp(high)
    total = first + second + third
    scale = 1.0 / total
    entropy = xp.log(total) - scale * (first * low + second * middle + third * high)  # (E68) derived
    return (first * scale, second * scale), entropy  # (E67) assumed


def _conduct(parameters: Parameters, state: ChildState, felt: Drives, entropy: Scalar) -> Conduct:
    xp = namespace(entropy)
    constants = parameters.constants
    together = xp.minimum(felt.approach, felt.avoidance)
    # With one drive only, the stronger wins and the weaker is not felt.
    conflict = together * constants.separate_drives  # (E69) assumed
    despair = 1.0 - felt.hope
    no_strategy = felt.arousal * despair * despair * entropy * (1.0 / LOG_3)  # (E70) assumed
    logit = (
        constants.freeze_base
        + constants.freeze_conflict * conflict
        + constants.freeze_no_strategy * no_strategy
        + constants.freeze_unformed * (1.0 - state.formation)
    )
    return Conduct(conflict, no_strategy, sigmoid(logit))  # (E71) assumed
