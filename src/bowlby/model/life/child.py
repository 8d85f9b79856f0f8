"""The child's step: time passes, something happens, the child is changed by it."""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.life import learning
from bowlby.model.life.action import Conduct
from bowlby.model.life.arithmetic import indicator, namespace
from bowlby.model.life.body import EpisodeLoad, develop
from bowlby.model.life.event import EpisodeGap, EpisodeTime, EpisodeWords, Event
from bowlby.model.life.state import ChildState
from bowlby.model.life.traits import Constants, DerivedConstants, Parameters
from bowlby.model.scalar import Scalar


class Experience(NamedTuple):
    """Everything a child's step is given: sampled by a simulation, observed by an inference.

    Args:
        time: when.
        derived: what follows from time and constants alike for every child.
        gap: what came before the need.
        event: need, act and answer.
        conduct: the strains behind the act.
    """

    time: EpisodeTime
    derived: DerivedConstants
    gap: EpisodeGap
    event: Event
    conduct: Conduct


def derive(constants: Constants, time: EpisodeTime) -> DerivedConstants:
    """Return what age and elapsed time mean alike for every child.

    Args:
        constants: of the model.
        time: of the episode.

    Returns:
        Plasticity, shares and fades.
    """
    xp = namespace(time.age)
    decline = xp.exp(-time.age / constants.plasticity_time)
    plasticity = 1.0 + constants.plasticity_decline * (decline - 1.0)  # (E29) assumed
    openness = constants.plasticity_floor + (1.0 - constants.plasticity_floor) * plasticity
    return DerivedConstants(
        plasticity=plasticity,
        # (E30) assumed, after Rovee-Collier 1999
        learning_plasticity=openness * (1.0 - xp.exp(-time.age / constants.memory_time)),
        # (E31) assumed
        physical_share=constants.need_physical_share * xp.exp(-time.age / constants.need_physical_time),
        relief_tau=constants.relief_tau + constants.relief_tau_age * time.age,  # (E32) assumed
        notice_fade=xp.exp(-time.elapsed / constants.notice_time),  # (E33) assumed
        stress_fade=xp.exp(-constants.stress_recovery * time.elapsed),  # (E34) assumed
        forming=indicator(time.age >= constants.formation_onset),  # (E35) assumed, after Bowlby 1969
        youth=xp.exp(-time.age / constants.youth_time),  # (E36) assumed, after Wolke et al. 2017
    )


def aged(parameters: Parameters, derived: DerivedConstants) -> Parameters:
    """Return the parameters at this age: a young infant has no other signal than crying, which costs it nothing.

    Args:
        parameters: traits and constants.
        derived: how young the child is.

    Returns:
        The same with the cost of crying at this age, k_3 (1 - exp(-age / t_y)).
    """
    cost = parameters.constants.cost_intensify * (1.0 - derived.youth)  # (E36) assumed, after Wolke et al. 2017
    return parameters._replace(constants=parameters.constants._replace(cost_intensify=cost))


def step(parameters: Parameters, state: ChildState, happened: Experience, words: EpisodeWords) -> ChildState:
    """Return the state after one episode: `wait`, then `live`.

    Args:
        parameters: traits and constants.
        state: after the episode before.
        happened: what came since, sampled or observed.
        words: of this episode; only noticing uses one.

    Returns:
        The new state.
    """
    return live(parameters, wait(parameters, state, happened, words), happened, words)


def noticed(constants: Constants, density: Scalar, gap: EpisodeGap, words: EpisodeWords) -> Scalar:
    """Return 1 where warm acts were noticed: P = D^2 / (D^2 + n_h^2), D their density in recent time.

    The square makes sparse acts go by unnoticed where as many in a cluster are not: warm behaviours so rare that the
    child does not notice them count as absent. Kernel and constants are assumed.

    Args:
        constants: the density of half noticing and the switch.
        density: of warm acts, those of this gap included, >= 0.
        gap: what came before the need.
        words: of this episode.

    Returns:
        1 or 0.
    """
    square = density * density
    by_density = square / (square + constants.notice_density * constants.notice_density)
    chance = constants.notice_even + constants.density_noticing * (by_density - constants.notice_even)  # (E82) assumed
    return indicator((gap.acts > 0.0) & (words.noticing < chance))


