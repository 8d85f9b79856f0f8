"""Maltreated families: those at risk with more threat, or more deprivation, of care than almost any low-risk family."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import numpy.typing as npt

from bowlby.model.life.dimensions import RESIDUAL
from bowlby.model.life.population import Population as Numbers
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.expected_care import responsiveness_under, threat
from bowlby.simulation.population import FamilyPopulation

Floats = npt.NDArray[np.float64]

COMPARED = 4096
"""Low-risk families whose quantile is the cut; its standard error at .975 is .0024 in rank."""
TRIED = 512
"""Families at risk that are looked at together."""
ROOM = 1 << 26
"""Numbers of children that one draw of the population takes them from."""


@dataclass(frozen=True)
class HomeAxes:
    """Care at home on the model's two axes.

    Args:
        threat: rate times magnitude times mean intensity, a waking hour, shape (families,).
        deprivation: one less responsiveness, in [0, 1], shape (families,).
    """

    threat: Floats
    deprivation: Floats

    def beyond(self, cut: tuple[float, float]) -> npt.NDArray[np.bool_]:
        """Return which families lie above either cut, of threat or of deprivation."""
        return (self.threat > cut[0]) | (self.deprivation > cut[1])


def axes_of(design: CohortDesign) -> HomeAxes:
    """Return where the first caregiver's care stands on the two axes in the first stretch.

    Args:
        design: of the families.

    Returns:
        Both axes.
    """
    care = replace(design.care[0], others={})
    return HomeAxes(threat(design, care), 1.0 - responsiveness_under(design, care))


def families(population: Numbers, numbers: np.ndarray, seed: int) -> CohortDesign:
    """Return the care at home of families of a population from birth.

    Args:
        population: how families are spread.
        numbers: of the children, uint32, shape (children,).
        seed: of all chances.

    Returns:
        A design of one stretch.
    """
    care = Care(1.0, FamilyPopulation(population).setting(numbers, seed), RESIDUAL)
    return CohortDesign(len(numbers), (care,), seed=seed, numbers=numbers)


def beyond_low_risk(population: Numbers, quantile: float, place: int, seed: int) -> Iterator[np.uint32]:
    """Yield the numbers of children of a population whose families lie beyond a quantile of its low-risk families.

    Beyond means above the quantile of threat or above that of deprivation, of the caregiver's own traits and not of
    what chance makes of them.

    Args:
        population: whose families are drawn.
        quantile: of the low-risk families of the same draw of the fit, in (0, 1).
        place: of the draw, >= 0; children of different draws have different numbers.
        seed: of all chances.

    Returns:
        An iterator without end.
    """
    others = np.arange(COMPARED, dtype=np.uint32) + np.uint32((place + 1) * ROOM - COMPARED)
    low = axes_of(families(replace(population, risk_share=0.0), others, seed))
    cut = float(np.quantile(low.threat, quantile)), float(np.quantile(low.deprivation, quantile))
    for start in count(place * ROOM, TRIED):
        numbers = np.arange(start, start + TRIED, dtype=np.uint32)
        yield from numbers[axes_of(families(population, numbers, seed)).beyond(cut)]
