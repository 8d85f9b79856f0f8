"""Nothing is joined over a gap between observed windows, and time outside a stated window changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bowlby.measures.session import measure
from bowlby.measures.value import Measure
from bowlby.records.codebook_file import codebook_from
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import VOCABULARY, Construct, Role
from bowlby.records.observed_time import ObservedTime, observe
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, Record, UncheckedRecord, assemble

LENGTH_S = 400.0
GRID = 64.0
"""Times are multiples of 1/64 s, so that moving them rounds nothing."""
PAIRS = [(role, construct) for role, construct in VOCABULARY if construct is not Construct.UNCODABLE]
WHO = {Role.CHILD: "Baby", Role.CAREGIVER: "Mum", Role.CONTEXT: ""}
Rows = list[tuple[str, str, float, float | None]]
"""Actor, code, onset and offset."""


def code_of(role: Role, construct: Construct, value: int = 1) -> str:
    """Return the code of an act."""
    return f"{role}:{construct}:{value}" if construct is Construct.AFFECT else f"{role}:{construct}"


def book() -> dict[str, object]:
    """Return a codebook that maps every construct of every role."""
    codes: list[dict[str, object]] = []
    codable: dict[str, list[str]] = {}
    for role, construct in PAIRS:
        codable.setdefault(str(role), []).append(str(construct))
        for value in (-1, 0, 1) if construct is Construct.AFFECT else (1,):
            entry = {"code": code_of(role, construct, value), "means": [str(construct)], "role": str(role)}
            codes.append({**entry, "value": value} if construct is Construct.AFFECT else entry)
    return {"codable": codable, "code": codes}


BOOK = codebook_from(book())


def acts(seed: int, start: float) -> Rows:
    """Return acts of every construct within one window, some of which touch each other or its end."""
    random = np.random.default_rng(seed)
    rows: Rows = []
    for role, construct in PAIRS:
        onsets = np.unique(np.round(random.uniform(0, LENGTH_S - 1, random.integers(3, 14)) * GRID) / GRID)
        ends = np.append(onsets[1:], LENGTH_S)
        for onset, end in zip(onsets.tolist(), ends.tolist(), strict=True):
            length = float(np.ceil(random.exponential(8) * GRID) / GRID)
            offset = end if random.random() < 0.1 else min(end, onset + length)
            point = random.random() < 0.2
            code = code_of(role, construct, int(random.integers(-1, 2)))
            rows.append((WHO[role], code, start + onset, None if point else start + offset))
    return rows


def record(rows: Rows, *windows: tuple[float, float], source: str = "clips") -> Record:
    """Return a record of one session."""
    ordered = sorted(rows, key=lambda row: row[2])
    table = [("s", who, "", "", code, on, off, "", n) for n, (who, code, on, off) in enumerate(ordered, 1)]
    seen = [("s", "observed", None, None, *window, "", source) for window in windows]
    reading = UncheckedRecord(
        pl.DataFrame(table, schema=EVENT_SCHEMA, orient="row"), pl.DataFrame(seen, schema=WINDOW_SCHEMA, orient="row")
    )
    return assemble(reading, Provenance("a.csv", "", "test", "0"))


def coded(*args: object, **kwargs: object) -> CodedRecord:
    """Return a coded record, as `record` makes it."""
    return BOOK.apply(record(*args, **kwargs))  # pyright: ignore[reportArgumentType]


def measured(made: CodedRecord) -> dict[tuple[str, str], Measure]:
    """Return every measure by actor and name."""
    return {(one.actor, one.name): one for one in measure(made, shifts=20).measures}


def two_windows(seed: int, gap: float, more: Rows | None = None) -> CodedRecord:
    """Return two coded windows of 400 s with a gap between them."""
    second = LENGTH_S + gap
    rows = acts(seed, 0.0) + acts(seed + 1000, second) + (more or [])
    return coded(rows, (0.0, LENGTH_S), (second, second + LENGTH_S))


NUMBERS = ("estimate", "low", "high", "baseline", "denominator", "n")


def differing(
    one: dict[tuple[str, str], Measure], other: dict[tuple[str, str], Measure], names: tuple[str, ...] = NUMBERS
) -> list[str]:
    """Return the measures that are not alike in these numbers."""
    found = [str(key) for key in one.keys() ^ other.keys()]
    for key in one.keys() & other.keys():
        pairs = [(getattr(one[key], name), getattr(other[key], name)) for name in names]
        if one[key].status is not other[key].status or not all(_alike(*pair) for pair in pairs):
            found.append(f"{key}: {pairs}")
    return found


def _alike(one: float | None, other: float | None) -> bool:
    """Return whether two numbers are the same up to the rounding of sums of a few hundred times."""
    return one == other or (one is not None and other is not None and abs(one - other) < 1e-9 * (1 + abs(one)))


SINCE_THE_REUNION = ("'disorganization'", "'preschool disorganization'")
"""Scores that weigh an act by the real time since the reunion began, which goes on while nobody watches."""


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("gap", [1 / GRID, 20.0, 900.0])
def test_no_measure_depends_on_how_long_a_gap_is(seed: int, gap: float):
    """A gap of one tick, under every window, kernel and merging of any measure, is a gap like one of minutes."""
    found = differing(measured(two_windows(seed, 100.0)), measured(two_windows(seed, gap)))
    assert [line for line in found if not any(name in line for name in SINCE_THE_REUNION)] == []


OF_PROCEDURES = (
    "disorganization",
    "contact",
    "proximity",
    "resistance",
    "avoidance",
    "still-face",
    "return to calm",
    "procedure",
    "settle",
)
"""Measures of a procedure, whose order in time is what they are about."""


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_windows_may_change_places(seed: int):
    """What came at the end of one window is not what precedes the start of the next."""
    second = LENGTH_S + 20.0
    windows = ((0.0, LENGTH_S), (second, second + LENGTH_S))
    one, other = (
        measured(coded(acts(first, 0.0) + acts(last, second), *windows))
        for first, last in ((seed, seed + 1000), (seed + 1000, seed))
    )
    found = [
        f"{key}: {one[key].estimate} {other[key].estimate}"
        for key in one.keys() & other.keys()
        if not _alike(one[key].estimate, other[key].estimate)
    ]
    assert [line for line in found if not any(name in line for name in OF_PROCEDURES)] == []


@pytest.mark.parametrize("seed", [0, 1])
def test_acts_that_nobody_observed_change_no_measure(seed: int):
    more = [
        (WHO[role], code_of(role, construct), float(start), float(start) + 1.0)
        for start in range(int(LENGTH_S) + 5, int(LENGTH_S) + 90, 7)
        for role, construct in PAIRS
    ]
    assert differing(measured(two_windows(seed, 100.0)), measured(two_windows(seed, 100.0, more))) == []


def test_a_codeless_hour_outside_a_stated_window_changes_no_measure():
    stated = ObservedTime(0.0, LENGTH_S)
    rows = acts(3, 0.0)
    short, long = (record(rows, (0.0, end), source="recording") for end in (LENGTH_S, LENGTH_S + 3600.0))
    one, other = (measured(BOOK.apply(observe(made, stated, Path("a.csv")))) for made in (short, long))
    assert differing(one, other) == []


GAP = ((0.0, 10.0), (10.25, 20.0))


def test_a_cue_before_a_gap_is_censored_by_the_end_of_its_window():
    made = coded([("Baby", "child:cue.distress", 8.0, None), ("Mum", "caregiver:answer", 10.5, 11.0)], *GAP)
    row = measure(made, shifts=5).episodes.row(0, named=True)
    assert (row["answered"], row["censored_by"], row["latency_s"]) == (False, "end", 2.0)


def test_two_cues_on_either_side_of_a_gap_are_two():
    cues: Rows = [("Baby", "child:cue.distress", 9.0, 9.9), ("Baby", "child:cue.distress", 10.3, 11.0)]
    assert measure(coded(cues, *GAP), shifts=5).episodes.height == 2
    assert measure(coded(cues, (0.0, 20.0)), shifts=5).episodes.height == 1
