"""State events that a file gives as separate starts and stops, joined into one event each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from bowlby.records.quality import EventLoss, LostEvent, Problem, ProblemKind, problem
from bowlby.records.record import EVENT_SCHEMA


class StateEdge(StrEnum):
    """What one line of a file says about an act."""

    POINT = "point"
    START = "start"
    STOP = "stop"
    TOGGLE = "toggle"
    """Starts the state when it is off and stops it when it is on: the file does not say which."""


@dataclass(frozen=True)
class EdgeMark:
    """One line of a file that gives starts and stops apart.

    Args:
        session: session id.
        actor: actor label, "" where not said.
        code: the code.
        time_s: seconds, or NaN where the file gives none.
        edge: start, stop, point or toggle.
        row: place in the file, counted from 1.
        modifiers: joined by "|".
        channel: channel, "" where not said.
    """

    session: str
    actor: str
    code: str
    time_s: float
    edge: StateEdge
    row: int
    modifiers: str = ""
    channel: str = ""

    @property
    def is_timed(self) -> bool:
        """Whether the file says when."""
        return not math.isnan(self.time_s)

    @property
    def state(self) -> tuple[str, str, str, str]:
        """Return what a start and its stop have in common."""
        return (self.session, self.actor, self.code, self.modifiers)


def pair(marks: Sequence[EdgeMark]) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Return events from marks; a start without a stop, or a stop without a start, stays as a point and is reported.

    Starts and stops are matched per session, actor, code and modifiers, in order of time; marks of one time keep the
    file's order. A mark without a time takes its turn after the one before it in the file, so that what it started or
    stopped is not paired with another act's end.

    Args:
        marks: in the file's order.

    Returns:
        Columns of `EVENT_SCHEMA` in the file's order of the starts; unpaired states, and marks without a time, as
        problems.
    """
    ranks = {session: rank for rank, session in enumerate(dict.fromkeys(mark.session for mark in marks))}
    events: list[tuple[EdgeMark, float | None]] = []
    alone: list[EdgeMark] = []
    running: dict[tuple[str, str, str, str], EdgeMark] = {}
    for mark in _in_turn(marks, ranks):
        match _effect(mark, mark.state in running):
            case StateEdge.POINT:
                events.append((mark, None))
            case StateEdge.START:
                if mark.state in running:
                    alone.append(running[mark.state])
                running[mark.state] = mark
            case _ if mark.state in running:
                start = running.pop(mark.state)
                if start.is_timed and mark.is_timed:
                    events.append((start, mark.time_s))
                else:
                    alone += [start, mark]
            case _:
                alone.append(mark)
    alone += running.values()
    events += [(mark, None) for mark in alone]
    events = [event for event in events if event[0].is_timed]
    events.sort(key=lambda event: (ranks[event[0].session], event[0].row))
    alone = sorted((mark for mark in alone if mark.is_timed), key=lambda mark: (ranks[mark.session], mark.row))
    return _frame(events), problem(ProblemKind.UNPAIRED_STATE, map(_lost, alone)) + problem(
        ProblemKind.NO_TIME, (_lost(mark) for mark in marks if not mark.is_timed)
    )


def _in_turn(marks: Sequence[EdgeMark], ranks: Mapping[str, int]) -> Sequence[EdgeMark]:
    """Return marks in order of time; those without one follow the mark before them in the file."""
    before: dict[str, float] = {}
    turns: list[tuple[int, float]] = []
    for mark in marks:
        turn = mark.time_s if mark.is_timed else before.get(mark.session, -math.inf)
        before[mark.session] = turn
        turns.append((ranks[mark.session], turn))
    return [marks[place] for place in sorted(range(len(marks)), key=turns.__getitem__)]


def _effect(mark: EdgeMark, is_on: bool) -> StateEdge:
    if mark.edge != StateEdge.TOGGLE:
        return mark.edge
    return StateEdge.STOP if is_on else StateEdge.START


def _frame(events: Iterable[tuple[EdgeMark, float | None]]) -> pl.DataFrame:
    rows = [(m.session, m.actor, "", m.channel, m.code, m.time_s, stop, m.modifiers, m.row) for m, stop in events]
    return pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row")


def _lost(mark: EdgeMark) -> LostEvent:
    return LostEvent(_place(mark), EventLoss(mark.session, mark.code, mark.actor, mark.channel))


def _place(mark: EdgeMark) -> str:
    who = f"{mark.actor} " if mark.actor else ""
    if not mark.is_timed:
        return f"{mark.session}, row {mark.row}: {who}{mark.code} has no time"
    what = "stopped but never started" if mark.edge == StateEdge.STOP else "started but never stopped"
    return f"{mark.session}, row {mark.row}: {who}{mark.code} at {mark.time_s:g} s {what}; kept as a point"