def wait(parameters: Parameters, state: ChildState, happened: Experience, words: EpisodeWords) -> ChildState:
    """Let time pass for the child: arousal fades, warm acts are noticed or not, unprovoked threat is learned.

    Args:
        parameters: traits and constants.
        state: after the episode before.
        happened: of which only time and gap are read.
        words: of this episode.

    Returns:
        The state when the need arises.
    """
    xp = namespace(words.noticing)
    constants, gap, derived = parameters.constants, happened.gap, happened.derived
    density = state.warm_density * derived.notice_fade + gap.acts  # (E81) assumed
    seen = noticed(constants, density, gap, words)
    fade = xp.exp(-constants.arousal_decay * (0.5 + state.regulation) * happened.time.elapsed)  # (E83) assumed
    # (E84) assumed
    alarm = xp.minimum(constants.threat_arousal * gap.threat + constants.startle_arousal * gap.startle, 1.0)
    calm = state.arousal * fade
    worth = constants.worth_rate * constants.self_model * parameters.child.susceptibility
    return state._replace(
        warm_density=density,
        worth=state.worth + xp.minimum(worth, 1.0) * (seen - state.worth),  # (E100) assumed
        arousal=calm + (1.0 - calm) * alarm,
        threat_unprovoked=_threat(parameters, state.threat_unprovoked, gap.threat, 1.0),
    )


class Relief(NamedTuple):
    """What an episode relieved.

    Args:
        got: relief, in [0, 1].
        contact: of it by an answer to the signal, in [0, 1].
        tended: quality of routine care, whenever it came, in [0, 1].
    """

    got: Scalar
    contact: Scalar
    tended: Scalar


def relief(constants: Constants, derived: DerivedConstants, event: Event) -> Relief:
    """Return relief, r = max(contact, routine, presence) (1 - l_d threat), and what of it was contact.

    contact = answered attuned exp(-latency / tau(age)) q with q = w_0 + w_1 warmth + w_2 holding; routine care of the
    body gives exp(-wait / tau) q, whatever was signalled. Presence relieves without contact and is lost on rebuff:
    without it rejection is the same as deprivation.

    Args:
        constants: weights.
        derived: tau at this age.
        event: what happened.

    Returns:
        Relief, contact and routine care.
    """
    xp = namespace(event.need)
    served = constants.relief_imposed + (1.0 - constants.relief_imposed) * event.attuned
    # (E85) assumed
    quality = constants.relief_base + constants.relief_warmth * event.warmth + constants.relief_holding * event.held
    contact = event.answered * served * xp.exp(-event.latency / derived.relief_tau) * quality  # (E86) assumed
    tended = event.routine * quality
    best = xp.maximum(contact, tended * xp.exp(-event.wait / derived.relief_tau))  # (E87) assumed
    best = xp.maximum(best, constants.relief_presence * event.present)
    return Relief(best * (1.0 - constants.relief_threat_loss * event.threat), contact, tended)  # (E88) assumed


def live(parameters: Parameters, state: ChildState, happened: Experience, words: EpisodeWords) -> ChildState:
    """Return the state after need, act and answer.

    Args:
        parameters: traits and constants.
        state: when the need arose.
        happened: what then happened.
        words: of this episode; the one that decided noticing while waiting is read again.

    Returns:
        The new state.
    """
    event, derived = happened.event, happened.derived
    got, contact, tended = relief(parameters.constants, derived, event)
    bid = event.express + event.intensify
    openness = parameters.child.susceptibility * derived.learning_plasticity  # (E93) assumed
    acted = (1.0 - bid - event.frozen, event.express, event.intensify, openness)
    learned = learning.learn_relief(parameters, state, got, acted)
    learned = _learn_threat_and_self(parameters, learned, event, (got, bid, openness))
    felt, soothed = _feel(parameters, learned, event, got)
    xp = namespace(got)
    summed = _summarise(parameters.constants, felt, happened)
    bound = _bond(parameters.constants, summed, derived, (contact, tended))
    lived = EpisodeLoad(
        soothed=soothed * xp.maximum(event.answered, event.routine),
        exchange=event.attuned * contact,
        stimulation=noticed(parameters.constants, state.warm_density, happened.gap, words),
        threat=xp.maximum(event.threat, happened.gap.threat),
        order=parameters.caregiver.signal_order,
        openness=parameters.child.susceptibility,
    )
    return develop(parameters.constants, bound, derived, lived)


