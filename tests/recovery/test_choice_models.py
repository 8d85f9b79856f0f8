"""Calibration by simulation, recovery of parameters and of rules, predictive checks; wrong models must fail."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.inference.choices.choice_checks import MOVED, predictive_checks, prior_sensitivity
from bowlby.inference.choices.compare import compare
from bowlby.inference.choices.fit import Fit, fit
from bowlby.inference.choices.hierarchy import Hierarchy, Pooling
from bowlby.inference.choices.trials import Trials
from bowlby.model.rules.rule import RuleName
from bowlby.recovery.calibration import calibrate, missing_as_unanswered
from bowlby.recovery.choice_recovery import recover
from bowlby.recovery.choices import ANSWERED, ChoiceDesign, changing_care, simulate
from bowlby.recovery.model_recovery import confusion, confusion_table
from bowlby.recovery.sbc import Ranks, all_uniform, uniformity

ONE_CHILD = ChoiceDesign(1, 1, 80, missing=0.4)
FALSE_ALARM = 0.001
"""Of each calibration test as a whole, over all its quantities (Bonferroni)."""


def alone(rule: RuleName) -> Hierarchy:
    return Hierarchy(rule=rule, pooling=Pooling.NONE)


@pytest.mark.slow
def test_ranks_of_the_model_are_uniform_and_those_of_a_wrong_one_are_not():
    """Missing outcomes taken as unanswered: 64 fits tell it with p far below .001."""
    model = alone(RuleName.RESCORLA_WAGNER)
    assert all_uniform(calibrate(model, ONE_CHILD, 64, 3), FALSE_ALARM)
    wrong = calibrate(model, ONE_CHILD, 64, 3, distort=missing_as_unanswered)
    assert min(row.p for row in uniformity(wrong)) < 0.001 / len(wrong.names)


@pytest.mark.slow
def test_ranks_of_a_small_hierarchy_are_uniform():
    assert all_uniform(calibrate(Hierarchy(), ChoiceDesign(4, 1, 30, missing=0.2), 48, 5, thin=16), FALSE_ALARM)


@pytest.mark.proof
@pytest.mark.parametrize("rule", list(RuleName))
def test_ranks_of_every_rule_are_uniform_over_300_fits(rule: RuleName):
    assert all_uniform(calibrate(alone(rule), ChoiceDesign(1, 1, 120, missing=0.2), 300, 11), FALSE_ALARM, 16)


@pytest.mark.proof
def test_ranks_of_a_hierarchy_are_uniform_over_100_fits():
    assert all_uniform(calibrate(Hierarchy(), ChoiceDesign(8, 1, 60, missing=0.2), 100, 12, thin=32), FALSE_ALARM)


@pytest.mark.proof
def test_the_wrong_model_fails_over_300_fits():
    wrong = calibrate(alone(RuleName.RESCORLA_WAGNER), ONE_CHILD, 300, 13, distort=missing_as_unanswered)
    assert min(row.p for row in uniformity(wrong, 16)) < 1e-9


def test_the_test_of_uniformity_has_its_false_alarm_rate():
    """Of 2,000 sets of uniform ranks 5 % are rejected at .05, give or take four standard errors."""
    rng = np.random.default_rng(1)
    sets = [Ranks(("x",), rng.integers(0, 64, (200, 1)), 63) for _ in range(2000)]
    share = np.mean([not all_uniform(one, 0.05) for one in sets])
    assert abs(share - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 2000) + 0.005


def test_care_changes_which_act_serves_faster_in_the_second_half():
    rng = np.random.default_rng(2)
    chances = changing_care(ChoiceDesign(trials=400, acts=3), rng)
    serves = (chances == ANSWERED).argmax(axis=1)
    assert np.all((chances == ANSWERED).sum(axis=1) == 1)
    changes = np.flatnonzero(np.diff(serves))
    assert (changes >= 220).sum() > 2 * (changes < 180).sum() > 0


@pytest.mark.slow
def test_more_sessions_bring_parameters_back_better():
    """Correlations of 12 children at 1 and 8 sessions; posterior widths must shrink for every parameter."""
    rows = recover(Hierarchy(), ChoiceDesign(12, 1, 40), sessions=(1, 8), seed=1)
    width = {(row.parameter, row.sessions): row.sd_ratio for row in rows}
    for name in ("learning_rate", "inverse_temperature"):
        assert width[name, 8] < width[name, 1]
    many = [row for row in rows if row.sessions == 8]
    assert all(row.recovered and row.coverage >= 8 / 12 for row in many)


@pytest.fixture(scope="module")
def reversals() -> tuple[Trials, dict[RuleName, Fit]]:
    rules = (RuleName.RESCORLA_WAGNER, RuleName.GAUSSIAN_FILTER)
    trials = simulate(Hierarchy(rule=rules[0]), ChoiceDesign(12, 1, 100), 21, typical=True).trials
    return trials, {rule: fit(trials, Hierarchy(rule=rule), seed=1) for rule in rules}


@pytest.mark.slow
def test_the_rule_that_was_simulated_predicts_best(reversals: tuple[Trials, dict[RuleName, Fit]]):
    trials, fits = reversals
    table = compare(fits)
    assert table[0].rule is RuleName.RESCORLA_WAGNER and table[0].difference == 0.0
    assert table[1].difference < 0.0 and table[0].bits_per_act > 0.05
    assert abs(table[0].elpd - table[0].waic) < 2.0
    assert table[0].elpd > -trials.trials * np.log(2)


@pytest.mark.slow
def test_checks_pass_for_the_model_and_fail_for_one_that_cannot_learn(reversals: tuple[Trials, dict[RuleName, Fit]]):
    """At 6 figures and 90 % intervals 2 or fewer outside are seen in 98 of 100 right models."""
    trials, fits = reversals
    checks = predictive_checks(fits[RuleName.RESCORLA_WAGNER])
    assert {check.unit for check in checks} == {"% of trials"}
    assert sum(not check.inside for check in checks) <= 2
    stuck = Hierarchy(fixed=(("learning_rate", 0.001),))
    wrong = predictive_checks(fit(trials, stuck, seed=1))
    kept = next(check for check in wrong if "after an answer" in check.name)
    assert not kept.inside and kept.observed > kept.high


@pytest.mark.slow
def test_the_prior_has_a_hold_on_what_few_trials_tell():
    little = simulate(Hierarchy(), ChoiceDesign(3, 1, 8), 31, typical=True).trials
    much = simulate(Hierarchy(), ChoiceDesign(20, 1, 100), 31, typical=True).trials
    shifts = [
        max(row.shift for row in prior_sensitivity(fit(trials, Hierarchy(), seed=1)) if "spread" not in row.name)
        for trials in (little, much)
    ]
    assert shifts[0] > MOVED > shifts[1]


@pytest.mark.slow
def test_rules_are_told_apart_more_often_than_by_chance():
    """Two rules, six data sets each: ten or more of twelve right by chance once in 50."""
    rules = (RuleName.RESCORLA_WAGNER, RuleName.PEARCE_HALL)
    found = confusion(ChoiceDesign(15, 1, 120), 6, rules=rules, seed=1)
    assert found.chosen.sum(axis=1).tolist() == [6, 6] and np.trace(found.chosen) >= 10
    assert "Pearce-Hall" in confusion_table(found)


@pytest.mark.proof
def test_the_confusion_matrix_of_all_four_rules():
    """Chance is a quarter; a share of .5 over 40 data sets is reached by chance once in 2,000."""
    found = confusion(ChoiceDesign(30, 1, 200), 10, seed=2)
    assert found.share_right > 0.5
