"""Contingency against brute force, and its test against independent clustered streams."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowlby.measures import contingency as module
from bowlby.measures.contingency import (
    Answers,
    contingency,
    delta_p,
    delta_p_held,
    log_odds_ratio,
    log_odds_ratio_held,
    measures_of,
    windows_of,
)
from bowlby.measures.episodes import EpisodeRule
from bowlby.measures.value import MeasureStatus
from bowlby.records import intervals


def counted(bid, no_bid, onset, on, length):
    """Return the eight counts by looking at every window."""
    counts = np.zeros(8)
    for k, starts in enumerate((bid, no_bid)):
        for x in starts:
            answered = any(x <= t < x + length for t in onset)
            before = any(a < x <= b + length for a, b in on)
            counts[4 * k + 2 * before + answered] += 1
    return counts


QUARTERS = st.integers(0, 480).map(lambda q: q / 4)


@settings(max_examples=60, deadline=None)
@given(
    bids=st.lists(QUARTERS, min_size=1, max_size=8, unique=True),
    answers=st.lists(QUARTERS, max_size=10, unique=True),
    length=st.sampled_from([2.0, 5.0]),
)
def test_observed_counts_equal_looking_at_every_window(bids, answers, length):
    onset, told = np.sort(bids), np.sort(answers)
    on = intervals.union(np.column_stack([told, told + 1.0]).reshape(-1, 2))
    windows = windows_of(onset, onset, np.ones(len(onset), bool), np.array([[0.0, 125.0]]), length)
    result = contingency(windows, Answers(told, on), 3, np.random.default_rng(0))
    # Codable time is closed to a circle: what starts after its end starts at its beginning.
    turns = np.concatenate([told - 125, told, told + 125])
    spans = np.concatenate([on - 125, on, on + 125])
    expected = counted(windows.bid, windows.no_bid, turns, spans, length)
    assert result.counts.tolist() == expected.tolist()


def test_shifted_counts_equal_looking_at_every_window_after_each_shift():
    generator = np.random.default_rng(4)
    bids, told = np.sort(generator.uniform(0, 600, 20)), np.sort(generator.uniform(0, 600, 40))
    on = intervals.union(np.column_stack([told, told + 0.7]))
    windows = windows_of(bids, bids, np.ones(20, bool), np.array([[0.0, 600.0]]), 5.0)
    result = contingency(windows, Answers(told, on), 25, np.random.default_rng(9))
    for shift, counts in zip(np.random.default_rng(9).uniform(0, 600, (25, 1))[:, 0], result.shifted, strict=True):
        moved = np.concatenate([told + shift + turn for turn in (-1200, -600, 0, 600)])
        spans = np.concatenate([on + shift + turn for turn in (-1200, -600, 0, 600)])
        assert counts.tolist() == counted(windows.bid, windows.no_bid, moved, spans, 5.0).tolist()


def test_windows_lie_in_codable_time_and_without_a_cue_nearby_but_outside():
    bids = np.array([50.0, 96.0, 150.0, 5000.0])
    windows = windows_of(bids, bids + 1, np.array([True, True, False, True]), np.array([[0, 100], [110, 9000.0]]), 5.0)
    assert windows.bid.tolist() == [51.0, 4991.0]  # 96 + 1 + 5 s reaches beyond 100 s; 5001 s is 4991 codable seconds
    raw = np.where(windows.no_bid < 100, windows.no_bid, windows.no_bid + 10)
    for onset in bids:
        assert not ((raw < onset + 6) & (raw + 5 > onset)).any()
    assert np.abs(raw[:, None] - np.array([51.0, 5001.0])).min(axis=1).max() <= module.NEAR_S


def test_statistics_of_a_table_by_hand():
    # After a cue 30 of 40 windows answered, without one 20 of 80; strata by the interval before.
    counts = np.array([5, 10, 5, 20, 45, 5, 15, 15], dtype=float)
    assert delta_p(counts) == pytest.approx(30 / 40 - 20 / 80)
    assert log_odds_ratio(counts) == pytest.approx(math.log(30.5 * 60.5 / (10.5 * 20.5)))
    held = (10 / 15 - 5 / 50) * 15 * 50 / 65 + (20 / 25 - 15 / 30) * 25 * 30 / 55
    assert delta_p_held(counts) == pytest.approx(held / (15 * 50 / 65 + 25 * 30 / 55))
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    strata = [np.array([[10, 5], [5, 45]]) + 0.5, np.array([[20, 5], [15, 15]]) + 0.5]
    assert math.exp(log_odds_ratio_held(counts)) == pytest.approx(tables.StratifiedTable(strata).oddsratio_pooled)


def clustered(generator, total, n, cluster, scale=4.0):
    """Return about n events in clusters of a mean size, each spread over some seconds: a Neyman-Scott process."""
    centres = generator.uniform(0, total, generator.poisson(n / cluster))
    sizes = generator.poisson(cluster, len(centres))
    events = np.repeat(centres, sizes) + generator.exponential(scale, sizes.sum())
    return np.sort(events % total)


def p_of_a_pair(generator, cluster, shifts, total=1200.0):
    """Return p of one simulated pair of independent streams, or None where there were too few cues."""
    cues, told = clustered(generator, total, 60, cluster), clustered(generator, total, 80, cluster)
    windows = windows_of(cues, cues, np.ones(len(cues), bool), np.array([[0.0, total]]), 5.0)
    if min(len(windows.bid), len(windows.no_bid)) < 5:
        return None
    on = intervals.union(np.column_stack([told, told + 0.5]))
    return contingency(windows, Answers(told, on), shifts, generator).p_value(delta_p)


def share_rejected(cluster, pairs, *, shifts, seed):
    generator = np.random.default_rng(seed)
    found = [p_of_a_pair(generator, cluster, shifts) for _ in range(pairs)]
    told = [p for p in found if p is not None]
    return sum(p <= 0.05 for p in told) / len(told)


@pytest.mark.parametrize("cluster", [1.0, 3.0, 8.0])
def test_independent_clustered_streams_are_rarely_called_contingent(cluster: float):
    # 300 pairs at 5 %: outside .02-.09 with probability .004 for each level; seed fixed.
    assert 0.02 <= share_rejected(cluster, 300, shifts=199, seed=21) <= 0.09


@pytest.mark.slow
@pytest.mark.parametrize("cluster", [1.0, 3.0, 8.0])
def test_false_positive_rate_over_2000_pairs(cluster: float):
    # 2,000 pairs at 5 %: outside .035-.065 with probability .002 for each level; seed fixed.
    assert 0.035 <= share_rejected(cluster, 2000, shifts=399, seed=33) <= 0.065


def test_a_fourfold_test_would_be_fooled_by_clustering():
    # The reason for shifting at all: on the same clustered streams chi-square rejects several times too often.
    special = pytest.importorskip("scipy.special")
    generator, fooled = np.random.default_rng(3), 0
    for _ in range(200):
        cues, told = (clustered(generator, 1200.0, n, 8.0) for n in (60, 80))
        windows = windows_of(cues, cues, np.ones(len(cues), bool), np.array([[0.0, 1200.0]]), 5.0)
        on = intervals.union(np.column_stack([told, told + 0.5]))
        counts = contingency(windows, Answers(told, on), 1, generator).counts
        hits, n = counts[1::2].reshape(2, 2).sum(axis=1), counts.reshape(2, 4).sum(axis=1)
        share = hits.sum() / n.sum()
        z = (hits[0] / n[0] - hits[1] / n[1]) / math.sqrt(max(share * (1 - share), 1e-9) * (1 / n).sum())
        fooled += special.ndtr(-abs(z)) * 2 <= 0.05
    assert fooled / 200 > 0.15


@pytest.mark.slow
def test_power_at_a_difference_of_one_fifth_with_sixty_bids():
    # Answers come after a bid with .2 more than without: 400 sessions, sd of a share of .8 is .02; seed fixed.
    generator = np.random.default_rng(12)
    told, differences = [], []
    for _ in range(400):
        bids = np.sort(generator.permutation(np.arange(2, 238))[:60] * 5.0 + 0.001)
        free = np.sort(generator.uniform(0, 1200, generator.poisson(40)))
        meant = bids[generator.random(60) < 0.2 / math.exp(-40 / 1200 * 5)] + generator.uniform(0, 5)
        answers = np.sort(np.concatenate([free, meant]))
        windows = windows_of(bids, bids, np.ones(60, bool), np.array([[0.0, 1200.0]]), 5.0)
        on = intervals.union(np.column_stack([answers, answers + 0.5]))
        result = contingency(windows, Answers(answers, on), 499, generator)
        told.append(result.p_value(delta_p) <= 0.05)
        differences.append(float(delta_p(result.counts)))
    assert np.mean(differences) == pytest.approx(0.2, abs=0.02)
    assert np.mean(told) >= 0.8


def session(make_coded, seed=5):
    generator = np.random.default_rng(seed)
    bids = np.arange(20.0, 1160.0, 20.0) + generator.uniform(0, 12, 57)
    answers = [b + 1 + generator.uniform(0, 3) for b in bids if generator.random() < 0.6]
    answers += list(generator.uniform(0, 1200, 30))
    acts = [("cue.vocal", b, b + 1) for b in bids] + [("answer", a, a + 1) for a in answers]
    return make_coded(acts, observed=[(0, 1200)], codable=["cue.vocal", "answer"])


def test_measures_see_a_contingency_that_is_there(make_coded):
    found = {m.name: m for m in measures_of(session(make_coded), EpisodeRule(), "s", 0)}
    delta, p = found["delta P: other cues"], found["contingency p: other cues"]
    assert delta.low is not None and delta.low > 0.2
    assert delta.baseline == pytest.approx(0, abs=0.05)
    assert p.estimate is not None and p.estimate < 0.01
    assert found["Yule's Q: other cues"].estimate == pytest.approx(
        math.tanh(math.log(found["odds ratio: other cues"].estimate) / 2)
    )
    assert found["delta P: distress"].status == MeasureStatus.NOT_ASSESSABLE


def test_the_seed_moves_the_null_and_nothing_else(make_coded):
    one, same, other = (measures_of(session(make_coded), EpisodeRule(), "s", seed) for seed in (0, 0, 1))
    assert one == same
    assert [m.estimate for m in one if m.unit != "p"] == [m.estimate for m in other if m.unit != "p"]
    assert [m.baseline for m in one] != [m.baseline for m in other]


def test_a_shared_rhythm_of_hours_is_no_contingency(make_coded):
    # Awake for two hours, asleep for six, twice over: both partners only sound while awake, neither minds the other.
    generator = np.random.default_rng(17)
    awake = np.concatenate([np.arange(0, 7200.0), np.arange(28800, 36000.0)])
    cues, told = (np.sort(generator.choice(awake, 400, replace=False)) for _ in range(2))
    acts = [("cue.vocal", t, t + 0.5) for t in cues] + [("answer", t + 0.25, t + 0.75) for t in told]
    coded = make_coded(acts, observed=[(0, 57600)], codable=["cue.vocal", "answer"])
    found = {m.name: m for m in measures_of(coded, EpisodeRule(), "s", 0, shifts=499)}
    delta = found["delta P: other cues"]
    assert delta.low is not None and delta.low < 0.02
    assert found["contingency p: other cues"].estimate > 0.05


def test_too_few_windows_say_how_many(make_coded):
    few = make_coded([("cue.bid", 10.0, None), ("answer", 12.0, None)], codable=["cue.bid", "answer"])
    found = {m.name: m for m in measures_of(few, EpisodeRule(), "s", 0)}
    assert found["delta P: other cues"].status == MeasureStatus.TOO_FEW
    assert "1 windows after a cue" in found["delta P: other cues"].note
