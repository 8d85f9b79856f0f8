"""A life has the company that its age brings, and what differs is what was asked to differ."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.model.life.roles import ROLES, Role
from bowlby.simulate.life_course import END, STANDARD, Home, life_course


def test_posts_of_one_place_follow_one_another():
    for place in {post.place for post in STANDARD}:
        posts = sorted((post for post in STANDARD if post.place == place), key=lambda post: post.start)
        assert all(one.until <= other.start for one, other in pairwise(posts))
    assert len({post.person for post in STANDARD}) == len(STANDARD)


def test_who_is_there_at_each_age():
    design = life_course(2, (Home(END),))
    there = {age: set(design.care_at(age).others) for age in (12.0, 48.0, 100.0, 250.0)}
    assert there == {
        12.0: {"second"},
        48.0: {"second", "school", "peer"},
        100.0: {"second", "school", "peer"},
        250.0: {"peer", "partner"},
    }
    teachers = {design.care_at(age).others["school"].person for age in (48.0, 66.0, 78.0, 100.0, 150.0)}
    assert len(teachers) == 5


def test_a_home_that_changes_cuts_the_course():
    homes = (Home(20.0, {"warmth": 0.2}), Home(50.0, {"warmth": 0.9}, person=7))
    design = life_course(2, homes)
    assert [care.until for care in design.care] == [20.0, 36.0, 50.0]
    assert [care.person for care in design.care] == [0, 7, 7]
    assert design.care[0].setting == {"warmth": 0.2}


def test_one_person_can_be_made_different_or_left_out():
    design = life_course(
        2, (Home(70.0),), company={"preschool teacher": {"warmth": 0.95}}, without=("preschool peers",)
    )
    teacher = design.care_at(40.0).others["school"].setting
    assert teacher["warmth"] == 0.95
    assert teacher["withdrawal"] == ROLES[Role.TEACHER]["withdrawal"]
    assert "peer" not in design.care_at(40.0).others
    assert design.care_at(66.0).others["school"].setting == dict(ROLES[Role.TEACHER])
    each = life_course(2, (Home(70.0),), company={"preschool teacher": {"warmth": np.array([0.2, 0.9])}})
    assert each.care_at(40.0).others["school"].setting["warmth"][1] == 0.9


@pytest.mark.parametrize("wrong", [{"company": {"aunt": {}}}, {"without": ("aunt",)}])
def test_unknown_people_are_refused(wrong: dict[str, object]):
    with pytest.raises(InputError, match="no such person"):
        life_course(2, (Home(70.0),), **wrong)


def test_a_life_without_a_home_is_refused():
    with pytest.raises(InputError, match="home"):
        life_course(2, ())
