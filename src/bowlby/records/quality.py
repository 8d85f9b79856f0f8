"""What was wrong with a file, counted and shown, never hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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


NOTES = frozenset({ProblemKind.OBSERVED_ASSUMED, ProblemKind.UNSORTED, ProblemKind.IDLE_PATTERN})
"""Kinds that are told but that `--strict` lets pass: nothing was lost or guessed about an event."""

EXAMPLES_KEPT = 5


@dataclass(frozen=True)
class Problem:
    """One kind of trouble in one file.

    Args:
        kind: which of the closed set.
        count: how many events or places show it, >= 1.
        examples: up to five places, each one readable line.
    """

    kind: ProblemKind
    count: int
    examples: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the command contract."""
        return {"kind": str(self.kind), "count": self.count, "examples": list(self.examples)}


def problem(kind: ProblemKind, places: Iterable[str]) -> tuple[Problem, ...]:
    """Return one problem for a list of places, or none where the list is empty.

    Args:
        kind: which of the closed set.
        places: one readable line each.

    Returns:
        A tuple of zero or one problem, so that calls can be added up.

    Raises:
        Nothing.
    """
    found = list(places)
    if not found:
        return ()
    return (Problem(kind, len(found), tuple(found[:EXAMPLES_KEPT])),)
