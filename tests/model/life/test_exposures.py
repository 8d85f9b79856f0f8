"""Named care is a contrast on a family; directions are frozen; extremes are for tests and offered to nobody."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import NormalDist

import pytest

from bowlby.errors import InputError
from bowlby.model.life.dimensions import DIRECTIONS, Dimension, setting
from bowlby.model.life.exposures import EXPOSURES, TEST_POINTS, contrast_of, exposure
from bowlby.model.life.population import population
from bowlby.model.registry import REGISTRY

FROZEN = json.loads(Path(__file__).with_name("frozen_directions.json").read_text(encoding="utf-8"))
"""Directions and extremes as they were on 2026-11-30, when they were ends of named care; written out by hand since."""

FAMILY = [care for care in EXPOSURES.values() if care.of_families]


def test_directions_are_the_frozen_ones():
    """Nine digits; a change of one digit is a change of the model and a new fit of the population."""
    assert list(DIRECTIONS) == list(FROZEN["directions"])
    for one, traits in FROZEN["directions"].items():
        assert dict(DIRECTIONS[Dimension(one)]) == pytest.approx(traits, abs=1e-9)


@pytest.mark.parametrize("name", TEST_POINTS)
def test_extremes_are_the_frozen_ones(name: str):
    assert dict(TEST_POINTS[name].shifts) == pytest.approx(FROZEN["extremes"][name], abs=1e-8)
    assert set(TEST_POINTS) == set(FROZEN["extremes"])


@pytest.mark.parametrize("care", FAMILY, ids=lambda care: care.name)
def test_named_family_care_lies_among_the_families_at_risk(care):
    """The median low-risk family with it stands between the 1st and the 99th percentile on each dimension."""
    low, risk = population("low-risk"), population("at risk")
    for place, one in enumerate(Dimension):
        at = low.centre(at_risk=False)[place] + care.contrast.get(one, 0.0)
        rank = NormalDist(risk.centre(at_risk=True)[place], risk.spread[one]).cdf(at)
        assert 0.01 < rank < 0.99, one


def test_a_contrast_puts_the_median_family_at_its_percentile():
    low, risk = population("low-risk"), population("at risk")
    at = low.centre(at_risk=False)[-1] + contrast_of({"fright": 97.5})[Dimension.FRIGHT]
    assert NormalDist(risk.centre(at_risk=True)[-1], risk.spread[Dimension.FRIGHT]).cdf(at) == pytest.approx(0.975)


def test_usual_care_adds_nothing():
    usual = exposure("usual")
    assert not usual.contrast and not usual.shifts and usual.of_families
    centre = dict(zip(Dimension, population("low-risk").centre(at_risk=False), strict=True))
    assert usual.of_the_median_family() == {name: float(value) for name, value in setting(centre).items()}


def test_an_institution_stands_outside_the_families():
    institution = exposure("institution")
    assert not institution.of_families
    assert institution.of_the_median_family() == institution.setting()
    assert dict(institution.shifts) == dict(TEST_POINTS["extreme deprived"].shifts)


@pytest.mark.parametrize("care", [*EXPOSURES.values(), *TEST_POINTS.values()], ids=lambda care: care.name)
def test_every_care_sets_caregiver_traits_within_their_support(care):
    for traits in (care.setting(), care.of_the_median_family()):
        for name, value in traits.items():
            low, high = REGISTRY[name].support
            assert low < value < high, name


def test_extremes_are_offered_to_nobody():
    for name in TEST_POINTS:
        with pytest.raises(InputError) as caught:
            exposure(name)
        assert "extreme" not in caught.value.remedy


def test_an_unknown_exposure_suggests_the_nearest():
    with pytest.raises(InputError, match="'sensitive'"):
        exposure("sensitiv")
    assert exposure("Frightening-and_deprived") is EXPOSURES["frightening and deprived"]
