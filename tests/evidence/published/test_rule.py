"""The rule by which published figures are judged: what columns give which s, and that it is the committed one."""

from __future__ import annotations

import math

import pytest

from bowlby.evidence.published.finding import shipped_findings
from bowlby.evidence.published.rule import (
    Z95,
    FindingQuestion,
    JudgementScale,
    SpreadFormula,
    committed_rules,
    rows,
    rule_of,
)
from bowlby.evidence.published.vocabulary import FindingMetric
from tests.evidence.published.test_bands import CARE, row


def test_the_rule_is_the_committed_one():
    assert rows(shipped_findings()) == committed_rules()


@pytest.mark.parametrize(
    ("finding", "formula", "variance"),
    [
        (row(FindingMetric.D, 0.3, interval=(0.1, 0.5), k=12), SpreadFormula.INTERVAL, (0.2 / Z95) ** 2),
        (row(FindingMetric.D, 0.3, interval=(0.1, 0.5), k=4), SpreadFormula.INTERVAL_FEW, (0.2 / Z95) ** 2 + 0.04),
        (row(FindingMetric.D, 0.3, interval=(0.1, 0.5)), SpreadFormula.INTERVAL, (0.2 / Z95) ** 2),
        (row(FindingMetric.R, 0.3, n=1030, k=10), SpreadFormula.STUDIES, (0.01 + 1 / 100) / 10),
        (row(FindingMetric.R, 0.3, n=103), SpreadFormula.STUDIES_FEW, 0.01 + 1 / 100 + 0.01),
        (row(FindingMetric.D, 0.4, n=800, k=8), SpreadFormula.STUDIES, (0.04 + 0.04 + 0.16 / 200) / 8),
        (row(FindingMetric.R, 0.3, k=6), SpreadFormula.STUDIES, (0.01 + 1 / 57) / 6),
        (row(FindingMetric.PERCENT, 20.0, n=400, k=4, tau=0.5), SpreadFormula.STUDIES_FEW, (0.25 + 1 / 16) / 4 + 0.25),
    ],
)
def test_s_comes_from_k_interval_and_n_alone(finding, formula, variance):
    found = rule_of(finding)
    assert (found.formula, found.s) == (formula, pytest.approx(math.sqrt(variance)))


def test_a_correlation_is_judged_on_fishers_z():
    found = rule_of(row(FindingMetric.R, 0.5, interval=(0.3, 0.7), k=9))
    assert (found.scale, found.value) == (JudgementScale.FISHER, pytest.approx(math.atanh(0.5)))
    assert found.s == pytest.approx((math.atanh(0.7) - math.atanh(0.3)) / (2 * Z95))


@pytest.mark.parametrize(
    ("finding", "why"),
    [
        (row(FindingMetric.PERCENT, 20.0, n=400, k=10), "logit"),
        (row(FindingMetric.PERCENT, 20.0, n=60, k=1), "logit"),
        (row(FindingMetric.RATIO, 2.5, interval=(2.0, 3.0), k=2, predictor=CARE), "log"),
        (row(FindingMetric.R, 0.3), "neither an interval"),
    ],
)
def test_what_studies_differ_by_is_never_guessed(finding, why):
    found = rule_of(finding)
    assert (found.formula, found.s) == (SpreadFormula.NONE, None)
    assert why in found.reason


def test_baselines_have_their_distance_in_s():
    found = rule_of(row(FindingMetric.D, -0.3, interval=(-0.5, -0.1), k=9))
    s = 0.2 / Z95
    assert found.null_z == pytest.approx(-0.3 / s)
    assert found.baseline_z == pytest.approx((-0.4 + 0.3) / s)


def test_tau_can_be_halved_and_doubled_unless_the_row_states_its_own():
    plain, own = row(FindingMetric.R, 0.3, n=103), row(FindingMetric.R, 0.3, n=103, tau=0.3)
    assert rule_of(plain, 2.0).s == pytest.approx(math.sqrt(0.04 + 0.01 + 0.04))
    assert rule_of(own, 2.0).s == rule_of(own).s == pytest.approx(math.sqrt(0.09 + 0.01 + 0.09))


def test_a_null_has_the_margin_of_its_study():
    found = rule_of(row(FindingMetric.NULL, 0.0, n=103))
    assert (found.question, found.margin) == (FindingQuestion.NULL, pytest.approx(Z95 / 10))
    assert rule_of(row(FindingMetric.NULL, 0.0, n=100, predictor=CARE)).margin == pytest.approx(Z95 * 0.2)
    assert rule_of(row(FindingMetric.NULL, 0.0, k=23)).margin is None


def test_rows_that_a_model_without_care_fails_are_fixed():
    """Of the rows that count: 27 tell care from no care; two do not."""
    counted = {one.id for one in shipped_findings() if one.role == "check" and one.source_seen}
    known = [row for row in committed_rules() if row["id"] in counted and row["null_z"]]
    hard = [row["id"] for row in known if abs(float(row["null_z"])) > Z95]
    easy = [row["id"] for row in known if row["id"] not in hard]
    assert (len(hard), easy) == (27, ["F02", "F09"])


@pytest.mark.parametrize(
    ("metric", "estimate", "interval"),
    [
        (FindingMetric.R, 0.5, (0.3, 0.7)),
        (FindingMetric.D, -0.3, (-0.5, -0.1)),
        (FindingMetric.PERCENT, 20.0, (10.0, 30.0)),
    ],
)
def test_a_band_is_told_in_the_units_of_the_figure(metric, estimate, interval):
    found = rule_of(row(metric, estimate, interval=interval, k=9))
    low, high = found.band
    assert low < estimate < high
    half = (high - low) / (interval[1] - interval[0])
    assert half == pytest.approx(1.0, abs=0.1)  # the logit bends, the others hardly
    assert rule_of(row(metric, estimate)).band is None
