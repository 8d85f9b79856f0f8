"""Acts that come in bouts tell less than as many acts at random, and as much less as their dispersion says."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.infer.clustering import dispersion
from bowlby.model.parameters import default

HOURS = np.array([[0.0, 10 * 3600.0]])
USUAL, WEIGHT, BLOCKS = default("engagement_dispersion"), default("engagement_dispersion_blocks"), 120


def assumed(own: float) -> float:
    """Return the dispersion after as many blocks of one's own."""
    return (WEIGHT * USUAL + (BLOCKS - 1) * own) / (WEIGHT + BLOCKS - 1)


def test_acts_at_random_have_a_dispersion_of_about_one():
    rng = np.random.default_rng(1)
    found = np.array([dispersion(rng.uniform(0, 36_000, rng.poisson(600)), HOURS) for _ in range(40)])
    # Sd of one is sqrt(2 / 119) = .13, of the mean .02; the floor of 1 lifts none of them.
    assert found.mean() == pytest.approx(assumed(1.0), abs=0.08)


def test_bouts_of_twenty_acts_have_a_dispersion_of_about_twenty():
    rng = np.random.default_rng(2)
    bouts = [np.repeat(rng.uniform(0, 36_000, rng.poisson(60)), 20) for _ in range(40)]
    found = np.array([dispersion(onsets, HOURS) for onsets in bouts])
    # Counts of bouts are Poisson with mean 1/2 a block: Pearson's sum over 119 has an sd of 20 sqrt((2 + 2) / 119).
    assert found.mean() == pytest.approx(assumed(20.0), abs=2.4)


@pytest.mark.parametrize("acts", [0, 5])
def test_what_shows_no_dispersion_takes_the_usual_one(acts: int):
    short = np.array([[0.0, 240.0]])
    assert dispersion(np.linspace(1, 200, acts), short) == USUAL
    assert dispersion(np.empty(0), HOURS) == dispersion(np.empty(0), np.empty((0, 2))) == USUAL


def test_it_is_never_below_one():
    assert dispersion(np.arange(0.5, 36_000, 1.0), HOURS) >= 1.0


def test_blocks_are_of_codable_time():
    whole = np.arange(10.0, 36_000, 37.0)
    gaps = np.array([[100.0 * place, 100.0 * place + 50.0] for place in range(720)])
    stretched = np.floor(whole / 50.0) * 100.0 + whole % 50.0
    assert dispersion(stretched, gaps) == pytest.approx(dispersion(whole, HOURS), rel=1e-6)
