"""The time columns of a plain table in seconds, by the unit and notation that its codebook states."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers._clock import FRAMES_AT_END, FrameRate, clock_expression, day_length_s, frame_rate
from bowlby.formats.readers._midnight import UNCLEAR, UNCLEAR_REMEDY, over_midnight
from bowlby.formats.readers._numbers import EITHER, EITHER_REMEDY, Comma, Notation, as_numbers, is_either, notation_of
from bowlby.formats.source import SourceFile
from bowlby.records.layout import TableLayout, TimeUnit
from bowlby.records.quality import Problem
from bowlby.records.resolution import MILLISECOND, Resolution

ROW = "row of the file"
_PER_SECOND = {TimeUnit.SECONDS: 1.0, TimeUnit.MILLISECONDS: 1e3, TimeUnit.MICROSECONDS: 1e6}


def time_columns(layout: TableLayout) -> list[str]:
    """Return the columns of a layout that hold times.

    Args:
        layout: the mapping.

    Returns:
        Onset, and offset and duration where there are such.
    """
    return [column for column in (layout.onset, layout.offset, layout.duration) if column is not None]


def exact(column: str) -> pl.Expr:
    """Return a column by its very name: Polars takes "*" for all and "^...$" for a pattern.

    Args:
        column: its name.

    Returns:
        The expression.
    """
    if column == "*" or (column.startswith("^") and column.endswith("$")):
        return pl.col(f"^{re.escape(column)}$")
    return pl.col(column)


def resolution_of(layout: TableLayout, frame: pl.DataFrame) -> Resolution | None:
    """Return how fine a table's times are: one unit where that is what a coder could set.

    Args:
        layout: the mapping.
        frame: the table.

    Returns:
        The resolution, or None where the unit does not say.
    """
    match layout.unit:
        case TimeUnit.MILLISECONDS:
            return MILLISECOND
        case TimeUnit.FRAMES:
            return Resolution(1 / (layout.frames_per_second or 1.0))
        case TimeUnit.CLOCK | TimeUnit.TIMECODE | TimeUnit.DROP_FRAME:
            rate = frame_rate(layout.frames_per_second)
            onset = frame[layout.onset]
            counted = rate is not None and onset.dtype == pl.String and onset.str.contains(FRAMES_AT_END).all()
            return Resolution(rate.frame_s) if rate is not None and counted else None
        case TimeUnit.SECONDS | TimeUnit.MICROSECONDS:
            return None


@dataclass(frozen=True)
class TimeTable:
    """A table whose times are to be read.

    Args:
        frame: with the file's row numbers in `ROW`.
        layout: which column holds what, in which unit.
        source: named in errors.
        delimiter: the character between cells, "" where there is none.
    """

    frame: pl.DataFrame
    layout: TableLayout
    source: SourceFile
    delimiter: str

    @cached_property
    def notation(self) -> Notation:
        """How its numbers are written; cells that semicolons part leave the comma to decimals."""
        texts = [self.frame[name] for name in time_columns(self.layout) if self.frame.schema[name] == pl.String]
        known = Comma.DECIMAL if self.delimiter == ";" else Comma.UNKNOWN
        return notation_of((text.str.strip_chars() for text in texts), self.layout, known)

    @property
    def rate(self) -> FrameRate | None:
        """Rate of the frames in its timecodes."""
        return frame_rate(self.layout.frames_per_second)

    def onset(self) -> pl.Series:
        """Return the onsets, seconds.

        Raises:
            FormatError: one is missing or no time.
        """
        column = self.layout.onset
        onset = self._seconds(column)
        if onset.has_nulls():
            self._refuse(onset.is_null(), column, "a coded row has no onset", "Fill the onset in, or take the row out.")
        return onset

    def offset(self, onset: pl.Series) -> pl.Series:
        """Return the offsets, seconds, null for points.

        Args:
            onset: seconds.

        Returns:
            Offsets as stated, or onsets and durations added up.

        Raises:
            FormatError: one is no time, or a duration is negative.
        """
        if self.layout.offset is not None:
            return self._seconds(self.layout.offset)
        if self.layout.duration is None:
            return pl.Series([None], dtype=pl.Float64).new_from_index(0, len(onset))
        durations = self._seconds(self.layout.duration)
        negative = (durations < 0).fill_null(False)
        if negative.any():
            remedy = "If the column is an offset, name it as offset in [table]."
            self._refuse(negative, self.layout.duration, "a duration is negative", remedy)
        return onset + durations

    def in_order(self, events: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
        """Return events whose times of day go on over midnight, and a note of the rows.

        Args:
            events: columns of the event table, in the file's order.

        Returns:
            (Events; zero or one problem.)

        Raises:
            FormatError: times of day go back by hours without a midnight between them.
        """
        if not self.layout.unit.is_clock:
            return events, ()
        act = pl.concat_str("actor", "channel", "code", separator="\x1f")
        first, drop = str(self.frame[self.layout.onset].first()), self.layout.unit == TimeUnit.DROP_FRAME
        columns = events.select("onset_s", "offset_s", "session", act.alias("act")).get_columns()
        times = over_midnight(*columns, day_s=day_length_s(first, self.rate, drop=drop))
        if times.unclear is not None:
            self._refuse(
                self.frame[ROW] == events["row"][times.unclear],
                self.layout.onset,
                UNCLEAR,
                UNCLEAR_REMEDY,
            )
        if not times.crossings:
            return events, ()
        written = dict(self.frame.select(ROW, self.layout.onset).iter_rows())
        moved = events.with_columns(onset_s=times.onset, offset_s=times.offset)
        return moved, times.told(events["row"].to_list(), [written[row] for row in events["row"]])

    def _seconds(self, column: str) -> pl.Series:
        raw, unit = self.frame[column], self.layout.unit
        if raw.dtype == pl.String:
            text = exact(column).str.strip_chars()
            text = pl.when(text != "").then(text)
            if unit.is_clock:
                number = clock_expression(text, self.rate, drop=unit == TimeUnit.DROP_FRAME)
            else:
                number = as_numbers(text, self.notation)
            values, given = self.frame.select(number=number, given=text.is_not_null()).get_columns()
            unread = values.null_count() > len(values) - int(given.sum())
            wrong = given & ~values.is_finite().fill_null(False) if unread or not _is_all_finite(values) else None
        elif raw.dtype.is_numeric() and not unit.is_clock:
            values = raw.cast(pl.Float64)
            wrong = None if _is_all_finite(values) else ~values.is_finite().fill_null(True)
        else:
            message = f"the column's type {raw.dtype} does not go with the unit {unit}"
            raise FormatError(message, file=self.source.path, column=column)
        if wrong is not None and wrong.any():
            self._refuse_time(wrong, column)
        per_second = self._per_second()
        return values if per_second == 1 else values / per_second

    def _per_second(self) -> float:
        if self.layout.unit == TimeUnit.FRAMES:
            return self.layout.frames_per_second or 1.0
        return _PER_SECOND.get(self.layout.unit, 1.0)

    def _refuse_time(self, wrong: pl.Series, column: str) -> NoReturn:
        value = self.frame.filter(wrong)[column][0]
        unit = self.layout.unit
        if not unit.is_clock and is_either(value):
            self._refuse(wrong, column, EITHER, EITHER_REMEDY)
        if unit.is_clock and re.search(FRAMES_AT_END, str(value)):
            self._refuse(wrong, column, *_timecode_refusal(self.rate, str(value)))
        wanted = "a clock time such as 00:01:02.5" if unit.is_clock else "a finite number"
        remedy = f"The layout says unit {unit}. Leave a cell empty where there is no time."
        self._refuse(wrong, column, f"a time is not {wanted}", remedy)

    def _refuse(self, wrong: pl.Series, column: str, message: str, remedy: str) -> NoReturn:
        row = self.frame.filter(wrong).row(0, named=True)
        raise FormatError(message, file=self.source.path, row=row[ROW], column=column, value=row[column], remedy=remedy)


def _timecode_refusal(rate: FrameRate | None, value: str) -> tuple[str, str]:
    if rate is None:
        return (
            "a time counts frames, and no rate is stated that timecode has",
            "Add frames_per_second = 25 (or the video's own rate) under [table] in the codebook.",
        )
    if ";" in value and rate.dropped is None:
        return (
            "drop-frame timecode exists at 29.97 and 59.94 frames per second only",
            "Correct frames_per_second under [table] in the codebook, or write the frames after a colon.",
        )
    return (
        f"there is no such frame at {rate.nominal} frames a second of timecode",
        "Correct frames_per_second under [table] in the codebook, or the time.",
    )


def _is_all_finite(values: pl.Series) -> bool:
    """Return whether no value is infinite or NaN; one of those shows in the sum, as does an overflow."""
    return math.isfinite(values.sum()) or bool(values.is_finite().all())
