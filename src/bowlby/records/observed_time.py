"""When a session was observed, as codebook or manifest state it: from and to, clips, or codes of start and stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from bowlby.errors import InputError, suggestion
from bowlby.records import intervals
from bowlby.records.intervals import Spans
from bowlby.records.pattern import pattern
from bowlby.records.quality import Problem, ProblemKind, problem
from bowlby.records.record import ObservedFrom, Record, WindowKind, assumed_windows, observed_windows, outside

TOLERANCE_S = 0.05
"""A little more than one video frame: an end that lies so little beyond the recording is rounding."""


@dataclass(frozen=True)
class EventPattern:
    """Which events are meant.

    Args:
        codes: any of these codes, or any code where empty; patterns (see `Pattern`), as everywhere in a codebook.
        channel: only events of this channel, or None for any.
        actor: only events of this actor label, or None for any.
    """

    codes: tuple[str, ...] = ()
    channel: str | None = None
    actor: str | None = None

    def matches(self) -> pl.Expr:
        """Return the condition on columns of an event table."""
        found = pl.lit(True) if not self.codes else pl.any_horizontal(_within("code", text) for text in self.codes)
        for name, label in (("channel", self.channel), ("actor", self.actor)):
            found = found if label is None else found & _within(name, label)
        return found

    def __str__(self) -> str:
        said = {"code": " or ".join(self.codes), "channel": self.channel, "actor": self.actor}
        return ", ".join(f"{name} {label}" for name, label in said.items() if label)


def _within(column: str, text: str) -> pl.Expr:
    return pattern(text).within(pl.col(column))


@dataclass(frozen=True)
class ObservedTime:
    """What a codebook or a manifest says of the time observed: one of three ways, never two.

    Args:
        from_s: start of the window, seconds, or None where it is the file's own.
        to_s: end of the window, seconds, or None where it is the file's own.
        clips: events whose union is the observed time, or None.
        start: events at which coding starts, or None.
        stop: events at which it stops, or None.
        one_session: whether it speaks of a file of one session, as a row of a manifest does.
    """

    from_s: float | None = None
    to_s: float | None = None
    clips: EventPattern | None = None
    start: EventPattern | None = None
    stop: EventPattern | None = None
    one_session: bool = False

    @property
    def patterns(self) -> tuple[EventPattern, ...]:
        """Return the events that say when observation was, which are context and no acts."""
        return tuple(found for found in (self.clips, self.start, self.stop) if found is not None)

    def context(self) -> pl.Expr:
        """Return the condition on events that only say when observation was."""
        return pl.any_horizontal(pl.lit(False), *(found.matches() for found in self.patterns))


@dataclass
class _SessionWindows:
    """Windows of one session, and what was wrong with the clips or codes that gave them."""

    spans: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    faults: dict[ProblemKind, list[str]] = field(default_factory=dict[ProblemKind, list[str]])

    def fault(self, kind: ProblemKind, place: str) -> None:
        self.faults.setdefault(kind, []).append(place)

    def cut_to(self, recording: Spans, session: str) -> Spans:
        """Return the windows within the recording, and report those that go beyond it."""
        spans = intervals.union(intervals.spans(self.spans))
        if len(recording) == 0:
            return spans
        for start, end in spans:
            within = intervals.intersect(np.array([[start, end]]), recording)
            low, high = recording[0, 0] - TOLERANCE_S, recording[-1, 1] + TOLERANCE_S
            if len(within) == 0 or start < low or end > high:
                end_of = f"the recording ends at {recording[-1, 1]:g} s"
                self.fault(ProblemKind.CLIP_BEYOND, f"{session}: {start:g}-{end:g} s; {end_of}")
        return intervals.intersect(spans, recording)


def observe(record: Record, stated: ObservedTime, file: Path) -> Record:
    """Return a record whose windows are those that a codebook or a manifest states.

    Args:
        record: as the file says it.
        stated: what stands above the file.
        file: named in errors.

    Returns:
        The record with its new windows; what was wrong with them, and the events that lie outside, in its quality.

    Raises:
        InputError: no event is a clip or a start, or no window is left of the recording.
    """
    source = _source_of(stated)
    if stated.one_session and len(record.sessions) > 1:
        raise InputError(
            "the manifest states one observed window for a file of several sessions",
            file=file,
            column="observed_from_s",
            value=", ".join(record.sessions[:5]),
            remedy="Leave the cells empty and name clips, or codes of start and stop, in the codebook's [observed].",
        )
    if stated.patterns:
        _refuse_unheard(record, stated, file)
    faults: dict[ProblemKind, list[str]] = {}
    windows: dict[str, Spans] = {}
    for session, events in _sessions(record, stated):
        found = _found(events, stated, session) if stated.patterns else _stated(record, stated, session)
        spans = found.cut_to(_recording(record, session), session)
        for kind, places in found.faults.items():
            faults.setdefault(kind, []).extend(places)
        if len(spans) or not stated.patterns:
            windows[session] = _not_empty(spans, stated, file, session)
        else:
            faults.setdefault(ProblemKind.NO_WINDOW, []).append(f"{session}: the window of the file is taken")
    if not windows:
        raise InputError(
            f"no window is left: {'; '.join(sorted(map(str, faults)))}",
            file=file,
            column="observed",
            value=next(iter(faults.values()))[0],
            remedy="Mend the clips, or the codes that start and stop, or state from_s and to_s in [observed].",
        )
    return _with_windows(record, windows, source, stated, faults)


def _source_of(stated: ObservedTime) -> ObservedFrom | None:
    """Return what says when; None leaves it to the file, which gives at least one end."""
    if stated.clips is not None:
        return ObservedFrom.CLIPS
    if stated.start is not None:
        return ObservedFrom.CODES
    return ObservedFrom.STATED if stated.from_s is not None and stated.to_s is not None else None


def _refuse_unheard(record: Record, stated: ObservedTime, file: Path) -> None:
    for wanted, key in ((stated.clips, "clips"), (stated.start, "start"), (stated.stop, "stop")):
        if wanted is None or record.events.filter(wanted.matches()).height:
            continue
        name, known = (wanted.channel, "channel") if wanted.channel else (" ".join(wanted.codes), "code")
        labels = record.events[known].unique(maintain_order=True).to_list()
        near = suggestion(name, labels)
        raise InputError(
            f"no event is what [observed] calls {key}",
            file=file,
            column=f"observed.{key}",
            value=str(wanted),
            remedy=near or f"Its {known}s are {', '.join(map(repr, labels[:20]))}.",
        )


def _sessions(record: Record, stated: ObservedTime) -> Iterator[tuple[str, pl.DataFrame]]:
    context = record.events.filter(stated.context()) if stated.patterns else record.events.clear()
    for session in record.sessions:
        yield session, context.filter(pl.col("session") == session)


def _recording(record: Record, session: str) -> Spans:
    """Return the time that the file itself gives, or nothing where it is only that of its events."""
    if record.observed_from(session) is ObservedFrom.FIRST_TO_LAST:
        return intervals.EMPTY
    return record.observed(session)


def _stated(record: Record, stated: ObservedTime, session: str) -> _SessionWindows:
    own = record.observed(session)
    first, last = (float(own[0, 0]), float(own[-1, 1])) if len(own) else (0.0, 0.0)
    start = first if stated.from_s is None else stated.from_s
    end = last if stated.to_s is None else stated.to_s
    return _SessionWindows([(start, end)] if end > start else [])


def _not_empty(spans: Spans, stated: ObservedTime, file: Path, session: str) -> Spans:
    if len(spans):
        return spans
    bounds = ["the file's start" if stated.from_s is None else f"{stated.from_s:g} s"]
    bounds.append("the file's end" if stated.to_s is None else f"{stated.to_s:g} s")
    raise InputError(
        "nothing of the recording lies in the window that is stated for it",
        file=file,
        column="observed",
        value=f"{session}: {bounds[0]} to {bounds[1]}",
        remedy="Times are seconds on the file's own clock: run `bowlby record` on it to see when it starts and ends.",
    )


def _found(events: pl.DataFrame, stated: ObservedTime, session: str) -> _SessionWindows:
    if stated.clips is not None:
        return _clips(events, session)
    assert stated.start is not None and stated.stop is not None
    starts = events.filter(stated.start.matches())["onset_s"].to_list()
    stops = events.filter(stated.stop.matches())["onset_s"].to_list()
    return _between(starts, stops, session)


def _clips(events: pl.DataFrame, session: str) -> _SessionWindows:
    """Return clips as windows; those of one actor and channel must not overlap, those of two must not differ."""
    found = _SessionWindows()
    by_coder: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for actor, channel, code, onset, offset in events.select(
        "actor", "channel", "code", "onset_s", "offset_s"
    ).iter_rows():
        if offset is None or offset <= onset:
            found.fault(ProblemKind.CLIP_EMPTY, f"{session}: {code} at {onset:g} s has no length")
        else:
            by_coder.setdefault((actor, channel), []).append((onset, offset))
    for clips in by_coder.values():
        reach = float("-inf")
        for onset, offset in sorted(clips):
            if onset < reach - TOLERANCE_S:
                found.fault(ProblemKind.CLIP_OVERLAP, f"{session}: {onset:g}-{offset:g} s begins before {reach:g} s")
            reach = max(reach, offset)
        found.spans += clips
    _compare(by_coder, found, session)
    return found


def _compare(
    by_coder: Mapping[tuple[str, str], Sequence[tuple[float, float]]], found: _SessionWindows, session: str
) -> None:
    """Report coders of whom one has a clip that overlaps another's and is not the same."""
    merged = {coder: intervals.union(intervals.spans(clips)) for coder, clips in by_coder.items()}
    coders = list(merged)
    for place, one in enumerate(coders):
        for other in coders[place + 1 :]:
            both = intervals.duration(intervals.intersect(merged[one], merged[other]))
            longer = max(intervals.duration(merged[one]), intervals.duration(merged[other]))
            if 0 < both < longer - TOLERANCE_S:
                names = " and ".join(" ".join(part for part in coder if part) or "(no label)" for coder in (one, other))
                found.fault(ProblemKind.CLIPS_DIFFER, f"{session}: {names} share {both:g} of {longer:g} s")


