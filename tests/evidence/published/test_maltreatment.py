"""Maltreated families are found among families at risk, and children placed from an institution are no better off."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from bowlby.evidence.published.lives import BLOCKS, SimulatedStudy, blocks_of, live
from bowlby.evidence.published.maltreatment import HomeAxes, axes_of, beyond_low_risk, families
from bowlby.evidence.published.observed_children import ObservedChildren
from bowlby.model.life.population import drawn_populations

CHILDREN = 200


def cut_of(block: int, quantile: float, seed: int) -> tuple[float, float]:
    """Return the cuts of one draw of the fit, from low-risk families of other numbers than the code's."""
    draw = replace(drawn_populations("at risk")[block], risk_share=0.0)
    low = axes_of(families(draw, np.arange(20_000, dtype=np.uint32), seed + 1))
    return float(np.quantile(low.threat, quantile)), float(np.quantile(low.deprivation, quantile))


@pytest.mark.parametrize(("name", "quantile"), [("maltreated", 0.975), ("maltreated beyond .95", 0.95)])
def test_every_family_lies_beyond_the_low_risk_quantile(name: str, quantile: float):
    """Cuts from 20,000 others: all families lie beyond them but for the cuts' own error, some in a hundred."""
    axes = axes_of(SimulatedStudy(name, CHILDREN, 3).designs((13.0,))[0])
    block = blocks_of(CHILDREN)
    inside = [
        ~HomeAxes(axes.threat[block == one], axes.deprivation[block == one]).beyond(cut_of(one, quantile, 3))
        for one in range(0, BLOCKS, 5)
    ]
    assert np.concatenate(inside).mean() < 0.15


def test_a_farther_quantile_finds_families_with_more_of_either():
    near, far = (
        axes_of(SimulatedStudy(name, CHILDREN, 3).designs((13.0,))[0])
        for name in ("maltreated beyond .95", "maltreated beyond .99")
    )
    assert np.median(far.threat) > np.median(near.threat)
    assert np.median(far.deprivation) > np.median(near.deprivation)


def test_their_share_among_families_at_risk_is_larger_than_among_low_risk_ones():
    """Of low-risk families at most 5 % lie beyond either cut; of 512 families at risk more, by four standard errors."""
    draw = drawn_populations("at risk")[0]
    axes = axes_of(families(draw, np.arange(512, dtype=np.uint32), 3))
    assert axes.beyond(cut_of(0, 0.975, 3)).mean() > 0.05 + 4 * np.sqrt(0.05 * 0.95 / 512)


def test_children_of_a_study_differ_and_stay_the_same_when_it_is_made_again():
    one, again = (SimulatedStudy("maltreated", CHILDREN, 3).designs((13.0,))[0].child_numbers() for _ in range(2))
    assert np.array_equal(one, again) and len(set(one.tolist())) == CHILDREN
    draw = drawn_populations("at risk")[0]
    assert list(islice(beyond_low_risk(draw, 0.975, 0, 3), 5)) == one[:5].tolist()


@pytest.mark.slow
def test_children_placed_from_an_institution_are_not_more_secure_than_those_of_low_risk_families():
    """256 children each at 48 months; were shares alike, this would fail once in a thousand seeds."""

    def secure(population: str) -> np.ndarray:
        designs = SimulatedStudy(population, 256, 2).designs((48.0,))
        return np.concatenate([ObservedChildren(live(design), 2).variable("secure", 48.0) for design in designs])

    placed, raised = secure("institution, then foster care from 6 to 12 months"), secure("low-risk")
    error = np.sqrt((placed.var() + raised.var()) / 256)
    assert placed.mean() - raised.mean() < 3.09 * error
