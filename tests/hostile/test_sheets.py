"""Of a workbook only the sheet that is used is parsed beyond its first rows."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.formats.readers import _rows, _spreadsheet
from bowlby.formats.unstated_files import read_unstated
from tests.hostile.attacks import SHEET, cell, far_cell, row, workbook, zipped

TABLE = (("onset_s", "offset_s", "actor", "code"), ("1", "2", "child", "cry"), ("3", "4", "parent", "talk"))
NOLDUS = (("Time_Relative_sf", "Subject", "Behavior", "Event_Type"), ("1.5", "child", "cry", "Point"))


def sheet(*rows: tuple[str, ...]) -> str:
    """A worksheet of texts."""
    lines = (
        row(n, "".join(cell(f"{'ABCD'[c]}{n}", text) for c, text in enumerate(one))) for n, one in enumerate(rows, 1)
    )
    return SHEET % "".join(lines)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Rows that were made of each sheet, the most at once."""
    counted: dict[str, int] = {}
    whole = _spreadsheet._rows

    def count(book, name, most=None):
        rows = whole(book, name, most)
        counted[name] = max(counted.get(name, 0), len(rows))
        return rows

    monkeypatch.setattr(_spreadsheet, "_rows", count)
    return counted


LONG = sheet(*[("note", "x")] * 3000)


def test_of_a_table_the_first_sheet_is_used(tmp_path: Path, made: dict[str, int]):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(sheet(*TABLE), LONG))
    assert read_unstated(path).record.events["code"].to_list() == ["cry", "talk"]
    assert made["s0"] == 3 and made.get("s1", 0) <= _rows._DEEPEST_HEADING


def test_of_an_export_sheets_without_a_table_are_not_used(tmp_path: Path, made: dict[str, int]):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(LONG, sheet(*NOLDUS)))
    assert read_record(path).events["code"].to_list() == ["cry"]
    assert made["s1"] == 2 and made["s0"] <= _rows._DEEPEST_HEADING


def test_a_broken_sheet_beside_the_one_that_is_used_does_no_harm(tmp_path: Path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(sheet(*TABLE), "<worksheet><sheetData><row r='1'><c r='A1'"))
    assert read_unstated(path).record.events["code"].to_list() == ["cry", "talk"]


BROKEN_BELOW = SHEET.replace("</sheetData>", "<row r='3001'><c r='A3001'") % "".join(
    row(n, cell(f"A{n}", "note")) for n in range(1, 3001)
)


@pytest.mark.parametrize("place", [0, 1])
def test_a_sheet_that_is_not_used_is_not_parsed_below_its_first_rows(tmp_path: Path, place: int):
    """It is broken there, which whoever parses it must find."""
    path = tmp_path / "a.xlsx"
    parts = [sheet(*NOLDUS), sheet(*NOLDUS)]
    parts[place] = BROKEN_BELOW
    path.write_bytes(workbook(*parts))
    assert read_record(path).events["code"].to_list() == ["cry"]
    with pytest.raises(FormatError):
        _spreadsheet.sheets(path, lambda head: True, _rows._DEEPEST_HEADING)


FORMS: dict[str, str] = {
    "usual": "<sheetData><row r='1'><c/></row><row r='2'></row>{0}<row r='3'></row></sheetData>",
    "empty rows": "<sheetData><row r='1'/><row r='2' spans='1:2' />{0}<row r='3'/></sheetData>",
    "a prefix": "<x:sheetData><x:row r='1'><x:c/></x:row><x:row r='2'></x:row >{0}<x:row r='3'/></x:sheetData>",
}


@pytest.mark.parametrize("piece", [1, 7, 10_000])
@pytest.mark.parametrize("form", FORMS)
def test_a_sheet_is_cut_after_so_many_rows(form: str, piece: int):
    whole = FORMS[form].format("!").encode()
    first, _, _ = whole.partition(b"!")
    end = b"</x:sheetData></x:worksheet>" if form == "a prefix" else b"</sheetData></worksheet>"
    pieces = (whole[start : start + piece] for start in range(0, len(whole), piece))
    assert _spreadsheet._beginning(pieces, 2) == first + end
    assert _spreadsheet._beginning(iter([whole]), 9) == whole


def test_a_sheet_counts_wherever_it_stands_in_the_archive(tmp_path: Path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(io.BytesIO(far_cell())) as book:
        parts = {one: book.read(one) for one in book.namelist()}
    moved = {name.replace("worksheets/s1", "elsewhere/s1"): text for name, text in parts.items()}
    relations = "xl/_rels/workbook.xml.rels"
    moved[relations] = moved[relations].replace(b"worksheets/s1", b"elsewhere/s1")
    path.write_bytes(zipped(moved))  # type: ignore[arg-type]
    with pytest.raises(FormatError, match="more than 4000000 cells"):
        read_unstated(path)
