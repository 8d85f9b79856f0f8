"""The caregiver as an agent: spells, stress, separations, engagement, fright and the answer to a bid."""

from __future__ import annotations

from bowlby.model.life.arithmetic import indicator, namespace, sigmoid, standard_normal
from bowlby.model.life.event import EpisodeGap, EpisodeTime, EpisodeWords, Event
from bowlby.model.life.fright import gravest_act, provoked, unprovoked
from bowlby.model.life.state import CaregiverState
from bowlby.model.life.traits import DerivedConstants, Parameters
from bowlby.model.scalar import Scalar


def spell(now: Scalar, start: Scalar, end: Scalar, elapsed: Scalar) -> Scalar:
    """Return the probability of a two-state Markov process being on: p + (x - p) exp(-(1/start + 1/end) t).

    Args:
        now: 1 where it is on at the outset, else 0.
        start: mean time off until it starts, > 0.
        end: mean time on until it ends, > 0, in the unit of start.
        elapsed: time since, in that unit, >= 0.

    Returns:
        Probability in [0, 1]; p = end / (start + end) in the long run.
    """
    total = start + end
    share = end / total
    return share + (now - share) * namespace(total).exp(-elapsed * total / (start * end))  # (E37) derived


def wait(
    parameters: Parameters, state: CaregiverState, now: tuple[EpisodeTime, DerivedConstants], words: EpisodeWords
) -> CaregiverState:
    """Let time pass for the caregiver: spells begin and end, stress returns to its background.

    Args:
        parameters: traits and constants.
        state: after the last episode.
        now: time and what follows from it.
        words: of this episode.

    Returns:
        The state when the next need arises.
    """
    traits, constants, (time, derived) = parameters.caregiver, parameters.constants, now
    stress = traits.background_stress + (state.stress - traits.background_stress) * derived.stress_fade  # (E39) assumed
    # (E37) derived
    available = spell(state.available, traits.sojourn_unavailable, traits.sojourn_available, time.elapsed)
    available = available * (1.0 - constants.stress_availability * stress)  # (E40) assumed
    # (E38) derived
    apart = spell(state.separated, 24.0 / traits.separation_rate, traits.separation_length, time.elapsed)
    return CaregiverState(
        available=indicator(words.regime < available),
        separated=indicator(words.separation < apart),
        stress=stress,
        distance=state.distance,
    )


def between_bids(parameters: Parameters, state: CaregiverState, time: EpisodeTime, words: EpisodeWords) -> EpisodeGap:
    """Return what the caregiver did between two episodes without being bid to.

    Warm acts come in bursts of b, Poisson at the rate e / b (at most six between two episodes), so that b changes
    their density and not their number. Of frightening acts the gravest counts; a caregiver who is away commits none.

    Args:
        parameters: traits and constants.
        state: the caregiver's, when the next need arises.
        time: of this episode.
        words: of this episode.

    Returns:
        Warm acts, threat and startle.
    """
    traits = parameters.caregiver
    here = 1.0 - state.separated
    mean = traits.engagement_rate * time.waking / traits.engagement_burst * state.available * here
    acts = traits.engagement_burst * _poisson(mean, words.engagement)  # (E41) assumed
    scale = time.waking * here * (1.0 + parameters.constants.stress_harshness * state.stress)  # (E42) assumed
    threat, startle = gravest_act(unprovoked(traits), scale, words.unprovoked, parameters.constants)
    return EpisodeGap(acts, threat, startle)


def _poisson(mean: Scalar, word: Scalar) -> Scalar:
    """Return the count, at most six, that a uniform word picks from a Poisson law."""
    term = namespace(mean).exp(-mean)
    below, count = term, indicator(word > term)
    for number in (1.0, 2.0, 3.0, 4.0, 5.0):
        term = term * mean * (1.0 / number)
        below = below + term
        count = count + indicator(word > below)
    return count


