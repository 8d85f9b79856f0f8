"""RTTM: speaker turns of several files, other lines told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.read import read_record
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
