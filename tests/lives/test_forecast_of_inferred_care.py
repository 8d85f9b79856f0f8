"""Care that was inferred is lived forward as it stands, and its doubt is told apart from how children differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowlby.inference.care.saved_care import SavedCare
from bowlby.lives.counterfactual import _bootstrapped
from bowlby.lives.forecast import CHILDREN_A_DRAW, ForecastDesign, doubts, families_of, lives_of
from bowlby.simulation.expected_care import partner_traits

CARE = SavedCare({"warmth": np.linspace(0.1, 0.9, 500)}, 12.0, "pooled", Path("post.nc"))


def asked(children: int) -> ForecastDesign:
    return ForecastDesign(CARE, children, 12.0, 24.0, (), 3)


def test_each_drawn_caregiver_raises_several_children_and_is_the_same_to_all_of_them():
    design = lives_of(asked(40))
    warmth = partner_traits(design, design.care[0])[None]["warmth"].reshape(-1, CHILDREN_A_DRAW)
    assert np.ptp(warmth, axis=1).max() == 0
    # Single precision in the engine.
    assert np.isin(np.round(warmth[:, 0], 4), np.round(CARE.traits["warmth"], 4)).all()
    assert len(np.unique(warmth[:, 0])) == 10


@pytest.mark.parametrize(("care", "children"), [(0.5, 1.0), (0.0, 1.0), (2.0, 0.5)])
def test_both_parts_of_a_spread_come_back(care: float, children: float):
    """4,000 draws of 4 children: both sds lie within 6 % of what made them, 5 standard errors of either."""
    rng = np.random.default_rng(5)
    values = care * rng.standard_normal((4000, 1)) + children * rng.standard_normal((4000, CHILDREN_A_DRAW))
    (found,) = doubts(asked(4000 * CHILDREN_A_DRAW), {"x": values.ravel()})
    assert found.children == pytest.approx(children, rel=0.06)
    assert found.care == pytest.approx(care, rel=0.06, abs=0.1)


def test_missing_children_leave_no_number_that_is_none():
    values = np.full(8, np.nan)
    assert doubts(asked(8), {"x": values}) == ()
    values[:] = np.arange(8.0)
    values[2] = np.nan
    assert doubts(asked(8), {"x": values}) == ()


def test_families_are_resampled_whole():
    """Eight children of one family are one: the spread of a weighted mean is that of families, not of children."""
    rng = np.random.default_rng(1)
    of_family = rng.standard_normal(100)
    each = np.broadcast_to(np.repeat(of_family, 8), (1, 1, 800))
    families = np.arange(800) // 8
    by_family, by_child = (
        np.concatenate(list(_bootstrapped(each, numbers, 4000, np.random.default_rng(2))), axis=-1).std()
        for numbers in (families, np.arange(800))
    )
    # The sd of a Bayesian bootstrap is that of the values over the square root of their number plus 1.
    assert by_family == pytest.approx(of_family.std() / np.sqrt(101), rel=0.05)
    assert by_child == pytest.approx(of_family.std() / np.sqrt(801), rel=0.05)


def test_named_care_has_a_family_a_child():
    assert (
        families_of(ForecastDesign("usual", 8)) is None and doubts(ForecastDesign("usual", 8), {"x": np.zeros(8)}) == ()
    )
