"""On which day each session lies, counted from the first visit; a date would point to somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bowlby.records.record import Record

DAY = "day"
"""Column of a manifest and key of a record's metadata: the day of all its sessions."""
DAYS = "days"
"""Key of a record's metadata: the day of each session, by its id."""


def days_of(record: Record) -> dict[str, int | None]:
    """Return the day of each session, None where nothing says it.

    Args:
        record: any; what is no whole number of at least 0 says nothing.

    Returns:
        In the order of the sessions.

    Example:
        >>> days_of(record)  # doctest: +SKIP
        {"visit 1": 0, "visit 2": 7}
    """
    stated = record.metadata.get(DAYS)
    own: Mapping[object, object] = stated if isinstance(stated, Mapping) else {}
    common = record.metadata.get(DAY)
    return {session: _whole(own.get(session, common)) for session in record.sessions}


def different_days(record: Record) -> int:
    """Return on how many different days a record was surely made.

    Args:
        record: with at least one session.

    Returns:
        Known days. Sessions of unknown day add none, since they may be of a known one; where no day is known it is 1.
    """
    return max(1, len(set(days_of(record).values()) - {None}))


def on_day(record: Record, day: int | None) -> Record:
    """Return a record all of whose sessions lie on one day, which wins over what it says itself.

    Args:
        record: any.
        day: counted from the first visit; None leaves the record as it is.

    Returns:
        The record.
    """
    if day is None:
        return record
    kept = {key: value for key, value in record.metadata.items() if key != DAYS}
    return replace(record, metadata={**kept, DAY: day})


def days_together(records: Sequence[Record]) -> dict[str, object]:
    """Return what the metadata of records put together says of days: nothing where none of them does.

    Args:
        records: with different session ids.

    Returns:
        Empty, or the days of the sessions that have one.
    """
    known = {session: day for record in records for session, day in days_of(record).items() if day is not None}
    return {DAYS: known} if known else {}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
