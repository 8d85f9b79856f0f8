"""The states of child and caregiver side by side, on a clock that runs while both could be coded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, assert_never

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.clock import CodableClock
from bowlby.measures.clusters import blocks_for
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.intervals import Spans

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
NO_STATE = -1
SHIFTS = 200
"""Circular shifts behind a chance baseline."""


class Channel(StrEnum):
    """Which states of the two are compared."""

    AFFECT = "affect"
    """Valence negative, neutral or positive; only while both are coded."""
    GAZE = "gaze"
    """On the other or not, in all codable time."""


AFFECT_STATES = ("negative", "neutral", "positive")
GAZE_STATES = ("away", "on partner")


@dataclass(frozen=True)
class JointStates:
    """Stretches in which both have a state and neither changes it, in time order.

    Args:
        start: shape (n,), codable seconds.
        end: shape (n,), codable seconds.
        child: shape (n,), index of the child's state.
        caregiver: shape (n,), index of the caregiver's state.
        follows: shape (n,), whether it follows the stretch before without a gap; False for the first.
    """

    start: Floats
    end: Floats
    child: Ints
    caregiver: Ints
    follows: npt.NDArray[np.bool_]

    @property
    def length_s(self) -> Floats:
        """Return the length of each stretch, seconds."""
        return self.end - self.start

    def blocks(self, total_s: float) -> int:
        """Return into how many blocks codable time is cut: a person's state lasts about twice as long as a stretch."""
        return blocks_for(total_s, 2 * float(self.length_s.mean()))

    def seconds_by_block(self, chosen: npt.NDArray[np.bool_], total_s: float) -> Floats:
        """Return seconds of the chosen stretches in each of the equal blocks of codable time, shape (blocks,)."""
        edges = np.linspace(0.0, total_s, self.blocks(total_s) + 1)
        own = np.concatenate([[0.0], np.cumsum(self.length_s[chosen])])
        times = np.column_stack([self.start[chosen], self.end[chosen]]).ravel()
        if len(times) == 0:
            return np.zeros(len(edges) - 1)
        return np.diff(np.interp(edges, times, np.column_stack([own[:-1], own[1:]]).ravel()))


@dataclass(frozen=True)
class _Course:
    """One person's states: state i holds from edge i to edge i + 1."""

    edges: Floats
    states: Ints

    def at(self, times: Floats) -> Ints:
        index = np.searchsorted(self.edges, times, side="right") - 1
        return self.states[np.clip(index, 0, len(self.states) - 1)]

    def shifted(self, by_s: float, total_s: float) -> _Course:
        """Return the course moved round the clock."""
        starts = (self.edges[:-1] + by_s) % total_s
        order = np.argsort(starts, kind="stable")
        states = self.states[order]
        return _Course(np.concatenate([[0.0], starts[order], [total_s]]), np.concatenate([states[-1:], states]))


@dataclass(frozen=True)
class DyadStates:
    """Both persons' states in one session.

    Args:
        states: names of the states, the same for both.
        child: the child's course.
        caregiver: the caregiver's course.
        cuts: where the clock skips a gap, codable seconds.
        total_s: codable seconds of both.
    """

    states: tuple[str, ...]
    child: _Course
    caregiver: _Course
    cuts: Floats
    total_s: float

    def joint(self, shift_s: float = 0.0) -> JointStates:
        """Return the joint stretches, with the caregiver's course moved round the clock by `shift_s`."""
        if self.total_s <= 0:
            return JointStates(
                np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_)
            )
        caregiver = self.caregiver.shifted(shift_s, self.total_s) if shift_s else self.caregiver
        edges = np.unique(np.concatenate([self.child.edges, caregiver.edges, self.cuts]))
        middle = (edges[:-1] + edges[1:]) / 2
        child, other = self.child.at(middle), caregiver.at(middle)
        changes = (child[1:] != child[:-1]) | (other[1:] != other[:-1]) | np.isin(edges[1:-1], self.cuts)
        first = np.flatnonzero(np.concatenate([[True], changes]))
        last = np.concatenate([first[1:], [len(child)]])
        both = (child[first] != NO_STATE) & (other[first] != NO_STATE)
        first, last = first[both], last[both]
        start, end = edges[first], edges[last]
        follows = np.concatenate([[False], (start[1:] == end[:-1]) & ~np.isin(start[1:], self.cuts)])[: len(start)]
        return JointStates(start, end, child[first], other[first], follows)

    def shifts(self, generator: np.random.Generator, number: int = SHIFTS) -> Floats:
        """Return random shifts over the whole clock, shape (number,), seconds."""
        return generator.uniform(0.0, self.total_s, size=number)


