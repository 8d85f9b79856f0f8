"""The order of a caregiver's sensory signals reaches the child, and only by growth."""

from __future__ import annotations

from functools import cache

import numpy as np

from bowlby.model.life.dimensions import Dimension, setting
from bowlby.model.life.state import NAMES
from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.engine.design import Care, CohortDesign

GROWN = ("language", "executive")


@cache
def lived(order: float, taken: float) -> np.ndarray:
    care = (Care(2.0, {"signal_order": order}),)
    return simulate_cohort(CohortDesign(256, care, seed=3, constants={"disorder_on_growth": taken})).state


def of(state: np.ndarray, name: str) -> np.ndarray:
    return state[NAMES.index(name)]


def test_less_order_lets_language_and_executive_function_grow_less_in_every_child():
    """The same children and the same chances: only order differs, so that no child may go the other way."""
    for name in GROWN:
        assert (of(lived(0.8, 0.3), name) > of(lived(0.1, 0.3), name)).all()


def test_order_reaches_nothing_else():
    others = [row for row, name in enumerate(NAMES) if name not in GROWN]
    assert np.array_equal(lived(0.8, 0.3)[others], lived(0.1, 0.3)[others])


def test_with_no_share_taken_order_reaches_no_child():
    assert np.array_equal(lived(0.8, 0.0), lived(0.1, 0.0))


def test_inconsistent_and_deprived_families_have_less_order():
    for one in Dimension:
        far, usual = (setting({one: np.array([at])}).get("signal_order", np.array([0.4]))[0] for at in (1.0, 0.0))
        if one in (Dimension.INCONSISTENCY, Dimension.DEPRIVATION):
            assert far < usual - 0.1
        else:
            assert far == usual
