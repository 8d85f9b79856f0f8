"""Numerical trouble ends in a status with child and episode, and never in a mean."""

from __future__ import annotations

import math

import numpy as np

from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.engine.status import NumericalStatus, first_trouble, statuses
from bowlby.simulation.store import read_store


def troubled(**changes: object) -> CohortDesign:
    """Return a cohort in which child 1005 grows so fast that the step breaks."""
    speed = np.ones(12)
    speed[5] = 1e30
    return CohortDesign(
        12, (Care(1.0),), child={"susceptibility": speed}, child_spread=0.0, first_child=1000, **changes
    )


def test_trouble_names_child_episode_and_kind():
    result = simulate_cohort(troubled())
    (trouble,) = result.troubles()
    assert trouble.child == 1005
    assert trouble.status in (NumericalStatus.NOT_FINITE, NumericalStatus.OUT_OF_BOUNDS)
    assert "child 1005, episode" in str(trouble)
    whole = CohortDesign(12, (Care(1.0),), child_spread=0.0, first_child=1000)
    others = np.arange(12) != 5
    assert np.array_equal(result.state[:, others], simulate_cohort(whole).state[:, others])


def test_the_episode_is_the_first_with_trouble():
    result = simulate_cohort(troubled())
    episode = int(result.trouble[5])
    days = troubled().bids_per_day * 30.4375
    fine = (
        CohortDesign(12, (Care(episode / days),), child=troubled().child, child_spread=0.0, first_child=1000)
        if episode
        else None
    )
    broken = CohortDesign(12, (Care((episode + 1) / days),), child=troubled().child, child_spread=0.0, first_child=1000)
    assert fine is None or not simulate_cohort(fine).troubles()
    assert simulate_cohort(broken).troubles()[0].episode == episode


def test_trouble_reaches_no_mean_and_is_missing_in_the_store(tmp_path):
    result = simulate_cohort(troubled(), tmp_path / "s")
    states = result.states()
    assert all(math.isfinite(summary["mean"]) for summary in states.values())
    assert np.isnan(result.variable("language")[5])
    read = read_store(tmp_path / "s")
    assert np.isnan(read["language"].values[-1, 5])
    assert read["status"].values[5] != NumericalStatus.FINE
    assert result.as_dict()["troubles"][0]["child"] == 1005


def test_where_all_fail_there_is_no_mean():
    all_fail = CohortDesign(3, (Care(1.0),), child={"susceptibility": 1e30}, child_spread=0.0)
    result = simulate_cohort(all_fail)
    assert len(result.troubles()) == 3
    assert result.states()["language"]["mean"] is None


def test_statuses_of_states():
    state = simulate_cohort(CohortDesign(3, (Care(0.1),))).state
    state[4, 1] = np.nan
    state[4, 2] = 1.5
    assert list(statuses(state)) == [NumericalStatus.FINE, NumericalStatus.NOT_FINITE, NumericalStatus.OUT_OF_BOUNDS]


def test_bisection_finds_every_episode():
    fine = simulate_cohort(CohortDesign(2, (Care(0.1),))).state
    broken = np.full_like(fine, np.nan)
    for start in range(1, 18):
        found = first_trouble(lambda count, start=start: broken if count >= start else fine, 17, 1)
        assert found == (start - 1, NumericalStatus.NOT_FINITE)
