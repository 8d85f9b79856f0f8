"""How a plain table's columns are to be read; stated by the user, never guessed."""

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


@dataclass(frozen=True)
class TableLayout:
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
        frames_per_second: needed, > 0, when unit is frames.
        header: False where the file has no header row; columns are then named "1", "2", ...
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
    frames_per_second: float | None = None
    header: bool = True

    @property
    def codes(self) -> tuple[str, ...]:
        """Every column of codes."""
        return (self.code, *self.more_codes)
