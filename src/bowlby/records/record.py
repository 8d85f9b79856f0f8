"""The record: what one file, or one simulated interval, says was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.records import intervals
from bowlby.records.intervals import Spans
from bowlby.records.quality import EXAMPLES_KEPT, Problem, ProblemKind, problem

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
    "observed_from": pl.String(),
}
"""Observed and uncodable time. A null `actor` or `channel` means all of them. `observed_from` is a value of
`ObservedFrom`; null, as in uncodable windows, it counts as stated."""


FIRST_TO_LAST = "first onset to last offset"
"""The reason of a window that was drawn around the events."""

_NO_WINDOWS = pl.DataFrame(schema=WINDOW_SCHEMA)


class WindowKind(StrEnum):
    """Whether a window widens or narrows what could be seen."""

    OBSERVED = "observed"
    UNCODABLE = "uncodable"


class ObservedFrom(StrEnum):
    """What says that a session was observed when it was."""

    STATED = "stated"
    """By a codebook, a manifest, or the coder in the file itself."""
    CLIPS = "clips"
    """Annotations that say which stretches were coded."""
    CODES = "codes"
    """A code at which coding starts and one at which it stops."""
    RECORDING = "recording"
    """The length of the recording, which need not have been coded from end to end."""
    FIRST_TO_LAST = "first to last event"
    """Nothing but the events themselves."""


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

    def observed_from(self, session: str) -> ObservedFrom:
        """Return what says when one session was observed: `STATED` where its windows do not say."""
        rows = self.windows.filter((pl.col("session") == session) & (pl.col("kind") == WindowKind.OBSERVED))
        said = rows["observed_from"].drop_nulls()
        return ObservedFrom(said[0]) if len(said) else ObservedFrom.STATED

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
    windows: pl.DataFrame = field(default_factory=_NO_WINDOWS.clone)
    metadata: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    exclusive: bool = False


def assemble(reading: Reading, provenance: Provenance) -> Record:
    """Return a record from a reading: common quality checks, repaired times, sorted events, complete windows.

    An offset before its onset and a zero length become a point at the onset, and are reported. A session without a
    stated window is taken as observed from its first onset to its last offset, and that is reported. A reader whose
    format writes points as zero lengths hands them over with a null offset, so that they are no problem.

    Args:
        reading: what the format's reader found.
        provenance: the file it came from.

    Returns:
        The record.

    Raises:
        Nothing; unusable events are the reader's to refuse.
    """
    events = _typed(reading.events, EVENT_SCHEMA)
    found = reading.problems + _unpointed(events)
    if found != reading.problems:
        events = events.with_columns(offset_s=pl.when(~(pl.col("offset_s") <= pl.col("onset_s"))).then("offset_s"))
    single = is_one_session(events)
    unsorted = _unsorted(events, single)
    if unsorted or not single:
        events = events.sort("session", "onset_s", maintain_order=True)
    windows, assumed = _complete_windows(events, _typed(_with_source(reading.windows), WINDOW_SCHEMA), single)
    found += unsorted + _duplicates(events) + assumed
    if not reading.windows.is_empty():  # no event lies outside a window that was drawn around it
        found += outside(events, windows, single)
    if reading.exclusive:
        found += _overlaps(events, single)
    return Record(events, windows, reading.metadata, (provenance,), found)


def is_one_session(events: pl.DataFrame) -> bool:
    """Return whether all events are of one session, which spares the commonest file every grouping.

    Args:
        events: with its column `session`.

    Returns:
        True also where there is no event.

    Raises:
        Nothing.
    """
    session = events["session"]
    # One value throughout is sorted, which Polars often knows without looking.
    return session.is_empty() or (session[0] == session[-1] and session.is_sorted())


def session_spans(events: pl.DataFrame, single: bool) -> list[tuple[str, float, float, int]]:
    """Return how long each session's events reach.

    Args:
        events: columns of `EVENT_SCHEMA`.
        single: whether they are of one session, as `is_one_session` says.

    Returns:
        (Session, first onset, last offset or onset, number of events) in order of appearance; seconds.

    Raises:
        Nothing.
    """
    if events.is_empty():
        return []
    if single:
        onset, offset = events["onset_s"], events["offset_s"]
        ends = [cast(float, end) for column in (onset, offset) if (end := column.max()) is not None]
        return [(events["session"][0], cast(float, onset.min()), max(ends), len(events))]
    last = pl.max_horizontal(pl.col("onset_s").max(), pl.col("offset_s").max())
    sessions = events.group_by("session", maintain_order=True)
    return sessions.agg(first=pl.col("onset_s").min(), last=last, events=pl.len()).rows()


def place(row: dict[str, object]) -> str:
    """Return one readable line that names an event.

    Args:
        row: one row of the event table.

    Returns:
        Row, actor, code and times.

    Raises:
        Nothing.
    """
    stop = "" if row["offset_s"] is None else f"-{row['offset_s']:g}"
    who = f"{row['actor']} " if row["actor"] else ""
    return f"row {row['row']}: {who}{row['code']} at {row['onset_s']:g}{stop} s"


def _problem(kind: ProblemKind, events: pl.DataFrame) -> tuple[Problem, ...]:
    if events.is_empty():
        return ()
    lines = (place(row) for row in events.head(EXAMPLES_KEPT).iter_rows(named=True))
    return (Problem(kind, len(events), tuple(lines)),)


def _typed(frame: pl.DataFrame, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    if frame.columns == list(schema) and frame.dtypes == list(schema.values()):
        return frame
    return frame.select(schema.keys()).cast(dict(schema))  # pyright: ignore[reportArgumentType]


def _with_source(windows: pl.DataFrame) -> pl.DataFrame:
    """Add the column that a reader of a laboratory's own, older than the column, does not fill."""
    if "observed_from" in windows.columns:
        return windows
    return windows.with_columns(observed_from=pl.lit(None, pl.String))


