"""What is carried from one second to the next, and what an observer could see of it."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from bowlby.model.life.event import Event
from bowlby.model.life.state import LifeState
from bowlby.model.scalar import Scalar


class BodyAct(IntEnum):
    """What the child does with its body."""

    EXPLORE = 0
    ATTEND = 1
    APPROACH = 2
    CLING = 3
    AVOID = 4
    RESIST = 5
    BREAKDOWN = 6


class Voice(IntEnum):
    """What is heard of the child."""

    QUIET = 0
    VOCAL = 1
    CRY = 2


class Gaze(IntEnum):
    """Where the child looks."""

    PARTNER = 0
    OBJECT = 1
    AWAY = 2


class Control(IntEnum):
    """How a child takes charge of its partner where strategy would break down; numbers follow those of the themes."""

    PUNITIVE = 8
    CAREGIVING = 9


class ChildMoment(NamedTuple):
    """The child just now.

    Args:
        activation: of the attachment system, in [0, 1].
        act: an `BodyAct`.
        act_left: seconds until another is chosen; below 0 at once.
        voice: a `Voice`.
        voice_left: likewise.
        gaze: a `Gaze`.
        gaze_left: likewise.
        affect: -1, 0 or 1.
        affect_left: likewise.
        near: 1 within reach of the caregiver.
        contact: 1 in bodily contact with it.
        theme: of a breakdown, 1 to 7, or a `Control`; else 0.
        toward: 1 where the last bid was meant for the caregiver, 0 for the stranger.
    """

    activation: Scalar
    act: Scalar
    act_left: Scalar
    voice: Scalar
    voice_left: Scalar
    gaze: Scalar
    gaze_left: Scalar
    affect: Scalar
    affect_left: Scalar
    near: Scalar
    contact: Scalar
    theme: Scalar
    toward: Scalar


class CaregiverMoment(NamedTuple):
    """The caregiver just now.

    Args:
        due: seconds until the first act of an answer; below 0 none is due.
        serve: seconds until the need is served; below 0 it is not going to be.
        imposing: 1 where the answer due serves the caregiver's agenda.
        holding: 1 where it comes with holding.
        answering: seconds of answering left.
        comforting: seconds of comfort left.
        hold: seconds of holding left.
        intruding: seconds of imposing left.
        engaging: acts of play and talk left in this bout.
        signal: state of the sensory channels, 0 to 7: visual 1, tactile 2, auditory 4.
        signal_left: seconds until they change.
        look: 1 while it looks at the child.
        mood: affect, -1, 0 or 1.
        face_left: seconds until look and affect are chosen anew.
    """

    due: Scalar
    serve: Scalar
    imposing: Scalar
    holding: Scalar
    answering: Scalar
    comforting: Scalar
    hold: Scalar
    intruding: Scalar
    engaging: Scalar
    signal: Scalar
    signal_left: Scalar
    look: Scalar
    mood: Scalar
    face_left: Scalar


class Episode(NamedTuple):
    """The episode under way, and what came since the one before.

    Args:
        opened: 1 while a need is open.
        event: need, act and answer as far as they are known.
        answer_word: of chance, one for the whole episode: a caregiver who would answer this signal would answer a
            stronger one drawn by the same chance.
        seconds: since it opened.
        served: 1 once the need was served.
        acts: warm acts since the last episode closed.
        threat: gravest unprovoked threat since.
        startle: 1 where a startling act came since.
        idle: seconds since the last episode closed.
    """

    opened: Scalar
    event: Event
    answer_word: Scalar
    seconds: Scalar
    served: Scalar
    acts: Scalar
    threat: Scalar
    startle: Scalar
    idle: Scalar


class Moment(NamedTuple):
    """One dyad at one second: what was learned, and what is going on."""

    life: LifeState
    body: ChildMoment
    doing: CaregiverMoment
    episode: Episode


class Scene(NamedTuple):
    """What the situation is.

    Args:
        watched: 1 while the interval lasts.
        present: 1 where the caregiver is in the room.
        stranger: 1 where a stranger is.
        still: 1 where the caregiver is instructed not to respond.
        play: 1 where it is instructed to play face to face.
        novelty: of the room, in [0, 1].
        staged: 1 in a procedure: the situation, and no need of everyday life, activates.
        began: 1 in the first second of a phase.
        age: of the child, months.
    """

    watched: Scalar
    present: Scalar
    stranger: Scalar
    still: Scalar
    play: Scalar
    novelty: Scalar
    staged: Scalar
    began: Scalar
    age: Scalar


class Observables(NamedTuple):
    """What an observer could see in one second; onsets within it as a share of the second.

    Args:
        act: an `BodyAct`.
        voice: a `Voice`.
        bid: 1 where a voiced bid began.
        bid_at: share of the second at which.
        toward: 1 where the last bid was meant for the caregiver, 0 for the stranger.
        gaze: a `Gaze`.
        affect: -1, 0 or 1.
        theme: 1 to 7 where strategy breaks down, 8 or 9 where the child takes charge instead; else 0.
        contact: 1 in bodily contact.
        answer: 1 where an answer began.
        answer_at: share of the second at which.
        hold: 1 while the caregiver holds.
        intrude: 1 while it imposes its agenda.
        engage: 0, 1 for a smile or 2 for play that nothing asked for.
        signal: state of its sensory channels, 0 to 7.
        look: 1 while it looks at the child.
        mood: its affect, -1, 0 or 1.
        fright: 0, or tier 1 to 4 of a frightening act.
        grave: its intensity, in [0, 1], 0 where it only startles; no one sees it, but it decides who codes the act.
        calm: 1 while it is calm and available near the child.
    """

    act: Scalar
    voice: Scalar
    bid: Scalar
    bid_at: Scalar
    toward: Scalar
    gaze: Scalar
    affect: Scalar
    theme: Scalar
    contact: Scalar
    answer: Scalar
    answer_at: Scalar
    hold: Scalar
    intrude: Scalar
    engage: Scalar
    signal: Scalar
    look: Scalar
    mood: Scalar
    fright: Scalar
    grave: Scalar
    calm: Scalar


class MomentWords(NamedTuple):
    """Uniform numbers in (0, 1), one a decision of the second; the model never draws."""

    need: Scalar
    need_kind: Scalar
    need_intensity: Scalar
    level: Scalar
    freezing: Scalar
    answer: Scalar
    latency: Scalar
    attunement: Scalar
    holding: Scalar
    unprovoked: Scalar
    provoked: Scalar
    noticing: Scalar
    engagement: Scalar
    engaged: Scalar
    regime: Scalar
    act: Scalar
    act_stay: Scalar
    voice: Scalar
    voice_stay: Scalar
    gaze: Scalar
    affect: Scalar
    breakdown: Scalar
    theme: Scalar
    bid: Scalar
    signal: Scalar
    signal_stay: Scalar
    order: Scalar
    toward: Scalar
    strain: Scalar
    look: Scalar
    mood: Scalar
    face_stay: Scalar
    fright: Scalar
    rebuke: Scalar
    routine: Scalar
