"""Visits with losses, several outcomes and arms, one side and margins: against other code and other simulation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from bowlby.errors import InputError
from bowlby.planning.trials.design import Adjustment
from bowlby.planning.trials.effects import OutcomeByArm, outcome_under
from bowlby.planning.trials.grid import PowerGrid
from bowlby.planning.trials.noncentral import power_of_t
from bowlby.planning.trials.pool import Others, TrialPool
from bowlby.planning.trials.repeated import VisitRegression, last_effect
from bowlby.planning.trials.testing import adjusted
from tests.planning.trials.designs import TWO_ARMS, binary_pool, design, normal_pool, on

Floats = np.ndarray[Any, np.dtype[np.float64]]
VISITS = [{"name": "rated sensitivity", "ages": ["9mo", "14mo"]}]
SHARE_ERROR = 3.5 * np.sqrt(0.25 / 2000)
"""Three and a half standard errors of a share of 2,000 replicates, at most."""


def visited_pool(d: float, children: int = 100_000, arms: int = 2) -> TrialPool:
    """Return a pool of one outcome at 9 and 14 months, correlated .6, with the same effect at both in each arm."""
    random = np.random.default_rng(5)
    first, own = random.standard_normal((2, children))
    last = 0.6 * first + 0.8 * own
    moved: Floats = d * (np.arange(arms) > 0)[:, None].astype(float)
    early, late = first + moved, last + moved
    others = {("rated sensitivity", 9.0): Others(early, early, binary=False)}
    return TrialPool(late, late, None, early, binary=False, others=others)


def grid(pool: TrialPool, replicates: int = 2000, **parts: Any) -> PowerGrid:
    """Return trials of a design, drawn from a pool."""
    plan = {"n": [100, 200], "pool": 256, "replicates": replicates, **parts.pop("trial", {})}
    return PowerGrid(design(**{"trial": plan, **parts}), pool, seed=20)


def test_adjusted_p_values_are_those_of_statsmodels():
    p = np.random.default_rng(1).random((4, 8)) ** 3
    holm = adjusted(list(p), Adjustment.HOLM)
    for row in range(8):
        assert holm[:, row] == pytest.approx(multipletests(p[:, row], method="holm")[1], abs=1e-12)
    ordered = adjusted(list(p), Adjustment.HIERARCHY)
    assert ordered[2] == pytest.approx(np.max(p[:3], axis=0))
    assert (adjusted(list(p), Adjustment.NONE) == p).all()


def likelihood(first: Floats, last: Floats, arm: Floats, seen: np.ndarray[Any, np.dtype[np.bool_]]) -> float:
    """Return the effect at the last visit by expectation and maximisation of a bivariate normal, losses at the last."""
    x = np.stack([np.ones_like(arm), arm], axis=1)
    y = np.stack([first, np.where(seen, last, last[seen].mean())], axis=1)
    cross = np.zeros((2, 2))
    for _ in range(400):
        beta = np.linalg.lstsq(x, y, rcond=None)[0]
        rest = y - x @ beta
        covariance = (rest.T @ rest + cross) / len(arm)
        slope = covariance[0, 1] / covariance[0, 0]
        guess = x @ beta[:, 1] + slope * (first - x @ beta[:, 0])
        y = np.stack([first, np.where(seen, last, guess)], axis=1)
        cross = np.diag([0.0, (covariance[1, 1] - slope * covariance[0, 1]) * (~seen).sum()])
    return float(np.linalg.lstsq(x, y, rcond=None)[0][1, 1])


def test_repeated_measures_are_maximum_likelihood():
    random = np.random.default_rng(3)
    arm = (random.random((4, 90)) < 0.5).astype(float)
    first = random.standard_normal((4, 90)) + 0.4 * arm
    last = 0.6 * first + 0.8 * random.standard_normal((4, 90)) + 0.3 * arm
    seen = random.random((4, 90)) > 1 / (1 + np.exp(1 - first))
    ones, none = np.ones_like(arm), np.zeros(4)
    found = last_effect(
        [
            VisitRegression(first, ones, [arm, ones], [], none),
            VisitRegression(last, seen.astype(float), [arm, ones], [first], none),
        ]
    )
    for row in range(4):
        assert found.estimate[row] == pytest.approx(likelihood(first[row], last[row], arm[row], seen[row]), abs=1e-6)


LOST_BY_FIRST = {"rate": 0.35, "on": "rated sensitivity", "log_odds": -1.2, "treated": 0.8, "by_visit": [0.0, 1.0]}


def test_repeated_measures_are_fair_where_losses_depend_on_what_was_seen():
    """Losses follow the first visit and the arm: who stays differs; the model of all visits is right nevertheless."""
    repeated = grid(visited_pool(0.4), measures=VISITS, analysis="repeated measures", drop_out=LOST_BY_FIRST)
    point = repeated.point(200, "model")
    assert abs(point.bias) < 4 * point.bias_error + 1e-3
    assert abs(point.coverage - 0.95) < 3.5 * np.sqrt(0.05 * 0.95 / 2000) + 0.005
    assert abs(point.type1 - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / 2000) + 0.002
    stayed = grid(visited_pool(0.4), measures=VISITS, drop_out=LOST_BY_FIRST).point(200, "model")
    assert stayed.bias < -6 * stayed.bias_error or stayed.bias > 6 * stayed.bias_error


def test_families_leave_between_visits_evenly_or_as_stated():
    asked = design(measures=VISITS, drop_out={"rate": 0.3}, arms=TWO_ARMS)
    assert asked.left_by(14.0) == 1.0
    assert asked.left_by(9.0) == pytest.approx((9 - 5) / (14 - 5))
    assert asked.left_by(4.0) == 0.0
    many: dict[str, Any] = {"multiplicity": {"method": "none", "visits": "all"}}
    point = grid(visited_pool(0.4), measures=VISITS, drop_out={"rate": 0.3, "by_visit": [0.2, 1.0]}, **many).point(
        200, 0.4
    )
    last, first = point.results
    # 2,000 trials of 200 families: four standard errors of a share.
    assert (last.age, first.age) == (14.0, 9.0)
    assert abs(last.analysed - 0.7) < 4 * np.sqrt(0.21 / 400_000)
    assert abs(first.analysed - 0.94) < 4 * np.sqrt(0.06 / 400_000)


def test_holm_holds_the_false_alarms_of_two_outcomes_together():
    """Against scipy on two independent normal outcomes: each share to three and a half standard errors."""
    random = np.random.default_rng(8)
    pool = normal_pool(0.3)
    other = np.stack([random.standard_normal(pool.children)] * 2) + np.array([[0.0], [0.45]])
    pool = replace(pool, baseline=None, others={("security", 14.0): Others(other, other, binary=False)})
    measures = [*on("avoidance"), *on("security")]
    point = grid(pool, measures=measures, multiplicity={"method": "holm"}).point(200, "model")
    y = random.standard_normal((2, 2000, 2, 100)) + np.array([0.3, 0.45])[:, None, None, None] * [[[0], [1]]]
    p = np.asarray(stats.ttest_ind(y[:, :, 1], y[:, :, 0], axis=2, equal_var=False)[1])
    # Holm of two tests: the smaller at half the level, then the other at the whole.
    hits = (p.min(axis=0) < 0.025) & ((p == p.min(axis=0)) | (p < 0.05))
    assert point.power == point.results[0].adjusted
    for result, own in zip(point.results, hits, strict=True):
        assert abs(result.adjusted - own.mean()) < np.sqrt(2) * SHARE_ERROR
        assert result.adjusted < result.power
        assert abs(result.type1 - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / 2000)
    assert abs(point.any_found - hits.any(axis=0).mean()) < np.sqrt(2) * SHARE_ERROR
    assert abs(point.all_found - hits.all(axis=0).mean()) < np.sqrt(2) * SHARE_ERROR
    assert point.familywise < 0.05 + 3.5 * np.sqrt(0.05 * 0.95 / 2000)
    plain = grid(pool, measures=measures, multiplicity={"method": "none"}).point(200, "model")
    assert plain.familywise > 0.08  # two independent tests at .05: .0975


def test_an_assumed_effect_on_another_measure_has_the_direction_of_the_model():
    pool = normal_pool(0.3, children=20_000)
    classes = binary_pool((0.5, 0.4), children=20_000).true
    pool = replace(pool, baseline=None, others={("disorganized", 14.0): Others(classes, classes, binary=True)})
    many = grid(pool, 200, measures=[*on("avoidance"), *on("disorganized")], multiplicity={"method": "holm"})
    point = many.point(200, 0.4)
    assert [round(one.d, 2) for one in point.results] == [0.4, -0.4]


THREE: dict[str, Any] = {
    "arms": [*TWO_ARMS, {**TWO_ARMS[1], "name": "twice", "dose": 2.0}],
    "multiplicity": {"method": "holm"},
}


@pytest.mark.parametrize("how", [{"kind": "simple"}, {"kind": "blocked", "block": 6}, {"kind": "cluster"}])
def test_three_arms_are_compared_with_one_control(how: dict[str, Any]):
    """Power of each alone by the formula for a third of the families an arm; false alarms 5 % together."""
    children = 100_000
    control = np.random.default_rng(4).standard_normal(children)
    outcome = np.stack([control, control + 0.4, control + 0.6])
    pool = TrialPool(outcome, outcome, None, None, binary=False)
    parts: dict[str, Any] = {"sites": {"families_each": 10, "icc": 0.05}} if how["kind"] == "cluster" else {}
    point = grid(pool, randomisation=how, **THREE, **parts).point(240, "model")
    variance = 1.0 if not parts else 1.45
    df = 158 if not parts else 14
    for result, d in zip(point.results, (0.4, 0.6), strict=True):
        assert abs(result.power - power_of_t(d, np.sqrt(2 * variance / 80), df, 0.05)) < SHARE_ERROR + 0.01
        assert abs(result.type1 - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / 2000) + 0.002
    assert point.familywise < 0.05 + 3.5 * np.sqrt(0.05 * 0.95 / 2000)
    assert point.closed_form == pytest.approx(point.results[0].power, abs=SHARE_ERROR + 0.01)


def test_one_side_and_a_margin_are_tested_as_planned():
    """No effect and a margin of .3: the power of a one-sided test of .3; at the margin itself, 5 % false alarms."""
    plan = {"sides": 1, "direction": "more", "margin": 0.3}
    point = grid(replace(normal_pool(0.0), baseline=None), trial=plan).point(300, "model")
    expected = stats.nct.sf(stats.t.ppf(0.95, 298), 298, 0.3 / np.sqrt(4 / 300))
    assert abs(point.power - expected) < SHARE_ERROR
    assert point.closed_form == pytest.approx(expected, abs=0.005)
    assert abs(point.type1 - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / 2000)
    wrong_way = grid(replace(normal_pool(0.4), baseline=None), trial={"sides": 1, "direction": "less"})
    assert wrong_way.point(300, "model").power < 0.01


@pytest.mark.parametrize(
    ("effect", "expected"), [("difference 0.1", 0.1), ("odds ratio 2", 0.75 - 0.6), ("difference -0.2", -0.2)]
)
def test_effects_are_given_in_shares_and_odds_ratios(effect: str, expected: float):
    assert outcome_under(binary_pool((0.6, 0.6)), effect).difference == pytest.approx(expected, abs=1e-3)


def test_effects_are_given_in_raw_units():
    pool = normal_pool()
    twice = replace(pool, true=2 * pool.true, observed=2 * pool.observed)
    assert outcome_under(twice, "difference 0.5").d == pytest.approx(0.25, abs=0.01)
    with pytest.raises(InputError, match="odds ratio is of"):
        design(trial={"effects": ["odds ratio 2"], "n": [100], "pool": 256})
    with pytest.raises(InputError, match="no share differs"):
        outcome_under(binary_pool((0.9, 0.9)), "difference 0.2")


def test_all_arms_share_the_control_arm_without_an_effect():
    arms = OutcomeByArm(np.stack([np.zeros(10), np.ones(10), np.full(10, 2.0)]), binary=False)
    assert (arms.null().outcome == 0).all()
    assert arms.pair(2).difference == 2.0


@pytest.mark.parametrize(
    ("parts", "key", "said"),
    [
        ({"multiplicity": {"method": "holm"}}, "multiplicity", "one test"),
        ({"analysis": "repeated measures"}, "analysis", "two visits"),
        ({"drop_out": {"rate": 0.1, "on": "security", "log_odds": 1.0}}, "drop_out", "not among the measures"),
        ({"drop_out": {"rate": 0.1, "by_visit": [0.5]}}, "drop_out", "rises to 1"),
        ({"drop_out": {"rate": 0.1, "by_visit": [0.5, 1.0]}}, "drop_out", "a share for each visit"),
        ({"trial": {"sides": 1}}, "trial", "direction goes with"),
        ({"trial": {"margin": 0.2, "direction": "more"}}, "trial", "one side"),
        ({"trial": {"effects": ["large"]}}, "trial.effects.0", "an effect is"),
    ],
)
def test_what_cannot_be_tested_is_refused(parts: dict[str, Any], key: str, said: str):
    with pytest.raises(InputError) as refused:
        design(**parts)
    assert said in refused.value.message
    assert (refused.value.column or "").split(".")[0] == key.split(".")[0]
