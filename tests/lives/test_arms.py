"""Arms: who is reached lives on under moved traits, who is not lives the very same life, and safety comes first."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.lives.arms import (
    SAFE_RATE,
    InterventionRefusal,
    RefusalReason,
    apply,
    give,
    reached_children,
    refusal,
    under_threat,
)
from bowlby.model import registry as life
from bowlby.model.interventions.intervention import Intervention, TraitTarget
from bowlby.model.interventions.registry import INTERVENTIONS, intervention
from bowlby.model.life.fright import coded_share, mean_intensity
from bowlby.model.life.traits import Constants
from bowlby.simulation.engine.cohort import CohortResult, simulate_cohort
from bowlby.simulation.engine.design import Care, CohortDesign, PartnerStage
from bowlby.simulation.expected_care import partner_traits, responsiveness, threat, threat_rate
from tests.simulation.extremes import extreme

TRAINING, TRAUMA = intervention("responsiveness training"), intervention("tf-cbt")
PLACEMENT, SAFETY = intervention("foster placement"), intervention("safe predictable environment")
AT_HOME = [one for one in INTERVENTIONS.values() if TraitTarget.SCHOOL not in one.targets and not one.placement]


def design(home: str = "usual", until: float = 84.0, **changes: object) -> CohortDesign:
    setting = extreme(home)
    return CohortDesign(
        **{"children": 200, "care": (Care(until, setting, 0.5 if setting else 1.0),), "seed": 9, **changes}
    )


def young() -> CohortDesign:
    """Return children whose lives are short enough to be lived in a test."""
    return design("rejecting", until=8.0)


def soon(one: Intervention) -> Intervention:
    """Return an intervention that may begin at any age."""
    return replace(one, limits=replace(one.limits, youngest=0.0))


@cache
def control() -> CohortResult:
    return simulate_cohort(young())


@pytest.mark.parametrize("one", AT_HOME, ids=lambda one: one.name)
def test_children_whom_it_does_not_reach_live_the_very_same_life(one: Intervention):
    arm = apply(soon(one), young(), 5.0)
    assert isinstance(arm, CohortDesign)
    who = reached_children(soon(one), young(), 5.0)
    assert 0.05 < 1 - who.mean() < 0.5
    lived = simulate_cohort(arm).state
    same = (lived == control().state).all(axis=0)
    assert same[~who].all()
    assert same[who].mean() < 0.5


def test_nothing_moves_before_it_starts():
    arm = apply(soon(TRAINING), replace(young(), trace_at=(4.9,)), 5.0)
    kept: list[np.ndarray] = []
    simulate_cohort(arm, observe=lambda _, state: kept.append(state))
    before: list[np.ndarray] = []
    simulate_cohort(replace(young(), trace_at=(4.9,)), observe=lambda _, state: before.append(state))
    assert np.array_equal(kept[0], before[0])
    assert not np.array_equal(kept[1], before[1])


def test_without_a_shift_there_is_no_effect_at_all():
    nothing = replace(soon(TRAINING), moves=tuple(replace(one, mean=0.0) for one in TRAINING.moves))
    arm = give(nothing, young(), 5.0, surety=1.5)
    assert np.array_equal(simulate_cohort(arm).state, control().state)


def test_who_drops_out_hangs_on_seed_child_and_name_alone():
    """One child more, another order, another care or start: the same; another name or seed: another (chance 1e-12)."""
    who = reached_children(TRAINING, design(), 6.0)
    numbers = np.random.default_rng(2).permutation(200).astype(np.uint32)
    assert np.array_equal(reached_children(TRAINING, design(children=210), 6.0)[:200], who)
    assert np.array_equal(reached_children(TRAINING, design(numbers=numbers), 6.0), who[numbers])
    assert np.array_equal(reached_children(TRAINING, design("harsh"), 30.0), who)
    assert not np.array_equal(reached_children(replace(TRAINING, name="another"), design(), 6.0), who)
    assert not np.array_equal(reached_children(TRAINING, design(seed=10), 6.0), who)


def test_drop_out_has_its_share():
    """5,000 children; the bounds are four standard errors, false alarm 6e-5."""
    share = 1 - reached_children(TRAINING, design(children=5000), 6.0).mean()
    assert abs(share - TRAINING.limits.drop_out) < 4 * np.sqrt(0.1 * 0.9 / 5000)


def shift_of(arm: CohortDesign, age: float, name: str) -> np.ndarray:
    """Return how far each child's caregiver was moved on the transformed scale."""
    entry = life.REGISTRY[name]
    after = np.broadcast_to(np.asarray(arm.care_at(age).setting[name], float), (arm.children,))
    return np.array([entry.free(float(value)) for value in after]) - entry.free(entry.default)


