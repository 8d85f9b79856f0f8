"""What chance gives and what happens: the words of an episode and the episode as the child lives it."""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.scalar import Scalar


class EpisodeWords(NamedTuple):
    """Uniform numbers in (0, 1), one a decision of the episode; the model never draws."""

    need_kind: Scalar
    need_intensity: Scalar
    signal: Scalar
    regime: Scalar
    answer: Scalar
    latency: Scalar
    attunement: Scalar
    holding: Scalar
    unprovoked: Scalar
    provoked: Scalar
    engagement: Scalar
    noticing: Scalar
    freezing: Scalar
    separation: Scalar
    routine: Scalar


class EpisodeTime(NamedTuple):
    """When an episode takes place.

    Args:
        age: of the child, months, >= 0.
        elapsed: hours since the episode before, night included, > 0.
        waking: waking hours since the episode before, > 0.
    """

    age: Scalar
    elapsed: Scalar
    waking: Scalar


class EpisodeGap(NamedTuple):
    """What came between two episodes although no bid was made.

    Args:
        acts: warm acts of engagement, >= 0.
        threat: magnitude of unprovoked threat, in [0, 1].
        startle: 1 where a startling act came, else 0.
    """

    acts: Scalar
    threat: Scalar
    startle: Scalar


class Event(NamedTuple):
    """One episode: a need, the child's act, the partner's answer.

    Args:
        need: intensity in (0, 1].
        express: 1 where the need was expressed, else 0.
        intensify: 1 where it was signalled with full strength, else 0; both 0 is a minimised signal.
        frozen: 1 where a disorganized act took the place of a strategy, else 0.
        answered: 1 where an answer came, else 0.
        latency: minutes to the answer, >= 0; without one it has no effect.
        attuned: 1 where the answer served the need, 0 where the caregiver's agenda took its place.
        held: 1 where it came with holding, else 0.
        warmth: warmth of the answer, in [0, 1].
        present: calm presence beside the answer, in [0, 1].
        threat: magnitude of the threat that the bid set off, in [0, 1].
        startle: 1 where the bid set off a startling act, else 0.
        physical: 1 where the need is of the body, else 0.
        routine: 1 where it is served on schedule, whatever was signalled, else 0.
        wait: minutes until it is, >= 0.
    """

    need: Scalar
    express: Scalar
    intensify: Scalar
    frozen: Scalar
    answered: Scalar
    latency: Scalar
    attuned: Scalar
    held: Scalar
    warmth: Scalar
    present: Scalar
    threat: Scalar
    startle: Scalar
    physical: Scalar
    routine: Scalar
    wait: Scalar
