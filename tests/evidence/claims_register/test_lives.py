"""Lives are those of the children asked for, each arm once, and read as the rest of bowlby reads them."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.evidence.claims_register.kinds_of_care import CARES, design_of
from bowlby.evidence.claims_register.lives import ClaimLives, ClaimSampleSizes, ContrastArm, chance_of_sign
from bowlby.evidence.claims_register.reading import Reading, ReadingKind, classed, outcome, state
from bowlby.lives.arm_lives import RunMonitor
from bowlby.model.signs.reference import load_reference
from bowlby.model.signs.registry import SIGNS
from bowlby.model.signs.response import GENERAL_WEIGHTS, response
from bowlby.simulation.engine.cohort import CancelledError

MANY, FEW = ContrastArm("inconsistent"), ContrastArm("inconsistent", few=True)


@pytest.fixture(scope="module")
def lives() -> ClaimLives:
    return ClaimLives([(arm, age) for arm in (MANY, FEW) for age in (9.5, 12.0)], ClaimSampleSizes(40, 13, seed=2))


def test_fewer_children_are_the_first_ones(lives: ClaimLives):
    worth = state("worth", 12.0)
    assert np.array_equal(lives.read(MANY, worth)[:13], lives.read(FEW, worth))


def test_a_class_is_that_of_its_child(lives: ClaimLives):
    """Names of sessions sort as text, children as numbers; with more than ten of them a mix-up would show."""
    whole, first = (lives.read(arm, classed("resistant", 12.0)) for arm in (MANY, FEW))
    assert 0.0 < whole.mean() < 1.0
    assert np.array_equal(whole[:13], first)


def test_an_earlier_trace_is_read_at_its_age(lives: ClaimLives):
    formed = [lives.read(MANY, state("attachment_formed", age)) for age in (9.5, 12.0)]
    assert (formed[1] > formed[0]).mean() > 0.9


def test_classes_are_told_in_groups_that_exclude_each_other(lives: ClaimLives):
    parts = [lives.read(MANY, classed(name, 12.0)) for name in ("secure", "insecure")]
    assert np.array_equal(parts[0] + parts[1], np.ones(40))


def test_an_arm_is_lived_once(lives: ClaimLives):
    assert lives.lived(MANY) is lives.lived(MANY)


def test_signs_of_reference_children_come_out_as_the_sign_layer_has_them():
    reference = load_reference().at(36.0)
    for name in ("fear", "numbness"):
        found = chance_of_sign(name, 36.0, reference.values)
        assert found == pytest.approx(response(SIGNS[name], reference.scores) @ GENERAL_WEIGHTS, abs=2e-3)
        assert found.mean() == pytest.approx(SIGNS[name].base_rate, abs=1e-4)


def test_progress_ends_at_the_whole_and_a_run_can_be_stopped():
    told: list[tuple[int, int]] = []
    few = ClaimSampleSizes(5, 5)
    arms = [(ContrastArm("secure"), 1.0), (ContrastArm("neglect"), 0.5)]
    some = ClaimLives(arms, few, watching=RunMonitor(lambda done, whole: told.append((done, whole))))
    for arm, age in arms:
        some.read(arm, state("worth", age))
    assert told[-1][0] == told[-1][1]
    stopped = ClaimLives(arms, few, watching=RunMonitor(cancel=lambda: True))
    with pytest.raises(CancelledError):
        stopped.lived(ContrastArm("secure"))


@pytest.mark.parametrize("care", [care for care in CARES if care != "pooled"])
def test_every_kind_of_care_can_be_lived_to_any_age(care: str):
    for until in (6.0, 30.5, 300.0):
        design = design_of(care, 3, (until,), 0)
        assert design.until == until


def test_a_wrong_name_is_refused():
    with pytest.raises(ValueError, match="there is no state"):
        Reading(ReadingKind.STATE, "happiness", 12.0)
    assert outcome("externalizing", 48.0).unit == "sd"
