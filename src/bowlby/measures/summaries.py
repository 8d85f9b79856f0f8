"""A record in numbers that an inference is trained on: counts, seconds, exposure, and how cues were answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.episodes import Close, episodes
from bowlby.measures.rule import EpisodeRule
from bowlby.records import intervals
from bowlby.records.coded import CodedRecord
from bowlby.records.constructs import CUES, DISTRESS_CUES, VOCABULARY, Construct, Role

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Line(NamedTuple):
    """One row of a summary: a construct of one role, affect by its sign."""

    role: Role
    construct: Construct
    sign: int | None = None


def _lines() -> tuple[Line, ...]:
    found: list[Line] = []
    for role, construct in VOCABULARY:
        signs = (-1, 0, 1) if construct is Construct.AFFECT else (None,)
        found += [Line(role, construct, sign) for sign in signs if construct is not Construct.UNCODABLE]
    return tuple(found)


LINES: tuple[Line, ...] = _lines()
CUE_CLASSES = ("distress", "other")
LATENCY_EDGES_S: tuple[float, ...] = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 20.0)
"""Between bins of latency; the first begins at 0, the last ends with the window."""


@dataclass(frozen=True)
class Summaries:
    """Sessions in numbers; every array begins with the sessions.

    Args:
        count: acts, shape (sessions, lines).
        seconds: of states, points left out, same shape.
        exposure: seconds in which it could be coded, 0 where it was not looked for, same shape.
        answered: cues that were, by class, shape (sessions, 2).
        unanswered: cues for whose answer the whole window was waited in vain, same shape.
        censored: cues after which another cue or the end came first, same shape.
        latencies: answered cues by latency, shape (sessions, 2, bins).
    """

    count: Ints
    seconds: Floats
    exposure: Floats
    answered: Ints
    unanswered: Ints
    censored: Ints
    latencies: Ints

    def arrays(self) -> dict[str, npt.NDArray[np.float32] | npt.NDArray[np.int32]]:
        """Return each array by name in single precision, to be kept."""
        return {
            name: values.astype(np.int32 if values.dtype.kind == "i" else np.float32)
            for name, values in vars(self).items()
        }


class ActColumns(NamedTuple):
    """Acts of many sessions as arrays, in any order.

    Args:
        session: number of the session, from 0.
        line: place in `LINES`.
        onset: seconds.
        offset: seconds, NaN for a point.
    """

    session: Ints
    line: Ints
    onset: Floats
    offset: Floats


def summaries_of_columns(acts: ActColumns, watched: Floats, codable: Bools, rule: EpisodeRule) -> Summaries:
    """Return the summaries of sessions that were watched from 0 s without a break, for all of them at once.

    Args:
        acts: what was coded.
        watched: seconds of each session, shape (sessions,).
        codable: which of `LINES` were looked for.
        rule: what counts as cue and answer, and for how long an answer is waited for; cues are timed from their onset.

    Returns:
        A row a session.
    """
    sessions, size = len(watched), len(LINES)
    cell = acts.session * size + acts.line
    length = np.where(np.isnan(acts.offset), 0.0, acts.offset - acts.onset)
    count, seconds = _counted(cell, sessions, size), _added(cell, length, sessions, size)
    exposure = watched[:, None] * codable
    answers = _answers(acts, codable, rule)
    return Summaries(count, seconds, exposure, *_pairs(acts, answers, watched, rule))


def _keyed(session: Ints, time: Floats, reach: float) -> Floats:
    return session * reach + time


def _answers(acts: ActColumns, codable: Bools, rule: EpisodeRule) -> ActColumns:
    of_caregiver = [line.role is Role.CAREGIVER for line in LINES]
    looked_for = {line.construct for line, own in zip(LINES, codable & of_caregiver, strict=True) if own}
    wanted = rule.answers_among(looked_for)
    places = [place for place, line in enumerate(LINES) if line.role is Role.CAREGIVER and line.construct in wanted]
    return _sorted(acts, np.isin(acts.line, places))


def _sorted(acts: ActColumns, chosen: Bools) -> ActColumns:
    rows = np.flatnonzero(chosen)
    rows = rows[np.lexsort((acts.onset[rows], acts.session[rows]))]
    return ActColumns(acts.session[rows], acts.line[rows], acts.onset[rows], acts.offset[rows])


class _Bids(NamedTuple):
    """Cues merged to bids: session, onset in seconds, and whether one of them was of distress."""

    session: Ints
    onset: Floats
    distress: Bools


def _bids(acts: ActColumns, answers: Floats, reach: float, rule: EpisodeRule) -> _Bids:
    """Merge cues no further apart than the rule says, unless an answer lies between them."""
    wanted = [place for place, line in enumerate(LINES) if line.construct in rule.cues and line.construct in CUES]
    cues = _sorted(acts, np.isin(acts.line, wanted))
    onset = _keyed(cues.session, cues.onset, reach)
    offset = np.where(np.isnan(cues.offset), cues.onset, cues.offset)
    ended = np.maximum.accumulate(_keyed(cues.session, offset, reach))[:-1]
    between = np.searchsorted(answers, onset[1:]) > np.searchsorted(answers, ended)
    # Keys are rounded to less than a microsecond.
    apart = (onset[1:] > ended + rule.merge_s + 1e-6) | (between & (onset[1:] > ended + 1e-6))
    first = np.flatnonzero(np.concatenate([[True] * (len(onset) > 0), apart | (np.diff(cues.session) > 0)]))
    distress = np.isin(cues.line, [place for place, line in enumerate(LINES) if line.construct in DISTRESS_CUES])
    if len(first) == 0:
        return _Bids(cues.session, cues.onset, distress)
    return _Bids(cues.session[first], cues.onset[first], np.logical_or.reduceat(distress, first))


def _pairs(acts: ActColumns, answers: ActColumns, watched: Floats, rule: EpisodeRule) -> tuple[Ints, ...]:
    reach = float(watched.max(initial=0.0)) + 2.0 * max(rule.window_s, rule.distress_window_s) + 1.0
    key = _keyed(answers.session, answers.onset, reach)
    bids = _bids(acts, key, reach, rule)
    follows = np.append(bids.session[1:] == bids.session[:-1], False)[: len(bids.onset)]
    next_one = np.where(follows, np.append(bids.onset[1:], np.inf)[: len(bids.onset)], np.inf)
    window_end = bids.onset + np.where(bids.distress, rule.distress_window_s, rule.window_s)
    cut = np.minimum(next_one, watched[bids.session])
    at = np.searchsorted(key, _keyed(bids.session, bids.onset, reach) - 1e-6)
    there = at < len(key)
    at = np.where(there, at, 0)
    same = there & (answers.session[at] == bids.session) if len(key) else there
    latency = (answers.onset[at] if len(key) else bids.onset) - bids.onset
    # The window's last instant still counts; what comes with the next cue or the end belongs to what comes after.
    in_time = np.where(window_end <= cut, latency <= window_end - bids.onset, latency < cut - bids.onset)
    answered = same & in_time
    waited = ~answered & (window_end <= cut)
    sessions, bins = len(watched), len(LATENCY_EDGES_S) + 1
    cell = bids.session * 2 + ~bids.distress
    counts = [_counted(cell[rows], sessions, 2) for rows in (answered, waited, ~answered & ~waited)]
    binned = cell[answered] * bins + np.searchsorted(LATENCY_EDGES_S, latency[answered], side="left")
    return *counts, _counted(binned, sessions, 2, bins)


def _counted(cells: Ints, *shape: int) -> Ints:
    return np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape)


def _added(cells: Ints, values: Floats, *shape: int) -> Floats:
    return np.bincount(cells, values, int(np.prod(shape))).astype(np.float64).reshape(shape)


def summaries(coded: CodedRecord, rule: EpisodeRule) -> Summaries:
    """Return the summaries of any coded record, with every gap and uncodable stretch left out.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer, and for how long an answer is waited for.

    Returns:
        A row a session, in the order of the record's sessions.
    """
    place = {session: number for number, session in enumerate(coded.sessions)}
    known = {line: number for number, line in enumerate(LINES)}
    acts = coded.acts.filter(pl.col("construct") != str(Construct.UNCODABLE))
    lines = [
        known[Line(Role(role), Construct(construct), None if construct != Construct.AFFECT else int(np.sign(value)))]
        for role, construct, value in acts.select("role", "construct", pl.col("value").fill_null(0.0)).rows()
    ]
    session = np.array([place[name] for name in acts["session"]], np.int64)
    cell = session * len(LINES) + np.array(lines, np.int64)
    length = (acts["offset_s"].fill_null(acts["onset_s"]) - acts["onset_s"]).to_numpy()
    shape = (len(place), len(LINES))
    count, seconds = _counted(cell, *shape), _added(cell, length, *shape)
    exposure = np.array([[_codable_s(coded, name, line) for line in LINES] for name in place])
    return Summaries(count, seconds, exposure, *_of_episodes(episodes(coded, rule), place))


def _codable_s(coded: CodedRecord, session: str, line: Line) -> float:
    return intervals.duration(coded.codable_time(session, line.role, line.construct))


def _of_episodes(table: pl.DataFrame, place: dict[str, int]) -> tuple[Ints, ...]:
    cell = np.array([place[name] for name in table["session"]], np.int64) * 2 + ~table["distress"].to_numpy()
    answered = table["answered"].to_numpy()
    waited = (table["censored_by"] == str(Close.WINDOW)).to_numpy()
    bins = len(LATENCY_EDGES_S) + 1
    counts = [_counted(cell[rows], len(place), 2) for rows in (answered, waited, ~answered & ~waited)]
    latency = table["latency_s"].to_numpy()[answered]
    binned = cell[answered] * bins + np.searchsorted(LATENCY_EDGES_S, latency, side="left")
    return *counts, _counted(binned, len(place), 2, bins)
