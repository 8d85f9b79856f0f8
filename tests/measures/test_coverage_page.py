"""The page of intervals and the sections of measures quote the committed results."""

from __future__ import annotations

from pathlib import Path

from bowlby.measures.coverage import INTERVALS, coverage_of, interval_of, measured_coverage, page
from bowlby.measures.definitions import all_definitions
from bowlby.measures.definitions import page as measures_page

ROOT = Path(__file__).parents[2]


def test_the_page_is_the_one_the_results_give():
    assert (ROOT / "docs" / "intervals.md").read_text(encoding="utf-8") == page()


def test_every_interval_is_of_a_measure_and_every_measure_says_how():
    assert set(INTERVALS) <= set(all_definitions())
    text = measures_page()
    assert text.count("- Interval: ") == len(all_definitions())
    assert all(interval_of(name) and coverage_of(name) for name in all_definitions())


def test_a_section_quotes_the_rows_of_the_table():
    rows = [row for row in measured_coverage() if row["measure"] == "share answered" and row["coverage"] is not None]
    lowest = min(rows, key=lambda row: row["coverage"])
    assert f"{lowest['coverage']:.3f} of {lowest['n']} ({lowest['design']})" in coverage_of("share answered")
    assert coverage_of("contingency p") == "has no meaning here"


def test_each_row_stands_once():
    keys = [(row["measure"], row["design"]) for row in measured_coverage()]
    assert len(keys) == len(set(keys))
