"""A life has the company that its age brings, and what differs is what was asked to differ."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.model.life.dimensions import RESIDUAL
from bowlby.model.life.roles import ROLES, PartnerRole
from bowlby.model.registry import REGISTRY
from bowlby.simulation.home import HomeCare
from bowlby.simulation.life_course import END, STANDARD, life_course
from bowlby.simulation.population import population


def test_posts_of_one_place_follow_one_another():
    for place in {post.place for post in STANDARD}:
        posts = sorted((post for post in STANDARD if post.place == place), key=lambda post: post.start)
        assert all(one.until <= other.start for one, other in pairwise(posts))
    assert len({post.person for post in STANDARD}) == len(STANDARD)


def test_who_is_there_at_each_age():
    design = life_course(2, (HomeCare(END),))
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
    homes = (HomeCare(20.0, {"warmth": 0.2}), HomeCare(50.0, {"warmth": 0.9}, person=7))
    design = life_course(2, homes)
    assert [care.until for care in design.care] == [20.0, 36.0, 50.0]
    assert [care.person for care in design.care] == [0, 7, 7]
    assert design.care[0].setting == {"warmth": 0.2}


def test_one_person_can_be_made_different_or_left_out():
    design = life_course(
        2, (HomeCare(70.0),), company={"preschool teacher": {"warmth": 0.95}}, without=("preschool peers",)
    )
    teacher = design.care_at(40.0).others["school"].setting
    assert _beyond_a_usual_one(teacher, "warmth") == pytest.approx(REGISTRY["warmth"].free(0.95) - _usual("warmth"))
    withdrawal = REGISTRY["withdrawal"].free(ROLES[PartnerRole.TEACHER]["withdrawal"]) - _usual("withdrawal")
    assert _beyond_a_usual_one(teacher, "withdrawal") == pytest.approx(withdrawal)
    assert "peer" not in design.care_at(40.0).others
    plain = life_course(2, (HomeCare(70.0),)).care_at(40.0).others["school"].setting
    assert _beyond_a_usual_one(plain, "warmth") == pytest.approx(0.0)
    each = life_course(2, (HomeCare(70.0),), company={"preschool teacher": {"warmth": np.array([0.2, 0.9])}})
    apart = np.diff(_beyond_a_usual_one(each.care_at(40.0).others["school"].setting, "warmth"))
    assert apart == pytest.approx(REGISTRY["warmth"].free(0.9) - REGISTRY["warmth"].free(0.2))


def _usual(name: str) -> float:
    return REGISTRY[name].free(REGISTRY[name].default)


def _beyond_a_usual_one(teacher, name: str) -> np.ndarray:
    """Return how far each child's preschool teacher lies beyond the low-risk person that it was drawn as."""
    person = population("low-risk").setting(np.arange(2, dtype=np.uint32), 0, person=11)
    own = np.broadcast_to(person.get(name, REGISTRY[name].default), (2,))
    return np.array([REGISTRY[name].free(float(one)) for one in np.broadcast_to(teacher.get(name, own), (2,))]) - [
        REGISTRY[name].free(float(one)) for one in own
    ]


def test_persons_outside_home_are_low_risk_ones_and_the_second_caregiver_is_not_drawn_from_the_fit():
    others = life_course(500, (HomeCare(70.0),)).care_at(40.0).others
    assert others["second"].setting == dict(ROLES[PartnerRole.SECOND]) and others["second"].spread == 1.0
    for place in ("school", "peer"):
        assert np.ptp(others[place].setting["answer_base"]) > 0.1
        assert others[place].spread == RESIDUAL
    assert not np.allclose(np.diff(others["school"].setting["holding"]), np.diff(others["peer"].setting["holding"]))


def test_children_by_number_have_the_company_of_their_numbers():
    few = life_course(np.array([3, 400], np.uint32), (HomeCare(70.0),)).care_at(40.0).others["school"].setting
    every = life_course(500, (HomeCare(70.0),)).care_at(40.0).others["school"].setting
    assert all(np.array_equal(few[name], np.asarray(every[name])[[3, 400]]) for name in few if np.ndim(few[name]))


@pytest.mark.parametrize("wrong", [{"company": {"aunt": {}}}, {"without": ("aunt",)}])
def test_unknown_people_are_refused(wrong: dict[str, object]):
    with pytest.raises(InputError, match="no such person"):
        life_course(2, (HomeCare(70.0),), **wrong)


def test_a_life_without_a_home_is_refused():
    with pytest.raises(InputError, match="home"):
        life_course(2, ())
