"""Mixtures in NumPy are those that were trained, and their draws follow them."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import digamma, polygamma
from scipy.stats import multivariate_normal, norm

from bowlby.inference.care.features import _digamma, _trigamma
from bowlby.inference.care.network import drawn, median, outputs, share_above, split
from tools.posterior.training import NetworkPlan, log_density, train


@pytest.mark.parametrize("full", [True, False])
def test_the_density_that_is_trained_is_that_of_the_mixture_that_is_read(full: bool):
    plan = NetworkPlan(components=3, full=full)
    generator = np.random.default_rng(2)
    raw = generator.standard_normal((5, outputs(3, 3, full=full)))
    y = generator.standard_normal((5, 3))
    mixture = split(raw, 3, 3, full=full)
    for row in range(5):
        parts = []
        for component in range(3):
            factor = mixture.factor[row, component]
            covariance = factor @ factor.T if full else np.diag(factor**2)
            parts.append(multivariate_normal.pdf(y[row], mixture.mean[row, component], covariance))
        wanted = np.log(mixture.weight[row] @ np.array(parts))
        got = float(log_density(jnp.asarray(raw, jnp.float32), jnp.asarray(y, jnp.float32), plan)[row])
        assert got == pytest.approx(wanted, rel=2e-4, abs=2e-4)


def test_draws_have_the_moments_of_their_mixture():
    """With 20,000 draws the mean lies within 4.5 standard errors but for 1 in 50,000."""
    raw = np.random.default_rng(5).standard_normal((2, outputs(4, 2, full=True)))
    mixture = split(raw, 4, 2, full=True)
    found = drawn(mixture, 20_000, np.random.default_rng(6))
    mean = np.einsum("rc,rcd->rd", mixture.weight, mixture.mean)
    assert (np.abs(found.mean(axis=1) - mean) < 4.5 * found.std(axis=1) / np.sqrt(20_000)).all()


def test_polygammas_are_those_of_scipy():
    x = np.array([0.5, 1.0, 3.7, 40.5, 2e4])
    assert np.allclose(_digamma(x), digamma(x), rtol=1e-9)
    assert np.allclose(_trigamma(x), polygamma(1, x), rtol=1e-9)


def test_a_network_learns_a_posterior_that_is_known():
    """y ~ N(0, 1), x = y + N(0, 1): the posterior is N(x / 2, 1 / 2); weights make the prior of N(0, 2)."""
    generator = np.random.default_rng(1)
    y = 2.0 * generator.standard_normal((30_000, 1))
    x = np.concatenate([y + generator.standard_normal(y.shape), generator.standard_normal(y.shape)], axis=1)
    weight = norm.pdf(y[:, 0]) / norm.pdf(y[:, 0], scale=2.0)
    held = np.arange(len(y)) % 10 == 0
    plan = NetworkPlan(width=32, components=2, members=1, epochs=12)
    ensemble, losses = train(x, y, weight, held, plan, 3)
    assert losses[0] < 1.0
    at = np.array([[-1.5, 0.0], [0.0, 1.0], [1.5, -1.0]])
    found = drawn(ensemble.mixture(at), 4000, np.random.default_rng(4))[..., 0]
    assert np.allclose(found.mean(axis=1), at[:, 0] / 2.0, atol=0.1)
    assert np.allclose(found.std(axis=1), np.sqrt(0.5), atol=0.08)


def test_mass_above_a_cut_and_median_are_those_of_the_draws():
    """With 100,000 draws a share of a half has a standard error of .0016."""
    mixture = split(np.random.default_rng(8).standard_normal((3, outputs(4, 2, full=True))), 4, 2, full=True)
    found = drawn(mixture, 100_000, np.random.default_rng(9))
    for place in range(2):
        middle = median(mixture, place)
        assert np.allclose(share_above(mixture, place, middle), 0.5, atol=1e-6)
        assert np.allclose((found[..., place] > middle[:, None]).mean(axis=1), 0.5, atol=0.008)
        cut = middle + 1.3
        assert np.allclose(
            share_above(mixture, place, cut), (found[..., place] > cut[:, None]).mean(axis=1), atol=0.008
        )