def test_the_effect_grows_stays_and_fades_to_what_is_kept():
    """Four months of growth in thirds, full until ten months, twelve months of fading in thirds, 80 % kept."""
    longer = replace(TRAINING, dose=replace(TRAINING.dose, duration=10.0))
    arm = apply(longer, design(), 12.0)
    who = reached_children(longer, design(), 12.0)
    full = shift_of(arm, 20.0, "answer_base")[who]
    expected = {
        12.5: 1 / 6,
        14.0: 3 / 6,
        15.5: 5 / 6,
        16.1: 1.0,
        21.9: 1.0,
        23.0: 1 - 0.2 / 6,
        28.0: 1 - 0.2 * 3 / 6,
        33.0: 1 - 0.2 * 5 / 6,
        34.1: 0.8,
        84.0: 0.8,
    }
    for age, strength in expected.items():
        assert shift_of(arm, age, "answer_base")[who] == pytest.approx(strength * full, rel=1e-9), age
    assert "answer_base" not in arm.care_at(11.9).setting


def test_mean_and_spread_of_the_shift_are_those_of_the_entry():
    """Mean and standard deviation over about 4,500 families within four standard errors; false alarm 1.3e-4.

    The quick normal quantile adds .4 %.
    """
    base = design(children=5000)
    lasting = replace(TRAINING, dose=replace(TRAINING.dose, duration=24.0))
    who = reached_children(lasting, base, 12.0)
    entry = next(one for one in TRAINING.moves if one.parameter == "warmth")
    for surety in (-1.0, 0.0, 2.0):
        moved = shift_of(give(lasting, base, 12.0, surety=surety), 20.0, "warmth")
        error = entry.family_sd / np.sqrt(who.sum())
        assert np.all(moved[~who] == 0)
        assert abs(moved[who].mean() - entry.mean - surety * entry.mean_sd) < 4 * error
        assert abs(moved[who].std() / entry.family_sd - 1) < 4 / np.sqrt(2 * who.sum()) + 0.004


def test_a_surety_of_each_child_moves_that_child():
    surety = np.zeros(200)
    surety[7] = 3.0
    one, other = (shift_of(give(TRAINING, design(), 12.0, surety=z), 16.1, "warmth") for z in (surety, 0.0))
    assert np.flatnonzero(one != other).tolist() == [7]


def test_traits_of_the_child_are_moved_and_those_of_the_design_are_the_start():
    calm = design(child={"irritability": 0.3})
    sensory = intervention("sensory integration")
    arm = apply(sensory, calm, 24.0)
    moved = np.asarray(arm.care_at(27.5).child["irritability"])
    who = reached_children(sensory, calm, 24.0)
    assert np.all(moved[~who] == 0.3)
    assert moved[who].mean() < 0.3
    assert arm.care_at(20.0).child == {}


def test_what_a_caregiver_learned_goes_with_that_caregiver():
    base = design(care=(Care(24.0), Care(84.0, person=5)))
    arm = apply(TRAINING, base, 12.0)
    assert arm.care_at(20.0).setting and not arm.care_at(30.0).setting


def school(until: float = 84.0) -> CohortDesign:
    first, second = ({"school": PartnerStage(person, 0.25)} for person in (11, 12))
    return design(care=(Care(36.0), Care(60.0, others=first), Care(until, others=second)))


