"""Names of columns that R, SPSS and Python take, always the same for the same measure."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from bowlby.errors import InputError
from bowlby.measures.definitions import definition_of
from bowlby.measures.value import MeasureStatus

LONGEST = 52
"""Characters of a variable without its ending: SPSS takes 64 bytes, and `_miss` and `_p_above` are put behind."""
_ACTORS = {"caregiver": "cg", "child": "ch", "dyad": "dy"}


class Missing(IntEnum):
    """Why a number is missing, or what it has to be read with; the code that stands in the tables."""

    NONE = 0
    LOWER_BOUND = 1
    WINDOW_NOT_STATED = 2
    NOT_ASSESSABLE = 11
    TOO_FEW = 12
    NOT_MEASURED = 13
    NO_SUCH_PAIR = 14

    @property
    def label(self) -> str:
        """Return the code in words, as value labels have it."""
        return _LABELS[self]


_LABELS: dict[Missing, str] = {
    Missing.NONE: "a number",
    Missing.LOWER_BOUND: "a lower bound: at least this",
    Missing.WINDOW_NOT_STATED: "a number over a window that nobody stated",
    Missing.NOT_ASSESSABLE: "not codable in this record: unknown, not zero",
    Missing.TOO_FEW: "codable, too little happened",
    Missing.NOT_MEASURED: "the file could not be measured",
    Missing.NO_SUCH_PAIR: "no row of this measure for this child",
}

CODE_OF: dict[str, Missing] = {
    str(MeasureStatus.ASSESSED): Missing.NONE,
    str(MeasureStatus.LOWER_BOUND): Missing.LOWER_BOUND,
    str(MeasureStatus.WINDOW_NOT_STATED): Missing.WINDOW_NOT_STATED,
    str(MeasureStatus.NOT_ASSESSABLE): Missing.NOT_ASSESSABLE,
    str(MeasureStatus.TOO_FEW): Missing.TOO_FEW,
}
"""The code of each status of a measure."""


@dataclass(frozen=True)
class Variable:
    """A measure of an actor as a column.

    Args:
        name: of the column.
        actor: "caregiver", "child" or "dyad".
        measure: name of the measure.
        unit: of its numbers, as the table has it.
    """

    name: str
    actor: str
    measure: str
    unit: str

    @property
    def label(self) -> str:
        """Return what it is in a few words, with its unit."""
        return f"{self.measure}, {self.actor} ({self.unit})"

    @property
    def meaning(self) -> str:
        """Return what it is in a sentence."""
        return definition_of(self.measure).meaning

    @property
    def computed(self) -> str:
        """Return how it is computed."""
        return definition_of(self.measure).formula

    @property
    def source(self) -> str:
        """Return where the formula comes from."""
        return definition_of(self.measure).source


def variable_name(actor: str, measure: str) -> str:
    """Return the column of a measure: a letter, then letters, digits and underscores, at most `LONGEST` of them.

    The name depends on nothing but actor and measure, so that it stays when others are measured beside it.

    Args:
        actor: "caregiver", "child" or "dyad".
        measure: name of the measure.

    Returns:
        The name.

    Example:
        >>> variable_name("caregiver", "share answered: distress")
        'cg_share_answered_distress'
    """
    words = re.sub(r"[^a-z0-9]+", "_", measure.lower().replace("'s ", "s ")).strip("_")
    name = f"{_ACTORS[actor]}_{words}"
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 5].rstrip('_')}_{zlib.crc32(measure.encode()) & 0xFFFF:04x}"


def variables_of(measures: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], Variable]:
    """Return the variables of measures.

    Args:
        measures: actor, name and unit of each; the first unit of a measure counts.

    Returns:
        By actor and measure, in their order.

    Raises:
        InputError: two measures would have one column.
    """
    found: dict[tuple[str, str], Variable] = {}
    taken: dict[str, str] = {}
    for actor, measure, unit in measures:
        if (actor, measure) in found:
            continue
        name = variable_name(actor, measure)
        if taken.setdefault(name, measure) != measure:
            remedy = "Report this to the developers: names must differ."
            raise InputError(
                "two measures have one column", column=name, value=f"{taken[name]}; {measure}", remedy=remedy
            )
        found[actor, measure] = Variable(name, actor, measure, unit)
    return found
