"""The caregiver in seconds: answers that come due, comfort, play, imposing, fright and sensory signals."""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.life.arithmetic import indicator, namespace
from bowlby.model.life.event import Event
from bowlby.model.life.fright import FrighteningAct, act, provoked, unprovoked
from bowlby.model.life.state import CaregiverState
from bowlby.model.life.traits import Parameters
from bowlby.model.moment.constants import MomentConstants
from bowlby.model.moment.state import CaregiverMoment, ChildMoment, MomentWords, Scene
from bowlby.model.scalar import Scalar

ANSWER_S = 2.0
"""Length of the first act of an answer; assumed."""
IMPOSING_S = 15.0
"""Length of imposing; assumed."""
FACE_S = 4.0
"""Mean stay of the caregiver's look and affect, seconds; assumed."""
SOUNDS_A_ROUND = 4.0
"""Signals with voice in one round through the eight states."""
LONGEST_COMFORT_S = 120.0
"""Longest comfort at a stretch; assumed."""
NEVER_S = 1e9
"""Seconds until what is not going to come."""


class VisibleCare(NamedTuple):
    """What of the caregiver can be seen in this second."""

    answer: Scalar
    answer_at: Scalar
    engage: Scalar


def spell(parameters: Parameters, state: CaregiverState, words: MomentWords) -> CaregiverState:
    """Return the caregiver a second later: spells of availability begin and end.

    Args:
        parameters: traits and constants.
        state: a second ago.
        words: of this second.

    Returns:
        The state.
    """
    xp = namespace(words.regime)
    traits = parameters.caregiver
    ends = 1.0 / (3600.0 * traits.sojourn_available)  # (E142) derived
    starts = 1.0 / (3600.0 * traits.sojourn_unavailable)  # (E142) derived
    there = xp.where(state.available > 0.0, indicator(words.regime >= ends), indicator(words.regime < starts))
    return state._replace(available=there)


def under_strain(parameters: Parameters, state: CaregiverState, words: MomentWords) -> CaregiverState:
    """Return the caregiver as it is for one bid: stress takes a share of its availability.

    Args:
        parameters: traits and constants.
        state: of this second.
        words: of this second.

    Returns:
        The state with availability as this bid meets it.
    """
    left = 1.0 - parameters.constants.stress_availability * state.stress  # (E40) assumed
    return state._replace(available=state.available * indicator(words.strain < left))


def plan(
    doing: CaregiverMoment, event: Event, begins: Scalar, timing: tuple[Scalar, Scalar, Scalar]
) -> CaregiverMoment:
    """Return what is due once a bid was answered in chance but not yet in time.

    Args:
        doing: before.
        event: with the answer as it will come.
        begins: 1 where it is planned now.
        timing: share of this second at which the bid began; shares of the latency after which the first act and the
            service come.

    Returns:
        The plan.
    """
    xp = namespace(begins)
    start, first, service = timing
    now = (begins > 0.0) & (event.answered > 0.0)
    seconds = 60.0 * event.latency
    by_answer = xp.where(now, start + service * seconds, NEVER_S)
    routine = (begins > 0.0) & (event.routine > 0.0)
    by_routine = xp.where(routine, start + 60.0 * event.wait, NEVER_S)
    return doing._replace(
        due=xp.where(now, start + first * seconds, doing.due),
        serve=xp.where(now | routine, xp.minimum(by_answer, by_routine), doing.serve),
        imposing=xp.where(now, 1.0 - event.attuned, xp.where(routine, 0.0, doing.imposing)),
        holding=xp.where(now | routine, event.held * xp.where(now, event.attuned, 1.0), doing.holding),
    )


