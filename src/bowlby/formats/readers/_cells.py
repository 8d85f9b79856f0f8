"""Datavyu cells as events: the one rule for its project files and its csv exports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bowlby.formats.readers._events import event_frame
from bowlby.records.quality import Problem, ProblemKind, problem

_PRIVATE = re.compile(
    r"(?i)(birth|dob$|bdate$|^(sub|child|baby|mom|parent)?name$|comment|^notes?$|transcript|coder|rater)"
)
"""Columns and arguments that hold birth dates, names, comments, coders or what was said: dropped unless asked for."""

_NOTHING = ("", ".")
"""Datavyu's "not coded" and "not applicable"."""


@dataclass(frozen=True)
class DatavyuCell:
    """One cell.

    Args:
        column: name of its column.
        names: names of its arguments.
        values: values, as text; one an argument.
        onset_ms: onset.
        offset_ms: offset; 0 or equal to the onset for a point.
        row: line in the file, counted from 1.
    """

    column: str
    names: tuple[str, ...]
    values: tuple[str, ...]
    onset_ms: int
    offset_ms: int
    row: int


def cells_as_events(
    cells: Iterable[DatavyuCell], path: Path, keep_private: bool
) -> tuple[pl.DataFrame, tuple[Problem, ...], list[str]]:
    """Return cells as events.

    The column is the channel; the first argument's value is the code, every further one a modifier "name=value". A cell
    whose first argument is empty, not applicable or private has its column's name as code.

    Args:
        cells: in the file's order.
        path: named in errors; its stem is the session.
        keep_private: keep birth dates, names, comments, coders and transcripts.

    Returns:
        (Events in the file's order; a problem for cells with more or fewer values than arguments; the private arguments
        that were dropped, as "column.argument".)

    Raises:
        FormatError: a time is not a finite number.
    """
    rows: list[tuple[str, str, float, float | None, str, int]] = []
    uneven: list[str] = []
    dropped: dict[str, None] = {}
    for cell in cells:
        values = cell.values
        if len(values) != len(cell.names):
            uneven.append(f"row {cell.row}: {len(values)} values for {len(cell.names)} arguments of {cell.column}")
            values = _fitted(cell)
        kept = list(zip(cell.names, values, strict=True))
        private = () if keep_private else _private(cell)
        dropped |= {f"{cell.column}.{name}": None for name in private}
        kept = [(name, "" if name in private else value) for name, value in kept]
        point = cell.offset_ms in (0, cell.onset_ms)
        stop = None if point else cell.offset_ms / 1000
        rows.append((cell.column, _code(cell, kept), cell.onset_ms / 1000, stop, _modifiers(kept), cell.row))
    schema = ["channel", "code", "onset_s", "offset_s", "modifiers", "row"]
    types = [pl.String, pl.String, pl.Float64, pl.Float64, pl.String, pl.UInt32]
    frame = pl.DataFrame(rows, schema=dict(zip(schema, types, strict=True)), orient="row")
    events = event_frame(frame, path, session=path.stem)
    return events, problem(ProblemKind.MISMATCH, uneven), list(dropped)


def _private(cell: DatavyuCell) -> tuple[str, ...]:
    if _PRIVATE.search(cell.column):
        return cell.names
    return tuple(name for name in cell.names if _PRIVATE.search(name))


def _fitted(cell: DatavyuCell) -> tuple[str, ...]:
    """Return one value an argument: what is too much stays with the last one, what lacks is empty."""
    count = len(cell.names)
    if len(cell.values) < count:
        return cell.values + ("",) * (count - len(cell.values))
    return (*cell.values[: count - 1], ",".join(cell.values[count - 1 :]))


def _code(cell: DatavyuCell, kept: list[tuple[str, str]]) -> str:
    first = kept[0][1].strip() if kept else ""
    return cell.column if first in _NOTHING else first


def _modifiers(kept: list[tuple[str, str]]) -> str:
    said = [(name, value.strip()) for name, value in kept[1:] if value.strip() not in _NOTHING]
    return "|".join(f"{name}={value.replace('|', '/')}" for name, value in said)
