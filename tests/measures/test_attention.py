"""Joint attention: overlaps worked by hand, chance as the mean over all shifts, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.measures.attention import JOINT_ATTENTION, measures_of
from bowlby.measures.entropy_rate import signals_of
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure, MeasureStatus
from bowlby.records import intervals


def measured(coded) -> Measure:
    (found,) = measures_of(coded, EpisodeRule(), "s", 0)
    assert (found.name, found.actor, found.unit) == (JOINT_ATTENTION, "dyad", "share")
    return found


ACTS = [
    ("gaze.object", 10, 30),
    ("gaze.object", 50, 60),
    ("gaze.partner", 30, 50),
    ("object", 0, 20),
    ("object", 25, 55),
    ("object", 80, 90),
]


def test_worked_by_hand(make_coded):
    # gaze on objects 10-30 and 50-60, objects handled 0-20, 25-55, 80-90: together 10-20, 25-30, 50-55
    found = measured(make_coded(ACTS, observed=[(0.0, 100.0)]))
    assert found.estimate == pytest.approx(20 / 100)
    assert found.n == 3 and found.denominator == pytest.approx(100)
    assert found.baseline == pytest.approx(0.3 * 0.6)
    assert found.low is not None and found.high is not None and found.low < 0.2 < found.high


def test_the_baseline_is_the_mean_over_all_shifts(make_coded):
    found = measured(make_coded(ACTS, observed=[(0.0, 100.0)]))
    gaze, handled = np.array([[10.0, 30.0], [50.0, 60.0]]), np.array([[0.0, 20.0], [25.0, 55.0], [80.0, 90.0]])
    shares = []
    for shift in np.arange(0.0, 100.0, 0.5):
        # Edges lie on whole seconds, so the overlap is linear between shifts half a second apart: the mean is exact.
        moved = intervals.union(np.concatenate([gaze + shift, gaze + shift - 100.0]))
        shares.append(intervals.duration(intervals.intersect(moved, handled)) / 100.0)
    assert found.baseline == pytest.approx(np.mean(shares), abs=1e-12)


def test_time_in_which_either_could_not_be_coded_counts_for_neither(make_coded):
    coded = make_coded(ACTS, observed=[(0.0, 100.0)], masks=[("gaze.object", 0.0, 15.0), ("object", 50.0, 60.0)])
    # both codable 15-50 and 60-100; gaze 15-30, objects 15-20, 25-50, 80-90, together 15-20 and 25-30
    found = measured(coded)
    assert found.estimate == pytest.approx(10 / 75)
    assert found.baseline == pytest.approx((15 / 75) * (40 / 75))


@pytest.mark.parametrize("codable", [["gaze.object"], ["object"], []])
def test_what_nobody_coded_is_not_assessable(make_coded, codable):
    found = measured(make_coded([], codable=codable))
    assert (found.estimate, found.status) == (None, MeasureStatus.NOT_ASSESSABLE)


def test_points_say_nothing_of_time(make_coded):
    found = measured(make_coded([("gaze.object", 1, None), ("object", 0, 5)], observed=[(0.0, 10.0)]))
    assert (found.estimate, found.status) == (None, MeasureStatus.NOT_ASSESSABLE)
    assert "gaze.object" in found.note


def test_never_together_is_zero(make_coded):
    found = measured(make_coded([("gaze.object", 1, 2), ("object", 5, 6)], observed=[(0.0, 10.0)]))
    assert found.estimate == 0


def test_gaze_at_objects_is_a_gaze_for_the_entropy_rate(make_coded):
    split = [("object", 0.0, 10.0), ("gaze.partner", 1.0, 2.0), ("gaze.object", 4.0, 5.0), ("gaze.object", 7.0, 8.0)]
    whole = [(("gaze.partner" if name == "gaze.object" else name), *times) for name, *times in split]
    needed = ["object", "touch", "voice"]
    (apart,) = signals_of(make_coded(split, codable=[*needed, "gaze.partner", "gaze.object"]), "s").visits
    (alike,) = signals_of(make_coded(whole, codable=[*needed, "gaze.partner"]), "s").visits
    assert apart.tolist() == alike.tolist() == [0, 1, 0, 1, 0, 1, 0]
    (objects,) = signals_of(make_coded(split, codable=[*needed, "gaze.object"]), "s").visits
    assert objects.tolist() == [0, 1, 0, 1, 0, 1, 0]
