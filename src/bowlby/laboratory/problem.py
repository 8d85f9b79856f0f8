"""What is wrong with a study, once each, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from bowlby.errors import BowlbyError


@dataclass(frozen=True)
class StudyProblem:
    """One thing that is wrong with a study.

    Args:
        file: where it is.
        kind: what it is.
        remedy: what to do.
    """

    file: str
    kind: str
    remedy: str

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the command contract."""
        return asdict(self)


def problem_of(error: BowlbyError, file: str | None = None) -> StudyProblem:
    """Return a problem as an error states it.

    Args:
        error: with its place and remedy.
        file: to name in place of the error's own.

    Returns:
        The problem.
    """
    said = error.as_dict()
    place = "".join(f", {name} {said[name]}" for name in ("row", "column", "value") if said.get(name) not in (None, ""))
    return StudyProblem(file or str(said["file"] or ""), f"{said['message']}{place}", str(said["remedy"]))


def counted(names: Iterable[str], shown: int = 3) -> str:
    """Return names as a clause that stays short: the first few, and how many more there are.

    Args:
        names: any number of names.
        shown: how many are written out, >= 1.

    Returns:
        The clause.
    """
    every = list(names)
    more = f" and {len(every) - shown} more" if len(every) > shown else ""
    return f"{', '.join(every[:shown])}{more}"
