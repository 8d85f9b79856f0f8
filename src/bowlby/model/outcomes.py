"""What is measured of a life: outcomes of school, friendship and adulthood as readings of what a child carries.

An outcome is a weighted sum of the child's states, in standard deviations of a reference population. Its residual is
what this model does not speak of (genes, schooling, poverty, chance) and what an informant alone sees; residuals go
together by a factor of the child and by factors of the informants. What a study sees has error on top.
Nothing here is an instrument: names say what is meant, and instruments that measure something like it are only named.
`outcomes.toml` beside this module is the one home of every number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from bowlby.errors import InputError, suggestion
from bowlby.model.parameter import Basis
from bowlby.model.registry import data

_LACK = "(1 - "


class Valence(StrEnum):
    """What more of an outcome means for the child."""

    PROBLEM = "problem"
    COMPETENCE = "competence"
    NEITHER = "neither"

    @property
    def sign(self) -> int:
        """With which residuals of outcomes go together."""
        return {Valence.PROBLEM: -1, Valence.COMPETENCE: 1, Valence.NEITHER: 0}[self]


@dataclass(frozen=True)
class OutcomeConstant:
    """A share of residuals.

    Args:
        value: 0 to 1.
        meaning: one sentence.
        source: where it comes from.
        basis: measured, calibrated or assumed.
    """

    value: float
    meaning: str
    source: str
    basis: Basis = Basis.ASSUMED


@dataclass(frozen=True)
class ResidualShares:
    """How residuals go together; all 0 makes them independent of each other and the same for every informant.

    Args:
        informant: of the residual, the share that one untrained informant sees and another does not.
        child: of what informants agree on, the share that is common to a child's outcomes.
        halo: of what one informant alone sees, the share that is common to the outcomes which that one reports.
    """

    informant: float
    child: float
    halo: float


@dataclass(frozen=True)
class ReportWeights:
    """Weights of the parts of a residual in a report, of unit variance together.

    Args:
        agreed: of what every informant sees.
        views: of what each informant alone sees.
    """

    agreed: float
    views: Mapping[str, float]


@dataclass(frozen=True)
class StateFactor:
    """One factor of a loading: a state, or what it lacks of 1.

    Args:
        state: name of the variable.
        lack: whether 1 less the state counts.
    """

    state: str
    lack: bool = False


@dataclass(frozen=True)
class Outcome:
    """One outcome.

    Args:
        name: key.
        meaning: one sentence.
        kind: a problem, a competence or neither.
        informant: who is asked or watches; "or" between those who may stand for each other, "and" between reports
            that are averaged.
        ages: months between which it has a meaning.
        loadings: weight of each state or product of states, in reference standard deviations; "school." and the like
            name a partner's place.
        explained: share of its variance in the reference population that these states carry.
        reliability: share of the measured variance that is not error.
        source: of loadings and numbers.
        unit: "1" for a standard score, else the scale's name.
        centre: mean of the measured scale in the reference population.
        spread: its standard deviation there.
        basis: measured, calibrated or assumed.
    """

    name: str
    meaning: str
    kind: Valence
    informant: str
    ages: tuple[float, float]
    loadings: Mapping[str, float]
    explained: float
    reliability: float
    source: str
    unit: str = "1"
    centre: float = 0.0
    spread: float = 1.0
    basis: Basis = Basis.ASSUMED

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Names of the states that it is read off."""
        return tuple(dict.fromkeys(factor.state for text in self.loadings for factor in factors(text)))

    @cached_property
    def reports(self) -> tuple[tuple[str, ...], ...]:
        """Who may report, the usual one first; informants of one report are averaged."""
        return tuple(tuple(one.split(" and ")) for one in self.informant.split(" or "))


def factors(loading: str) -> tuple[StateFactor, ...]:
    """Return the factors of a loading, such as "a * (1 - b)".

    Args:
        loading: a state or a product.

    Returns:
        Its factors in order.
    """
    parts = loading.split(" * ")
    return tuple(
        StateFactor(part[len(_LACK) : -1], lack=True) if part.startswith(_LACK) else StateFactor(part) for part in parts
    )


def report_weights(informants: tuple[str, ...], shares: ResidualShares) -> ReportWeights:
    """Return the weights of agreement and of each informant's own view in the mean of their reports.

    One untrained informant sees sqrt(1 - h) agreed + sqrt(h) own with h the informant's share, everyone else what is
    agreed; the mean is brought back to unit variance.

    Args:
        informants: whose reports are averaged.
        shares: of residuals.

    Returns:
        The weights.
    """
    own = {one: math.sqrt(shares.informant) for one in informants if one in VIEWS}
    agreed = sum(math.sqrt(1.0 - own.get(one, 0.0) ** 2) for one in informants)  # (E154) derived
    size = math.sqrt(agreed**2 + sum(weight**2 for weight in own.values()))  # (E154) derived
    return ReportWeights(agreed / size, {one: weight / size for one, weight in own.items()})


def _outcome(name: str, row: Mapping[str, Any]) -> Outcome:
    low, high = row["months"]
    rest = {key: value for key, value in row.items() if key not in {"months", "kind", "loadings", "basis"}}
    return Outcome(
        name=name,
        kind=Valence(row["kind"]),
        ages=(float(low), float(high)),
        loadings=MappingProxyType(row["loadings"]),
        basis=Basis(row.get("basis", Basis.ASSUMED)),
        **rest,
    )


def _constant(row: Mapping[str, Any]) -> OutcomeConstant:
    basis = Basis(row.get("basis", Basis.ASSUMED))
    return OutcomeConstant(row["value"], row["meaning"], row["source"], basis)


_DATA = data("outcomes.toml")
OUTCOMES: Mapping[str, Outcome] = MappingProxyType(
    {name: _outcome(name, row) for name, row in _DATA["outcome"].items()}
)
OUTCOME_CONSTANTS: Mapping[str, OutcomeConstant] = MappingProxyType(
    {name: _constant(row) for name, row in _DATA["share"].items()}
)
RESIDUAL_SHARES = ResidualShares(**{name: entry.value for name, entry in OUTCOME_CONSTANTS.items()})
"""How residuals go together."""
VIEWS: Mapping[str, str] = MappingProxyType(_DATA["view"])
"""Who has a view of its own, and the place of the life course in which that is another person after each turn."""


def outcome(name: str) -> Outcome:
    """Return an outcome by name.

    Args:
        name: one of `OUTCOMES`; hyphens and underscores count as spaces.

    Returns:
        The outcome.

    Raises:
        InputError: there is none of that name; the nearest is suggested.
    """
    plain = name.strip().lower().replace("-", " ").replace("_", " ")
    if plain in OUTCOMES:
        return OUTCOMES[plain]
    remedy = f"{suggestion(plain, OUTCOMES)}Known: {', '.join(OUTCOMES)}."
    raise InputError("there is no such outcome", column="outcome", value=name, remedy=remedy)
