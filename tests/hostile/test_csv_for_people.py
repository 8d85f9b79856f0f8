"""Csv that commands write for people holds no formula; csv that bowlby reads back holds what was there."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from bowlby.formats.read import read_record
from bowlby.records.spreadsheet import plain_text
from tests.cli.running import run

FORMULA = "=HYPERLINK(0)"
ROWS = (("@caregiver", "+speak"), ("-child", FORMULA), ("-child", "\tcry"), ("@caregiver", "-touch"))


def coded(path: Path, moved: float = 0.0) -> Path:
    """Write a table whose labels, codes and name begin as formulas do."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("onset_s", "offset_s", "actor", "code"))
        for place in range(20):
            actor, code = ROWS[place % 4]
            rows.writerow((place * 3 + moved * (place % 3), place * 3 + 1, actor, code))
    return path


def cells(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        return [cell for row in csv.reader(file) for cell in row]


def harmless(path: Path) -> bool:
    """Return whether no cell of a file is a formula."""
    return all(plain_text(cell) == cell for cell in cells(path))


def test_disagreements_hold_no_formula(tmp_path: Path):
    first, second = coded(tmp_path / "a.csv"), coded(tmp_path / "b.csv", moved=9.0)
    done = run("agree", first, second, "-o", tmp_path / "out.csv")
    assert done.code == 0, done.err
    assert harmless(tmp_path / "out.csv")
    assert any(FORMULA in cell for cell in cells(tmp_path / "out.csv"))


def test_measures_their_dictionary_and_problems_hold_no_formula(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    coded(tmp_path / f"{FORMULA}.csv")
    (tmp_path / "book.toml").write_text(
        "[codebook]\nschema = 1\n"
        '[actors]\nchild = ["-child"]\ncaregiver = ["@caregiver"]\n'
        '[[code]]\ncode = "\tcry"\nconstruct = "distress"\n'
        f'[[code]]\ncode = "{FORMULA}"\nconstruct = "distress"\n'
        '[[code]]\ncode = "+speak"\nconstruct = "utterance"\n'
        '[[code]]\ncode = "-touch"\nconstruct = "touch"\n'
    )
    done = run("codebook", "init", f"{FORMULA}.csv", "-o", "made.toml")
    assert done.code == 0, done.err
    done = run("measure", f"{FORMULA}.csv", "--codebook", "made.toml", "-o", "out.csv", "--seed", 1)
    assert (tmp_path / "out.csv").is_file(), done.err
    for name in ("out.csv", "out.dictionary.csv", "out.problems.csv"):
        assert harmless(tmp_path / name), name
    assert any(FORMULA in cell for cell in cells(tmp_path / "out.csv"))


def test_a_record_that_is_read_back_is_written_as_it_is(tmp_path: Path):
    path = coded(tmp_path / "a.csv")
    done = run("record", path, "-o", tmp_path / "native.csv")
    assert done.code == 0, done.err
    before, after = read_record(path).events, read_record(tmp_path / "native.csv").events
    assert before.equals(after)
    assert FORMULA in set(after["code"])


def test_a_data_set_of_csv_holds_no_formula(tmp_path: Path):
    path = tmp_path / "d.toml"
    path.write_text(
        f'title = "Lives"\npopulation = "sensitive"\nchildren = 8\n[[arms]]\nname = "{FORMULA}"\n'
        '[[measures]]\nname = "externalizing"\nages = ["24mo"]\n'
    )
    done = run("cohort", path, "-o", tmp_path / "data", "--csv")
    assert done.code == 0, done.err
    for name in ("observed.csv", "truth.csv", "data_dictionary.csv"):
        assert harmless(tmp_path / "data" / name), name
    assert f"'{FORMULA}" in cells(tmp_path / "data" / "observed.csv")
    assert set(pl.read_parquet(tmp_path / "data" / "observed" / "*.parquet")["arm"]) == {FORMULA}
