"""Power agrees with closed formulas where there are any, and nothing is found where there is nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import expit
from statsmodels.stats.power import NormalIndPower, TTestIndPower

from bowlby.planning.trials.doubt import assured_by_formula, spread_of
from bowlby.planning.trials.effects import outcome_under
from bowlby.planning.trials.grid import PowerGrid
from bowlby.planning.trials.noncentral import power_of_t
from bowlby.planning.trials.pool import TrialPool
from bowlby.planning.trials.smallest_trial import SizeSearch, smallest
from bowlby.planning.trials.trial import from_pool
from tests.planning.trials.designs import binary_pool, design, normal_pool, on

BASELINE = {"name": "rated sensitivity", "age": "4mo"}
SITES = {"families_each": 10, "icc": 0.05}
CLUSTER = {"sites": SITES, "randomisation": {"kind": "cluster"}}
WEDGE = {"sites": SITES, "randomisation": {"kind": "stepped wedge", "steps": 3}}
THERAPISTS = {"therapists": {"families_each": 8, "icc": 0.05}}
SECURITY = {"measures": on("security")}

DESIGNS: dict[str, dict[str, Any]] = {
    "two arms": {},
    "two arms, drop-out": {"drop_out": {"rate": 0.2}},
    "two to one": {"randomisation": {"kind": "blocked", "block": 6, "ratio": 2.0}},
    "covariate": {"baseline": BASELINE},
    "sites as strata": {"sites": SITES, "randomisation": {"kind": "blocked"}},
    "cluster": CLUSTER,
    "therapists": THERAPISTS,
    "stepped wedge": WEDGE,
    "stepped wedge whose sites change": {**WEDGE, "sites": {"families_each": 10, "icc": 0.05, "autocorrelation": 0.5}},
    "cluster, unequal sites": {**CLUSTER, "sites": {"families_each": 10, "icc": 0.05, "cv": 0.6}},
    "cluster, a covariate": {**CLUSTER, "baseline": BASELINE},
    "unequal sites as strata": {"sites": {**SITES, "cv": 0.6}, "randomisation": {"kind": "blocked"}},
}


def grid(pool: TrialPool, replicates: int, **parts: Any) -> PowerGrid:
    """Return trials of a design, drawn from a pool."""
    plan = {"n": [100, 200], "pool": 256, "replicates": replicates}
    bare = pool if "baseline" in parts else replace(pool, baseline=None)
    return PowerGrid(design(**{"trial": plan, **parts}), bare, seed=20)


@pytest.mark.parametrize("name", DESIGNS)
def test_power_agrees_with_the_closed_formula(name: str):
    """2,000 trials of 200 families: three and a half standard errors of a share, and .005 for the formula itself, which
    neglects chance in the sizes of arms. A false alarm in one of 2,000 designs and seeds."""
    point = grid(normal_pool(0.4), 2000, **DESIGNS[name]).point(200, "model")
    assert point.closed_form is not None and 0.2 < point.closed_form < 0.99
    assert abs(point.power - point.closed_form) < 3.5 * np.sqrt(0.25 / 2000) + 0.005
    # 95 % intervals hold what they estimate: three and a half standard errors as well.
    assert abs(point.coverage - 0.95) < 3.5 * np.sqrt(0.05 * 0.95 / 2000)
    assert abs(point.bias) < 4 * point.bias_error + 1e-3


@pytest.mark.parametrize("analysis", ["difference", "logistic"])
def test_power_of_a_binary_outcome_agrees_with_the_closed_formula(analysis: str):
    """As above; the normal formula of a log odds ratio is itself good to .01 at this size."""
    point = grid(binary_pool((0.55, 0.70)), 2000, **SECURITY, analysis=analysis).point(300, "model")
    assert point.closed_form is not None
    assert abs(point.power - point.closed_form) < 3.5 * np.sqrt(0.25 / 2000) + 0.01
    assert abs(point.coverage - 0.95) < 0.02


def test_closed_formulas_are_those_of_statsmodels():
    assert power_of_t(0.2, np.sqrt(2 / 393), 784, 0.05) == pytest.approx(
        TTestIndPower().power(0.2, 393, 0.05), abs=1e-9
    )
    # About 400 an arm for a security effect of d = .20 (Bakermans-Kranenburg et al. 2003, Psychol Bull 129:195).
    assert TTestIndPower().solve_power(0.2, power=0.8, alpha=0.05) == pytest.approx(393.4, abs=0.1)
    point = grid(binary_pool((0.5, 0.5)), 200, **SECURITY, analysis="logistic").point(100, 0.3)
    odds = 0.3 * np.pi / np.sqrt(3)
    p = 1 / (1 + np.exp(-odds))
    effect = odds / np.sqrt(1 / 0.25 + 1 / (p * (1 - p))) * np.sqrt(2)
    assert point.closed_form == pytest.approx(NormalIndPower().power(effect, 50, 0.05), abs=0.003)


def test_an_assumed_effect_is_the_one_that_is_there():
    assert outcome_under(normal_pool(), 0.2).d == pytest.approx(0.2, abs=1e-9)
    for share, d in ((0.6, 0.2), (0.6, -0.4), (0.2, 0.5)):
        assert outcome_under(binary_pool((share, share)), d).d == pytest.approx(d, abs=1e-3)


def test_the_smallest_size_is_that_of_the_formula():
    """Its 95 % interval is asked to hold the formula's size to within a further 2 %: about one seed in fifty fails."""
    found = from_pool(
        design(trial={"n": [200, 600, 1000], "effects": [0.2], "pool": 256, "replicates": 2000}),
        replace(normal_pool(), baseline=None),
        seed=4,
    )
    answer = found.first
    assert found.points[0].n == 200 and answer.at.n == answer.n
    assert answer.n is not None and answer.low is not None and answer.high is not None
    assert answer.low * 0.98 < 2 * 393.4 < answer.high * 1.02
    assert answer.high - answer.low < 0.2 * answer.n


