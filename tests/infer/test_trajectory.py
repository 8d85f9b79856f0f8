"""The child's own learning, conditioned on what was seen."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.infer.posterior import posterior
from bowlby.infer.trajectory import BELIEFS, Band, Trajectory, trajectories
from tests.infer.by_hand import Act, bids, record


def trajectory(acts: list[Act]) -> Trajectory:
    (found,) = trajectories(posterior(record(acts)), draws=128)
    return found


def band(found: Trajectory, name: str) -> Band:
    return next(one for one in found.bands if one.name == name)


def test_answers_raise_expected_answering_and_their_absence_lowers_it():
    first_half = band(trajectory(bids(28, 14)), "expected answering").mean
    assert first_half[14] > first_half[0] + 0.1
    assert first_half[28] < first_half[14] - 0.2


def test_a_path_has_a_point_before_the_session_and_one_after_each_episode():
    found = trajectory(bids(12, 6))
    assert found.times_s.tolist() == [0.0, *(5.0 + 40 * i for i in range(12))]
    assert [one.name for one in found.bands] == list(BELIEFS)
    for one in found.bands:
        assert one.mean.shape == one.low.shape == one.high.shape == (13,)
        assert np.all(one.low <= one.mean + 1e-6) and np.all(one.mean <= one.high + 1e-6)


def test_what_nobody_could_see_teaches_nothing():
    hidden: list[Act] = [("context", "uncodable", 300.0, 1200.0)]
    found = band(trajectory([*bids(28, 7), *hidden]), "expected answering")
    assert np.ptp(found.mean[9:]) < 1e-6 < np.ptp(found.mean[:8])


def test_frightening_acts_raise_expected_threat_and_nothing_else_does():
    calm = band(trajectory(bids(20, 12)), "expected threat").mean
    acts: list[Act] = [*bids(20, 12), *(("caregiver", "fright.abusive", 30.0 + 80 * i, None) for i in range(6))]
    scared = band(trajectory(acts), "expected threat").mean
    assert scared[-1] > calm[-1] + 0.2
    assert calm[-1] <= calm[0] + 1e-3


def test_initial_beliefs_follow_the_caregiver_s_posterior():
    kind, absent = (band(trajectory(bids(28, number)), "expected answering").mean[0] for number in (28, 0))
    assert kind > absent + 0.3


def test_without_an_episode_there_is_the_beginning_only():
    found = trajectory([])
    assert found.times_s.tolist() == [0.0]
    assert found.informative == 0
    assert band(found, "expected answering").high[0] - band(found, "expected answering").low[0] > 0.3


def test_assumptions_are_stated_with_their_figures():
    found = trajectory(bids(5, 3))
    text = " ".join(found.assumptions)
    assert "usual care" in text and "record does not say" in text and "Rescorla-Wagner" in text
    assert found.as_dict()["assumptions"] == list(found.assumptions)


@pytest.mark.parametrize("name", ["expected answering", "expected relief", "expected threat"])
def test_bands_are_probabilities(name: str):
    one = band(trajectory(bids(20, 10)), name)
    assert np.all((one.low >= -1e-6) & (one.high <= 1 + 1e-6))
