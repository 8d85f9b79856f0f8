"""Verdicts: which band a row has, and what lies inside it."""

from __future__ import annotations

import math

import pytest

from bowlby.evidence.published.bands import BandVerdict, SimulatedFigure, VerdictBasis, band, judge
from bowlby.evidence.published.finding import Finding, Predictor
from bowlby.evidence.published.vocabulary import FindingMetric

VARIABLE, CARE = Predictor(variable="insecure"), Predictor(care="harsh")


def row(metric: FindingMetric, estimate: float, **other: object) -> Finding:
    base = {
        "id": "X", "role": "check", "source_seen": True, "population": "pooled", "predictor": VARIABLE,
        "outcome": "externalizing", "metric": metric, "age_predictor": 13.0, "age_outcome": 84.0, "n": None, "k": None,
        "estimate": estimate, "interval": None, "citation": "", "note": "",
    }  # fmt: skip
    return Finding(**(base | other))


@pytest.mark.parametrize(
    ("finding", "by", "half"),
    [
        (row(FindingMetric.R, 0.2, interval=(0.1, 0.3), n=50), VerdictBasis.INTERVAL, 0.1),
        (row(FindingMetric.R, 0.2, n=103), VerdictBasis.ERROR, 1.96 * 0.96 / 10),
        (row(FindingMetric.R, 0.2, k=2), VerdictBasis.ERROR, 1.96 * 0.96 / math.sqrt(117)),
        (row(FindingMetric.PERCENT, 20.0, n=400), VerdictBasis.ERROR, 1.96 * 2.0),
        (row(FindingMetric.D, 0.3, n=400), VerdictBasis.ERROR, 1.96 * math.sqrt(0.01 + 0.09 / 800)),
        (row(FindingMetric.PERCENT, 20.0, role="calibrate", n=400), VerdictBasis.TOLERANCE, 3.0),
        (row(FindingMetric.KAPPA, 0.2, role="calibrate"), VerdictBasis.TOLERANCE, 0.05),
    ],
)
def test_the_band_is_interval_else_error_and_calibrate_rows_have_their_tolerance(finding, by, half):
    found, ends = band(finding)
    assert found is by
    assert ends == pytest.approx((finding.estimate - half, finding.estimate + half))
    inside, outside = (SimulatedFigure(finding.estimate + share * half, 0.01) for share in (0.99, 1.01))
    assert judge(finding, inside).verdict is BandVerdict.INSIDE
    assert judge(finding, outside).verdict is BandVerdict.OUTSIDE


@pytest.mark.parametrize(
    ("estimate", "error", "verdict"),
    [(-0.2, 0.1, BandVerdict.INSIDE), (-0.16, 0.1, BandVerdict.OUTSIDE), (0.2, 0.1, BandVerdict.OUTSIDE)],
)
def test_a_sign_must_be_sure(estimate, error, verdict):
    for finding in (row(FindingMetric.SIGN, -1.0), row(FindingMetric.R, -0.3)):
        found = judge(finding, SimulatedFigure(estimate, error))
        assert (found.verdict, found.by) == (verdict, VerdictBasis.SIGN)


@pytest.mark.parametrize(
    ("predictor", "estimate", "error", "verdict"),
    [
        (VARIABLE, 0.02, 0.03, BandVerdict.INSIDE),
        (VARIABLE, 0.02, 0.04, BandVerdict.OUTSIDE),
        (VARIABLE, 0.09, 0.001, BandVerdict.OUTSIDE),
        (CARE, 0.09, 0.03, BandVerdict.INSIDE),
        (CARE, -0.14, 0.03, BandVerdict.OUTSIDE),
    ],
)
def test_nothing_is_shown_by_equivalence_and_not_by_a_wide_interval(predictor, estimate, error, verdict):
    found = judge(row(FindingMetric.NULL, 0.0, predictor=predictor), SimulatedFigure(estimate, error))
    assert (found.verdict, found.by) == (verdict, VerdictBasis.NULL)


def test_a_percentage_without_n_is_held_against_nothing():
    found = judge(row(FindingMetric.PERCENT, 47.0), SimulatedFigure(47.0, 1.0))
    assert (found.verdict, found.by) == (BandVerdict.NOT_APPLICABLE, VerdictBasis.NOTHING)
    assert "number of persons" in found.reason


def test_what_does_not_vary_has_no_verdict():
    found = judge(row(FindingMetric.R, 0.2, n=100), SimulatedFigure(math.nan, math.nan))
    assert found.verdict is BandVerdict.NOT_APPLICABLE
