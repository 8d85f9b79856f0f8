"""How many sessions fall into each class, with intervals, and how far that depends on the thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bowlby.measures.confidence import share_interval
from bowlby.measures.strange_situation.classification import AT_FIVE, CLASSES, FORCED, MOVES, moved_column

SHARE_SCHEMA: dict[str, pl.DataType] = {
    "class": pl.String(),
    "n": pl.Int64(),
    "estimate": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "at_disorganized_5": pl.Float64(),
    "lowest_moved": pl.Float64(),
    "highest_moved": pl.Float64(),
}
"""One row a class. `lowest_moved` and `highest_moved`: the share when one threshold is moved by one point."""


@dataclass(frozen=True)
class ClassRuleShares:
    """The shares of the classes in a record of many sessions.

    Args:
        table: columns of `SHARE_SCHEMA`; shares are null where no session has a class.
        sessions: number of sessions with a class.
        unclassed: number of sessions without, since a code was not codable.
        organized: shares of A, B and C when every session that can be is forced into one.
        moved: threshold and move, such as "avoidance+1", to class to share.
        reasons: why sessions could not be classified, and how many.
    """

    table: pl.DataFrame
    sessions: int
    unclassed: int
    organized: dict[str, float]
    moved: dict[str, dict[str, float]]
    reasons: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form: class to estimate, low and high, and beside it what the thresholds do."""
        columns = ("estimate", "low", "high", "n", "at_disorganized_5", "lowest_moved", "highest_moved")
        rows = self.table.iter_rows(named=True)
        return {
            "shares": {row["class"]: {column: row[column] for column in columns} for row in rows},
            "sessions": self.sessions,
            "unclassed": self.unclassed,
            "forced": self.organized,
            "thresholds_moved": self.moved,
            "cannot_classify": self.reasons,
        }


def shares(classes: pl.DataFrame) -> ClassRuleShares:
    """Return the share of each class among the sessions that have one, with Wilson's interval.

    Args:
        classes: columns of `classify`.

    Returns:
        The shares, also with disorganization from 5 and with each threshold moved by one point.
    """
    classed = classes.filter(pl.col("class").is_not_null())
    total = classed.height
    moved = {f"{threshold}{by:+d}": _shares_of(classed, moved_column(threshold, by)) for threshold, by in MOVES}
    named, five = _shares_of(classed, "class"), _shares_of(classed, AT_FIVE)
    rows: list[tuple[object, ...]] = []
    for name in CLASSES:
        n = classed.filter(pl.col("class") == name).height
        low, high = share_interval(n, total) if total else (None, None)
        others = [own[name] for own in moved.values()] if total else [None]
        edges = (min(others), max(others)) if total else (None, None)  # pyright: ignore[reportArgumentType]
        rows.append((name, n, named.get(name), low, high, five.get(name), *edges))
    organized = classed.with_columns(forced=pl.coalesce("second", "class")).filter(pl.col("forced").is_in(FORCED))
    counted = classed.filter(pl.col("class") == "CC").group_by("reason").len().sort("reason")
    return ClassRuleShares(
        table=pl.DataFrame(rows, schema=SHARE_SCHEMA, orient="row"),
        sessions=total,
        unclassed=classes.height - total,
        organized=_shares_of(organized, "forced", FORCED),
        moved=moved,
        reasons=dict(counted.iter_rows()),
    )


def _shares_of(classed: pl.DataFrame, column: str, names: tuple[str, ...] = CLASSES) -> dict[str, float]:
    if classed.is_empty():
        return {}
    counts = dict(classed.group_by(column).len().iter_rows())
    return {name: counts.get(name, 0) / classed.height for name in names}
