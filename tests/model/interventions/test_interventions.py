"""Each entry is complete, stands for what the mission names, and moves parameters that exist."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bowlby.errors import InputError, ParameterError
from bowlby.model import registry as life
from bowlby.model.interventions.intervention import EvidenceLevel, Intervention, TraitTarget, moves
from bowlby.model.interventions.page import with_interventions
from bowlby.model.interventions.registry import ALIASES, INTERVENTIONS, ITEMS, NOT_MODELLED, intervention
from bowlby.model.parameter import Basis, Group

PAGE = Path(__file__).parents[3] / "docs" / "interventions.md"
NO_TRIAL = {
    "dyadic developmental psychotherapy",
    "sensory integration",
    "somatic regulation",
    "attachment-focused play therapy",
}
entries = pytest.mark.parametrize("entry", INTERVENTIONS.values(), ids=lambda entry: entry.name)


@entries
def test_each_entry_is_complete(entry: Intervention):
    assert entry.statement.endswith(".") and entry.says.endswith(".")
    assert entry.covers and entry.all_moves
    assert entry.citations and all(re.search(r"\b(19|20)\d\d, \w", one) for one in entry.citations)
    assert entry.dose.duration > 0 and entry.dose.delay > 0 and entry.dose.fade > 0
    assert 0 <= entry.dose.kept <= 1
    assert 0 <= entry.limits.youngest < entry.limits.oldest
    assert 0 <= entry.limits.drop_out < 1


@entries
def test_each_shift_is_of_a_trait_of_that_person(entry: Intervention):
    for shift in entry.all_moves:
        group = Group.CHILD if shift.target is TraitTarget.CHILD else Group.CAREGIVER
        assert life.REGISTRY[shift.parameter].group is group
        assert shift.mean != 0 and shift.mean_sd > 0 and shift.family_sd > 0
        low, high = life.REGISTRY[shift.parameter].support
        assert low < shift.natural(life.REGISTRY[shift.parameter].default) < high


@entries
def test_no_parameter_of_one_person_is_moved_twice(entry: Intervention):
    moved = [(shift.parameter, shift.target) for shift in entry.all_moves]
    assert len(set(moved)) == len(moved)


def test_every_item_of_the_mission_is_covered_by_an_entry():
    covered = {item for entry in INTERVENTIONS.values() for item in entry.covers}
    assert {item for items in ITEMS.values() for item in items} <= covered


def test_where_there_is_no_adequate_trial_it_says_so():
    assert {name for name, entry in INTERVENTIONS.items() if not entry.evidence.tried} == NO_TRIAL
    for name in NO_TRIAL:
        assert INTERVENTIONS[name].says.startswith("No adequate trial")
        assert "Mechanism only" in INTERVENTIONS[name].says


def test_only_what_a_calibration_row_gives_is_called_calibrated():
    """Row F01, the one row of interventions that may be calibrated on, is sensitivity after training."""
    calibrated = {entry.name for entry in INTERVENTIONS.values() for one in entry.moves if one.basis != Basis.ASSUMED}
    assert calibrated == {"responsiveness training"}


def test_better_evidence_leaves_less_doubt():
    doubts = [grade.doubt for grade in EvidenceLevel]
    assert doubts == sorted(doubts)


def test_therapies_of_trauma_wait_for_safety_and_work_with_caregivers_does_not():
    waiting = {name for name, entry in INTERVENTIONS.items() if entry.limits.needs_safety}
    assert waiting == {
        "trauma-focused cognitive behavioural therapy",
        "eye movement desensitization and reprocessing",
        "mindfulness",
        "somatic regulation",
    }


@pytest.mark.parametrize(
    ("short", "name"), [*ALIASES.items(), ("TF-CBT", ALIASES["tf cbt"]), ("VIPP-SD", ALIASES["vipp"])]
)
def test_usual_short_names_are_understood(short: str, name: str):
    assert intervention(short).name == name


def test_a_wrong_name_suggests_the_nearest():
    with pytest.raises(InputError) as failure:
        intervention("foster placment")
    assert "'foster placement'" in failure.value.remedy


@pytest.mark.parametrize("name", [name for harmful in NOT_MODELLED for name in harmful.names])
def test_coercive_holding_is_named_as_harmful_and_not_modelled(name: str):
    assert not any(name in entry.name for entry in INTERVENTIONS.values())
    with pytest.raises(InputError, match="harmful"):
        intervention(name.title())
    assert name in PAGE.read_text(encoding="utf-8")


def test_a_shift_of_what_is_no_trait_is_refused():
    with pytest.raises(ParameterError, match="no such parameter"):
        moves(TraitTarget.HOME, EvidenceLevel.MIXED, {"warmht": 0.3})


def test_the_page_holds_the_registry_as_it_is():
    page = PAGE.read_text(encoding="utf-8")
    assert with_interventions(page) == page, "run with_interventions over docs/interventions.md"
    with pytest.raises(ValueError, match="marks"):
        with_interventions("no marks")


def test_plain_values_name_every_shift():
    entry = INTERVENTIONS["foster placement"]
    told = entry.as_dict()
    assert told["replaces_the_person"] is True
    assert [one["parameter"] for one in told["moves"]] == [shift.parameter for shift in entry.all_moves]
    assert replace(entry, placement=None).as_dict()["replaces_the_person"] is False
