"""Compare what a reader finds in a synthetic file with the table that was written for it by hand."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from bowlby.formats.read import read_record
from bowlby.records.record import Record

TEXTS = ("session", "actor", "channel", "code", "modifiers")


def read_golden(folder: Path, name: str) -> Record:
    """Read `name` without saying its format, compare its events with `name`.csv, and return the record."""
    record = read_record(folder / name)
    expected = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
    texts = [pl.col(column).fill_null("") for column in expected.columns if column in TEXTS]
    times = [pl.col("onset_s", "offset_s").cast(pl.Float64)]
    expected = expected.with_columns(texts + times)
    assert_frame_equal(record.events.select(expected.columns), expected, rel_tol=0, abs_tol=1e-9)
    return record
