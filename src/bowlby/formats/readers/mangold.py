"""Mangold INTERACT text exports: levels of session frames and events, one column a class of codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers import _delimited
from bowlby.formats.readers._clock import clock_expression, day_length_s, frame_rate
from bowlby.formats.readers._frames import frame_of
from bowlby.formats.readers._midnight import UNCLEAR, UNCLEAR_REMEDY, over_midnight
from bowlby.formats.readers._numbers import as_numbers, notation_of_program
from bowlby.formats.source import SourceFile
from bowlby.records.layout import Timing
from bowlby.records.quality import Problem, ProblemKind, problem
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, ObservedFrom, UncheckedRecord, WindowKind

NAME = "mangold"
_FRAME = ("level", "description", "number", "onset_time", "offset_time", "duration_time")
_NEEDED = ("level", "onset_time", "offset_time")
_TOLERANCE_S = 0.05
"""Times are written to the video frame (1/25 s): a duration may differ from offset - onset by one frame."""


def recognises(source: SourceFile) -> bool:
    """Return whether the header names INTERACT's level and time columns.

    Args:
        source: the file.

    Returns:
        True where it does, whatever the order of columns.
    """
    return set(_NEEDED) <= {_plain(name) for name in _delimited.header_of(source)}


def read(source: SourceFile) -> UncheckedRecord:
    """Read an INTERACT export.

    Rows of level 1 and 2 frame the session and give its observed window; each class cell of a row of level 3 is one
    event: the class is its channel, the cell its code. Descriptions hold rater names and are dropped.

    Args:
        source: the file.

    Returns:
        Events and observed windows of one session, named after the file.

    Raises:
        FormatError: a level or time is missing or not a number, or no row is an event.
    """
    cells = _delimited.read_cells(source)
    labels = {f"cell {number}": name for number, name in enumerate(cells.frame.columns)}
    cells = replace(cells, frame=cells.frame.rename({name: column for column, name in labels.items()}))
    names = {_plain(name): column for column, name in labels.items()}
    _check_columns(names, source)
    classes = {column: labels[column] for plain, column in names.items() if plain not in _FRAME}
    rows, midnights = _over_midnight(_rows(cells, names, labels, source), names, classes, source)
    rate = frame_rate(source.layout.frames_per_second if source.layout else None)
    frames = rows.filter(pl.col("level") < 3)
    events = rows.filter(pl.col("level") >= 3)
    return UncheckedRecord(
        events=_events(events, classes, source.path.stem),
        windows=_windows(frames, source.path.stem),
        metadata=_metadata(frames, names, source),
        problems=cells.problems + midnights + _mismatches(rows) + _uncoded(events, classes),
        exclusive=True,
        resolution=frame_of(pl.concat([rows[names[name]] for name in _NEEDED[1:]]), _all_times(rows), rate),
    )


def _all_times(rows: pl.DataFrame) -> npt.NDArray[np.float64]:
    return rows.select("onset_s", "offset_s").to_numpy().ravel()


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_")


def _check_columns(names: Mapping[str, str], source: SourceFile) -> None:
    lacking = [name for name in _NEEDED if name not in names]
    if lacking:
        raise FormatError(
            "the export lacks a column",
            file=source.path,
            row=_delimited.header_row(source),
            column=lacking[0],
            remedy="Export from INTERACT with levels, onset and offset times.",
        )


def _rows(
    cells: _delimited.Cells, names: Mapping[str, str], labels: Mapping[str, str], source: SourceFile
) -> pl.DataFrame:
    times = {"onset_s": "onset_time", "offset_s": "offset_time", "duration_s": "duration_time"}
    frame = cells.frame.with_row_index("row", offset=cells.first_row)
    frame = frame.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in cells.frame.columns))
    frame = frame.with_columns(
        pl.col(names["level"]).str.strip_chars().cast(pl.Int64, strict=False).alias("level"),
        *(_seconds(names.get(plain), source.layout).alias(to) for to, plain in times.items()),
    )
    for column, name in {"level": "level", "onset_s": "onset_time", "offset_s": "offset_time"}.items():
        _refuse(frame.filter(pl.col(column).is_null()), names[name], labels, source)
    given = pl.col(names["duration_time"]).is_not_null() if "duration_time" in names else pl.lit(False)
    _refuse(frame.filter(given & pl.col("duration_s").is_null()), names.get("duration_time", ""), labels, source)
    return frame


def _over_midnight(
    rows: pl.DataFrame, names: Mapping[str, str], classes: Mapping[str, str], source: SourceFile
) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Return rows whose times of day go on over midnight, and a note of them."""
    written = rows[names["onset_time"]].str.strip_chars()
    if rows.is_empty() or not written.str.contains(":", literal=True).all():
        return rows, ()
    filled = [pl.when(pl.col(column).is_not_null()).then(pl.lit(column)) for column in classes]
    act = rows.select(act=pl.concat_str("level", *filled, separator=" ", ignore_nulls=True))["act"]
    session = pl.Series([source.path.stem], dtype=pl.String).new_from_index(0, len(rows))
    rate = frame_rate(source.layout.frames_per_second if source.layout else None)
    times = over_midnight(rows["onset_s"], rows["offset_s"], session, act, day_length_s(written[0], rate))
    if times.unclear is not None:
        raise FormatError(
            UNCLEAR,
            file=source.path,
            row=rows["row"][times.unclear],
            column="Onset Time",
            value=written[times.unclear],
            remedy=UNCLEAR_REMEDY,
        )
    told = times.told(rows["row"].to_list(), written.to_list())
    return rows.with_columns(onset_s=times.onset, offset_s=times.offset), told