def carry_on(
    parameters: Parameters,
    moments: MomentConstants,
    now: tuple[CaregiverState, CaregiverMoment, ChildMoment],
    scene: Scene,
    words: MomentWords,
) -> tuple[CaregiverMoment, VisibleCare]:
    """Let a second pass for the caregiver: what is due comes, comfort goes on while it is needed, play begins and ends.

    Args:
        parameters: traits and constants.
        moments: constants of the moment clock.
        now: the caregiver's state and doing, and the child's body.
        scene: the situation.
        words: of this second.

    Returns:
        The doing, and what shows.
    """
    xp = namespace(words.engaged)
    state, doing, body = now
    free = scene.present * (1.0 - scene.still)
    first = indicator((doing.due >= 0.0) & (doing.due < 1.0)) * free
    served = indicator((doing.serve >= 0.0) & (doing.serve < 1.0)) * free
    # Coming to serve a need is as plain an answer to whatever was cried meanwhile as the first word to it was.
    answer = xp.maximum(first, served)
    at = xp.where(first > 0.0, doing.due, doing.serve)
    needed = indicator(body.activation > moments.need_floor)
    comforting = xp.where(  # (E145) assumed
        served > 0.0,
        LONGEST_COMFORT_S,
        xp.minimum(doing.comforting, xp.where(needed > 0.0, LONGEST_COMFORT_S, moments.comfort_seconds)) - 1.0,
    )
    comforting = xp.maximum(comforting, 0.0) * free
    hold = xp.where(served * doing.holding > 0.0, 1.0, indicator(doing.hold > 0.0)) * indicator(comforting > 0.0)
    engaging, engage = _engage(parameters, moments, (state, doing), scene, words)
    signal, signal_left = _signal(parameters, moments, doing, words)
    after = CaregiverMoment(
        due=xp.where(doing.due >= 0.0, xp.maximum(doing.due - 1.0, -1.0), -1.0),
        serve=xp.where(doing.serve >= 0.0, xp.maximum(doing.serve - 1.0, -1.0), -1.0),
        imposing=doing.imposing,
        holding=doing.holding,
        answering=xp.where(answer > 0.0, ANSWER_S, xp.maximum(doing.answering - 1.0, 0.0)) * free,
        comforting=comforting * (1.0 - served * doing.imposing),
        hold=hold,
        intruding=xp.where(answer * doing.imposing > 0.0, IMPOSING_S, xp.maximum(doing.intruding - 1.0, 0.0)) * free,
        engaging=engaging,
        signal=signal,
        signal_left=signal_left,
        look=doing.look,
        mood=doing.mood,
        face_left=doing.face_left,
    )
    after = _face(parameters, state, after, (scene, engage), words)
    return after, VisibleCare(answer, xp.maximum(at, 0.0) * answer, engage)


def _engage(
    parameters: Parameters,
    moments: MomentConstants,
    now: tuple[CaregiverState, CaregiverMoment],
    scene: Scene,
    words: MomentWords,
) -> tuple[Scalar, Scalar]:
    xp = namespace(words.engaged)
    state, doing = now
    begins = bout_begins(parameters, state, scene, words)
    # (E144) assumed
    left = xp.where(begins > 0.0, parameters.caregiver.engagement_burst * moments.engagement_acts, doing.engaging)
    pace = 0.3 + 0.3 * scene.play
    free = (doing.answering + doing.comforting <= 0.0) | (scene.play >= 1.0)
    going = ((left > 0.0) | (scene.play > 0.0)) & (scene.still < 1.0) & (scene.present > 0.0) & free
    acts = indicator(going & (words.engaged < pace))
    kind = 1.0 + xp.floor(2.0 * words.engaged / pace)
    return xp.maximum(left - acts, 0.0), acts * xp.minimum(kind, 2.0)


