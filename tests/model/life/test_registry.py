"""The registry and the values that a step takes name the same things, and every entry can be used."""

from __future__ import annotations

import math

import pytest

from bowlby.errors import ParameterError
from bowlby.model import registry
from bowlby.model.life.state import NAMES, VARIABLES, CaregiverState, ChildState
from bowlby.model.life.traits import Caregiver, Child, Constants
from bowlby.model.parameter import check


def test_fields_are_the_registry():
    assert Caregiver._fields == tuple(entry.name for entry in registry.CAREGIVER)
    assert Child._fields == tuple(entry.name for entry in registry.CHILD)
    assert Constants._fields == tuple(entry.name for entry in registry.CONSTANTS)
    assert (*CaregiverState._fields, *ChildState._fields) == NAMES


def test_names_are_unique():
    assert len(registry.REGISTRY) == len(registry.CAREGIVER) + len(registry.CHILD) + len(registry.CONSTANTS)


@pytest.mark.parametrize("name", registry.REGISTRY)
def test_a_default_lies_in_its_support_and_survives_its_transform(name: str):
    entry = registry.lookup(name)
    check(entry, entry.default)
    assert entry.natural(entry.free(entry.default)) == pytest.approx(entry.default)
    assert entry.unit
    assert entry.meaning.endswith(".")
    assert entry.source
    if entry.prior:
        assert entry.prior.location == pytest.approx(entry.free(entry.default))


@pytest.mark.parametrize("name", registry.SWITCHES)
def test_switches_are_on_and_go_from_off_to_on(name: str):
    entry = registry.lookup(name)
    assert entry.default == 1.0
    check(entry, 0.0)
    for wrong in (-0.1, 1.1, math.nan):
        with pytest.raises(ParameterError):
            check(entry, wrong)


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ParameterError, match="'warmth'"):
        registry.lookup("warmt")


def test_starts_lie_within_their_bounds():
    assert all(0.0 <= variable.start <= variable.high for variable in VARIABLES)
