"""Phenomena 3 and 4 of the model: mixed care gives the published shares, and sensitivity goes with security; slow."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from bowlby.evidence.published import metrics
from bowlby.evidence.published.lives import SimulatedStudy, live
from bowlby.evidence.published.observed_children import ObservedChildren

pytestmark = pytest.mark.slow

CHILDREN, SEED = 4000, 77
ONES = np.ones(CHILDREN)


@cache
def seen(population: str) -> ObservedChildren:
    """Return children of a seed that no fit has used, rated at 12 months and in the Strange Situation at 13."""
    (design,) = SimulatedStudy(population, CHILDREN, SEED).designs([12.0, 13.0])
    return ObservedChildren(live(design), SEED)


def percent(population: str, name: str) -> float:
    return 100 * metrics.mean(seen(population).variable(name, 13.0), ONES)


def test_the_pooled_shares_come_out_within_three_points():
    """Standard error of a share .8 points or less; asked for: 51.6, 14.7, 10.2, 23.5, three points either way."""
    names = ("secure", "avoidant", "resistant", "disorganized or cannot classify")
    found = [percent("pooled", name) for name in names]
    assert found == pytest.approx([51.6, 14.7, 10.2, 23.5], abs=3.0)


def test_low_risk_families_have_fewer_disorganized_children():
    assert percent("low-risk", "disorganized or cannot classify") == pytest.approx(15.0, abs=3.0)


def test_sensitivity_as_rated_in_one_hour_goes_with_security():
    """r .22 to .28 is published; standard error .015 here."""
    pooled = seen("pooled")
    rated, secure = pooled.variable("rated sensitivity", 12.0), pooled.variable("secure", 13.0)
    assert metrics.correlation(rated, secure, ONES) == pytest.approx(0.25, abs=0.045)


def test_anomalous_behaviour_goes_with_disorganization_and_most_such_children_were_never_abused():
    """Positive and moderate; fewer than half of the disorganized live with more than one abusive act a year."""
    from bowlby.simulation.expected_care import partner_traits

    pooled = seen("pooled")
    frights, scored = pooled.variable("frightening acts", 13.0), pooled.variable("disorganization", 13.0)
    assert 0.2 < metrics.correlation(frights, scored, ONES) < 0.75
    design = pooled.with_caregiver(13.0).design
    traits = partner_traits(design, design.care[0])[None]
    abusive = 365.0 * (12.0 * traits["unprovoked_abusive"] + design.bids_per_day * traits["provoked_abusive"])
    disorganized = pooled.variable("disorganized", 13.0) == 1
    assert (abusive[disorganized] > 1.0).mean() < 0.5
