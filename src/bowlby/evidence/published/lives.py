"""The children of a simulated study: drawn from a population, lived once, kept at every age that is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from bowlby.errors import InputError, suggestion
from bowlby.evidence.published.maltreatment import beyond_low_risk
from bowlby.evidence.published.vocabulary import CALIBRATED, INSTITUTION, MALTREATED, PLACED, POPULATIONS
from bowlby.lives.arms import give
from bowlby.model.interventions.registry import intervention
from bowlby.model.life.exposures import EXPOSURES
from bowlby.model.life.population import Population as Numbers
from bowlby.model.life.population import drawn_from_prior, drawn_populations
from bowlby.simulation.engine.cohort import CohortResult, Progress, simulate_cohort
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.home import HomeCare
from bowlby.simulation.life_course import life_course
from bowlby.simulation.named_care import FamilyChildren, homes_under
from bowlby.simulation.population import FamilyPopulation

BLOCKS = 20
"""Groups of children, each with a draw of the fitted population of its own: their spread gives the interval."""


@dataclass(frozen=True)
class SimulatedStudy:
    """Who is studied.

    Args:
        population: as the vocabulary names it.
        children: how many, >= `BLOCKS`.
        seed: of all chances.
        intervention: given from `start` on, or "".
        start: months.
        prior: whether calibrated populations are drawn from their prior instead.
    """

    population: str
    children: int
    seed: int
    intervention: str = ""
    start: float = 0.0
    prior: bool = False

    def designs(self, ages: Sequence[float]) -> tuple[CohortDesign, ...]:
        """Return the designs whose children together are the study's.

        Args:
            ages: months at which the children are to be seen.

        Returns:
            One design, or one for each age at placement.

        Raises:
            InputError: the population is not of the vocabulary.
        """
        until = max(ages)
        numbers = np.arange(self.children, dtype=np.uint32)
        found = [
            _observed(design, [age for age in ages if age <= design.until]) for design in self._designs(numbers, until)
        ]
        if not self.intervention:
            return tuple(found)
        entry = intervention(self.intervention)
        return tuple(give(entry, design, self.start) if self.start < until else design for design in found)

    def _designs(self, numbers: np.ndarray, until: float) -> list[CohortDesign]:
        name, seed = self.population, self.seed
        if name in CALIBRATED:
            return [_design(_calibrated(_draws(name, self.prior), numbers, seed, until), numbers, seed)]
        if name in MALTREATED:
            draws = _draws("at risk", self.prior)
            chosen = _maltreated(draws, MALTREATED[name], self.children, seed)
            return [_design(_calibrated(draws, chosen, seed, until), chosen, seed)]
        placed = re.fullmatch(PLACED, name)
        if placed or name == INSTITUTION:
            ages = (None,) if not placed else tuple(np.linspace(float(placed[1]), float(placed[2]), 4))
            return [
                _institution(part, seed, until, age) for part, age in zip(_split(numbers, len(ages)), ages, strict=True)
            ]
        if name in EXPOSURES:
            return [_design(homes_under(name, FamilyChildren(numbers, seed), until), numbers, seed)]
        remedy = f"{suggestion(name, POPULATIONS)}Known: {', '.join(POPULATIONS)}."
        raise InputError("there is no such population", column="population", value=name, remedy=remedy)


def blocks_of(children: int) -> np.ndarray:
    """Return the block of each child, neighbours in one.

    Args:
        children: how many, >= 1.

    Returns:
        Shape (children,), 0 to `BLOCKS` - 1.
    """
    return np.arange(children) * BLOCKS // children


def _observed(design: CohortDesign, ages: list[float]) -> CohortDesign:
    return replace(design, trace_at=tuple(sorted({*ages} - {design.until})))


def _split(numbers: np.ndarray, parts: int) -> list[np.ndarray]:
    return [numbers[part::parts] for part in range(parts)]


def _design(homes: tuple[HomeCare, ...], numbers: np.ndarray, seed: int, without: tuple[str, ...] = ()) -> CohortDesign:
    return life_course(numbers, homes, seed=seed, without=without)


def _draws(name: str, prior: bool) -> tuple[Numbers, ...]:
    return drawn_from_prior(name, BLOCKS) if prior else drawn_populations(name)


def _calibrated(draws: Sequence[Numbers], numbers: np.ndarray, seed: int, until: float) -> tuple[HomeCare, ...]:
    """Return homes of which each block of children has another draw of the fitted population."""
    block = blocks_of(len(numbers))
    parts = [
        FamilyPopulation(draws[one % len(draws)]).homes(numbers[block == one], seed, until) for one in range(BLOCKS)
    ]
    return tuple(
        replace(
            first, setting={key: np.concatenate([part[step].setting[key] for part in parts]) for key in first.setting}
        )
        for step, first in enumerate(parts[0])
    )


def _maltreated(draws: Sequence[Numbers], quantile: float, children: int, seed: int) -> np.ndarray:
    """Return the numbers of children in maltreated families, as many of each draw as a block holds."""
    sizes = np.bincount(blocks_of(children), minlength=BLOCKS)
    parts = [
        np.fromiter(islice(beyond_low_risk(draws[one % len(draws)], quantile, one, seed), size), np.uint32, size)
        for one, size in enumerate(sizes)
    ]
    return np.concatenate(parts)


def _institution(numbers: np.ndarray, seed: int, until: float, placed: float | None) -> CohortDesign:
    homes = homes_under(INSTITUTION, FamilyChildren(numbers, seed), until)
    design = _design(homes, numbers, seed, ("second caregiver",))
    return design if placed is None or placed >= until else give(intervention("foster placement"), design, placed)


@dataclass(frozen=True)
class StudyLives:
    """Children of one design as they were at each age.

    Args:
        result: of the run.
        states: state at each age, shape (variables, children).
    """

    result: CohortResult
    states: dict[float, np.ndarray]

    def at(self, age: float) -> tuple[float, np.ndarray]:
        """Return an age that was asked for and the state then, as `together_with` and `seen` take them."""
        return age, self.states[age]


def live(design: CohortDesign, progress: Progress | None = None) -> StudyLives:
    """Live the lives of a design and keep the children at each of its traces and at the end.

    Args:
        design: of the cohort.
        progress: called with episodes done and to do.

    Returns:
        The children.
    """
    kept: list[np.ndarray] = []
    result = simulate_cohort(design, observe=lambda _, state: kept.append(state), progress=progress)
    ages = sorted({*design.trace_at, design.until})
    return StudyLives(result, dict(zip(ages, kept, strict=True)))
