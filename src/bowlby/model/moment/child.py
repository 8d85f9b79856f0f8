"""The child in seconds: activation, acts and voice, driven by what it has learned."""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.life import action
from bowlby.model.life.arithmetic import indicator, namespace
from bowlby.model.life.state import ChildState
from bowlby.model.life.traits import Parameters
from bowlby.model.moment.constants import MomentConstants
from bowlby.model.moment.state import BodyAct, CaregiverMoment, ChildMoment, Control, Gaze, MomentWords, Scene, Voice
from bowlby.model.scalar import Scalar


class Feelings(NamedTuple):
    """What the learned states mean just now.

    Args:
        attached: pull of the attachment, in [0, 1).
        relief: usable relief expected of own signals.
        trust: how far contact is trusted, in [0, 1).
        eased: how far mere presence eases, in [0, 1).
        rejected: how far signals made things worse, in [0, 1].
        anger: frustration beyond its onset, times the trait, >= 0.
        drives: approach and avoidance at this activation.
    """

    attached: Scalar
    relief: Scalar
    trust: Scalar
    eased: Scalar
    rejected: Scalar
    anger: Scalar
    drives: action.Drives


def feel(parameters: Parameters, moments: MomentConstants, child: ChildState, activation: Scalar) -> Feelings:
    """Return what the learned states mean at an activation.

    attached = phi / (phi + phi_half). trust = R^2 / (R^2 + R_half^2), R the usable relief expected of own signals.
    rejected = (relief expected without a signal - relief expected with one) / full, between 0 and 1: bids made things
    worse (Main 1990, Human Development 33:48). anger = trait gain (frustration - onset)+, which needs approach
    to be shown (Bowlby 1973, Separation).

    Args:
        parameters: traits and constants.
        moments: constants of the moment clock.
        child: learned states.
        activation: in [0, 1].

    Returns:
        What is felt.
    """
    xp = namespace(activation)
    drives = action.drives(parameters, child._replace(arousal=activation), activation)
    _, express, intensify = action.expected_relief(child)
    relief = drives.usable * xp.maximum(express, intensify)
    excess = (child.relief_minimise - xp.maximum(express, intensify)) / moments.rejection_full
    unasked = drives.usable * child.relief_minimise
    return Feelings(
        attached=child.formation / (child.formation + moments.attached_half),  # (E119) assumed
        relief=relief,
        trust=relief * relief / (relief * relief + moments.trust_half * moments.trust_half),  # (E120) assumed
        eased=unasked / (unasked + moments.presence_half),  # (E121) assumed
        rejected=xp.minimum(xp.maximum(excess, 0.0), 1.0),  # (E122) assumed, after Main 1990
        # (E123) assumed, after Bowlby 1973
        anger=parameters.child.anger * moments.anger_gain * xp.maximum(child.frustration - moments.anger_onset, 0.0),
        drives=drives,
    )


def called_for(parameters: Parameters, moments: MomentConstants, felt: Feelings, scene: Scene, need: Scalar) -> Scalar:
    """Return the activation that the situation calls for, 1 - prod (1 - x) over novelty, stranger, absence and need.

    A trusted caregiver who is there takes half of the fear away (secure base).

    Args:
        parameters: traits and constants.
        moments: constants of the moment clock.
        felt: by the child.
        scene: the situation.
        need: of everyday life, in [0, 1]; 0 where none is open.

    Returns:
        A value in [0, 1].
    """
    xp = namespace(need)
    # (E124) assumed
    fear = moments.fear_novelty * scene.novelty + moments.fear_stranger * parameters.child.inhibition * scene.stranger
    fear = xp.minimum(fear, 1.0) * (1.0 - 0.5 * scene.present * felt.trust)  # (E124) assumed
    absent = 1.0 - scene.present
    missing = absent * felt.attached * moments.separation_alarm
    alone = absent * (1.0 - scene.stranger) * moments.alone_alarm
    still = scene.still * moments.stillness_alarm * felt.trust
    # (E125) assumed, after Bowlby 1973; Mesman et al. 2009
    return 1.0 - (1.0 - fear) * (1.0 - missing) * (1.0 - alone) * (1.0 - still) * (1.0 - need)