def test_no_size_is_found_where_there_is_no_effect():
    plan = {"n": [100, 200], "pool": 256, "replicates": 400}
    found = from_pool(design(trial=plan), replace(normal_pool(0.0, 4000), baseline=None), seed=4)
    assert found.first.n is None and "does not rise" in found.first.reason
    assert found.effect["attenuation"] is None
    assert "no size with a power of 80%" in found.ethics


def planned(pool: TrialPool, **parts: Any) -> Any:
    """Return a trial of a design without a covariate, from 1,000 replicates of each size."""
    plan = {"pool": 256, "replicates": 1000, **parts.pop("trial", {})}
    return from_pool(design(trial=plan, **parts), replace(pool, baseline=None), seed=4)


@pytest.mark.parametrize("d", [0.6, 1.0, 2.0])
def test_a_size_is_found_where_every_size_of_the_plan_has_the_power(d: float):
    """The formula's size is held by the interval to within four families: sizes are whole, and few."""
    answer = planned(normal_pool(), trial={"n": [200, 400], "effects": [d]}).first
    by_formula = 2 * TTestIndPower().solve_power(d, power=0.8, alpha=0.05)
    assert answer.n is not None
    assert answer.low - 4 <= by_formula <= answer.high + 4
    assert answer.at.power > 0.75


def test_a_size_is_found_where_the_plan_is_far_too_small():
    answer = planned(normal_pool(), trial={"n": [20, 40], "effects": [0.1]}).first
    assert answer.n is not None
    assert answer.low * 0.98 < 2 * TTestIndPower().solve_power(0.1, power=0.8, alpha=0.05) < answer.high * 1.02


def test_a_size_is_found_where_the_curve_is_not_the_one_that_is_fitted():
    """A power that levels off: every fit from below falls short, and the search goes beyond them."""
    curve = 0.9 * (1 - np.exp(-np.sqrt(np.arange(1, 60_000)) / 20))
    known = [(n, float(curve[n]), 2000) for n in (100, 200, 400)]
    search = SizeSearch("model", 0.8, lambda n: (float(curve[n]), 2000), 0.0, known)
    answer = smallest(search)
    first = int(np.argmax(curve >= 0.8))
    assert answer.n is not None and 0.9 * first < answer.n < 1.35 * first
    assert smallest(SizeSearch("model", 0.95, lambda n: (float(curve[n]), 2000), 0.0, known)).n is None


def test_sizes_of_trials_of_sites_are_whole_sites():
    found = planned(normal_pool(), **CLUSTER, trial={"centres": [8, 16, 32], "effects": [0.5]})
    assert [point.n for point in found.points] == [80, 160, 320]
    assert found.first.n is not None and found.first.n % 10 == 0


OWN_LEAVING = {"rate": 0.4, "on": "outcome", "log_odds": -1.5, "treated": 1.5}


