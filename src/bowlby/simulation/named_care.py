"""Families under named care: each drawn from a population, with what the care adds to its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bowlby.errors import InputError
from bowlby.model.life.dimensions import RESIDUAL
from bowlby.model.life.exposures import NamedCare, exposure
from bowlby.model.life.population import ORDINARY
from bowlby.model.registry import lookup
from bowlby.simulation.engine.age import parse_age
from bowlby.simulation.engine.design import Care, CohortDesign, Value, check_children
from bowlby.simulation.home import HomeCare
from bowlby.simulation.population import population

FIRST_IN_TURN = 1000
"""Number of the first person of those who give care in turn; all others have lower ones."""


@dataclass(frozen=True)
class FamilyChildren:
    """Children whose families are drawn.

    Args:
        numbers: uint32, shape (children,).
        seed: of all chances.
    """

    numbers: np.ndarray
    seed: int = 0


@dataclass(frozen=True)
class CareStage:
    """Named care until an age.

    Args:
        until: months, > 0.
        care: name of it.
        person: who gives it; another number is another family.
    """

    until: float
    care: str
    person: int = 0


def homes_under(
    care: str | NamedCare,
    children: FamilyChildren,
    until: float,
    *,
    person: int = 0,
) -> tuple[HomeCare, ...]:
    """Return care at home from birth under named care.

    Args:
        care: named care, or its name.
        children: whose families are drawn.
        until: months, > 0.
        person: whose family it is; 0 for the one a child is born into.

    Returns:
        Stretches in order of age; those of a setting outside the families' population turn at the same ages.

    Raises:
        InputError: there is no such care, or the seed has more than 64 bits.
    """
    named = exposure(care) if isinstance(care, str) else care
    if named.of_families:
        families, contrast = population(ORDINARY), {**named.contrast}
        return families.homes(children.numbers, children.seed, until, person=person, contrast=contrast)
    return _apart(named, until, person)


def _apart(named: NamedCare, until: float, person: int) -> tuple[HomeCare, ...]:
    """Return care by one person, or by several in turn, each of whom is met as one meets a stranger."""
    if named.persons == 1:
        return (HomeCare(until, named.setting(), RESIDUAL, person),)
    turns = math.ceil(until / named.months_with_one - 1e-9)
    return tuple(
        HomeCare(
            min(until, (turn + 1) * named.months_with_one),
            named.setting(),
            RESIDUAL,
            FIRST_IN_TURN + named.persons * person + turn % named.persons,
        )
        for turn in range(turns)
    )


def homes_through(stages: Sequence[CareStage], children: FamilyChildren, until: float) -> tuple[HomeCare, ...]:
    """Return homes in which named care changes with age.

    Args:
        stages: in order of age; the last goes on to the end.
        children: whose families are drawn.
        until: months, > 0.

    Returns:
        Stretches in order of age.

    Raises:
        InputError: there is no such care, or the seed has more than 64 bits.
    """
    found: list[HomeCare] = []
    for place, stage in enumerate(stages):
        start = found[-1].until if found else 0.0
        end = until if place == len(stages) - 1 else min(stage.until, until)
        own = homes_under(stage.care, children, end, person=stage.person)
        found += [home for home in own if home.until > start]
    return tuple(found)


def homes_among(
    cares: Sequence[str], place: np.ndarray, children: FamilyChildren, until: float
) -> tuple[HomeCare, ...]:
    """Return homes of children each of whom lives under one of several named cares.

    Args:
        cares: their names.
        place: which of them, shape (children,).
        children: whose families are drawn.
        until: months, > 0.

    Returns:
        Stretches in order of age.

    Raises:
        InputError: there is no such care, it is given by several persons in turn, or the seed has more than 64 bits.
    """
    for care in cares:
        if exposure(care).persons > 1:
            raise InputError(
                "care by several persons in turn is not mixed with families'",
                column="exposure",
                value=care,
                remedy="Simulate it by itself.",
            )
    kinds = [homes_under(care, children, until) for care in cares]
    ends = sorted({home.until for homes in kinds for home in homes})
    return tuple(
        HomeCare(end, _each([next(home for home in homes if home.until >= end) for homes in kinds], place), RESIDUAL)
        for end in ends
    )


def _each(homes: Sequence[HomeCare], place: np.ndarray) -> dict[str, Value]:
    names = sorted({name for home in homes for name in home.setting})

    def of(home: HomeCare, name: str) -> np.ndarray:
        return np.broadcast_to(np.asarray(home.setting.get(name, lookup(name).default), np.float64), place.shape)

    return {name: np.choose(place, [of(home, name) for home in homes]) for name in names}


def with_traits(homes: Sequence[HomeCare], traits: Mapping[str, Value]) -> tuple[HomeCare, ...]:
    """Return homes in which some traits have centres of their own and all others stay.

    Args:
        homes: stretches of care.
        traits: centres on their own scales.

    Returns:
        As many stretches.
    """
    return tuple(replace(home, setting={**home.setting, **traits}) for home in homes)


def cohort(
    name: str, children: int, until: float | str, *, seed: int = 0, trace_at: tuple[float, ...] = ()
) -> CohortDesign:
    """Return the design of a cohort under named care: low-risk families, each with the care's contrast.

    "usual" has none and is the low-risk population itself.

    Args:
        name: an exposure.
        children: how many, >= 1.
        until: age at the end, months, > 0, or as written: "18mo", "2y", "90d".
        seed: of all chances.
        trace_at: ages in months at which the state is kept.

    Returns:
        The design.

    Raises:
        InputError: unknown exposure, no children, no time, or a seed outside 64 bits.
    """
    check_children(children)
    age = parse_age(until) if isinstance(until, str) else until
    homes = homes_under(name, FamilyChildren(np.arange(children, dtype=np.uint32), seed), age)
    return CohortDesign(children, care_of(homes), seed=seed, trace_at=trace_at)


def care_of(homes: Sequence[HomeCare]) -> tuple[Care, ...]:
    """Return the same stretches for a life with one caregiver and no further company.

    Args:
        homes: stretches of care.

    Returns:
        As many.
    """
    return tuple(Care(home.until, home.setting, home.spread, home.person) for home in homes)
