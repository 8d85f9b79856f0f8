"""What a sign is: in plain words, with what it loads on, where it shows and what else it can mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from bowlby.model.parameter import Basis
from bowlby.model.signs.accuracy import GENERAL_SPREAD


class Family(StrEnum):
    """The states that a sign says most about; it says nothing of how they came about."""

    THREAT = "expecting threat"
    LITTLE = "expecting little"
    SHARED = "shared"


class Setting(StrEnum):
    """Where a child is seen."""

    HOME = "home"
    PRESCHOOL = "preschool"
    VISIT = "visit"
    STRANGERS = "strangers"


@dataclass(frozen=True)
class Loading:
    """How a sign depends on a state.

    Args:
        state: name of the state.
        effect: path from the state's normal score to the liability to show the sign, a standardised coefficient r.
        basis: measured where the size is that of a cited estimate for a neighbouring relation, else assumed.
        source: where direction, and size if measured, come from.
    """

    state: str
    effect: float
    basis: Basis
    source: str


@dataclass(frozen=True)
class Sign:
    """One sign.

    Args:
        name: key in files and JSON.
        family: the states that it says most about.
        description: what is seen, in plain words.
        ages: from and to, months.
        settings: where it can show, the most usual first.
        base_rate: share of children of the reference population who show it persistently.
        base_source: of the base rate.
        loadings: on states.
        what_else: other things this behaviour can mean.
        helps: what helps whatever the cause.
        note: anything that must be said with it.
    """

    name: str
    family: Family
    description: str
    ages: tuple[float, float]
    settings: tuple[Setting, ...]
    base_rate: float
    base_source: str
    loadings: tuple[Loading, ...]
    what_else: tuple[str, ...]
    helps: str
    note: str = ""

    def slopes(self) -> dict[str, float]:
        """Return the loadings as log odds per standard deviation of each state.

        A sign shows where a liability sum(b z) + g + e passes a threshold, e logistic with variance pi^2/3 and g
        normal with the variance of what all signs share. With r = b / sd(liability) and states taken as uncorrelated,
        b = r sqrt((pi^2/3 + s_g^2) / (1 - sum r^2)).
        """
        rest = 1.0 - sum(loading.effect**2 for loading in self.loadings)
        scale = math.sqrt((math.pi**2 / 3.0 + GENERAL_SPREAD**2) / rest)
        return {loading.state: loading.effect * scale for loading in self.loadings}

    def shows_at(self, age: float) -> bool:
        """Return whether the sign can show at an age in months, ends included."""
        return self.ages[0] <= age <= self.ages[1]
