"""School and later life: each history at home by each kind of teacher, to a partner at twenty-five."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bowlby.lives.arm_lives import ArmLives, ArmRuns, RunMonitor
from bowlby.model.life.exposures import exposure
from bowlby.model.life.partners import meet
from bowlby.model.life.state import NAMES as OWN_STATES
from bowlby.model.life.state import from_leaves
from bowlby.model.life.traits import Constants
from bowlby.model.outcomes import OUTCOMES
from bowlby.model.registry import CONSTANTS
from bowlby.simulation.life_course import END, STANDARD, life_course
from bowlby.simulation.named_care import FamilyChildren, homes_under
from bowlby.simulation.outcomes import children_at_age, measure
from bowlby.web.lessons.cares import CARES, SEED

CHILDREN = 512
STAYS = 0.1
"""Withdrawal of a partner whom acting out does not keep at a distance: a caregiver's; a teacher's is 4."""

_TEACHERS = tuple(post.name for post in STANDARD if post.place == "school")
_KIND = {**exposure("sensitive").setting(), "withdrawal": STAYS}


@dataclass(frozen=True)
class Teacher:
    """A kind of teacher, from preschool on.

    Args:
        key: short.
        name: on the page.
        traits: that differ from a usual teacher's.
    """

    key: str
    name: str
    traits: Mapping[str, float]


TEACHERS: tuple[Teacher, ...] = (
    Teacher("withdraws", "A teacher who withdraws from a child that acts out, as usual teachers do here", {}),
    Teacher("stays", "A usual teacher who stays when the child acts out", {"withdrawal": STAYS}),
    Teacher("kind", "A kind teacher who stays: soon, warm, to the need", _KIND),
)


@dataclass(frozen=True)
class Look:
    """One thing that is looked at.

    Args:
        key: short.
        label: on the page.
        group: heading.
        source: outcome of the model, or a state with its place before it.
        months: when.
        better: 1 where more is better for the child, -1 where less is, 0 where neither.
    """

    key: str
    label: str
    group: str
    source: str
    months: float
    better: float


LOOKS: tuple[Look, ...] = (
    Look("trust", "comfort expected of the teacher", "With the teacher, 4½ years", "school.relief_express", 54.0, 1.0),
    Look(
        "closeness", "closeness, as the teacher rates it", "With the teacher, 4½ years", "teacher closeness", 54.0, 1.0
    ),
    Look("conflict", "conflict, as the teacher rates it", "With the teacher, 4½ years", "teacher conflict", 54.0, -1.0),
    Look("acting_out", "acting out", "In class, 6½ years", "externalizing", 78.0, -1.0),
    Look("worry", "worry and withdrawal", "In class, 6½ years", "internalizing", 78.0, -1.0),
    Look("engagement", "joins in", "In class, 6½ years", "school engagement", 78.0, 1.0),
    Look("learning", "adjusts and learns", "In class, 6½ years", "school adjustment", 78.0, 1.0),
    Look("friends", "gets on with friends", "With friends, 6½ years", "peer competence", 78.0, 1.0),
    Look("adults", "comfort expected of adults in general", "With friends, 6½ years", "adults_relief", 78.0, 1.0),
    Look("adult_anxiety", "anxiety in close bonds, 1 to 7", "With a partner, 25 years", "adult anxiety", 300.0, -1.0),
    Look(
        "adult_avoidance",
        "avoidance in close bonds, 1 to 7",
        "With a partner, 25 years",
        "adult avoidance",
        300.0,
        -1.0,
    ),
    Look("intimacy", "intimacy", "With a partner, 25 years", "intimacy", 300.0, 1.0),
)

STRANGER, FRIEND = 36.0, 48.0
_AGES = tuple(sorted({look.months for look in LOOKS} | {STRANGER, FRIEND}))


def school() -> dict[str, object]:
    """Return what becomes of the children, lived now.

    Returns:
        Plain values: each look by teacher and history, and what children with a usual teacher expect of those who are
        new to them.
    """
    lives = {(care, teacher.key): _lived(care, teacher) for care in CARES for teacher in TEACHERS}
    return {
        "children": CHILDREN,
        "looks": [
            {
                "key": look.key,
                "values": {f"{care}/{key}": _spread(_read(one, look)) for (care, key), one in lives.items()},
            }
            for look in LOOKS
        ],
        "new": {care: _new(lives[care, "withdraws"]) for care in CARES},
    }


def _lived(care: str, teacher: Teacher) -> ArmLives:
    numbers = np.arange(CHILDREN, dtype=np.uint32)
    homes = homes_under(CARES[care].exposure, FamilyChildren(numbers, SEED), END)
    company = {post: dict(teacher.traits) for post in _TEACHERS} if teacher.traits else {}
    return ArmRuns(None, RunMonitor(), 1).live(life_course(CHILDREN, homes, seed=SEED, company=company, trace_at=_AGES))


def _at(one: ArmLives, months: float) -> tuple[float, np.ndarray]:
    return months, min(one.traces, key=lambda trace: abs(trace[0] - months))[1]


def _read(one: ArmLives, look: Look) -> np.ndarray:
    stage = children_at_age(one.result, _at(one, look.months))
    if look.source in OUTCOMES:
        return measure(stage, [look.source], seed=SEED)[look.source]
    return np.asarray(stage.states[look.source], float)


def _spread(values: np.ndarray) -> dict[str, float]:
    fine = values[np.isfinite(values)]
    low, high = np.percentile(fine, (25, 75))
    return {name: round(float(value), 3) for name, value in (("mean", fine.mean()), ("low", low), ("high", high))}


def _new(one: ArmLives) -> dict[str, dict[str, dict[str, float]]]:
    """Return what a child expects of a stranger at three, of its teacher and of its friends a year later."""
    states = children_at_age(one.result, _at(one, STRANGER)).states
    known = from_leaves([states[name] for name in OWN_STATES])
    stranger = meet(Constants(*(np.float64(entry.default) for entry in CONSTANTS)), known).child
    later = children_at_age(one.result, _at(one, FRIEND)).states
    return {
        "stranger": {
            "comfort": _spread(np.asarray(stranger.relief_express, float)),
            "threat": _spread(np.asarray(stranger.threat_unprovoked, float)),
        },
        **{
            place: {
                "comfort": _spread(np.asarray(later[f"{slot}.relief_express"], float)),
                "threat": _spread(np.asarray(later[f"{slot}.threat_unprovoked"], float)),
            }
            for place, slot in (("teacher", "school"), ("friend", "peer"))
        },
    }
