"""Drawn trials: arms in their shares, clusters with their correlation, and drop-out that knows what it hangs on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.planning.trials.effects import outcome_under
from bowlby.planning.trials.sampling import Replicates, TrialSampler, latent_icc, layout
from tests.planning.trials.designs import binary_pool, design, normal_pool, on

SITES = {"families_each": 20, "icc": 0.1}


def drawn(n: int, replicates: int, pool: Any = None, **parts: Any) -> Replicates:
    """Return replicates of a trial under the pool's own effect."""
    pool = pool or normal_pool(0.5)
    asked = design(**parts)
    return TrialSampler(asked, pool).trials(
        outcome_under(pool, "model"), layout(asked, n), replicates, np.random.default_rng(3)
    )


def icc(outcome: np.ndarray, size: int) -> float:
    """Return the intraclass correlation of rows of equal clusters: one-way analysis of variance, pooled over rows."""
    groups = outcome.reshape(-1, size)
    within = groups.var(axis=1, ddof=1).mean()
    between = groups.mean(axis=1).reshape(len(outcome), -1).var(axis=1, ddof=1).mean()
    return float((between - within / size) / (between - within / size + within))


def test_arms_come_in_their_shares():
    found = drawn(100, 500, randomisation={"kind": "blocked", "block": 6, "ratio": 2.0})
    first = found.arm[:, :96].reshape(-1, 6)
    assert (first.sum(axis=1) == 4).all()
    simple = drawn(100, 500, randomisation={"ratio": 3.0})
    # 50,000 draws: four standard errors of a share of .75, missed once in 16,000 seeds.
    assert abs(simple.arm.mean() - 0.75) < 4 * np.sqrt(0.75 * 0.25 / 50_000)


def test_sites_are_randomised_whole_and_in_their_share():
    found = drawn(200, 50, sites=SITES, randomisation={"kind": "cluster"})
    by_site = found.arm.reshape(50, 10, 20)
    assert (by_site == by_site[:, :, :1]).all()
    assert (by_site[:, :, 0].sum(axis=1) == 5).all()


def test_a_stepped_wedge_ends_with_every_site_treated_and_none_at_first():
    found = drawn(240, 20, sites={"families_each": 10, "icc": 0.1}, randomisation={"kind": "stepped wedge", "steps": 3})
    table = found.arm.reshape(20, found.layout.clusters, found.layout.periods, -1)[:, :, :, 0]
    assert found.layout.n == 240 and table.shape[1:] == (6, 4)
    assert (table[:, :, 0] == 0).all() and (table[:, :, -1] == 1).all()
    assert (np.diff(table, axis=2) >= 0).all()
    assert (table.sum(axis=1) == [0, 2, 4, 6]).all()


@pytest.mark.parametrize("share", [None, 0.3, 0.65])
def test_clusters_have_the_correlation_asked_for_and_arms_keep_their_means(share: float | None):
    """1,000 trials of 10 sites: the icc to .01 and means to four standard errors, missed in one seed of 10,000."""
    pool = normal_pool(0.5) if share is None else binary_pool((share, share))
    parts = {} if share is None else {"measures": on("security")}
    found = drawn(200, 1000, pool, sites=SITES, randomisation={"kind": "cluster"}, **parts)
    means = outcome_under(pool, "model").means
    centred = found.outcome - means[found.arm]
    assert icc(centred, 20) == pytest.approx(0.1, abs=0.01)
    design_effect = 1 + 19 * 0.1
    error = np.sqrt(design_effect * pool.observed[0].var() / (found.outcome.size / 2))
    for arm in (0, 1):
        assert abs(found.outcome[found.arm == arm].mean() - means[arm]) < 4 * error


def test_therapists_are_shared_in_the_treated_arm_alone():
    found = drawn(200, 400, therapists={"families_each": 8, "icc": 0.2})
    assert found.therapist is not None
    assert (found.therapist[found.arm == 0] == -1).all()
    sizes = np.bincount(found.therapist[0][found.arm[0] == 1])
    assert (sizes[:-1] == 8).all() and 1 <= sizes[-1] <= 8
    full = [row[who == number] for row, who in zip(found.outcome, found.therapist, strict=True) for number in range(8)]
    groups = np.array([one for one in full if len(one) == 8])
    assert icc(groups.reshape(1, -1), 8) == pytest.approx(0.2, abs=0.04)


def test_the_correlation_behind_a_cut_gives_the_one_that_is_seen():
    """Of 2,000,000 pairs: the correlation that is seen to .005, five standard errors."""
    random = np.random.default_rng(5)
    behind = latent_icc(0.1, 0.3)
    u, a, b = random.standard_normal((3, 2_000_000))
    scale = np.sqrt(behind) * u + np.sqrt(1 - behind) * np.stack([a, b])
    yes = scale > 0.5244005127080407
    assert np.corrcoef(yes)[0, 1] == pytest.approx(0.1, abs=0.005)
    assert behind > 0.1


