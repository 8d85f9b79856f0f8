"""Families of the reference population: what a record would show of the care that the full child's caregiver gives."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from bowlby.model.caregiver import Caregiver, threat_rate
from bowlby.model.life.population import reference_file
from bowlby.model.parameters import CAREGIVER_NAMES
from bowlby.simulate.engine.design import CohortDesign
from bowlby.simulate.expected_care import threat_rate as frightening_acts
from bowlby.simulate.exposures import exposure
from bowlby.simulate.population import population
from bowlby.study.families import (
    AGE_MONTHS,
    FAMILIES,
    FILE,
    POPULATION,
    SEED,
    as_json,
    care_seen,
    families,
    in_order,
    simulate_families,
)
from bowlby.study.full_child import setting_of


@pytest.mark.parametrize("name", ["usual", "sensitive", "intrusive", "harsh"])
def test_care_seen_is_the_way_back_of_the_full_childs_setting(name: str):
    care = exposure(name)
    back = care_seen({trait: np.array([value]) for trait, value in setting_of(care).items()})
    for parameter, value in back.items():
        # The setting's "none" is a small number; engagement is sought on a grid.
        assert value[0] == pytest.approx(float(getattr(care, parameter)), rel=2e-3), parameter


def test_a_strained_caregiver_is_seen_to_answer_less():
    setting = setting_of(exposure("usual"))
    calm, strained = (
        care_seen({name: np.array([value]) for name, value in (setting | {"background_stress": stress}).items()})
        for stress in (0.01, 0.5)
    )
    assert strained["answer_probability"] < calm["answer_probability"]
    assert strained["engagement_rate"] < calm["engagement_rate"]


def test_rows_are_dealt_out_in_order():
    dealt = in_order(np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]), np.array([0.5, 0.9, 0.1]))
    assert dealt.tolist() == [[2.0, 20.0], [3.0, 30.0], [1.0, 10.0]]


def test_the_shipped_families_are_those_of_the_shipped_population():
    made = as_json(simulate_families(), reference_file()["version"])
    assert made == (files("bowlby.study") / FILE).read_text(encoding="utf-8")


def test_families_frighten_in_the_order_of_the_calibrated_population():
    care = population(POPULATION).care(np.arange(FAMILIES, dtype=np.uint32), SEED, AGE_MONTHS)
    calibrated = frightening_acts(CohortDesign(FAMILIES, care, seed=SEED), care[0])
    seen = np.asarray(threat_rate(families()[0]))
    ranks = [np.argsort(np.argsort(values)) for values in (calibrated, seen)]
    # Kept values have four digits: neighbours may change places.
    assert np.abs(ranks[0] - ranks[1]).max() < FAMILIES / 100


def test_every_family_lies_inside_the_likelihoods_supports():
    care = families()[0]
    assert isinstance(care, Caregiver)
    for name in CAREGIVER_NAMES:
        values = np.asarray(getattr(care, name))
        assert values.shape == (FAMILIES,) and np.isfinite(values).all()
        assert name == "answer_slope" or (values > 0).all()
        assert not name.endswith(("share", "probability")) or (values < 1).all()
