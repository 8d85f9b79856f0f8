"""The page of the register: every claim and its reasons on it, figures valid, contrary evidence before the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import altair
import pytest

from bowlby.evidence.claims_register.aspects import EvidenceMark
from bowlby.evidence.claims_register.lives import ClaimSampleSizes
from bowlby.evidence.claims_register.words import Row
from bowlby.evidence.comparison.result import load_result
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.reporting.claims_page import claims_html, claims_table, crossing, plain_words
from bowlby.reporting.figure import Figure
from bowlby.reporting.figures.claims import contrasts_figure, evidence_figure, model_figure
from bowlby.reporting.vega import drawing, specification

ROWS = load_result()["claims"]


def test_every_claim_is_on_the_page_and_contrary_evidence_comes_first():
    html = claims_html(ROWS, ClaimSampleSizes())
    for row in ROWS:
        assert f">{row['id']}<" in html
    places = [html.index(f'id="evidence-{mark}"') for mark in EvidenceMark]
    assert places == sorted(places)
    assert PURPOSE_AND_LIMITS[0][:60] in html


def test_plain_words_count_as_the_marks_do():
    evidence, model, *_ = plain_words(ROWS)
    assert f"{len(ROWS)} claims" in evidence
    for said, counts in ((evidence, load_result()["evidence_marks"]), (model, load_result()["model_marks"])):
        assert all(f"{mark} {count}" in said for mark, count in counts.items())


def test_the_crossing_of_both_marks_holds_every_claim_once():
    cells = [[int(cell) for cell in row[1:]] for row in crossing(ROWS).rows]
    assert [sum(row) for row in cells] == list(load_result()["evidence_marks"].values())
    assert [sum(column) for column in zip(*cells, strict=True)] == list(load_result()["model_marks"].values())


def test_a_row_says_where_its_number_comes_from():
    table = claims_table("All.", ROWS)
    assert len(table.rows) == len(ROWS)
    assert all(len(row) == len(table.head) for row in table.rows)
    emergent = next(row for row in ROWS if row["origin"] == "emergent")
    assert any("Without" in cell for cell in table.rows[ROWS.index(emergent)])


@pytest.mark.parametrize("unit", ["share", "sd", "r", "d"])
def test_figures_of_contrasts_are_valid_and_drawn(unit: str):
    figure = contrasts_figure(ROWS, unit, "contrasts")
    assert figure is not None
    altair.Chart.from_dict({**specification(figure, 600), "config": {}}, validate=True)
    assert drawing(figure).startswith("<svg")


@pytest.mark.parametrize(("draw", "key"), [(evidence_figure, "evidence"), (model_figure, "model_mark")])
def test_figures_of_marks_count_every_claim(draw: Callable[[Sequence[Row], str], Figure], key: str):
    figure = draw(ROWS, "marks")
    counts = Counter((row["row"], row[key]) for row in ROWS)
    assert {(one["row"], one["mark"]): one["claims"] for one in figure.chart["datasets"]["table-1"]} == counts
    assert drawing(figure).startswith("<svg")


def test_no_figure_is_drawn_of_a_unit_that_no_claim_has():
    assert contrasts_figure(ROWS, "no such unit", "none") is None
