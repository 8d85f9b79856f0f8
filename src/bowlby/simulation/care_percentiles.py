"""Where each named care stands among families: on the dimensions of care and on the axes of threat and deprivation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from bowlby.model.generated_pages import replace_between
from bowlby.model.life.dimensions import Dimension
from bowlby.model.life.exposures import EXPOSURES, NamedCare
from bowlby.model.life.population import ORDINARY, population
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.expected_care import responsiveness_under, threat
from bowlby.simulation.population import FamilyPopulation

Floats = npt.NDArray[np.float64]

POPULATIONS = ("pooled", "low-risk", "at risk")
FAMILIES = 4096
"""Families of each population on the axes; the standard error of a percentile near 97.5 is .25."""
UNITS: Mapping[str, str] = {"threat": "a waking hour", "deprivation": "1"}
MARKS = ("<!-- named care begins: made by bowlby.simulation.care_percentiles -->", "<!-- named care ends -->")


@dataclass(frozen=True)
class CareStanding:
    """Where the median low-risk family stands with a named care, on one dimension or axis.

    Args:
        value: position on a dimension, unit 1, or value on an axis in `UNITS`.
        percentiles: among the families of each of `POPULATIONS`, in [0, 100].
    """

    value: float
    percentiles: Mapping[str, float]

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return {"value": self.value, "percentiles": dict(self.percentiles)}


@dataclass(frozen=True)
class CarePercentiles:
    """One named care among families.

    Args:
        care: named.
        dimensions: by dimension, in the order of `Dimension`.
        axes: threat and deprivation.
    """

    care: NamedCare
    dimensions: Mapping[Dimension, CareStanding]
    axes: Mapping[str, CareStanding]

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return {
            "name": self.care.name,
            "says": self.care.says,
            "of_families": self.care.of_families,
            "contrast": {str(one): at for one, at in self.care.contrast.items()},
            "dimensions": {str(one): found.as_dict() for one, found in self.dimensions.items()},
            "axes": {name: {"unit": UNITS[name], **found.as_dict()} for name, found in self.axes.items()},
        }


def care_percentiles() -> tuple[CarePercentiles, ...]:
    """Return where each named care stands, as that of the median low-risk family with it.

    Percentiles on dimensions are those of the fitted normal distributions; those on the axes come from `FAMILIES`
    simulated families of each population, spread beside the dimensions included, while the median family has none.

    Returns:
        One row a care, in the order of `EXPOSURES`.
    """
    axes = {name: _axes(name) for name in POPULATIONS}
    return tuple(CarePercentiles(care, _on_dimensions(care), _on_axes(care, axes)) for care in EXPOSURES.values())


def _on_dimensions(care: NamedCare) -> dict[Dimension, CareStanding]:
    centre = population(ORDINARY).centre(at_risk=False) if care.of_families else np.zeros(len(Dimension))
    found: dict[Dimension, CareStanding] = {}
    for one, own in zip(Dimension, centre, strict=True):
        at = float(own) + care.contrast.get(one, 0.0)
        found[one] = CareStanding(at, {name: _percentile(name, one, at) for name in POPULATIONS})
    return found


def _percentile(name: str, dimension: Dimension, at: float) -> float:
    """Return 100 times the distribution function of a population at a position: a mixture of two normals."""
    families = population(name)
    place = list(Dimension).index(dimension)
    shares = ((False, 1.0 - families.risk_share), (True, families.risk_share))
    return 100.0 * sum(
        share * NormalDist(float(families.centre(at_risk=at_risk)[place]), families.spread[dimension]).cdf(at)
        for at_risk, share in shares
    )


Axes = dict[str, Floats]


@cache
def _axes(name: str) -> Axes:
    numbers = np.arange(FAMILIES, dtype=np.uint32)
    return _values(CohortDesign(FAMILIES, FamilyPopulation(population(name)).care(numbers, 0, 1.0)))


def _values(design: CohortDesign) -> Axes:
    care = design.care[0]
    return {"threat": threat(design, care), "deprivation": 1.0 - responsiveness_under(design, care)}


def _on_axes(care: NamedCare, axes: Mapping[str, Axes]) -> dict[str, CareStanding]:
    median = Care(1.0, care.of_the_median_family(), spread=0.0)
    own = {name: float(value[0]) for name, value in _values(CohortDesign(1, (median,))).items()}
    return {
        axis: CareStanding(at, {name: 100.0 * float((values[axis] < at).mean()) for name, values in axes.items()})
        for axis, at in own.items()
    }


def with_named_care(text: str) -> str:
    """Return docs/people-and-outcomes.md with the table of named care as the code has it.

    Args:
        text: of the page.

    Returns:
        The page.

    Raises:
        ValueError: the page lacks the marks.
    """
    return replace_between(text, MARKS, table())


def table() -> str:
    """Return where each named care stands as a table: percentiles pooled / low-risk / at risk.

    Returns:
        Markdown.
    """
    heads = ("care", *(str(one) for one in Dimension), "threat", "deprivation of care")
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for row in care_percentiles():
        places = (*row.dimensions.values(), *row.axes.values())
        lines.append(f"| {' | '.join((row.care.name, *map(_cell, places)))} |")
    return "\n".join(lines)


def _cell(place: CareStanding) -> str:
    return " / ".join(f"{place.percentiles[name]:.0f}" for name in POPULATIONS)


def lines() -> list[str]:
    """Return the same for a reader at a terminal.

    Returns:
        Lines of text.
    """
    found = [
        f"Named care is added to low-risk families. Percentiles of the median such family among families: "
        f"{', '.join(POPULATIONS)}."
    ]
    for row in care_percentiles():
        found += ["", f"{row.care.name}: {row.care.says}"]
        found += [_line(str(one), place, "") for one, place in row.dimensions.items()]
        found += [_line(f"axis of {name}", place, UNITS[name]) for name, place in row.axes.items()]
    return found


def _line(name: str, place: CareStanding, unit: str) -> str:
    ranks = "  ".join(f"{place.percentiles[one]:5.1f}" for one in POPULATIONS)
    return f"  {name:<20} {place.value:>9.4g} {unit if unit != '1' else '':<18} {ranks}".rstrip()
