"""The state-space grid on a course worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.measures.dyad_states import Channel, dyad_states
from bowlby.measures.grid import (
    CELLS,
    DEFINITIONS,
    DISPERSION,
    DWELL,
    RETURN,
    TRANSITIONS,
    VISIT,
    dispersion,
    grid,
    measures_of,
)
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure, MeasureStatus

CODABLE = ["child:affect", "caregiver:affect"]
NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2


def affect(role: str, *states: tuple[float, float, float]) -> list[tuple[object, ...]]:
    return [(f"{role}:affect", start, end, value) for start, end, value in states]


def by_hand(make_coded, **options):
    # cells (child, caregiver): (0, 0) 0-30, (0, +) 30-40, (+, +) 40-50, (0, +) 50-55, (0, 0) 55-60
    acts = affect("child", (0, 40, 0), (40, 50, 1), (50, 60, 0))
    acts += affect("caregiver", (0, 30, 0), (30, 55, 1), (55, 60, 0))
    return make_coded(acts, codable=CODABLE, **{"observed": [(0.0, 60.0)], **options})


def measured(coded) -> dict[str, Measure]:
    found = measures_of(coded, EpisodeRule(), "s", 0)
    return {own.name.partition(": ")[0]: own for own in found if own.name.endswith(Channel.AFFECT)}


def test_worked_by_hand(make_coded):
    found = grid(dyad_states(by_hand(make_coded), "s", Channel.AFFECT).joint(), 3)
    expected = np.zeros((3, 3))
    expected[NEUTRAL, NEUTRAL], expected[NEUTRAL, POSITIVE], expected[POSITIVE, POSITIVE] = 35, 15, 10
    assert found.seconds == pytest.approx(expected)
    assert found.visits[NEUTRAL, POSITIVE] == 2 and found.visits.sum() == 5
    assert found.attractor == (NEUTRAL, NEUTRAL)
    assert found.returns_s.tolist() == pytest.approx([25.0])
    values = found.values()
    shares = (35 / 60) ** 2 + (15 / 60) ** 2 + (10 / 60) ** 2
    assert values[DISPERSION] == pytest.approx(1 - (9 * shares - 1) / 8)
    assert values[TRANSITIONS] == pytest.approx(4) and values[CELLS] == 3
    assert values[VISIT] == pytest.approx(12) and values[DWELL] == pytest.approx(35 / 60)
    assert values[RETURN] == pytest.approx(25)


def test_dispersion_runs_from_one_cell_to_all():
    assert dispersion(np.array([7.0, 0, 0, 0])) == pytest.approx(0)
    assert dispersion(np.full(9, 3.0)) == pytest.approx(1)


def test_a_gap_is_no_transition_and_no_return(make_coded):
    found = grid(dyad_states(by_hand(make_coded, masks=[("child:affect", 42.0, 44.0)]), "s", Channel.AFFECT).joint(), 3)
    assert found.transitions == 4 and found.visits.sum() == 6
    assert len(found.returns_s) == 0


def test_measures_name_the_attractor_and_carry_intervals_and_baselines(make_coded):
    found = measured(by_hand(make_coded))
    assert set(found) == set(DEFINITIONS)
    assert "child neutral, caregiver neutral" in found[DWELL].note
    for name in (DISPERSION, TRANSITIONS, VISIT, DWELL):
        own = found[name]
        assert own.low is not None and own.high is not None and own.estimate is not None and own.baseline is not None
        assert own.low <= own.estimate <= own.high
    assert found[CELLS].low is None and found[CELLS].denominator == 9


def test_nothing_to_compare_is_said(make_coded):
    assert measured(make_coded([], codable=["child:affect"]))[DWELL].status is MeasureStatus.NOT_ASSESSABLE
    assert measured(make_coded([], codable=CODABLE))[DWELL].status is MeasureStatus.TOO_FEW
    still = affect("child", (0, 60, 0)) + affect("caregiver", (0, 60, 0))
    found = measured(make_coded(still, observed=[(0.0, 60.0)], codable=CODABLE))
    assert found[RETURN].status is MeasureStatus.TOO_FEW and found[DISPERSION].estimate == pytest.approx(0)