def test_each_arm_loses_its_own_families_in_a_null_trial_too():
    """Against trials drawn here by other means: normal outcomes, leaving by outcome and arm, Welch's test of scipy."""
    point = grid(normal_pool(0.4), 2000, drop_out=OWN_LEAVING).point(200, "model")
    random = np.random.default_rng(11)
    drawn = random.standard_normal(400_000)
    level: Any = brentq(lambda a: float(np.mean([expit(a - 1.5 * drawn), expit(a + 1.5 - 1.5 * drawn)])) - 0.4, -20, 20)
    y, arm = random.standard_normal((2000, 200)), random.random((2000, 200)) < 0.5
    seen = random.random(y.shape) > expit(level + 1.5 * arm - 1.5 * y)
    parts = [np.where(seen & (arm == which), y, np.nan) for which in (True, False)]
    means, counts = [np.nanmean(one, axis=1) for one in parts], [np.isfinite(one).sum(axis=1) for one in parts]
    error = np.sqrt(sum(np.nanvar(one, axis=1, ddof=1) / n for one, n in zip(parts, counts, strict=True)))
    wrong = (np.abs(means[0] - means[1]) / error > stats.t.isf(0.025, sum(counts) - 2)).sum()
    # Leaving that depends on outcome and arm makes a difference where there is none: 3.5 standard errors of two shares.
    assert abs(point.type1 - wrong / 2000) < 3.5 * np.sqrt(2 * 0.25 / 2000)
    assert point.type1 > 0.2
    assert point.type1_random is not None and abs(point.type1_random - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / 2000)


def test_no_size_is_recommended_where_the_estimate_is_biased_or_its_intervals_miss():
    stopped = planned(normal_pool(), drop_out=OWN_LEAVING, trial={"n": [200, 400], "effects": [0.4]}).first
    assert stopped.stopped and stopped.n is None and stopped.found.n is not None
    assert "biased by" in stopped.reason and "intervals hold the effect in" in stopped.reason
    fair = planned(normal_pool(), drop_out={"rate": 0.4}, trial={"n": [200, 400], "effects": [0.4]}).first
    assert not fair.stopped and fair.n is not None


def test_assurance_is_power_averaged_over_the_effect():
    """Against the integral of the formula's power over a normal effect, to 3.5 standard errors of 4,000 trials."""
    spread = 0.4
    found = grid(normal_pool(), 4000, trial={"n": [200], "pool": 256, "replicates": 4000, "spread": spread})
    point = found.point(200, 0.4)
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    effects = 0.4 * (1 + spread * nodes)
    # ReplicateResults in the direction of the effect: the upper side of the two-sided test.
    powers = [power_of_t(one, np.sqrt(4 / 200), 198, 0.025, sides=1) for one in effects]
    expected = float(weights @ powers / weights.sum())
    assert point.assurance == pytest.approx(expected, abs=3.5 * np.sqrt(0.25 / 4000) + 0.005)
    assert assured_by_formula(point.power, spread, 0.05) == pytest.approx(expected, abs=0.02)
    assert spread_of(design()) == 0.25  # responsiveness training: the registry's doubt of a meta-analysis


def test_a_size_by_assurance_is_larger_than_one_by_power():
    answer = planned(normal_pool(), trial={"n": [100, 200, 400], "effects": [0.4], "spread": 0.4}).first
    assert answer.assured is not None and answer.assured.n is not None and answer.n is not None
    assert answer.assured.n > 1.3 * answer.n
    assert answer.at.assurance is not None and answer.at.assurance < 0.78


def test_findings_tip_where_the_lost_did_worse():
    """By hand: of 200 families a fifth is lost; the median of the estimates that are found is moved by .2 delta."""
    point = grid(normal_pool(), 2000, drop_out={"rate": 0.2}).point(200, 0.5)
    first, *_, worst = point.deltas
    right = power_of_t(0.5, np.sqrt(4 / 160), 158, 0.025, sides=1)
    moved = power_of_t(0.5 - 0.2, np.sqrt(4 / 160), 158, 0.025, sides=1)
    assert first.delta == 0 and first.power == pytest.approx(right, abs=3.5 * np.sqrt(0.25 / 2000) + 0.005)
    assert worst.delta == 1 and worst.power == pytest.approx(moved, abs=3.5 * np.sqrt(0.25 / 2000) + 0.005)
    assert point.tipping is not None and 0.5 < point.tipping < 1.5
    assert grid(normal_pool(), 400).point(200, 0.5).tipping is None  # where none is lost, nothing tips


@pytest.mark.parametrize("noncentrality", [8, 8.5, 9, 12, 16, 20, 30, 40])
def test_power_of_t_is_right_at_large_noncentralities(noncentrality: float):
    """Against adaptive quadrature over the chi distribution of scipy; at levels so strict that power is not one."""
    for df, alpha in ((3, 1e-4), (10, 1e-8), (60, 1e-12), (2000, 0.05)):
        t = float(stats.t.isf(alpha / 2, df))
        density = stats.chi(df, scale=1 / np.sqrt(df))

        def above(s: float, t: float = t, density: Any = density) -> float:
            return float(stats.norm.cdf(noncentrality - t * s) * density.pdf(s))

        ends = density.ppf([1e-13, 1 - 1e-13])
        expected = quad(above, *ends, limit=400, epsabs=1e-12)[0]
        assert power_of_t(noncentrality, 1.0, df, alpha) == pytest.approx(expected, abs=1e-6)


