"""The common checks: what is repaired, what is told, what windows become."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.formats.readers._events import in_time
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import (
    EVENT_SCHEMA,
    WINDOW_SCHEMA,
    Provenance,
    Record,
    UncheckedRecord,
    assemble,
    is_one_session,
)

ORIGIN = Provenance("made.csv", "0" * 64, "test", "0")
Found = Callable[[Record, ProblemKind], Problem]


def events(*rows: tuple[float, float | None], session: str = "s", code: str = "a", channel: str = "") -> pl.DataFrame:
    """Return an event table from (onset, offset) pairs."""
    table = [(session, "x", "", channel, code, on, off, "", number) for number, (on, off) in enumerate(rows, start=1)]
    return pl.DataFrame(table, schema=EVENT_SCHEMA, orient="row")


def windows(*rows: tuple[str, float, float]) -> pl.DataFrame:
    """Return observed windows from (session, start, end)."""
    table = [(session, "observed", None, None, start, end, "stated", "stated") for session, start, end in rows]
    return pl.DataFrame(table, schema=WINDOW_SCHEMA, orient="row")


def record(
    *rows: tuple[float, float | None], window: tuple[float, float] = (0, 100), exclusive: bool = False
) -> Record:
    """Return an assembled record of one session."""
    return assemble(UncheckedRecord(events(*rows), windows(("s", *window)), exclusive=exclusive), ORIGIN)


def kinds(made: Record) -> set[ProblemKind]:
    """Return the kinds of problem found."""
    return {problem.kind for problem in made.quality}


def test_a_clean_record_has_no_problem():
    made = record((1, 2), (2, None), (3, 4))
    assert made.quality == ()
    assert made.provenance == (ORIGIN,)


def test_offset_before_onset_becomes_a_point_and_is_told(found: Found):
    made = record((5, 3))
    assert made.events["offset_s"].to_list() == [None]
    assert found(made, ProblemKind.OFFSET_BEFORE_ONSET).examples == ("row 1: x a at 5-3 s",)


def test_zero_length_becomes_a_point_and_is_told(found: Found):
    made = record((5, 5), (6, 7))
    assert made.events["offset_s"].to_list() == [None, 7]
    assert found(made, ProblemKind.ZERO_LENGTH).count == 1
    assert ProblemKind.OFFSET_BEFORE_ONSET not in kinds(made)


def test_a_point_handed_over_as_null_is_no_problem():
    assert kinds(record((5, None))) == set()


def test_unsorted_events_are_sorted_and_told(found: Found):
    made = record((5, 6), (1, 2), (7, 8))
    assert made.events["onset_s"].to_list() == [1, 5, 7]
    assert made.events["row"].to_list() == [2, 1, 3]
    assert found(made, ProblemKind.UNSORTED).count == 1


def test_sessions_that_alternate_are_not_unsorted():
    table = pl.concat([events((1, 2), session="b"), events((0, 1), session="a"), events((3, 4), session="b")])
    made = assemble(UncheckedRecord(table, windows(("a", 0, 9), ("b", 0, 9))), ORIGIN)
    assert kinds(made) == set()
    assert made.events["session"].to_list() == ["a", "b", "b"]


def test_a_repeated_event_is_told_once_and_kept(found: Found):
    made = record((1, 2), (1, 2), (1, 3), (4, 5))
    assert len(made.events) == 4
    assert found(made, ProblemKind.DUPLICATE).examples == ("row 2: x a at 1-2 s",)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2)), min_size=1, max_size=12))
def test_duplicates_are_counted_as_a_set_would(pairs: list[tuple[int, int]]):
    made = record(*[(on, on + length) for on, length in pairs])
    repeats = len(pairs) - len(set(pairs))
    assert sum(problem.count for problem in made.quality if problem.kind == ProblemKind.DUPLICATE) == repeats


def test_events_outside_the_window_are_told_and_its_very_end_is_inside(found: Found):
    made = record((-1, 1), (0, 1), (100, None), (101, None))
    assert found(made, ProblemKind.OUTSIDE_OBSERVED).count == 2
    assert len(made.events) == 4


def test_a_session_without_a_window_is_assumed_from_first_to_last(found: Found):
    made = assemble(UncheckedRecord(events((2, 3), (5, None))), ORIGIN)
    assert made.observed("s").tolist() == [[2, 5]]
    assert found(made, ProblemKind.OBSERVED_ASSUMED).examples == ("s: 2-5 s",)
    assert ProblemKind.OUTSIDE_OBSERVED not in kinds(made)


def test_a_single_point_is_not_outside_its_own_window():
    made = assemble(UncheckedRecord(events((2, None))), ORIGIN)
    assert kinds(made) == {ProblemKind.OBSERVED_ASSUMED}


def test_only_sessions_without_a_window_are_assumed():
    table = pl.concat([events((1, 2), session="a"), events((1, 2), session="b")])
    made = assemble(UncheckedRecord(table, windows(("a", 0, 9))), ORIGIN)
    assert made.observed("a").tolist() == [[0, 9]]
    assert made.observed("b").tolist() == [[1, 2]]
    assert made.sessions == ("a", "b")


def test_overlap_is_a_problem_in_exclusive_channels_only(found: Found):
    rows = ((0, 5), (4, 6), (6, 7))
    assert found(record(*rows, exclusive=True), ProblemKind.OVERLAP).count == 1
    assert ProblemKind.OVERLAP not in kinds(record(*rows))


def test_overlap_with_an_earlier_longer_event_is_seen(found: Found):
    assert found(record((0, 9), (1, 2), (3, 4), exclusive=True), ProblemKind.OVERLAP).count == 2


def test_problems_show_five_examples_and_count_all(found: Found):
    made = record(*[(number, number) for number in range(8)])
    problem = found(made, ProblemKind.ZERO_LENGTH)
    assert (problem.count, len(problem.examples)) == (8, 5)


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_events_of_one_time_keep_the_file_order(order: list[int]):
    made = record(*[((1, 2), (1, 3), (1, 4))[index] for index in order])
    assert made.events["row"].to_list() == [1, 2, 3]


NUMBERS = st.integers(0, 3).map(float)
CELLS = st.tuples(st.sampled_from("st"), st.sampled_from("ab"), st.sampled_from("uv"), st.sampled_from("xy"), NUMBERS)
TABLES = st.lists(CELLS, max_size=12)


def table(cells: list[tuple[str, str, str, str, float]]) -> pl.DataFrame:
    """Return an event table from (session, actor, channel, code, onset); each lasts a second."""
    rows = [(s, a, "", channel, code, on, on + 1, "", n) for n, (s, a, channel, code, on) in enumerate(cells, start=1)]
    return pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row")


@given(TABLES, st.booleans())
def test_events_are_late_where_their_own_channel_was_further(
    cells: list[tuple[str, str, str, str, float]], whole: bool
):
    """Channels in one piece are compared in another way than channels that take turns."""
    cells = sorted(cells, key=lambda cell: cell[:3]) if whole else cells
    last: dict[tuple[str, str, str], float] = {}
    late = 0
    for session, actor, channel, _, onset in cells:
        late += onset < last.get((session, actor, channel), onset)
        last[session, actor, channel] = onset
    ordered, found = in_time(table(cells))
    assert sum(problem.count for problem in found) == late
    assert ordered["row"].to_list() == [
        number for number, cell in sorted(enumerate(cells, start=1), key=lambda item: (item[1][0], item[1][4]))
    ]


@given(TABLES)
def test_every_repeated_event_is_counted(cells: list[tuple[str, str, str, str, float]]):
    made = assemble(UncheckedRecord(table(cells)), ORIGIN)
    counted = sum(problem.count for problem in made.quality if problem.kind is ProblemKind.DUPLICATE)
    assert counted == len(cells) - len(set(cells))


@given(st.lists(st.sampled_from(["a", "b", None]), max_size=6))
def test_one_session_is_one_value_throughout(sessions: list[str | None]):
    made = pl.DataFrame({"session": sessions}, schema={"session": pl.String})
    assert is_one_session(made) is (len(set(sessions)) <= 1)
