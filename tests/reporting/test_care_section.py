"""What was inferred appears with its ground and its doubts, and only where something was inferred."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import lxml.html
import pytest

from bowlby.inference.care import words
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.reading import read_care
from bowlby.inference.care.rule import StatementCode
from bowlby.inference.care.statement import care_statement
from bowlby.reporting.care_section import inferred_blocks, short_statement
from bowlby.reporting.method import method_paragraph
from bowlby.reporting.page import figures_of, report_html
from bowlby.reporting.parts import ReportParts
from bowlby.reporting.summary import summary
from bowlby.reporting.vega import specification

FORBIDDEN = re.compile(r"trauma|neglect|diagnosed|abuser|\bneither\b|verdict|first edition", re.IGNORECASE)


@pytest.fixture(scope="module")
def read(rich: ReportParts) -> ReportParts:
    """Twenty minutes with harsh acts, and what they tell."""
    return replace(rich, inference=care_statement(read_care(rich.coded)))


@pytest.fixture(scope="module")
def uncoded(poor: ReportParts) -> ReportParts:
    """A record in which only affect was coded, and what it tells."""
    return replace(poor, inference=care_statement(read_care(poor.coded)))


def section(parts: ReportParts) -> str:
    page = lxml.html.fromstring(report_html(parts))
    (found,) = page.xpath("//section[@id='inferred']")
    return found.text_content()


def test_estimates_stand_before_statements_and_the_caution_beside_them(read: ReportParts):
    text = section(read)
    places = [text.index(title) for title in ("Estimates", "Statements", "Beside every statement")]
    assert places == sorted(places)
    assert words.ABOUT in text and words.NO_EVIDENCE in text
    assert all(line in text for line in words.NOT_IDENTIFIABLE)


def test_every_number_of_the_axes_is_shown(read: ReportParts):
    assert read.inference is not None
    (table,) = inferred_blocks(read.inference)[0].tables
    assert [row[0] for row in table.rows] == [str(axis) for axis in Axis]
    by_axis = {row[0]: row for row in table.rows}
    assert "to" in by_axis["threat"][1] and float(by_axis["threat"][4]) > 0
    assert by_axis["unpredictability"][4] == "—"


def test_one_visit_says_so_in_the_summary_and_the_section(read: ReportParts):
    assert words.ONE_VISIT.capitalize() in summary(read)[4] and words.ONE_VISIT in section(read)
    assert read.inference is not None and summary(read)[4] == short_statement(read.inference)


def test_no_word_of_the_section_is_one_that_nobody_may_read_there(read: ReportParts, uncoded: ReportParts):
    for parts in (read, uncoded):
        assert not FORBIDDEN.search(section(parts))


def test_what_was_not_codable_is_not_drawn_and_said_to_be_so(uncoded: ReportParts):
    assert uncoded.inference is not None
    assert uncoded.inference.axes[Axis.THREAT].told is StatementCode.NOT_ASSESSABLE
    assert "not coded is not absent" in section(uncoded)
    names = [figure.name for figure in figures_of(uncoded)]
    assert "axis-threat" not in names and "axis-deprivation" in names


def test_figures_compile_and_hold_the_cut(read: ReportParts):
    drawn = {figure.name: specification(figure, 600) for figure in figures_of(read) if figure.name.startswith("axis-")}
    assert set(drawn) == {"axis-threat", "axis-deprivation"}
    assert all("'rule'" in str(spec) for spec in drawn.values())


def test_the_method_says_how_it_was_done(read: ReportParts):
    text = " ".join(method_paragraph(read))
    assert "trained on records that the model simulates" in text and "not told" in text
    assert read.inference is not None and f"seed {read.inference.posterior.seed}" in text


def test_a_report_of_measures_alone_has_no_such_section(rich: ReportParts):
    page = lxml.html.fromstring(report_html(rich))
    assert page.xpath("//section[@id='inferred']") == []


def test_a_report_with_its_inference_loads_no_jax():
    code = (
        "from bowlby.reporting.build import ReportOptions, build; "
        "from bowlby.formats.load import LoadOptions, load_coded; "
        "build(load_coded(['examples/records/play.csv'], LoadOptions()), ReportOptions(), lambda line: None); "
        "import sys; print('jax' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
