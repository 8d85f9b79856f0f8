"""Families drawn from a population stand where it says, each the same in every cohort."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.model.life.dimensions import DIRECTIONS, Dimension, setting
from bowlby.model.life.population import PRIOR_MEAN, drawn_from_prior, drawn_populations, of_vector
from bowlby.model.registry import REGISTRY
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.population import TURNS, FamilyPopulation, population

NUMBERS = np.arange(20_000, dtype=np.uint32)
POOLED = FamilyPopulation(of_vector(PRIOR_MEAN, "pooled", continuity=0.6))


def stacked(turn: int) -> np.ndarray:
    place = POOLED.position(NUMBERS, 5, turn)
    return np.stack([place[one] for one in Dimension], axis=1)


def test_positions_have_the_stated_means_spreads_and_correlations():
    """Each within four standard errors."""
    risk = POOLED.at_risk(NUMBERS, 5)
    assert risk.mean() == pytest.approx(POOLED.numbers.risk_share, abs=4 * 0.5 / np.sqrt(20_000))
    place, factor = stacked(0), POOLED.numbers.factor()
    covariance = factor @ factor.T
    for at_risk in (False, True):
        own = place[risk == at_risk]
        error = np.sqrt(np.diag(covariance) / len(own))
        assert (np.abs(own.mean(axis=0) - POOLED.numbers.centre(at_risk=at_risk)) < 4 * error).all()
        wanted = covariance / np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
        assert np.abs(np.corrcoef(own.T) - wanted).max() < 4 / np.sqrt(len(own))


def test_a_turn_keeps_as_much_as_the_continuity_says():
    risk = POOLED.at_risk(NUMBERS, 5)
    before, after = (stacked(turn)[risk] for turn in (0, 1))
    kept = [np.corrcoef(one, other)[0, 1] for one, other in zip(before.T, after.T, strict=True)]
    assert kept == pytest.approx([0.6] * len(Dimension), abs=4 / np.sqrt(risk.sum()))
    assert after.std(axis=0) == pytest.approx(before.std(axis=0), rel=0.05)


def test_a_family_is_its_number_and_nothing_else():
    few = NUMBERS[[7, 300, 12]]
    whole, part = POOLED.setting(NUMBERS, 5), POOLED.setting(few, 5)
    assert all((whole[name][[7, 300, 12]] == part[name]).all() for name in whole)
    assert not np.allclose(POOLED.setting(few, 6)["answer_base"], part["answer_base"])


def test_a_contrast_moves_every_family_by_the_same_and_none_leaves_it_as_it_is():
    far = {Dimension.FRIGHT: 0.5, Dimension.REJECTION: -0.2}
    own, moved = POOLED.setting(NUMBERS[:50], 5), POOLED.setting(NUMBERS[:50], 5, contrast=far)
    for name in own:
        entry = REGISTRY[name]
        by = sum(at * DIRECTIONS[one].get(name, 0.0) for one, at in far.items())
        free = np.array([[entry.free(float(value)) for value in traits[name]] for traits in (own, moved)])
        assert free[1] - free[0] == pytest.approx(by, abs=1e-6)
    none = POOLED.setting(NUMBERS[:50], 5, contrast=dict.fromkeys(Dimension, 0.0))
    assert all(np.array_equal(own[name], none[name]) for name in own)


def test_other_people_are_another_family_of_the_same_population():
    own, other = (np.stack(list(POOLED.position(NUMBERS, 5, person=one).values())) for one in (0, 7))
    assert not np.allclose(own, other)
    independent = [np.corrcoef(a, b)[0, 1] for a, b in zip(own, other, strict=True)]
    assert np.abs(independent).max() < 4.5 / np.sqrt(NUMBERS.size)
    assert {home.person for home in POOLED.homes(NUMBERS[:3], 1, 72.0, person=7)} == {7}


def test_even_the_farthest_families_can_be_lived():
    far = {one: np.array([-8.0, 8.0]) for one in Dimension}
    for stretch in POOLED.care(NUMBERS[:2], 1, 72.0):
        CohortDesign(2, (stretch,))
    from dataclasses import replace

    CohortDesign(2, (replace(POOLED.care(NUMBERS[:2], 1, 12.0)[0], setting=setting(far)),))


def test_homes_turn_where_stated_with_the_same_person():
    homes = POOLED.homes(NUMBERS[:3], 1, 72.0)
    assert [home.until for home in homes] == [*TURNS[:2], 72.0]
    assert {home.person for home in homes} == {0}


def test_names_and_draws():
    assert population("low risk").name == "low-risk"
    assert population("pooled").statement
    with pytest.raises(InputError, match="no such population"):
        population("pooledd")
    assert len(drawn_populations("at risk")) >= 20
    assert len({one.risk for one in drawn_from_prior("pooled", 5)}) == 5
