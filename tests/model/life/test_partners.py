"""What belongs to a partner stays with that partner, and a stranger is met with what was learned of adults."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.model.life.partners import OF_PARTNER, PLACES, meet, present_only, put_back, variables_with, with_partner
from bowlby.model.life.state import NAMES, VARIABLES, leaves_of
from tests.model.life.people import newborn, parameters

OWN = tuple(row for row in range(len(VARIABLES)) if row not in PLACES)


def numbered(places: int, children: int = 3) -> list[np.ndarray]:
    """Return leaves that are all different."""
    names = variables_with(tuple(f"p{place}" for place in range(places)))
    return [np.arange(children) + 10.0 * row for row in range(len(names))]


def test_each_place_has_each_variable_of_a_partner_once():
    names = [variable.name for variable in variables_with(("school", "second"))]
    assert len(names) == len(set(names)) == len(VARIABLES) + 2 * len(OF_PARTNER)
    assert names[: len(NAMES)] == list(NAMES)
    assert names[-1] == "second.formation"
    assert {"worth", "arousal", "adults_relief", "language"} <= set(NAMES) - set(OF_PARTNER)


@given(places=st.integers(0, 3), present=st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_an_episode_reaches_the_partner_who_is_there_and_no_other(places: int, present: list[int]):
    here = np.minimum(present, places)
    chosen = [here == place for place in range(1, places + 1)]
    leaves = numbered(places)
    seen = present_only(np, leaves, chosen)
    lived = [value + 0.5 for value in seen]
    after = put_back(np, leaves, lived, chosen)
    for child, place in enumerate(here):
        for other in range(places + 1):
            before, now = ([value[child] for value in with_partner(all_, other)] for all_ in (leaves, after))
            moved = [row for row, (a, b) in enumerate(zip(before, now, strict=True)) if a != b]
            assert moved == (list(range(len(VARIABLES))) if other == place else list(OWN))


def test_a_stranger_is_met_with_what_adults_are_expected_to_be():
    known = newborn(
        adults_relief=0.2, adults_unasked=0.1, adults_threat=0.6, relief_express=0.9, formation=0.8, worth=0.7
    )
    met = meet(parameters().constants, known).child
    assert (met.relief_express, met.relief_intensify) == (pytest.approx(0.2), pytest.approx(0.2))
    assert met.relief_minimise == pytest.approx(0.1)
    assert met.with_signal - met.without_signal == pytest.approx(0.1)
    assert met.threat_unprovoked == pytest.approx(0.6)
    assert met.formation == 0.0
    assert met.worth == known.child.worth


def test_a_stranger_is_met_with_the_certainty_that_adults_are_believed_to_be_alike():
    for spread, weight in ((0.5, 1.0), (0.1, 9.0), (0.02, 49.0)):
        met = meet(parameters().constants, newborn(adults_spread=spread, concentration_express=300.0)).child
        weights = (met.concentration_minimise, met.concentration_express, met.concentration_intensify)
        assert weights == (pytest.approx(weight, rel=1e-5),) * 3


def test_without_a_belief_about_adults_a_stranger_is_met_as_at_birth():
    known = newborn(adults_relief=0.2, adults_unasked=0.1, adults_threat=0.6, relief_express=0.9)
    met = dict(zip(NAMES, leaves_of(meet(parameters(adults=0.0).constants, known)), strict=True))
    for variable in VARIABLES:
        if variable.name in OF_PARTNER:
            assert met[variable.name] == pytest.approx(variable.start)
