"""A coder who misses, imagines and misplaces: acts as a person would have coded them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bowlby.errors import ParameterError
from bowlby.model.life.arithmetic import standard_normal
from bowlby.records.constructs import Construct
from bowlby.records.record import Record
from bowlby.simulation.acts import (
    CONTEXT,
    LASTING,
    STREAM_OF,
    TOGETHER,
    Acts,
    Bools,
    Floats,
    Ints,
    acts_of_record,
    join_acts,
    kinds_of,
    segment_of,
    with_acts,
)
from bowlby.simulation.streams import seed_words, stream_key, trait_stream, uniform, word

LAPSE_S = 60.0
"""Longest stretch of a lasting state, such as gaze or presence, that is missed at once; assumed."""
SHORTEST_S = 0.1
"""Shortest that errors of onset and offset leave of an act that was longer, where its neighbours leave it room."""
FINEST_S = 0.02
"""What is shorter is not coded: records have hundredths of a second."""
_STREAM_STEP = 1 << 24
"""Words of one stream of a visit; no child shows as many acts in a day."""


@dataclass(frozen=True)
class CoderError:
    """How a coder errs; assumed in size, near what double coding of micro-codes shows.

    Args:
        missed: chance that an act, or a stretch of a lasting state, is not coded, in [0, 1).
        false: acts coded though nothing was there, as a share of those that were, in [0, 1).
        displaced_s: standard deviation of onset and offset, seconds, >= 0.
    """

    missed: float = 0.1
    false: float = 0.05
    displaced_s: float = 0.3

    def __post_init__(self) -> None:
        """Refuse shares and seconds that mean nothing."""
        for name, top in (("missed", 1.0), ("false", 1.0), ("displaced_s", math.inf)):
            value = getattr(self, name)
            if not 0.0 <= value < top:
                raise ParameterError(
                    f"{name} lies outside its support",
                    column=name,
                    value=value,
                    remedy=f"Give 0 or more, under {top:g}.",
                )

    def as_dict(self) -> dict[str, object]:
        """Return the error as plain values, for a record's metadata."""
        return {"missed": self.missed, "false": self.false, "displaced_s": self.displaced_s}


WITHOUT_ERROR = CoderError(0.0, 0.0, 0.0)
OF_PROCEDURES = CoderError(0.2, 0.1, 0.6)
"""Twice that of micro-codes: who watches a procedure judges the whole, and two such agree about its four classes with a
kappa near .8, the middle of the .7 to .9 taken for trained coders; assumed (docs/procedures.md)."""


class _Chance(StrEnum):
    """What a word of a coder decides."""

    NOTICES = "notices"
    ATTENDS = "attends"
    IMAGINES = "imagines"
    PLACES = "places"
    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True)