def _between(starts: Sequence[float], stops: Sequence[float], session: str) -> _SessionWindows:
    found = _SessionWindows()
    opened: float | None = None
    marks = [(time, 0) for time in set(stops)] + [(time, 1) for time in set(starts)]
    # At one time a stop comes first, so that coding may stop and start again.
    for time, starting in sorted(marks):
        if starting:
            if opened is not None:
                found.fault(ProblemKind.UNSTOPPED, f"{session}: start at {opened:g} s, again at {time:g} s")
            opened = time
        elif opened is None:
            found.fault(ProblemKind.UNSTARTED, f"{session}: stop at {time:g} s")
        else:
            found.spans.append((opened, time))
            opened = None
    if opened is not None:
        found.fault(ProblemKind.UNSTOPPED, f"{session}: start at {opened:g} s, and no stop follows")
    return found


def _with_windows(
    record: Record,
    windows: Mapping[str, Spans],
    source: ObservedFrom | None,
    stated: ObservedTime,
    faults: Mapping[ProblemKind, list[str]],
) -> Record:
    own = {session: source or record.observed_from(session) for session in windows}
    rows = [observed_windows(session, spans, _REASONS[source], own[session]) for session, spans in windows.items()]
    observed = (pl.col("kind") == str(WindowKind.OBSERVED)) & pl.col("session").is_in(list(windows))
    kept = record.windows.filter(~observed)
    sessions = pl.DataFrame({"session": record.sessions}).with_row_index("place")
    every = pl.concat([*rows, kept]).join(sessions, on="session", how="left", maintain_order="left")
    every = every.sort("place", maintain_order=True).drop("place")
    events = record.events.filter(~stated.context()) if stated.patterns else record.events
    quality = [found for found in record.quality if found.kind not in _REPLACED]
    quality += [found for kind, places in faults.items() for found in problem(kind, places)]
    quality += [*assumed_windows(every), *_outside_of(events, every, windows)]
    return replace(record, windows=every, quality=tuple(quality))


def _outside_of(events: pl.DataFrame, windows: pl.DataFrame, stated: Mapping[str, Spans]) -> tuple[Problem, ...]:
    known = windows.filter(pl.col("observed_from") != str(ObservedFrom.FIRST_TO_LAST))["session"]
    return outside(events.filter(pl.col("session").is_in({*known, *stated})), windows)


_REPLACED = frozenset({ProblemKind.OUTSIDE_OBSERVED, ProblemKind.OBSERVED_ASSUMED})
_REASONS: Mapping[ObservedFrom | None, str] = {
    None: "one end stated, the other the file's own",
    ObservedFrom.STATED: "stated by the codebook or the manifest",
    ObservedFrom.CLIPS: "clips",
    ObservedFrom.CODES: "between codes of start and stop",
}
