"""A staged procedure as a study scores it: played on a day of its own, coded by a person, scored and classed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures import preschool, strange_situation
from bowlby.records.identity import coded_as_itself
from bowlby.simulation.coder import OF_PROCEDURES, CoderError
from bowlby.simulation.coding import coded_record
from bowlby.simulation.engine.cohort import CohortResult
from bowlby.simulation.moments import SituationRun, play
from bowlby.simulation.procedures import PRESCHOOL, STRANGE_SITUATION, Procedure
from bowlby.simulation.visits import DEPARTURE

Floats = npt.NDArray[np.float64]
Names = npt.NDArray[np.object_]
Table = dict[str, Floats]

FOUR_WAY = ("A", "B", "C", "D")
_AGAIN = 1 << 11
"""Added to the number of a visit that is made a second time on the same day; no age of a study reaches it."""


class Occasion(IntEnum):
    """What a study visits for."""

    PROCEDURE = 0
    HOUR = 1
    STILL_FACE = 2
    SECOND = 3


def visit(
    children: CohortResult, procedure: Procedure, occasion: Occasion, *, again: bool = False, usual: bool = False
) -> SituationRun:
    """Play a situation on one day of a study: its care departs from usual care, and no other day has its chances.

    Args:
        children: with the caregiver who is watched, at the age of the visit.
        procedure: what is played.
        occasion: what for.
        again: whether it is a second visit of the same day, before which nothing of the first was learned.
        usual: whether care is usual care itself.

    Returns:
        What could be seen.

    Raises:
        InputError: the situation is not meant for this age.
    """
    number = len(Occasion) * round(children.design.until) + occasion + _AGAIN * again
    return play(children, procedure, session=number, departure=0.0 if usual else DEPARTURE)


def procedure_at(age: float) -> Procedure:
    """Return the procedure in which children of an age are classed.

    Args:
        age: months.

    Returns:
        The Strange Situation up to its oldest age, the preschool procedure after.
    """
    return STRANGE_SITUATION if age <= STRANGE_SITUATION.ages[1] else PRESCHOOL


def scores(played: SituationRun, error: CoderError = OF_PROCEDURES, coder: str = "a") -> pl.DataFrame:
    """Return the scales that follow from what a coder coded of a procedure.

    Args:
        played: the procedure.
        error: of the coder.
        coder: its name; another name is another coder.

    Returns:
        Columns of `strange_situation.scales` or `preschool.scales`, a row a child.
    """
    coded = coded_as_itself(coded_record(played, error, coder, {}))
    return (strange_situation if played.procedure is STRANGE_SITUATION else preschool).scales(coded)


def four_way_class(played: SituationRun, error: CoderError = OF_PROCEDURES, coder: str = "a") -> Floats:
    """Return the place in `FOUR_WAY` of each child's class; those who fit none stand with D.

    Args:
        played: the procedure.
        error: of the coder.
        coder: its name.

    Returns:
        Shape (children,), NaN where the record gives no class.
    """
    scored = scores(played, error, coder)
    return (infant_classes if played.procedure is STRANGE_SITUATION else preschool_classes)(scored)["four-way class"]


def infant_classes(scored: pl.DataFrame) -> Table:
    """Return the variables of the Strange Situation's classes, from its scales.

    Args:
        scored: a row a child.

    Returns:
        Each variable of the vocabulary that a class decides, shape (children,).
    """
    classes = strange_situation.classify(scored)
    named = classes["class"].to_numpy().astype(object)
    forced = classes.select(pl.coalesce("second", "class"))["second"].to_numpy().astype(object)
    organized = np.isin(forced.astype(str), ("A", "B", "C"))
    table = {
        "secure": _is(named, "B"),
        "insecure": _is(named, "A", "C", "D", "CC"),
        "avoidant": _is(named, "A"),
        "resistant": _is(named, "C"),
        "disorganized": _is(named, "D"),
        "cannot classify": _is(named, "CC"),
        "disorganized or cannot classify": _is(named, "D", "CC"),
        "organized insecure": _is(named, "A", "C"),
        "insecure-other": np.full(len(named), np.nan),
        "four-way class": _numbers(named, _PLACE | {"CC": _PLACE["D"]}),
    }
    ways = {"secure, forced": "B", "avoidant, forced": "A", "resistant, forced": "C"}
    return table | {name: np.where(organized, _is(forced, one), np.nan) for name, one in ways.items()}


def preschool_classes(scored: pl.DataFrame) -> Table:
    """Return the variables of the preschool procedure's classes, from its scales.

    Args:
        scored: a row a child.

    Returns:
        Each variable of the vocabulary that a class decides, shape (children,).
    """
    classes = preschool.classify(scored)
    named = classes["class"].to_numpy().astype(object)
    unknown = np.full(len(named), np.nan)
    return {
        "secure": _is(named, "secure"),
        "insecure": _is(named, "avoidant", "dependent", "controlling", "insecure-other"),
        "avoidant": _is(named, "avoidant"),
        "resistant": _is(named, "dependent"),
        "disorganized": _is(named, "controlling", "insecure-other"),
        "cannot classify": unknown,
        "disorganized or cannot classify": _is(named, "controlling", "insecure-other"),
        "organized insecure": _is(named, "avoidant", "dependent"),
        "insecure-other": _is(named, "insecure-other"),
        "four-way class": _numbers(classes["four_way"].to_numpy().astype(object), _PLACE),
        "secure, forced": unknown,
        "avoidant, forced": unknown,
        "resistant, forced": unknown,
    }


_PLACE = {name: float(place) for place, name in enumerate(FOUR_WAY)}


def _is(values: Names, *names: str) -> Floats:
    unknown = np.array([value is None for value in values])
    return np.where(unknown, np.nan, np.isin(values.astype(str), names).astype(float))


def _numbers(values: Names, places: Mapping[str, float]) -> Floats:
    return np.array([np.nan if value is None else places[value] for value in values])