def answer(parameters: Parameters, state: CaregiverState, event: Event, words: EpisodeWords) -> Event:
    """Return the episode with the caregiver's answer: P = detectability * willingness * availability * (1 - c).

    willingness = sigmoid(b_0 + b_s (signal - 1/2) - g_w distance): b_s below 0 is rejection of bids, far above 0
    answers protest only (conditional strategies: Main 1990, Human Development 33:48); g_w withdraws from a child that
    acts out (teachers do: Sabol & Pianta 2012, Attach Hum Dev 14:213). A slope alone does both jobs badly, hence the
    separate detectability. Latency is lognormal. Needs of the body are also served on schedule, whatever was signalled:
    with the probability `routine`, after a wait that is even between 0 and twice its mean.

    Args:
        parameters: traits and constants.
        state: the caregiver's, when the need arose.
        event: with need and act filled in.
        words: of this episode.

    Returns:
        The event with answer, latency, attunement, holding, presence and threat.
    """
    xp = namespace(words.answer)
    traits, constants = parameters.caregiver, parameters.constants
    here = 1.0 - state.separated
    detected = noticing_probability(parameters, state, event)
    ready = xp.where(state.available > 0.0, 1.0, traits.answer_unavailable) * (1.0 - traits.never_share)
    willing = _willingness(parameters, state, event)
    answered = indicator(words.answer < detected * willing * ready)  # (E74) assumed
    rebuffed = (event.express + event.intensify) * (1.0 - answered)
    scale = detected * (1.0 + constants.stress_harshness * state.stress)  # (E42) assumed
    threat, startle = gravest_act(provoked(traits), scale, words.provoked, constants)
    routine = event.physical * here * indicator(words.routine < traits.routine)  # (E78) assumed
    return event._replace(
        answered=answered,
        latency=traits.latency_median * xp.exp(traits.latency_spread * standard_normal(words.latency)),  # (E75) assumed
        attuned=indicator(words.attunement >= traits.intrusion),  # (E76) assumed
        held=indicator(words.holding < traits.holding),  # (E76) assumed
        warmth=traits.warmth,  # (E76) assumed
        present=state.available * here * traits.presence * (1.0 - rebuffed),  # (E77) assumed
        threat=threat,
        startle=startle,
        routine=routine,
        wait=2.0 * constants.routine_wait * words.routine / traits.routine,  # (E78) assumed
    )


def noticing_probability(parameters: Parameters, state: CaregiverState, event: Event) -> Scalar:
    """Return the probability that the caregiver notices a signal: its detectability, 0 while they are apart.

    Args:
        parameters: traits and constants.
        state: the caregiver's.
        event: with the act filled in.

    Returns:
        In [0, 1].
    """
    constants = parameters.constants
    level = _by_level(event, constants.detect_minimise, constants.detect_express, constants.detect_intensify)
    return level * (1.0 - state.separated)  # (E72) assumed


def after_episode(parameters: Parameters, state: CaregiverState, event: Event) -> CaregiverState:
    """Return the caregiver after the episode: protest raises stress by a share of what is left, and distance slowly.

    Args:
        parameters: traits and constants.
        state: when the need arose.
        event: what happened.

    Returns:
        The state.
    """
    here = 1.0 - state.separated
    moved = parameters.caregiver.stress_gain * event.intensify * here  # (E79) assumed
    away = parameters.constants.distance_rate * here * (event.intensify - state.distance)  # (E80) assumed
    return state._replace(stress=state.stress + moved * (1.0 - state.stress), distance=state.distance + away)


def _by_level(event: Event, minimise: Scalar, express: Scalar, intensify: Scalar) -> Scalar:
    xp = namespace(event.express)
    return xp.where(event.intensify > 0.0, intensify, xp.where(event.express > 0.0, express, minimise))


def _willingness(parameters: Parameters, state: CaregiverState, event: Event) -> Scalar:
    traits, constants = parameters.caregiver, parameters.constants
    strength = _by_level(event, constants.signal_minimise, constants.signal_express, constants.signal_intensify)
    slope = traits.answer_slope * constants.conditional_answer
    # (E73) assumed, after Main 1990; Sabol & Pianta 2012
    return sigmoid(traits.answer_base + slope * (strength - 0.5) - traits.withdrawal * state.distance)
