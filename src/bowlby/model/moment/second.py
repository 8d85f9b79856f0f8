"""One second of one dyad: what is due comes, the child feels and acts, a need opens or closes, and the child learns."""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.life import action, need
from bowlby.model.life import caregiver as partner
from bowlby.model.life import child as learner
from bowlby.model.life.arithmetic import indicator, namespace
from bowlby.model.life.child import Experience
from bowlby.model.life.event import EpisodeGap, EpisodeTime, EpisodeWords, Event
from bowlby.model.life.fright import FrighteningAct
from bowlby.model.life.state import LifeState
from bowlby.model.life.traits import DerivedConstants, Parameters
from bowlby.model.moment import caregiver, child
from bowlby.model.moment.constants import MomentConstants
from bowlby.model.moment.state import BodyAct as Conduct
from bowlby.model.moment.state import (
    CaregiverMoment,
    ChildMoment,
    Episode,
    Moment,
    MomentWords,
    Observables,
    Scene,
    Voice,
)
from bowlby.model.scalar import Scalar


class MomentAge(NamedTuple):
    """Age and what follows from it.

    Args:
        age: months.
        derived: what age means alike for every child.
        needs: of everyday life per waking hour.
    """

    age: Scalar
    derived: DerivedConstants
    needs: Scalar


def second(
    parameters: Parameters,
    moments: MomentConstants,
    moment: Moment,
    around: tuple[Scene, MomentAge],
    words: MomentWords,
) -> tuple[Moment, Observables]:
    """Play one second.

    Args:
        parameters: traits of the two and constants.
        moments: constants of the moment clock.
        moment: a second ago.
        around: the situation and the age.
        words: of this second.

    Returns:
        The dyad now and what could be seen.
    """
    scene, when = around
    parameters = learner.aged(parameters, when.derived)
    moment = _close(parameters, moments, moment, around, words)
    state = caregiver.spell(parameters, moment.life.caregiver, words)
    state = state._replace(separated=1.0 - scene.present)
    moment = moment._replace(life=moment.life._replace(caregiver=state))
    doing, shown = caregiver.carry_on(parameters, moments, (state, moment.doing, moment.body), scene, words)
    serving = indicator((moment.doing.serve >= 0.0) & (moment.doing.serve < 1.0)) * scene.present
    sudden = caregiver.frighten(parameters, state, scene, words)
    body = _act(parameters, moments, moment._replace(doing=doing), scene, words)
    bid = indicator((body.voice > 0.0) & ((moment.body.voice != body.voice) | (moment.body.voice_left <= 0.0)))
    moment = Moment(moment.life, body, doing, moment.episode)
    moment, provoked = _respond(parameters, moments, moment, around, (bid, words))
    moment = _startled(parameters, moment, sudden)
    acts = parameters.caregiver.engagement_burst * caregiver.bout_begins(parameters, state, scene, words)
    moment = _account(moment, (acts, serving), sudden, scene)
    return moment, _seen(moment, (shown, bid, _graver(sudden, provoked)), scene, words)


def _graver(one: FrighteningAct, other: FrighteningAct) -> FrighteningAct:
    xp = namespace(one.threat)
    takes = (other.threat > one.threat) | ((other.threat == one.threat) & (other.tier > one.tier))
    return FrighteningAct(*(xp.where(takes, its, own) for its, own in zip(other, one, strict=True)))


def _act(
    parameters: Parameters, moments: MomentConstants, moment: Moment, scene: Scene, words: MomentWords
) -> ChildMoment:
    xp = namespace(words.act)
    learned, body, episode = moment.life.child, moment.body, moment.episode
    felt = child.feel(parameters, moments, learned, body.activation)
    open_need = episode.opened * (1.0 - scene.staged) * (1.0 - episode.served) * episode.event.need
    now = (learned, body, moment.doing, felt)
    activation = child.activate(parameters, moments, now, scene, open_need)
    body = body._replace(
        activation=xp.minimum(xp.maximum(activation, 0.0), 1.0),
        contact=xp.maximum(body.contact, indicator(moment.doing.hold > 0.0)),
    )
    return _within_act(child.move(parameters, moments, (learned, body, felt), scene, words), episode, scene)


