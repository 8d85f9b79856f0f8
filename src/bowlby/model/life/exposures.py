"""Named care: what a name adds to a family's own care, a setting outside all families, and extremes that tests use.

A name reaches no child: the simulation reads the numbers, so that renaming changes nothing. Needs of one kind of care
are put in the field's words; none describes a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError, suggestion
from bowlby.model.life.dimensions import Dimension, along, setting, shifts
from bowlby.model.life.population import ORDINARY, population
from bowlby.model.registry import REGISTRY, data

Floats = npt.NDArray[np.float64]

AMONG = "at risk"
"""Population among whose families the percentile of named care is stated."""


@dataclass(frozen=True)
class NamedCare:
    """Care by a name: a contrast that is added to a family's own care, or a setting outside the families' population.

    Args:
        name: in the field's words.
        says: what such a caregiver does, one sentence.
        contrast: position on the dimensions beyond the family's own, unit 1; what is left out is 0.
        beyond: shifts of traits beside the dimensions, on their transformed scale.
        of_families: whether it is added to a family; else it stands by itself, from usual care.
        persons: who give it in turn, >= 1.
        months_with_one: of them, > 0.
    """

    name: str
    says: str
    contrast: Mapping[Dimension, float]
    beyond: Mapping[str, float] = field(default_factory=dict)
    of_families: bool = True
    persons: int = 1
    months_with_one: float = 1.0

    @property
    def shifts(self) -> Mapping[str, float]:
        """g(care) - g(usual) of each trait that it moves, on the transformed scale."""
        return {name: float(shift) for name, shift in shifts(self.contrast).items()} | dict(self.beyond)

    def setting(self) -> dict[str, float]:
        """Return the care as it is added to usual care, on the traits' own scales."""
        return {
            name: float(along(name, np.asarray(REGISTRY[name].default), np.asarray(shift)))
            for name, shift in self.shifts.items()
        }

    def of_the_median_family(self) -> dict[str, float]:
        """Return the care of the median low-risk family with this contrast; a setting of its own is as it is.

        Returns:
            Traits on their own scales.
        """
        if not self.of_families:
            return self.setting()
        centre = dict(zip(Dimension, population(ORDINARY).centre(at_risk=False), strict=True))
        place = {one: float(at) + self.contrast.get(one, 0.0) for one, at in centre.items()}
        return {name: float(value) for name, value in setting(place).items()}


def contrast_of(percentiles: Mapping[str, float]) -> dict[Dimension, float]:
    """Return the contrast that puts the median low-risk family at percentiles of families at risk.

    contrast = mean_at_risk + sd * Phi^-1(percentile / 100) - mean_low_risk, a number for each dimension.

    Args:
        percentiles: by dimension, in (0, 100).

    Returns:
        Positions beyond the family's own.
    """
    low, risk = population(ORDINARY), population(AMONG)
    centre = dict(zip(Dimension, risk.centre(at_risk=True) - low.centre(at_risk=False), strict=True))
    return {
        Dimension(name): float(centre[Dimension(name)])
        + risk.spread[Dimension(name)] * NormalDist().inv_cdf(percentile / 100.0)  # (E152) assumed
        for name, percentile in percentiles.items()
    }


_DATA = data("exposures.toml")


def _apart(name: str, row: Mapping[str, Any]) -> NamedCare:
    """Return care that stands by itself: a position from usual care, blocks of shifts, and shifts of single traits."""
    position = {Dimension(one): float(at) for one, at in row.get("position", {}).items()}
    beyond: dict[str, float] = {}
    for block in row.get("blocks", ()):
        beyond |= _DATA["block"][block]
    turns = {key: row[key] for key in ("persons", "months_with_one") if key in row}
    return NamedCare(name, row.get("says", ""), position, beyond | row.get("shift", {}), of_families=False, **turns)


EXPOSURES: Mapping[str, NamedCare] = MappingProxyType(
    {name: NamedCare(name, row["says"], contrast_of(row["percentile"])) for name, row in _DATA["family"].items()}
    | {name: _apart(name, row) for name, row in _DATA["setting"].items()}
)
"""Named care that users are offered."""

TEST_POINTS: Mapping[str, NamedCare] = MappingProxyType(
    {name: _apart(name, row) for name, row in _DATA["test_point"].items()}
)
"""Extremes that no family reaches, for tests of what must emerge; offered to nobody."""


def exposure(name: str) -> NamedCare:
    """Return named care.

    Args:
        name: one of `EXPOSURES`; hyphens and underscores count as spaces.

    Returns:
        The care.

    Raises:
        InputError: there is no such exposure; the nearest is suggested.
    """
    plain = name.strip().lower().replace("-", " ").replace("_", " ")
    if plain in EXPOSURES:
        return EXPOSURES[plain]
    remedy = f"{suggestion(plain, EXPOSURES, 0.4)}Known: {', '.join(EXPOSURES)}."
    raise InputError("there is no such exposure", column="exposure", value=name, remedy=remedy)
