"""What a change of a file may change in its measures: one table, written into docs/cases.md and tried on records.

Run as `python -m tests.measures.transforms` to write the table into the page again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import polars as pl

from bowlby.measures.session import measure
from bowlby.measures.value import Measure
from bowlby.records.codebook_file import codebook_from
from bowlby.records.constructs import VOCABULARY, Construct, Role
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, UncheckedRecord, assemble
from bowlby.records.resolution import MILLISECOND

PAGE = Path(__file__).parents[2] / "docs" / "cases.md"
HOUR_S = 3600.0
CODED_S = 400.0
"""Acts lie in the first of these seconds."""
OBSERVED_S = 800.0
"""Codeless time longer than any window, and than what is near a cue, follows the last act already."""

Event = tuple[str, str, float, float | None]
"""Actor, code, onset and offset, seconds."""
Measured = dict[tuple[str, str], Measure]


class Change(StrEnum):
    """What is done to a file."""

    HOUR = "a codeless hour more within the stated window"
    SPLIT = "a state split at a tick under one code"
    SHIFT = "all times shifted"
    ORDER = "rows in another order"
    NAMES = "actors renamed, in the codebook too"


class Outcome(StrEnum):
    """What a change makes of an estimate x, of s observed seconds."""

    EQUAL = "equal"
    OF_TIME = "x s / (s + 3600)"
    REST_OF_TIME = "1 - (1 - x) s / (s + 3600)"
    PER_VISIT = "x (s + 3600) / s"
    DISPERSION = "by the time in the cell where neither looks"
    DRAWN_ANEW = "p of shifts drawn anew"
    LAST_EPISODE = "equal, save in the procedure's last episode, which lasts to the window's end"
    NO_PROCEDURE = "may change: the procedure's last episode lasts to the window's end"
    ACT_MORE = "as one act more, begun at the tick"
    UTTERANCES = "equal, unless an utterance is split: two are two, touching or not"
    BY_LENGTH = "may change: each act is weighed by its own length"


_HOUR: tuple[tuple[str, Outcome], ...] = (
    *((f"{name}|*", Outcome.OF_TIME) for name in (
        "rate: *", "share of time: *", "scaring acts: *", "own interests imposed", "warm acts", "warm acts noticed",
        "threat density", "affect: *", "affect coded", "joint attention", "turn transitions", "mismatches: gaze",
        "repairs: gaze", "grid transitions: gaze",
    )),
    *((f"{name}|*", Outcome.REST_OF_TIME) for name in (
        "no holding or cuddling", "no play, talk or smiles", "matched share: gaze", "grid attractor dwell: gaze",
    )),
    ("grid visit: gaze|*", Outcome.PER_VISIT),
    ("grid dispersion: gaze|*", Outcome.DISPERSION),
    ("contingency p: *|*", Outcome.DRAWN_ANEW),
    *((f"{name}: *|*", Outcome.LAST_EPISODE) for name in (
        "proximity seeking", "contact maintaining", "resistance", "avoidance", "distress in the procedure",
    )),
    *((f"{name}|*", Outcome.NO_PROCEDURE) for name in (
        "*disorganization*", "class by simulated coders*", "*against avoidance*", "anger and resistance*",
        "*settle*", "*return to calm*", "*still-face*", "*procedure*", "preschool *",
    )),
)  # fmt: skip
_SPLIT: tuple[tuple[str, Outcome], ...] = (
    *((f"{name}*|*", Outcome.BY_LENGTH) for name in (
        "proximity seeking", "contact maintaining", "resistance", "avoidance", "anger and resistance",
        "disorganization", "preschool ", "class by simulated coders",
    )),
    *((f"{name}|*", Outcome.UTTERANCES) for name in (
        "turn transitions", "utterances taken up", "turn gap", "turns in overlap",
    )),
    *((f"{name}|*", Outcome.ACT_MORE) for name in (
        "rate: *", "scaring acts: *", "threat density", "warm acts", "warm acts noticed*", "own interests imposed*",
        "share answered: *", "share answered promptly: *", "share answered at once: *", "response latency median: *",
        "no response: *", "late response: *", "*, fitted: *", "P(answer *", "delta P*", "odds ratio*", "Yule's Q*",
        "contingency p: *", "cue then answer*", "order of acts*",
    )),
)  # fmt: skip
TABLE: dict[Change, tuple[tuple[str, Outcome], ...]] = {
    Change.HOUR: _HOUR,
    Change.SPLIT: _SPLIT,
    Change.SHIFT: (),
    Change.ORDER: (),
    Change.NAMES: (),
}
"""Patterns of "name|unit" in the order in which they are tried; a measure that none fits is equal."""


def outcome_of(change: Change, name: str, unit: str) -> Outcome:
    """Return what the table says of a measure."""
    told = f"{name}|{unit}"
    return next((outcome for pattern, outcome in TABLE[change] if fnmatchcase(told, pattern)), Outcome.EQUAL)


def expected(outcome: Outcome, before: Mapping[tuple[str, str], Measure], key: tuple[str, str]) -> float | None:
    """Return the estimate that a codeless hour leaves of a measure, or None where the table gives no number."""
    x, kept = before[key].estimate, OBSERVED_S / (OBSERVED_S + HOUR_S)
    assert x is not None
    numbers: dict[Outcome, Callable[[], float]] = {
        Outcome.EQUAL: lambda: x,
        Outcome.LAST_EPISODE: lambda: x,
        Outcome.OF_TIME: lambda: x * kept,
        Outcome.REST_OF_TIME: lambda: 1 - (1 - x) * kept,
        Outcome.PER_VISIT: lambda: x / kept,
        Outcome.DISPERSION: lambda: _dispersion(before, x, kept),
    }
    return numbers[outcome]() if outcome in numbers else None


def _dispersion(before: Mapping[tuple[str, str], Measure], x: float, kept: float) -> float:
    """Return 1 - (n sum p^2 - 1) / (n - 1) of four cells, once that where neither looks holds the hour too."""
    child, caregiver, matched = (
        before[key].estimate or 0.0
        for key in (
            ("child", "share of time: gaze.partner"),
            ("caregiver", "share of time: look"),
            ("dyad", "matched share: gaze"),
        )
    )
    neither = matched - (matched - 1 + child + caregiver) / 2
    squares = (1 + 3 * (1 - x)) / 4
    longer = kept**2 * (squares - neither**2) + (1 - (1 - neither) * kept) ** 2
    return 1 - (4 * longer - 1) / 3


PAIRS = [(role, construct) for role, construct in VOCABULARY if construct is not Construct.UNCODABLE]
NAMES = {"Baby": "Kind 7", "Mum": "Oma", "": ""}
_WHO = {Role.CHILD: "Baby", Role.CAREGIVER: "Mum", Role.CONTEXT: ""}
_OFTEN = (Construct.VOICE, Construct.CUE_VOCAL, Construct.CUE_DISTRESS, Construct.ANSWER)


def book(names: Mapping[str, str]) -> dict[str, object]:
    """Return a codebook that maps every construct of every role by actor."""
    codable: dict[str, list[str]] = {}
    codes: list[dict[str, object]] = []
    for role, construct in PAIRS:
        codable.setdefault(str(role), []).append(str(construct))
        for value in (-1, 0, 1) if construct is Construct.AFFECT else (None,):
            actor = names[_WHO[role]]
            entry: dict[str, object] = {
                "code": _code(role, construct, value),
                "means": [str(construct)],
                "role": str(role),
            }
            entry |= {"actor": actor} if actor else {}
            codes.append(entry | ({} if value is None else {"value": value}))
    return {"codable": codable, "code": codes}


def _code(role: Role, construct: Construct, value: int | None) -> str:
    return f"{role}:{construct}" + ("" if value is None else f":{value}")


def visit(seed: int) -> list[Event]:
    """Return acts of every construct, in whole milliseconds, some of which touch, in order of onset."""
    random = np.random.default_rng(seed)
    rows: list[Event] = []
    for role, construct in PAIRS:
        number = random.integers(15, 30) if construct in _OFTEN else random.integers(3, 14)
        onsets = np.unique(random.integers(0, int(CODED_S * 1000) - 2000, number))
        ends = np.append(onsets[1:], int(CODED_S * 1000))
        for onset, end in zip(onsets.tolist(), ends.tolist(), strict=True):
            offset = end if random.random() < 0.1 else min(end, onset + 1 + int(random.exponential(8000)))
            value = int(random.integers(-1, 2)) if construct is Construct.AFFECT else None
            point = random.random() < 0.2
            rows.append((_WHO[role], _code(role, construct, value), onset / 1000, None if point else offset / 1000))
    return sorted(rows, key=lambda row: row[2])


SPOKEN = (_code(Role.CHILD, Construct.CUE_VOCAL, None), _code(Role.CAREGIVER, Construct.VOICE, None))


def split(rows: Iterable[Event], seed: int, hole_s: float = 0.0) -> tuple[list[Event], list[Event]]:
    """Return the visit with some states split, and the visit with an act more in their stead where each is split.

    Utterances are split with an even seed alone.
    """
    random = np.random.default_rng(seed)
    pieces: list[Event] = []
    more: list[Event] = []
    for who, code, onset, offset in rows:
        # An act coded as a point lasts a second where it is asked what coincides with it: each piece lasts as long.
        if offset is None or offset - onset < 3 or random.random() < 0.5 or (seed % 2 and code in SPOKEN):
            pieces.append((who, code, onset, offset))
            more.append((who, code, onset, offset))
            continue
        tick = round(float(random.uniform(onset + 1, offset - 1.5)), 3)
        pieces += [(who, code, onset, round(tick - hole_s, 3)), (who, code, tick, offset)]
        more += [(who, code, onset, offset), (who, code, tick, None)]
    return pieces, more


def shifted(rows: Iterable[Event], by_ms: int) -> list[Event]:
    """Return the visit with every time moved by whole milliseconds."""
    return [
        (who, code, _moved(onset, by_ms), None if offset is None else _moved(offset, by_ms))
        for who, code, onset, offset in rows
    ]


def _moved(time_s: float, by_ms: int) -> float:
    return (round(time_s * 1000) + by_ms) / 1000


def measured(
    rows: Iterable[Event], window: tuple[float, float] = (0.0, OBSERVED_S), names: Mapping[str, str] | None = None
) -> Measured:
    """Return every measure of a visit by actor and name."""
    names = names or {name: name for name in NAMES}
    table = [("s", names[who], "", code, code, on, off, "", n) for n, (who, code, on, off) in enumerate(rows, 1)]
    windows = [("s", "observed", None, None, *window, "", "stated")]
    reading = UncheckedRecord(
        pl.DataFrame(table, schema=EVENT_SCHEMA, orient="row"),
        pl.DataFrame(windows, schema=WINDOW_SCHEMA, orient="row"),
        resolution=MILLISECOND,
    )
    coded = codebook_from(book(names)).apply(assemble(reading, Provenance("a.csv", "", "test", "0")))
    return {(one.actor, one.name): one for one in measure(coded, shifts=20).measures}


def alike(one: float | None, other: float | None) -> bool:
    """Return whether two numbers are the same up to the rounding of sums of a few hundred times."""
    return one == other or (
        one is not None and other is not None and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    )


_HEAD = "## What a change of the file may change"
_INTRODUCTION = """
Every measure, under five changes of a file that leave what happened alone. x is its estimate, s its observed seconds.
"Equal" is said of all numbers of a measure (estimate, interval, baseline, denominator, count) where times are shifted,
rows reordered or actors renamed; else of the estimate. The hour follows a silence longer than any window; a split is
one act's end and another's start at the same time, or one tick apart in a format that has a tick; an act more adds
3600 / s to a rate per hour. Tests try the table on records made at random (`tests/measures/test_transforms.py`), and
that a record moves with its file, whatever the order of its rows, on every format
(`tests/records/test_transforms_read.py`).

| change | outcome | measures |
|---|---|---|"""


def section() -> str:
    """Return the section of docs/cases.md."""
    lines = [f"{_HEAD}\n{_INTRODUCTION}"]
    for change, rows in TABLE.items():
        by_outcome: dict[Outcome, list[str]] = {}
        for pattern, outcome in rows:
            by_outcome.setdefault(outcome, []).append(_shown(pattern))
        for outcome, names in by_outcome.items():
            lines.append(f"| {change} | {outcome} | {', '.join(names)} |")
        lines.append(f"| {change} | equal | {'all others' if rows else 'all'} |")
    return "\n".join(lines) + "\n"


def _shown(pattern: str) -> str:
    name, _, unit = pattern.partition("|")
    name = {"*, fitted: *": "the three fitted", "P(answer *": "P(answer, given a cue or none)"}.get(name, name)
    name = name.replace(": *", "").strip("* ")
    return name if unit == "*" else f"{name} ({unit})"


def filled(page: str) -> str:
    """Return the page with the section as the table has it."""
    return page.partition(_HEAD)[0].rstrip("\n") + "\n\n" + section()


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
