"""Two coders' records laid side by side: one stream for each actor and channel, in the time both observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import InputError
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.intervals import Spans
from bowlby.records.observed_time import TOLERANCE_S
from bowlby.records.person_labels import persons_in
from bowlby.records.quality import EXAMPLES_KEPT
from bowlby.records.record import ObservedFrom, Record, WindowKind
from bowlby.reliability.alignment import Events
from bowlby.reliability.kappa import Labels

ALL_CODES = "all codes"
"""Stream of all that a session holds, where labels are empty or differ."""

NOTHING_CODED = "(none)"
"""Label of a time unit in which a coder has no code."""

_CONSTRUCTS = frozenset(str(construct) for construct in Construct)

STREAM_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "stream": pl.String(),
    "code": pl.String(),
    "onset_s": pl.Float64(),
    "offset_s": pl.Float64(),
}
"""One row an event; a point has `offset_s` equal to `onset_s`."""


@dataclass(frozen=True)
class StreamPair:
    """What two coders say about one stream of one session.

    Args:
        session: session id of coder A.
        name: actor and channel, or role where a codebook was applied; "all codes" where labels are empty or differ.
        a: coder A's events in the shared time.
        b: coder B's events in the shared time.
        shared: time both observed and neither called uncodable, sorted disjoint spans, seconds.
    """

    session: str
    name: str
    a: Events
    b: Events
    shared: Spans


@dataclass(frozen=True)
class SideBySide:
    """All streams of two records.

    Args:
        streams: by session, then name.
        notes: what a reader must know about how they were laid side by side; may be empty.
    """

    streams: tuple[StreamPair, ...]
    notes: tuple[str, ...]


def side_by_side(a: Record | CodedRecord, b: Record | CodedRecord) -> SideBySide:
    """Lay two coders' records side by side.

    Sessions are paired by id; where each record has one session, these are paired whatever they are called. Raw
    records are compared code by code within actor and channel; where the two share no actor and channel (coders name
    their tiers after themselves), within the session as a whole. Coded records are compared construct by construct
    within role. Events at times that one coder did not observe, or called uncodable, are left out and counted.

    Args:
        a: coder A's record; the reference for "omitted" and "added".
        b: coder B's record, both raw or both coded.

    Returns:
        The streams.

    Raises:
        InputError: one is raw and the other coded, or they have no session in common.
    """
    if isinstance(a, CodedRecord) != isinstance(b, CodedRecord):
        raise InputError(
            "one record was translated by a codebook and the other was not", remedy="Apply one codebook to both."
        )
    sessions, notes = _pair_sessions(a.sessions, b.sessions)
    several = _several(a) | _several(b)
    events_a, events_b = _events(a, several), _events(b, several)
    notes += [*_same_data(_plain(a), _plain(b)), *_windows_apart(_plain(a), _plain(b), sessions)]
    notes += _spellings(events_a, events_b)
    if not set(events_a["stream"]) & set(events_b["stream"]) and len(events_a) and len(events_b):
        notes.append("the coders share no actor and channel label, so codes are compared within the session as a whole")
        events_a, events_b = (_as_one(table) for table in (events_a, events_b))
    names = sorted(set(events_a["stream"]) | set(events_b["stream"]))
    streams: list[StreamPair] = []
    left_out = 0
    for of_a, of_b in sessions:
        stated, hull = _observed(_plain(a), of_a, _plain(b), of_b)
        for name in names:
            hidden = intervals.union(np.vstack([_hidden(a, of_a, name), _hidden(b, of_b, name)]))
            own, missed_a = _kept(events_a, of_a, name, stated, hidden)
            other, missed_b = _kept(events_b, of_b, name, stated, hidden)
            left_out += missed_a + missed_b
            streams.append(
                StreamPair(of_a, name, own, other, intervals.subtract(hull if stated is None else stated, hidden))
            )
    if left_out:
        notes.append(
            f"{left_out} events lie in time that one coder did not observe or could not code, and are left out"
        )
    return SideBySide(tuple(streams), tuple(notes))


def time_unit_labels(stream: StreamPair, unit_s: float) -> tuple[Labels, Labels, Labels, list[tuple[str, ...]]]:
    """Return what each coder says in each time unit of a stream.

    A unit's label is the set of codes that last over its middle; points take no time and are left out.

    Args:
        stream: two coders' events.
        unit_s: length of a time unit, seconds, > 0.

    Returns:
        Labels of coder A and of coder B, shape (n,), the number of the shared span each unit lies in, shape (n,), and
        the codes of each label, sorted; none where nothing lasts.
    """
    middles = [np.arange(start + unit_s / 2, end + 1e-9, unit_s) for start, end in stream.shared]
    times = np.concatenate(middles) if middles else np.empty(0)
    spans = np.repeat(np.arange(len(middles)), [len(part) for part in middles])
    codes = sorted(set(stream.a.codes) | set(stream.b.codes))
    active = [np.array([_active(events, code, times) for code in codes]) for events in (stream.a, stream.b)]
    both = np.concatenate(active, axis=1) if codes else np.zeros((0, 2 * len(times)), dtype=bool)
    labels, kinds = _combinations(both)
    held = [tuple(code for code, on in zip(codes, kind, strict=True) if on) for kind in kinds.T]
    return labels[: len(times)], labels[len(times) :], spans.astype(np.int64), held


def single_codes(held: Sequence[str]) -> tuple[str, ...]:
    """Return the single codes of a label: an act of several constructs counts for each, a lab's own code stays whole.

    Args:
        held: the codes of a label, as `time_unit_labels` gives them.

    Returns:
        The codes, sorted, each once.
    """
    return tuple(sorted({part for code in held for part in _constructs_of(code)}))


def _constructs_of(code: str) -> list[str]:
    parts = code.split("+")
    return parts if all(part.partition("=")[0] in _CONSTRUCTS for part in parts) else [code]


def _combinations(active: npt.NDArray[np.bool_]) -> tuple[Labels, npt.NDArray[np.bool_]]:
    """Return each column's number among the distinct columns, and these; one code after the other, so that no sort
    looks at whole columns."""
    labels = np.zeros(active.shape[1], dtype=np.int64)
    for row in active:
        labels = np.unique(2 * labels + row, return_inverse=True)[1]
    first = np.unique(labels, return_index=True)[1]
    return labels, active[:, first]


def _active(events: Events, code: str, times: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    own = np.array([held == code for held in events.codes], dtype=bool) & events.lasting
    return intervals.covers(intervals.union(np.column_stack([events.onset[own], events.offset[own]])), times)


def _pair_sessions(a: Sequence[str], b: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    common = [session for session in a if session in set(b)]
    if not common and len(a) == 1 and len(b) == 1:
        return [(a[0], b[0])], []
    if not common:
        raise InputError(
            "the two records have no session in common",
            column="session",
            value=f"{', '.join(a[:5])} | {', '.join(b[:5])}",
            remedy="Give the same session ids in both, or files of one session each.",
        )
    alone = [session for session in (*a, *b) if session not in common]
    return [(session, session) for session in common], [
        f"coded once only, left out: {', '.join(alone)}"
    ] if alone else []


def _plain(record: Record | CodedRecord) -> Record:
    return record.record if isinstance(record, CodedRecord) else record


def _several(record: Record | CodedRecord) -> frozenset[str]:
    """Return the roles of which a session has several persons."""
    if isinstance(record, Record):
        return frozenset()
    parts = [record.acts.filter(pl.col("session") == session) for session in record.sessions]
    both = (Role.CHILD, Role.CAREGIVER)
    return frozenset(str(role) for role in both if any(len(persons_in(part, role)) > 1 for part in parts))


def _same_data(a: Record, b: Record) -> list[str]:
    hashes = [{entry.sha256 for entry in record.provenance if entry.sha256} for record in (a, b)]
    if not hashes[0] & hashes[1]:
        return []
    return ["both files hold the same data, byte for byte: a coding agrees with itself"]


def _windows_apart(a: Record, b: Record, sessions: Sequence[tuple[str, str]]) -> list[str]:
    """Return notes on sessions of which the coders state different time as observed, both named."""
    notes: list[str] = []
    for of_a, of_b in sessions:
        sources = (a.observed_from(of_a), b.observed_from(of_b))
        one, other = a.observed(of_a), b.observed(of_b)
        both = intervals.duration(intervals.intersect(one, other))
        longer = max(intervals.duration(one), intervals.duration(other))
        if ObservedFrom.FIRST_TO_LAST not in sources and both < longer - TOLERANCE_S:
            named = f"A's {_shown(one)} ({sources[0]}), B's {_shown(other)} ({sources[1]})"
            notes.append(f"{of_a}: the coders' observed time differs, {named}; they share {both:g} of {longer:g} s")
    more = [f"and {len(notes) - EXAMPLES_KEPT} sessions more in which observed time differs"]
    return notes if len(notes) <= EXAMPLES_KEPT else notes[:EXAMPLES_KEPT] + more


def _shown(spans: Spans) -> str:
    some = ", ".join(f"{start:g}-{end:g} s" for start, end in spans[:EXAMPLES_KEPT])
    return some if len(spans) <= EXAMPLES_KEPT else f"{some} and {len(spans) - EXAMPLES_KEPT} more"


def _spellings(a: pl.DataFrame, b: pl.DataFrame) -> list[str]:
    """Return notes on labels that differ in case or blanks only, which are compared as different ones."""
    notes: list[str] = []
    for column, what in (("code", "codes"), ("stream", "actors or channels")):
        variants: dict[str, set[str]] = {}
        for text in {*a[column], *b[column]}:
            variants.setdefault("".join(text.split()).casefold(), set()).add(text)
        pairs = [" and ".join(map(repr, sorted(texts))) for texts in variants.values() if len(texts) > 1]
        if pairs:
            some = "; ".join(sorted(pairs)[:3])
            notes.append(f"{what} that differ in case or blanks only are compared as different ones: {some}")
    return notes


def _events(record: Record | CodedRecord, several: frozenset[str]) -> pl.DataFrame:
    """Return the events with their stream and label; an act of several constructs is labelled with all of them.

    The stream of a coded record is the role, with the person where a session has several.
    """
    if isinstance(record, Record):
        stream = pl.concat_str("actor", "channel", separator="/").str.strip_chars("/")
        table = record.events.with_columns(stream=pl.when(stream == "").then(pl.lit(ALL_CODES)).otherwise(stream))
    else:
        valence = pl.when(pl.col("value").is_null()).then(pl.lit("")).otherwise(pl.format("={}", "value"))
        table = (
            record.acts.with_columns(code=pl.col("construct") + valence, stream=_stream_of(several))
            .group_by("session", "stream", "event", maintain_order=True)
            .agg(pl.col("code").unique().sort().str.join("+"), pl.col("onset_s").first(), pl.col("offset_s").first())
        )
    table = table.with_columns(pl.col("offset_s").fill_null(pl.col("onset_s")))
    return _sorted(table.select(STREAM_SCHEMA.keys()))


def _stream_of(several: frozenset[str]) -> pl.Expr:
    person = pl.when(pl.col("role").is_in(list(several))).then(pl.concat_str(pl.lit(" "), "person"))
    return pl.concat_str("role", person.fill_null(""))


def _sorted(table: pl.DataFrame) -> pl.DataFrame:
    return table.sort("session", "stream", "onset_s", "code", "offset_s")


def _as_one(table: pl.DataFrame) -> pl.DataFrame:
    return _sorted(table.with_columns(stream=pl.lit(ALL_CODES)))


def _observed(a: Record, of_a: str, b: Record, of_b: str) -> tuple[Spans | None, Spans]:
    """Return the time that those who state it both observed (None where neither does), and the hull of all of it.

    A window that was only assumed from a coder's own events says nothing about what that coder left out.
    """
    sides = ((a, of_a), (b, of_b))
    spans = [record.observed(session) for record, session in sides]
    assumed = [record.observed_from(session) is ObservedFrom.FIRST_TO_LAST for record, session in sides]
    stated = [own for own, only_assumed in zip(spans, assumed, strict=True) if not only_assumed]
    both = np.vstack(spans)
    hull = intervals.EMPTY if len(both) == 0 else np.array([[both[:, 0].min(), both[:, 1].max()]])
    if len(stated) == 2:
        return intervals.intersect(*stated), hull
    return (stated[0] if stated else None), hull


def _hidden(record: Record | CodedRecord, session: str, stream: str) -> Spans:
    if isinstance(record, CodedRecord):
        role, _, person = stream.partition(" ")
        whose = pl.col("person").fill_null("").is_in(["", person]) if person else pl.lit(True)
        masks = record.masks.filter(
            (pl.col("session") == session) & (pl.col("role").is_null() | (pl.col("role") == role)) & whose
        )
        return masks.select("onset_s", "offset_s").to_numpy()
    own = pl.concat_str(pl.col("actor").fill_null(""), pl.col("channel").fill_null(""), separator="/")
    everyone = pl.col("actor").is_null() & pl.col("channel").is_null()
    rows = record.windows.filter(
        (pl.col("session") == session)
        & (pl.col("kind") == str(WindowKind.UNCODABLE))
        & (
            everyone
            | (own.str.strip_chars("/") == stream)
            | (pl.col("actor") == stream.split("/")[0])
            | pl.lit(stream == ALL_CODES)
        )
    )
    return rows.select("onset_s", "offset_s").to_numpy()


def _kept(table: pl.DataFrame, session: str, stream: str, stated: Spans | None, hidden: Spans) -> tuple[Events, int]:
    rows = table.filter((pl.col("session") == session) & (pl.col("stream") == stream))
    onset = rows["onset_s"].to_numpy()
    inside = ~intervals.covers(hidden, onset)
    if stated is not None:
        inside &= intervals.covers(stated, onset) | np.isin(onset, stated[:, 1])
    kept = rows.filter(pl.Series(inside, dtype=pl.Boolean))
    events = Events(tuple(kept["code"]), kept["onset_s"].to_numpy(), kept["offset_s"].to_numpy())
    return events, len(rows) - len(kept)
