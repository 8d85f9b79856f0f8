"""The Observer XT: workbooks as text, and exports without stops."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.formats.readers import _spreadsheet
from bowlby.records.quality import ProblemKind

Write = Callable[..., Path]
HEAD = ["Time_Relative_sf", "Duration_sf", "Observation", "Subject", "Behavior", "Modifier_1", "Event_Type"]
ROWS = [
    [1.5, 2.5, "visit 1", "Child", "cry", "loud", "State start"],
    [4.0, 0, "visit 1", "Child", "cry", "", "State stop"],
    [2.0, 0, "visit 2", "Child", "smile", "", "Point"],
]
EXPECTED = [("visit 1", "cry", 1.5, 4.0, "loud"), ("visit 2", "smile", 2.0, None, "")]
COLUMNS = ["session", "code", "onset_s", "offset_s", "modifiers"]


def workbook(path: Path, sheets: dict[str, list[list]]) -> Path:
    """Write a workbook of sheets, each a list of rows."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_a_workbook_reads(tmp_path: Path):
    record = read_record(workbook(tmp_path / "log.xlsx", {"Event log": [HEAD, *ROWS]}))
    assert record.provenance[0].reader == "noldus"
    assert record.events.select(COLUMNS).rows() == EXPECTED


def test_a_sheet_an_observation_reads_the_same(tmp_path: Path):
    sheets = {"Notes": [["made for a test"]], "one": [HEAD, *ROWS[:2]], "two": [HEAD, ROWS[2]]}
    record = read_record(workbook(tmp_path / "log.xlsx", sheets))
    assert record.events.select(COLUMNS).rows() == EXPECTED


def test_without_any_stop_durations_are_used(tmp_path: Path):
    record = read_record(workbook(tmp_path / "log.xlsx", {"log": [HEAD, ROWS[0], ROWS[2]]}))
    assert record.events.select(COLUMNS).rows() == EXPECTED


def test_text_with_tabs_and_a_heading_reads_the_same(write: Write):
    lines = ["The Observer XT export", *("\t".join(map(str, row)) for row in [HEAD, *ROWS])]
    record = read_record(write("log.txt", "\n".join(lines)))
    assert record.events.select(COLUMNS).rows() == EXPECTED


def test_a_bad_time_is_named(tmp_path: Path):
    rows = [HEAD, ["soon", *ROWS[0][1:]]]
    with pytest.raises(FormatError) as caught:
        read_record(workbook(tmp_path / "log.xlsx", {"log": rows}))
    assert (caught.value.row, caught.value.column, caught.value.value) == (2, "Time_Relative_sf", "soon")


def test_a_damaged_workbook_is_refused(tmp_path: Path):
    path = workbook(tmp_path / "log.xlsx", {"log": [HEAD, *ROWS]})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FormatError):
        read_record(path)


def test_a_workbook_that_unpacks_too_far_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = workbook(tmp_path / "log.xlsx", {"log": [HEAD, *ROWS]})
    monkeypatch.setattr(_spreadsheet, "_LARGEST", 1000)
    with pytest.raises(FormatError, match="unpacks to more"):
        read_record(path, format="noldus")


def _clock(rows: list[list], names: tuple[str, ...]) -> list[list]:
    """Return rows with their time, 1.5 and so on, written as the named columns."""
    written = {
        "Time_Relative_hmsf": lambda s: f"00:00:{s:06.3f}",
        "Time_Relative_hms": lambda s: f"00:00:{int(s):02d}",
        "Time_Relative_f": lambda s: s % 1,
    }
    return [[*(written[name](row[0]) for name in names), *row[2:]] for row in rows]


@pytest.mark.parametrize("names", [("Time_Relative_hmsf",), ("Time_Relative_hms", "Time_Relative_f")])
def test_times_of_the_clock_are_read_as_finely_as_they_were_exported(tmp_path: Path, names: tuple[str, ...]):
    rows = [[*names, *HEAD[2:]], *_clock(ROWS, names)]
    record = read_record(workbook(tmp_path / "log.xlsx", {"log": rows}))
    assert record.provenance[0].reader == "noldus"
    assert record.events.select(COLUMNS).rows() == EXPECTED


def test_whole_seconds_are_all_that_a_column_of_whole_seconds_gives(tmp_path: Path):
    names = ("Time_Relative_hms",)
    rows = [[time, row[1], *row[2:]] for (time, *_), row in zip(_clock(ROWS, names), ROWS, strict=True)]
    rows = [[*names, *HEAD[1:]], *rows]
    record = read_record(workbook(tmp_path / "log.xlsx", {"log": rows}))
    assert record.events["onset_s"].to_list() == [1.0, 2.0]
    assert ProblemKind.MISMATCH not in [found.kind for found in record.quality], "1 to 4 may well be the 2.5 s stated"


def test_a_fraction_that_is_none_is_named(tmp_path: Path):
    rows = [["Time_Relative_hms", "Time_Relative_f", *HEAD[2:]], ["00:00:01", 240, *ROWS[0][2:]]]
    with pytest.raises(FormatError) as caught:
        read_record(workbook(tmp_path / "log.xlsx", {"log": rows}))
    assert (caught.value.row, caught.value.column) == (2, "Time_Relative_f")
