"""BORIS's tabular and aggregated exports: versions, depths, and cells that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import Record

Write = Callable[..., Path]
Found = Callable[[Record, ProblemKind], Problem]
TABULAR = "Time,Subject,Behavior,Status\n"
AGGREGATED = "Subject,Behavior,Behavior type,Start (s),Stop (s)\n"


@pytest.mark.parametrize("depth", [0, 1, 7, 60])
def test_the_table_is_found_at_any_depth(write: Write, depth: int):
    record = read_record(write("a.csv", "Player #1,film.mp4\n" * depth + TABULAR + "1,x,s,START\n2,x,s,STOP\n"))
    assert record.provenance[0].reader == "boris_tabular"
    assert record.events.select("onset_s", "offset_s", "row").row(0) == (1, 2, depth + 2)


def test_starts_and_stops_pair_even_when_another_runs(write: Write, found: Found):
    rows = "1,x,s,START\n2,y,s,START\n3,x,s,STOP\n4,y,s,STOP\n5,x,s,STOP\n6,x,s,START\n7,x,s,START\n8,x,s,STOP\n"
    record = read_record(write("a.csv", TABULAR + rows))
    assert record.events.select("onset_s", "offset_s").rows() == [(1, 3), (2, 4), (5, None), (6, None), (7, 8)]
    problem = found(record, ProblemKind.UNPAIRED_STATE)
    assert problem.count == 2
    assert "stopped but never started" in problem.examples[0]
    assert "started but never stopped" in problem.examples[1]


def test_clock_times_read(write: Write):
    record = read_record(write("a.csv", TABULAR + "00:01:00.5,x,p,POINT\n"))
    assert record.events["onset_s"].to_list() == [60.5]


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        (TABULAR + "x,x,s,POINT\n", 2, "Time"),
        (TABULAR + "1,x,s,POINT\n2,x,s,BEGIN\n", 3, "Status"),
        (TABULAR + "nan,x,s,POINT\n", 2, "Time"),
        (AGGREGATED + "x,s,STATE,1,2\nx,s,STATE,1,two\n", 3, "Stop (s)"),
        (AGGREGATED + "x,s,STATE,inf,2\n", 2, "Start (s)"),
    ],
)
def test_bad_cells_are_named(write: Write, text: str, row: int, column: str):
    with pytest.raises(FormatError) as caught:
        read_record(write("a.csv", text))
    assert (caught.value.row, caught.value.column) == (row, column)


def test_an_open_quote_is_named(write: Write):
    with pytest.raises(FormatError, match="cells"):
        read_record(write("a.csv", TABULAR + '1,x,"s,POINT\n'))


def test_points_of_one_time_are_no_zero_lengths(write: Write):
    record = read_record(write("a.csv", AGGREGATED + "x,p,POINT,1,1\nx,q,POINT,2,NA\n"))
    assert record.events["offset_s"].to_list() == [None, None]
    assert {problem.kind for problem in record.quality} == {ProblemKind.OBSERVED_ASSUMED}


def test_a_state_of_no_length_is_told(write: Write, found: Found):
    record = read_record(write("a.csv", AGGREGATED + "x,s,STATE,1,1\n"))
    assert found(record, ProblemKind.ZERO_LENGTH).count == 1


def test_an_untimed_row_is_told(write: Write, found: Found):
    record = read_record(write("a.csv", AGGREGATED + "x,s,POINT,NA,NA\nx,s,POINT,1,NA\n"))
    assert found(record, ProblemKind.NO_TIME).examples == ("a, row 2: x s has no start",)
