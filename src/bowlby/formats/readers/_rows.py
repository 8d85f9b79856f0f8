"""Exports of observation programs as rows of texts: csv, tsv or Excel, their table found below any heading block."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers import _delimited, _midnight, _spreadsheet
from bowlby.formats.readers._clock import clock_seconds, day_length_s, days_later, frame_rate
from bowlby.formats.readers._numbers import notation_of_program, number_of
from bowlby.formats.readers._text import decode, head_text, read_lines, stated_delimiter
from bowlby.formats.source import SourceFile
from bowlby.records.layout import Timing
from bowlby.records.quality import Problem

_LONGEST_CELL = 1 << 24
_DEEPEST_HEADING = 500
"""Rows searched for the table's header; a heading block lists media files and independent variables."""


Row: TypeAlias = tuple[int, Mapping[str, str]]
"""A row's place in the file, counted from 1, and its cells by column."""


@dataclass(frozen=True)
class ExportSheet:
    """Rows of one export.

    Args:
        rows: every row of the file, heading block included.
        problems: an encoding that had to be assumed.
    """

    rows: Sequence[Sequence[str]]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class TableBody:
    """The table within a sheet.

    Args:
        names: column names, stripped, in the file's order.
        rows: the rows under the header that are not blank, each with its place in the file, counted from 1.
        heading: the rows above the header.
    """

    names: Sequence[str]
    rows: Sequence[tuple[int, Mapping[str, str]]]
    heading: Sequence[Sequence[str]]


def rows_naming(source: SourceFile, needed: Sequence[str]) -> list[list[str]]:
    """Return the first rows that hold all of some column names, for recognition.

    Args:
        source: the file.
        needed: column names, without quotation marks.

    Returns:
        Those of `head_rows` with a cell of each name.
    """
    if not _spreadsheet.is_workbook(source):
        # Most texts are none of these exports, and a search is far sooner done than a division into cells.
        text = _unquoted_head(source)
        if not all(name in text for name in needed):
            return []
    return [row for row in head_rows(source) if set(needed) <= set(row)]


@lru_cache(maxsize=1)
def _unquoted_head(source: SourceFile) -> str:
    text = head_text(source)
    lines = text.split("\n", _DEEPEST_HEADING)
    deepest = text.removesuffix(lines[-1]) if len(lines) > _DEEPEST_HEADING else text
    return deepest.replace('"', "")


@lru_cache(maxsize=1)
def head_rows(source: SourceFile) -> list[list[str]]:
    """Return the first rows of a text export, or of each sheet of a workbook, for recognition.

    Args:
        source: the file.

    Returns:
        Rows of stripped cells; empty where the file is neither text nor a readable workbook.
    """
    if _spreadsheet.is_workbook(source):
        try:
            pages = _spreadsheet.heads(source.path, _DEEPEST_HEADING)
        except FormatError:
            return []
        return [[cell.strip() for cell in row] for page in pages for row in page]
    lines = head_text(source).splitlines()[:_DEEPEST_HEADING]
    stated = stated_delimiter(source)
    return [_delimited.split_line(line, stated or _delimited.delimiter_of(line)) for line in lines]