class Coder:
    """One coder at one visit: another name or another visit has other chances.

    Args:
        error: how it errs.
        seed: of the simulation, 0 <= seed < 2**64.
        numbers: of the children, uint32, shape (children,).
        name: of the coder.
        visit: number of the visit, counted from 0.
    """

    error: CoderError
    seed: int
    numbers: npt.NDArray[np.uint32]
    name: str = "a"
    visit: int = 0

    def code(self, acts: Acts) -> Acts:
        """Return acts as this coder codes them.

        A faint act is noticed with its own chance. An act is missed whole; of a lasting state, which is coded all the
        time, stretches of at most `LAPSE_S` are. A false act has the kind and length of a true one and begins at a
        random moment at which nothing else of its stream is coded; it ends where the next begins, and there is none
        where the stream is full or the caregiver it needs is out of the room. Onset and offset move by independent
        normal errors, never past what comes before or after in the stream; two states that follow each other without
        a pause keep one boundary. What frames the session stands.

        Args:
            acts: as they were.
        """
        frame = CONTEXT[acts.kind]
        pieces = _pieces(acts.some(~frame))
        coded = _joined(pieces, self._attended(pieces))
        if self.error.false:
            coded = self._with_false(coded, pieces, acts.some(frame))
        if self.error.displaced_s:
            coded = self._displaced(coded)
        coded = _long_enough(coded)
        return join_acts([coded, acts.some(frame)]) if frame.any() else coded

    def _uniform(self, what: _Chance, acts: Acts, places: Ints) -> Floats:
        """Return a number in (0, 1) of each act, by child, stream and place in the stream."""
        stream = np.uint32(trait_stream(f"coder/{self.name}/{self.visit}/{what}"))
        first, second = stream_key(seed_words(self.seed), self.numbers, stream)
        counter = (STREAM_OF[acts.kind] * _STREAM_STEP + places).astype(np.uint32)
        drawn = uniform(word((first[acts.child], second[acts.child]), counter))
        return drawn.astype(np.float64)

    def _attended(self, pieces: _Pieces) -> Bools:
        acts, places = pieces.acts, _places(segment_of(pieces.acts))
        kept = self._uniform(_Chance.ATTENDS, acts, places) >= self.error.missed
        if (acts.noticed < 1.0).any():
            kept &= self._uniform(_Chance.NOTICES, acts, places) < acts.noticed
        return kept

    def _with_false(self, coded: Acts, pieces: _Pieces, frame: Acts) -> Acts:
        places = _places(segment_of(pieces.acts))
        chosen = self._uniform(_Chance.IMAGINES, pieces.acts, places) < self.error.false
        false, where = pieces.acts.some(chosen), places[chosen]
        begins = _moments(coded, false, self._uniform(_Chance.PLACES, false, where))
        length = false.offset - false.onset
        false = replace(false, onset=begins, offset=begins + length).some(~np.isnan(begins))
        return _without_overlap(join_acts([coded, _possible(false, frame)]))

    def _displaced(self, coded: Acts) -> Acts:
        places = _places(segment_of(coded))
        spread = self.error.displaced_s
        begins, ends = (
            spread * np.asarray(standard_normal(self._uniform(what, coded, places)))
            for what in (_Chance.BEGINS, _Chance.ENDS)
        )
        return _moved(coded, begins, ends)


class _Pieces(NamedTuple):
    """Acts cut so that each piece is missed whole.

    Args:
        acts: the pieces.
        source: number of the act that each comes from.
    """

    acts: Acts
    source: Ints


def _pieces(acts: Acts) -> _Pieces:
    """Cut lasting states into stretches of at most `LAPSE_S`."""
    length = np.where(np.isnan(acts.offset), 0.0, acts.offset - acts.onset)
    count = np.where(LASTING[acts.kind], np.ceil(length / LAPSE_S), 1.0)
    count = np.maximum(count, 1.0).astype(np.int64)
    source = np.repeat(np.arange(len(acts)), count)
    nth = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
    cut = acts.some(source)
    onset = cut.onset + LAPSE_S * nth
    last = nth == count[source] - 1
    return _Pieces(replace(cut, onset=onset, offset=np.where(last, cut.offset, onset + LAPSE_S)), source)


def _joined(pieces: _Pieces, kept: Bools) -> Acts:
    """Return what is left of the acts: neighbouring pieces of one act that were both coded are one."""
    acts, source = pieces.acts.some(kept), pieces.source[kept]
    if len(acts) == 0:
        return acts
    goes_on = (source[1:] == source[:-1]) & (acts.onset[1:] == acts.offset[:-1])
    starts = np.flatnonzero(np.concatenate([[True], ~goes_on]))
    ends = np.append(starts[1:], len(acts)) - 1
    return replace(acts.some(starts), offset=acts.offset[ends])


def _places(segment: Ints) -> Ints:
    """Return the place of each act within its stream and child, from 0; segments are in order."""
    if len(segment) == 0:
        return segment
    first = np.concatenate([[True], segment[1:] != segment[:-1]])
    starts = np.flatnonzero(first)
    return np.arange(len(segment)) - starts[np.cumsum(first) - 1]


def _moments(coded: Acts, false: Acts, words: Floats) -> Floats:
    """Return a random moment at which nothing of the stream is coded, for each false act; NaN where there is none.

    Moments are uniform over the free time of stream and child: in order, the time before each coded act is free from
    where the one before it ended. Times are whole microseconds, so that no sum depends on which other children there
    are.
    """
    segment, own = segment_of(coded), segment_of(false)
    onset = _microseconds(coded.onset)
    spans = _microseconds(np.where(np.isnan(coded.offset), coded.onset, coded.offset)) - onset
    busy = np.concatenate([[0], np.cumsum(spans)])
    first, last = np.searchsorted(segment, own, side="left"), np.searchsorted(segment, own, side="right")
    free = _microseconds(coded.watched[false.child]) - (busy[last] - busy[first])
    target = (words * free).astype(np.int64)
    # Free time before an act of the segment: its onset less what was coded before it.
    before = onset - (busy[:-1] - busy[np.searchsorted(segment, segment, side="left")])
    reach = int(_microseconds(coded.watched).max(initial=0)) + 1
    at = np.searchsorted(segment * reach + before, own * reach + target, side="right")
    moment = target + busy[at] - busy[first]
    return np.where(free > _microseconds(np.array(SHORTEST_S)), moment / 1e6, np.nan)


