"""Episodes: a child's cue, and the caregiver's first answer to it or the moment from which none could be seen."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.clock import CodableClock
from bowlby.measures.rule import EpisodeRule as EpisodeRule
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import CUES, DISTRESS_CUES, FRIGHT_TIERS, Construct, Role
from bowlby.records.intervals import Spans

EPISODE_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "cue_event": pl.UInt32(),
    "cue": pl.String(),
    "distress": pl.Boolean(),
    "onset_s": pl.Float64(),
    "observed_s": pl.Float64(),
    "start_s": pl.Float64(),
    "answered": pl.Boolean(),
    "latency_s": pl.Float64(),
    "censored_by": pl.String(),
    "answer_event": pl.UInt32(),
    "answer": pl.String(),
    "warm": pl.Boolean(),
    "intruded": pl.Boolean(),
    "frightened": pl.String(),
    "informative": pl.Boolean(),
    "window_s": pl.Float64(),
}
"""One row an episode, by session and onset.

`observed_s` is how long the session had been observed at the onset, gaps left out. `start_s` is where latency counts
from, `latency_s` >= 0 leads to the answer or to censoring. `warm` is null where there was no answer or no warm act
could be coded, `intruded` where intrusion could not; `frightened` is the highest tier of frightening act within the
episode, or null for none. `informative` is false where the episode was censored at once."""

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

POINT_S = 1.0
"""Length given to an act coded as a point when asking what coincides with it; the padding of Davis et al. (2017)."""

WARM_WITH_ANSWER = (Construct.HOLD, Construct.TOUCH, Construct.SMILE, Construct.PLAY)
"""What makes an answer warm, beside positive affect. Voice alone does not: every spoken answer would be warm."""


class Close(StrEnum):
    """What ended an episode."""

    ANSWER = "answer"
    WINDOW = "window"
    NEXT_CUE = "next cue"
    END = "end"
    UNCODABLE = "uncodable"


_CENSORING = (Close.WINDOW, Close.NEXT_CUE, Close.END, Close.UNCODABLE)


@dataclass(frozen=True)
class _Bids:
    """Cues merged to bids: event and construct of each, onset and offset in seconds."""

    event: Ints
    cue: list[Construct]
    onset: Floats
    offset: Floats


@dataclass(frozen=True)
class _Acts:
    """Answering acts in order of onset."""

    event: Ints
    construct: list[str]
    onset: Floats
    offset: Floats


def episodes(coded: CodedRecord, rule: EpisodeRule) -> pl.DataFrame:
    """Return every cue with its answer or its censoring.

    An answer belongs to the cue in whose interval [onset, next cue's onset) it starts; its latency is
    max(0, answer onset - start). A cue that no answer met is censored at the earliest of: the window's end, the next
    cue, the end of observation, the start of an uncodable stretch of the cues or the answers.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer, and the window.

    Returns:
        Columns of `EPISODE_SCHEMA`; no row where no cue was coded.
    """
    tables = [episodes_of(coded, rule, session) for session in coded.sessions]
    return pl.concat([pl.DataFrame(schema=EPISODE_SCHEMA), *tables])


def episodes_of(coded: CodedRecord, rule: EpisodeRule, session: str) -> pl.DataFrame:
    """Return the episodes of one session, as `episodes` does for all.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer, and the window.
        session: a session id.

    Returns:
        Columns of `EPISODE_SCHEMA`.
    """
    key = (id(coded), rule, session)
    kept = _RECENT.get(key)
    if kept is not None and kept[0]() is coded:
        return kept[1]
    table = _paired(coded, rule, session)
    with _LOCK:
        while len(_RECENT) >= _KEPT:
            del _RECENT[next(iter(_RECENT))]
        _RECENT[key] = (weakref.ref(coded), table)
    return table


_KEPT = 4
_LOCK = threading.Lock()
_RECENT: dict[tuple[int, EpisodeRule, str], tuple[weakref.ref[CodedRecord], pl.DataFrame]] = {}
"""The last tables paired, since each family of measures asks for the same one; nobody changes a frame in place."""


def _paired(coded: CodedRecord, rule: EpisodeRule, session: str) -> pl.DataFrame:
    answers = _answers(coded, session, rule)
    bids = _bids(coded, session, rule, answers.onset)
    if len(bids.onset) == 0:
        return pl.DataFrame(schema=EPISODE_SCHEMA)
    late = np.isin(bids.cue, list(rule.from_offset))
    start = np.where(late, bids.offset, bids.onset)
    window = np.array([rule.window_of(cue) for cue in bids.cue])
    deadline, reason, seen = _deadlines(coded, session, rule, bids.onset, start + window)
    answered, index = _first_answer(answers.onset, bids.onset, deadline, reason)
    answered &= seen
    answer_onset = answers.onset[index] if len(answers.onset) else np.zeros(len(index))
    latency = np.maximum(np.where(answered, answer_onset, deadline) - start, 0.0)
    close = np.where(answered, _ends(answers, index), np.maximum(deadline, start))
    return pl.DataFrame(
        {
            "session": [session] * len(start),
            "cue_event": bids.event,
            "cue": [str(cue) for cue in bids.cue],
            "distress": [cue in DISTRESS_CUES for cue in bids.cue],
            "onset_s": bids.onset,
            "observed_s": CodableClock(coded.observed(session)).reads(bids.onset),
            "start_s": start,
            "answered": answered,
            "latency_s": latency,
            "censored_by": np.where(answered, str(Close.ANSWER), np.array(_CENSORING, dtype=str)[reason]),
            "answer_event": _where(answered, answers.event[index] if len(answers.event) else index),
            "answer": [answers.construct[i] if hit else None for i, hit in zip(index, answered, strict=True)],
            "warm": _warm(coded, session, answer_onset, _ends(answers, index), answered),
            "intruded": _intruded(coded, session, bids.onset, close),
            "frightened": _frightened(coded, session, bids.onset, close),
            "informative": answered | (latency > 0),
            "window_s": window,
        },
        schema=EPISODE_SCHEMA,
    )


def answering(coded: CodedRecord, session: str, rule: EpisodeRule) -> pl.DataFrame:
    """Return the acts that count as answers, frightening ones left out, by onset.

    Args:
        coded: a record in the closed vocabulary.
        session: a session id.
        rule: what counts as answer.

    Returns:
        Columns of `ACT_SCHEMA`, one row an event.
    """
    frightening = coded.of(session, Role.CAREGIVER, FRIGHT_TIERS)["event"]
    acts = coded.of(session, Role.CAREGIVER, rule.answers_in(coded))
    return acts.filter(~pl.col("event").is_in(frightening.implode())).sort("onset_s", maintain_order=True)


def _answers(coded: CodedRecord, session: str, rule: EpisodeRule) -> _Acts:
    acts = answering(coded, session, rule)
    onset, _ = _times(acts)
    return _Acts(acts["event"].to_numpy().astype(np.int64), acts["construct"].to_list(), onset, _ends_of_bouts(acts))


def _ends_of_bouts(acts: pl.DataFrame) -> Floats:
    """Return until when what began with each act goes on: over all of its construct that touch or overlap."""
    onset, offset = _times(acts)
    ends = np.maximum(onset, offset)
    constructs = acts["construct"].to_numpy()
    for construct in acts["construct"].unique().to_list():
        own = np.flatnonzero(constructs == construct)
        bouts = intervals.union(np.column_stack([onset[own], ends[own]]))
        held = own[intervals.covers(bouts, onset[own])]
        ends[held] = bouts[np.searchsorted(bouts[:, 0], onset[held], side="right") - 1, 1]
    return ends


def _times(acts: pl.DataFrame) -> tuple[Floats, Floats]:
    onset = acts["onset_s"].to_numpy()
    return onset, acts.select(pl.coalesce("offset_s", "onset_s"))["offset_s"].to_numpy()


def _ends(acts: _Acts, index: Ints) -> Floats:
    return acts.offset[index] if len(acts.onset) else np.zeros(len(index))


def _bids(coded: CodedRecord, session: str, rule: EpisodeRule, answer_onsets: Floats) -> _Bids:
    rank = {str(cue): place for place, cue in enumerate(CUES)}
    wanted = [str(cue) for cue in rule.cues_in(coded)]
    cues = coded.acts.filter(
        (pl.col("session") == session) & (pl.col("role") == str(Role.CHILD)) & pl.col("construct").is_in(wanted)
    ).sort("onset_s", maintain_order=True)
    onset, offset = _times(cues)
    if len(onset) == 0:
        return _Bids(np.empty(0, np.int64), [], onset, offset)
    reach = np.maximum.accumulate(offset)
    apart = _separate(reach[:-1], onset[1:], rule.merge_s, answer_onsets)
    window = np.searchsorted(coded.observed(session)[:, 0], onset, side="right")
    first = np.flatnonzero(np.concatenate([[True], apart | (np.diff(window) > 0)]))
    last = np.concatenate([first[1:] - 1, [len(onset) - 1]])
    strongest = np.minimum.reduceat(np.array([rank[name] for name in cues["construct"]]), first)
    event = cues["event"].to_numpy().astype(np.int64)
    return _Bids(event[first], [CUES[place] for place in strongest], onset[first], reach[last])


def _separate(reach: Floats, onset: Floats, merge_s: float, answer_onsets: Floats) -> Bools:
    # An answer in the gap means that the first cue was answered and the second is a new turn, however short the gap.
    between = np.searchsorted(answer_onsets, onset) > np.searchsorted(answer_onsets, reach)
    return (onset > reach + merge_s) | (between & (onset > reach))


def _deadlines(
    coded: CodedRecord, session: str, rule: EpisodeRule, onset: Floats, window_end: Floats
) -> tuple[Floats, Ints, Bools]:
    next_cue = np.append(onset[1:], np.inf)
    span_end, reason_of_span, seen = _span_ends(codable_for(coded, session, rule), coded.observed(session), onset)
    ends = np.stack([window_end, next_cue, span_end])
    which = ends.argmin(axis=0)
    return ends.min(axis=0), np.where(which == 2, reason_of_span, which), seen


def codable_for(coded: CodedRecord, session: str, rule: EpisodeRule) -> Spans:
    """Return the time in which both the rule's cues and its answers could be coded.

    Args:
        coded: a record in the closed vocabulary.
        session: a session id.
        rule: what counts as cue and answer.

    Returns:
        Sorted disjoint spans, seconds; empty where no cue or no answer was codable.
    """
    cues, answers = rule.cues_in(coded), rule.answers_in(coded)
    if not cues or not answers:
        return intervals.EMPTY
    return intervals.intersect(
        coded.codable_time(session, Role.CHILD, *cues), coded.codable_time(session, Role.CAREGIVER, *answers)
    )


def _span_ends(codable: Spans, observed: Spans, onset: Floats) -> tuple[Floats, Ints, Bools]:
    end_of, blocked = _CENSORING.index(Close.END), _CENSORING.index(Close.UNCODABLE)
    if len(codable) == 0:
        return onset.copy(), np.full(len(onset), blocked), np.zeros(len(onset), dtype=bool)
    index = np.maximum(np.searchsorted(codable[:, 0], onset, side="right") - 1, 0)
    seen = intervals.covers(codable, onset)
    end = np.where(seen, codable[index, 1], onset)
    stopped = np.isin(end, observed[:, 1])
    return end, np.where(stopped, end_of, blocked), seen


def _first_answer(answer_onsets: Floats, onset: Floats, deadline: Floats, reason: Ints) -> tuple[Bools, Ints]:
    if len(answer_onsets) == 0:
        return np.zeros(len(onset), dtype=bool), np.zeros(len(onset), np.int64)
    index = np.searchsorted(answer_onsets, onset, side="left")
    found = index < len(answer_onsets)
    index = np.where(found, index, 0)
    at = answer_onsets[index]
    # The window's last instant still counts; the next cue's onset and the end of coding belong to what comes after.
    in_time = np.where(reason == _CENSORING.index(Close.WINDOW), at <= deadline, at < deadline)
    return found & in_time, index


def _where(keep: Bools, values: Ints) -> list[int | None]:
    return [int(value) if kept else None for value, kept in zip(values, keep, strict=True)]


def _meets(acts: pl.DataFrame, start: Floats, end: Floats) -> Bools:
    """Return for each [start, end] whether an act starts in it or goes on in it."""
    onset, offset = _times(acts)
    begun = np.searchsorted(np.sort(onset), end, side="right")
    over = np.searchsorted(np.sort(np.maximum(onset, offset)), start, side="left")
    return begun > over


def _warm(coded: CodedRecord, session: str, onset: Floats, offset: Floats, answered: Bools) -> list[bool | None]:
    acts = coded.of(session, Role.CAREGIVER, WARM_WITH_ANSWER)
    pleased = coded.of(session, Role.CAREGIVER, [Construct.AFFECT]).filter(pl.col("value") > 0)
    end = np.maximum(offset, onset + POINT_S)
    warm = _meets(acts, onset, end) | _meets(pleased, onset, end)
    known = warm.copy()
    for construct in (*WARM_WITH_ANSWER, Construct.AFFECT):
        known |= intervals.covers(coded.codable_time(session, Role.CAREGIVER, construct), onset)
    return [bool(w) if a and k else None for w, k, a in zip(warm, known, answered, strict=True)]


def _intruded(coded: CodedRecord, session: str, onset: Floats, close: Floats) -> list[bool | None]:
    met = _meets(coded.of(session, Role.CAREGIVER, [Construct.INTRUDE]), onset, close)
    known = met | intervals.covers(coded.codable_time(session, Role.CAREGIVER, Construct.INTRUDE), onset)
    return [bool(m) if k else None for m, k in zip(met, known, strict=True)]


def _frightened(coded: CodedRecord, session: str, onset: Floats, close: Floats) -> list[str | None]:
    highest: list[str | None] = [None] * len(onset)
    for tier in FRIGHT_TIERS:
        met = _meets(coded.of(session, Role.CAREGIVER, [tier]), onset, close)
        highest = [str(tier) if hit else so_far for hit, so_far in zip(met, highest, strict=True)]
    return highest
