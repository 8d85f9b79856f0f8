"""BORIS exports of tabular events: one row a start, stop or point, below a heading block in older versions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers import _rows
from bowlby.formats.readers._boris_windows import stated_windows
from bowlby.formats.readers._pairing import EdgeMark, StateEdge, pair
from bowlby.formats.readers._rows import TableBody
from bowlby.formats.readers.boris import NO_SUBJECT, modifiers_of
from bowlby.formats.source import SourceFile
from bowlby.records.quality import Problem
from bowlby.records.record import WINDOW_SCHEMA, UncheckedRecord
from bowlby.records.resolution import MILLISECOND

NAME = "boris_tabular"
_NEEDED = ("Time", "Subject", "Behavior")
_STATUS = ("Status", "Behavior type")
_PRIVATE = ("Comment", "Description", "Observation date", "Media file path", "Media file name", "Source")
_AFTER_MODIFIERS = ("Comment", "Status", "Behavior type", "Time")
_EDGES = {"START": StateEdge.START, "STOP": StateEdge.STOP, "POINT": StateEdge.POINT}


def recognises(source: SourceFile) -> bool:
    """Return whether some row names the columns time, subject, behaviour and status.

    Args:
        source: the file.

    Returns:
        True where one does, in text or in a workbook.
    """
    return any(name in row for row in _rows.rows_naming(source, _NEEDED) for name in _STATUS)


def read(source: SourceFile) -> UncheckedRecord:
    """Read a tabular export of one or several observations.

    Args:
        source: the file.

    Returns:
        Events, with an observed window where the export states the media's length.

    Raises:
        FormatError: no table is found, a time is no number, or a status is unknown.
    """
    marks: list[EdgeMark] = []
    windows = [pl.DataFrame(schema=WINDOW_SCHEMA)]
    problems: tuple[Problem, ...] = ()
    private: list[dict[str, str]] = []
    named: list[Sequence[str]] = []
    for sheet in _rows.read_sheets(source, _NEEDED):
        body = _rows.body_of(sheet, _NEEDED, source)
        if body is None:
            continue
        problems += sheet.problems
        named.append([name for name in _modifier_columns(body.names) if name != "Modifiers"])
        rows, midnights = _rows.over_midnight(body.rows, _clock_columns(body, source), source)
        problems += midnights
        marks += _marks(replace(body, rows=rows), source)
        sessions = [(_session(body, row, source), row) for _, row in body.rows]
        windows.append(stated_windows(sessions, _heading(body, "Time offset (s)")))
        private += [{name: row[name] for name in _PRIVATE if row.get(name)} for _, row in body.rows]
    events, unplaced = pair(marks)
    return UncheckedRecord(
        events=events,
        windows=pl.concat(windows).unique("session", keep="first", maintain_order=True),
        metadata=({"private": [row for row in private if row]} if source.keep_private else {})
        | _rows.modifier_names(named),
        problems=problems + unplaced,
        resolution=MILLISECOND,
    )


def _clock_columns(body: TableBody, source: SourceFile) -> _rows.ClockColumns:
    return _rows.ClockColumns(
        "Time", None, lambda row: _session(body, row, source), lambda row: f"{row['Subject']} {row['Behavior']}"
    )


def _marks(body: TableBody, source: SourceFile) -> list[EdgeMark]:
    marks: list[EdgeMark] = []
    named = _modifier_columns(body.names)
    for number, row in body.rows:
        time = _rows.number_in(row, "Time", number, source)
        marks.append(
            EdgeMark(
                session=_session(body, row, source),
                actor=row["Subject"].strip() or NO_SUBJECT,
                code=row["Behavior"].strip(),
                time_s=math.nan if time is None else time,
                edge=_edge(row, number, source),
                row=number,
                modifiers=modifiers_of("|".join(row[name] for name in named)),
                channel=row.get("Behavioral category", "").strip(),
            )
        )
    return marks


def _modifier_columns(names: Sequence[str]) -> Sequence[str]:
    """The columns between the category and the next fixed one: one a modifier set, named by the user."""
    anchor = "Behavioral category" if "Behavioral category" in names else "Behavior"
    found: list[str] = []
    for name in names[list(names).index(anchor) + 1 :]:
        if name in _AFTER_MODIFIERS:
            break
        found.append(name)
    return found


def _session(body: TableBody, row: Mapping[str, str], source: SourceFile) -> str:
    stated = row.get("Observation id", "").strip() or _heading(body, "Observation id")
    return stated or source.path.stem


def _heading(body: TableBody, name: str) -> str:
    return next((row[1].strip() for row in body.heading if len(row) > 1 and row[0].strip() == name), "")


def _edge(row: Mapping[str, str], number: int, source: SourceFile) -> StateEdge:
    text = next((row[name].strip() for name in _STATUS if name in row), "")
    edge = _EDGES.get(text.upper(), StateEdge.POINT if text == "" else None)
    if edge is None:
        raise FormatError(
            "a status is none of START, STOP and POINT",
            file=source.path,
            row=number,
            column=next(name for name in _STATUS if name in row),
            value=text,
            remedy="If this is an export of aggregated events, give its format: boris_aggregated.",
        )
    return edge