def _microseconds(seconds: Floats) -> Ints:
    return np.rint(seconds * 1e6).astype(np.int64)


def _possible(false: Acts, frame: Acts) -> Acts:
    """Leave out what needs the caregiver while it is out of the room, and end at its leaving what began before."""
    apart = frame.some(np.isin(frame.kind, kinds_of(Construct.SEPARATION)))
    if len(apart) == 0:
        return false
    reach = float(false.watched.max()) + 1.0
    next_one = np.searchsorted(apart.child * reach + apart.onset, false.child * reach + false.onset, side="right")
    before, after = np.maximum(next_one - 1, 0), np.minimum(next_one, len(apart) - 1)
    inside = (next_one > 0) & (apart.child[before] == false.child) & (false.onset < apart.offset[before])
    leaves = np.where((next_one < len(apart)) & (apart.child[after] == false.child), apart.onset[after], np.inf)
    needs = TOGETHER[false.kind]
    offset = np.where(needs, np.minimum(false.offset, leaves), false.offset)
    return replace(false, offset=offset).some(~(inside & needs))


def _without_overlap(acts: Acts) -> Acts:
    """End each act where the next of its stream begins, and at the end of the visit."""
    segment = segment_of(acts)
    offset = np.minimum(acts.offset, acts.watched[acts.child])
    follows = segment[1:] == segment[:-1]
    offset[:-1] = np.where(follows, np.minimum(offset[:-1], acts.onset[1:]), offset[:-1])
    return replace(acts, offset=offset)


def _moved(acts: Acts, begins: Floats, ends: Floats) -> Acts:
    """Move onsets and offsets within the room of each act.

    The room reaches from the middle of the pause before an act to the middle of the pause after it. Where there is no
    pause the boundary itself moves, by less than half of the shorter neighbour.
    """
    if len(acts) == 0:
        return acts
    segment, is_point = segment_of(acts), np.isnan(acts.offset)
    offset = np.where(is_point, acts.onset, acts.offset)
    length = offset - acts.onset
    follows = segment[1:] == segment[:-1]
    touching = follows & (acts.onset[1:] <= offset[:-1]) & ~is_point[1:] & ~is_point[:-1]
    half = 0.45 * np.minimum(length[1:], length[:-1])
    between = np.where(
        touching, acts.onset[1:] + np.clip(begins[1:], -half, half), 0.5 * (offset[:-1] + acts.onset[1:])
    )
    low = np.concatenate([[0.0], np.where(follows, between, 0.0)])
    high = np.concatenate([np.where(follows, between, acts.watched[acts.child[:-1]]), [acts.watched[acts.child[-1]]]])
    shortest = np.minimum(length, SHORTEST_S)
    onset = np.maximum(np.minimum(acts.onset + begins, high - shortest), low)
    onset = np.where(np.concatenate([[False], touching]), low, onset)
    end = np.minimum(np.maximum(offset + ends, onset + shortest), high)
    end = np.where(np.concatenate([touching, [False]]), high, end)
    return replace(acts, onset=onset, offset=np.where(is_point, np.nan, end))


def _long_enough(acts: Acts) -> Acts:
    return acts.some(~(acts.offset - acts.onset < FINEST_S))


def miscode(record: Record, error: CoderError, seed: int) -> Record:
    """Return a record of bowlby's own constructs as a coder with this error would have coded it.

    Args:
        record: what there was.
        error: how the coder errs.
        seed: of the coder; another seed is another coder.

    Returns:
        A record with the same windows and metadata, and the error among the metadata.

    Raises:
        InputError: a code is none that a simulated dyad shows.
    """
    acts = acts_of_record(record)
    coded = Coder(error, seed, np.arange(len(acts.watched), dtype=np.uint32)).code(acts)
    return replace(with_acts(record, coded), metadata={**record.metadata, "coder": error.as_dict() | {"seed": seed}})
