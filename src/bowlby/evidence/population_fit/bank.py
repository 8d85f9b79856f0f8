"""A bank of simulated families, spread widely over the dimensions of care, from which any population is weighed.

Each family is drawn from a proposal that is wider than any population; a population's figures are then means over the
bank with weights p(position) / q(position) (importance sampling), so that the fit simulates once and moves smoothly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bowlby.atomic import writing
from bowlby.evidence.published.lives import live
from bowlby.evidence.published.observed_children import ObservedChildren
from bowlby.model.life.dimensions import RESIDUAL, Dimension, setting
from bowlby.model.life.population import Population
from bowlby.simulation.draws import standard
from bowlby.simulation.home import HomeCare
from bowlby.simulation.life_course import life_course

Floats = npt.NDArray[np.float64]

AGE_RATED, AGE_CLASSED = 12.0, 13.0
"""Months at which the caregiver is watched at home and the child in the Strange Situation."""
CHUNK = 2048
"""Families that are simulated at a time."""

PROPOSAL: dict[Dimension, tuple[float, float]] = {
    Dimension.DEPRIVATION: (0.05, 0.30),
    Dimension.REJECTION: (0.15, 0.55),
    Dimension.INCONSISTENCY: (0.10, 0.45),
    Dimension.INTRUSIVENESS: (0.05, 0.40),
    Dimension.FRIGHT: (0.25, 0.40),
}
"""Mean and standard deviation of the independent normal positions that the bank is drawn from."""


@dataclass(frozen=True)
class FamilyBank:
    """Simulated families with what a study would have measured of them.

    Args:
        position: shape (families, dimensions).
        four_way: number of the class, 0 to 3 for A, B, C and D with those who fit none, shape (families,).
        rated: sensitivity by a rater with error, shape (families,).
    """

    position: Floats
    four_way: Floats
    rated: Floats

    @cached_property
    def log_proposal(self) -> Floats:
        """Log density of the proposal at each position."""
        centre, spread = np.array([PROPOSAL[one] for one in Dimension]).T
        away = (self.position - centre) / spread
        return np.asarray((-0.5 * away**2 - np.log(spread) - 0.5 * np.log(2 * np.pi)).sum(axis=1))

    def weights(self, population: Population) -> Floats:
        """Return p(position) / q(position), scaled to sum 1.

        Args:
            population: to be weighed for.

        Returns:
            Shape (families,).
        """
        logarithm = population.log_density(self.position) - self.log_proposal
        weights = np.exp(logarithm - logarithm.max())
        return weights / weights.sum()


def proposed_positions(numbers: np.ndarray, seed: int) -> dict[Dimension, Floats]:
    """Return positions drawn from the proposal.

    Args:
        numbers: of the children, uint32, shape (children,).
        seed: of the chances.

    Returns:
        Each dimension, shape (children,).
    """
    return {one: centre + spread * standard(numbers, seed, f"bank/{one}") for one, (centre, spread) in PROPOSAL.items()}


def make_bank(families: int, seed: int, told: Callable[[int], None] | None = None) -> FamilyBank:
    """Simulate a bank.

    Args:
        families: how many, >= 1.
        seed: of all chances.
        told: called with families done.

    Returns:
        The bank.
    """
    parts: list[FamilyBank] = []
    for first in range(0, families, CHUNK):
        numbers = np.arange(first, min(first + CHUNK, families), dtype=np.uint32)
        parts.append(_simulated(numbers, seed))
        if told:
            told(int(numbers[-1]) + 1)
    return _joined(parts)


def _simulated(numbers: np.ndarray, seed: int) -> FamilyBank:
    position = proposed_positions(numbers, seed)
    home = HomeCare(AGE_CLASSED, setting(position), RESIDUAL)
    design = life_course(numbers, (home,), seed=seed, trace_at=(AGE_RATED,))
    seen = ObservedChildren(live(design), seed)
    place = np.stack([position[one] for one in Dimension], axis=1)
    return FamilyBank(
        place, seen.variable("four-way class", AGE_CLASSED), seen.variable("rated sensitivity", AGE_RATED)
    )


def _joined(parts: list[FamilyBank]) -> FamilyBank:
    return FamilyBank(
        np.concatenate([part.position for part in parts]),
        np.concatenate([part.four_way for part in parts]),
        np.concatenate([part.rated for part in parts]),
    )


def kept_bank(path: Path, families: int, seed: int, told: Callable[[int], None] | None = None) -> FamilyBank:
    """Return the bank in a file, or make it and keep it there.

    Args:
        path: an npz file.
        families: how many.
        seed: of all chances.
        told: called with families done.

    Returns:
        The bank.

    Raises:
        OutputError: the file cannot be written.
    """
    if path.exists():
        with np.load(path, allow_pickle=False) as kept:
            if int(kept["seed"]) == seed and len(kept["rated"]) == families:
                return FamilyBank(kept["position"], kept["four_way"], kept["rated"])
    bank = make_bank(families, seed, told)
    write_bank(path, bank, seed)
    return bank


def write_bank(path: Path, bank: FamilyBank, seed: int) -> None:
    """Keep a bank in a file.

    Args:
        path: an npz file.
        bank: to be kept.
        seed: that it was made with.

    Raises:
        OutputError: the file cannot be written.
    """
    with writing(path, force=True) as target, target.open("wb") as held:
        np.savez_compressed(
            held, position=bank.position, four_way=bank.four_way, rated=bank.rated, seed=np.uint64(seed)
        )
