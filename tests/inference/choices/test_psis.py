"""PSIS-LOO and WAIC against ArviZ, and against exact leave-one-out."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from bowlby.inference.choices.psis import loo, waic


def normal_log_likelihood(draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return log p(y_i | mu_s) of normal data, sd 1, under exact posterior draws with a flat prior, and the data."""
    rng = np.random.default_rng(seed)
    y = rng.standard_normal(30)
    y[0] = 4.0
    mu = y.mean() + rng.standard_normal(draws) / np.sqrt(len(y))
    return -0.5 * (y - mu[:, None]) ** 2 - 0.5 * np.log(2 * np.pi), y


def test_it_equals_arviz():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arviz = pytest.importorskip("arviz")
        log_likelihood, _ = normal_log_likelihood(1000, 1)
        data = arviz.from_dict(posterior={"mu": np.zeros((1, 1000))}, log_likelihood={"y": log_likelihood[None]})
        theirs = arviz.loo(data, pointwise=True, reff=1.0)
        their_waic = arviz.waic(data, pointwise=True)
    ours = loo(log_likelihood)
    # arviz 0.23 and arviz-stats smooth the tail a little apart; Monte Carlo error of 1,000 draws is some .03 a point.
    np.testing.assert_allclose(ours.elpd, theirs.loo_i.to_numpy(), rtol=0, atol=1e-3)
    np.testing.assert_allclose(ours.pareto_k, theirs.pareto_k.to_numpy(), rtol=0, atol=2e-2)
    assert ours.total == pytest.approx(theirs.elpd_loo, abs=1e-2)
    assert ours.se == pytest.approx(theirs.se, abs=1e-3)
    assert float(ours.p.sum()) == pytest.approx(theirs.p_loo, abs=1e-2)
    np.testing.assert_allclose(waic(log_likelihood).elpd, their_waic.waic_i.to_numpy(), rtol=0, atol=1e-9)


def test_it_comes_close_to_exact_leave_one_out():
    """Exact: y_i is normal round the others' mean, variance 1 + 1/(n - 1). Monte Carlo error of 20,000 draws: .01."""
    log_likelihood, y = normal_log_likelihood(20_000, 2)
    rest = (y.sum() - y) / (len(y) - 1)
    variance = 1 + 1 / (len(y) - 1)
    exact = -0.5 * (y - rest) ** 2 / variance - 0.5 * np.log(2 * np.pi * variance)
    assert np.abs(loo(log_likelihood).elpd - exact).max() < 0.03


def test_a_point_that_draws_cannot_bear_is_flagged():
    rng = np.random.default_rng(3)
    log_likelihood = np.concatenate([rng.normal(0, 0.1, (1000, 3)), rng.normal(0, 6.0, (1000, 1))], axis=1)
    found = loo(log_likelihood)
    assert found.unreliable == 1 and found.pareto_k[3] > 0.7


def test_equal_weights_are_left_as_they_are():
    found = loo(np.full((500, 2), -0.7))
    np.testing.assert_allclose(found.elpd, -0.7, atol=1e-12)