def test_error_of_the_coder_takes_off_effect_and_power():
    true = normal_pool(0.4)
    noise = np.random.default_rng(2).standard_normal(true.true.shape[1])
    observed = replace(true, observed=true.true + noise, baseline=None)
    point = grid(observed, 1000).point(200, "model")
    assert point.d == pytest.approx(0.4 / np.sqrt(2), abs=0.01)
    assert point.power_true is not None and point.power_true - point.power > 0.2
    found = from_pool(design(trial={"n": [100], "pool": 256, "replicates": 100}), observed, seed=1)
    assert found.effect["attenuation"] == pytest.approx(np.sqrt(0.5), abs=0.01)


def test_a_small_trial_exaggerates_and_may_have_the_wrong_sign():
    """Gelman & Carlin 2014, Perspect Psychol Sci 9:641: at a power near .1 type M is near 3, type S some percent."""
    point = grid(normal_pool(0.1), 4000).point(200, "model")
    assert point.typeM is not None and point.typeS is not None
    assert 0.07 < point.power < 0.15
    assert 2.5 < point.typeM < 4.0
    assert 0.01 < point.typeS < 0.09


def test_the_detectable_effect_is_detected_with_the_wanted_power():
    """Three and a half standard errors of 2,000 trials."""
    point = grid(normal_pool(0.0), 400).point(200, "model")
    again = grid(normal_pool(), 2000).point(200, point.mde_d)
    assert abs(again.power - 0.8) < 3.5 * np.sqrt(0.16 / 2000) + 0.01


def test_drop_out_that_hangs_on_the_outcome_biases_where_the_effect_differs():
    pool = normal_pool(0.0)
    moved = np.stack([pool.true[0], pool.true[0] + 0.4 * (pool.true[0] > 0)])
    pool = replace(pool, true=moved, observed=moved, baseline=None)
    biased = grid(pool, 2000, drop_out={"rate": 0.3, "on": "caregiver stress", "log_odds": 1.5}).point(400, "model")
    assert biased.bias < -4 * biased.bias_error
    fair = grid(pool, 2000, drop_out={"rate": 0.3}).point(400, "model")
    assert abs(fair.bias) < 4 * fair.bias_error


def test_costs_are_counted():
    costs = {"fixed": 1000, "family": 10, "treated": 100, "measurement": 5}
    point = grid(normal_pool(), 400, costs=costs, drop_out={"rate": 0.2}).point(100, "model")
    # 1000 + 100 families * 10 + 50 treated * 100 + 80 seen * 5
    assert point.cost == pytest.approx(7400, rel=0.01)


NULLS: dict[str, tuple[dict[str, Any], int]] = {
    "two arms": ({}, 100),
    "two arms, drop-out on stress": ({"drop_out": {"rate": 0.25, "on": "caregiver stress", "log_odds": 1.0}}, 100),
    "covariate": ({"baseline": BASELINE}, 100),
    "eight clusters": (CLUSTER, 80),
    "four clusters": (CLUSTER, 40),
    "therapists": (THERAPISTS, 160),
    "stepped wedge": (WEDGE, 120),
    "stepped wedge whose sites change": (DESIGNS["stepped wedge whose sites change"], 120),
    "twelve unequal clusters, of which some leave": (
        {**CLUSTER, "sites": {"families_each": 10, "icc": 0.05, "cv": 0.8, "lost": 0.1}},
        120,
    ),
    "clusters with a covariate": ({**CLUSTER, "baseline": BASELINE}, 100),
    "binary": (SECURITY, 200),
    "binary, sixteen clusters": ({**SECURITY, **CLUSTER}, 160),
}


@pytest.mark.parametrize("name", NULLS)
def test_five_thousand_null_trials_reject_five_percent(name: str):
    """4.1 to 5.9 %, the bar of this package: about three standard errors of 5,000 trials, missed by chance in four
    designs and seeds of a thousand; the seed is fixed."""
    parts, n = NULLS[name]
    pool = binary_pool((0.6, 0.6)) if "binary" in name else normal_pool()
    found = grid(pool, 5000, **parts).false_alarms(n, 5000)
    assert 0.041 <= found <= 0.059, found


@pytest.mark.slow
def test_mixed_models_of_few_clusters_do_not_reject_too_often():
    """400 null trials of six sites: not more than 5 % and three standard errors, missed in one seed of a thousand."""
    assert grid(normal_pool(), 400, **CLUSTER, analysis="mixed").false_alarms(60, 400) < 0.05 + 3 * 0.0109