def activate(
    parameters: Parameters,
    moments: MomentConstants,
    now: tuple[ChildState, ChildMoment, CaregiverMoment, Feelings],
    scene: Scene,
    need: Scalar,
) -> Scalar:
    """Return the activation a second later: up to what is called for, down by contact, presence and own regulation.

    Args:
        parameters: traits and constants.
        moments: constants of the moment clock.
        now: learned states, body, the caregiver's doing and what is felt.
        scene: the situation.
        need: of everyday life.

    Returns:
        A value in [0, 1].
    """
    xp = namespace(need)
    child, body, doing, felt = now
    wanted = called_for(parameters, moments, felt, scene, need)
    traits, constants = parameters.child, parameters.constants
    comfort = indicator(doing.comforting > 0.0)
    held = indicator(doing.hold > 0.0)
    quality = constants.relief_base + constants.relief_warmth * parameters.caregiver.warmth
    quality = comfort * (quality + constants.relief_holding * held)  # (E85) assumed
    touch = xp.maximum(quality, 0.5 * body.contact)
    falling = (
        moments.soothing_contact * traits.soothability * touch * felt.trust  # (E126) assumed
        + moments.soothing_presence * scene.present * (1.0 - scene.still) * felt.eased
        + moments.soothing_own * child.regulation
        + moments.soothing_stranger * scene.stranger * (1.0 - scene.present)
    )
    rising = moments.activation_up * 2.0 * traits.irritability * xp.maximum(wanted - body.activation, 0.0)
    # (E127) assumed
    return body.activation + rising - falling * xp.maximum(body.activation - wanted * (1.0 - touch * felt.trust), 0.0)


def act_values(
    parameters: Parameters, moments: MomentConstants, now: tuple[ChildState, ChildMoment, Feelings], scene: Scene
) -> tuple[Scalar, ...]:
    """Return the worth of each act but breakdown, in the order of `BodyAct`.

    V = activation * relief - cost + beta_u sd - dread * reach, as in the episode clock; approach and avoidance kept
    apart. Exploring is worth (1 - activation)^3 and less where no one is expected to be available (secure base);
    holding on gains from doubt, turning away from rejection, resisting from anger while near. What cannot be done
    (approach of an absent caregiver) is worth -10.

    Args:
        parameters: traits and constants.
        moments: constants of the moment clock.
        now: learned states, body and what is felt.
        scene: the situation.

    Returns:
        Six values.
    """
    xp = namespace(scene.present)
    child, body, felt = now
    traits, constants = parameters.child, parameters.constants
    active, drives = body.activation, felt.drives
    calm = (1.0 - active) * (1.0 - active) * (1.0 - active)
    safety = 1.0 - moments.play_unsafe * (1.0 - xp.maximum(felt.trust * scene.present, felt.attached * scene.present))
    dread = traits.caution * child.threat_reactivity * action.expected_threat(constants, child)
    bonus = traits.uncertainty_bonus * constants.uncertainty * moments.bonus_gain * child.surprise * felt.attached
    dear = 1.0 + constants.cost_helpless * action.helplessness(parameters, child)  # (E62) assumed
    closeness = active * (felt.relief + bonus)  # (E128) assumed
    here = scene.present > 0.0
    away = -10.0
    explore = moments.play_value * calm * safety * moments.exploration  # (E129) assumed
    approach = closeness - moments.approach_cost * dear - dread * constants.reach_express * active  # (E131) assumed
    cling = closeness + active * moments.cling_doubt * (1.0 - felt.trust) * felt.attached  # (E132) assumed
    cling = cling - dread * constants.reach_intensify * active  # (E132) assumed
    minimised = active * drives.usable * child.relief_minimise
    # (E133) assumed, after Main 1990
    avoid = moments.avoid_unwanted + minimised + active * moments.avoid_rejected * felt.rejected
    suppressed = constants.cost_minimise * active * active * (1.0 - felt.rejected)  # (E133) assumed, after Main 1990
    pull = xp.maximum(closeness, 0.0) / (xp.maximum(closeness, 0.0) + moments.anger_pull)
    resist = felt.anger * active * (1.0 - felt.trust) * felt.attached * pull  # (E134) assumed, after Bowlby 1973
    near = here & (body.near + body.contact > 0.0)
    return (
        explore,
        moments.attend_value * xp.ones_like(active),  # (E130) assumed
        xp.where(here & (body.contact < 1.0), approach, away),
        xp.where(here & (body.contact > 0.0), cling, away),
        xp.where(here, avoid - suppressed, away),
        xp.where(near, resist, away),
    )


def _choose(logits: tuple[Scalar, ...], word: Scalar) -> Scalar:
    """Return the index that a uniform word picks from logits."""
    xp = namespace(word)
    top = logits[0]
    for logit in logits[1:]:
        top = xp.maximum(top, logit)
    weights = [xp.exp(logit - top) for logit in logits]
    total = sum(weights[1:], weights[0])
    below, picked = weights[0], indicator(word * total > weights[0])
    for weight in weights[1:-1]:
        below = below + weight
        picked = picked + indicator(word * total > below)
    return picked


