"""Clock times and timecodes to seconds, and times of day that pass midnight.

A timecode names a frame: HH:MM:SS:FF counts every frame, HH:MM:SS;FF leaves out the labels 00 and 01 (00 to 03 at 59.94
frames) of every minute but each tenth, so that it keeps up with the clock (SMPTE ST 12-1:2014, section 6).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import polars as pl

CLOCK = (
    r"^[ \t]*(-?)(?:([0-9]{1,4})[:;])?([0-9]{1,4})[:;]([0-5]?[0-9])"
    r"(?:[.,]([0-9]{1,9})|:([0-9]{3})|([:;])([0-9]{2}))?[ \t\r]*$"
)
FRAMES_AT_END = r"[0-9][:;][0-9]{1,2}[:;][0-9]{1,2}[:;][0-9]{2}[ \t\r]*$"
DAY_S = 86400.0
_NTSC = (24, 30, 48, 60, 120)
_DROPPED = {30: 2, 60: 4}
_CLOSE = 0.01


@dataclass(frozen=True)
class FrameRate:
    """Frames per second, exactly.

    Args:
        nominal: frames that a timecode counts in its second.
        ntsc: whether there are 1000/1001 of them in a second of time, as in 29.97 for 30.
    """

    nominal: int
    ntsc: bool = False

    @property
    def dropped(self) -> int | None:
        """Labels left out at a minute by drop-frame timecode, or None where there is none at this rate."""
        return _DROPPED.get(self.nominal) if self.ntsc else None

    @property
    def frame_s(self) -> float:
        """Length of a frame, seconds."""
        return (1001 if self.ntsc else 1000) / (self.nominal * 1000)


@cache
def frame_rate(per_second: float | None) -> FrameRate | None:
    """Return the rate that a codebook's number means: 29.97 is 30000/1001.

    Args:
        per_second: as stated, or None.

    Returns:
        The rate, or None where none is stated or timecode has none such.
    """
    if per_second is None:
        return None
    if per_second == int(per_second):
        return FrameRate(int(per_second))
    nominal = next((count for count in _NTSC if abs(per_second - count / 1.001) < _CLOSE), None)
    return None if nominal is None else FrameRate(nominal, ntsc=True)


def clock_seconds(text: str, rate: FrameRate | None = None, *, drop: bool = False) -> float | None:
    """Return a clock time in seconds: [HH:]MM:SS, with a fraction after "." or ",", ":mmm" milliseconds or frames.

    Args:
        text: blanks around it are ignored; a leading minus is kept.
        rate: of the frames, where they are stated.
        drop: whether frames after ":" too are drop-frame; those after ";" always are.

    Returns:
        Seconds, or None where the text is no clock time, or counts frames ("00:01:02:12") of no stated rate.
    """
    match = re.match(CLOCK, text)
    if match is None or (match[2] is not None and int(match[3]) > 59):
        return None
    hours, minutes, seconds = int(match[2] or 0), int(match[3]), int(match[4])
    if match[8] is not None:
        if rate is None or match[2] is None:
            return None
        value = _timecode_s((hours, minutes, seconds, int(match[8])), rate, drop=drop or match[7] == ";")
    else:
        value = hours * 3600 + minutes * 60 + seconds + float(f"0.{match[5] or match[6] or 0}")
    return None if value is None else (-1 if match[1] else 1) * value


def day_length_s(text: str, rate: FrameRate | None, *, drop: bool = False) -> float:
    """Return how long a day is by the clock that a time was read from: frames of 1/29.97 s take 86.4 s more.

    Args:
        text: one of the times.
        rate: of the frames, where they are stated.
        drop: whether frames after ":" too are drop-frame.

    Returns:
        Seconds.
    """
    counted = re.search(FRAMES_AT_END, text)
    mark = counted[0].strip()[-3] if counted else ":"
    return (clock_seconds(f"24:00:00{mark}00", rate, drop=drop) if counted else None) or DAY_S


def days_later(text: str, days: int) -> str:
    """Return a clock time with its hours counted on.

    Args:
        text: as `clock_seconds` takes it.
        days: how many days to add.

    Returns:
        The time with hours beyond 24.

    Raises:
        ValueError: the text is no clock time.
    """
    match = re.match(CLOCK, text)
    if match is None:
        raise ValueError(f"{text!r} is no clock time")
    rest = text[match.start(3) :]
    return f"{int(match[2] or 0) + 24 * days}:{rest}"


def _timecode_s(label: tuple[int, int, int, int], rate: FrameRate, *, drop: bool) -> float | None:
    hours, minutes, seconds, frame = label
    number = (hours * 3600 + minutes * 60 + seconds) * rate.nominal + frame
    if frame >= rate.nominal:
        return None
    if drop:
        dropped, minute = rate.dropped, hours * 60 + minutes
        if dropped is None or (seconds == 0 and minute % 10 and frame < dropped):
            return None
        number -= dropped * (minute - minute // 10)
    return number * (1001 if rate.ntsc else 1000) / (rate.nominal * 1000)


def clock_expression(text: pl.Expr, rate: FrameRate | None = None, *, drop: bool = False) -> pl.Expr:
    """Return the vectorised form of `clock_seconds`.

    Args:
        text: a text expression.
        rate: of the frames, where they are stated.
        drop: whether frames after ":" too are drop-frame.

    Returns:
        Seconds, null where the text is no clock time.
    """

    def part(index: int) -> pl.Expr:
        return text.str.extract(CLOCK, index)

    hours, minutes, seconds = part(2).cast(pl.Int64).fill_null(0), part(3).cast(pl.Int64), part(4).cast(pl.Int64)
    whole = hours * 3600 + minutes * 60 + seconds
    fraction = pl.concat_str(pl.lit("0."), pl.coalesce(part(5), part(6), pl.lit("0"))).cast(pl.Float64)
    frames = part(8).cast(pl.Int64)
    counted = pl.lit(None, pl.Float64)
    if rate is not None:
        counted = pl.when(part(2).is_not_null()).then(_timecode(whole, frames, part(7), rate, drop=drop))
    total = pl.when(frames.is_null()).then(whole + fraction).otherwise(counted)
    signed = pl.when(part(1) == "-").then(-total).otherwise(total)
    return pl.when(part(2).is_null() | (minutes <= 59)).then(signed)


def _timecode(whole: pl.Expr, frames: pl.Expr, mark: pl.Expr, rate: FrameRate, *, drop: bool) -> pl.Expr:
    number, minute = whole * rate.nominal + frames, whole // 60
    dropping = pl.lit(True) if drop else mark == ";"
    left_out = (whole % 60 == 0) & (minute % 10 != 0) & (frames < (rate.dropped or 0))
    number -= pl.when(dropping).then((rate.dropped or 0) * (minute - minute // 10)).otherwise(0)
    is_label = (frames < rate.nominal) & ~(dropping & (left_out | pl.lit(rate.dropped is None)))
    return pl.when(is_label).then(number * (1001 if rate.ntsc else 1000) / (rate.nominal * 1000))
