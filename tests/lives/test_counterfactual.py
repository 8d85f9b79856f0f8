"""Counterfactuals: paired lives, both doubts in every interval, a ranking of what was tried, and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.lives import arm_lives
from bowlby.lives.age_at_start import age_curve
from bowlby.lives.arm_lives import RunMonitor
from bowlby.lives.arms import RefusalReason
from bowlby.lives.counterfactual import (
    BetterDirection,
    CounterfactualQuestion,
    InterventionComparison,
    InterventionPlan,
    InterventionStep,
    at_the_end,
    compare,
    plan,
    with_plan,
)
from bowlby.lives.ranking_sensitivity import FactorKind, RankingFactor, factors, ranking_sensitivity
from bowlby.model.interventions.intervention import EvidenceLevel
from bowlby.model.interventions.registry import INTERVENTIONS, intervention
from bowlby.simulation.engine.cohort import CancelledError, CohortResult, simulate_cohort
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.expected_care import responsiveness
from tests.simulation.extremes import extreme

START, END = 3.0, 9.0
BETTER = {
    "responsiveness": BetterDirection.HIGHER,
    "relief_express": BetterDirection.HIGHER,
    "freezing": BetterDirection.LOWER,
    "social_cognition": BetterDirection.HIGHER,
}
PLANS = (
    plan(("responsiveness training", START)),
    plan(("child-parent psychotherapy", START)),
    plan(("foster placement", START)),
)
UNTRIED = InterventionPlan(
    "mechanism",
    (InterventionStep(replace(intervention("vipp"), name="m", evidence=EvidenceLevel.NO_ADEQUATE_TRIAL), START),),
)


def measure(result: CohortResult) -> Mapping[str, np.ndarray]:
    states = {name: result.variable(name) for name in BETTER if name != "responsiveness"}
    return {"responsiveness": responsiveness(result.design, result.design.until), **states}


def question(home: str = "harsh", children: int = 250, **changes: object) -> CounterfactualQuestion:
    setting = extreme(home)
    base = CohortDesign(children, (Care(END, setting, 0.5 if setting else 1.0),), seed=21)
    return replace(CounterfactualQuestion(base, at_the_end(measure), BETTER), **changes)


@cache
def compared() -> InterventionComparison:
    return compare(question(), (*PLANS, UNTRIED))


def effect(found: InterventionComparison, name: str, outcome: str):
    return next(one for one in found.effects if one.name == name and one.outcome == outcome)


def test_every_plan_has_every_outcome_and_keys_of_the_contract():
    rows = compared().as_dict()["interventions"]
    assert {(row["name"], row["outcome"]) for row in rows} == {
        (one.name, outcome) for one in (*PLANS, UNTRIED) for outcome in BETTER
    }
    assert all({"name", "outcome", "effect", "low", "high", "p_best", "evidence"} <= set(row) for row in rows)


def test_chances_of_being_best_sum_to_one_over_what_was_tried():
    for outcome in BETTER:
        ranked = compared().of(outcome)
        assert len(ranked) == 3
        assert sum(one.p_best for one in ranked) == pytest.approx(1.0, abs=1e-12)
        assert [one.p_best for one in ranked] == sorted((one.p_best for one in ranked), reverse=True)


def test_without_an_adequate_trial_there_is_a_mechanism_and_no_rank():
    (apart,) = compared().apart("relief_express")
    assert apart.name == "mechanism" and apart.p_best is None
    assert apart.as_dict()["mechanism_only"] is True
    assert apart.effect != 0


def test_the_effect_is_the_mean_of_paired_differences_at_both_sureties():
    base = question().base
    control = simulate_cohort(base).variable("relief_express").astype(float)
    arms = [simulate_cohort(with_plan(PLANS[1], base, z)).variable("relief_express").astype(float) for z in (-1.0, 1.0)]
    expected = np.mean([(arm - control).mean() for arm in arms])
    found = effect(compared(), PLANS[1].name, "relief_express")
    assert found.effect == pytest.approx(expected, rel=1e-9)
    assert found.low < found.effect < found.high
    without = next(one for one in compared().without if one.outcome == "relief_express")
    assert without.mean == pytest.approx(control.mean(), rel=1e-9)
    assert found.standardised[0] == pytest.approx(found.effect / control.std(ddof=1), rel=1e-9)


def test_the_interval_holds_the_doubt_of_the_mean_shift_and_that_of_few_children():
    """Responsiveness has no chance of its own but drop-out and families; its width within 15 % (2,000 draws: 3 %)."""
    base = question().base
    control = responsiveness(base, END)
    low, high = (responsiveness(with_plan(PLANS[0], base, z), END) - control for z in (-1.0, 1.0))
    shift = (high.mean() - low.mean()) / 2
    chance = ((high + low) / 2).std() / np.sqrt(base.children)
    found = effect(compared(), PLANS[0].name, "responsiveness")
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.hypot(shift, chance), rel=0.15)
    sure = replace(
        intervention("vipp"), moves=tuple(replace(one, mean_sd=0.0) for one in PLANS[0].steps[0].intervention.moves)
    )
    certain = compare(question(), (InterventionPlan("sure", (InterventionStep(sure, START),)),)).effects[0]
    assert certain.high - certain.low == pytest.approx(2 * 1.96 * chance, rel=0.15)


def test_no_shift_no_effect_exactly():
    one = intervention("vipp")
    nothing = replace(one, moves=tuple(replace(shift, mean=0.0) for shift in one.moves))
    found = compare(question(children=40), (InterventionPlan("nothing", (InterventionStep(nothing, START),)),))
    for row in found.effects:
        assert (row.effect, row.low, row.high, row.p_better, row.p_best) == (0.0, 0.0, 0.0, 0.5, 1.0)


def test_twins_share_the_chance_of_being_best():
    twin = replace(intervention("vipp"), name=intervention("vipp").name)
    plans = (
        InterventionPlan("a", (InterventionStep(twin, START),)),
        InterventionPlan("b", (InterventionStep(twin, START),)),
    )
    for row in compare(question(children=40), plans).effects:
        assert row.p_best == pytest.approx(0.5)


def test_which_way_is_better_turns_the_ranking():
    less = compared().of("freezing")
    more = compare(question(better={"freezing": BetterDirection.HIGHER}), PLANS[:2]).of("freezing")
    assert less[0].name == min(less, key=lambda one: one.effect).name
    assert more[0].name == max(less, key=lambda one: one.effect).name


def test_refused_plans_are_told_and_not_ranked():
    late = plan(("tf-cbt", 36.0))
    base = CohortDesign(40, (Care(37.0, extreme("harsh"), 0.5),), seed=3)
    safe_first = plan(("foster placement", 30.0), ("tf-cbt", 36.0))
    plans = (late, plan(("mindfulness", 36.0)), plan(("foster placement", 30.0)), safe_first)
    found = compare(question(base=base, better={"freezing": BetterDirection.LOWER}), plans)
    assert {name: why.reason for name, why in found.refused.items()} == {
        late.name: RefusalReason.THREAT_GOES_ON,
        "mindfulness": RefusalReason.TOO_YOUNG,
    }
    assert {one.name for one in found.effects} == {"foster placement", safe_first.name}
    assert sum(one.p_best for one in found.effects) == pytest.approx(1.0)
    assert {row["plan"] for row in found.as_dict()["refused"]} == {late.name, "mindfulness"}


def test_the_evidence_of_a_plan_is_that_of_its_weakest_step():
    assert plan(("foster placement", 6.0), ("ddp", 40.0)).evidence is EvidenceLevel.NO_ADEQUATE_TRIAL
    assert plan(("foster placement", 6.0), ("vipp", 40.0)).evidence is EvidenceLevel.RANDOMIZED


def test_earlier_placement_helps_at_least_as_much():
    """Social cognition of 250 deprived children at 18 months, paired; differences of more than ten standard errors."""
    base = CohortDesign(250, (Care(18.0, extreme("deprived"), 0.5),), seed=5)
    asked = question(base=base, better={"social_cognition": BetterDirection.HIGHER})
    curve = age_curve(asked, intervention("foster placement"), (2.0, 6.0, 14.0))
    effects = [one.effect for _, one in curve.of("social_cognition")]
    assert effects[0] > effects[1] > effects[2] > 0
    assert curve.of("social_cognition")[0][1].p_best > 0.95
    assert [point["start"] for point in curve.as_dict()["points"]] == [2.0, 6.0, 14.0]


def test_an_age_curve_tells_where_it_is_refused():
    curve = age_curve(question(children=20), intervention("abc"), (2.0, 7.0))
    assert curve.points[0].refused.reason is RefusalReason.TOO_YOUNG and curve.points[0].effects == ()
    assert curve.points[1].refused is None and len(curve.of("freezing")) == 1


def test_what_helps_is_what_was_missing():
    """Threatened and otherwise well cared for, or safe and little answered: another is best, each .8 sure."""
    plans = (plan(("child-parent psychotherapy", START)), plan(("safe predictable environment", START)))
    threatened = compare(question("frightening"), plans)
    calm = {**extreme("sensitive"), "answer_base": 0.0, "warmth": 0.4, "presence": 0.2}
    base = CohortDesign(250, (Care(END, calm, 0.5),), seed=21)
    unanswered = compare(question(base=base), plans)
    assert threatened.of("freezing")[0].name == plans[1].name and threatened.of("freezing")[0].p_best > 0.8
    assert unanswered.of("relief_express")[0].name == plans[0].name and unanswered.of("relief_express")[0].p_best > 0.8


def test_missing_children_are_left_out_of_every_arm_and_counted():
    def with_gaps(result: CohortResult) -> Mapping[str, np.ndarray]:
        values = result.variable("freezing").astype(float)
        values[:5] = np.nan
        return {"freezing": values}

    found = compare(
        question(children=40, measure=at_the_end(with_gaps), better={"freezing": BetterDirection.LOWER}), PLANS[:1]
    )
    assert (found.without[0].children, found.without[0].missing) == (35, 5)
    assert np.isfinite([found.effects[0].effect, found.effects[0].low]).all()


def test_a_finished_arm_is_not_lived_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked = question(children=30)
    lived: list[int] = []

    def stop() -> bool:
        return len(lived) > 5

    def count(done: int, total: int) -> None:
        lived.append(done)
        assert 0 <= done <= total

    with pytest.raises(CancelledError):
        compare(asked, PLANS[:2], folder=tmp_path, watching=RunMonitor(count, stop))
    assert 1 <= len(list(tmp_path.glob("*.npz"))) < 5
    whole = compare(asked, PLANS[:2], folder=tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 5
    assert whole == compare(asked, PLANS[:2])
    monkeypatch.setattr(arm_lives, "simulate_cohort", None)
    assert compare(asked, PLANS[:2], folder=tmp_path) == whole


def test_a_damaged_arm_is_lived_again(tmp_path: Path):
    asked = question(children=20)
    whole = compare(asked, PLANS[:1], folder=tmp_path)
    for path in tmp_path.glob("*.npz"):
        path.write_bytes(path.read_bytes()[:100])
    assert compare(asked, PLANS[:1], folder=tmp_path) == whole


def test_traces_reach_the_measure_also_from_kept_arms(tmp_path: Path):
    asked = question(children=10)
    ages: list[list[float]] = []
    base = replace(asked.base, trace_at=(2.0, 5.0))

    def look(lived: arm_lives.ArmLives) -> Mapping[str, np.ndarray]:
        ages.append([round(age) for age, _ in lived.traces])
        return {"freezing": lived.traces[1][1][0].astype(float)}

    asked = replace(asked, base=base, measure=look, better={"freezing": BetterDirection.LOWER})
    for _ in range(2):
        compare(asked, PLANS[:1], folder=tmp_path)
    assert ages == [[2, 5, 9]] * 6


def test_what_cannot_be_answered_is_refused():
    with pytest.raises(InputError, match="one name"):
        compare(question(), (PLANS[0], PLANS[0]))
    with pytest.raises(InputError, match="no outcome"):
        compare(question(better={}), PLANS)
    with pytest.raises(InputError, match="no such outcome"):
        compare(question(children=5, better={"joy": BetterDirection.HIGHER}), PLANS)
    with pytest.raises(InputError, match="too few draws"):
        compare(question(draws=10), PLANS)
    with pytest.raises(InputError, match="at least one intervention"):
        plan()
    with pytest.raises(InputError, match="within the time lived"):
        compare(question(), (plan(("vipp", 60.0)),))


def test_what_the_ranking_hangs_on_is_what_was_changed():
    """A rival that is a copy with 1.1 times the shift wins, unless its shift is a fifth lower or the other's higher."""
    one = intervention("vipp")
    stronger = replace(one, moves=tuple(replace(shift, mean=1.1 * shift.mean) for shift in one.moves))
    plans = (
        InterventionPlan("plain", (InterventionStep(one, START),)),
        InterventionPlan("stronger", (InterventionStep(stronger, START),)),
    )
    asked = question(children=120, better={"responsiveness": BetterDirection.HIGHER})
    tried = [
        *(RankingFactor(FactorKind.SHIFT, name) for name in ("plain", "stronger")),
        RankingFactor(FactorKind.CONSTANT, "plasticity_time"),
    ]
    turns = ranking_sensitivity(asked, plans, tried)
    assert len(turns) == 6
    assert {(turn.factor.name, turn.change) for turn in turns if turn.turns_the_ranking} == {
        ("plain", 0.2),
        ("stronger", -0.2),
    }
    assert all(turn.turns_the_ranking for turn in turns[:2])
    still = [turn for turn in turns if turn.factor.kind is FactorKind.CONSTANT]
    assert all(turn.size == 0 for turn in still), "traits of care do not hang on the child's plasticity"
    assert turns[0].as_dict()["turns_the_ranking"] is True


def test_factors_leave_out_what_there_is_none_of():
    found = factors((plan(("foster placement", 6.0)), PLANS[0]), ("plasticity_time",))
    kinds = {name: {one.kind for one in found if one.name == name} for name in ("foster placement", PLANS[0].name)}
    assert kinds["foster placement"] == {FactorKind.SHIFT}
    assert kinds[PLANS[0].name] == {FactorKind.SHIFT, FactorKind.DROP_OUT, FactorKind.KEPT, FactorKind.DELAY}
    with pytest.raises(InputError, match="no plan"):
        ranking_sensitivity(question(children=5), PLANS[:1], [RankingFactor(FactorKind.SHIFT, "nobody")])


def test_every_intervention_can_be_planned():
    for name, entry in INTERVENTIONS.items():
        assert plan((name, 50.0)).steps[0].intervention is entry
