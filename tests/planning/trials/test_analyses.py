"""Analyses of many replicates at once give what statsmodels gives for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.weightstats import ttest_ind

from bowlby.planning.trials.analyses import analyse
from bowlby.planning.trials.design import Analysis
from bowlby.planning.trials.effects import outcome_under
from bowlby.planning.trials.estimates import TrialEstimates
from bowlby.planning.trials.sampling import Replicates, TrialSampler, layout
from tests.planning.trials.designs import binary_pool, design, normal_pool, on

LOST = {"rate": 0.2, "on": "caregiver stress", "log_odds": 0.7}
BASELINE = {"name": "rated sensitivity", "age": "4mo"}
SITES = {"families_each": 10, "icc": 0.1}


def analysed(pool: Any = None, n: int = 80, **parts: Any) -> tuple[Replicates, TrialEstimates]:
    """Return some replicates and what our analysis finds in them."""
    pool = pool or normal_pool(0.4, children=5000)
    asked = design(**parts)
    drawn = TrialSampler(asked, pool).trials(
        outcome_under(pool, "model"), layout(asked, n), 5, np.random.default_rng(1)
    )
    return drawn, analyse(drawn, asked.analysed_by, asked)


def rows(drawn: Replicates) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return outcome, arm and covariate of the families seen, replicate by replicate."""
    covariate = drawn.covariate if drawn.covariate is not None else np.zeros_like(drawn.outcome)
    return [
        (y[seen], arm[seen], x[seen])
        for y, arm, x, seen in zip(drawn.outcome, drawn.arm, covariate, drawn.seen, strict=True)
    ]


def test_differences_are_welchs():
    drawn, found = analysed(drop_out=LOST)
    for row, (y, arm, _) in enumerate(rows(drawn)):
        _, p, df = ttest_ind(y[arm == 1], y[arm == 0], usevar="unequal")
        assert found.p_values()[row] == pytest.approx(p, rel=1e-9)
        assert found.df[row] == pytest.approx(df, rel=1e-9)


def test_ancova_is_least_squares():
    drawn, found = analysed(drop_out=LOST, baseline=BASELINE)
    for row, (y, arm, x) in enumerate(rows(drawn)):
        fit = sm.OLS(y, np.stack([np.ones(len(y)), arm, x], axis=1)).fit()
        assert found.estimate[row] == pytest.approx(fit.params[1], rel=1e-8)
        assert found.p_values()[row] == pytest.approx(fit.pvalues[1], rel=1e-7)
        low, high = (end[row] for end in found.interval(0.05))
        assert (low, high) == pytest.approx(tuple(fit.conf_int()[1]), rel=1e-7)


@pytest.mark.parametrize("baseline", [None, BASELINE])
def test_sites_are_strata_of_families_randomised_one_by_one(baseline: dict[str, str] | None):
    drawn, found = analysed(drop_out=LOST, sites=SITES, baseline=baseline)
    for row, (y, arm, x) in enumerate(rows(drawn)):
        site = drawn.layout.cluster[drawn.seen[row]]
        strata = (site[:, None] == np.arange(drawn.layout.clusters)).astype(float)
        columns = [arm, *([x] if baseline else [])]
        fit = sm.OLS(y, np.column_stack([*columns, strata])).fit()
        assert found.estimate[row] == pytest.approx(fit.params[0], rel=1e-8)
        assert found.p_values()[row] == pytest.approx(fit.pvalues[0], rel=1e-7)


@pytest.mark.parametrize("baseline", [None, BASELINE])
def test_logistic_regression_is_maximum_likelihood(baseline: dict[str, str] | None):
    pool = binary_pool((0.4, 0.6), children=5000)
    covariate = pool.true[0] + np.random.default_rng(4).standard_normal(5000)
    pool = replace(pool, baseline=covariate if baseline else None)
    drawn, found = analysed(
        pool, measures=on("security"), analysis="logistic", drop_out={"rate": 0.2}, baseline=baseline
    )
    for row, (y, arm, x) in enumerate(rows(drawn)):
        columns = [np.ones(len(y)), arm, *([x] if baseline else [])]
        fit = sm.Logit(y, np.stack(columns, axis=1)).fit(disp=0)
        assert found.estimate[row] == pytest.approx(fit.params[1], rel=1e-6)
        assert found.p_values()[row] == pytest.approx(fit.pvalues[1], rel=1e-5)