def _within_act(body: ChildMoment, episode: Episode, scene: Scene) -> ChildMoment:
    """At home the signal level of an episode sums up its voice: who chose to minimise does not cry all the same."""
    xp = namespace(body.voice)
    level = episode.event.express + 2.0 * episode.event.intensify
    waiting = episode.opened * (1.0 - episode.served) * (1.0 - scene.staged)
    return body._replace(voice=xp.where(waiting > 0.0, xp.minimum(body.voice, level), body.voice))


def _respond(
    parameters: Parameters,
    moments: MomentConstants,
    moment: Moment,
    around: tuple[Scene, MomentAge],
    heard: tuple[Scalar, MomentWords],
) -> tuple[Moment, FrighteningAct]:
    """Let a need open and the caregiver decide on the signal that opened it, on a stronger one, or on mere talk."""
    xp = namespace(moment.body.activation)
    scene, (bid, words) = around[0], heard
    opens, wanted, physical = _opens(parameters, moments, moment, around, words)
    act = _act_of(parameters, moment, (scene, bid, wanted), words)._replace(physical=physical)
    word = xp.where(opens > 0.0, words.answer, moment.episode.answer_word)
    decides = xp.maximum(opens, _is_stronger(moment.episode, act) * scene.staged)
    event = _decided(parameters, moment, act, (scene, decides, word), words)
    rebuke = _rebuke(parameters, moment, act, decides, words)
    event = event._replace(
        need=xp.where(opens > 0.0, wanted, moment.episode.event.need),
        threat=xp.where(decides > 0.0, rebuke.threat, event.threat),
        startle=xp.where(decides > 0.0, rebuke.startle, event.startle),
    )
    staged = scene.staged > 0.0
    first = xp.where(staged, moments.contact_hurry, moments.first_act_share)  # (E148) assumed
    service = xp.where(staged, moments.contact_hurry, 1.0)  # (E148) assumed
    doing = caregiver.plan(moment.doing, event, decides, (words.bid, first, service))
    opened = xp.maximum(opens, moment.episode.opened)
    doing = _small_talk(parameters, moments, moment._replace(doing=doing), (scene, bid * (1.0 - opened)), words)
    # At home the voice of the first second is the very signal that the episode is learned by.
    level = act.express + 2.0 * act.intensify
    voice = xp.where(opens * (1.0 - scene.staged) > 0.0, level, moment.body.voice)
    kept = 1.0 - opens
    episode = moment.episode._replace(
        opened=opened,
        event=event,
        answer_word=word,
        seconds=moment.episode.seconds * kept,
        served=moment.episode.served * kept,
    )
    moment = _startled(parameters, moment, rebuke)
    return moment._replace(body=moment.body._replace(voice=voice), doing=doing, episode=episode), rebuke


def _rebuke(
    parameters: Parameters, moment: Moment, signal: Event, decides: Scalar, words: MomentWords
) -> FrighteningAct:
    state = moment.life.caregiver
    found = caregiver.rebuke(parameters, state, partner.noticing_probability(parameters, state, signal), words)
    return FrighteningAct(*(value * decides for value in found))


def _act_of(parameters: Parameters, moment: Moment, now: tuple[Scene, Scalar, Scalar], words: MomentWords) -> Event:
    """At home the act is chosen as in the episode clock; in a procedure it is the bid that is heard."""
    xp = namespace(words.level)
    scene, bid, wanted = now
    learned = moment.life.child
    hours = moment.episode.idle / 3600.0
    calmed = xp.exp(-parameters.constants.arousal_decay * (0.5 + learned.regulation) * hours)  # (E83) assumed
    learned = learned._replace(arousal=learned.arousal * calmed)
    act, _ = action.act(parameters, learned, wanted, _episode_words(words, words.answer))
    cry = indicator(moment.body.voice == Voice.CRY)
    staged = scene.staged > 0.0
    return act._replace(
        express=xp.where(staged, bid * (1.0 - cry), act.express),
        intensify=xp.where(staged, bid * cry, act.intensify),
        frozen=xp.where(staged, indicator(moment.body.theme > 0.0), act.frozen),
    )


def _is_stronger(episode: Episode, act: Event) -> Scalar:
    before = episode.event.express + 2.0 * episode.event.intensify
    unanswered = episode.opened * (1.0 - episode.event.answered)
    return unanswered * indicator(act.express + 2.0 * act.intensify > before)