def _face(
    parameters: Parameters, state: CaregiverState, doing: CaregiverMoment, now: tuple[Scene, Scalar], words: MomentWords
) -> CaregiverMoment:
    """Look and affect follow what is done: at the child and warm with it, away and flat when strained or instructed."""
    xp = namespace(words.look)
    scene, engage = now
    with_child = indicator((doing.answering + doing.comforting + engage > 0.0) | (scene.play > 0.0))
    calm = 1.0 - state.stress
    looks = xp.where(with_child > 0.0, 0.95, 0.25 + 0.35 * state.available)
    pleased = parameters.caregiver.warmth * calm * (0.15 + 0.65 * with_child)
    cross = 0.5 * state.stress * state.stress
    chosen = indicator(words.mood < pleased) - indicator(words.mood > 1.0 - cross)
    over = doing.face_left <= 0.0
    left = xp.where(over, -xp.log(words.face_stay) * FACE_S, doing.face_left) - 1.0
    still = 1.0 - scene.still
    mood = xp.where(over, chosen, doing.mood) * still
    return doing._replace(look=xp.where(over, indicator(words.look < looks), doing.look), mood=mood, face_left=left)


def bout_begins(parameters: Parameters, state: CaregiverState, scene: Scene, words: MomentWords) -> Scalar:
    """Return 1 where a bout of play and talk begins that nothing asked for, at the rate e / b an hour while available.

    Args:
        parameters: traits and constants.
        state: the caregiver's.
        scene: the situation.
        words: of this second.

    Returns:
        1 or 0.
    """
    traits = parameters.caregiver
    rate = traits.engagement_rate / traits.engagement_burst / 3600.0  # (E143) derived
    rate = rate * (1.0 - parameters.constants.stress_availability * state.stress)  # (E143) derived
    return indicator(words.engagement < rate * state.available * scene.present * (1.0 - scene.still))


def _signal(
    parameters: Parameters, moments: MomentConstants, doing: CaregiverMoment, words: MomentWords
) -> tuple[Scalar, Scalar]:
    """Sensory signals visit eight states; with order 1 one fixed successor follows each, with order 0 any other.

    How much there is of them lies in the stay in silence alone, so that their order is independent of their amount.
    """
    xp = namespace(words.signal)
    change = doing.signal_left <= 0.0
    ordered = doing.signal + 1.0
    other = doing.signal + 1.0 + xp.floor(7.0 * words.signal)
    # (E146) assumed, after Davis et al. 2017
    follows = xp.where(words.order < parameters.caregiver.signal_order, ordered, other)
    follows = follows - 8.0 * indicator(follows >= 8.0)
    # (E147) assumed
    silence = 3600.0 * SOUNDS_A_ROUND / (parameters.caregiver.engagement_rate * moments.engagement_acts)
    mean = xp.where(follows < 1.0, silence, moments.signal_pace)  # (E147) assumed
    left = xp.where(change, -xp.log(words.signal_stay) * mean, doing.signal_left) - 1.0
    return xp.where(change, follows, doing.signal), left


def frighten(parameters: Parameters, state: CaregiverState, scene: Scene, words: MomentWords) -> FrighteningAct:
    """Return the frightening act of this second that nothing set off, if one comes.

    Args:
        parameters: traits and constants.
        state: the caregiver's.
        scene: the situation.
        words: of this second.

    Returns:
        The act.
    """
    constants = parameters.constants
    scale = scene.present * (1.0 + constants.stress_harshness * state.stress) / 3600.0  # (E42) assumed
    return act(unprovoked(parameters.caregiver), scale, (words.unprovoked, words.fright), constants)


def rebuke(parameters: Parameters, state: CaregiverState, noticed: Scalar, words: MomentWords) -> FrighteningAct:
    """Return the frightening act that the signal of a need sets off, if one comes.

    Args:
        parameters: traits and constants.
        state: the caregiver's.
        noticed: probability that the signal is noticed.
        words: of this second.

    Returns:
        The act.
    """
    constants = parameters.constants
    scale = noticed * (1.0 + constants.stress_harshness * state.stress)  # (E42) assumed
    return act(provoked(parameters.caregiver), scale, (words.provoked, words.rebuke), constants)
