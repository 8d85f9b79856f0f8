"""Of a workbook only the sheet that is used is made into rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowlby.records.read import read_record
from bowlby.records.readers import _rows, _spreadsheet
from bowlby.records.unstated import read_unstated
from tests.hostile.attacks import SHEET, cell, row, workbook

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
