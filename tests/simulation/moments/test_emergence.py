"""Strategies emerge from care and are then measured by a coder of records; each mechanism carries what it should.

Groups of 256 children: a share has a standard error of at most .031. Bounds lie at least 3 of these from what was
found, so that another seed fails one of them less than once in 700; the seed is fixed.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bowlby.measures import sensitivity, strange_situation
from bowlby.model import registry
from bowlby.records.identity import coded_as_itself
from bowlby.simulation.coding import record_of
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.moments import play
from bowlby.simulation.procedures import STRANGE_SITUATION, ordinary
from bowlby.simulation.visits import VisitPlan, observe
from tests.simulation.extremes import extreme
from tests.simulation.moments.watching import design, scale, shares, stilled, strange

EXTREMES = {"sensitive": "B", "rejecting": "A", "inconsistent": "C", "frightening": "D"}


@pytest.mark.parametrize(("care", "expected"), EXTREMES.items())
def test_each_kind_of_care_has_its_modal_class(care: str, expected: str):
    found = shares(care)
    assert max(found, key=found.__getitem__) == expected


@pytest.mark.slow
@pytest.mark.parametrize(("care", "expected"), EXTREMES.items())
def test_at_least_half_of_four_thousand_are_in_it(care: str, expected: str):
    assert shares(care, children=4000)[expected] >= 0.5


def _moves() -> list[dict[str, float]]:
    """Each child parameter by a fifth either way, and twenty-four corners of all of them at once."""
    random = np.random.default_rng(0)
    single = [{entry.name: entry.default * by} for entry in registry.CHILD for by in (0.8, 1.2)]
    corners = [
        {entry.name: min(entry.default * float(random.choice([0.8, 1.2])), 0.99) for entry in registry.CHILD}
        for _ in range(24)
    ]
    return single + corners


@pytest.mark.slow
@pytest.mark.parametrize(("care", "expected"), EXTREMES.items())
def test_the_modal_class_survives_moves_of_every_child_parameter(care: str, expected: str):
    kept = 0
    for move in _moves():
        record = observe(design(care, **move), VisitPlan(STRANGE_SITUATION)).record
        classes = strange_situation.classify(strange_situation.scales(coded_as_itself(record)))["class"]
        kept += classes.mode().sort()[0] == expected
    assert kept / len(_moves()) >= 0.95


def test_deprived_children_show_no_attachment_and_little_else():
    found = shares("deprived")
    assert max(found, key=found.__getitem__) == "CC"
    reasons = strange("deprived")[2].filter(pl.col("class") == "CC")["reason"]
    assert (reasons == "no attachment formed").mean() > 0.9
    assert found["D"] < 0.1
    assert scale("deprived", "distress_4") < 0.1 < scale("sensitive", "distress_4")


def test_threat_without_deprivation_is_conflict_and_both_are_both():
    assert shares("frightening")["D"] > 0.5 > 0.1 > shares("sensitive")["D"]
    both = shares("frightening and deprived")
    assert both["CC"] + both["D"] > 0.8
    assert scale("frightening and deprived", "disorganization") > scale("deprived", "disorganization") + 2.0


# What each mechanism carries (design 2, section 8): what goes, and what stays.


def test_without_threat_learning_frightening_care_disorganizes_no_one():
    assert shares("frightening", "threat_learning")["D"] < 0.1
    assert shares("rejecting", "threat_learning")["A"] > 0.5
    assert shares("inconsistent", "threat_learning")["C"] > 0.35


@pytest.mark.slow
def test_without_drives_kept_apart_conflict_disorganizes_no_one():
    assert shares("frightening", "separate_drives")["D"] < 0.1
    assert shares("sensitive", "separate_drives")["B"] > 0.8
    assert shares("rejecting", "separate_drives")["A"] > 0.5
    assert shares("inconsistent", "separate_drives")["C"] > 0.35


@pytest.mark.slow
def test_without_the_answer_slope_protest_does_not_pay_and_fright_still_disorganizes():
    assert shares("protest-answering", "conditional_answer")["C"] < 0.5 * shares("protest-answering")["C"]
    assert shares("rejecting", "conditional_answer")["A"] < shares("rejecting")["A"] - 0.1
    assert shares("frightening", "conditional_answer")["D"] > 0.5


def test_without_the_uncertainty_bonus_unpredictable_care_makes_few_resistant():
    assert shares("unpredictable")["C"] > 0.4
    assert shares("unpredictable", "uncertainty")["C"] < 0.5 * shares("unpredictable")["C"]


def test_some_of_what_protest_teaches_stays_without_the_uncertainty_bonus():
    """The design wants all of it to stay; .14 of .21 do (docs/moments.md). It costs unpredictable care more.

    The difference of the two losses is .35 with a standard error of .06; a share of .14 at 256 has one of .022.
    """
    kept = shares("protest-answering", "uncertainty")["C"]
    lost = shares("protest-answering")["C"] - kept
    assert kept > 0.03
    assert lost < shares("unpredictable")["C"] - shares("unpredictable", "uncertainty")["C"]


@pytest.mark.slow
def test_without_efficacy_and_worth_the_model_of_others_stays():
    assert shares("rejecting", "self_model")["A"] > 0.5
    assert shares("frightening", "self_model")["D"] > 0.5
    whole, without = strange("rejecting")[0].cohort, strange("rejecting", "self_model")[0].cohort
    assert float((without.variable("with_signal") - without.variable("without_signal")).std()) < 1e-6
    for name in ("relief_minimise", "threat_provoked"):
        assert abs(float(whole.variable(name).mean() - without.variable(name).mean())) < 0.05


@pytest.mark.slow
def test_without_a_body_classes_stay():
    for care, expected in EXTREMES.items():
        found = shares(care, "body")
        assert max(found, key=found.__getitem__) == expected


def test_without_exploration_secure_children_do_not_return_to_play():
    assert scale("sensitive", "explore_8") > 0.4
    assert scale("sensitive", "explore_8", "exploration") < 0.15
    assert scale("inconsistent", "contact_maintaining_8", "exploration") > 4.0


@pytest.mark.slow
def test_density_of_warm_acts_and_adults_in_general_leave_classes_alone():
    for off in ("density_noticing", "adults"):
        for care, expected in EXTREMES.items():
            found = shares(care, off)
            assert max(found, key=found.__getitem__) == expected


@pytest.mark.parametrize(
    ("outcome", "contrast", "sign"),
    [
        ("positive", "effect", -1),
        ("gaze", "effect", -1),
        ("affect", "effect", -1),
        ("protest", "effect", 1),
        ("affect", "carry_over", -1),
        ("gaze", "recovery", 1),
    ],
)
def test_the_still_face_effect(outcome: str, contrast: str, sign: int):
    rows = stilled().filter((pl.col("outcome") == outcome) & (pl.col("contrast") == contrast))
    edge = rows["low"][0] if sign > 0 else rows["high"][0]
    assert sign * edge > 0


@pytest.mark.slow
def test_in_mixed_care_sensitivity_and_fright_have_the_signs_of_the_literature():
    """Signs of rows B20 to B22 and B24: 3,000 children of widely spread care, a correlation's standard error is .018.

    Sensitivity is rated by a rater with error who watches an ordinary hour; nothing is tuned to meet a size.
    """
    lived = CohortDesign(3000, (Care(12.0, {}, 2.0),), seed=5)
    found = observe(lived, VisitPlan(STRANGE_SITUATION))
    scored = strange_situation.scales(coded_as_itself(found.record))
    hour = record_of(play(found.cohort, ordinary(60.0), session=1), {})
    rated = sensitivity.rate(coded_as_itself(hour), generator=np.random.default_rng(1))
    both = scored.join(rated, on="session")

    def correlation(column: str, other: str = "rated") -> float:
        return float(both.select(pl.corr(column, other)).item())

    assert correlation("avoidance_8") < 0
    assert correlation("resistance_8") < 0
    assert correlation("disorganization") < 0
    fright = found.cohort.variable("threat_unprovoked") + found.cohort.variable("threat_provoked")
    both = both.with_columns(fright=pl.Series(fright.astype(float)))
    assert 0.1 < correlation("disorganization", "fright") < 0.9
    anomalous = pl.col("disorganization") >= 5.5
    # Most disorganized children are not from care with abusive or harsh acts a day.
    assert both.filter(anomalous & (pl.col("fright") < 0.5)).height > both.filter(anomalous).height / 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other", "column"),
    [("sensitive", "rejecting", "proximity_seeking_8"), ("sensitive", "frightening", "disorganization")],
)
def test_care_swapped_at_six_months_ends_between_the_two(one: str, other: str, column: str):
    """2,000 children a cell; a mean's standard error is below .03 points of the scale."""

    def mean(*care: str) -> float:
        ends = (6.0, 12.0)[-len(care) :]
        stretches = tuple(Care(end, extreme(name), 0.5) for end, name in zip(ends, care, strict=True))
        record = observe(CohortDesign(2000, stretches, seed=9), VisitPlan(STRANGE_SITUATION)).record
        return float(strange_situation.scales(coded_as_itself(record))[column].mean() or 0.0)  # pyright: ignore[reportArgumentType]

    low, high = sorted((mean(one), mean(other)))
    for swapped in ((one, other), (other, one)):
        assert low - 0.1 <= mean(*swapped) <= high + 0.1
    assert low < mean(one, other) < high
