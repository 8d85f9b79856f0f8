"""What is fitted once the population stands: how long families stay where they are, and what training moves.

Each is one number that one row informs; the figure is simulated over a grid with shared chances and read backwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bowlby.evidence.population_fit.bank import AGE_CLASSED, AGE_RATED
from bowlby.evidence.published import metrics
from bowlby.evidence.published.lives import live
from bowlby.evidence.published.observed_children import ObservedChildren
from bowlby.lives.arms import give
from bowlby.model.interventions.intervention import Intervention
from bowlby.model.interventions.with_caregivers import RESPONSIVENESS_TRAINING, TRAINED
from bowlby.model.life.population import Population as Numbers
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.life_course import life_course
from bowlby.simulation.population import FamilyPopulation

Floats = npt.NDArray[np.float64]

AGE_PRESCHOOL = 48.0
AGE_TRAINED = 6.0
"""Months at which training begins, and the preschool procedure is played."""
CONTINUITIES = (0.0, 0.35, 0.7, 1.0)
TRAININGS = (0.4, 0.9, 1.4)
KAPPA_ERROR, D_ERROR = 0.025, 0.025
"""Standard errors given to the two rows: half of what is asked of them."""


@dataclass(frozen=True)
class GridSolution:
    """One number read off a grid.

    Args:
        estimate: mean of its posterior under a flat prior over the grid's range.
        sd: its standard deviation.
        grid: values that were simulated.
        figures: what each gave.
        target: the published figure.
    """

    estimate: float
    sd: float
    grid: tuple[float, ...]
    figures: tuple[float, ...]
    target: float

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return {
            "estimate": self.estimate,
            "sd": self.sd,
            "grid": list(self.grid),
            "figures": list(self.figures),
            "target": self.target,
        }


def solve(grid: tuple[float, ...], figures: tuple[float, ...], target: float, error: float) -> GridSolution:
    """Return the value at which a figure meets its target: posterior under a flat prior, the figure a quadratic.

    Args:
        grid: simulated values, increasing.
        figures: of each.
        target: published.
        error: its standard error, simulation error included, > 0.

    Returns:
        Mean and standard deviation over the grid's range.
    """
    curve = np.polynomial.Polynomial.fit(grid, figures, 2)
    fine = np.linspace(grid[0], grid[-1], 401)
    logarithm = -0.5 * ((curve(fine) - target) / error) ** 2
    weights = np.exp(logarithm - logarithm.max())
    weights /= weights.sum()
    centre = float(weights @ fine)
    return GridSolution(centre, float(np.sqrt(weights @ (fine - centre) ** 2)), grid, figures, target)


def families(numbers: Numbers, children: int, seed: int, until: float) -> CohortDesign:
    """Return lives in families of a population.

    Args:
        numbers: of the population.
        children: how many.
        seed: of all chances.
        until: months.

    Returns:
        The design.
    """
    who = np.arange(children, dtype=np.uint32)
    return life_course(children, FamilyPopulation(numbers).homes(who, seed, until), seed=seed)


def stability(numbers: Numbers, children: int, seed: int) -> float:
    """Return kappa of the four-way class in infancy and in the preschool years.

    Args:
        numbers: of the population, its continuity among them.
        children: how many.
        seed: of all chances.

    Returns:
        Cohen's kappa.
    """
    design = replace(families(numbers, children, seed, AGE_PRESCHOOL), trace_at=(AGE_CLASSED,))
    seen = ObservedChildren(live(design), seed)
    first, second = (seen.variable("four-way class", age) for age in (AGE_CLASSED, AGE_PRESCHOOL))
    return metrics.kappa(first, second, np.ones(children))


def scaled_training(factor: float) -> Intervention:
    """Return responsiveness training with other shifts.

    Args:
        factor: multiple of the shifts as they stand, >= 0.

    Returns:
        The entry.
    """
    entry = RESPONSIVENESS_TRAINING
    shifts = tuple(
        replace(one, mean=factor * one.mean, mean_sd=factor * one.mean_sd, family_sd=factor * one.family_sd)
        for one in entry.moves
    )
    return replace(entry, moves=shifts)


def training_effects(numbers: Numbers, sizes: tuple[float, ...], children: int, seed: int) -> tuple[float, ...]:
    """Return d of rated sensitivity after training of each size, over all who were allotted to it.

    Args:
        numbers: of the population.
        sizes: shifts in standard deviations of a trait.
        children: how many in each arm.
        seed: of all chances; both arms share them, but raters err anew.

    Returns:
        One d a size.
    """
    control = families(numbers, children, seed, AGE_CLASSED)
    arms = [control, *(give(scaled_training(size / TRAINED), control, AGE_TRAINED) for size in sizes)]
    kept = [replace(arm, trace_at=(AGE_RATED,)) for arm in arms]
    rated = [
        ObservedChildren(live(arm), seed + number).variable("rated sensitivity", AGE_RATED)
        for number, arm in enumerate(kept)
    ]
    ones = (np.ones(children), np.ones(children))
    return tuple(metrics.difference(one, rated[0], ones) for one in rated[1:])
