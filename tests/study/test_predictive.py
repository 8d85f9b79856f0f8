"""Predictive checks fit a record of the model and find out one that it does not explain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import scipy.stats

from bowlby.infer.posterior import posterior
from bowlby.model.caregiver import usual_caregiver
from bowlby.model.parameters import default
from bowlby.records.coded import CodedRecord
from bowlby.records.identity import coded_as_itself
from bowlby.simulate.dyad import simulate_dyad
from bowlby.study.predictive import Check, checks, unexplained
from tests.infer.by_hand import Act, bids, record


def test_a_record_of_the_model_is_explained():
    care = usual_caregiver()._replace(regime_share=0.05)
    shares = [unexplained(checks(posterior(coded_as_itself(simulate_dyad(care, seed=seed))))) for seed in range(8)]
    # Each of three or four fits lies beyond 3 sd once in 370: all eight below .1 fails about once in 15 by one of
    # them, the median almost never.
    assert np.median(shares) < 0.05


def test_care_that_stops_half_way_is_not_explained():
    found = checks(posterior(record(bids(29, 14))))
    drift = next(check for check in found if check.name.startswith("answered share, second half"))
    assert drift.observed < drift.low and drift.p > 0.95
    assert unexplained(found) > 0.5


def test_levels_come_in_units_that_a_lab_knows():
    found = {check.name: check for check in checks(posterior(record(bids(20, 12, latency=3.0))))}
    assert found["answered share"].observed == pytest.approx(12 / 20)
    assert found["median latency of answers"].unit == "s"
    assert found["median latency of answers"].observed == pytest.approx(3.0)
    assert found["answered share"].low < 0.6 < found["answered share"].high
    assert not found["answered share"].fit


def test_without_a_summary_of_fit_the_prior_weight_stays():
    assert unexplained(checks(posterior(record([])))) == pytest.approx(default("unexplained_weight"))


def test_the_weight_is_bayes_rule_with_a_density_three_times_as_wide():
    check = Check("s", "a", "1", observed=2.0, expected=0.0, low=-1.6, high=1.6, p=0.02, fit=True, sd=1.0)
    p, q = np.exp(-2.0), np.exp(-2.0 / 9) / 3
    assert unexplained((check,)) == pytest.approx(0.1 * q / (0.1 * q + 0.9 * p))
    assert unexplained((check, check)) > unexplained((check,))


def test_levels_never_decide_what_is_unexplained():
    check = Check("s", "a", "1", observed=9.0, expected=0.0, low=-1.6, high=1.6, p=0.0, fit=False, sd=1.0)
    assert unexplained((check,)) == pytest.approx(0.1)


LOGNORMAL = 2.5 * np.exp(0.6 * scipy.stats.norm.ppf((np.arange(30) + 0.5) / 30))
"""Latencies at even places of a log-normal distribution, seconds."""


def answered_after(latencies: Sequence[float]) -> CodedRecord:
    acts: list[Act] = []
    for place, latency in enumerate(np.random.default_rng(3).permutation(latencies)):
        onset = 5.0 + 35.0 * place
        acts.append(("child", "cue.bid", onset, onset + 0.5))
        acts.append(("caregiver", "answer", onset + latency, onset + latency + 1.0))
    return record(acts)


def skew(latencies: Sequence[float]) -> Check:
    return next(found for found in checks(posterior(answered_after(latencies))) if found.name.startswith("skew"))


def test_one_answer_at_no_latency_leaves_the_shape_as_it_is():
    plain, one_at_once = skew(LOGNORMAL), skew([*LOGNORMAL[1:], 0.02])
    assert plain.low < plain.observed < plain.high
    assert one_at_once.low < one_at_once.observed < one_at_once.high


def test_answers_of_two_speeds_are_no_one_distribution():
    quick, slow = 0.3 * LOGNORMAL[3:27], np.linspace(6.0, 9.0, 6)
    found = skew([*quick, *slow])
    assert found.observed > found.high