def read_sheets(source: SourceFile, *needed: Sequence[str]) -> list[ExportSheet]:
    """Return the sheets of an export that hold a table; a text file is one.

    Args:
        source: the file.
        needed: column names that a header holds, one set or another.

    Returns:
        One sheet for text; of a workbook those with such a header.

    Raises:
        FormatError: the file is damaged, or a quote is never closed.
    """
    if _spreadsheet.is_workbook(source):
        sets = [set(names) for names in needed]

        def has_table(head: list[list[str]]) -> bool:
            return any(names <= {cell.strip() for cell in row} for row in head for names in sets)

        return [ExportSheet(rows) for rows in _spreadsheet.sheets(source.path, has_table, _DEEPEST_HEADING)]
    decoded = decode(read_lines(source.path), source.path)
    csv.field_size_limit(_LONGEST_CELL)
    delimiter = decoded.delimiter or _widest_delimiter(decoded.text)
    reader = csv.reader(io.StringIO(decoded.text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        raise FormatError(
            f"a row cannot be divided into cells: {error}",
            file=source.path,
            row=len(rows) + 1,
            remedy="Look for a quotation mark that is never closed, or export again.",
        ) from None
    return [ExportSheet(rows, decoded.problems)]


def body_of(sheet: ExportSheet, needed: Sequence[str], source: SourceFile) -> TableBody | None:
    """Return the table under the first row that names all needed columns.

    Args:
        sheet: the rows.
        needed: column names that a header must hold.
        source: named in errors.

    Returns:
        The table, or None where no row is such a header.

    Raises:
        FormatError: a column name occurs twice in the header.
    """
    for depth, cells in enumerate(sheet.rows[:_DEEPEST_HEADING]):
        names = [cell.strip() for cell in cells]
        if not set(needed) <= set(names):
            continue
        while names and not names[-1]:
            names.pop()
        names = [name or f"column {number}" for number, name in enumerate(names, start=1)]
        _delimited.check_names(names, source, depth + 1)
        return TableBody(names, _under(sheet.rows[depth + 1 :], names, depth + 2), sheet.rows[:depth])
    return None


def number_in(row: Mapping[str, str], column: str, number: int, source: SourceFile) -> float | None:
    """Return a time or length in seconds from a cell.

    Args:
        row: cells by column.
        column: which.
        number: file row, named in errors.
        source: named in errors.

    Returns:
        Seconds, from a number or a clock time; None where the cell is empty or says "NA".

    Raises:
        FormatError: the cell holds something else, or a number that is not finite.
    """
    text = row.get(column, "").strip()
    if text in ("", "NA", "-"):
        return None
    value = seconds(text, source.layout)
    if value is None:
        raise FormatError(
            "a time is not a finite number of seconds",
            file=source.path,
            row=number,
            column=column,
            value=text[:60],
            remedy="Export times in seconds or as HH:MM:SS.mmm; frames need frames_per_second under [table].",
        )
    return value


@dataclass(frozen=True)
class ClockColumns:
    """Columns of a table whose times may be times of day, and what each row is of.

    Args:
        onset: the column of onsets.
        offset: the column of offsets, or None.
        session: id of each row.
        act: what each row is of; rows of one act are expected in order.
    """

    onset: str
    offset: str | None
    session: Callable[[Mapping[str, str]], str]
    act: Callable[[Mapping[str, str]], str]


def over_midnight(
    rows: Sequence[Row], columns: ClockColumns, source: SourceFile
) -> tuple[list[Row], tuple[Problem, ...]]:
    """Return rows whose times of day go on over midnight in hours beyond 24, and a note of them.

    Args:
        rows: with their places in the file.
        columns: where the times stand.
        source: named in errors.

    Returns:
        (The rows, as they were where no midnight lies among them; zero or one problem.)

    Raises:
        FormatError: a time is none, or times of day go back by hours without a midnight between them.
    """
    timed = [place for place, (_, row) in enumerate(rows) if ":" in row.get(columns.onset, "")]
    if not timed:
        return list(rows), ()
    clock = [rows[place] for place in timed]
    onset, offset = (_times_in(clock, name, source) for name in (columns.onset, columns.offset))
    session, act = (pl.Series([of(row) for _, row in clock], dtype=pl.String) for of in (columns.session, columns.act))
    rate = frame_rate(source.layout.frames_per_second if source.layout else None)
    day_s = day_length_s(clock[0][1][columns.onset], rate)
    times = _midnight.over_midnight(onset, offset, session, act, day_s)
    if times.unclear is not None:
        number, row = clock[times.unclear]
        value, remedy = row[columns.onset], _midnight.UNCLEAR_REMEDY
        raise FormatError(
            _midnight.UNCLEAR, file=source.path, row=number, column=columns.onset, value=value, remedy=remedy
        )
    moved = [(number, dict(row)) for number, row in rows]
    for name, before, after in ((columns.onset, onset, times.onset), (columns.offset, offset, times.offset)):
        days = ((after - before) / day_s).fill_null(0.0).round().cast(pl.Int64)
        for place, day in zip(timed, days, strict=True):
            if day and name is not None:
                moved[place][1][name] = days_later(moved[place][1][name], day)
    written = [row[columns.onset] for _, row in clock]
    return list(moved), times.told([number for number, _ in clock], written)


def _times_in(rows: Sequence[Row], column: str | None, source: SourceFile) -> pl.Series:
    times = [None if column is None else number_in(row, column, number, source) for number, row in rows]
    return pl.Series(times, dtype=pl.Float64)


def seconds(text: str, stated: Timing | None = None) -> float | None:
    """Return a number or a clock time in seconds.

    Args:
        text: such as "12.5", "12,5" or "00:00:12.5".
        stated: what a codebook says of the file's times.

    Returns:
        Seconds, or None where the text is neither or not finite.
    """
    value = number_of(text, notation_of_program(stated))
    return clock_seconds(text, frame_rate(stated.frames_per_second if stated else None)) if value is None else value


def modifier_names(columns: Iterable[Sequence[str]]) -> dict[str, object]:
    """Return metadata that names the modifiers of all events.

    Args:
        columns: the modifier columns of each table of a file, in their order.

    Returns:
        What `ModifierNames` reads; nothing where there are none, or where tables of one file differ in them.
    """
    found = {tuple(names) for names in columns}
    names = found.pop() if len(found) == 1 else ()
    return {"modifier_names": [{"names": list(names)}]} if names else {}


def _widest_delimiter(text: str) -> str:
    """The delimiter of the longest row: a heading block's own rows hold few cells."""
    lines = text.splitlines()[:_DEEPEST_HEADING]
    widths = {
        mark: max((len(_delimited.split_line(line, mark)) for line in lines), default=1)
        for mark in _delimited.DELIMITERS
    }
    return max(widths, key=lambda mark: widths[mark])


def _under(rows: Sequence[Sequence[str]], names: Sequence[str], first: int) -> list[tuple[int, Mapping[str, str]]]:
    return [
        (number, dict(zip(names, [*row, *[""] * (len(names) - len(row))], strict=False)))
        for number, row in enumerate(rows, start=first)
        if any(cell.strip() for cell in row)
    ]
