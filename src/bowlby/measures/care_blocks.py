"""A record in numbers that say what care was given: caregiver acts and answered cues, in blocks of five minutes.

How often the child signals stands nowhere: cues count only as what could have been answered, so that a child who cries
much says nothing about its caregiver by crying.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.episodes import answering, codable_for
from bowlby.measures.rule import ANSWERS_WITHOUT_A_CODE, EpisodeRule
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import FRIGHT_TIERS, Construct, Role

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BLOCK_S = 300.0
"""Length of a block, seconds."""


class CareLine(NamedTuple):
    """One thing that is counted or timed of a person; affect by its sign."""

    construct: Construct
    sign: int | None = None

    def __str__(self) -> str:
        """Return its name."""
        return str(self.construct) if self.sign is None else f"{self.construct} {self.sign:+d}"


COUNTED: tuple[CareLine, ...] = tuple(
    CareLine(one)
    for one in (
        Construct.ANSWER,
        Construct.HOLD,
        Construct.OBJECT,
        Construct.TOUCH,
        Construct.VOICE,
        Construct.SMILE,
        Construct.PLAY,
        Construct.INTRUDE,
        *FRIGHT_TIERS,
    )
)
"""Acts that come so many times an hour."""
TIMED: tuple[CareLine, ...] = (
    CareLine(Construct.HOLD),
    CareLine(Construct.PRESENT),
    CareLine(Construct.IGNORE),
    CareLine(Construct.LOOK),
    *(CareLine(Construct.AFFECT, sign) for sign in (-1, 0, 1)),
)
"""What goes on for a share of the time."""
LINES: tuple[CareLine, ...] = tuple(dict.fromkeys((*COUNTED, *TIMED)))

CUE_KINDS: tuple[Construct, ...] = (Construct.CUE_DISTRESS, Construct.CUE_BID)
ANSWER_SETS: tuple[tuple[Construct, ...], ...] = (
    (Construct.ANSWER,),
    ANSWERS_WITHOUT_A_CODE,
    (Construct.VOICE,),
)
"""What answers are known by, best first: coded as such, by any act that can be one, by voice alone."""
WITHIN_S: tuple[float, ...] = (1.0, 2.0, 3.0, 5.0, 10.0, 30.0)
"""Seconds within which answers are counted."""

RULES: tuple[tuple[EpisodeRule, ...], ...] = tuple(
    tuple(EpisodeRule(cues=(kind,), answers=answers) for answers in ANSWER_SETS) for kind in CUE_KINDS
)
"""How cues and answers are paired, by kind of cue and set of answers; each kind by itself, so that none mixes two."""


@dataclass(frozen=True)
class CareBlocks:
    """Records in blocks; every array begins with records, sessions and blocks, those that are not there hold 0.

    Args:
        exposure: seconds in which each of `LINES` could be coded, shape (records, sessions, blocks, lines).
        count: acts, same shape.
        seconds: of states, same shape.
        answered: cues that were, by kind and set of answers, shape (records, sessions, blocks, 2, 3).
        waited: cues for whose answer the whole window was waited in vain, same shape.
        within: answered cues by `WITHIN_S`, shape (records, sessions, blocks, 2, 3, 6).
        paired_s: seconds in which cues and answers of each pairing could be coded, shape (records, sessions, blocks,
            2, 3).
    """

    exposure: Floats
    count: Floats
    seconds: Floats
    answered: Floats
    waited: Floats
    within: Floats
    paired_s: Floats

    @property
    def session_s(self) -> Floats:
        """Return seconds in which anything could be coded, shape (records, sessions)."""
        return np.maximum(self.exposure.max(axis=-1), self.paired_s.max(axis=(-1, -2))).sum(axis=2)

    @property
    def hours(self) -> Floats:
        """Return hours in which anything could be coded, shape (records,)."""
        return self.session_s.sum(axis=1) / 3600.0


def care_blocks(coded: CodedRecord) -> CareBlocks:
    """Return any coded record in blocks, with every gap and uncodable stretch left out.

    Args:
        coded: a record in the closed vocabulary, of one child with one caregiver.

    Returns:
        One record; each window of observation begins a block.
    """
    sessions = [_session(coded, session) for session in coded.sessions]
    longest = max((len(one["exposure"]) for one in sessions), default=1)
    return CareBlocks(
        **{
            field.name: np.stack([padded_blocks(one[field.name], longest) for one in sessions])[None]
            for field in fields(CareBlocks)
        }
    )


def padded_blocks(values: Floats, length: int) -> Floats:
    """Return numbers of one session as of one with more blocks.

    Args:
        values: by block in the first dimension.
        length: blocks, at least as many.

    Returns:
        The same with 0 at the end.
    """
    return np.pad(values, [(0, length - len(values)), *[(0, 0)] * (values.ndim - 1)])


def _session(coded: CodedRecord, session: str) -> dict[str, Floats]:
    edges = block_edges(coded.observed(session))
    size = len(edges)
    acts = coded.acts.filter((pl.col("session") == session) & (pl.col("role") == str(Role.CAREGIVER)))
    line = places_of_rows(acts, LINES)
    onset = acts["onset_s"].to_numpy()
    length = acts["offset_s"].fill_null(acts["onset_s"]).to_numpy() - onset
    cell = block_of(edges, onset) * len(LINES) + line
    kept = line >= 0
    count = np.bincount(cell[kept], minlength=size * len(LINES)).reshape(size, -1)
    seconds = np.bincount(cell[kept], length[kept], size * len(LINES)).reshape(size, -1)
    codable = [coded.codable_time(session, Role.CAREGIVER, one.construct) for one in LINES]
    exposure = np.stack([block_seconds(edges, spans) for spans in codable], axis=1)
    pairs = [[_paired(coded, session, edges, rule) for rule in rules] for rules in RULES]
    named = ("answered", "waited", "within", "paired_s")
    paired = {
        name: np.stack([np.stack([cell[place] for cell in row], axis=1) for row in pairs], axis=1)
        for place, name in enumerate(named)
    }
    seen = exposure > 0.0
    found: dict[str, Floats] = {
        "exposure": exposure,
        "count": (count * seen).astype(np.float64),
        "seconds": np.asarray(seconds * seen, np.float64),
    }
    return found | paired


def places_of_rows(acts: pl.DataFrame, lines: Sequence[CareLine]) -> Ints:
    """Return the place of each coded act among some lines, -1 where it is of none.

    Args:
        acts: with `construct` and `value`, the valence of affect.
        lines: what is counted or timed.

    Returns:
        Shape (acts,).
    """
    places = {line: place for place, line in enumerate(lines)}

    def place(construct: Construct, value: float | None) -> int:
        sign = int(np.sign(value or 0.0)) if construct is Construct.AFFECT else None
        return places.get(CareLine(construct, sign), -1)

    rows = acts.select("construct", "value").rows()
    return np.array([place(Construct(construct), value) for construct, value in rows], np.int64)


def block_edges(observed: intervals.Spans) -> Floats:
    """Return onset and end of each block; what is left of a window is a shorter one.

    Args:
        observed: windows of a session.

    Returns:
        Shape (blocks, 2), seconds.
    """
    blocks = [
        (start + BLOCK_S * place, min(start + BLOCK_S * (place + 1), stop))
        for start, stop in observed
        for place in range(max(int(np.ceil((stop - start) / BLOCK_S - 1e-9)), 1))
    ]
    return np.array(blocks or [(0.0, 0.0)])


def block_of(edges: Floats, onset: Floats) -> Ints:
    """Return the block in which each act begins.

    Args:
        edges: of the blocks.
        onset: seconds, shape (acts,).

    Returns:
        Numbers of blocks, shape (acts,).
    """
    return np.clip(np.searchsorted(edges[:, 0], onset + 1e-9, side="right") - 1, 0, len(edges) - 1)


def block_seconds(edges: Floats, spans: intervals.Spans) -> Floats:
    """Return the seconds of each block that lie in some disjoint spans.

    Args:
        edges: of the blocks.
        spans: disjoint.

    Returns:
        Shape (blocks,).
    """
    if len(spans) == 0:
        return np.zeros(len(edges))
    low = np.maximum(edges[:, :1], spans[None, :, 0])
    high = np.minimum(edges[:, 1:], spans[None, :, 1])
    return np.maximum(high - low, 0.0).sum(axis=1)


def _paired(coded: CodedRecord, session: str, edges: Floats, rule: EpisodeRule) -> tuple[Floats, ...]:
    size, answers = len(edges), rule.answers_in(coded)
    if not rule.cues_in(coded) or len(answers) < len(rule.answers or ()):
        return np.zeros(size), np.zeros(size), np.zeros((size, len(WITHIN_S))), np.zeros(size)
    time = codable_for(coded, session, rule)
    cues = _columns(coded.of(session, Role.CHILD, rule.cues))
    windows = np.searchsorted(coded.observed(session)[:, 0], cues.onset, side="right")
    bids, close = _closed(cues._replace(child=windows), _columns(answering(coded, session, rule)), rule, time)
    return *_tally(block_of(edges, bids.onset), close, size), block_seconds(edges, time)


def _columns(acts: pl.DataFrame) -> ActColumns:
    acts = acts.sort("onset_s", maintain_order=True)
    onset = acts["onset_s"].to_numpy()
    none = np.zeros(len(onset), np.int64)
    return ActColumns(none, none, none, none > 0, onset, acts["offset_s"].cast(pl.Float64).fill_null(np.nan).to_numpy())


def _tally(block: Ints, close: tuple[Bools, Bools, Floats], size: int) -> tuple[Floats, Floats, Floats]:
    answered, waited, latency = close
    within = [np.bincount(block[answered & (latency <= reach)], minlength=size) for reach in WITHIN_S]
    return (
        np.bincount(block[answered], minlength=size).astype(np.float64),
        np.bincount(block[waited], minlength=size).astype(np.float64),
        np.stack(within, axis=1).astype(np.float64),
    )


class ActColumns(NamedTuple):
    """Acts of many children in one visit as arrays, in any order.

    Args:
        child: number of the child, from 0.
        construct: place in the tuple `Construct`, by `NUMBER_OF`.
        sign: of affect, else 0.
        caregiver: whether the caregiver acts.
        onset: seconds.
        offset: seconds, NaN for a point.
    """

    child: Ints
    construct: Ints
    sign: Ints
    caregiver: Bools
    onset: Floats
    offset: Floats

    def some(self, rows: Bools | Ints) -> ActColumns:
        """Return some of the acts."""
        return ActColumns(
            self.child[rows],
            self.construct[rows],
            self.sign[rows],
            self.caregiver[rows],
            self.onset[rows],
            self.offset[rows],
        )


NUMBER_OF = {construct: number for number, construct in enumerate(Construct)}


def blocks_of_columns(acts: ActColumns, children: int, watched_s: float) -> CareBlocks:
    """Return visits watched from 0 s without a break, everything codable, for all children at once.

    Args:
        acts: what was coded.
        children: how many.
        watched_s: seconds of the visit, the same for all, > 0.

    Returns:
        One session a record.
    """
    lengths = block_lengths(watched_s)
    tallied = tally_of_columns(acts.some(acts.caregiver), children, lengths, LINES)
    return CareBlocks(*tallied, *_pairs(acts, children, watched_s, lengths))


def tally_of_columns(
    acts: ActColumns, children: int, lengths: Floats, lines: Sequence[CareLine]
) -> tuple[Floats, Floats, Floats]:
    """Return exposure, counts and seconds of one role's acts in a visit without a break, everything codable.

    Args:
        acts: of one role.
        children: how many.
        lengths: of the blocks, seconds.
        lines: what is counted or timed.

    Returns:
        Each of shape (children, 1, blocks, lines).
    """
    shape = (children, 1, len(lengths), len(lines))
    line = places_of_columns(acts, lines)
    kept = line >= 0
    cell = (block_cells(acts, len(lengths)) * len(lines) + line)[kept]
    length = np.nan_to_num(acts.offset - acts.onset)[kept]
    count = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)
    seconds = np.bincount(cell, length, int(np.prod(shape))).reshape(shape).astype(np.float64)
    return np.broadcast_to(lengths[None, None, :, None], shape), count, seconds


def block_cells(acts: ActColumns, size: int) -> Ints:
    """Return child and block of each act as one number.

    Args:
        acts: of visits without a break.
        size: blocks of each visit.

    Returns:
        Child times blocks plus block, shape (acts,).
    """
    return acts.child * size + np.minimum((acts.onset + 1e-9) // BLOCK_S, size - 1).astype(np.int64)


def block_lengths(watched_s: float) -> Floats:
    """Return the seconds of each block of a visit without a break; the last may be shorter.

    Args:
        watched_s: seconds of the visit, > 0.

    Returns:
        Shape (blocks,).
    """
    size = max(int(np.ceil(watched_s / BLOCK_S - 1e-9)), 1)
    return np.minimum(BLOCK_S, watched_s - BLOCK_S * np.arange(size))


def places_of_columns(acts: ActColumns, lines: Sequence[CareLine]) -> Ints:
    """Return the place of each act among some lines, -1 where it is of none.

    Args:
        acts: of one role.
        lines: what is counted or timed.

    Returns:
        Shape (acts,).
    """
    table = np.full((len(NUMBER_OF), 3), -1, np.int64)
    for place, line in enumerate(lines):
        table[NUMBER_OF[line.construct], 1 if line.sign is None else line.sign + 1] = place
    return table[acts.construct, acts.sign + 1]


def _pairs(acts: ActColumns, children: int, watched_s: float, lengths: Floats) -> tuple[Floats, ...]:
    size = len(lengths)
    shape = (children, 1, size, len(CUE_KINDS), len(ANSWER_SETS))
    answered, waited, within = np.zeros(shape), np.zeros(shape), np.zeros((*shape, len(WITHIN_S)))
    for kind, rules in enumerate(RULES):
        for place, rule in enumerate(rules):
            cues, answers = _sorted(acts, rule.cues, caregiver=False), _sorted(acts, rule.answers or (), caregiver=True)
            reach = watched_s + 2.0 * rule.window_of(rule.cues[0]) + 1.0
            spans = (np.arange(children)[:, None] * reach + np.array([0.0, watched_s])).astype(np.float64)
            bids, close = _closed(_in_line(cues, reach), _in_line(answers, reach), rule, spans)
            found = _tally(
                block_cells(bids._replace(onset=bids.onset - bids.child * reach), size), close, children * size
            )
            for array, values in zip((answered, waited, within), found, strict=True):
                array[:, 0, :, kind, place] = values.reshape(children, size, *values.shape[1:])
    return answered, waited, within, np.broadcast_to(lengths[None, None, :, None, None], shape)


def _sorted(acts: ActColumns, constructs: tuple[Construct, ...], *, caregiver: bool) -> ActColumns:
    wanted = [NUMBER_OF[one] for one in constructs]
    found = acts.some((acts.caregiver == caregiver) & np.isin(acts.construct, wanted))
    return found.some(np.lexsort((found.onset, found.child)))


def _in_line(acts: ActColumns, reach: float) -> ActColumns:
    """Return acts of all children on one clock, on which each child's visit follows that of the one before."""
    first = acts.child * reach
    return acts._replace(onset=first + acts.onset, offset=first + acts.offset)


