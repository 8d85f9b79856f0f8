"""School and later life: each history at home by each kind of teacher, to a partner at 25."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from bowlby.web.endpoint import Endpoint, EndpointAnswer, EndpointCall
from bowlby.web.lessons.cares import CARES
from bowlby.web.lessons.result import lessons
from bowlby.web.lessons.school import LOOKS, TEACHERS
from bowlby.web.school import beside_published, kind_teacher, unit_of, values_of


class Schooled(EndpointAnswer):
    """What becomes of the children."""

    histories: dict[str, str]
    teachers: dict[str, str]
    looks: list[dict[str, Any]] = Field(description="Mean and middle half by history/teacher.")
    new: dict[str, Any] = Field(description="What is expected of a stranger, a teacher and friends, by history.")
    says: list[str]
    published: list[dict[str, Any]]
    children: int
    seed: int


def schooled() -> Schooled:
    """Return what the page shows.

    Returns:
        The object of the API.
    """
    found = lessons()
    return Schooled(
        histories={key: care.name for key, care in CARES.items()},
        teachers={one.key: one.name for one in TEACHERS},
        looks=[
            {
                "key": look.key,
                "label": look.label,
                "group": look.group,
                "months": look.months,
                "unit": unit_of(look),
                "values": values_of(look),
            }
            for look in LOOKS
        ],
        new=found["school"]["new"],
        says=list(kind_teacher()),
        published=beside_published(),
        children=found["school"]["children"],
        seed=found["seed"],
    )


def _school(call: EndpointCall) -> Schooled:
    del call
    return schooled()


ENDPOINTS: tuple[Endpoint, ...] = (Endpoint("GET", "/school", "School and later life.", _school, Schooled),)
