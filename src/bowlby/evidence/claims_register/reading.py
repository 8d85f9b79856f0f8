"""What is read off simulated children: a state, a sign, an outcome, or the class a procedure gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bowlby.model.life.state import NAMES
from bowlby.model.outcomes import OUTCOMES
from bowlby.model.signs.registry import SIGNS
from bowlby.model.signs.states import SIGN_STATES


class ReadingKind(StrEnum):
    """How something is read."""

    STATE = "state"
    SIGN = "sign"
    OUTCOME = "outcome"
    CLASS = "class"


CLASSES = {
    "secure": ("B",),
    "insecure": ("A", "C", "D", "CC"),
    "avoidant": ("A",),
    "resistant": ("C",),
    "disorganized": ("D",),
    "disorganized or unclassifiable": ("D", "CC"),
}
"""Groups of classes of the Strange Situation, by what a claim calls them."""


@dataclass(frozen=True)
class Reading:
    """One thing read of each child at one age.

    Args:
        kind: how.
        name: of the state, sign or outcome, or a key of `CLASSES`.
        age: months.
    """

    kind: ReadingKind
    name: str
    age: float

    def __post_init__(self) -> None:
        """Refuse a name that nothing is called by."""
        if not _known(self.kind, self.name):
            raise ValueError(f"there is no {self.kind} {self.name!r}")

    @property
    def unit(self) -> str:
        """What a difference of two means is given in."""
        return "sd" if self.kind in (ReadingKind.STATE, ReadingKind.OUTCOME) else "share"

    def __str__(self) -> str:
        """Return what is read, in words."""
        age = f"{self.age:g} months" if self.age <= 60 else f"{self.age / 12:g} years"
        return f"{self.kind} {self.name.replace('_', ' ')} at {age}"


def _known(kind: ReadingKind, name: str) -> bool:
    match kind:
        case ReadingKind.STATE:
            return name in SIGN_STATES or name.rpartition(".")[2] in NAMES
        case ReadingKind.SIGN:
            return name in SIGNS
        case ReadingKind.OUTCOME:
            return name in OUTCOMES
        case ReadingKind.CLASS:
            return name in CLASSES


def state(name: str, age: float) -> Reading:
    """Return the reading of a state.

    Args:
        name: a variable, with "school." and the like before it for another partner, or a state that signs load on.
        age: months.

    Returns:
        The reading.

    Raises:
        ValueError: there is no such state.
    """
    return Reading(ReadingKind.STATE, name, age)


def sign(name: str, age: float = 54.0) -> Reading:
    """Return the reading of a sign: the probability that the child shows it persistently.

    Args:
        name: of the sign.
        age: months.

    Returns:
        The reading.

    Raises:
        ValueError: there is no such sign.
    """
    return Reading(ReadingKind.SIGN, name, age)


def outcome(name: str, age: float) -> Reading:
    """Return the reading of an outcome as a study would have measured it, in standard deviations of usual lives.

    Args:
        name: of the outcome.
        age: months.

    Returns:
        The reading.

    Raises:
        ValueError: there is no such outcome.
    """
    return Reading(ReadingKind.OUTCOME, name, age)


def classed(name: str, age: float = 18.0) -> Reading:
    """Return the reading of a class in a simulated, coded Strange Situation with the first caregiver.

    Args:
        name: a key of `CLASSES`.
        age: months, 9 to 24.

    Returns:
        The reading, 1 where the child is in the class, else 0.

    Raises:
        ValueError: there is no such class.
    """
    return Reading(ReadingKind.CLASS, name, age)
