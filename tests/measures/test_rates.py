"""Rates, shares and bouts over codable time, and the clock that runs only then."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.measures.clock import CodableClock
from bowlby.measures.confidence import poisson_interval
from bowlby.measures.episodes import EpisodeRule
from bowlby.measures.rates import measures_of
from bowlby.measures.value import MeasureStatus
from bowlby.records import intervals
from bowlby.records.constructs import VOCABULARY, Construct


def named(coded):
    found = measures_of(coded, EpisodeRule(), "s", 0)
    assert len({(m.actor, m.name) for m in found}) == len(found)
    return {m.name: m for m in found}


def test_rate_over_codable_time_of_this_construct_alone(make_coded):
    acts = [("hold", 75.0 * k, 75.0 * k + 2) for k in range(12)]
    found = named(make_coded(acts, observed=[(0, 1800)], masks=[("hold", 900, 1800), ("voice", 0, 1800)]))
    rate = found["rate: hold"]
    assert (rate.n, rate.denominator, rate.estimate) == (12, 900, 48)
    assert (rate.low, rate.high) == pytest.approx(poisson_interval(12, 0.25))
    assert found["share of time: hold"].estimate == pytest.approx(24 / 900)
    assert found["mean bout: hold"].estimate == pytest.approx(2)
    assert found["rate: voice"].status == MeasureStatus.TOO_FEW


def test_an_act_in_uncodable_time_counts_neither_as_act_nor_as_time(make_coded):
    found = named(make_coded([("hold", 10, 30), ("hold", 50, 60)], observed=[(0, 100)], masks=[("hold", 20, 40)]))
    assert found["rate: hold"].estimate == pytest.approx(2 * 3600 / 80)
    assert found["share of time: hold"].estimate == pytest.approx(20 / 80)
    inside = named(make_coded([("hold", 25, 30)], observed=[(0, 100)], masks=[("hold", 20, 40)]))
    assert inside["rate: hold"].n == 0


def test_never_seen_is_zero_with_a_bound_and_not_coded_is_unknown(make_coded):
    found = named(make_coded([], observed=[(0, 1200)], codable=["hold", "cue.bid"]))
    assert found["rate: hold"].estimate == 0
    assert found["rate: hold"].high == pytest.approx(9, abs=0.02)
    assert found["rate: voice"].status == MeasureStatus.NOT_ASSESSABLE
    assert "voice" in found["rate: voice"].note
    missing = [m for m in found.values() if m.status == MeasureStatus.NOT_ASSESSABLE]
    not_rated = {Construct.AFFECT, Construct.UNCODABLE}
    assert len(missing) == sum(construct not in not_rated for _, construct in VOCABULARY) - 2


def test_points_have_a_rate_but_no_share(make_coded):
    found = named(make_coded([("hold", 10, None)], observed=[(0, 100)]))
    assert found["rate: hold"].n == 1
    assert "share of time: hold" not in found


def test_a_point_at_the_last_instant_counts(make_coded):
    assert named(make_coded([("hold", 100, None)], observed=[(0, 100)]))["rate: hold"].n == 1


def test_overlapping_bouts_are_one_and_an_act_that_always_holds_has_no_interval(make_coded):
    found = named(make_coded([("hold", 0, 60), ("hold", 40, 100)], observed=[(0, 100)]))
    share = found["share of time: hold"]
    assert (share.estimate, share.low, share.high) == (1, None, None)
    assert "always" in share.note
    assert found["mean bout: hold"].status == MeasureStatus.TOO_FEW


def test_clustered_acts_widen_the_interval(make_coded):
    even = np.arange(60) * 60.0 + 5
    bunched = np.concatenate([np.arange(30) * 2.0, 1800 + np.arange(30) * 2.0])
    widths = []
    for onsets in (even, bunched):
        rate = named(make_coded([("hold", t, None) for t in onsets], observed=[(0, 3600)]))["rate: hold"]
        assert rate.estimate == pytest.approx(60)
        widths.append(rate.high - rate.low)
    assert widths[1] > 2 * widths[0]


@given(
    edges=st.lists(st.integers(0, 400), min_size=2, max_size=10, unique=True),
    times=st.lists(st.integers(-10, 410), min_size=1, max_size=10),
)
def test_the_clock_counts_the_codable_seconds_before(edges, times):
    edges = sorted(edges)[: len(edges) // 2 * 2]
    spans = intervals.union(np.array(edges, dtype=float).reshape(-1, 2))
    clock = CodableClock(spans)
    told = clock.reads(np.array(times, dtype=float))
    expected = [sum(max(0.0, min(t, b) - a) for a, b in spans) for t in times]
    assert told == pytest.approx(expected)
    assert clock.total_s == pytest.approx(intervals.duration(spans))