def _decided(
    parameters: Parameters, moment: Moment, act: Event, now: tuple[Scene, Scalar, Scalar], words: MomentWords
) -> Event:
    """Return the episode with the answer as it will come, where one is decided now; else as it was."""
    xp = namespace(words.answer)
    scene, decides, word = now
    state = caregiver.under_strain(parameters, moment.life.caregiver, words)
    decided = partner.answer(parameters, state, act, _episode_words(words, word))
    free = 1.0 - scene.still
    decided = decided._replace(answered=decided.answered * free, routine=decided.routine * free)
    return Event(*(xp.where(decides > 0.0, new, old) for new, old in zip(decided, moment.episode.event, strict=True)))


def _small_talk(
    parameters: Parameters, moments: MomentConstants, moment: Moment, now: tuple[Scene, Scalar], words: MomentWords
) -> CaregiverMoment:
    """Answer a bid of everyday talk or not; too small a need for learning, it is part of what is seen and counted."""
    scene, bid = now
    talk = bid * indicator(moment.doing.due < 0.0) * moment.body.toward
    nothing = talk * 0.0
    act = Event(nothing, talk, *([nothing] * (len(Event._fields) - 2)))
    state = caregiver.under_strain(parameters, moment.life.caregiver, words)
    heard = partner.answer(parameters, state, act, _episode_words(words, words.answer))
    heard = heard._replace(answered=heard.answered * (1.0 - scene.still))
    return caregiver.plan(moment.doing, heard, talk, (words.bid, moments.first_act_share, -caregiver.NEVER_S))


def _opens(
    parameters: Parameters,
    moments: MomentConstants,
    moment: Moment,
    around: tuple[Scene, MomentAge],
    words: MomentWords,
) -> tuple[Scalar, Scalar, Scalar]:
    """A need of everyday life opens by chance; in a procedure the situation opens one once it activates enough."""
    xp = namespace(words.need)
    scene, when = around
    closed = 1.0 - moment.episode.opened
    everyday = indicator(words.need < when.needs / 3600.0) * (1.0 - scene.staged)
    activated = indicator(moment.body.activation >= moments.need_floor) * scene.staged  # (E149) assumed
    wanted, physical = need.next_need(parameters.constants, when.derived, _episode_words(words, words.answer))
    strength = xp.where(scene.staged > 0.0, xp.maximum(moment.body.activation, 0.05), wanted)
    return closed * scene.watched * (everyday + activated), strength, physical * (1.0 - scene.staged)


def _episode_words(words: MomentWords, answer: Scalar) -> EpisodeWords:
    nothing = words.need * 0.0 + 0.5
    return EpisodeWords(
        need_kind=words.need_kind,
        need_intensity=words.need_intensity,
        signal=words.level,
        regime=nothing,
        answer=answer,
        latency=words.latency,
        attunement=words.attunement,
        holding=words.holding,
        unprovoked=nothing,
        provoked=words.provoked,
        engagement=nothing,
        noticing=words.noticing,
        freezing=words.freezing,
        separation=nothing,
        routine=words.routine,
    )


def _startled(parameters: Parameters, moment: Moment, act: FrighteningAct) -> Moment:
    xp = namespace(act.threat)
    constants, body = parameters.constants, moment.body
    # (E84) assumed
    alarm = xp.minimum(constants.threat_arousal * act.threat + constants.startle_arousal * act.startle, 1.0)
    return moment._replace(body=body._replace(activation=body.activation + (1.0 - body.activation) * alarm))


def _account(moment: Moment, came: tuple[Scalar, Scalar], sudden: FrighteningAct, scene: Scene) -> Moment:
    xp = namespace(scene.present)
    acts, serving = came
    episode = moment.episode
    return moment._replace(
        episode=episode._replace(
            seconds=episode.seconds + episode.opened,
            served=xp.maximum(episode.served, serving * episode.opened),
            acts=episode.acts + acts,
            threat=xp.maximum(episode.threat, sudden.threat),
            startle=xp.maximum(episode.startle, sudden.startle),
            idle=episode.idle + scene.watched,
        )
    )


