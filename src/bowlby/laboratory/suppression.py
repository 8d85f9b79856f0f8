"""Which counts of a table of groups must be withheld, so that no small one can be worked out from those that stand.

A reader of the table knows its margins, and so a system of linear equations in the counts that are withheld. A count is
safe where the largest value that the system allows it is no small one, and where the system leaves it more than one
value. Then whatever can be added up from the published counts holds no small group either. (Secondary cell suppression
with an audit by linear programs: Willenborg & de Waal 2001, Elements of Statistical Disclosure Control, ch. 4.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Group: TypeAlias = tuple[str | None, ...]
"""One level a column; None stands for all levels of it, so that (None, None) is everybody."""

_ROUNDING = 1e-6
_UNBOUNDED = 3
"""What scipy calls a program without a largest value."""


def groups_of(cells: Sequence[Group]) -> list[Group]:
    """Return every group that some cells add up to: themselves, and all margins.

    Args:
        cells: one level a column each.

    Returns:
        Groups, everybody first, each once.
    """
    found = {
        tuple(level if shown else None for level, shown in zip(cell, kept, strict=True))
        for cell in cells
        for kept in product((False, True), repeat=len(cell))
    }
    return sorted(found, key=lambda group: [(level is not None, level or "") for level in group])


def withheld(
    counts: Mapping[Group, int],
    smallest: int,
    *,
    also: Set[Group] = frozenset(),
    known: Mapping[Group, int] | None = None,
) -> frozenset[Group]:
    """Return the groups whose count is withheld: the small ones, and those that would give them away.

    Args:
        counts: people in each cell, at most two levels a cell; cells with nobody are public.
        smallest: least number of people that may be shown, >= 1.
        also: groups that are withheld for another reason, and may be empty for all that a reader knows; every other
            cell is known to hold somebody, since an empty one would be shown.
        known: published numbers that these counts cannot exceed, by group.

    Returns:
        Cells and margins.

    Raises:
        ValueError: there are more than two columns, for which bounds of linear programs are not exact.
    """
    if any(len(cell) > 2 for cell in counts):
        raise ValueError("at most two columns")
    table = _CountTable(counts, smallest, also, known or {})
    hidden = {group for group, count in table.count.items() if 0 < count < smallest or group in also}
    if smallest > 1:
        while (another := table.next_to_hide(hidden)) is not None:
            hidden.add(another)
    return frozenset(hidden)


@dataclass(frozen=True)
class _CountTable:
    """The counts of all groups, and what a reader knows besides.

    Args:
        cells: people in each cell.
        smallest: least number that may be shown.
        perhaps_empty: groups of which a reader does not know that they hold somebody.
        known: published numbers that counts cannot exceed.
    """

    cells: Mapping[Group, int]
    smallest: int
    perhaps_empty: Set[Group]
    known: Mapping[Group, int]

    @cached_property
    def members(self) -> dict[Group, npt.NDArray[np.float64]]:
        """Return which cells each group adds up, as ones and zeros."""
        return {
            group: np.array(
                [all(g in (None, c) for g, c in zip(group, cell, strict=True)) for cell in self.cells], float
            )
            for group in groups_of(list(self.cells))
        }

    @cached_property
    def count(self) -> dict[Group, int]:
        """Return the people in each group."""
        return {group: round(float(inside @ self._sizes)) for group, inside in self.members.items()}

    @cached_property
    def _sizes(self) -> npt.NDArray[np.float64]:
        return np.array(list(self.cells.values()), float)

    def next_to_hide(self, hidden: Set[Group]) -> Group | None:
        """Return what else must be hidden, None where no withheld group can be told or told to be small.

        Cells are looked at before margins. Where no single sum gives a group away but only several together, the
        smallest group beside it, in any sum, is as good as another.
        """
        told = [group for group in reversed(self.count) if group in hidden and not self._safe(group, hidden)]
        if not told:
            return None
        for every in (False, True):
            for group in told:
                found = self._helping(group, hidden, every=every)
                if found:
                    return min(found, key=lambda one: (self._alone_in(one, hidden), self.count[one], str(one)))
        return min(
            (one for one in self.count if self.count[one] and one not in hidden), key=lambda one: self.count[one]
        )

    def _helping(self, told: Group, hidden: Set[Group], *, every: bool) -> list[Group]:
        """Return the groups to choose from: what hides a group within the sums that give it away, or within every."""
        parts = [one for kind in self._parts(told) if not hidden & set(kind) for one in kind]
        totals = [group for group in self.count if group not in hidden and group != told and self._holds(group, told)]
        found = list(parts)
        for total in totals:
            if every or self._gives_away(total, told, hidden):
                found += [one for one in self._beside(told, total) if one not in hidden] or [total]
        return found

    def _parts(self, group: Group) -> list[list[Group]]:
        """Return the groups that a margin adds up, a list for each way of cutting it; empty ones left out."""
        kinds: dict[tuple[bool, ...], list[Group]] = {}
        for one, count in self.count.items():
            if count and one != group and self._finer(one, group):
                kinds.setdefault(tuple(level is None for level in one), []).append(one)
        return list(kinds.values())

    def _finer(self, one: Group, group: Group) -> bool:
        return all(level in (None, own) for own, level in zip(one, group, strict=True))

    def _safe(self, group: Group, hidden: Set[Group]) -> bool:
        if self.count[group] == 0:
            return True
        high = self._largest(self.members[group], hidden)
        if high < self.smallest - _ROUNDING:
            return False
        # The count itself is allowed, so that the least need not be known where the most lies above it.
        above = high - self.count[group] > 1 - _ROUNDING
        return above or high + self._largest(-self.members[group], hidden) > 1 - _ROUNDING

    def _holds(self, total: Group, group: Group) -> bool:
        return bool((self.members[total] >= self.members[group]).all())

    def _beside(self, group: Group, total: Group) -> list[Group]:
        """Return the groups of one kind with a group that a total holds, itself and empty ones not among them."""
        kind = [level is None for level in group]
        return [
            one
            for one, count in self.count.items()
            if count and one != group and [level is None for level in one] == kind and self._holds(total, one)
        ]

    def _gives_away(self, total: Group, group: Group, hidden: Set[Group]) -> bool:
        """Return whether a total less the groups shown in it leaves too few people, or one group alone."""
        others = [one for one in self._beside(group, total) if one in hidden]
        left = self.count[group] + sum(self.count[one] for one in others)
        return not others or left < max(self.smallest, len(others) + 2)

    def _alone_in(self, group: Group, hidden: Set[Group]) -> int:
        """Return how many published totals would give a group away if it were hidden too, and so ask for one more."""
        totals = [one for one in self.count if one not in hidden and one != group and self._holds(one, group)]
        return sum(self._gives_away(total, group, hidden) for total in totals)

    def _largest(self, asked: npt.NDArray[np.float64], hidden: Set[Group]) -> float:
        """Return the largest sum that the published numbers allow; only the cells withheld are unknown."""
        from scipy.optimize import linprog

        cells = [cell for cell in self.cells if cell in hidden]
        unknown = np.array([cell in hidden for cell in self.cells])
        plain = float(asked[~unknown] @ self._sizes[~unknown])
        if not cells:
            return plain
        sums, left = self._equations({group: self.count[group] for group in self.count if group not in hidden}, unknown)
        caps, room = self._equations({group: n for group, n in self.known.items() if group in hidden}, unknown)
        least = [0 if self.cells[cell] == 0 or cell in self.perhaps_empty else 1 for cell in cells]
        ends = [(low, None) for low in least]
        done = linprog(-asked[unknown], A_eq=sums, b_eq=left, A_ub=caps, b_ub=room, bounds=ends)
        return float("inf") if done.status == _UNBOUNDED else plain - float(done.fun)

    def _equations(
        self, numbers: Mapping[Group, int], unknown: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.float64], list[float]]:
        """Return which unknown cells each number adds up, and what it leaves to them; sums without any left out."""
        groups = [group for group in numbers if self.members[group][unknown].any()]
        sums = np.array([self.members[group][unknown] for group in groups]).reshape(len(groups), int(unknown.sum()))
        return sums, [numbers[one] - float(self.members[one][~unknown] @ self._sizes[~unknown]) for one in groups]