def _closed(
    cues: ActColumns, answers: ActColumns, rule: EpisodeRule, spans: intervals.Spans
) -> tuple[ActColumns, tuple[Bools, Bools, Floats]]:
    """Return the bids that could be followed, and of each whether it was answered, waited for in vain, how long.

    Args:
        cues: of one kind, by onset; `child` is the child, or the window of observation.
        answers: by onset, on the same clock.
        rule: how they are paired.
        spans: in which cues and answers could be coded.
    """
    bids = _bids(cues, answers.onset, rule)
    begun = np.searchsorted(spans[:, 0], bids.onset + 1e-6, side="right") - 1
    seen = (
        (begun >= 0) & (bids.onset < spans[np.maximum(begun, 0), 1]) if len(spans) else np.zeros(len(begun), np.bool_)
    )
    next_one = np.append(bids.onset[1:], np.inf)[: len(bids.onset)]
    bids, next_one, end = bids.some(seen), next_one[seen], spans[begun[seen], 1]
    window_end, cut = bids.onset + rule.window_of(rule.cues[0]), np.minimum(next_one, end)
    at = np.searchsorted(answers.onset, bids.onset - 1e-6)
    there = at < len(answers.onset)
    answer = np.append(answers.onset, np.inf)[at]
    # The window's last instant still counts; what comes with the next cue or the end belongs to what comes after.
    in_time = np.where(window_end <= cut, answer <= window_end + 1e-6, answer < cut - 1e-6)
    answered = there & in_time
    latency = np.where(answered, np.maximum(answer - bids.onset, 0.0), 0.0)
    return bids, (answered, ~answered & (window_end <= cut), latency)


def _bids(cues: ActColumns, answers: Floats, rule: EpisodeRule) -> ActColumns:
    """Merge cues no further apart than the rule says, unless an answer lies between them."""
    if len(cues.onset) == 0:
        return cues
    ended = np.maximum.accumulate(np.where(np.isnan(cues.offset), cues.onset, cues.offset))[:-1]
    onset = cues.onset[1:]
    between = np.searchsorted(answers, onset) > np.searchsorted(answers, ended)
    # On one clock for all children, times are rounded to less than a microsecond.
    apart = (onset > ended + rule.merge_s + 1e-6) | (between & (onset > ended + 1e-6))
    return cues.some(np.flatnonzero(np.concatenate([[True], apart | (np.diff(cues.child) > 0)])))