def _close(
    parameters: Parameters,
    moments: MomentConstants,
    moment: Moment,
    around: tuple[Scene, MomentAge],
    words: MomentWords,
) -> Moment:
    """Learn from the episode once its need is served and settled, its time is over, or the situation changes."""
    xp = namespace(words.need)
    scene, when = around
    episode, learned = moment.episode, moment.life.child
    # (E149) assumed
    settled = indicator(moment.body.activation < moments.need_floor) * xp.maximum(episode.served, scene.staged)
    over = indicator(episode.seconds >= moments.episode_seconds)  # (E149) assumed
    closes = (episode.opened * xp.maximum(xp.maximum(settled, over), scene.began)) > 0.0
    hours = xp.maximum(episode.idle, 1.0) / 3600.0
    time = EpisodeTime(age=when.age, elapsed=hours, waking=hours)
    derived = when.derived._replace(
        notice_fade=xp.exp(-hours / parameters.constants.notice_time),  # (E33) assumed
        stress_fade=xp.exp(-parameters.constants.stress_recovery * hours),  # (E34) assumed
    )
    gap = EpisodeGap(episode.acts, episode.threat, episode.startle)
    drives = action.drives(parameters, learned, episode.event.need)
    conduct = action.strain(parameters, learned, drives, episode.event.need)
    happened = Experience(time, derived, gap, episode.event, conduct)
    after = learner.step(parameters, learned, happened, _episode_words(words, words.answer))
    kept = type(learned)(*(xp.where(closes, new, old) for new, old in zip(after, learned, strict=True)))
    resting = parameters.caregiver.background_stress
    rested = resting + (moment.life.caregiver.stress - resting) * derived.stress_fade  # (E39) assumed
    stressed = partner.after_episode(parameters, moment.life.caregiver._replace(stress=rested), episode.event)
    person = type(stressed)(
        *(xp.where(closes, new, old) for new, old in zip(stressed, moment.life.caregiver, strict=True))
    )
    closed = 1.0 - indicator(closes)
    return moment._replace(
        life=moment.life._replace(child=kept, caregiver=person),
        episode=episode._replace(
            opened=episode.opened * closed,
            acts=episode.acts * closed,
            threat=episode.threat * closed,
            startle=episode.startle * closed,
            idle=episode.idle * closed,
            event=Event(*(value * closed for value in episode.event)),
        ),
    )


def _seen(
    moment: Moment, came: tuple[caregiver.VisibleCare, Scalar, FrighteningAct], scene: Scene, words: MomentWords
) -> Observables:
    shown, bid, fright = came
    body, doing = moment.body, moment.doing
    watched = scene.watched
    calm = moment.life.caregiver.available * scene.present * (1.0 - scene.still)
    return Observables(
        act=body.act,
        voice=body.voice,
        bid=bid * watched,
        bid_at=words.bid,
        toward=body.toward,
        gaze=body.gaze,
        affect=body.affect,
        theme=body.theme * watched,
        contact=body.contact,
        answer=shown.answer * watched,
        answer_at=shown.answer_at,
        hold=indicator(doing.hold > 0.0),
        intrude=indicator(doing.intruding > 0.0),
        engage=shown.engage * watched,
        signal=doing.signal,
        look=doing.look,
        mood=doing.mood,
        fright=fright.tier * watched,
        grave=fright.intensity * watched,
        calm=calm,
    )


def outset(life: LifeState, activation: Scalar, idle: Scalar) -> Moment:
    """Return a dyad at the outset of an interval: the child plays, nothing is due, no need is open.

    Args:
        life: what was learned so far.
        activation: of the attachment system.
        idle: seconds since the last episode.

    Returns:
        The dyad.
    """
    zero = activation * 0.0
    body = ChildMoment(
        activation,
        zero + float(Conduct.EXPLORE),
        zero,
        zero,
        zero,
        zero + 1.0,
        zero,
        zero,
        zero,
        zero,
        zero,
        zero,
        zero + 1.0,
    )
    doing = CaregiverMoment(**dict.fromkeys(CaregiverMoment._fields, zero) | {"due": zero - 1.0, "serve": zero - 1.0})
    event = Event(*([zero] * len(Event._fields)))
    episode = Episode(zero, event, zero, zero, zero, zero, zero, zero, zero + idle)
    return Moment(life, body, doing, episode)
