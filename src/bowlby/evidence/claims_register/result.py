"""The number that tests a claim, and what it says of the claim."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from bowlby.evidence.claims_register.claim import ExpectedDirection


class ResultDirection(StrEnum):
    """What the model's result says of a claim."""

    FOR = "for"
    AGAINST = "against"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class ContrastResult:
    """A number with its 95 % interval, in the contrast's unit.

    Args:
        estimate: the number.
        low: end of the interval.
        high: end of the interval.
        least: size below which a number counts as nothing.
    """

    estimate: float
    low: float
    high: float
    least: float


def found_of(expected: ExpectedDirection, result: ContrastResult) -> ResultDirection:
    """Return what a result says of a claim.

    Higher or lower: for where the whole interval lies beyond nothing on the claimed side, against where it lies beyond
    nothing on the other side or inside what counts as nothing. The same: for where it lies inside, against where
    it lies outside. Else unclear.

    Args:
        expected: what the contrast gives if the claim holds.
        result: the number.

    Returns:
        For, against or unclear.
    """
    low, high, least = result.low, result.high, result.least
    if not all(math.isfinite(value) for value in (low, high)):
        return ResultDirection.UNCLEAR
    nothing = -least <= low and high <= least
    up, down = low > 0 and result.estimate >= least, high < 0 and result.estimate <= -least
    match expected:
        case ExpectedDirection.SAME:
            return (
                ResultDirection.FOR
                if nothing
                else ResultDirection.AGAINST
                if low > least or high < -least
                else ResultDirection.UNCLEAR
            )
        case ExpectedDirection.HIGHER:
            return (
                ResultDirection.FOR if up else ResultDirection.AGAINST if down or nothing else ResultDirection.UNCLEAR
            )
        case ExpectedDirection.LOWER:
            return (
                ResultDirection.FOR if down else ResultDirection.AGAINST if up or nothing else ResultDirection.UNCLEAR
            )
