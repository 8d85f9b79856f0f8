"""Verdicts under the rule: distances in s, Monte Carlo error, small counts, signs of some size, nulls."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from bowlby.evidence.published.bands import SimulatedFigure
from bowlby.evidence.published.rule import rule_of
from bowlby.evidence.published.standing import CHANCE_PART, Verdict, standing
from bowlby.evidence.published.vocabulary import FindingMetric
from tests.evidence.published.test_bands import CARE, VARIABLE, row

POOLED = row(FindingMetric.D, 0.3, interval=(0.3 - 0.196, 0.3 + 0.196), k=9)  # s = .1


def verdict(finding, estimate, error=0.001, chance=0.001, size=math.nan):
    return standing(finding, rule_of(finding), SimulatedFigure(estimate, error, chance, size))


@pytest.mark.parametrize(("estimate", "is_inside"), [(0.49, True), (0.50, False), (0.11, True), (0.10, False)])
def test_inside_is_within_two_s_of_the_published_figure(estimate, is_inside):
    found = verdict(POOLED, estimate)
    assert found.z == pytest.approx((estimate - 0.3) / 0.1, abs=1e-3)
    assert (found.verdict is Verdict.INSIDE) == is_inside


def test_population_uncertainty_is_not_added_to_s():
    assert verdict(POOLED, 0.55, error=0.5).verdict is Verdict.OUTSIDE


def test_too_large_a_monte_carlo_error_is_no_verdict_unless_the_row_is_beyond_doubt():
    near, far = verdict(POOLED, 0.5, chance=0.03), verdict(POOLED, 0.9, chance=0.03)
    assert (near.verdict, near.settled) == (Verdict.NOT_JUDGED, False)
    assert near.times_children == pytest.approx(1.1 * (0.3 / CHANCE_PART) ** 2, rel=1e-3)
    assert (far.verdict, far.settled, far.times_children) == (Verdict.OUTSIDE, True, 1.0)


def test_monte_carlo_error_is_carried_to_the_scale():
    finding = row(FindingMetric.R, 0.5, interval=(0.4, 0.6), k=9)
    found = verdict(finding, 0.6, chance=0.01)
    assert found.chance == pytest.approx(0.01 / (1 - 0.36) / rule_of(finding).s, rel=1e-3)


@pytest.mark.parametrize("model", [3.0, 10.0, 25.0])
def test_a_count_under_ten_is_judged_by_the_beta_binomial(model):
    finding = row(FindingMetric.PERCENT, 5.0, n=60, k=1, tau=0.4)
    share = model / 100
    phi = 1 / (share * (1 - share) * 0.16) - 1
    law = stats.betabinom(60, share * phi, (1 - share) * phi)
    middle = law.cdf(2) + law.pmf(3) / 2
    assert verdict(finding, model).z == pytest.approx(-stats.norm.ppf(middle), abs=1e-6)


def test_a_sign_needs_some_size():
    finding = row(FindingMetric.SIGN, -1.0, predictor=VARIABLE)
    assert verdict(finding, -0.06, error=0.01, size=-0.06).verdict is Verdict.INSIDE
    small = verdict(finding, -0.04, error=0.01, size=-0.04)
    assert small.verdict is Verdict.OUTSIDE and "below 0.05" in small.reason
    assert "probability" in verdict(finding, -0.06, error=0.05, size=-0.06).reason
    groups = row(FindingMetric.SIGN, 1.0, predictor=CARE)
    assert verdict(groups, 0.09, error=0.01, size=0.09).verdict is Verdict.OUTSIDE
    assert verdict(groups, 0.11, error=0.01, size=0.11).verdict is Verdict.INSIDE


def test_a_null_must_lie_within_the_margin_of_its_study():
    finding = row(FindingMetric.NULL, 0.0, n=103)  # margin .196
    assert verdict(finding, 0.1, error=0.05).verdict is Verdict.INSIDE
    assert verdict(finding, 0.1, error=0.08).verdict is Verdict.OUTSIDE
    assert verdict(row(FindingMetric.NULL, 0.0, k=23), 0.0).verdict is Verdict.NOT_JUDGED


def test_what_does_not_vary_has_no_verdict():
    assert verdict(POOLED, math.nan, error=math.nan).verdict is Verdict.NOT_APPLICABLE
