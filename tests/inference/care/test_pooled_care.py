"""The second stage over dyads, held against a world in which every posterior is known exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.pooled_care import PriorDensity, pool_care

PRIOR_MEAN, PRIOR_SD = 0.5, 1.2
"""Of the population, on the logit of deprivation."""


@dataclass
class Codable:
    """What of the evidence a second stage looks at."""

    codable: dict[Axis, bool]


@dataclass
class Known:
    """A posterior of which each draw is exact: a normal posterior under a normal population."""

    draws: dict[Axis, np.ndarray]
    prior: dict[Axis, np.ndarray]
    evidence: Codable
    seen: float


def logistic(free: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-free))


def known(seen: float, error: float, rng: np.random.Generator, draws: int = 2000) -> Any:
    """The posterior of a dyad whose logit of deprivation was seen once with a normal error."""
    precision = 1.0 / PRIOR_SD**2 + 1.0 / error**2
    mean = (PRIOR_MEAN / PRIOR_SD**2 + seen / error**2) / precision
    own = logistic(mean + rng.standard_normal(draws) / np.sqrt(precision))
    before = logistic(PRIOR_MEAN + PRIOR_SD * rng.standard_normal(4000))
    codable = {axis: axis is Axis.DEPRIVATION for axis in Axis}
    return Known({Axis.DEPRIVATION: own}, {Axis.DEPRIVATION: before}, Codable(codable), seen)


def study(means: tuple[float, ...], spread: float, error: float, each: int, seed: int) -> tuple[list[Any], list[str]]:
    rng = np.random.default_rng(seed)
    groups = [name for name, _ in zip("abc", means, strict=False) for _ in range(each)]
    truths = np.repeat(means, each) + spread * rng.standard_normal(len(groups))
    return [known(truth + error * rng.standard_normal(), error, rng) for truth in truths], groups


def by_grid(seen: np.ndarray, error: float) -> tuple[float, float]:
    """Mean and sd of a group's mean, summed over a grid of mean and spread; the priors are those of the module."""
    mean = np.linspace(-4.0, 5.0, 721)[:, None]
    spread = PRIOR_SD * np.exp(np.linspace(np.log(0.02), np.log(5.0), 240))[None, :]
    total = np.sqrt(spread**2 + error**2)
    log_density = -0.5 * ((mean - PRIOR_MEAN) / (3.0 * PRIOR_SD)) ** 2 - 0.5 * (spread / PRIOR_SD) ** 2 + np.log(spread)
    for value in seen:
        log_density = log_density - np.log(total) - 0.5 * ((value - mean) / total) ** 2
    weight = np.exp(log_density - log_density.max()).sum(axis=1)
    weight /= weight.sum()
    centre = float(weight @ mean[:, 0])
    return centre, float(np.sqrt(weight @ (mean[:, 0] - centre) ** 2))


def test_a_groups_mean_is_that_of_the_grid():
    """Monte Carlo errors: .05 sd of the mean and a tenth of the sd at some 600 effective draws and 2,000 proposals."""
    rng = np.random.default_rng(3)
    error, seen = 0.8, np.array([-0.9, 0.2, 1.1, 0.4, -0.3, 1.6, 0.7, 0.1, -0.2, 0.9])
    pooled = pool_care([known(value, error, rng) for value in seen], ["a"] * len(seen), seed=1)
    (mean,) = pooled.axes[Axis.DEPRIVATION].means
    centre, sd = by_grid(seen, error)
    assert mean.median == pytest.approx(centre, abs=0.25 * sd)
    assert (mean.high - mean.low) / (2 * 1.645) == pytest.approx(sd, rel=0.2)


def test_contrasts_cover_as_often_as_they_say():
    """40 studies of 2 x 12 dyads: at coverage .9, 30 or fewer hits have a chance below .005.

    Bias is looked for beside the contrast of what was seen, which is unbiased and carries the same chances.
    """
    hits, away = 0, list[float]()
    for seed in range(40):
        found, groups = study((0.2, 0.8), 0.5, 0.7, 12, seed)
        plain = [one.seen for one in found]
        (contrast,) = pool_care(found, groups, seed).axes[Axis.DEPRIVATION].contrasts
        hits += contrast.low <= -0.6 <= contrast.high
        away.append(contrast.median - (np.mean(plain[:12]) - np.mean(plain[12:])))
    assert hits >= 31
    # Each lies within some .06 of the plain contrast, by Monte Carlo error and the pull of the wide prior.
    assert abs(float(np.mean(away))) < 0.05


def test_three_groups_have_three_contrasts_and_the_first_less_the_second():
    found, groups = study((0.0, 1.5, 0.0), 0.2, 0.3, 8, 1)
    names = [one.name for one in pool_care(found, groups).axes[Axis.DEPRIVATION].contrasts]
    assert names == ["a - b", "a - c", "b - c"]
    a_b, a_c, b_c = pool_care(found, groups).axes[Axis.DEPRIVATION].contrasts
    assert a_b.high < 0 < b_c.low and a_c.low < 0 < a_c.high


def test_dyads_are_drawn_together_and_what_was_not_codable_is_left_out():
    found, groups = study((0.5,), 0.1, 1.0, 12, 2)
    pooled = pool_care(found, groups)
    assert list(pooled.axes) == [Axis.DEPRIVATION]
    own = np.array([np.log(one.draws[Axis.DEPRIVATION] / (1 - one.draws[Axis.DEPRIVATION])).std() for one in found])
    assert (pooled.axes[Axis.DEPRIVATION].draws.std(axis=0) < own).all()


def test_a_group_far_from_what_its_dyads_drew_says_so():
    rng = np.random.default_rng(1)
    near = [known(0.5, 0.4, rng) for _ in range(6)]
    few = [known(9.0, 1.5, rng) for _ in range(6)]
    ks = pool_care([*near, *few], ["a"] * 6 + ["b"] * 6).axes[Axis.DEPRIVATION].pareto_k
    assert np.median(ks[6:]) > np.median(ks[:6])


def test_a_group_of_two_is_refused():
    found, _ = study((0.0,), 0.2, 0.3, 5, 1)
    with pytest.raises(InputError, match="2 dyads"):
        pool_care(found, ["a", "a", "a", "b", "b"])


def test_the_density_of_the_population_is_that_of_its_draws():
    """4,000 draws: the kernel density of a normal is within 12 % where most of them lie."""
    draws = PRIOR_MEAN + PRIOR_SD * np.random.default_rng(2).standard_normal(4000)
    at = np.linspace(-1.5, 2.5, 9)
    found = PriorDensity.of(draws).at(at)
    exact = -0.5 * ((at - PRIOR_MEAN) / PRIOR_SD) ** 2
    np.testing.assert_allclose(found - found.max(), exact - exact.max(), atol=0.15)
