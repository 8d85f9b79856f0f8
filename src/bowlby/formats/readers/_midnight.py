"""Times of day that pass midnight: put in order where the file's own order says which day, else refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.formats.readers._clock import DAY_S
from bowlby.records.quality import Problem, ProblemKind, problem

Floats: TypeAlias = npt.NDArray[np.float64]

HALF_DAY_S = 43200.0
"""A fall by more than this is nearer to the next day than to disorder."""
DISORDER_S = 21600.0
"""A fall by less than this is disorder, which is sorted and noted."""


UNCLEAR = "times of day go back by hours: it is not clear whether midnight lies between"
UNCLEAR_REMEDY = "Sort the rows by time, give each day a session of its own, or write hours beyond 24."


@dataclass(frozen=True)
class TimesOfDay:
    """Times of one table, seconds; a time past midnight is beyond 86,400.

    Args:
        onset: of each row.
        offset: of each row, or None where it is a point.
        crossings: (place of a row, place of the one before it) where midnight lies between them; the same place twice
            where a state lasts over it.
        unclear: place of a row that goes back by hours, though not over midnight, or None.
    """

    onset: pl.Series
    offset: pl.Series
    crossings: tuple[tuple[int, int], ...] = ()
    unclear: int | None = None

    def told(self, rows: Sequence[int], written: Sequence[str]) -> tuple[Problem, ...]:
        """Return the note of where midnight lies.

        Args:
            rows: the file's row of each time.
            written: onsets as they stand in the file.

        Returns:
            Zero or one problem.
        """
        lines = [
            f"row {rows[at]}: {written[at]} after {written[before]} is taken as the next day"
            if at != before
            else f"row {rows[at]}: a state from {written[at]} is taken to end on the next day"
            for at, before in self.crossings
        ]
        return problem(ProblemKind.MIDNIGHT, lines)


def over_midnight(
    onset: pl.Series, offset: pl.Series, session: pl.Series, act: pl.Series, day_s: float = DAY_S
) -> TimesOfDay:
    """Return times of day that go on over midnight.

    A session's rows pass midnight where they fall by more than half a day and either half the day is free of them, so
    that they lie around midnight whatever their order, or they are in order but for such falls. Rows that go through
    the same hours once for each act fall where the next act begins, which is no midnight.

    Args:
        onset: seconds since midnight, in the file's order.
        offset: likewise, null for points.
        session: id of each row.
        act: what each row is of; rows of one act are expected in order.
        day_s: length of a day by the clock that was read, seconds.

    Returns:
        The times. Those of hours beyond 24 or below 0 are no times of day and stay as they are.
    """
    starts, ends = onset.to_numpy(), offset.to_numpy()
    if not _may_pass(starts, ends, day_s):
        return TimesOfDay(onset, offset)
    days = np.zeros(len(starts))
    crossings: list[tuple[int, int]] = []
    numbers, acts = session.rank("dense").to_numpy(), act.rank("dense").to_numpy()
    for number in np.unique(numbers):
        places = np.flatnonzero(numbers == number)
        found = _days(starts[places], acts[places])
        if isinstance(found, int):
            return TimesOfDay(onset, offset, unclear=int(places[found]))
        days[places] = found
        passed = np.flatnonzero(np.diff(found) > 0) + 1
        crossings += [(int(places[at]), int(places[at - 1])) for at in passed]
    begins = starts + days * day_s
    stops = ends + days * day_s
    late = stops < begins - HALF_DAY_S
    stops = np.where(late, stops + day_s, stops)
    crossings += [(int(at), int(at)) for at in np.flatnonzero(late)]
    return TimesOfDay(pl.Series(begins), pl.Series(stops, nan_to_null=True), tuple(sorted(crossings)))


def _may_pass(starts: Floats, ends: Floats, day_s: float) -> bool:
    if len(starts) == 0 or starts.min() < 0 or max(starts.max(), np.nanmax(ends, initial=0.0)) >= day_s:
        return False
    falls = len(starts) > 1 and np.diff(starts).min() <= -DISORDER_S
    return bool(falls or (ends < starts - HALF_DAY_S).any())


def _days(times: Floats, acts: npt.NDArray[np.uint32]) -> Floats | int:
    """Return the day of each row, counted from 0, or the first row whose day is not clear."""
    none = np.zeros(len(times))
    steps = np.diff(times)
    over = steps <= -HALF_DAY_S
    ordered = np.unique(times)
    gaps = np.diff(ordered)
    if over.any() and gaps.max() >= HALF_DAY_S:
        return (times < ordered[gaps.argmax() + 1]).astype(float)
    back = _first_fall_within(times, acts)
    if back is None:
        return none
    if over.any() and (steps[~over] >= 0).all():
        return np.concatenate([[0.0], np.cumsum(over)])
    return back


def _first_fall_within(times: Floats, acts: npt.NDArray[np.uint32]) -> int | None:
    """Return the first row that lies hours before an earlier one of its act."""
    order = np.argsort(acts, kind="stable")
    falls = (np.diff(times[order]) <= -DISORDER_S) & (np.diff(acts[order]) == 0)
    return int(order[1:][falls].min()) if falls.any() else None