def _unpointed(events: pl.DataFrame) -> tuple[Problem, ...]:
    backwards = events["offset_s"] <= events["onset_s"]
    if not backwards.any():
        return ()
    odd = events.filter(backwards)
    return _problem(ProblemKind.OFFSET_BEFORE_ONSET, odd.filter(pl.col("offset_s") < pl.col("onset_s"))) + _problem(
        ProblemKind.ZERO_LENGTH, odd.filter(pl.col("offset_s") == pl.col("onset_s"))
    )


def _unsorted(events: pl.DataFrame, single: bool) -> tuple[Problem, ...]:
    if single and events["onset_s"].is_sorted():
        return ()
    previous = pl.col("onset_s").shift(1)
    if not single:
        previous = previous.over("session")
    return _problem(ProblemKind.UNSORTED, events.filter(pl.col("onset_s") < previous))


def _duplicates(events: pl.DataFrame) -> tuple[Problem, ...]:
    """Events that repeat an earlier one; only neighbours in the sorted table can."""
    onset = events["onset_s"].to_numpy()
    if not (onset[1:] == onset[:-1]).any():
        return ()
    keys = ["session", "actor", "channel", "code", "modifiers", "onset_s", "offset_s"]
    if events.select(keys).hash_rows().n_unique() == len(events):  # far sooner told than which rows are the same
        return ()
    same = events["onset_s"] == events["onset_s"].shift(1)
    beside = same | same.shift(-1)
    return _problem(ProblemKind.DUPLICATE, events.filter(beside).filter(~pl.struct(keys).is_first_distinct()))


def _complete_windows(
    events: pl.DataFrame, windows: pl.DataFrame, single: bool
) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    missing = session_spans(_without_window(events, windows), single)
    if not missing:
        return windows, ()
    rows = [_window(session, onset, offset, FIRST_TO_LAST, _ASSUMED) for session, onset, offset, _ in missing]
    assumed = pl.DataFrame(rows, schema=WINDOW_SCHEMA, orient="row")
    complete = assumed if windows.is_empty() else pl.concat([windows, assumed])
    return complete, assumed_windows(assumed)