def chance_of(
    states: DyadStates,
    measured: Callable[[JointStates], Mapping[str, float | None]],
    generator: np.random.Generator,
    number: int = SHIFTS,
) -> dict[str, float | None]:
    """Return the mean of each measure over circular shifts of the caregiver against the child.

    Args:
        states: both persons' states.
        measured: the measures of joint stretches, by name, None where there is none.
        generator: random numbers of the shifts.
        number: how many shifts, >= 1.

    Returns:
        One mean a measure, None where no shift gave one.
    """
    found = [measured(states.joint(float(shift))) for shift in states.shifts(generator, number)]
    kept = {name: [own[name] for own in found if own[name] is not None] for name in found[0]}
    return {name: float(np.mean(np.array(values, dtype=float))) if values else None for name, values in kept.items()}


def codable_channels(coded: CodedRecord) -> dict[Channel, bool]:
    """Return for each channel whether it could be coded for both.

    Args:
        coded: a record in the closed vocabulary.

    Returns:
        One entry a channel.
    """
    pairs = {channel: _constructs(channel) for channel in Channel}
    return {
        channel: coded.is_codable(Role.CHILD, child) and coded.is_codable(Role.CAREGIVER, caregiver)
        for channel, (child, caregiver) in pairs.items()
    }


def dyad_states(coded: CodedRecord, session: str, channel: Channel) -> DyadStates:
    """Return both persons' states of one channel in one session.

    Points take no time and are not part of it; where one person's states overlap, the more negative one holds.

    Args:
        coded: a record in the closed vocabulary.
        session: a session id.
        channel: which states; codable for both.

    Returns:
        The states; `total_s` is 0 where there was no time in which both could be coded.
    """
    of_child, of_caregiver = _constructs(channel)
    common = intervals.intersect(
        coded.codable_time(session, Role.CHILD, of_child), coded.codable_time(session, Role.CAREGIVER, of_caregiver)
    )
    clock = CodableClock(common)
    names = AFFECT_STATES if channel is Channel.AFFECT else GAZE_STATES
    child = _course(_spans(coded, session, Role.CHILD, of_child, channel), clock)
    caregiver = _course(_spans(coded, session, Role.CAREGIVER, of_caregiver, channel), clock)
    cuts = np.round(np.cumsum(common[:, 1] - common[:, 0])[:-1], 7) if len(common) else np.empty(0)
    return DyadStates(names, child, caregiver, cuts, clock.total_s)


def _constructs(channel: Channel) -> tuple[Construct, Construct]:
    match channel:
        case Channel.AFFECT:
            return Construct.AFFECT, Construct.AFFECT
        case Channel.GAZE:
            return Construct.GAZE_PARTNER, Construct.LOOK
        case _:
            assert_never(channel)


def _spans(
    coded: CodedRecord, session: str, role: Role, construct: Construct, channel: Channel
) -> Mapping[int, Spans | None]:
    """Return the spans of each state; None for the state that holds wherever no other does."""
    acts = coded.of(session, role, (construct,)).filter(pl.col("offset_s").is_not_null())
    if channel is Channel.GAZE:
        return {0: None, 1: _union(acts)}
    sign = acts.filter(pl.col("value").is_not_null()).with_columns(pl.col("value").sign())
    return {index: _union(sign.filter(pl.col("value") == index - 1)) for index in (2, 1, 0)}


def _union(acts: pl.DataFrame) -> Spans:
    return intervals.union(acts.select("onset_s", "offset_s").to_numpy())


def _course(spans: Mapping[int, Spans | None], clock: CodableClock) -> _Course:
    edges = [np.array([0.0, clock.total_s])]
    clipped: dict[int, Spans] = {}
    base = NO_STATE
    for state, own in spans.items():
        if own is None:
            base = state
            continue
        inside = intervals.intersect(own, clock.spans)
        clipped[state] = np.column_stack([clock.reads(inside[:, 0]), clock.reads(inside[:, 1] - 1e-9) + 1e-9])
        edges.append(clipped[state].ravel())
    borders = np.unique(np.round(np.concatenate(edges), 7)).astype(np.float64)
    middle = (borders[:-1] + borders[1:]) / 2
    states = np.full(len(middle), base, dtype=np.int64)
    for state, own in clipped.items():
        states[intervals.covers(intervals.union(own), middle)] = state
    return _Course(borders, states)
