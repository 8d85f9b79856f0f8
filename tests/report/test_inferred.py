"""What was inferred appears with its conditions and its doubts, and only where something was inferred."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import lxml.html
import numpy as np
import pytest

from bowlby.infer.edition import FIRST_EDITION
from bowlby.infer.evidence import gather
from bowlby.infer.posterior import NOT_IDENTIFIABLE, Diagnostics, Method, Posterior
from bowlby.infer.trajectory import BELIEFS, Band, Trajectory
from bowlby.report.inference import Inference, infer
from bowlby.report.inferred import inferred_blocks, short_verdict, verdict_sentence
from bowlby.report.method import method_paragraph
from bowlby.report.page import figures_of, report_html
from bowlby.report.parts import ReportParts
from bowlby.report.summary import summary
from bowlby.report.vega import specification
from bowlby.study.abstention import Condition, Verdict
from bowlby.study.axes import Axes
from bowlby.study.differential import AxisSummary, Differential
from bowlby.study.differential_evidence import Weight
from bowlby.study.predictive import Check
from bowlby.study.reference import Reference

FAILED = Condition("at least 5 informative episodes", False, "2", "probabilities", "Observe for longer.")
MET = Condition("constructs of the threat axis codable", True, "all codable", "probabilities", "")
SHARES = {"neither": 0.05, "threat": 0.85, "deprivation": 0.04, "both": 0.02, "unexplained": 0.04}


def by_hand(parts: ReportParts) -> Inference:
    """Return an inference that abstains, written by hand: no sampling, so that the tests stay quick."""
    rng = np.random.default_rng(0)
    draws = {"answer_probability": rng.normal(0.5, 0.3, (1, 400)), "latency_median": rng.normal(1.0, 0.2, (1, 400))}
    found = Posterior(gather(parts.coded), draws, {}, Diagnostics(Method.FAST, 400, 0.4, 300.0, True), 1)
    before = Axes(rng.gamma(1.0, 0.2, 2000), rng.beta(3, 3, 2000))
    reference = Reference("reference population", "An assumed population.", before, before, 0.41, 0.77)
    after = Axes(rng.gamma(4.0, 0.3, 400), rng.beta(8, 20, 400))
    axes = tuple(
        AxisSummary(name, 0.5, 0.2, 0.9, 0.6, cut, 0.3, True, f"what {name} is")
        for name, cut in (("threat", 0.41), ("deprivation", 0.77))
    )
    differential = Differential(
        posterior=found,
        reference=reference,
        base_rates=reference.base_rates,
        axes=(*axes, AxisSummary("unpredictability", None, None, None, None, None, None, False, "one session")),
        axis_draws=after,
        quadrant=None,
        verdict=Verdict.NOT_ENOUGH,
        conditions=(MET, FAILED),
        unexplained=0.08,
        rare_event="Zero frightening acts in 20 minutes is compatible with up to 9 an hour (95 %).",
        next=("Observe for longer.",),
        not_identifiable=tuple(f"{name}: {reason}" for name, reason in NOT_IDENTIFIABLE.items()),
        checks=(Check("s1", "answered share", "1", 0.5, 0.55, 0.4, 0.7, 0.4, False, 0.1),),
        evidence=(
            Weight("frightening acts", "threat", -1.54, at_least=False, sound=True),
            Weight("intrusion", "deprivation", 9.2, at_least=True, sound=True),
        ),
    )
    times = np.linspace(0, 1200, 30)
    bands = tuple(
        Band(name, meaning, mean := np.linspace(0.3, 0.6, 30), mean - 0.1, mean + 0.1)
        for name, meaning in BELIEFS.items()
    )
    return Inference(differential, (Trajectory("s1", times, bands, 29, ("An assumption.",)),))


def decided(inference: Inference) -> Inference:
    """Return the same inference with probabilities and a verdict."""
    conditions = (MET, replace(FAILED, met=True))
    found = replace(inference.differential, quadrant=SHARES, verdict=Verdict.THREAT, conditions=conditions, next=())
    return replace(inference, differential=found)


@pytest.fixture(scope="module")
def abstaining(rich: ReportParts) -> ReportParts:
    """Return parts with an inference that abstains."""
    return replace(rich, inference=by_hand(rich))


@pytest.fixture(scope="module")
def section(abstaining: ReportParts) -> str:
    """Return the visible text of the section, from the whole page."""
    tree = lxml.html.document_fromstring(report_html(abstaining))
    parts = tree.xpath("//section[@id='inferred']//text()[not(ancestor::script)]")
    return " ".join(" ".join(parts).split())


def test_conditions_verdict_and_rare_event(section: str, abstaining: ReportParts):
    assert abstaining.inference is not None
    found = abstaining.inference.differential
    assert "Not enough to tell threat from deprivation: 1 of 2 conditions is not met" in section
    assert found.rare_event in section
    for condition in found.conditions:
        assert condition.name in section
    assert "not\u00a0met" in section or "not met" in section
    for line in (*found.next, *found.not_identifiable, found.reference.statement, "An assumption."):
        assert line in section


def test_no_probability_where_the_rule_forbids_it(section: str, abstaining: ReportParts):
    names = [figure.name for figure in figures_of(abstaining)]
    assert "quadrant-probabilities" not in names
    assert "quadrants" in names
    assert "none may be read off this figure" in section


def test_probabilities_with_unexplained_where_it_allows_them(abstaining: ReportParts):
    assert abstaining.inference is not None
    parts = replace(abstaining, inference=decided(abstaining.inference))
    figure = next(figure for figure in figures_of(parts) if figure.name == "quadrant-probabilities")
    rows = next(iter(specification(figure, 600)["datasets"].values()))
    assert {row["name"]: row["probability"] for row in rows} == SHARES
    assert verdict_sentence(decided(abstaining.inference)).startswith(
        "Threat without deprivation has a probability of 0.85"
    )


def test_axes_before_and_after_with_their_cut(abstaining: ReportParts):
    figures = {figure.name: figure for figure in figures_of(abstaining)}
    for name, cut in (("axis-threat", 0.41), ("axis-deprivation", 0.77)):
        tables = specification(figures[name], 600)["datasets"].values()
        density = next(rows for rows in tables if "density" in rows[0])
        assert {row["when"] for row in density} == {"before the record", "after the record"}
        step = density[1]["at"] - density[0]["at"]
        after = sum(row["density"] for row in density if row["when"] == "after the record") * step
        assert after == pytest.approx(1.0, abs=0.05)
        assert [{"at": cut}] in tables


def test_every_expectation_with_its_band(abstaining: ReportParts, section: str):
    figures = {figure.title.lower(): figure for figure in figures_of(abstaining) if figure.name.startswith("belief")}
    assert set(figures) == set(BELIEFS)
    rows = next(iter(specification(figures["expected answering"], 600)["datasets"].values()))
    assert rows[0] == {"time": 0.0, "mean": 0.3, "low": 0.2, "high": 0.4}
    assert rows[-1]["time"] == 20.0
    for meaning in BELIEFS.values():
        assert meaning[1:] in section


def test_a_session_without_episodes_has_no_empty_trajectory(abstaining: ReportParts):
    assert abstaining.inference is not None
    path = abstaining.inference.trajectories[0]
    bands = tuple(Band(b.name, b.meaning, b.mean[:1], b.low[:1], b.high[:1]) for b in path.bands)
    short = replace(abstaining.inference, trajectories=(Trajectory("s1", path.times_s[:1], bands, 0, ()),))
    page = report_html(replace(abstaining, inference=short))
    assert "belief-" not in page
    assert "may have come to expect" not in lxml.html.document_fromstring(page).xpath(
        "string(//section[@id='inferred'])"
    )


def test_summary_and_method_speak_of_the_inference(abstaining: ReportParts, rich: ReportParts):
    assert abstaining.inference is not None
    assert summary(abstaining)[4] == short_verdict(abstaining.inference)
    assert "not enough to tell, which is a result" in summary(abstaining)[4]
    decided_parts = replace(abstaining, inference=decided(abstaining.inference))
    for parts in (abstaining, decided_parts):
        assert FIRST_EDITION in summary(parts)[4]
        assert FIRST_EDITION in lxml.html.document_fromstring(report_html(parts)).xpath(
            "string(//section[@id='inferred'])"
        )
    assert len(method_paragraph(abstaining)) == len(method_paragraph(rich)) + 1
    assert "Pareto k 0.40" in method_paragraph(abstaining)[2]


@pytest.mark.slow
def test_a_real_inference_on_a_record_that_tells_nothing(poor: ReportParts):
    inference = infer(poor.coded, seed=1)
    assert inference.differential.verdict is Verdict.NOT_ENOUGH
    page = report_html(replace(poor, inference=inference))
    assert "Not enough to tell" in page
    assert "not codable" in page
    assert set(inference.as_dict()) >= {"parameters", "axes", "quadrant", "verdict", "conditions", "trajectories"}


def test_inference_is_not_loaded_for_a_report_without_one():
    code = "import sys, bowlby.report.page; print(sorted({'jax', 'altair', 'vl_convert', 'jinja2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_weight_of_evidence_is_shown_in_bits(abstaining: ReportParts):
    assert abstaining.inference is not None
    (block,) = [one for one in inferred_blocks(abstaining.inference) if one.title == "What moved the axes"]
    (table,) = block.tables
    assert [row[:3] for row in table.rows] == [
        ("frightening acts", "threat", "\u22121.5"),
        ("intrusion", "deprivation", "+9.2 or more"),
    ]
