"""Times counted from where each session's observation began, so that where a file's clock starts changes no measure."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from bowlby.records.coded_record import CodedRecord
from bowlby.records.record import Record, WindowKind

DECIMALS = 9
"""Times are rounded to nanoseconds once they are counted from the start: finer than any coding, and coarser than what a
time's binary form loses by being moved (2^-53 of 10^6 s: 10^-10 s). An act that ends just where a window does then
does so wherever the clock begins."""
_TIMES = ("onset_s", "offset_s")


def since_start(coded: CodedRecord) -> CodedRecord:
    """Return the record with every time counted from the start of its session's observation.

    Args:
        coded: a record in the closed vocabulary.

    Returns:
        The same record, its events, acts, masks and windows moved and rounded to `DECIMALS` places.
    """
    origins = origins_of(coded.record)
    record = replace(
        coded.record,
        events=from_origins(coded.record.events, origins),
        windows=from_origins(coded.record.windows, origins),
    )
    return replace(
        coded, record=record, acts=from_origins(coded.acts, origins), masks=from_origins(coded.masks, origins)
    )


def origins_of(record: Record) -> dict[str, float]:
    """Return where the observation of each session begins.

    Args:
        record: any record.

    Returns:
        Seconds by session.
    """
    observed = record.windows.filter(pl.col("kind") == str(WindowKind.OBSERVED))
    return dict(observed.group_by("session", maintain_order=True).agg(pl.col("onset_s").min()).iter_rows())


def from_origins(frame: pl.DataFrame, origins: dict[str, float], names: tuple[str, ...] = _TIMES) -> pl.DataFrame:
    """Return a frame with the times of each session counted from its origin.

    Args:
        frame: has `session` and the named columns, in seconds.
        origins: by session; a session without one keeps its times.
        names: the columns that hold times.

    Returns:
        The same rows, times rounded to `DECIMALS` places.
    """
    if len(origins) == 1:
        origin = pl.lit(next(iter(origins.values())))
    else:
        origin = pl.col("session").replace_strict(origins, default=0.0, return_dtype=pl.Float64)
    return frame.with_columns((pl.col(*names) - origin).round(DECIMALS))
