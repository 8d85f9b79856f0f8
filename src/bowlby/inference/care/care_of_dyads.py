"""What records of one or several dyads say of their care: each dyad by itself, and groups of them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bowlby.errors import InputError
from bowlby.formats.dyads import Dyad
from bowlby.inference.care.pooled_care import PooledCare, pool_care
from bowlby.inference.care.reading import ReadingPlan, read_care
from bowlby.inference.care.statement import CareStatement, care_statement

STATEMENTS = "each dyad's own records and the population it is read in, never on the other dyads"
"""The rule and its base rates are made for one dyad; a group's mean must not decide a statement."""
ALL = "all"
"""Name of the group where none are asked for."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CarePlan:
    """How dyads are inferred from.

    Args:
        reading: population, coder and seed.
        base_rates: by quadrant, or None for the population's.
        pooling: whether several dyads are put under one hierarchy.
        by: column of the manifest that says which group a dyad is in, or None.
    """

    reading: ReadingPlan = field(default_factory=ReadingPlan)
    base_rates: Mapping[str, float] | None = None
    pooling: bool = True
    by: str | None = None


@dataclass(frozen=True)
class CareOfDyads:
    """What records say of the care of several dyads.

    Args:
        dyads: whose records they are, in the order in which they were given.
        alone: what the records of each say.
        pooled: the dyads under one hierarchy, or None.
    """

    dyads: tuple[Dyad, ...]
    alone: tuple[CareStatement, ...]
    pooled: PooledCare | None

    @property
    def each(self) -> list[dict[str, object]]:
        """The JSON object of each dyad; dyads are never ranked."""
        return [
            {"dyad": dyad.name, "files": list(dyad.files), **found.as_dict()}
            for dyad, found in zip(self.dyads, self.alone, strict=True)
        ]

    def as_dict(self) -> dict[str, object]:
        """Return the JSON object of `bowlby infer` for several dyads."""
        group = None if self.pooled is None else self.pooled.as_dict()
        pooling = self.pooled is not None
        return {"pooling": pooling, "statements_rest_on": STATEMENTS, "dyads": self.each, "group": group}


def care_of_dyads(dyads: Sequence[Dyad], plan: CarePlan, progress: Progress | None = None) -> CareOfDyads:
    """Return what the records of several dyads say.

    Args:
        dyads: at least one; one alone is not pooled.
        plan: how.
        progress: called with dyads done and to do.

    Returns:
        Each dyad by itself, and all of them pooled where that is asked for.

    Raises:
        InputError: a record cannot be read so, or nothing says which group a dyad is in.
    """
    if plan.by and len(dyads) == 1:
        raise InputError(
            "the records are of one dyad, which is no group",
            column="--by",
            value=plan.by,
            remedy="Give records of several dyads and a manifest.",
        )
    groups = [group_of(dyad, plan.by) for dyad in dyads]
    alone: list[CareStatement] = []
    for number, dyad in enumerate(dyads, 1):
        alone.append(care_statement(read_care(dyad.coded, plan.reading), plan.base_rates))
        if progress is not None:
            progress(number, len(dyads))
    several = plan.pooling and len(dyads) > 1
    pooled = pool_care([one.posterior for one in alone], groups, plan.reading.seed) if several else None
    return CareOfDyads(tuple(dyads), tuple(alone), pooled)


def group_of(dyad: Dyad, by: str | None) -> str:
    """Return which group a dyad is in.

    Args:
        dyad: with the columns of its manifest.
        by: one of them, or None.

    Returns:
        The name of the group.

    Raises:
        InputError: there is no such column, or it is empty or differs among the dyad's records.
    """
    if by is None:
        return ALL
    if by not in dyad.columns:
        remedy = f"Add the column to the manifest; it has {', '.join(dyad.columns) or 'none'}."
        raise InputError("nothing says which group a dyad is in", column="--by", value=by, remedy=remedy)
    words = set(dyad.columns[by])
    if len(words) != 1 or None in words:
        shown = ", ".join(sorted(str(word) for word in words))
        remedy = "A group belongs to the dyad: write the same word in each of its rows."
        raise InputError(f"the group of {dyad.name} is not one", column=by, value=shown, remedy=remedy)
    return str(words.pop())
