"""BORIS exports of aggregated events: one row an event with start and stop, columns matched by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from bowlby.formats.readers import _rows
from bowlby.formats.readers._boris_windows import stated_windows
from bowlby.formats.readers.boris import NO_SUBJECT, modifiers_of
from bowlby.formats.source import SourceFile
from bowlby.records.quality import EventLoss, LostEvent, Problem, ProblemKind, problem
from bowlby.records.record import EVENT_SCHEMA, UncheckedRecord
from bowlby.records.resolution import MILLISECOND

NAME = "boris_aggregated"
_NEEDED = ("Subject", "Behavior", "Start (s)", "Stop (s)")
_PRIVATE = (
    "Comment start",
    "Comment stop",
    "Description",
    "Observation date",
    "Media file",
    "Media file name",
    "Source",
)


def recognises(source: SourceFile) -> bool:
    """Return whether some row names the columns subject, behaviour, start and stop.

    Args:
        source: the file.

    Returns:
        True where one does, in text or in a workbook.
    """
    return bool(_rows.rows_naming(source, _NEEDED))


def read(source: SourceFile) -> UncheckedRecord:
    """Read an export of aggregated events of one or several observations.

    Start and stop of a point are the same in this format, or the stop is left out.

    Args:
        source: the file.

    Returns:
        Events, with an observed window where the export states the media's length.

    Raises:
        FormatError: a time is no number.
    """
    sheets = [(sheet, _rows.body_of(sheet, _NEEDED, source)) for sheet in _rows.read_sheets(source, _NEEDED)]
    rows = [row for _, body in sheets if body is not None for row in body.rows]
    rows, midnights = _rows.over_midnight(rows, _clock_columns(source), source)
    events, unplaced = _events(rows, source)
    private = [{name: row[name] for name in _PRIVATE if row.get(name)} for _, row in rows]
    return UncheckedRecord(
        events=events,
        windows=stated_windows((_session(row, source), row) for _, row in rows),
        metadata=({"private": [row for row in private if row]} if source.keep_private else {})
        | _rows.modifier_names(_modifier_columns(body.names) for _, body in sheets if body is not None),
        problems=sum((sheet.problems for sheet, _ in sheets), ()) + midnights + unplaced,
        resolution=MILLISECOND,
    )


_Row = tuple[int, Mapping[str, str]]


def _events(rows: Sequence[_Row], source: SourceFile) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    events: list[tuple[object, ...]] = []
    untimed: list[LostEvent] = []
    endless: list[LostEvent] = []
    lasting = {row["Behavior"].strip() for _, row in rows if _is_state(row)}
    for number, row in rows:
        start = _rows.number_in(row, "Start (s)", number, source)
        stop = _rows.number_in(row, "Stop (s)", number, source)
        session, actor = _session(row, source), row["Subject"].strip() or NO_SUBJECT
        channel = row.get("Behavioral category", "").strip()
        code = row["Behavior"].strip()
        place, loss = f"{session}, row {number}: {actor} {code}", EventLoss(session, code, actor, channel)
        if start is None:
            untimed.append(LostEvent(f"{place} has no start", loss))
            continue
        if stop is None and code in lasting:
            endless.append(LostEvent(f"{place} at {start:g} s started but never stopped; kept as a point", loss))
        if stop == start and row.get("Behavior type", "POINT").strip().upper() == "POINT":
            stop = None
        events.append((session, actor, "", channel, code, start, stop, _modifiers(row), number))
    problems = problem(ProblemKind.UNPAIRED_STATE, endless) + problem(ProblemKind.NO_TIME, untimed)
    return pl.DataFrame(events, schema=EVENT_SCHEMA, orient="row"), problems


def _clock_columns(source: SourceFile) -> _rows.ClockColumns:
    return _rows.ClockColumns(
        "Start (s)", "Stop (s)", lambda row: _session(row, source), lambda row: f"{row['Subject']} {row['Behavior']}"
    )


def _is_state(row: Mapping[str, str]) -> bool:
    """Return whether a row says that its code is a state's; where no type is stated, a stop after the start says so."""
    stated = row.get("Behavior type", "").strip().upper()
    if stated:
        return stated.startswith("STATE")
    start, stop = row["Start (s)"].strip(), row["Stop (s)"].strip()
    return _rows.seconds(stop) is not None and stop != start


def _modifiers(row: Mapping[str, str]) -> str:
    """One column "Modifiers", or one "Modifier #n" a set."""
    return modifiers_of("|".join(row[name] for name in row if name.startswith("Modifier")))


def _modifier_columns(names: Sequence[str]) -> list[str]:
    return [name for name in names if name.startswith("Modifier") and name != "Modifiers"]


def _session(row: Mapping[str, str], source: SourceFile) -> str:
    return row.get("Observation id", "").strip() or source.path.stem
