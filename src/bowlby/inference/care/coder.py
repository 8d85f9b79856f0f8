"""What is known of the coder: how much is missed, imagined and misplaced."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bowlby.errors import ParameterError


@dataclass(frozen=True)
class CoderContext:
    """How the coder of a record errs, as double coding shows.

    Args:
        missed: chance that an act is not coded, in [0, .5].
        false: acts coded though nothing was there, as a share of those that were, in [0, .1].
        displaced_s: standard deviation of onset and offset, seconds, in [0, 1].
    """

    missed: float
    false: float
    displaced_s: float

    def __post_init__(self) -> None:
        """Refuse a coder that the networks never saw."""
        for name, most in MOST.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and 0.0 <= value <= most):
                remedy = f"Give a number from 0 to {most:g}, or leave the coder's error unknown."
                raise ParameterError(
                    "the posterior was not made for such a coder", column=name, value=value, remedy=remedy
                )

    def as_dict(self) -> dict[str, float]:
        """Return plain values."""
        return dict(vars(self))


MOST: dict[str, float] = {"missed": 0.5, "false": 0.1, "displaced_s": 1.0}
"""Furthest that a coder errs whose error is unknown; each is taken as uniform from 0."""
ENDS: tuple[CoderContext, CoderContext] = (CoderContext(0.0, 0.0, 0.0), CoderContext(**MOST))
"""Both ends of what an unknown coder may be; what is said of a record holds at both."""