_ASSUMED = ObservedFrom.FIRST_TO_LAST


def _window(session: str, onset: float, offset: float, reason: str, source: ObservedFrom) -> tuple[object, ...]:
    return session, str(WindowKind.OBSERVED), None, None, onset, offset, reason, str(source)


def observed_windows(session: str, spans: Spans, reason: str, source: ObservedFrom) -> pl.DataFrame:
    """Return spans as the observed windows of one session.

    Args:
        session: session id.
        spans: shape (n, 2), seconds.
        reason: what is shown for each.
        source: what says so.

    Returns:
        Columns of `WINDOW_SCHEMA`.
    """
    rows = [_window(session, onset, offset, reason, source) for onset, offset in spans.tolist()]
    return pl.DataFrame(rows, schema=WINDOW_SCHEMA, orient="row")


def assumed_windows(windows: pl.DataFrame) -> tuple[Problem, ...]:
    """Return the windows that nothing but their events gives, as a problem that `--strict` lets pass.

    Args:
        windows: columns of `WINDOW_SCHEMA`.

    Returns:
        Zero or one problem.
    """
    assumed = windows.filter(pl.col("observed_from") == str(_ASSUMED)).select("session", "onset_s", "offset_s")
    lines = [f"{session}: {onset:g}-{offset:g} s" for session, onset, offset in assumed.iter_rows()]
    return problem(ProblemKind.OBSERVED_ASSUMED, lines)


def _without_window(events: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    if windows.is_empty():
        return events
    stated = windows.filter(pl.col("kind") == WindowKind.OBSERVED)["session"].unique()
    return events.filter(~pl.col("session").is_in(stated.implode()))


def outside(events: pl.DataFrame, windows: pl.DataFrame, single: bool = False) -> tuple[Problem, ...]:
    """Return the events that begin in no observed window; the very end of a window still belongs to it.

    Args:
        events: columns of `EVENT_SCHEMA`.
        windows: columns of `WINDOW_SCHEMA`.
        single: whether the events are known to be of one session.

    Returns:
        Zero or one problem.
    """
    observed = windows.filter(pl.col("kind") == WindowKind.OBSERVED)
    if events.is_empty() or (single and len(observed) == 1 and _spanned(events, observed)):
        return ()
    found = [
        rows.filter(~pl.Series(_inside(rows, observed.filter(pl.col("session") == session))))
        for session, rows in _by_session(events)
    ]
    return _problem(ProblemKind.OUTSIDE_OBSERVED, pl.concat(found)) if found else ()


def _spanned(events: pl.DataFrame, window: pl.DataFrame) -> bool:
    """Return whether one window holds all events of one session."""
    session, begin, end = window.select("session", "onset_s", "offset_s").row(0)
    onset = events["onset_s"]
    return bool(begin < end and session == events["session"][0] and onset.min() >= begin and onset.max() <= end)


def _by_session(events: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    names = events["session"].unique(maintain_order=True).to_list()
    if len(names) == 1:
        return [(names[0], events)]
    return list(zip(names, events.partition_by("session", maintain_order=True), strict=True))


def _inside(events: pl.DataFrame, windows: pl.DataFrame) -> npt.NDArray[np.bool_]:
    spans = windows.select("onset_s", "offset_s").to_numpy()
    onset = events["onset_s"].to_numpy()
    return intervals.covers(intervals.union(spans), onset) | np.isin(onset, spans[:, 1])


def _overlaps(events: pl.DataFrame, single: bool) -> tuple[Problem, ...]:
    keys = ("actor", "channel") if single else ("session", "actor", "channel")
    reach = pl.col("offset_s").cum_max().shift(1).over(keys)
    lengthy = events.filter(pl.col("offset_s").is_not_null())
    return _problem(ProblemKind.OVERLAP, lengthy.filter(pl.col("onset_s") < reach - 1e-9))
