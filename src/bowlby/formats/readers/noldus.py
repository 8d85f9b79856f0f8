"""Noldus The Observer XT exports of the event log, as Excel or text.

Written from the published column names, without a sample that could be shared; see docs/formats.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers import _rows
from bowlby.formats.readers._pairing import EdgeMark, StateEdge, pair
from bowlby.formats.source import SourceFile
from bowlby.records.quality import EventLoss, LostEvent, Problem, ProblemKind, problem
from bowlby.records.record import EVENT_SCHEMA, UncheckedRecord

NAME = "noldus"
_NEEDED = ("Behavior", "Event_Type")
_TIMES = ("Time_Relative_sf", "Time_Relative_hmsf", "Time_Relative_hms")
_DURATIONS = ("Duration_sf", "Duration_hmsf", "Duration_hms")
_FRACTION = "Time_Relative_f"
_WHOLE_SECONDS = "_hms"
"""Columns of one thing, the finest first; an export holds those that were ticked."""

_PRIVATE = ("Comment", "Date_dmy", "Date_Time_Absolute_dmy_hmsf", "Time_Absolute_hms")
_TOLERANCE_S = 0.05
_EDGES = {
    "state start": StateEdge.START,
    "state stop": StateEdge.STOP,
    "point": StateEdge.POINT,
    "state point": StateEdge.POINT,
}

_Row = tuple[int, Mapping[str, str]]


def recognises(source: SourceFile) -> bool:
    """Return whether some row names relative time, behaviour and event type as The Observer does.

    Args:
        source: the file.

    Returns:
        True where one does, in text or in a workbook.
    """
    return any(_rows.rows_naming(source, (time, *_NEEDED)) for time in _TIMES)


def read(source: SourceFile) -> UncheckedRecord:
    """Read an export of the event log, one or many observations in a file, or a sheet each.

    Times are taken from the finest column there is: `Time_Relative_sf`, `_hmsf`, or `_hms` with the fraction of a
    second in `_f` where that is exported too. Starts pair with stops per observation, subject and behaviour; modifiers
    are those of the start, since a stop may carry others. Where the export holds no stops at all, a start lasts as long
    as its duration says. State points are points.

    Args:
        source: the file.

    Returns:
        Events; the export states no observed window.

    Raises:
        FormatError: a time or duration is no number.
    """
    sheets = _rows.read_sheets(source, *((time, *_NEEDED) for time in _TIMES))
    bodies = [body for sheet in sheets if (body := _body(sheet, source)) is not None]
    rows, midnights = _over_midnight([row for body in bodies for row in body.rows], source)
    timed = [row for row in rows if _time(row, source) is not None]
    if any(_kind(row) == "state stop" for row in rows):
        events, problems = _paired(timed, source)
    else:
        events, problems = _lasting(timed, source)
    private = [{name: row[name] for name in _PRIVATE if row.get(name)} for _, row in rows]
    return UncheckedRecord(
        events=events,
        metadata=({"private": [row for row in private if row]} if source.keep_private else {})
        | _rows.modifier_names([name for name in body.names if name.startswith("Modifier")] for body in bodies),
        problems=sum((sheet.problems for sheet in sheets), ()) + midnights + problems + _oddities(rows, timed, source),
    )


def _over_midnight(rows: Sequence[_Row], source: SourceFile) -> tuple[list[_Row], tuple[Problem, ...]]:
    column = _finest(rows[0], _TIMES) if rows else _TIMES[0]
    return _rows.over_midnight(
        rows,
        _rows.ClockColumns(
            column,
            None,
            lambda row: _session((0, row), source),
            lambda row: f"{row.get('Subject', '')} {row['Behavior']}",
        ),
        source,
    )


def _paired(rows: Sequence[_Row], source: SourceFile) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    marks = [
        EdgeMark(
            *_act(row, source),
            time_s=_time(row, source) or 0.0,
            edge=_EDGES.get(_kind(row), StateEdge.POINT),
            row=row[0],
        )
        for row in rows
    ]
    events, unpaired = pair(marks)
    stated = pl.DataFrame(
        [(_session(row, source), row[0], _modifiers(row), *_stated(row, source)) for row in rows],
        schema={
            "session": pl.String,
            "row": pl.UInt32,
            "modifiers": pl.String,
            "stated_s": pl.Float64,
            "within_s": pl.Float64,
        },
        orient="row",
    ).unique(["session", "row"], keep="first")
    events = events.drop("modifiers").join(stated, on=["session", "row"], how="left", maintain_order="left")
    return events.select(EVENT_SCHEMA.keys()), unpaired + _mismatches(events)


def _lasting(rows: Sequence[_Row], source: SourceFile) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    events: list[tuple[object, ...]] = []
    endless: list[_Row] = []
    for row in rows:
        onset = _time(row, source) or 0.0
        is_state = _kind(row) == "state start"
        seconds = _number(row, _finest(row, _DURATIONS), source) if is_state else None
        endless += [row] if is_state and seconds is None else []
        offset = None if seconds is None else onset + seconds
        session, actor, code = _act(row, source)
        events.append((session, actor, "", "", code, onset, offset, _modifiers(row), row[0]))
    lost = [
        LostEvent(
            f"{_session(row, source)}, row {row[0]}: {row[1]['Behavior']} has no end; kept as a point",
            _loss(row, source),
        )
        for row in endless
    ]
    return pl.DataFrame(events, schema=EVENT_SCHEMA, orient="row"), problem(ProblemKind.UNPAIRED_STATE, lost)


def _act(row: _Row, source: SourceFile) -> tuple[str, str, str]:
    """Return session, actor and code."""
    return _session(row, source), row[1].get("Subject", "").strip(), row[1]["Behavior"].strip()


def _kind(row: _Row) -> str:
    return row[1]["Event_Type"].strip().lower()


def _session(row: _Row, source: SourceFile) -> str:
    return row[1].get("Observation", "").strip() or source.path.stem


def _body(sheet: _rows.ExportSheet, source: SourceFile) -> _rows.TableBody | None:
    found = (_rows.body_of(sheet, (time, *_NEEDED), source) for time in _TIMES)
    return next((body for body in found if body is not None), None)


def _finest(row: _Row, columns: Sequence[str]) -> str:
    return next((column for column in columns if row[1].get(column, "").strip()), columns[0])


def _time(row: _Row, source: SourceFile) -> float | None:
    column = _finest(row, _TIMES)
    time = _number(row, column, source)
    fraction = _number(row, _FRACTION, source) if column.endswith(_WHOLE_SECONDS) else None
    if fraction is not None and not 0 <= fraction < 1:
        raise FormatError(
            "a fraction of a second is none",
            file=source.path,
            row=row[0],
            column=_FRACTION,
            value=row[1][_FRACTION],
            remedy="Export Time_Relative_sf as well.",
        )
    return None if time is None else time + (fraction or 0.0)


def _stated(row: _Row, source: SourceFile) -> tuple[float | None, float]:
    """Return the length that a row states, and how far times in its columns may be from it."""
    length = _finest(row, _DURATIONS)
    whole = length.endswith(_WHOLE_SECONDS) or _finest(row, _TIMES).endswith(_WHOLE_SECONDS)
    return _number(row, length, source), _TOLERANCE_S + float(whole)


def _number(row: _Row, column: str, source: SourceFile) -> float | None:
    return _rows.number_in(row[1], column, row[0], source)


def _modifiers(row: _Row) -> str:
    sets = [cell.strip() for name, cell in row[1].items() if name.startswith("Modifier")]
    return "|".join(sets) if any(sets) else ""


def _mismatches(events: pl.DataFrame) -> tuple[Problem, ...]:
    away = (pl.col("offset_s") - pl.col("onset_s") - pl.col("stated_s")).abs() > pl.col("within_s")
    return problem(
        ProblemKind.MISMATCH,
        [
            f"{row['session']}, row {row['row']}: {row['code']} states {row['stated_s']:g} s, but stops after "
            f"{row['offset_s'] - row['onset_s']:g} s"
            for row in events.filter(away).iter_rows(named=True)
        ],
    )


def _oddities(rows: Sequence[_Row], timed: Sequence[_Row], source: SourceFile) -> tuple[Problem, ...]:
    numbers = {id(row[1]) for row in timed}
    untimed = [_untimed(row, source) for row in rows if id(row[1]) not in numbers]
    strange = [
        f"row {row[0]}: event type {row[1]['Event_Type']!r} is unknown; kept as a point"
        for row in timed
        if _kind(row) not in _EDGES
    ]
    return problem(ProblemKind.NO_TIME, untimed) + problem(ProblemKind.MISMATCH, strange)


def _untimed(row: _Row, source: SourceFile) -> LostEvent:
    return LostEvent(f"row {row[0]}: {row[1]['Behavior']} has no time", _loss(row, source))


def _loss(row: _Row, source: SourceFile) -> EventLoss:
    session, actor, code = _act(row, source)
    return EventLoss(session, code, actor)