def test_drop_out_has_its_rate_and_falls_on_those_under_stress():
    pool = normal_pool()
    lost = {"rate": 0.25, "on": "caregiver stress", "log_odds": 1.0}
    found = drawn(200, 1000, pool, drop_out=lost)
    # 200,000 families: four standard errors.
    assert abs((~found.seen).mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 200_000)
    # The outcome goes with stress (r = .8), so that who is left has less of it.
    assert found.outcome[found.seen].mean() < found.outcome.mean() - 0.1
    by_chance = drawn(200, 1000, pool, drop_out={"rate": 0.25})
    assert abs(by_chance.outcome[by_chance.seen].mean() - by_chance.outcome.mean()) < 0.01


def test_drop_out_may_differ_between_arms():
    found = drawn(200, 1000, drop_out={"rate": 0.2, "treated": 1.0})
    lost = [(~found.seen)[found.arm == arm].mean() for arm in (0, 1)]
    odds = lost[1] / (1 - lost[1]) / (lost[0] / (1 - lost[0]))
    assert np.log(odds) == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize("effect", ["model", 0.5])
def test_drop_out_on_the_outcome_follows_the_effect_that_there_is(effect: str | float):
    """Of 200,000 families those with less of the outcome leave, by the outcome that they have in this trial's arm."""
    pool = normal_pool(-0.5)
    asked = design(drop_out={"rate": 0.3, "on": "outcome", "log_odds": -1.0})
    arms = outcome_under(pool, effect)
    found = TrialSampler(asked, pool).trials(arms, layout(asked, 200), 1000, np.random.default_rng(3))
    for arm in (0, 1):
        own = found.arm == arm
        lost = np.histogram(found.outcome[own & ~found.seen], np.linspace(-1, 1, 5))[0]
        every = np.histogram(found.outcome[own], np.linspace(-1, 1, 5))[0]
        assert (np.diff(lost / every) < 0).all()
    more = 1 if outcome_under(pool, effect).difference < 0 else 0
    assert (~found.seen)[found.arm == more].mean() > (~found.seen)[found.arm != more].mean() + 0.05


@pytest.mark.parametrize("n", [200, 203, 191])
def test_every_family_asked_for_is_in_the_trial(n: int):
    for how in ({"kind": "cluster"}, {"kind": "blocked"}, {"kind": "stepped wedge", "steps": 3}):
        size = layout(design(sites=SITES | {"families_each": 7}, randomisation=how), n)
        assert size.n == len(size.cluster) == n == size.sizes.sum()
        assert np.ptp(size.sizes) <= 1 and (size.sizes == np.bincount(size.cell)).all()


def test_too_few_families_for_the_sites_are_refused():
    with pytest.raises(InputError, match="at least 4 sites of 20 families") as refused:
        layout(design(sites=SITES, randomisation={"kind": "cluster"}), 40)
    assert "from 80 on" in refused.value.remedy


def test_sites_differ_in_size_by_their_coefficient_of_variation():
    """Quantiles of 40 sites of a gamma distribution: its coefficient of variation to .05."""
    sizes = layout(design(sites=SITES | {"cv": 0.6}, randomisation={"kind": "cluster"}), 800).sizes
    assert len(sizes) == 40 and sizes.sum() == 800 and sizes.min() >= 1
    assert sizes.std() / sizes.mean() == pytest.approx(0.6, abs=0.05)


def test_a_site_in_two_periods_is_as_alike_as_its_autocorrelation():
    """4,000 trials of 6 sites: the covariance of cell means to .005, five standard errors."""
    sites = {"families_each": 10, "icc": 0.2, "autocorrelation": 0.5}
    found = drawn(240, 4000, normal_pool(0.0), sites=sites, randomisation={"kind": "stepped wedge", "steps": 3})
    means = found.outcome.reshape(4000, 6, 4, 10).mean(axis=3)
    assert np.mean(means[:, :, 0] * means[:, :, 1]) == pytest.approx(0.2 * 0.5, abs=0.005)
    assert np.mean(means[:, :, 0] ** 2) == pytest.approx(0.2 + 0.8 / 10, abs=0.01)


def test_sites_leave_whole():
    found = drawn(200, 1000, sites=SITES | {"lost": 0.2}, randomisation={"kind": "cluster"})
    by_site = found.seen.reshape(1000, 10, 20)
    assert (by_site == by_site[:, :, :1]).all()
    # 10,000 sites: four standard errors of a share of .8.
    assert abs(by_site[:, :, 0].mean() - 0.8) < 4 * np.sqrt(0.16 / 10_000)
