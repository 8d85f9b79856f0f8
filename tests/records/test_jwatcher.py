"""JWatcher focal data files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.records.quality import ProblemKind

Write = Callable[..., Path]
Real = Callable[[str], Path]
HEAD = "FirstLineOfData=3\n# Format: Focal Data File 1.0\n"


def test_the_real_file_has_its_starts_and_end(real: Real):
    record = read_record(real("boris_exports/test_jwatcher_subject1.dat"))
    assert record.events["onset_s"].to_list() == [3.3, 9.9, 18.35]
    assert record.observed("test_jwatcher_subject1").tolist() == [[0, 24.475]]
    assert record.quality == ()


def test_the_first_line_says_where_data_begin(write: Write):
    assert read_record(write("a.dat", HEAD + "100, x\n200, EOF\n")).events["onset_s"].to_list() == [0.1]


def test_a_lost_end_is_told(write: Write):
    record = read_record(write("a.dat", HEAD + "100, x\n"))
    assert {problem.kind for problem in record.quality} == {ProblemKind.SALVAGED, ProblemKind.OBSERVED_ASSUMED}


@pytest.mark.parametrize("line", ["soon, x", "100", "100,", "nan, x"])
def test_bad_lines_are_named(write: Write, line: str):
    with pytest.raises(FormatError) as caught:
        read_record(write("a.dat", f"{HEAD}{line}\n"))
    assert caught.value.row == 3


def test_a_file_that_hides_its_data_is_refused(write: Write):
    with pytest.raises(FormatError, match="where its data begin"):
        read_record(write("a.dat", "# Format: Focal Data File 1.0\n100, x\n"))
