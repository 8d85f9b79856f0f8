"""How a file's times and a plain table's columns are to be read; stated by the user, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TimeUnit(StrEnum):
    """The unit a plain table's times are written in."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    FRAMES = "frames"
    CLOCK = "HH:MM:SS"
    TIMECODE = "HH:MM:SS:FF"
    DROP_FRAME = "HH:MM:SS;FF"

    @property
    def is_clock(self) -> bool:
        """Whether times are written as hours, minutes and seconds."""
        return self in (TimeUnit.CLOCK, TimeUnit.TIMECODE, TimeUnit.DROP_FRAME)

    @property
    def needs_rate(self) -> bool:
        """Whether a time cannot be read without the frames per second."""
        return self in (TimeUnit.FRAMES, TimeUnit.TIMECODE, TimeUnit.DROP_FRAME)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """What a codebook states about the times of a file of any format.

    Args:
        frames_per_second: needed, > 0, where times count frames.
        tick: the file's resolution, seconds, > 0, or None for what its format says.
        decimal: "." or "," before decimals, or None to read what is unambiguous.
        thousands: the mark between thousands, or None where there is none.
    """

    frames_per_second: float | None = None
    tick: float | None = None
    decimal: str | None = None
    thousands: str | None = None


@dataclass(frozen=True)
class TableLayout(Timing):
    """Which column of a plain csv, tsv or parquet table holds what.

    Args:
        unit: unit of every time column.
        onset: column of the onset.
        code: column of the code.
        offset: column of the offset, or None.
        duration: column of the duration, or None; with neither, every event is a point.
        session: column of the session id, or None for one session a file.
        actor: column of the actor, or None.
        partner: column of the partner, or None.
        channel: column of the channel, or None.
        more_codes: further columns of codes; then each column of codes is a channel of its own name.
        modifiers: columns of modifiers, joined by "|".
        header: False where the file has no header row; columns are then named "1", "2", ...
        frames_per_second: as in `Timing`, like those that follow.
        tick: seconds.
        decimal: mark before decimals.
        thousands: mark between thousands.
    """

    unit: TimeUnit
    onset: str
    code: str
    offset: str | None = None
    duration: str | None = None
    session: str | None = None
    actor: str | None = None
    partner: str | None = None
    channel: str | None = None
    more_codes: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    header: bool = True

    @property
    def codes(self) -> tuple[str, ...]:
        """Every column of codes."""
        return (self.code, *self.more_codes)
