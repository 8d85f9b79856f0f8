"""A study in groups: how many children each holds and how each measure is spread over them, without small cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from bowlby.errors import InputError
from bowlby.laboratory.suppression import Group, groups_of, withheld
from bowlby.measures.value import MeasureStatus

SMALLEST = 5
"""Children below which a cell is withheld, unless the user says another number."""

MOST_COLUMNS = 2
ALL = "(all)"
"""Level that stands for all levels of a column."""

CHILDREN = "children"
"""Name of the rows that count a group's children, whatever was measured of them."""

WITHHELD = "withheld: fewer than {smallest} children, or needed so that no such cell can be worked out"
CELL_SCHEMA: dict[str, pl.DataType] = {
    "actor": pl.String(),
    "name": pl.String(),
    "unit": pl.String(),
    "children": pl.Int64(),
    "mean": pl.Float64(),
    "sd": pl.Float64(),
    "q25": pl.Float64(),
    "median": pl.Float64(),
    "q75": pl.Float64(),
    "note": pl.String(),
}
"""One row a group and measure, after the columns that say which group."""


@dataclass(frozen=True)
class _Grouping:
    """Who is in which group.

    Args:
        members: the children of each group, cells and margins.
        smallest: least number of children that a cell may show.
        known_sets: what was worked out before: number of children in each cell, and the groups withheld.
    """

    members: Mapping[Group, tuple[str, ...]]
    smallest: int
    known_sets: dict[tuple[int, ...], frozenset[Group]] = field(default_factory=dict)

    @cached_property
    def hidden(self) -> frozenset[Group]:
        """Return the groups whose number of children is withheld."""
        return withheld({group: len(own) for group, own in self.members.items() if None not in group}, self.smallest)

    def hidden_of(self, assessed: frozenset[str]) -> frozenset[Group]:
        """Return the groups that are withheld for a measure that was assessed in some children."""
        sizes = {group: len(assessed.intersection(own)) for group, own in self.members.items() if None not in group}
        key = tuple(sizes.values())
        if key not in self.known_sets:
            shown = {group: len(own) for group, own in self.members.items() if group not in self.hidden}
            self.known_sets[key] = withheld(sizes, self.smallest, also=self.hidden, known=shown)
        return self.known_sets[key]


def cells(table: pl.DataFrame, by: Sequence[str], smallest: int = SMALLEST) -> pl.DataFrame:
    """Return how each measure is spread over the children of each group and of each margin.

    A child's value is the mean of its sessions' estimates, bounds left out. Mean and sd (n - 1) are given from
    `smallest` children on, the median from twice and the quartiles from four times as many, so that as many lie on
    either side; the smallest and the largest value never.

    Args:
        table: columns of `MEASURE_SCHEMA`, `child` and those of `by`, text.
        by: one or two columns that say which group a child is in.
        smallest: least number of children that a cell may show, >= 1; 1 withholds nothing.

    Returns:
        The columns of `by`, `ALL` for a margin, and `CELL_SCHEMA`; null with a note where a cell is withheld.

    Raises:
        InputError: a row has no child or no group, a child is in two groups, or there are more than two columns.
    """
    grouping = _grouping(table, by, smallest)
    rows = [_counted(group, grouping) for group in grouping.members]
    known = pl.col("estimate").filter(pl.col("status") == str(MeasureStatus.ASSESSED))
    values = table.group_by("actor", "name", "unit", "child", maintain_order=True).agg(known.mean())
    for what, own in values.group_by("actor", "name", "unit", maintain_order=True):
        spread = dict(own.drop_nulls("estimate").select("child", "estimate").iter_rows())
        rows += _spread(what, spread, grouping)
    schema = {**{name: pl.String() for name in by}, **CELL_SCHEMA}
    return pl.DataFrame(rows, schema=schema, orient="row")


