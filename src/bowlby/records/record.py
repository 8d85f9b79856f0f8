"""The record: what one file, or one simulated interval, says was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.records import intervals
from bowlby.records.channels import may_precede
from bowlby.records.intervals import Spans
from bowlby.records.quality import EXAMPLES_KEPT, Problem, ProblemKind, problem
from bowlby.records.resolution import Resolution, close_holes

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

TOUCHING_S = 1e-6
"""Windows set apart by so little, as a LENA file's recordings are, are no hole in an event that spans them."""
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
        resolution_s: the shortest time that its format or its codebook resolves, seconds, or None where unknown.
    """

    file: str
    sha256: str
    reader: str
    version: str
    resolution_s: float | None = None


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
            Sorted disjoint spans, seconds; none for an unknown session.
        """
        if session not in self._observed:
            rows = self.windows.filter((pl.col("session") == session) & (pl.col("kind") == WindowKind.OBSERVED))
            self._observed[session] = intervals.union(rows.select("onset_s", "offset_s").to_numpy())
        return self._observed[session].copy()

    @cached_property
    def _observed(self) -> dict[str, Spans]:
        """Return the observed time of the sessions that were asked for, as every measure asks for it."""
        return {}

    def observed_from(self, session: str) -> ObservedFrom:
        """Return what says when one session was observed: `STATED` where its windows do not say."""
        rows = self.windows.filter((pl.col("session") == session) & (pl.col("kind") == WindowKind.OBSERVED))
        said = rows["observed_from"].drop_nulls()
        return ObservedFrom(said[0]) if len(said) else ObservedFrom.STATED

    def with_quality(self, *problems: Problem) -> Record:
        """Return the same record with more problems reported."""
        return replace(self, quality=self.quality + problems)


@dataclass(frozen=True)
class UncheckedRecord:
    """What a format's reader hands over before the common checks.

    Args:
        events: columns of `EVENT_SCHEMA` in the file's own order; `offset_s` may precede `onset_s`.
        windows: columns of `WINDOW_SCHEMA`, or an empty frame where the file states none.
        metadata: as in `Record`.
        problems: what only this format's reader can know (unpaired states, untimed events, salvage).
        exclusive: whether events of one actor and channel exclude each other, so that overlap is a problem.
        resolution: the shortest time that the file resolves, or None where it does not say.
        is_speech: whether states are utterances, of which two neighbours stay two.
    """

    events: pl.DataFrame
    windows: pl.DataFrame = field(default_factory=_NO_WINDOWS.clone)
    metadata: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    exclusive: bool = False
    resolution: Resolution | None = None
    is_speech: bool = False


def assemble(reading: UncheckedRecord, provenance: Provenance) -> Record:
    """Return a record from a reading: common quality checks, repaired times, sorted events, complete windows.

    Holes of one tick between states are closed, save between utterances.

    An offset before its onset and a zero length become a point at the onset, and are reported. A session without a
    stated window is taken as observed from its first onset to its last offset, and that is reported. A reader whose
    format writes points as zero lengths hands them over with a null offset, so that they are no problem.

    Args:
        reading: what the format's reader found.
        provenance: the file it came from.

    Returns:
        The record.
    """
    events = _typed(reading.events, EVENT_SCHEMA)
    found = reading.problems + _unpointed(events)
    if found != reading.problems:
        events = events.with_columns(offset_s=pl.when(~(pl.col("offset_s") <= pl.col("onset_s"))).then("offset_s"))
    single = is_one_session(events)
    unsorted = _unsorted(events, single)
    if unsorted or not single:
        events = events.sort("session", "onset_s", maintain_order=True)
    events, closed = _closed(events, reading)
    found += closed
    windows, assumed = _complete_windows(events, _typed(_with_source(reading.windows), WINDOW_SCHEMA), single)
    found += unsorted + _duplicates(events) + assumed
    if not reading.windows.is_empty():  # no event lies outside a window that was drawn around it
        tick = reading.resolution.tick_s if reading.resolution else 0.0
        found += outside(events, windows, single, max(tick, TOUCHING_S))
    if reading.exclusive:
        found += _overlaps(events, single)
    return Record(events, windows, reading.metadata, (provenance,), found)