def test_a_consultation_reaches_the_present_teacher_and_not_the_next():
    consultation = intervention("teacher consultation")
    arm = apply(consultation, school(), 40.0)
    assert "withdrawal" in arm.care_at(50.0).others["school"].setting
    assert arm.care_at(70.0).others["school"].setting == {}
    assert all(care.setting == {} for care in arm.care)
    refused = apply(consultation, school(), 30.0)
    assert isinstance(refused, InterventionRefusal) and refused.reason is RefusalReason.NO_SUCH_PARTNER


def test_placement_brings_a_new_person_and_leaves_whoever_lived_at_home():
    others = {"second": PartnerStage(10, 0.2), "school": PartnerStage(41, 0.2)}
    base = design("harsh", care=(Care(84.0, extreme("harsh"), 0.5, others=others),))
    arm = apply(PLACEMENT, base, 40.0)
    before, after = arm.care_at(39.0), arm.care_at(41.0)
    assert before.person == 0 and before.setting == extreme("harsh")
    assert len({0, 10, 41, after.person, after.others["second"].person}) == 5
    assert after.others["school"] == others["school"]
    assert arm.newcomers(1) == (0, 1)
    assert responsiveness(arm, 60.0).mean() > responsiveness(arm, 20.0).mean()


@pytest.mark.parametrize(
    ("one", "start", "reason"),
    [
        (TRAUMA, 30.0, RefusalReason.TOO_YOUNG),
        (TRAINING, 80.0, RefusalReason.TOO_OLD),
        (intervention("mindfulness"), 71.9, RefusalReason.TOO_YOUNG),
    ],
)
def test_ages_outside_the_limits_are_refused(one: Intervention, start: float, reason: RefusalReason):
    refused = apply(one, design(), start)
    assert isinstance(refused, InterventionRefusal) and refused.reason is reason
    assert refused.as_dict()["reason"] == str(reason)


@pytest.mark.parametrize("start", [-1.0, 84.0, 100.0, float("nan")])
def test_a_start_outside_the_time_lived_is_an_error(start: float):
    with pytest.raises(InputError, match="within the time lived"):
        apply(TRAINING, design(), start)


WAITING = [one for one in INTERVENTIONS.values() if one.limits.needs_safety]


@pytest.mark.parametrize("home", ["harsh", "frightening", "frightening and deprived"])
@pytest.mark.parametrize("one", WAITING, ids=lambda one: one.name)
def test_therapy_of_trauma_is_refused_while_threat_goes_on_and_not_after_safety_or_placement(
    one: Intervention, home: str
):
    """Safety fails for 20 % of 200 families, and a third would have to: 4.7 standard errors away, 1.3e-6."""
    base = design(home, until=96.0)
    refused = apply(one, base, 80.0)
    assert isinstance(refused, InterventionRefusal) and refused.reason is RefusalReason.THREAT_GOES_ON
    for first in (SAFETY, PLACEMENT):
        safe = apply(first, base, 60.0)
        assert isinstance(safe, CohortDesign)
        assert isinstance(apply(one, safe, 80.0), CohortDesign)
        assert isinstance(apply(one, safe, 50.0 if one.limits.youngest < 50 else 80.0), InterventionRefusal) == (
            one.limits.youngest < 50
        )


@pytest.mark.parametrize("home", ["usual", "sensitive", "rejecting", "inconsistent", "intrusive"])
def test_no_other_home_is_compared_where_home_is_safe_though_insecure(home: str):
    refused = apply(PLACEMENT, design(home), 24.0)
    assert isinstance(refused, InterventionRefusal) and refused.reason is RefusalReason.HOME_IS_SAFE


@pytest.mark.parametrize("home", ["deprived", "harsh", "frightening", "frightening and deprived"])
def test_another_home_is_compared_under_threat_and_without_care(home: str):
    assert isinstance(apply(PLACEMENT, design(home), 24.0), CohortDesign)


def test_without_threat_nothing_is_refused():
    for home in ("usual", "deprived", "rejecting", "sensitive"):
        assert refusal(TRAUMA, design(home), 48.0) is None


