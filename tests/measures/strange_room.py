"""Strange Situations written out by hand: who is in the room, and one course of acts for each strategy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from bowlby.records.coded_record import ACT_SCHEMA, MASK_SCHEMA, CodedRecord
from bowlby.records.constructs import VOCABULARY, Construct, Role, roles_of
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Record

Act = tuple[str, float, float | None]
"""Construct, onset and offset in seconds; a fourth item, where given, is the partner, a fifth the modifiers."""
Acts = Sequence[tuple[object, ...]]

END_S = 1320.0
ROOM: tuple[Act, ...] = (
    ("stranger", 240.0, 600.0),
    ("separation", 420.0, 600.0),
    ("separation", 780.0, 1140.0),
    ("stranger", 960.0, 1140.0),
)
"""Episode 3 from 240 s, 4 from 420, 5 from 600, 6 from 780, 7 from 960, 8 from 1140 to 1320."""
R5, R8 = 600.0, 1140.0


STILL_FACE: tuple[Act, ...] = (("gaze.partner", 0.0, 100.0), ("ignore", 120.0, 240.0), ("gaze.partner", 250.0, 330.0))
"""Two minutes each of play, still face and the rest as reunion."""


def room(*acts: tuple[object, ...], people: Acts = ROOM) -> list[tuple[object, ...]]:
    return [*people, *acts]


def crying(*spans: tuple[float, float]) -> list[tuple[object, ...]]:
    return [("cue.distress", start, end) for start, end in spans]


def secure() -> list[tuple[object, ...]]:
    acts = crying((440, 600), (790, 1140), (600, 620), (1140, 1165))
    for at in (R5, R8):
        acts += [
            ("approach", at + 3, at + 8, "caregiver"),
            ("hold", at + 9, at + 80),
            ("contact.maintain", at + 9, at + 65, "caregiver"),
            ("explore", at + 85, at + 178),
        ]
    return room(*acts, ("explore", 10, 400))


def distant_secure() -> list[tuple[object, ...]]:
    acts: list[tuple[object, ...]] = []
    for at in (R5, R8):
        acts += [
            ("cue.positive", at + 2, at + 3, "caregiver"),
            ("cue.bid", at + 3, at + 5, "caregiver"),
            ("approach", at + 20, at + 24, "caregiver"),
            ("explore", at + 30, at + 175),
        ]
    return room(*acts, *crying((850, 960)))


def avoidant() -> list[tuple[object, ...]]:
    acts: list[tuple[object, ...]] = [("explore", 5, 780)]
    for at in (R5, R8):
        acts += [("avoid", at + 1, at + 40, "caregiver"), ("avoid", at + 70, at + 110, "caregiver")]
        acts += [("hold", at + 50, at + 60), ("explore", at + 45, at + 175)]
    return room(*acts)


def resistant() -> list[tuple[object, ...]]:
    acts = crying((430, 780), (780, 1320))
    for at in (R5, R8):
        acts += [
            ("approach", at + 4, at + 9, "caregiver"),
            ("hold", at + 10, at + 170),
            ("contact.maintain", at + 12, at + 110, "caregiver"),
            ("resist", at + 20, at + 32, "caregiver"),
            ("resist", at + 60, at + 75, "caregiver"),
            ("resist", at + 120, at + 132, "caregiver"),
        ]
    return room(*acts)


def disorganized() -> list[tuple[object, ...]]:
    themes = [
        ("disorganized", R8 + 2, R8 + 24, "caregiver", "theme=5;strength=1.5"),
        ("disorganized", R5 + 4, R5 + 9, "caregiver", "theme=2"),
    ]
    return [*secure(), *themes]


def indifferent() -> list[tuple[object, ...]]:
    return room(("explore", 5, 400), ("gaze.partner", 601, 604), ("explore", 650, 1300), *crying((830, 845)))


STRATEGIES: Mapping[str, tuple[Callable[[], list[tuple[object, ...]]], str]] = {
    "secure": (secure, "B"),
    "distant secure": (distant_secure, "B"),
    "avoidant": (avoidant, "A"),
    "resistant": (resistant, "C"),
    "disorganized": (disorganized, "D"),
    "indifferent": (indifferent, "CC"),
}


def coded(
    sessions: Mapping[str, Acts],
    *,
    codable: Sequence[str] | None = None,
    masks: Sequence[tuple[str, str | None, str | None, float, float]] = (),
    observed: tuple[float, float] = (0.0, END_S),
) -> CodedRecord:
    """Return a coded record of some sessions, with partners in the record's own events."""
    events: list[tuple[object, ...]] = []
    acts: list[tuple[object, ...]] = []
    for session, own in sessions.items():
        for name, onset, offset, *rest in own:
            partner, modifiers = (*rest, "", "")[:2]
            role = sorted(roles_of(Construct(str(name))))[-1]
            times = (None if onset is None else float(onset), None if offset is None else float(offset))  # pyright: ignore
            events.append((session, str(role), partner, "", name, *times, modifiers, len(events) + 1))
            acts.append((session, len(acts), str(role), str(role), name, "", name, *times, None, modifiers, None, None))
    windows = [(session, "observed", None, None, *observed, "", "stated") for session in sessions]
    pairs = VOCABULARY if codable is None else [(next(iter(roles_of(Construct(n)))), Construct(n)) for n in codable]
    return CodedRecord(
        record=Record(
            pl.DataFrame(events, schema=EVENT_SCHEMA, orient="row"),
            pl.DataFrame(windows, schema=WINDOW_SCHEMA, orient="row"),
        ),
        acts=pl.DataFrame(acts, schema=ACT_SCHEMA, orient="row").sort("session", "onset_s", maintain_order=True),
        masks=pl.DataFrame([(*mask, None) for mask in masks], schema=MASK_SCHEMA, orient="row"),
        codable=frozenset(pairs),
        unmapped=(),
        codebook="test",
        settings={},
    )


def pair(name: str) -> tuple[Role, Construct]:
    return next(iter(roles_of(Construct(name)))), Construct(name)