def _seconds(column: str | None, stated: Timing | None) -> pl.Expr:
    if column is None:
        return pl.lit(None, pl.Float64)
    text = pl.col(column).str.strip_chars()
    rate = frame_rate(stated.frames_per_second if stated else None)
    number = pl.coalesce(as_numbers(text, notation_of_program(stated)), clock_expression(text, rate))
    return pl.when(number.is_finite()).then(number)


def _refuse(wrong: pl.DataFrame, column: str, labels: Mapping[str, str], source: SourceFile) -> None:
    if wrong.is_empty():
        return
    row = wrong.row(0, named=True)
    raise FormatError(
        "a level or time is missing or is no number",
        file=source.path,
        row=row["row"],
        column=labels[column],
        value=row[column],
        remedy="Export with times in seconds or HH:MM:SS.mmm; HH:MM:SS:FF needs frames_per_second under [table].",
    )


def _events(rows: pl.DataFrame, classes: Mapping[str, str], session: str) -> pl.DataFrame:
    parts = [
        rows.filter(_coded(column)).select(
            session=pl.lit(session),
            actor=pl.lit(""),
            partner=pl.lit(""),
            channel=pl.lit(label),
            code=pl.col(column).str.strip_chars(),
            onset_s="onset_s",
            offset_s="offset_s",
            modifiers=pl.lit(""),
            row="row",
        )
        for column, label in classes.items()
    ]
    empty = pl.DataFrame(schema=EVENT_SCHEMA)
    return pl.concat([empty, *parts]).sort("row", maintain_order=True)


def _coded(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().fill_null("").ne("")


def _windows(frames: pl.DataFrame, session: str) -> pl.DataFrame:
    spans = frames.filter(pl.col("offset_s") > pl.col("onset_s")).unique(["onset_s", "offset_s"], maintain_order=True)
    return spans.select(
        session=pl.lit(session),
        kind=pl.lit(str(WindowKind.OBSERVED)),
        actor=pl.lit(None, pl.String),
        channel=pl.lit(None, pl.String),
        onset_s="onset_s",
        offset_s="offset_s",
        reason=pl.lit("session frame (rows of level 1 and 2)"),
        observed_from=pl.lit(str(ObservedFrom.STATED)),
    ).cast(dict(WINDOW_SCHEMA))  # pyright: ignore[reportArgumentType]


def _metadata(frames: pl.DataFrame, names: Mapping[str, str], source: SourceFile) -> dict[str, object]:
    descriptions = names.get("description")
    if descriptions is None:
        return {}
    texts = frames[descriptions].drop_nulls().unique(maintain_order=True).to_list()
    raters = max((len(text.split(" + ")) for text in texts), default=0)
    private: dict[str, object] = {"private": {"descriptions": texts}} if source.keep_private else {}
    return {"coders": raters} | private


def _mismatches(rows: pl.DataFrame) -> tuple[Problem, ...]:
    away = (pl.col("offset_s") - pl.col("onset_s") - pl.col("duration_s")).abs() > _TOLERANCE_S
    return problem(
        ProblemKind.MISMATCH,
        [
            f"row {row['row']}: duration {row['duration_s']:g} s, but offset - onset = "
            f"{row['offset_s'] - row['onset_s']:g} s"
            for row in rows.filter(away).iter_rows(named=True)
        ],
    )


def _uncoded(events: pl.DataFrame, classes: Mapping[str, str]) -> tuple[Problem, ...]:
    empty = events.filter(~pl.any_horizontal([pl.lit(False), *map(_coded, classes)]))
    return problem(
        ProblemKind.MISMATCH,
        [
            f"row {row['row']}: an event from {row['onset_s']:g} to {row['offset_s']:g} s without any code"
            for row in empty.iter_rows(named=True)
        ],
    )
