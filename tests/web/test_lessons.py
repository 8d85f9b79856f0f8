"""The numbers of the teaching pages: what the model gives now, one moment, one day, the axis of months."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.model.life.learning import Belief, updated
from bowlby.web.course import course
from bowlby.web.lessons.cares import CARES
from bowlby.web.lessons.day import cry, days
from bowlby.web.lessons.months import days_drawn, months
from bowlby.web.lessons.result import REMAKE, lessons

NEARLY = 5e-3
"""Medians of 64 lives in single precision over 13,000 episodes differ between machines in their last digits."""


def test_the_shipped_cry_and_days_are_what_the_model_gives():
    assert lessons()["cry"] == cry(), f"make them anew: {REMAKE}"
    assert lessons()["days"] == days(), f"make them anew: {REMAKE}"


def test_one_cry_moves_the_expectation_by_the_rule_of_the_model():
    for branch in ("answered", "not answered"):
        bid = lessons()["cry"][branch]
        after = updated(
            Belief(np.float64(bid["relief_before"]), np.float64(bid["evidence_before"])),
            np.float64(bid["relief"]),
            np.float64(bid["weight"]),
            np.float64(0.0),
        )
        # Without what it made obsolete the evidence is larger, and the step smaller, by less than a tenth.
        assert after.mean - bid["relief_before"] == pytest.approx(bid["relief_after"] - bid["relief_before"], rel=0.1)


def test_the_two_branches_differ_by_the_answer_alone():
    came, none = (lessons()["cry"][branch] for branch in ("answered", "not answered"))
    same = ("level", "need", "relief_before", "evidence_before", "threat_before")
    assert [came[key] for key in same] == [none[key] for key in same]
    assert (
        came["answered"]
        and not none["answered"]
        and came["relief_after"] > came["relief_before"] > none["relief_after"]
    )


def test_a_day_holds_the_same_needs_under_every_kind_of_care():
    shipped = lessons()["days"]
    assert set(shipped) == set(CARES)
    needs = {key: [bid["need"] for bid in bids] for key, bids in shipped.items()}
    assert all(len(row) == 12 and row == needs["secure"] for row in needs.values())


@pytest.mark.slow
def test_the_shipped_months_are_what_the_model_gives():
    fresh = months()
    for key in CARES:
        for name, rows in lessons()["months"]["cares"][key].items():
            assert np.allclose(rows, fresh["cares"][key][name], atol=NEARLY), (key, name, REMAKE)


@pytest.mark.slow
def test_story_and_explore_show_the_same_children():
    at_three = {key: lessons()["months"]["cares"][key]["comfort_expectation"][-1][1] for key in CARES}
    for key, care in CARES.items():
        assert at_three[key] == pytest.approx(course(care.exposure).quartiles["comfort_expectation"][-1, 1], abs=NEARLY)


def test_the_axis_of_months_gives_the_first_weeks_the_room_that_learning_needs():
    found = lessons()["months"]
    assert np.allclose(found["days"], days_drawn(), atol=0.01)
    assert sum(day < 30 for day in found["days"]) >= 10
