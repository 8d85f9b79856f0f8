"""What families differ in: five dimensions of care, each a way from usual care towards one named kind of care.

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
from bowlby.model.life.exposures import EXPOSURES
from bowlby.model.parameter import Transform

Floats = npt.NDArray[np.float64]


class Dimension(StrEnum):
    """What families differ in; 0 is usual care and 1 the named kind of care that gives the dimension its direction."""

    DEPRIVATION = "deprivation"
    REJECTION = "rejection"
    INCONSISTENCY = "inconsistency"
    INTRUSIVENESS = "intrusiveness"
    FRIGHT = "fright"


RESIDUAL = 0.7
"""Share of a trait's own spread over persons that is left beside the dimensions. Assumed."""

_ENDS = {
    Dimension.DEPRIVATION: "deprived",
    Dimension.REJECTION: "rejecting",
    Dimension.INCONSISTENCY: "inconsistent",
    Dimension.INTRUSIVENESS: "intrusive",
    Dimension.FRIGHT: "frightening",
}
_HURTS = ("unprovoked_", "provoked_")


def _direction(dimension: Dimension) -> Mapping[str, float]:
    """Return how far each trait lies from usual care: hurtful acts on the dimension of fright, else all the others."""
    hurtful = dimension is Dimension.FRIGHT
    far = EXPOSURES[_ENDS[dimension]]
    named = {name: value for name, value in far.items() if name.startswith(_HURTS) == hurtful}
    entries = {name: registry.REGISTRY[name] for name in named}
    return MappingProxyType({name: one.free(named[name]) - one.free(one.default) for name, one in entries.items()})


DIRECTIONS: Mapping[Dimension, Mapping[str, float]] = MappingProxyType({one: _direction(one) for one in Dimension})
"""Change of each trait on its transformed scale between 0 and 1 of a dimension."""


def setting(position: Mapping[Dimension, Floats]) -> dict[str, Floats]:
    """Return centres of caregiver traits: g(trait) = g(usual) + sum over dimensions of position * direction.

    Args:
        position: where each family stands, each of shape (children,), unit 1; dimensions that are left out stand at 0.

    Returns:
        Traits on their own scale, each of shape (children,), strictly inside their support.
    """
    names = sorted({name for dimension in position for name in DIRECTIONS[dimension]})
    found: dict[str, Floats] = {}
    for name in names:
        entry = registry.REGISTRY[name]
        moves = [DIRECTIONS[one].get(name, 0.0) * np.asarray(at, np.float64) for one, at in position.items()]
        found[name] = _natural(entry.transform, entry.free(entry.default) + np.sum(moves, axis=0))
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
