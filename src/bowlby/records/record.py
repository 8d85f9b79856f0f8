"""The record: what one file, or one simulated interval, says was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import polars as pl

from bowlby.records import intervals
from bowlby.records.intervals import Spans
from bowlby.records.quality import Problem, ProblemKind, problem

EVENT_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "actor": pl.String(),
    "partner": pl.String(),
    "channel": pl.String(),
    "code": pl.String(),
    "onset_s": pl.Float64(),
    "offset_s": pl.Float64(),
    "modifiers": pl.String(),
    "row": pl.UInt32(),
}
"""One row an event. Empty text means "not said"; a null `offset_s` means a point; `row` is the place in the file,
counted from 1."""

WINDOW_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "kind": pl.String(),
    "actor": pl.String(),
    "channel": pl.String(),
    "onset_s": pl.Float64(),
    "offset_s": pl.Float64(),
    "reason": pl.String(),
}
"""Observed and uncodable time. A null `actor` or `channel` means all of them."""


class WindowKind(StrEnum):
    """Whether a window widens or narrows what could be seen."""

    OBSERVED = "observed"
    UNCODABLE = "uncodable"


@dataclass(frozen=True)
class Provenance:
    """Where a record comes from.

    Args:
        file: file name without its folder.
        sha256: hash of the file's bytes, or of the generating settings when simulated.
        reader: name of the reader.
        version: bowlby's version.
    """

    file: str
    sha256: str
    reader: str
    version: str


@dataclass(frozen=True)
class Record:
    """One immutable event table with its windows, metadata, provenance and quality.

    Args:
        events: columns of `EVENT_SCHEMA`, sorted by session and onset, seconds.
        windows: columns of `WINDOW_SCHEMA`; every session has at least one observed window.
        metadata: what the file says about itself, without anything that identifies a person.
        provenance: one entry a file.
        quality: problems found while reading.
    """

    events: pl.DataFrame
    windows: pl.DataFrame
    metadata: Mapping[str, object] = field(default_factory=dict)
    provenance: tuple[Provenance, ...] = ()
    quality: tuple[Problem, ...] = ()

    @property
    def sessions(self) -> tuple[str, ...]:
        """Return the session ids in order of appearance."""
        return tuple(self.windows["session"].unique(maintain_order=True))

    def observed(self, session: str) -> Spans:
        """Return the gross observed time of one session.

        Args:
            session: a session id of this record.

        Returns:
            Sorted disjoint spans, seconds.

        Raises:
            Nothing; an unknown session has no observed time.
        """
        rows = self.windows.filter((pl.col("session") == session) & (pl.col("kind") == WindowKind.OBSERVED))
        return intervals.union(rows.select("onset_s", "offset_s").to_numpy())

    def with_quality(self, *problems: Problem) -> Record:
        """Return the same record with more problems reported."""
        return replace(self, quality=self.quality + problems)


@dataclass(frozen=True)
class Reading:
    """What a format's reader hands over before the common checks.

    Args:
        events: columns of `EVENT_SCHEMA` in the file's own order; `offset_s` may precede `onset_s`.
        windows: columns of `WINDOW_SCHEMA`, or an empty frame where the file states none.
        metadata: as in `Record`.
        problems: what only this format's reader can know (unpaired states, untimed events, salvage).
        exclusive: whether events of one actor and channel exclude each other, so that overlap is a problem.
    """

    events: pl.DataFrame
    windows: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=WINDOW_SCHEMA))
    metadata: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    exclusive: bool = False


def assemble(reading: Reading, provenance: Provenance) -> Record:
    """Return a record from a reading: common quality checks, repaired times, sorted events, complete windows.

    An offset before its onset and a zero length become a point at the onset, and are reported. A session without a
    stated window is taken as observed from its first onset to its last offset, and that is reported.

    Args:
        reading: what the format's reader found.
        provenance: the file it came from.

    Returns:
        The record.

    Raises:
        Nothing; unusable events are the reader's to refuse.
    """
    events = reading.events.select(EVENT_SCHEMA.keys()).cast(dict(EVENT_SCHEMA))  # pyright: ignore[reportArgumentType]
    found = reading.problems + _time_problems(events)
    backwards = pl.col("offset_s") <= pl.col("onset_s")
    events = events.with_columns(offset_s=pl.when(backwards).then(None).otherwise(pl.col("offset_s")))
    events = events.sort("session", "onset_s", maintain_order=True)
    windows, assumed = _complete_windows(events, reading.windows.cast(dict(WINDOW_SCHEMA)))  # pyright: ignore[reportArgumentType]
    found += assumed + _outside(events, windows)
    if reading.exclusive:
        found += _overlaps(events)
    return Record(events, windows, reading.metadata, (provenance,), found)


def place(row: dict[str, object]) -> str:
    """Return one readable line that names an event: row, actor, code and times."""
    stop = "" if row["offset_s"] is None else f"-{row['offset_s']:g}"
    who = f"{row['actor']} " if row["actor"] else ""
    return f"row {row['row']}: {who}{row['code']} at {row['onset_s']:g}{stop} s"


def _places(events: pl.DataFrame) -> list[str]:
    return [place(row) for row in events.iter_rows(named=True)]


def _time_problems(events: pl.DataFrame) -> tuple[Problem, ...]:
    previous = pl.col("onset_s").shift(1).over("session")
    keys = ["session", "actor", "channel", "code", "modifiers", "onset_s", "offset_s"]
    return (
        problem(ProblemKind.OFFSET_BEFORE_ONSET, _places(events.filter(pl.col("offset_s") < pl.col("onset_s"))))
        + problem(ProblemKind.ZERO_LENGTH, _places(events.filter(pl.col("offset_s") == pl.col("onset_s"))))
        + problem(ProblemKind.UNSORTED, _places(events.filter(pl.col("onset_s") < previous)))
        + problem(ProblemKind.DUPLICATE, _places(events.filter(~pl.struct(keys).is_first_distinct())))
    )


def _complete_windows(events: pl.DataFrame, windows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    stated = windows.filter(pl.col("kind") == WindowKind.OBSERVED)["session"].unique()
    ends = pl.max_horizontal("onset_s", "offset_s").max()
    missing = (
        events.filter(~pl.col("session").is_in(stated.implode()))
        .group_by("session", maintain_order=True)
        .agg(onset_s=pl.col("onset_s").min(), offset_s=ends)
    )
    if missing.is_empty():
        return windows, ()
    assumed = missing.with_columns(
        kind=pl.lit(str(WindowKind.OBSERVED)),
        actor=pl.lit(None, pl.String),
        channel=pl.lit(None, pl.String),
        reason=pl.lit("first onset to last offset"),
    ).select(WINDOW_SCHEMA.keys())
    lines = [f"{row['session']}: {row['onset_s']:g}-{row['offset_s']:g} s" for row in missing.iter_rows(named=True)]
    return pl.concat([windows, assumed]), problem(ProblemKind.OBSERVED_ASSUMED, lines)


def _outside(events: pl.DataFrame, windows: pl.DataFrame) -> tuple[Problem, ...]:
    outside: list[str] = []
    observed = windows.filter(pl.col("kind") == WindowKind.OBSERVED)
    for (session,), rows in events.group_by("session", maintain_order=True):
        spans = observed.filter(pl.col("session") == session).select("onset_s", "offset_s").to_numpy()
        spans = intervals.union(spans)
        onset = rows["onset_s"].to_numpy()
        inside = intervals.covers(spans, onset) | np.isin(onset, spans[:, 1])
        outside += _places(rows.filter(~pl.Series(inside)))
    return problem(ProblemKind.OUTSIDE_OBSERVED, outside)


def _overlaps(events: pl.DataFrame) -> tuple[Problem, ...]:
    reach = pl.col("offset_s").cum_max().shift(1).over("session", "actor", "channel")
    lengthy = events.filter(pl.col("offset_s").is_not_null())
    return problem(ProblemKind.OVERLAP, _places(lengthy.filter(pl.col("onset_s") < reach - 1e-9)))
