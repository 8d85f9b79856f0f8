"""Rarefaction: every smaller sample enumerated, each transition left out by hand, and the same mean at any length."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from bowlby.measures.entropy_rate import transition_counts
from bowlby.measures.rarefaction import rarefied

STATES = np.array([0, 1, 0, 2, 1, 0, 1, 2, 0, 2])


def corrected(pairs: list[tuple[int, int]]) -> float:
    """Plug-in with Miller's correction of each row, weighted by the row's share of transitions."""
    counts = np.zeros((8, 8))
    for pair in pairs:
        counts[pair] += 1
    bits = 0.0
    for row in counts[counts.sum(1) > 0]:
        p = row[row > 0] / row.sum()
        bits += row.sum() * (-(p * np.log2(p)).sum() + (len(p) - 1) / (2 * row.sum() * math.log(2)))
    return bits / counts.sum()


def pairs_of(states: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(states[:-1].tolist(), states[1:].tolist(), strict=True))


def counts_of(pairs: list[tuple[int, int]]) -> np.ndarray:
    return transition_counts([np.array(pair) for pair in pairs])[0]


@pytest.mark.parametrize("number", [1, 2, 4, 8, 9])
def test_it_is_the_mean_over_every_smaller_sample(number: int):
    pairs = pairs_of(STATES)
    every = [corrected(list(some)) for some in combinations(pairs, number)]
    assert rarefied(counts_of(pairs), number).estimate == pytest.approx(np.mean(every), abs=1e-12)


def test_its_error_leaves_out_each_transition():
    pairs = pairs_of(STATES)
    without = [rarefied(counts_of(pairs[:i] + pairs[i + 1 :]), 5).estimate for i in range(len(pairs))]
    expected = math.sqrt((len(pairs) - 1) * np.var(without))
    assert rarefied(counts_of(pairs), 5).error == pytest.approx(expected, rel=1e-9)


def test_without_a_transition_to_spare_there_is_no_error():
    assert rarefied(counts_of(pairs_of(STATES)), len(STATES) - 1).error is None


@pytest.mark.parametrize("pairs", [[(0, 1)] * 50, [(0, 1), (1, 0)] * 25])
def test_what_never_varies_has_no_error(pairs: list[tuple[int, int]]):
    assert rarefied(counts_of(pairs), 40) == (0.0, None)


@pytest.mark.parametrize("number", [0, 10])
def test_a_number_that_was_not_seen_is_refused(number: int):
    with pytest.raises(ValueError, match="9 transitions"):
        rarefied(counts_of(pairs_of(STATES)), number)


def test_a_day_of_signals_costs_no_overflow():
    rng = np.random.default_rng(0)
    counts = rng.poisson(2000, (8, 8)).astype(float)
    np.fill_diagonal(counts, 0)
    found = rarefied(counts, 40)
    # Equal chances: at 100,000 transitions a sample without replacement is one with it. Each of 40 transitions starts
    # anywhere and goes anywhere; 4,000 such samples have the mean below to within four standard errors.
    drawn = [corrected([(int(i), int((i + j) % 8)) for i, j in zip(*two, strict=True)]) for two in _equal(rng, 4000)]
    assert found.estimate == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / math.sqrt(4000) + 0.005)
    assert found.error is not None and 0 < found.error < 0.01


def _equal(rng: np.random.Generator, number: int) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(rng.integers(0, 8, 40), rng.integers(1, 8, 40)) for _ in range(number)]
