"""Warmth as dense as the child could notice it, and affect over time."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.measures import affect
from bowlby.measures.density import NoticingCurve, measures_of, noticed_if_even, noticing_probability, recent_density
from bowlby.measures.episodes import EpisodeRule
from bowlby.measures.value import MeasureStatus


def named(coded):
    return {m.name: m for m in measures_of(coded, EpisodeRule(), "s", 0)}


def test_density_is_the_kernel_summed_over_the_acts_before():
    onset = np.sort(np.random.default_rng(0).uniform(0, 600, 40))
    lag = onset[:, None] - onset[None, :]
    expected = np.where(lag > 0, np.exp(-lag / 45.0), 0).sum(axis=1)
    assert recent_density(onset, NoticingCurve(tau_s=45.0)) == pytest.approx(expected)


def test_noticing_rises_with_density_and_needs_some():
    chance = noticing_probability(np.array([0.0, 0.5, 1.0, 5.0]), NoticingCurve())
    assert chance[0] == 0
    assert (np.diff(chance) > 0).all()
    assert chance[2] == pytest.approx(1 - np.exp(-1))


def test_clustered_warmth_is_noticed_more_than_sparse_warmth_of_equal_total(make_coded):
    sparse = [("smile", 60.0 + 178.0 * k, None) for k in range(20)]
    clustered = [("smile", 600.0 + 900.0 * (k // 10) + 5.0 * (k % 10), None) for k in range(20)]
    few, many = (named(make_coded(acts, observed=[(0, 3600)])) for acts in (sparse, clustered))
    assert few["warm acts"].estimate == many["warm acts"].estimate == 20
    assert few["warm acts noticed, share"].estimate < 0.1
    assert many["warm acts noticed, share"].estimate > 0.6
    assert many["warm acts noticed"].estimate == pytest.approx(20 * many["warm acts noticed, share"].estimate)


def test_baseline_is_what_acts_at_random_times_would_give(make_coded):
    generator = np.random.default_rng(6)
    onset = np.sort(generator.uniform(0, 400_000, 8000))
    shares = noticing_probability(recent_density(onset, NoticingCurve()), NoticingCurve())
    # The mean of 8,000 dependent shares has a standard error of about .005; four of them.
    assert shares.mean() == pytest.approx(noticed_if_even(0.02, NoticingCurve()), abs=0.02)
    assert noticed_if_even(0.0, NoticingCurve()) == 0


def test_few_warm_acts_and_none_codable(make_coded):
    assert named(make_coded([("smile", 1, None)]))["warm acts noticed"].status == MeasureStatus.TOO_FEW
    assert named(make_coded([], codable=["cue.bid"]))["warm acts"].status == MeasureStatus.NOT_ASSESSABLE


def affects(coded):
    return {(m.actor, m.name): m for m in affect.measures_of(coded, EpisodeRule(), "s", 0)}


def test_affect_shares_and_mean_valence(make_coded):
    acts = [
        ("caregiver:affect", 0, 30, 1.0),
        ("caregiver:affect", 30, 40, -1.0),
        ("caregiver:affect", 50, 70, 2.0),
        ("caregiver:affect", 70, 90, 0.0),
    ]
    found = affects(make_coded(acts, observed=[(0, 100)], codable=["caregiver:affect"]))
    assert found["caregiver", "affect: positive"].estimate == pytest.approx(0.5)
    assert found["caregiver", "affect: negative"].estimate == pytest.approx(0.1)
    assert found["caregiver", "affect: neutral"].estimate == pytest.approx(0.2)
    assert found["caregiver", "affect coded"].estimate == pytest.approx(0.8)
    mean = found["caregiver", "mean valence"]
    assert mean.estimate == pytest.approx((30 - 10 + 40) / 80)
    assert mean.low is not None and mean.low < 0.75 < mean.high
    assert found["child", "mean valence"].status == MeasureStatus.NOT_ASSESSABLE


def test_affect_leaves_uncodable_time_out(make_coded):
    acts = [("child:affect", 0, 50, -1.0), ("child:affect", 50, 100, 1.0)]
    found = affects(make_coded(acts, observed=[(0, 100)], masks=[("child:affect", 25, 50)]))
    assert found["child", "affect: negative"].estimate == pytest.approx(25 / 75)
    assert found["child", "mean valence"].estimate == pytest.approx(25 / 75)