def test_an_arm_without_any_yes_has_no_odds_ratio():
    pool = binary_pool((0.0001, 0.9), children=50_000)
    drawn, found = analysed(pool, n=30, measures=on("security"), analysis="logistic")
    empty = [y[arm == 0].sum() == 0 for y, arm, _ in rows(drawn)]
    assert any(empty)
    assert (found.p_values()[np.array(empty)] == 1).all()


def test_cluster_means_are_compared_with_clusters_less_two():
    drawn, found = analysed(drop_out=LOST, sites=SITES, randomisation={"kind": "cluster"})
    for row, (y, arm, _) in enumerate(rows(drawn)):
        site = drawn.layout.cluster[drawn.seen[row]]
        names = np.unique(site)
        means = np.array([y[site == one].mean() for one in names])
        arms = np.array([arm[site == one][0] for one in names])
        _, p = stats.ttest_ind(means[arms == 1], means[arms == 0])
        assert found.p_values()[row] == pytest.approx(p, rel=1e-9)


def test_unequal_sites_with_losses_are_compared_by_the_means_of_those_seen():
    sites = SITES | {"cv": 0.8, "lost": 0.2}
    drawn, found = analysed(n=123, drop_out=LOST, sites=sites, randomisation={"kind": "cluster"})
    for row, (y, arm, _) in enumerate(rows(drawn)):
        site = drawn.layout.cluster[drawn.seen[row]]
        names = np.unique(site)
        means = np.array([y[site == one].mean() for one in names])
        arms = np.array([arm[site == one][0] for one in names])
        _, p = stats.ttest_ind(means[arms == 1], means[arms == 0])
        assert found.p_values()[row] == pytest.approx(p, rel=1e-9)


def test_a_covariate_of_clusters_is_taken_off_by_its_slope_within_them():
    drawn, found = analysed(n=123, drop_out=LOST, sites=SITES, randomisation={"kind": "cluster"}, baseline=BASELINE)
    for row, (y, arm, x) in enumerate(rows(drawn)):
        site = drawn.layout.cluster[drawn.seen[row]]
        names = np.unique(site)
        within = sm.OLS(y, np.column_stack([x, site[:, None] == names]).astype(float)).fit()
        rest = y - within.params[0] * x
        means = np.array([rest[site == one].mean() for one in names])
        arms = np.array([arm[site == one][0] for one in names])
        _, p = stats.ttest_ind(means[arms == 1], means[arms == 0])
        assert found.p_values()[row] == pytest.approx(p, rel=1e-8)


def test_a_stepped_wedge_is_least_squares_on_clusters_and_periods():
    drawn, found = analysed(n=120, sites=SITES, randomisation={"kind": "stepped wedge", "steps": 3})
    size = drawn.layout
    for row in range(5):
        shape = (size.clusters, size.periods, -1)
        means = drawn.outcome[row].reshape(shape).mean(axis=2).ravel()
        arm = drawn.arm[row].reshape(shape)[:, :, 0].ravel()
        cluster, period = np.divmod(np.arange(len(means)), size.periods)
        dummies = [(cluster == one) for one in range(size.clusters)] + [
            (period == one) for one in range(1, size.periods)
        ]
        fit = sm.OLS(means, np.column_stack([arm, *dummies]).astype(float)).fit()
        assert found.estimate[row] == pytest.approx(fit.params[0], rel=1e-8)
        assert found.p_values()[row] == pytest.approx(fit.pvalues[0], rel=1e-7)


def test_mixed_models_are_those_of_statsmodels_with_degrees_of_freedom_between_clusters():
    pool = replace(normal_pool(0.4, children=5000), baseline=None)
    drawn, found = analysed(pool, sites=SITES, randomisation={"kind": "cluster"}, analysis=Analysis.MIXED)
    assert (found.df == drawn.layout.clusters - 2).all()
    # Balanced data: the mixed model's estimate is the difference of the means, its error that of cluster means
    # wherever the variance between clusters is not held at zero.
    means = drawn.outcome.reshape(5, drawn.layout.clusters, -1).mean(axis=2)
    arm = drawn.arm.reshape(5, drawn.layout.clusters, -1)[:, :, 0]
    difference = np.array([m[a == 1].mean() - m[a == 0].mean() for m, a in zip(means, arm, strict=True)])
    assert found.estimate == pytest.approx(difference, abs=1e-6)
    pooled = np.array([(m[a == 1].var(ddof=1) + m[a == 0].var(ddof=1)) / 2 for m, a in zip(means, arm, strict=True)])
    between = np.sqrt(pooled * 2 / 4)
    assert (found.error >= between * 0.999).all()
    assert np.isclose(found.error, between, rtol=1e-3).any()
