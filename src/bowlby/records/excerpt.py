"""What a shorter visit would have seen: the beginning of a record."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from bowlby.records.record import Record, WindowKind


def first_minutes(record: Record, minutes: float, session: str | None = None) -> Record:
    """Return the first minutes of a record, or of one of its sessions: what goes on beyond them is cut.

    Args:
        record: whose sessions begin at 0, observed throughout.
        minutes: length to keep, > 0.
        session: the session to keep, or None for all.

    Returns:
        A record whose acts and windows end there; later ones are not in it.
    """
    kept = pl.col("onset_s") < 60.0 * minutes
    if session is not None:
        kept &= pl.col("session") == session
    cut = pl.col("offset_s").clip(upper_bound=60.0 * minutes)
    events, windows = (frame.filter(kept).with_columns(cut) for frame in (record.events, record.windows))
    assert windows["kind"].unique().to_list() == [str(WindowKind.OBSERVED)]
    return replace(record, events=events, windows=windows)
