"""What may follow, as fans: quantiles over lives of what is expected, felt and measured, by age."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.lives.arm_lives import ArmLives
from bowlby.model.life.state import VARIABLES
from bowlby.model.outcomes import OUTCOMES
from bowlby.simulation.outcomes import ChildrenAtAge, children_at_age, measure, possible_outcomes

Floats = npt.NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
STATES: Mapping[str, str] = {
    "relief_express": "relief expected at home",
    "adults_relief": "relief expected of adults in general",
    "adults_threat": "threat expected of adults in general",
    "worth": "expecting to be noticed (worth)",
    "frustration": "frustration",
    "regulation": "own regulation (simulated forward)",
    "social_cognition": "social cognition (simulated forward)",
}
"""States that are reported, in words; body and development are simulated forward and never inferred."""

AGES = (
    *(6.0 * half_year for half_year in range(1, 15)),
    *(12.0 * year for year in range(8, 19)),
    *(228.0, 258.0, 300.0),
)
"""Months at which a forecast looks: each half year to school, then each year, then three times as an adult."""


@dataclass(frozen=True)
class FanBand:
    """One quantity over ages.

    Args:
        name: of a state or an outcome.
        label: in words.
        kind: "state" or "outcome".
        unit: "1", "z" for standard scores, or the scale's name.
        ages: months, in order.
        quantiles: shape (ages, 5), at `QUANTILES`.
        mean: shape (ages,).
    """

    name: str
    label: str
    kind: str
    unit: str
    ages: tuple[float, ...]
    quantiles: Floats
    mean: Floats

    def as_rows(self) -> list[dict[str, float]]:
        """Return one row an age: age, mean and the quantiles."""
        names = ("q05", "q25", "q50", "q75", "q95")
        return [
            {
                "age": age,
                "mean": float(self.mean[row]),
                **dict(zip(names, map(float, self.quantiles[row]), strict=True)),
            }
            for row, age in enumerate(self.ages)
        ]


def stages_of(lived: ArmLives) -> tuple[ChildrenAtAge, ...]:
    """Return the children at each traced age.

    Args:
        lived: lives of one arm.

    Returns:
        In order of age.
    """
    return tuple(children_at_age(lived.result, at) for at in lived.traces)


def nearest(stages: Sequence[ChildrenAtAge], age: float) -> ChildrenAtAge:
    """Return the children at the traced age that is nearest.

    Args:
        stages: at least one.
        age: months.

    Returns:
        One stage.
    """
    return min(stages, key=lambda one: abs(one.age - age))


def fans(children: Sequence[ChildrenAtAge], *, seed: int = 0, from_age: float = 0.0) -> tuple[FanBand, ...]:
    """Return the fans of states and outcomes.

    Args:
        children: at each traced age.
        seed: of what is measured.
        from_age: months; earlier ages are left out.

    Returns:
        States first, then outcomes, each over the ages at which it has a meaning.
    """
    stages = [stage for stage in children if stage.age >= from_age]
    states = [_state_band(name, stages) for name in STATES]
    return (*states, *_outcome_bands(stages, seed))


def _state_band(name: str, stages: list[ChildrenAtAge]) -> FanBand:
    unit = next(variable.unit for variable in VARIABLES if variable.name == name)
    return _band((name, STATES[name], "state", unit), stages, lambda stage: stage.states[name])


def _outcome_bands(stages: list[ChildrenAtAge], seed: int) -> Iterator[FanBand]:
    for name, what in OUTCOMES.items():
        there = [stage for stage in stages if what in possible_outcomes(stage)]
        if there:
            about = (name, what.meaning, "outcome", "z" if what.unit == "1" else what.unit)
            yield _band(about, there, lambda stage, name=name: measure(stage, [name], seed=seed)[name])


def _band(
    about: tuple[str, str, str, str], stages: list[ChildrenAtAge], read: Callable[[ChildrenAtAge], np.ndarray]
) -> FanBand:
    table = np.array([read(stage) for stage in stages], dtype=float)
    quantiles = np.nanquantile(table, QUANTILES, axis=1).T
    return FanBand(*about, tuple(stage.age for stage in stages), quantiles, np.nanmean(table, axis=1))
