"""Windows that nobody stated and that what was coded does not bear out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.intervals import Spans
from bowlby.records.quality import Problem, ProblemKind, problem
from bowlby.records.record import ObservedFrom, WindowKind

Floats = npt.NDArray[np.float64]

FALSE_ALARM = 0.01
"""Most often that a session coded from end to end is doubted, where acts are independent or come in bursts; heavier
tails are doubted up to twice as often (docs/decisions.md)."""
FEWEST_ACTS = 10
SLACK = 5.0
"""How many times longer than the rule for independent silences asks for: room for acts that come in bursts."""
LEAP, FEWEST_CLIPS = 3.0, 5
"""Gaps between clips at random: so much longer than any silence within a clip, and at least so many."""
ALONE = 0.03
"""Share of silences that are judged each by itself."""
LEAST_SHARE = 0.25
"""Of the window: silences that make up less move a rate by less than a third."""
_UNSTATED = (ObservedFrom.RECORDING, ObservedFrom.FIRST_TO_LAST)
_TILES = 3
"""Touching events that show somebody labelled a stretch without a hole."""
_TOUCHING_S = 0.011
"""LENA's tick and a little."""


@dataclass(frozen=True)
class UnconfirmedWindow:
    """A window that is doubted.

    Args:
        session: session id.
        source: what the window is taken from.
        acts: number of acts that the codebook maps, >= 0.
        silences: stretches without any of them that are too long, sorted disjoint spans, seconds.
        occupied: from the first of these acts to the last, within the window; empty without acts.
        seconds: length of the window.
    """

    session: str
    source: ObservedFrom
    acts: int
    silences: Spans
    occupied: Spans
    seconds: float

    def __str__(self) -> str:
        if self.acts < FEWEST_ACTS:
            return f"{self.session}: taken from the {self.source}, with {self.acts} acts; {FEWEST_ACTS} are needed"
        longest = self.silences[np.argmax(self.silences[:, 1] - self.silences[:, 0])]
        return (
            f"{self.session}: taken from the {self.source}, without an act for {intervals.duration(self.silences):.0f} "
            f"of {self.seconds:.0f} s, such as {longest[0]:.0f}-{longest[1]:.0f} s"
        )


def unconfirmed(coded: CodedRecord, session: str) -> UnconfirmedWindow | None:
    """Return why the window of a session is doubted, or None where it is stated or borne out by what was coded.

    Args:
        coded: a record in the closed vocabulary.
        session: a session id.

    Returns:
        The doubt: too few acts to judge, or silences far longer than the acts' own make likely.
    """
    if coded.record.observed_from(session) not in _UNSTATED:
        return None
    frames = (coded.record.windows, coded.acts, coded.masks, coded.record.events)
    return _doubt(session, *(frame.filter(pl.col("session") == session) for frame in frames))


def unconfirmed_problem(coded: CodedRecord) -> tuple[Problem, ...]:
    """Return the doubts about all sessions of a record as one problem.

    Args:
        coded: a record in the closed vocabulary.

    Returns:
        Zero or one problem.
    """
    windows = coded.record.windows
    unstated = windows.filter(pl.col("observed_from").is_in([str(source) for source in _UNSTATED]))
    sessions = unstated["session"].unique(maintain_order=True)
    if len(sessions) < 2:
        doubts = [unconfirmed(coded, session) for session in sessions]
    else:
        frames = (windows, coded.acts, coded.masks, coded.record.events)
        parts = [(frame.partition_by("session", as_dict=True), frame.clear()) for frame in frames]
        doubts = [_doubt(session, *(own.get((session,), none) for own, none in parts)) for session in sessions]
    return problem(ProblemKind.WINDOW_NOT_STATED, [str(doubt) for doubt in doubts if doubt is not None])


def _doubt(
    session: str, windows: pl.DataFrame, acts: pl.DataFrame, masks: pl.DataFrame, events: pl.DataFrame
) -> UnconfirmedWindow | None:
    observed_rows = windows.filter(pl.col("kind") == str(WindowKind.OBSERVED))
    source = ObservedFrom(observed_rows["observed_from"].drop_nulls()[0])
    observed = intervals.union(_spans(observed_rows))
    spans = _spans(acts)
    seconds, count, occupied = intervals.duration(observed), acts["event"].n_unique(), _occupied(spans, observed)
    if count < FEWEST_ACTS:
        return UnconfirmedWindow(session, source, count, intervals.EMPTY, occupied, seconds)
    busy = np.concatenate([spans, _spans(masks), _tiled(acts, events)])
    silences = _silences(_between(busy, observed))
    if intervals.duration(silences) <= LEAST_SHARE * seconds:
        return None
    return UnconfirmedWindow(session, source, count, silences, occupied, seconds)


