"""What was decided before any fit: every published row is spoken to or not, with its reason, once."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import pytest

TABLE = Path(__file__).parents[4] / "shared" / "data" / "published" / "benchmarks.csv"


def decided() -> list[dict[str, str]]:
    text = (files("bowlby.evidence") / "published" / "speaks_to.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_each_row_is_decided_once_with_a_reason():
    rows = decided()
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["speaks_to"] for row in rows} == {"yes", "no"}
    assert all(len(row["by"]) > 10 for row in rows)
    assert sum(row["speaks_to"] == "yes" for row in rows) >= 40


def test_no_row_of_the_table_was_left_out():
    if not TABLE.exists():
        pytest.skip("the published table is not here: ../shared is absent")
    with TABLE.open(encoding="utf-8") as file:
        known = [row["id"] for row in csv.DictReader(file)]
    assert [row["id"] for row in decided()] == known