def _stay(word: Scalar, mean: Scalar) -> Scalar:
    """Return seconds of stay, Gamma of shape 2 in law (Weibull of shape 1.5 here): short stays are rarer than in a
    Poisson process, which is what makes the process semi-Markov."""
    xp = namespace(word)
    return mean * 1.1077 * (-xp.log(word)) ** (2.0 / 3.0)  # (E136) assumed


ACT_STAY = (12.0, 5.0, 4.0, 8.0, 6.0, 4.0, 5.0)
"""Mean stay in each act, seconds; assumed."""
VOICE_STAY = (5.0, 1.5, 6.0)


def move(
    parameters: Parameters,
    moments: MomentConstants,
    now: tuple[ChildState, ChildMoment, Feelings],
    scene: Scene,
    words: MomentWords,
) -> ChildMoment:
    """Return the body after one second of acting: the act goes on, another is chosen, or strategy breaks down.

    Args:
        parameters: traits and constants.
        moments: constants of the moment clock.
        now: learned states, body and what is felt.
        scene: the situation.
        words: of this second.

    Returns:
        The body, with act, voice, gaze, affect, place and theme of this second.
    """
    xp = namespace(words.act)
    child, body, felt = now
    values = act_values(parameters, moments, now, scene)
    temperature = parameters.child.inverse_temperature
    chosen = _choose(tuple(temperature * value for value in values), words.act)  # (E135) assumed
    breaks = indicator(words.breakdown < breakdown_hazard(parameters, moments, now, scene))
    over = (body.act_left <= 0.0) | (scene.began > 0.0)
    act = xp.where(breaks > 0.0, float(BodyAct.BREAKDOWN), xp.where(over, chosen, body.act))
    fresh = over | (breaks > 0.0)
    mean = _of(act, ACT_STAY)
    act_left = xp.where(fresh, _stay(words.act_stay, mean), body.act_left) - 1.0
    theme = xp.where(fresh, _theme(moments, child, felt, (scene, words)), body.theme)
    theme = xp.where(act == BodyAct.BREAKDOWN, theme, 0.0)
    body = body._replace(act=act, act_left=act_left, theme=theme)
    return _look(felt, _place(_speak(parameters, moments, (child, body, felt), (scene, words)), scene), scene, words)


def _theme(moments: MomentConstants, child: ChildState, felt: Feelings, now: tuple[Scene, MomentWords]) -> Scalar:
    """Return how strategy breaks down: in one of the seven themes, or, from the third year on, by taking charge.

    Children who were disorganized as infants come to control their caregivers at school entry, by punishing or by
    caring for them (Main & Cassidy 1988, Dev Psychol 24:415): the older the child and the more language it has, the
    more it can. Anger makes it punitive.
    """
    scene, words = now
    xp = namespace(words.theme)
    # (E138) assumed, after Main & Cassidy 1988
    grown = xp.minimum(xp.maximum((scene.age - moments.control_onset) / moments.control_rise, 0.0), 1.0)
    controls = grown * child.language
    punitive = controls * felt.anger / (felt.anger + moments.control_anger)  # (E138) assumed, after Main & Cassidy 1988
    left = xp.minimum((words.theme - controls) / xp.maximum(1.0 - controls, 1e-6), 0.999)
    theme = 1.0 + xp.floor(7.0 * left)
    theme = xp.where(words.theme < controls, float(Control.CAREGIVING), theme)
    return xp.where(words.theme < punitive, float(Control.PUNITIVE), theme)


def breakdown_hazard(
    parameters: Parameters, moments: MomentConstants, now: tuple[ChildState, ChildMoment, Feelings], scene: Scene
) -> Scalar:
    """Return the chance, in one second, that strategy breaks down: that of one episode over its seconds.

    Args:
        parameters: traits and constants.
        moments: constants of the moment clock.
        now: learned states, body and what is felt.
        scene: the situation; with no caregiver there is no conflict about it.

    Returns:
        A probability.
    """
    child, body, felt = now
    aroused = child._replace(arousal=body.activation)
    conduct = action.strain(parameters, aroused, felt.drives, body.activation)
    return conduct.hazard * scene.present * scene.watched / moments.breakdown_seconds  # (E137) assumed


