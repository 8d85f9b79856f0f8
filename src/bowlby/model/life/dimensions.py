"""What families differ in: five dimensions of care, each a way from usual care in a direction of its own.

A population is a distribution over these dimensions, so that few numbers of it have to be found. Where a family stands
on one never reaches the child: it moves caregiver traits, and only what the caregiver does is met.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from bowlby.model import registry
from bowlby.model.parameter import Transform

Floats = npt.NDArray[np.float64]


class Dimension(StrEnum):
    """What families differ in; 0 is usual care."""

    DEPRIVATION = "deprivation"
    REJECTION = "rejection"
    INCONSISTENCY = "inconsistency"
    INTRUSIVENESS = "intrusiveness"
    FRIGHT = "fright"


RESIDUAL = 0.7
"""Share of a trait's own spread over persons that is left beside the dimensions. Assumed."""

_TABLE = registry.data("exposures.toml")["direction"]
DIRECTIONS: Mapping[Dimension, Mapping[str, float]] = MappingProxyType(
    {one: MappingProxyType(dict(_TABLE[one])) for one in Dimension}
)
"""Change of each trait on its transformed scale between 0 and 1 of a dimension."""


def shifts(position: Mapping[Dimension, float | Floats]) -> dict[str, Floats]:
    """Return how far each trait lies from usual care on its transformed scale: sum over dimensions of p * direction.

    Args:
        position: where each family stands, numbers or each of shape (children,), unit 1; what is left out stands at 0.

    Returns:
        Traits that any of these dimensions moves, each of the shape of the positions.
    """
    names = sorted({name for dimension in position for name in DIRECTIONS[dimension]})
    return {
        name: np.sum(  # (E150) assumed
            [DIRECTIONS[one].get(name, 0.0) * np.asarray(at, np.float64) for one, at in position.items()], axis=0
        )
        for name in names
    }


def setting(position: Mapping[Dimension, float | Floats]) -> dict[str, Floats]:
    """Return centres of caregiver traits: g(trait) = g(usual) + sum over dimensions of position * direction.

    Args:
        position: as for `shifts`.

    Returns:
        Traits on their own scale, each of the shape of the positions, strictly inside their support.
    """
    found: dict[str, Floats] = {}
    for name, shift in shifts(position).items():
        entry = registry.REGISTRY[name]
        found[name] = _natural(entry.transform, entry.free(entry.default) + shift)  # (E150) assumed
    return found


_FARTHEST = 14.0
"""Beyond it a logit is 0 or 1 in single precision."""


def _natural(transform: Transform, free: Floats) -> Floats:
    match transform:
        case Transform.IDENTITY:
            return free
        case Transform.LOG:
            return np.exp(free)
        case Transform.LOGIT:
            return 1.0 / (1.0 + np.exp(-np.clip(free, -_FARTHEST - 10.0, _FARTHEST)))


def along(name: str, value: Floats, by: Floats) -> Floats:
    """Return values of a trait moved along its transformed scale, kept inside its support: g^-1(g(value) + by).

    Args:
        name: of the trait.
        value: on its own scale.
        by: on its transformed scale; 0 leaves a value as it is to the last digit.

    Returns:
        On its own scale.
    """
    match registry.REGISTRY[name].transform:
        case Transform.IDENTITY:
            moved = value + by  # (E151) derived
        case Transform.LOG:
            moved = value * np.exp(by)  # (E151) derived
        case Transform.LOGIT:
            odds = value / (1.0 - value) * np.exp(by)  # (E151) derived
            moved = np.clip(odds / (1.0 + odds), 1e-12, 1.0 - 1e-7)
    return np.where(by == 0.0, value, moved)