def test_threat_that_begins_while_it_would_run_counts():
    later = design(care=(Care(50.0, extreme("sensitive"), 0.5), Care(84.0, extreme("harsh"), 0.5)))
    assert isinstance(apply(TRAUMA, later, 44.0), CohortDesign)
    assert isinstance(apply(TRAUMA, later, 46.0), InterventionRefusal)


def test_it_is_withheld_from_each_child_under_threat_also_where_most_are_safe():
    rates = np.where(np.arange(200) < 20, 8.0, 2e-4)
    base = design(care=(Care(84.0, {**extreme("sensitive"), "unprovoked_harsh": rates}, 0.5),))
    assert np.array_equal(under_threat(TRAUMA, base, 48.0), np.arange(200) < 20)
    arm = apply(TRAUMA, base, 48.0)
    moved = np.asarray(arm.care_at(53.0).child["threat_down"])
    assert np.all(moved[:20] == life.REGISTRY["threat_down"].default)
    assert not under_threat(TRAINING, base, 12.0).any()


def test_the_threat_rate_is_that_of_the_traits():
    setting = {**extreme("sensitive"), "unprovoked_harsh": 0.4, "separation_rate": 1e-6}
    base = CohortDesign(256, (Care(4.0, setting, 0.0),), seed=4)
    rate, axis = threat_rate(base, base.care[0]), threat(base, base.care[0])
    assert np.ptp(rate) < 1e-6
    by_itself, bids = (
        sum(setting[f"{when}_{tier}"] for tier in life.THREAT_TIERS) for when in ("unprovoked", "provoked")
    )
    assert rate[0] == pytest.approx((1 + 2 * 0.15) * (by_itself + 0.95 * bids), rel=1e-3)
    assert rate[0] > SAFE_RATE
    calm = replace(base, care=(Care(4.0, {**setting, "unprovoked_harsh": 1e-5}, 0.0),))
    assert threat_rate(calm, calm.care[0])[0] < SAFE_RATE / 100
    # The axis weighs each tier by its magnitude: nearly all acts here are harsh.
    size = life.REGISTRY["magnitude_harsh"].default * axis_of_one_act()
    assert axis[0] == pytest.approx(size * rate[0], rel=0.01)


def axis_of_one_act() -> float:
    constants = Constants(*(np.float64(entry.default) for entry in life.CONSTANTS))
    return float(mean_intensity(constants) / coded_share(constants))


def test_threat_counts_by_the_share_of_time_with_each_partner():
    kind, stern = extreme("sensitive"), extreme("harsh")
    alone = design(care=(Care(84.0, kind, 0.0),))
    shared = design(care=(Care(84.0, kind, 0.0, others={"second": PartnerStage(5, 0.25, stern, 0.0)}),))
    harsh = design(care=(Care(84.0, stern, 0.0),))
    low, mixed, high = (threat_rate(one, one.care[0])[0] for one in (alone, shared, harsh))
    assert mixed == pytest.approx(0.75 * low + 0.25 * high, rel=1e-5)


def test_responsiveness_falls_with_what_makes_it():
    one = CohortDesign(1, (Care(12.0, spread=0.0),))
    usual = responsiveness(one, 6.0)[0]
    less = {
        "answer_base": 0.0,
        "warmth": 0.3,
        "intrusion": 0.5,
        "never_share": 0.3,
        "sojourn_unavailable": 8.0,
        "separation_length": 20.0,
        "background_stress": 0.9,
    }
    for name, value in less.items():
        moved = replace(one, care=(Care(12.0, {name: value}, 0.0),))
        assert responsiveness(moved, 6.0)[0] < usual, name
    assert partner_traits(one, one.care[0])[None]["warmth"][0] == pytest.approx(0.65, rel=1e-5)


def test_training_moves_care_further_than_raters_see():
    """Row F01 is d = .33 as rated in an hour; the care itself, over all allotted, moves by more. 20,000 children."""
    base = design(children=20_000)
    lasting = replace(TRAINING, dose=replace(TRAINING.dose, duration=24.0))
    before = responsiveness(base, 20.0)
    gain = (responsiveness(give(lasting, base, 6.0), 20.0) - before).mean() / before.std()
    assert 0.33 / np.sqrt(0.85) < gain < 2.0