def _of(index: Scalar, table: tuple[float, ...]) -> Scalar:
    xp = namespace(index)
    value = xp.full_like(index, table[0])
    for place, entry in enumerate(table[1:], start=1):
        value = xp.where(index == place, entry, value)
    return value


def _speak(
    parameters: Parameters,
    moments: MomentConstants,
    now: tuple[ChildState, ChildMoment, Feelings],
    around: tuple[Scene, MomentWords],
) -> ChildMoment:
    """The signal level of the episode clock, chosen anew every few seconds; below the floor, everyday talk.

    A bid is meant for the caregiver the more surely, the stronger the attachment; without one, for whoever is there.
    """
    scene, words = around
    xp = namespace(words.voice)
    child, body, felt = now
    active = body.activation
    minimise, express, intensify = action.policy(parameters, child._replace(arousal=active), active)
    temperature = parameters.child.inverse_temperature
    turned = temperature * moments.avoid_rejected * felt.rejected * active
    protest = temperature * moments.anger_voice * felt.anger * felt.attached * active
    needy = _choose((minimise + turned, express, intensify + protest), words.voice)  # (E139) assumed
    talk = indicator(words.voice < moments.social_bids * VOICE_STAY[0] / 3600.0)  # (E140) assumed
    chosen = xp.where(active >= moments.need_floor, needy, talk)
    over = (body.voice_left <= 0.0) & (body.theme < 1.0)
    voice = xp.where(body.theme > 0.0, float(Voice.QUIET), xp.where(over, chosen, body.voice))
    left = xp.where(over, _stay(words.voice_stay, _of(voice, VOICE_STAY)), body.voice_left) - 1.0
    whoever = 1.0 - 0.5 * scene.stranger - 0.5 * scene.stranger * (1.0 - scene.present)
    toward = indicator(words.toward < felt.attached + (1.0 - felt.attached) * whoever)
    return body._replace(voice=voice, voice_left=left, toward=xp.where(over, toward, body.toward))


def _place(body: ChildMoment, scene: Scene) -> ChildMoment:
    """Approach ends near and in contact; exploring and turning away leave both."""
    xp = namespace(body.act)
    reached = (body.act == BodyAct.APPROACH) & (body.act_left <= 0.0)
    leaves = (body.act == BodyAct.EXPLORE) | (body.act == BodyAct.AVOID) | (scene.present < 1.0)
    near = xp.where(leaves, 0.0, xp.where(reached | (body.theme >= Control.PUNITIVE), 1.0, body.near))
    contact = xp.where(leaves, 0.0, xp.where(reached, 1.0, body.contact))
    return body._replace(near=near, contact=contact)


def _look(felt: Feelings, body: ChildMoment, scene: Scene, words: MomentWords) -> ChildMoment:
    """Gaze goes with the act; affect falls with activation and rises with engagement by a partner who is trusted."""
    xp = namespace(words.gaze)
    act = body.act
    to_partner = xp.where(act == BodyAct.EXPLORE, 0.12, xp.where(act == BodyAct.AVOID, 0.03, 0.6)) * scene.present
    to_partner = to_partner + (1.0 - to_partner) * 0.75 * scene.play * (1.0 - body.activation)
    to_partner = to_partner * (1.0 - 0.5 * scene.still)
    to_object = (1.0 - to_partner) * xp.where((act == BodyAct.EXPLORE) | (act == BodyAct.AVOID), 0.85, 0.35)
    picked = indicator(words.gaze > to_partner) + indicator(words.gaze > to_partner + to_object)
    over = body.gaze_left <= 0.0
    gaze = xp.where(over, picked, body.gaze)
    gaze_left = xp.where(over, 3.0 + 0.0 * picked, body.gaze_left) - 1.0
    bad = body.activation * (0.25 + 0.75 * indicator(body.voice == Voice.CRY))  # (E141) assumed
    # (E141) assumed
    good = (1.0 - body.activation) ** 2 * (0.12 + 0.45 * scene.play * (1.0 - scene.still) + 0.2 * felt.trust)
    feeling = indicator(words.affect < good) - indicator(words.affect > 1.0 - bad)
    due = body.affect_left <= 0.0
    affect = xp.where(due, feeling, body.affect)
    affect_left = xp.where(due, 4.0 + 0.0 * feeling, body.affect_left) - 1.0
    partner = float(Gaze.PARTNER)
    gaze = xp.where(body.contact * scene.present > 0.0, xp.where(over & (picked == 1.0), partner, gaze), gaze)
    return body._replace(gaze=gaze, gaze_left=gaze_left, affect=affect, affect_left=affect_left)
