"""Ages and durations as people write them."""

from __future__ import annotations

import re

from bowlby.errors import InputError

DAYS_PER_MONTH = 30.4375
_DAYS = {"d": 1.0, "w": 7.0, "mo": DAYS_PER_MONTH, "y": 12 * DAYS_PER_MONTH}
_WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(d|days?|w|weeks?|mo|months?|y|years?)\s*", re.IGNORECASE)
_SHORT = {"day": "d", "days": "d", "week": "w", "weeks": "w", "month": "mo", "months": "mo", "year": "y", "years": "y"}


def parse_age(text: str) -> float:
    """Read an age such as "18mo", "2y", "90d" or "12w".

    Args:
        text: a number and a unit: d, w, mo or y, or the words.

    Returns:
        Age in months of 30.4375 days, > 0.

    Raises:
        InputError: the text is no age, or the age is zero.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None or float(match[1]) <= 0:
        raise InputError(
            "this is not an age after birth",
            column="until",
            value=text,
            remedy='Write a number and a unit: "90d", "12w", "18mo", "2y".',
        )
    unit = match[2].lower()
    return float(match[1]) * _DAYS[_SHORT.get(unit, unit)] / DAYS_PER_MONTH
