"""State matching on courses worked by hand, and its chance baseline on independent courses."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bowlby.measures.dyad_states import Channel, dyad_states
from bowlby.measures.matching import DEFINITIONS, MISMATCHES, REPAIRS, SHARE, TIME_TO_REPAIR, matching, measures_of
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure, MeasureStatus

CODABLE = ["child:affect", "caregiver:affect", "gaze.partner", "look"]
Acts = list[tuple[object, ...]]


def affect(role: str, *states: tuple[float, float, float]) -> Acts:
    return [(f"{role}:affect", start, end, value) for start, end, value in states]


def measured(coded, channel: Channel = Channel.AFFECT, seed: int = 0) -> dict[str, Measure]:
    found = measures_of(coded, EpisodeRule(), "s", seed)
    return {own.name.partition(": ")[0]: own for own in found if own.name.endswith(channel)}


def by_hand(make_coded, **options):
    # child:     + 0-20          0 20-50          - 50-60
    # caregiver: + 0-10   0 10-40        + 40-60
    # match 0-10, mismatch 10-20, match 20-40, mismatch 40-60 (through the child's change at 50)
    acts = affect("child", (0, 20, 1), (20, 50, 0), (50, 60, -1))
    acts += affect("caregiver", (0, 10, 1), (10, 40, 0), (40, 60, 2))
    return make_coded(acts, codable=CODABLE, **{"observed": [(0.0, 60.0)], **options})


def test_worked_by_hand(make_coded):
    found = matching(dyad_states(by_hand(make_coded), "s", Channel.AFFECT).joint())
    assert (found.both_s, found.matched_s) == (pytest.approx(60), pytest.approx(30))
    assert (found.mismatches, found.repairs) == (2, 1)
    values = found.values()
    assert values[SHARE] == pytest.approx(0.5)
    assert values[MISMATCHES] == pytest.approx(2) and values[REPAIRS] == pytest.approx(1)
    assert values[TIME_TO_REPAIR] == pytest.approx(30)


def test_a_gap_cuts_a_mismatch_and_is_no_repair(make_coded):
    coded = by_hand(make_coded, masks=[("child:affect", 15.0, 25.0)])
    found = matching(dyad_states(coded, "s", Channel.AFFECT).joint())
    assert (found.both_s, found.matched_s) == (pytest.approx(50), pytest.approx(25))
    assert (found.mismatches, found.repairs) == (2, 0)
    uncoded = make_coded(
        affect("child", (0, 10, 1), (20, 60, 0)) + affect("caregiver", (0, 60, 0)),
        observed=[(0.0, 60.0)],
        codable=CODABLE,
    )
    found = matching(dyad_states(uncoded, "s", Channel.AFFECT).joint())
    assert (found.both_s, found.mismatches, found.repairs) == (pytest.approx(50), 1, 0)


def test_gaze_holds_in_all_codable_time(make_coded):
    acts = [("gaze.partner", 10.0, 30.0), ("look", 20.0, 60.0)]
    coded = make_coded(acts, observed=[(0.0, 60.0)], codable=CODABLE)
    found = measured(coded, Channel.GAZE)
    assert found[SHARE].estimate == pytest.approx(20 / 60)
    assert found[REPAIRS].n == 1


def courses(rng: np.random.Generator, role: str, seconds: float) -> Acts:
    edges = np.concatenate([[0.0], np.cumsum(rng.exponential(5.0, size=int(seconds)))])
    edges = np.append(edges[edges < seconds], seconds)
    return [(f"{role}:affect", a, b, float(rng.integers(-1, 2))) for a, b in itertools.pairwise(edges)]


def test_baseline_and_interval_on_independent_courses(make_coded):
    # 20 independent sessions: the mean difference from the baseline has a standard error of about .014, so that beyond
    # .06 it comes less than once in 10,000 runs; of 20 intervals at 90 % coverage or more, 12 or fewer hold the
    # baseline with probability < .1 %
    rng = np.random.default_rng(2)
    differences, held = [], 0
    for _ in range(20):
        acts = courses(rng, "child", 600) + courses(rng, "caregiver", 600)
        share = measured(make_coded(acts, codable=CODABLE))[SHARE]
        assert share.estimate is not None and share.baseline is not None
        assert share.low is not None and share.high is not None
        differences.append(share.estimate - share.baseline)
        held += share.low <= share.baseline <= share.high
    assert abs(np.mean(differences)) < 0.06
    assert held > 12


def test_coupled_courses_match_beyond_their_baseline(make_coded):
    child = courses(np.random.default_rng(3), "child", 600)
    echo = [("caregiver:affect", a + 0.5, b + 0.5, v) for _, a, b, v in child[:-1]]
    share = measured(make_coded(child + echo, codable=CODABLE))[SHARE]
    assert share.low is not None and share.baseline is not None and share.low > share.baseline + 0.3


def test_nothing_to_compare_is_said(make_coded):
    assert measured(make_coded([], codable=CODABLE))[SHARE].status is MeasureStatus.TOO_FEW
    silent = measured(make_coded([], codable=["child:affect"]))
    assert {own.status for own in silent.values()} == {MeasureStatus.NOT_ASSESSABLE}
    always = affect("child", (0, 60, 0)) + affect("caregiver", (0, 60, 0))
    found = measured(make_coded(always, observed=[(0.0, 60.0)], codable=CODABLE))
    assert found[SHARE].estimate == 1.0 and found[TIME_TO_REPAIR].status is MeasureStatus.TOO_FEW


def test_every_measure_is_defined_and_repeatable(make_coded):
    coded = by_hand(make_coded)
    assert set(measured(coded)) == set(DEFINITIONS)
    assert measured(coded, seed=5) == measured(coded, seed=5)
