"""The axes follow from what a caregiver does, and from nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from bowlby.model.caregiver import Caregiver, usual_caregiver
from bowlby.study.axes import Axes, axes, between_session_share
from bowlby.study.reference import CUT_AT, quadrant_shares, reference_population


def one(**changes: float) -> Axes:
    """Return the axes of the usual caregiver with some parameters changed."""
    caregiver = usual_caregiver()._replace(**changes)
    return axes(Caregiver(*(np.array([value]) for value in caregiver)), 12.0)


def test_threat_is_the_log_of_rates_times_magnitudes_of_tiers_two_to_four():
    found = one(fright_frightening_rate=2.0, fright_harsh_rate=1.0, fright_abusive_rate=0.5).threat[0]
    assert found == pytest.approx(np.log1p(2 * 0.4 + 1 * 0.6 + 0.5 * 1.0), rel=1e-5)


def test_startling_acts_alone_never_raise_threat():
    assert one(fright_startle_rate=500.0).threat == one().threat


def test_deprivation_equals_its_definition_by_quadrature():
    care = usual_caregiver()._replace(answer_slope=0.0, engagement_rate=1e5)
    latency = scipy.stats.lognorm(care.latency_spread, scale=care.latency_median)
    worth = [scipy.integrate.quad(lambda t, tau=tau: latency.pdf(t) * np.exp(-t / tau), 0, 200)[0] for tau in (10, 324)]
    answers = care.answer_probability * (0.7 * worth[0] + 0.3 * worth[1]) * (1 - care.intrusion_share)
    assert one(answer_slope=0.0, engagement_rate=1e5).deprivation[0] == pytest.approx(1 - (answers + 1) / 2, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "better", "worse"),
    [
        ("answer_probability", 0.9, 0.2),
        ("latency_median", 1.0, 15.0),
        ("engagement_rate", 60.0, 5.0),
        ("intrusion_share", 0.05, 0.7),
    ],
)
def test_each_part_of_care_moves_deprivation_and_not_threat(name: str, better: float, worse: float):
    good, bad = one(**{name: better}), one(**{name: worse})
    assert good.deprivation[0] < bad.deprivation[0] - 0.05
    assert good.threat == bad.threat


def test_rare_warm_acts_count_as_absent():
    assert one(engagement_rate=1.0).deprivation[0] == pytest.approx(one(engagement_rate=0.01).deprivation[0], abs=1e-3)


def test_one_in_ten_of_the_reference_is_high_on_each_axis():
    reference = reference_population(12.0)
    rates = reference.base_rates
    assert sum(rates.values()) == pytest.approx(1.0)
    assert rates["threat"] + rates["both"] == pytest.approx(1 - CUT_AT, abs=1e-3)
    assert rates["deprivation"] + rates["both"] == pytest.approx(1 - CUT_AT, abs=1e-3)


def test_quadrants_are_those_of_the_cuts():
    reference = reference_population(12.0)
    high, low = 10.0, -10.0
    found = quadrant_shares(Axes(np.array([low, high, low, high]), np.array([low, low, high, high])), reference)
    assert set(found.values()) == {0.25}
    weighted = quadrant_shares(Axes(np.array([low, high]), np.array([low, high])), reference, np.array([0.2, 0.8]))
    assert weighted["both"] == pytest.approx(0.8) and weighted["neither"] == pytest.approx(0.2)


def test_the_share_between_sessions_is_nought_for_steady_and_one_for_all_or_nothing():
    assert between_session_share(np.full((5, 4), 0.6)) == pytest.approx(np.zeros(5))
    assert between_session_share(np.array([[0.0, 1.0, 0.0, 1.0]])) == pytest.approx([1.0])
