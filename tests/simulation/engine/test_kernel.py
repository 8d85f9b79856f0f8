"""Four writings of one step agree: the engine's program, NumPy, a plain scalar loop, and C by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from bowlby.simulation.engine.age import DAYS_PER_MONTH
from bowlby.simulation.engine.blocks import Blocks
from bowlby.simulation.engine.cohort import newborn, simulate_cohort
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.named_care import cohort

sys.path.insert(0, str(Path(__file__).parents[3]))
from bench import kernel, peers, scalar

TOLERANCE = 1e-5
"""Rounding of single precision (6e-8) over the episodes of the test, a hundredfold; another decision moves a running
mean by .01 and a belief by more."""


def designed(name: str, days: float, children: int = 256) -> CohortDesign:
    return cohort(name, children, days / DAYS_PER_MONTH, seed=5)


def people_of(design: CohortDesign) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return birth states, traits, keys and constants of one block."""
    dealt = Blocks(design, design.care[0])
    block = dealt.block(slice(0, 256))
    return newborn(design).state, (kernel.traits_of(block), kernel.keys_of(block), block.constants)


def share_apart(one: np.ndarray, other: np.ndarray) -> float:
    """Return the share of children with any variable apart by more than the tolerance, relative to its size."""
    return float((np.abs(one - other) > TOLERANCE * (1 + np.abs(one))).any(axis=0).mean())


@pytest.mark.skipif(kernel.compiler() is None, reason="no gcc to compile the hand-written kernel")
@pytest.mark.parametrize("name", ["usual", "frightening and deprived"])
def test_the_engine_agrees_with_the_kernel_by_hand(name: str):
    """A decision hangs on rounding about once in 1e6, so that one child in a hundred may go another way in 60 days."""
    design = designed(name, 60)
    state, people = people_of(design)
    by_hand = kernel.live(state, people, (0, design.episodes, design.bids_per_day))
    assert share_apart(simulate_cohort(design).state, by_hand) <= 0.01


def test_the_engine_agrees_with_numpy():
    design = designed("inconsistent", 10)
    state, people = people_of(design)
    plain = peers.numpy_live(state, people, (0, design.episodes, design.bids_per_day))
    assert plain.dtype == np.float32
    assert share_apart(simulate_cohort(design).state, plain) <= 0.01


def test_the_engine_agrees_with_the_scalar_loop():
    design = designed("harsh", 10)
    state, people = people_of(design)
    traits, keys, constants = people[0].astype(float), people[1], people[2].astype(float)
    lived = simulate_cohort(design).state
    found = []
    for child in range(8):
        persons = peers.persons((traits, keys, constants), child)
        dyad = peers.from_leaves([float(value) for value in state[:, child]])
        for number in range(design.episodes):
            words = tuple(scalar.uniform(int(pair[0, child]), int(pair[1, child]), number) for pair in keys)
            dyad = scalar.episode(*persons, dyad, words, number, design.bids_per_day)
        found.append(peers.leaves_of(dyad))
    assert share_apart(lived[:, :8], np.array(found).T) == 0.0


@pytest.mark.skipif(kernel.compiler() is None, reason="no gcc to compile the hand-written kernel")
def test_agreement_would_notice_another_constant():
    design = designed("usual", 20)
    state, (traits, keys, constants) = people_of(design)
    moved = constants.copy()
    moved[20] *= 1.01
    by_hand = kernel.live(state, (traits, keys, moved), (0, design.episodes, design.bids_per_day))
    assert share_apart(simulate_cohort(design).state, by_hand) > 0.5