def check_columns(by: Sequence[str]) -> None:
    """Refuse columns that no groups can be made of.

    Args:
        by: names of columns.

    Raises:
        InputError: there is none, there are more than two, one stands twice, or one is the child.
    """
    if not 1 <= len(set(by)) == len(by) <= MOST_COLUMNS or "child" in by:
        remedy = "Name one column of groups, or two that differ; put further ones together into one of the manifest."
        raise InputError("groups are made of one or two columns", column="--by", value=",".join(by), remedy=remedy)


def _grouping(table: pl.DataFrame, by: Sequence[str], smallest: int) -> _Grouping:
    check_columns(by)
    for name in ("child", *by):
        _refuse_gaps(table, name)
    placed = table.select("child", *by).unique(maintain_order=True)
    _refuse_two_groups(placed, by)
    of: dict[str, Group] = {row[0]: row[1:] for row in placed.iter_rows()}
    groups = groups_of(sorted(set(of.values())))
    return _Grouping({group: tuple(child for child in of if _in(of[child], group)) for group in groups}, smallest)


def _refuse_gaps(table: pl.DataFrame, name: str) -> None:
    if name not in table.columns:
        remedy = "Add it to the manifest: cells are counted in children."
        raise InputError("the manifest has no such column", column=name, remedy=remedy)
    gaps = table.filter(pl.col(name).is_null() | (pl.col(name) == ALL))
    if not gaps.is_empty():
        remedy = f"Fill it in for each record, with a word such as unknown where it is; {ALL} is taken."
        raise InputError(f"a record has no {name}", file=gaps["file"][0], column=name, remedy=remedy)


def _refuse_two_groups(placed: pl.DataFrame, by: Sequence[str]) -> None:
    twice = placed.filter(pl.col("child").is_duplicated())
    if not twice.is_empty():
        remedy = "Give a child one group; for visits, which a child has several of, measure each visit by itself."
        raise InputError(
            "a child is in two groups", column=",".join(by), value=f"child {twice['child'][0]}", remedy=remedy
        )


def _in(cell: Group, group: Group) -> bool:
    return all(level in (None, own) for own, level in zip(cell, group, strict=True))


def _counted(group: Group, grouping: _Grouping) -> tuple[object, ...]:
    is_hidden = group in grouping.hidden
    shown = None if is_hidden else len(grouping.members[group])
    note = WITHHELD.format(smallest=grouping.smallest) if is_hidden else ""
    return (*_levels(group), "", CHILDREN, "children", shown, None, None, None, None, None, note)


def _spread(what: tuple[object, ...], known: Mapping[str, float], grouping: _Grouping) -> list[tuple[object, ...]]:
    hidden = grouping.hidden_of(frozenset(known))
    rows: list[tuple[object, ...]] = []
    for group, members in grouping.members.items():
        values = None if group in hidden else [known[child] for child in members if child in known]
        rows.append((*_levels(group), *what, *_summary(values, grouping.smallest)))
    return rows


def _summary(values: list[float] | None, smallest: int) -> tuple[object, ...]:
    if values is None:
        return (None,) * 6 + (WITHHELD.format(smallest=smallest),)
    if not values:
        return 0, None, None, None, None, None, "assessed in no child"
    column = pl.Series(values)
    sd = column.std() if len(values) > 1 else None
    quarters = [_quantile(column, share, smallest) for share in (0.25, 0.5, 0.75)]
    note = "" if None not in quarters else f"median from {2 * smallest}, quartiles from {4 * smallest} children on"
    return len(values), column.mean(), sd, *quarters, note


def _quantile(column: pl.Series, share: float, smallest: int) -> float | None:
    """Return a quantile (linear between neighbours, Hyndman & Fan 1996, type 7) with enough children beyond it."""
    beyond = min(share, 1 - share) * len(column)
    return column.quantile(share, "linear") if beyond >= smallest else None


def _levels(group: Group) -> list[str]:
    return [ALL if level is None else level for level in group]
