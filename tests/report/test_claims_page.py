"""The page of the register: every claim and its reasons on it, figures valid, disagreements before the rest."""

from __future__ import annotations

import altair
import pytest

from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.report.claims_page import claims_html, claims_table, plain_words
from bowlby.report.figures.claims import VERDICTS, contrasts_figure, verdicts_figure
from bowlby.report.vega import drawing, specification
from bowlby.study.claims.lives import Numbers
from bowlby.study.comparison.result import load_result

ROWS = load_result()["claims"]


def test_every_claim_is_on_the_page_and_disagreements_come_first():
    html = claims_html(ROWS, Numbers())
    for row in ROWS:
        assert f">{row['id']}<" in html
    places = [html.index(f'id="{verdict.replace(" ", "-")}"') for verdict in VERDICTS]
    assert places == sorted(places)
    assert PURPOSE_AND_LIMITS[0][:60] in html


def test_plain_words_count_as_the_verdicts_do():
    lines = plain_words(ROWS)
    assert f"{len(ROWS)} claims" in lines[0]
    for verdict, count in load_result()["verdicts"].items():
        assert f"{verdict} {count}" in lines[0]


def test_a_row_says_where_its_number_comes_from():
    table = claims_table("All.", ROWS)
    assert len(table.rows) == len(ROWS)
    assert all(len(row) == len(table.head) for row in table.rows)
    emergent = next(row for row in ROWS if row["origin"] == "emergent")
    assert any("emergent: Without" in cell for cell in table.rows[ROWS.index(emergent)])


@pytest.mark.parametrize("unit", ["share", "sd", "r", "d"])
def test_figures_of_contrasts_are_valid_and_drawn(unit: str):
    figure = contrasts_figure(ROWS, unit, "contrasts")
    assert figure is not None
    altair.Chart.from_dict({**specification(figure, 600), "config": {}}, validate=True)
    assert drawing(figure).startswith("<svg")


def test_the_figure_of_verdicts_counts_every_claim():
    figure = verdicts_figure(ROWS, "verdicts")
    data = figure.chart["datasets"]["table-1"]
    assert sum(row["claims"] for row in data) == len(ROWS)
    assert contrasts_figure(ROWS, "no such unit", "none") is None
