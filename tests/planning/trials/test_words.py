"""What a trial says of itself: each figure in its paragraphs and tables is one of its own numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from bowlby.planning.trials.cautions import cautions
from bowlby.planning.trials.design import StudyDesign
from bowlby.planning.trials.figures_table import figures, write_figures
from bowlby.planning.trials.pool import Others
from bowlby.planning.trials.publications import published
from bowlby.planning.trials.trial import Trial, from_pool
from bowlby.planning.trials.words import estimand, intercurrent_events, level_words
from bowlby.reporting.trial_page import trial_html
from bowlby.reporting.trial_protocol import protocol_html
from tests.planning.trials.designs import TWO_ARMS, binary_pool, design, normal_pool, on

LOST = {"rate": 0.25, "on": "caregiver stress", "log_odds": 0.7}
SITES = {"families_each": 20, "icc": 0.05, "cv": 0.5, "lost": 0.1}


def planned() -> StudyDesign:
    """Return a trial in sites with two outcomes, losses and Holm."""
    return design(
        measures=[*on("avoidance"), *on("security")],
        multiplicity={"method": "holm"},
        sites=SITES,
        randomisation={"kind": "blocked"},
        drop_out=LOST,
        trial={"n": [160, 320], "effects": ["model", 0.4], "pool": 256, "replicates": 400},
    )


@pytest.fixture(scope="module")
def found() -> Trial:
    """Return that trial, simulated."""
    classes = binary_pool((0.5, 0.6), children=20_000).true
    pool = normal_pool(0.3, children=20_000)
    others = {("security", 14.0): Others(classes, classes, binary=True)}
    return from_pool(planned(), type(pool)(pool.true, pool.true, None, pool.drop_on, False, 0, others), seed=3)


def test_the_estimand_names_its_strategies_and_keeps_loss_apart():
    asked = planned()
    assert "treatment policy" in estimand(asked) and "had no family left" in estimand(asked)
    events = dict(intercurrent_events(asked))
    assert any("not taken up" in event for event in events)
    assert "a site leaves whole (10%)" in events
    assert any("no intercurrent event" in event for event in events)
    assert "individual-level" in level_words(asked)
    clusters = design(sites={"families_each": 10, "icc": 0.05}, randomisation={"kind": "cluster"})
    assert "cluster-level" in level_words(clusters)


def test_the_ethics_paragraph_gives_size_assumptions_both_effects_and_errors(found: Trial):
    text = found.ethics
    answer = found.first
    for said in (
        f"{answer.at.n} families",
        "sites",
        "intraclass correlation of 0.05",
        "control mean of",
        "the model's own effect",
        "an effect of d = 0.40",
        f"{answer.at.coverage:.1%}",
        f"bias {answer.at.bias:+.3f}",
        "assurance",
        f"{round(answer.at.analysed * answer.at.n)} of them analysed",
    ):
        assert said in text, said


def test_the_analysis_plan_names_test_level_multiplicity_and_what_is_done_about_loss(found: Trial):
    text = found.analysis_plan
    for said in ("Holm", "two-sided at 0.05", "delta-adjusted", "No interim analysis", "security at 14 months"):
        assert said in text, said


def test_the_flow_adds_up(found: Trial):
    total = sum(one.randomised for one in found.flow)
    assert abs(total - found.first.at.n) <= 1
    for one in found.flow:
        # A tenth of sites leaves whole, a quarter of families of the others.
        assert one.analysed == pytest.approx(one.randomised * 0.9 * 0.75, abs=1)
        assert one.lost[-1][1] == one.randomised - one.analysed
    assert found.first.at.analysed == pytest.approx(0.675, abs=0.01)


def test_every_figure_of_the_page_stands_in_the_csv(found: Trial, tmp_path: Path):
    table = figures(found)
    path = write_figures(found, tmp_path / "figures.csv")
    assert pl.read_csv(path).height == table.height
    assert table.filter(pl.col("planned") == "plan").height == 2 * 2 * 2
    page = trial_html(found)
    for point in found.points:
        row = table.filter((pl.col("n") == point.n) & (pl.col("effect") == str(point.effect))).row(0, named=True)
        for name, form in (("power", ".1%"), ("type1", ".1%"), ("coverage", ".1%"), ("bias", "+.3f")):
            assert format(row[name], form) in page
        assert row["power"] == row["test_adjusted"]


class _Opened(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_protocol_is_plain_html_that_closes_what_it_opens(found: Trial):
    text = protocol_html(found)
    opened = _Opened()
    opened.feed(text)
    assert not opened.open and not opened.tags & {"script", "style", "svg", "link"}
    assert found.ethics.split(".")[0] in re.sub(r"&#x27;", "'", text)


def test_published_effects_are_those_of_the_table():
    video = {row.id: row for row in published("responsiveness training")}
    assert video["F02"].d == 0.2 and video["F02"].measure == "security"
    abc = {row.id: row for row in published("attachment and biobehavioral catch-up")}
    # 52 against 33 % secure, 60 children an arm: ln(OR) = .787, over 1.814.
    assert abc["F13"].d == pytest.approx(0.434, abs=0.001)
    assert abc["F13"].holds(0.3) is True and abc["F13"].holds(-0.3) is False


def test_a_planner_is_warned_of_models_away_from_trials_and_of_effects_too_large(found: Trial):
    plan = {"n": [60, 120], "effects": ["model"], "pool": 256, "replicates": 200}
    far = from_pool(design(measures=on("security"), trial=plan), binary_pool((0.4, 0.95), 20_000), seed=1)
    said = " ".join(cautions(far.design, far.answers))
    assert "F02" in said and "Plan by the published one" in said
    assert "larger than trials" in said
    own = [{"name": "mine", "moves": {"warmth": 0.5}}]
    asked = design(programmes=own, arms=[TWO_ARMS[0], {"name": "b", "intervention": "mine", "start": "5mo"}])
    assert any("nobody has measured" in line for line in cautions(asked, found.answers[1:]))


def test_chance_in_few_replicates_stops_no_recommendation(found: Trial):
    """Coverage two and a half Monte-Carlo errors short is chance in 400 replicates, and no chance in 20,000."""
    few = replace(found.first.at, coverage=0.922, bias=0.0, replicates=400)
    assert few.faults(0.05) == ()
    assert len(replace(few, replicates=20_000).faults(0.05)) == 1
    assert len(replace(few, bias=0.2 * few.estimand, bias_error=0.01 * few.estimand).faults(0.05)) == 1
    assert replace(few, bias=0.2 * few.estimand, bias_error=0.1 * few.estimand).faults(0.05) == ()
