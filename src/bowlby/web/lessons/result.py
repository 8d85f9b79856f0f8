"""The numbers of the teaching pages in a versioned file: `python -m bowlby.web.lessons` lives all lives anew."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bowlby.input_file import kept_result

VERSION = 1
FILE = Path(__file__).with_name("result.json")
REMAKE = "python -m bowlby.web.lessons"

Result = Mapping[str, Any]
"""version, made_by, seed, cry, days, months, school, repair."""


@cache
def lessons() -> Result:
    """Return the shipped numbers.

    Returns:
        As `make_lessons` gives them.

    Raises:
        InputError: the file is missing, damaged or of another version.
    """
    return kept_result(FILE, VERSION, "the lessons are", f"Remake them: {REMAKE}")


def make_lessons() -> dict[str, Any]:
    """Live everything that the teaching pages show.

    Returns:
        Plain values.
    """
    from bowlby.web.lessons.cares import SEED
    from bowlby.web.lessons.day import cry, days
    from bowlby.web.lessons.months import months
    from bowlby.web.lessons.repair import repair
    from bowlby.web.lessons.school import school

    return {
        "version": VERSION,
        "made_by": REMAKE,
        "seed": SEED,
        "cry": cry(),
        "days": days(),
        "months": months(),
        "school": school(),
        "repair": repair(),
    }
