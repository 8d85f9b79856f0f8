"""Importance weights say when they are not to be trusted."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from bowlby.inference.weights import PARETO_K_LIMIT, resample, smooth


@pytest.mark.parametrize("k", [0.2, 0.5, 1.0])
def test_the_tail_s_shape_is_recovered(k: float):
    ratios = scipy.stats.genpareto(k).rvs(200_000, random_state=np.random.default_rng(1))
    # 1341 tail values: the fit's sd is about (1 + k) / sqrt(1341) = .03 to .055; 4 of them fail once in 15,000.
    assert smooth(np.log(ratios)).pareto_k == pytest.approx(k, abs=0.22 if k == 1 else 0.15)


def test_equal_weights_stay_equal():
    found = smooth(np.zeros(1000))
    assert found.weights == pytest.approx(np.full(1000, 0.001))
    assert found.ess == pytest.approx(1000)
    assert found.pareto_k < PARETO_K_LIMIT


def test_a_proposal_much_too_narrow_is_found_out():
    draws = 0.1 * np.random.default_rng(2).standard_normal(4000)
    log_ratio = scipy.stats.norm.logpdf(draws) - scipy.stats.norm(scale=0.1).logpdf(draws)
    assert smooth(log_ratio).pareto_k > PARETO_K_LIMIT


def test_smoothed_weights_give_the_target_s_mean():
    rng = np.random.default_rng(3)
    draws = rng.standard_t(8, 20000)
    log_ratio = scipy.stats.norm(0.5).logpdf(draws) - scipy.stats.t(8).logpdf(draws)
    found = smooth(log_ratio)
    assert found.weights @ draws == pytest.approx(0.5, abs=4 / np.sqrt(found.ess))


def test_no_finite_weight_is_never_trusted():
    assert smooth(np.full(100, -np.inf)).pareto_k == np.inf


def test_resampling_takes_each_in_proportion():
    weights = np.array([0.5, 0.25, 0.125, 0.125])
    counts = np.bincount(resample(weights, 800, 0.3), minlength=4)
    assert np.all(np.abs(counts - 800 * weights) <= 1)
