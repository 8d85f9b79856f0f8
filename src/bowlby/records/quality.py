"""What was wrong with a file, counted and shown, never hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class ProblemKind(StrEnum):
    """The closed set of quality problems."""

    UNPAIRED_STATE = "unpaired state"
    OFFSET_BEFORE_ONSET = "offset before onset"
    ZERO_LENGTH = "zero length"
    OVERLAP = "overlap in an exclusive channel"
    UNSORTED = "unsorted"
    DUPLICATE = "duplicate"
    MIXED_UNITS = "mixed units"
    OUTSIDE_OBSERVED = "outside the observed window"
    OBSERVED_ASSUMED = "observed window assumed"
    WINDOW_NOT_STATED = "window not stated"
    """Observed time is that of the recording or of the events alone, and what was coded does not bear it out."""
    NO_WINDOW = "no clip or start in a session"
    CLIP_EMPTY = "clip is empty"
    CLIP_OVERLAP = "clips overlap"
    CLIP_BEYOND = "window beyond the recording"
    CLIPS_DIFFER = "clips of two coders differ"
    UNSTOPPED = "start without a stop"
    UNSTARTED = "stop without a start"
    UNMAPPED_CODE = "unmapped code"
    IDLE_PATTERN = "pattern without a match"
    NO_TIME = "no time"
    SALVAGED = "salvaged"
    MISMATCH = "file disagrees with itself"
    ENCODING_ASSUMED = "text encoding assumed"
    PERSON_UNKNOWN = "whose act is not said"
    TICKS_CLOSED = "one-tick holes closed"
    MIDNIGHT = "midnight passed"
    TEXT_TIME = "time written as text"


NOTES = frozenset(
    {
        ProblemKind.OBSERVED_ASSUMED,
        ProblemKind.UNSORTED,
        ProblemKind.IDLE_PATTERN,
        ProblemKind.TICKS_CLOSED,
        ProblemKind.MIDNIGHT,
        ProblemKind.TEXT_TIME,
    }
)
"""Kinds that are reported but that `--strict` lets pass: nothing was lost or guessed about an event."""

EXAMPLES_KEPT = 5


@dataclass(frozen=True)
class EventLoss:
    """Events of one code that could not be placed in time, or of which an end is missing.

    Args:
        session: session id, or None for every session of the file.
        code: the code as it stands in the file, or None where it is not known what was lost.
        actor: actor label, "" where not said.
        channel: channel, "" where not said.
        count: number of events; None where nobody can count them.
    """

    session: str | None
    code: str | None
    actor: str = ""
    channel: str = ""
    count: int | None = 1


@dataclass(frozen=True)
class LostEvent:
    """The place of one event that could not be placed.

    Args:
        place: one readable line.
        loss: what was lost there.
    """

    place: str
    loss: EventLoss


@dataclass(frozen=True)
class Problem:
    """One kind of trouble in one file.

    Args:
        kind: which of the closed set.
        count: how many events or places show it, >= 1.
        examples: up to five places, each one readable line.
        losses: which events could not be placed, where the kind is of such events.
    """

    kind: ProblemKind
    count: int
    examples: tuple[str, ...] = ()
    losses: tuple[EventLoss, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the command contract."""
        return {"kind": str(self.kind), "count": self.count, "examples": list(self.examples)}


def problem(kind: ProblemKind, places: Iterable[str | LostEvent]) -> tuple[Problem, ...]:
    """Return one problem for a list of places, or none where the list is empty.

    Args:
        kind: which of the closed set.
        places: one readable line each, with what was lost there where events could not be placed.

    Returns:
        A tuple of zero or one problem, so that calls can be added up.
    """
    found = list(places)
    if not found:
        return ()
    lines = tuple(place if isinstance(place, str) else place.place for place in found[:EXAMPLES_KEPT])
    return (Problem(kind, len(found), lines, _summed(place.loss for place in found if isinstance(place, LostEvent))),)


def _summed(losses: Iterable[EventLoss]) -> tuple[EventLoss, ...]:
    """Return losses with equal ones counted together."""
    counts: dict[EventLoss, int | None] = {}
    for loss in losses:
        key = replace(loss, count=None)
        so_far = counts.get(key, 0)
        counts[key] = None if so_far is None or loss.count is None else so_far + loss.count
    return tuple(replace(loss, count=count) for loss, count in counts.items())
