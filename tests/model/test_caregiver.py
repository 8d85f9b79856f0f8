"""How a caregiver answers, and what an answer is worth."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.model.caregiver import (
    REFERENCE_SIGNAL,
    available_share,
    noticed_share,
    relief,
    relief_tau,
    threat_rate,
    usual_caregiver,
    willingness,
)


def test_answering_at_the_reference_signal_is_the_parameter_whatever_the_slope():
    for slope in (-6.0, 0.0, 8.0):
        assert float(willingness(0.3, slope, REFERENCE_SIGNAL)) == pytest.approx(0.3, abs=1e-6)


def test_a_negative_slope_rejects_protest_and_a_positive_one_answers_it():
    assert float(willingness(0.5, -5.0, 1.0)) < 0.2 < 0.8 < float(willingness(0.5, 5.0, 1.0))


def test_availability_leaves_room_for_the_marginal_probability():
    caregiver = usual_caregiver()._replace(answer_probability=0.3, regime_share=0.9)
    share = float(available_share(caregiver))
    assert share == pytest.approx(1 - 0.9 * 0.7)
    assert 0.3 / share < 1


def test_relief_falls_with_latency_and_rises_with_warmth():
    tau = relief_tau(0.0, 12.0)
    assert float(relief(1.0, 0.0, 1.0, tau)) == pytest.approx(1.0)
    assert float(relief(1.0, 0.0, 0.0, tau)) < 1.0
    assert float(relief(1.0, 20.0, 1.0, tau)) < float(relief(1.0, 1.0, 1.0, tau))
    assert float(relief(0.0, 0.0, 1.0, tau)) == 0.0


def test_comfort_keeps_its_worth_for_longer_in_distress():
    assert relief_tau(1.0, 12.0) > 10 * relief_tau(0.0, 12.0)
    assert relief_tau(1.0, 24.0) > relief_tau(1.0, 6.0)


def test_rare_warm_acts_go_unnoticed_more_than_in_proportion():
    rates = np.array([1.0, 10.0, 100.0])
    noticed = rates * np.asarray(noticed_share(rates))
    assert noticed[1] / noticed[0] > 50
    assert np.all(np.diff(noticed) > 0)


def test_startling_acts_never_enter_threat():
    caregiver = usual_caregiver()
    assert threat_rate(caregiver) == threat_rate(caregiver._replace(fright_startle_rate=1000.0))
    assert threat_rate(caregiver._replace(fright_harsh_rate=5.0)) > threat_rate(caregiver)
