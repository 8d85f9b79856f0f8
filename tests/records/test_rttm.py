"""RTTM: speaker turns of several files, other lines told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import Record
from tests.records.golden_table import read_golden

Write = Callable[..., Path]


def test_synthetic_turns_give_the_expected_table(golden: Path, found: Callable[[Record, ProblemKind], Problem]):
    record = read_golden(golden, "play.rttm")
    assert record.provenance[0].reader == "rttm"
    assert record.sessions == ("day1", "day2")
    assert found(record, ProblemKind.SALVAGED).examples[0].startswith("line 2: SPKR-INFO")


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("SPEAKER a 1 soon 1 <NA> <NA> X <NA> <NA>", "onset"),
        ("SPEAKER a 1 nan 1 <NA> <NA> X <NA> <NA>", "onset"),
        ("SPEAKER a 1 1 inf <NA> <NA> X <NA> <NA>", "duration"),
        ("SPEAKER a 1 1 -2 <NA> <NA> X <NA> <NA>", "duration"),
        ("SPEAKER a 1 1 2", "name"),
    ],
)
def test_an_unfit_line_is_named(write: Write, line: str, column: str):
    with pytest.raises(FormatError) as caught:
        read_record(write("x.rttm", f"SPEAKER a 1 0 1 <NA> <NA> X <NA> <NA>\n{line}\n"))
    assert (caught.value.row, caught.value.column) == (2, column)


def test_between_tabs_a_field_may_hold_blanks(write: Write):
    tabs = "SPEAKER\tREC 1\t1\t10.0\t1.0\thello there\t<NA>\tMOT\nSPEAKER\tREC 1\t1\t12.0\t1.0\tyes\t<NA>\tCHI\t<NA>\n"
    blanks = "SPEAKER REC 1 14.0 1.0 <NA> <NA> FAT <NA> <NA>\nSPEAKER\tREC 1 16.0 1.0 <NA> <NA> FEM\n"
    events = read_record(write("x.rttm", tabs + blanks)).events
    assert events.sort("onset_s").select("session", "actor", "onset_s").rows() == [
        ("REC 1", "MOT", 10.0),
        ("REC 1", "CHI", 12.0),
        ("REC", "FAT", 14.0),
        ("REC", "FEM", 16.0),
    ]


@pytest.mark.parametrize("line", ["SPEAKER\ta\t1\t5\t1\two rds\t<NA>\t", "SPEAKER\ta\t1\tsoon now\t1\tx\t<NA>\tMOT"])
def test_a_line_of_tabs_that_lacks_something_is_named(write: Write, line: str):
    with pytest.raises(FormatError) as caught:
        read_record(write("x.rttm", f"SPEAKER a 1 0 1 <NA> <NA> X <NA> <NA>\n{line}\n"))
    assert caught.value.row == 2