def too_long(silences: Floats) -> int:
    """Return how many of the longest silences are too long to be such as the others are.

    Silences between independent acts are exponential: the longest of n exceeds m ln(n / a) once in 1 / a records, m
    their mean. Here m and the squared coefficient of variation phi come from the silences that are left when the j
    longest are taken out, and a silence is too long beyond 5 m (1 + phi) ln(n / a), a = 0.01: phi lengthens the tail as
    it does for mixtures of short and long silences, the 5 makes room for bursts that so few silences do not show.
    Taking out two, for what lies before and after the coded part, or 3 % of them, each of these is judged by itself;
    taking out more, up to half, all must be too long, as the gaps between clips are, or at least five must be three
    times as long as any that is left, and be a quarter at most: gaps between clips at random, of which those beyond the
    limit count.

    Args:
        silences: seconds, > 0, in any order.

    Returns:
        How many, 0 where none is.
    """
    ordered = np.sort(silences)[::-1]
    n = len(ordered)
    taken = np.arange(1, n // 2 + 1)
    if len(taken) == 0:
        return 0
    left = n - taken
    total, squares = (np.cumsum(values[::-1])[::-1][taken] for values in (ordered, ordered**2))
    mean = total / left
    variation = np.maximum(squares / left - mean**2, 0.0) / mean**2
    limit = SLACK * mean * (1 + np.maximum(variation, 1.0)) * math.log(n / FALSE_ALARM)
    together = int(taken[ordered[taken - 1] > limit].max(initial=0))
    alone = max(2, int(n * ALONE))
    each = int((ordered[:alone] > limit[:alone].min()).sum())
    leaps = (taken >= FEWEST_CLIPS) & (taken <= n // 4) & (ordered[taken - 1] > LEAP * ordered[taken])
    between = int(np.searchsorted(-ordered, -limit[leaps].min())) if leaps.any() else 0
    return max(together, each, between)


def _silences(between: Spans) -> Spans:
    length = between[:, 1] - between[:, 0]
    longest = np.argsort(-length, kind="stable")[: too_long(length)]
    return between[np.sort(longest)]


def _spans(rows: pl.DataFrame) -> Spans:
    return rows.select("onset_s", pl.col("offset_s").fill_null(pl.col("onset_s"))).to_numpy()


def _occupied(spans: Spans, observed: Spans) -> Spans:
    if len(spans) == 0:
        return intervals.EMPTY
    return intervals.intersect(observed, np.array([[spans[:, 0].min(), spans[:, 1].max()]]))


def _tiled(acts: pl.DataFrame, events: pl.DataFrame) -> Spans:
    """Return time in which the channels of the acts are labelled without a hole, as LENA labels a day.

    A single event does not show that somebody was coding, however long it is; several that touch do.
    """
    channels = acts["channel"].unique()
    lengthy = events.filter(pl.col("channel").is_in(channels.implode()) & pl.col("offset_s").is_not_null())
    if lengthy.is_empty():
        return intervals.EMPTY
    return np.concatenate([_runs(_spans(own)) for own in lengthy.partition_by("channel")])


def _runs(spans: Spans) -> Spans:
    """Return where at least three spans follow each other without a hole."""
    if len(spans) < _TILES:
        return intervals.EMPTY
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    reach = np.maximum.accumulate(spans[:, 1])
    first = np.flatnonzero(np.concatenate([[True], spans[1:, 0] > reach[:-1] + _TOUCHING_S]))
    last = np.append(first[1:] - 1, len(spans) - 1)
    long_enough = last - first + 1 >= _TILES
    return np.column_stack([spans[first, 0], reach[last]])[long_enough]


def _between(busy: Spans, observed: Spans) -> Spans:
    """Return the observed stretches in which nothing goes on; points part them too."""
    if len(observed) == 0:
        return intervals.EMPTY
    edges = np.concatenate([[-np.inf], observed.ravel(), [np.inf]]).reshape(-1, 2)
    spans = np.concatenate([busy, edges])
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    reach = np.maximum.accumulate(spans[:, 1])
    start, end = reach[:-1], spans[1:, 0]
    return np.column_stack([start, end])[end > start]
