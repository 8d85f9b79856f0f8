"""Event columns as the common frame, checked and in order of time: what readers of tiers and columns share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from bowlby.errors import FormatError
from bowlby.records.channels import may_precede
from bowlby.records.quality import Problem, ProblemKind, problem
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, ObservedFrom, WindowKind, is_one_session, place

_ABSENT = {"session": "", "actor": "", "partner": "", "channel": "", "code": "", "modifiers": ""}


def event_frame(columns: Mapping[str, pl.Series] | pl.DataFrame, path: Path, **constants: str) -> pl.DataFrame:
    """Return columns as an event table: what is not said filled in, times checked.

    Args:
        columns: some columns of `EVENT_SCHEMA`, `onset_s` and `row` among them.
        path: named in errors.
        **constants: text columns that have one value throughout.

    Returns:
        All columns of `EVENT_SCHEMA`, in the same order of rows.

    Raises:
        FormatError: a time is not a finite number.
    """
    frame = columns if isinstance(columns, pl.DataFrame) else pl.DataFrame(dict(columns))
    absent = {name: text for name, text in {**_ABSENT, **constants}.items() if name not in frame.columns}
    frame = frame.with_columns(pl.lit(text).alias(name) for name, text in absent.items())
    if "offset_s" not in frame.columns:
        frame = frame.with_columns(offset_s=pl.lit(None, pl.Float64))
    frame = frame.select(pl.col(name).cast(dtype) for name, dtype in EVENT_SCHEMA.items())
    _refuse_unfit_times(frame, path)
    return frame


def in_time(events: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Return events by onset, and a problem where one channel by itself was not in order.

    Files of tiers or columns go through time once a channel, which is no disorder.

    Args:
        events: columns of `EVENT_SCHEMA` in the file's order.

    Returns:
        (The same events sorted by session and onset; zero or one problem.)
    """
    found: tuple[Problem, ...] = ()
    if may_precede(events, "onset_s"):
        late = events.filter(events["onset_s"] < _onset_before(events))
        found = problem(ProblemKind.UNSORTED, [place(row) for row in late.iter_rows(named=True)])
    order = ["onset_s"] if is_one_session(events) else ["session", "onset_s"]
    return events.sort(order, maintain_order=True), found


def _onset_before(events: pl.DataFrame) -> pl.Series:
    """Return the onset before each event in its channel: that of the row before, where channels stand in one piece."""
    keys = ["actor", "channel"] if is_one_session(events) else ["session", "actor", "channel"]
    first = events.select(pl.any_horizontal(pl.col(keys).ne_missing(pl.col(keys).shift(1)))).to_series()
    onset = pl.col("onset_s").shift(1)
    whole = bool(events.filter(first).select(pl.struct(keys).is_unique().all()).item())
    return events.select(pl.when(~first).then(onset) if whole else onset.over(keys)).to_series()


def observed(
    session: str, spans: list[tuple[float, float]], reason: str, source: ObservedFrom = ObservedFrom.RECORDING
) -> pl.DataFrame:
    """Return the observed windows that a file states, for all actors and channels.

    Args:
        session: session id.
        spans: (onset, offset), seconds; those that do not end after they start are left out.
        reason: where the file says so.
        source: what says so.

    Returns:
        Columns of `WINDOW_SCHEMA`.
    """
    rows = [
        {
            "session": session,
            "kind": str(WindowKind.OBSERVED),
            "onset_s": onset,
            "offset_s": offset,
            "reason": reason,
            "observed_from": str(source),
        }
        for onset, offset in spans
        if offset > onset
    ]
    return pl.DataFrame(rows, schema=WINDOW_SCHEMA)


def _refuse_unfit_times(frame: pl.DataFrame, path: Path) -> None:
    onset, offset = frame["onset_s"], frame["offset_s"]
    if onset.null_count() == 0 and math.isfinite(onset.sum()) and math.isfinite(offset.sum()):
        return  # one that is not finite shows in the sum
    for name in ("onset_s", "offset_s"):
        missing = pl.col(name).is_null() & (name == "onset_s")
        wrong = frame.filter(missing | ~pl.col(name).is_finite().fill_null(True))
        if not wrong.is_empty():
            raise FormatError(
                "a time is not a finite number",
                file=path,
                row=wrong["row"][0],
                column=name,
                value=wrong[name][0],
                remedy="Correct the time in the program that made the file.",
            )
