"""Tables for people: no text is a formula, and numbers and other texts stay as they are."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest

from bowlby.records.spreadsheet import plain_text, without_formulas, write_for_people

FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "-",
    "+cry",
    "\uff1d1+1",
    "-5\n",
    "--5",
    '=HYPERLINK("http://a")',
)
HARMLESS = ("", "cry", "-5", "+5", "-0.5e-3", "+.5", "5", "a=1", "1+1", "'=1", "é", "a@b")


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_becomes_text(cell: str):
    assert plain_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", HARMLESS)
def test_what_is_no_formula_stays(cell: str):
    assert plain_text(cell) == cell


def test_a_table_and_a_single_text_are_treated_alike(tmp_path):
    cells = [*FORMULAS, *HARMLESS, None]
    table = pl.DataFrame(
        {"=code": cells, "value": [-1.5] * len(cells)}, schema={"=code": pl.String, "value": pl.Float64}
    )
    found = without_formulas(table.lazy()).collect()
    assert found["'=code"].to_list() == [None if cell is None else plain_text(cell) for cell in cells]
    assert found["value"].to_list() == [-1.5] * len(cells)
    write_for_people(table, tmp_path / "a.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_bytes().decode(), newline="")))
    assert [row[0] for row in rows] == ["'=code", *(plain_text(cell or "") for cell in cells)]