def is_one_session(events: pl.DataFrame) -> bool:
    """Return whether all events are of one session, which spares the commonest file every grouping.

    Args:
        events: with its column `session`.

    Returns:
        True also where there is no event.
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
    for some in (["channel", "code", "onset_s"], keys):  # far sooner told than which rows are the same
        if events[some].hash_rows().n_unique() == len(events):
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
    rows = zip(*(windows[name] for name in ("session", "onset_s", "offset_s", "observed_from")), strict=True)
    lines = [f"{session}: {onset:g}-{offset:g} s" for session, onset, offset, source in rows if source == _ASSUMED]
    return problem(ProblemKind.OBSERVED_ASSUMED, lines)


def _without_window(events: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    if windows.is_empty():
        return events
    stated = windows.filter(pl.col("kind") == WindowKind.OBSERVED)["session"].unique()
    return events.filter(~pl.col("session").is_in(stated.implode()))


def _closed(events: pl.DataFrame, reading: UncheckedRecord) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    if reading.resolution is None or reading.is_speech or events.is_empty():
        return events, ()
    closing = close_holes(events, reading.resolution)
    lines = (f"{place(row)}, up to the next" for row in closing.events[closing.places[:EXAMPLES_KEPT]].to_dicts())
    if len(closing.places) == 0:
        return events, ()
    return closing.events, (Problem(ProblemKind.TICKS_CLOSED, len(closing.places), tuple(lines)),)


def outside(
    events: pl.DataFrame, windows: pl.DataFrame, single: bool = False, tick_s: float = TOUCHING_S
) -> tuple[Problem, ...]:
    """Return the events that begin in no observed window, or last beyond it; its very end still belongs to it.

    Args:
        events: columns of `EVENT_SCHEMA`.
        windows: columns of `WINDOW_SCHEMA`.
        single: whether the events are known to be of one session.
        tick_s: seconds by which an event may last beyond its window.

    Returns:
        Zero or one problem.
    """
    observed = windows.filter(pl.col("kind") == WindowKind.OBSERVED)
    if events.is_empty() or (single and len(observed) == 1 and _spanned(events, observed, tick_s)):
        return ()
    begun: list[pl.DataFrame] = []
    over: list[pl.DataFrame] = []
    for session, rows in _by_session(events):
        spans = intervals.union(observed.filter(pl.col("session") == session).select("onset_s", "offset_s").to_numpy())
        inside = _inside(rows, spans)
        beyond = inside & (_unobserved_s(rows, spans) > tick_s)
        begun.append(rows.filter(~inside))
        over.append(rows.filter(beyond).with_columns(end=_end_of_window(rows.filter(beyond), spans)))
    outer, lasting = pl.concat(begun), pl.concat(over)
    lines = [place(row) for row in outer.head(EXAMPLES_KEPT).to_dicts()]
    lines += [f"{place(row)}, beyond {row['end']:g} s" for row in lasting.head(EXAMPLES_KEPT).to_dicts()]
    count = len(outer) + len(lasting)
    return (Problem(ProblemKind.OUTSIDE_OBSERVED, count, tuple(lines[:EXAMPLES_KEPT])),) if count else ()


def _spanned(events: pl.DataFrame, window: pl.DataFrame, tick_s: float) -> bool:
    """Return whether one window holds all events of one session."""
    session, begin, end = window.select("session", "onset_s", "offset_s").row(0)
    onset, last = events["onset_s"], events["offset_s"].max()
    held = begin < end and session == events["session"][0] and onset.min() >= begin and onset.max() <= end
    return bool(held and (last is None or last <= end + tick_s))


def _unobserved_s(events: pl.DataFrame, spans: Spans) -> npt.NDArray[np.float64]:
    """Return how long each event lasts in no window, seconds."""
    onset, offset = events["onset_s"].to_numpy(), events["offset_s"].to_numpy()
    offset = np.where(np.isnan(offset), onset, offset)
    if len(spans) == 0:
        return offset - onset
    lengths = np.concatenate([[0.0], np.cumsum(spans[:, 1] - spans[:, 0])])

    def observed_before(times: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.interp(times, spans.ravel(), np.repeat(lengths, 2)[1:-1])

    return offset - onset - (observed_before(offset) - observed_before(onset))


def _end_of_window(events: pl.DataFrame, spans: Spans) -> pl.Series:
    """Return the end of the window in which each event begins."""
    held = np.searchsorted(spans[:, 0], events["onset_s"].to_numpy(), side="right") - 1
    return pl.Series("end", spans[:, 1][np.maximum(held, 0)] if len(spans) else [], dtype=pl.Float64)


def _by_session(events: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    names = events["session"].unique(maintain_order=True).to_list()
    if len(names) == 1:
        return [(names[0], events)]
    return list(zip(names, events.partition_by("session", maintain_order=True), strict=True))


def _inside(events: pl.DataFrame, spans: Spans) -> npt.NDArray[np.bool_]:
    onset = events["onset_s"].to_numpy()
    return intervals.covers(spans, onset) | np.isin(onset, spans[:, 1])


def _overlaps(events: pl.DataFrame, single: bool) -> tuple[Problem, ...]:
    lengthy = events if events["offset_s"].null_count() == 0 else events.filter(pl.col("offset_s").is_not_null())
    if not may_precede(lengthy, "offset_s"):
        return ()
    keys = ("actor", "channel") if single else ("session", "actor", "channel")
    reach = pl.col("offset_s").cum_max().shift(1).over(keys)
    return _problem(ProblemKind.OVERLAP, lengthy.filter(pl.col("onset_s") < reach - 1e-9))
