"""Care at home over a stretch of life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bowlby.simulation.engine.design import Value


@dataclass(frozen=True)
class HomeCare:
    """Care at home until an age.

    Args:
        until: months, > 0.
        setting: centres of the caregiver's traits.
        spread: multiple of the population's spread around them.
        person: another number is another person: foster or adoptive care.
    """

    until: float
    setting: Mapping[str, Value] = field(default_factory=dict)
    spread: float = 1.0
    person: int = 0