def _threat(parameters: Parameters, expected: Scalar, met: Scalar, says: Scalar) -> Scalar:
    traits = parameters.child
    rates = (traits.threat_up, traits.threat_down, says * parameters.constants.threat_learning)  # (E98) assumed
    return learning.fast_up_slow_down(expected, met, rates)


def _learn_threat_and_self(
    parameters: Parameters, state: ChildState, event: Event, met: tuple[Scalar, Scalar, Scalar]
) -> ChildState:
    """Learn what a bid sets off, both sides of delta-P, and slowly what holds for adults in general."""
    xp = namespace(event.need)
    got, bid, openness = met
    constants = parameters.constants
    rate = xp.minimum(constants.efficacy_rate * openness, 1.0) * constants.self_model
    general = xp.minimum(constants.adults_rate * openness, 1.0)
    expected = xp.minimum(state.threat_unprovoked + state.threat_provoked, 1.0)
    silent = 1.0 - bid - event.frozen
    return state._replace(
        threat_provoked=_threat(parameters, state.threat_provoked, event.threat, bid),
        with_signal=state.with_signal + rate * bid * (got - state.with_signal),  # (E99) assumed
        without_signal=state.without_signal + rate * silent * (got - state.without_signal),  # (E99) assumed
        adults_relief=state.adults_relief + general * bid * (got - state.adults_relief),  # (E101) assumed
        adults_unasked=state.adults_unasked + general * silent * (got - state.adults_unasked),  # (E101) assumed
        adults_threat=state.adults_threat + general * (expected - state.adults_threat),  # (E102) assumed
    )


def _feel(parameters: Parameters, state: ChildState, event: Event, got: Scalar) -> tuple[ChildState, Scalar]:
    """Need and threat arouse, relief soothes, what stays unmet frustrates."""
    xp = namespace(got)
    traits, constants = parameters.child, parameters.constants
    aroused = state.arousal + (1.0 - state.arousal) * traits.irritability * event.need  # (E57) assumed
    # (E84) assumed
    alarm = xp.minimum(constants.threat_arousal * event.threat + constants.startle_arousal * event.startle, 1.0)
    aroused = aroused + (1.0 - aroused) * alarm
    soothed = aroused * traits.soothability * got  # (E89) assumed
    unmet = event.need * (1.0 - got)
    frustration = state.frustration + constants.frustration_rate * (unmet - state.frustration)  # (E90) assumed
    return state._replace(arousal=aroused - soothed, frustration=frustration), soothed


def _summarise(constants: Constants, state: ChildState, happened: Experience) -> ChildState:
    rate, event, conduct = constants.summary_rate, happened.event, happened.conduct
    minimised = 1.0 - event.express - event.intensify - event.frozen
    return state._replace(
        minimising=state.minimising + rate * (minimised - state.minimising),  # (E91) assumed
        intensifying=state.intensifying + rate * (event.intensify - state.intensifying),
        conflict=state.conflict + rate * (conduct.conflict - state.conflict),
        no_strategy=state.no_strategy + rate * (conduct.no_strategy - state.no_strategy),
        freezing=state.freezing + rate * (event.frozen - state.freezing),
    )


def _bond(
    constants: Constants, state: ChildState, derived: DerivedConstants, care: tuple[Scalar, Scalar]
) -> ChildState:
    """An attachment forms with contact, once familiar people are distinguished, and fades without it.

    Being tended on schedule does the less: contact comfort and not feeding makes the bond (Harlow & Zimmermann 1959,
    Science 130:421).
    """
    answered, tended = care
    # (E92) assumed, after Harlow & Zimmermann 1959
    contact = namespace(tended).maximum(answered, constants.formation_routine * tended)
    gain = constants.formation_rate * derived.forming * contact * (1.0 - state.formation)
    loss = constants.formation_loss * (1.0 - contact) * state.formation
    return state._replace(formation=state.formation + gain - loss)  # (E92) assumed, after Harlow & Zimmermann 1959
