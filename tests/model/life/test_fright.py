"""Frightening acts: their law, the gravest of many, the one of a second, and what a coder would code of them.

Monte Carlo tests allow five standard errors: a false alarm in 1.7 million comparisons.
"""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.model import registry
from bowlby.model.life import fright
from bowlby.model.life.fright import Rates
from bowlby.model.life.traits import Constants

CONSTANTS = Constants(*(np.float64(entry.default) for entry in registry.CONSTANTS))
MAGNITUDES = np.array([CONSTANTS.magnitude_frightening, CONSTANTS.magnitude_harsh, CONSTANTS.magnitude_abusive])
DRAWS = 400_000


def rates(*values: float) -> Rates:
    startling, frightening, harsh, abusive = (np.float64(value) for value in values)
    return startling, frightening, harsh, abusive


def intensities(count: int, random: np.random.Generator) -> np.ndarray:
    """Draw from the density A / x^2 by rejection from the logarithm's: another way than the model's."""
    least, found = float(CONSTANTS.fright_least), np.empty(0)
    while len(found) < count:
        tried = np.exp(random.uniform(np.log(least), 0.0, 4 * count + 100))
        found = np.concatenate([found, tried[random.random(len(tried)) < least / tried]])
    return found[:count]


def close(counted: np.ndarray, expected: float) -> bool:
    return abs(counted.mean() - expected) <= 5 * counted.std() / np.sqrt(len(counted))


def test_intensity_follows_its_law():
    random = np.random.default_rng(1)
    drawn = fright.intensity_at(CONSTANTS, random.random(DRAWS))
    other = intensities(DRAWS, random)
    assert drawn.min() >= float(CONSTANTS.fright_least)
    assert drawn.max() <= 1.0
    for limit in (0.01, 0.03, 0.1, 0.5):
        share = (other > limit).mean()
        assert abs((drawn > limit).mean() - share) <= 5 * np.sqrt(2 * share / DRAWS)
    assert close(other, float(fright.mean_intensity(CONSTANTS)))
    assert close(fright.coded(CONSTANTS.fright_coded, other), float(fright.coded_share(CONSTANTS)))


@pytest.mark.parametrize("scale", [0.3, 3.0])
def test_the_gravest_of_an_episode_is_the_gravest_of_poisson_acts(scale):
    """Independent oracle: every act of every tier is drawn, with its intensity, and the gravest is picked.

    Exact for threats above I_0 times the largest magnitude, which is 1, and below I_0 times the least, which is 1/2.
    """
    care, random = rates(0.5, 0.4, 0.3, 0.05), np.random.default_rng(2)
    every = np.array(care[1:]) * scale / float(fright.coded_share(CONSTANTS))
    oracle = np.zeros(DRAWS)
    for rate, magnitude in zip(every, MAGNITUDES, strict=True):
        number = random.poisson(rate, DRAWS)
        graves = magnitude * intensities(int(number.sum()), random)
        np.maximum.at(oracle, np.repeat(np.arange(DRAWS), number), graves)
    threat, startle = fright.gravest_act(care, np.float64(scale), random.random(DRAWS), CONSTANTS)
    least = float(CONSTANTS.fright_least)
    for limit in (0.0, 0.25 * least, 1.5 * least, 0.1, 0.3, 0.55, 0.7):
        share = (oracle > limit).mean()
        assert abs((threat > limit).mean() - share) <= 5 * np.sqrt(2 * share * (1 - share) / DRAWS), limit
    quiet = np.exp(-every.sum()) * (1 - np.exp(-0.5 * scale))
    assert close(startle, quiet)
    assert not (startle * threat).any()


@pytest.mark.parametrize("scale", [1e-5, 0.2])
def test_the_act_of_a_second_comes_as_often_as_it_should_and_of_each_kind(scale):
    """At 1e-5 the chance lies below what one word can tell: the second word carries it."""
    care, random = rates(0.3, 0.4, 0.2, 0.1), np.random.default_rng(3)
    draws = DRAWS if scale > 1e-3 else 10_000_000
    first, second = random.random(draws, np.float32), random.random(draws, np.float32)
    found = fright.act(care, np.float64(scale), (first, second), CONSTANTS)
    every = scale / float(fright.coded_share(CONSTANTS))
    for tier, chance in enumerate((0.3 * scale, 0.4 * every, 0.2 * every, 0.1 * every), start=1):
        counted = (found.tier == tier).sum()
        assert abs(counted - draws * chance) <= 5 * np.sqrt(draws * chance), tier
    acts = found.tier > 1
    assert np.array_equal(acts, found.threat > 0)
    assert np.allclose(found.threat[acts], found.intensity[acts] * MAGNITUDES[found.tier[acts].astype(int) - 2])
    if acts.sum() > 1000:
        assert close(found.intensity[acts], float(fright.mean_intensity(CONSTANTS)))


def test_both_clocks_teach_the_same_threat_where_acts_are_rare():
    """Sum of threats over an hour of seconds, and the gravest of an hour: equal where two acts seldom meet."""
    care, random = rates(0.02, 0.0086, 0.0051, 0.00017), np.random.default_rng(4)
    expected = float(fright.expected_threat(care, CONSTANTS))
    hours, _ = fright.gravest_act(care, np.float64(1.0), random.random(20 * DRAWS), CONSTANTS)
    assert abs(hours.mean() - expected) <= 5 * hours.std() / np.sqrt(len(hours)) + 0.02 * expected
    coded = (np.array(care[1:]) / float(fright.coded_share(CONSTANTS))).sum()
    assert abs((hours > 0).mean() - (1 - np.exp(-coded))) <= 5 * np.sqrt(coded / len(hours))


def test_a_coder_codes_at_the_rate_of_the_registry():
    random = np.random.default_rng(5)
    care = rates(0.0, 0.4, 0.2, 0.1)
    found = fright.act(care, np.float64(0.1), (random.random(DRAWS), random.random(DRAWS)), CONSTANTS)
    seen = random.random(DRAWS) < np.where(found.tier > 1, fright.coded(CONSTANTS.fright_coded, found.intensity), 0.0)
    assert abs(seen.sum() - DRAWS * 0.07) <= 5 * np.sqrt(DRAWS * 0.07)


def test_usual_care_is_coded_as_anchored():
    """The anchor: .05 coded acts an hour in the median home, strain included (decisions)."""
    default = {entry.name: entry.default for entry in registry.CAREGIVER}
    an_hour = sum(
        default[f"unprovoked_{tier}"] + CONSTANTS.detect_express * default[f"provoked_{tier}"]
        for tier in registry.THREAT_TIERS
    )
    strained = 1.0 + CONSTANTS.stress_harshness * default["background_stress"]
    assert an_hour * strained == pytest.approx(0.05, rel=0.05)
