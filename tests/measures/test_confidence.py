"""Interval formulas against reference libraries and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bowlby.measures.clusters import jackknife_error
from bowlby.measures.confidence import (
    gamma_quantile,
    mean_interval,
    poisson_interval,
    renewal_interval,
    share_interval,
)


@pytest.mark.parametrize("shape", [1, 2, 3, 10, 57, 500, 1999, 2001, 20_000, 1_000_000])
@pytest.mark.parametrize("probability", [0.025, 0.05, 0.5, 0.975])
def test_gamma_quantile_equals_scipy(shape: int, probability: float):
    special = pytest.importorskip("scipy.special")
    assert gamma_quantile(probability, shape) == pytest.approx(special.gammaincinv(shape, probability), rel=1e-6)


def test_poisson_interval_is_garwoods_and_the_rule_of_three():
    # Garwood's table for a count of 10: 4.795 to 18.390.
    assert poisson_interval(10, 1.0) == (pytest.approx(4.795, abs=5e-4), pytest.approx(18.390, abs=5e-4))
    assert poisson_interval(10, 2.0)[1] == pytest.approx(18.390 / 2, abs=5e-4)
    narrow, wide = poisson_interval(50, 10.0), poisson_interval(50, 10.0, dispersion=4.0)
    assert (wide[1] - wide[0]) / (narrow[1] - narrow[0]) == pytest.approx(2, rel=0.1)
    assert poisson_interval(0, 1 / 3) == (0.0, pytest.approx(-math.log(0.05) * 3))
    with pytest.raises(ValueError, match="exposure"):
        poisson_interval(0, 0.0)


def test_share_interval_is_wilsons():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    for hits, n in ((0, 5), (3, 10), (10, 10), (120, 715)):
        expected = proportion.proportion_confint(hits, n, method="wilson")
        assert share_interval(hits, n) == pytest.approx(expected, abs=1e-9)
    with pytest.raises(ValueError, match="trials"):
        share_interval(0, 0)


def test_jackknife_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(1).normal(size=30)
    blocks = np.column_stack([values, np.ones(30)])
    error = jackknife_error(blocks, lambda sums: sums[..., 0] / sums[..., 1])
    assert error == pytest.approx(values.std(ddof=1) / math.sqrt(30))


@pytest.mark.parametrize("sigma", [0.3, 1.0])
def test_renewal_and_mean_intervals_cover(sigma: float):
    # Nominal .95; skewed durations (sigma 1) cost up to .04 at 40 bouts, shrinkage adds up to .04 at sigma .3. With 400
    # draws (sd of a coverage .014) a true coverage of .92 falls below .89 with probability .016 a check; seed fixed.
    generator = np.random.default_rng(11)
    mean = math.exp(sigma**2 / 2)
    covered = np.zeros((400, 2))
    for trial in range(400):
        on, off = generator.lognormal(0, sigma, 40), 3 * generator.lognormal(0, sigma, 40)
        low, high = renewal_interval(on, off)
        covered[trial, 0] = low <= 0.25 <= high
        low, high = mean_interval(on)
        covered[trial, 1] = low <= mean <= high
    assert (covered.mean(axis=0) >= 0.89).all()
    assert (covered.mean(axis=0) <= 0.995).all()
