"""Families of a population: where each stands on the dimensions of care, and the care that this makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bowlby.model.life import population as model
from bowlby.model.life.dimensions import RESIDUAL, Dimension, along
from bowlby.model.life.dimensions import setting as setting_at
from bowlby.model.registry import lookup
from bowlby.simulation.draws import chance, standard
from bowlby.simulation.engine.design import Care, CohortDesign, Value
from bowlby.simulation.home import HomeCare

if TYPE_CHECKING:
    from bowlby.model.life.population import Population as Numbers

Floats = npt.NDArray[np.float64]

TURNS: tuple[float, ...] = (24.0, 60.0, 132.0)
"""Months at which families may come to stand elsewhere. Assumed."""


@dataclass(frozen=True)
class FamilyPopulation:
    """A population whose families can be drawn.

    Args:
        numbers: how families are spread.
    """

    numbers: Numbers

    @property
    def name(self) -> str:
        """As printed with every result."""
        return self.numbers.name

    @property
    def statement(self) -> str:
        """What it is and what it is not."""
        return self.numbers.statement

    def at_risk(self, children: np.ndarray, seed: int, *, person: int = 0) -> npt.NDArray[np.bool_]:
        """Return which families are at risk.

        Args:
            children: their numbers, uint32, shape (children,).
            seed: 0 <= seed < 2**64.
            person: whose family it is; 0 for the one a child is born into, another number for other people.

        Returns:
            Shape (children,).

        Raises:
            InputError: the seed has more than 64 bits.
        """
        return chance(children, seed, _stream("risk", person)) < self.numbers.risk_share

    def position(self, children: np.ndarray, seed: int, turn: int = 0, *, person: int = 0) -> dict[Dimension, Floats]:
        """Return where each family stands after some turns: z_t = c z_(t-1) + sqrt(1 - c^2) e_t, with c the continuity.

        Args:
            children: their numbers, uint32, shape (children,).
            seed: 0 <= seed < 2**64.
            turn: how many of `TURNS` have passed, >= 0.
            person: as for `at_risk`.

        Returns:
            Each dimension, shape (children,).

        Raises:
            InputError: the seed has more than 64 bits.
        """
        z = _fresh(children, seed, 0, person)
        kept = self.numbers.continuity
        for passed in range(1, turn + 1):
            z = kept * z + np.sqrt(1.0 - kept**2) * _fresh(children, seed, passed, person)
        risk = self.at_risk(children, seed, person=person)[:, None]
        centre = np.where(risk, self.numbers.centre(at_risk=True), self.numbers.centre(at_risk=False))
        place = centre + z @ self.numbers.factor().T
        return dict(zip(Dimension, place.T, strict=True))

    def setting(
        self, children: np.ndarray, seed: int, turn: int = 0, *, person: int = 0, contrast: Contrast | None = None
    ) -> dict[str, Floats]:
        """Return the centres of each family's caregiver traits, to be lived with the spread `RESIDUAL`.

        g(trait) = g(family) + g(care) - g(usual), where care differs from usual by the contrast alone.

        Args:
            children: their numbers, uint32, shape (children,).
            seed: 0 <= seed < 2**64.
            turn: how many of `TURNS` have passed, >= 0.
            person: as for `at_risk`.
            contrast: position beyond the family's own, numbers or each of shape (children,); None for none.

        Returns:
            Traits on their own scale, each of shape (children,).

        Raises:
            InputError: the seed has more than 64 bits.
        """
        own = self.position(children, seed, turn, person=person)
        return setting_at({one: at + (contrast or {}).get(one, 0.0) for one, at in own.items()})

    def homes(
        self, children: np.ndarray, seed: int, until: float, *, person: int = 0, contrast: Contrast | None = None
    ) -> tuple[HomeCare, ...]:
        """Return care at home from birth: one person, whose care may change at each of `TURNS`.

        Args:
            children: their numbers, uint32, shape (children,).
            seed: 0 <= seed < 2**64.
            until: months, > 0.
            person: as for `at_risk`.
            contrast: as for `setting`.

        Returns:
            Stretches in order of age, the last ending at `until`.

        Raises:
            InputError: the seed has more than 64 bits.
        """
        ends = [*(age for age in TURNS if age < until), until]
        return tuple(
            HomeCare(end, self.setting(children, seed, turn, person=person, contrast=contrast), RESIDUAL, person)
            for turn, end in enumerate(ends)
        )

    def care(self, children: np.ndarray, seed: int, until: float) -> tuple[Care, ...]:
        """Return the same as `homes` for a life with one caregiver and no further company.

        Args:
            children: their numbers, uint32, shape (children,).
            seed: 0 <= seed < 2**64.
            until: months, > 0.

        Returns:
            Stretches in order of age.

        Raises:
            InputError: the seed has more than 64 bits.
        """
        return tuple(Care(home.until, home.setting, home.spread) for home in self.homes(children, seed, until))


Contrast = Mapping[Dimension, float | Floats]
"""Position beyond a family's own on the dimensions of care."""


def _stream(what: str, person: int) -> str:
    return f"population/{what}" if person == 0 else f"population/{what}/person {person}"


def _fresh(children: np.ndarray, seed: int, turn: int, person: int) -> Floats:
    return np.stack([standard(children, seed, _stream(str(one), person), turn) for one in Dimension], axis=1)


def shifted(traits: Mapping[str, Value], by: Mapping[str, Value]) -> dict[str, Value]:
    """Return traits moved along their transformed scales; those that are not among them start from usual care.

    Args:
        traits: on their own scales, numbers or each of shape (children,).
        by: shifts on the transformed scale, numbers or each of shape (children,).

    Returns:
        Traits on their own scales.
    """
    moved = {
        name: along(name, np.asarray(traits.get(name, lookup(name).default), np.float64), np.asarray(shift, np.float64))
        for name, shift in by.items()
    }
    return {**traits, **moved}


def population(name: str) -> FamilyPopulation:
    """Return a calibrated population by name.

    Args:
        name: "pooled", "low-risk" or "at risk".

    Returns:
        The population.

    Raises:
        InputError: there is no such population; the nearest is suggested.
    """
    return FamilyPopulation(model.population(name))


def families(name: str, count: int, until: float, seed: int, first: int = 0) -> CohortDesign:
    """Return the design of children of some families of a calibrated population, raised at home from birth.

    Args:
        name: of the population: "pooled", "low-risk" or "at risk".
        count: how many families, a child each, >= 1.
        until: age at the end, months, > 0.
        seed: which families, and all that chance does to them, 0 <= seed < 2**64.
        first: number of the first child.

    Returns:
        The design.

    Raises:
        InputError: there is no such population, or the seed, the age or the count cannot be used.
    """
    children = np.arange(first, first + count, dtype=np.uint32)
    return CohortDesign(count, population(name).care(children, seed, until), seed=seed, first_child=first)
