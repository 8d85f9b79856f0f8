"""How fine a file's times are, and the holes of one tick that programs leave between states that follow each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.records.channels import by_channel

_ULPS = 8
"""Roundings that a time goes through from its text to seconds: a division, a sum, a difference and their operands."""
_LARGEST_S = 1e12
"""Up to here a time set after many others still shows a tick of milliseconds."""
_GROUP = ("session", "actor", "channel")
_FEWEST_WORDS = 5
"""States of a channel, at least, before most of its codes can be said to be words."""


@dataclass(frozen=True)
class Resolution:
    """The shortest time that a file resolves.

    Args:
        tick_s: seconds, > 0.
        rounded_s: seconds, >= 0, to which times were rounded when they were written: a frame of 1/30 s in hundredths.
    """

    tick_s: float
    rounded_s: float = 0.0

    def longest_s(self, times: npt.NDArray[np.float64]) -> float:
        """Return the longest hole that is one tick at most, as the file's numbers show it.

        Args:
            times: of the file, seconds.

        Returns:
            Seconds.
        """
        largest = float(np.abs(times).max(initial=1.0))
        return self.tick_s + self.rounded_s + _ULPS * float(np.spacing(largest))


MILLISECOND = Resolution(0.001)
"""Of programs that write whole milliseconds; an automatic stop comes one of them before the next start."""


@dataclass(frozen=True)
class ClosedHoles:
    """Events without one-tick holes.

    Args:
        events: as they were, but for the offsets of states before a hole.
        places: rows of those states.
    """

    events: pl.DataFrame
    places: npt.NDArray[np.int64]


def close_holes(events: pl.DataFrame, resolution: Resolution) -> ClosedHoles:
    """Return events in which a state lasts up to the next of its actor and channel that starts at most a tick later.

    A hole is none where a state of either neighbour's code goes on through it. States of other codes that go on
    through it overlap a neighbour, hence do not exclude it, and change nothing: a table without channels holds an
    actor's gaze and affect in one. A tier of transcribed words is left alone: its states are utterances.

    Args:
        events: columns of the event table, sorted by session and onset; points have no offset.
        resolution: of the file.

    Returns:
        The events, and which were lengthened.
    """
    offset = events["offset_s"].to_numpy()
    longest = resolution.longest_s(offset[np.isfinite(offset)])
    places = _before_an_onset(events, offset, longest)
    none = np.empty(0, np.int64)
    if len(places) == 0:
        return ClosedHoles(events, none)
    ending = events[places].select(*_GROUP, "code", end="offset_s", place=pl.Series(places)).sort("end")
    next_ = _soon_after(events, offset[places], longest)
    found = ending.join_asof(
        next_, left_on="end", right_on="next", by=_GROUP, strategy="forward", check_sortedness=False
    )
    found = found.filter(pl.col("next") > pl.col("end"), pl.col("next") - pl.col("end") <= longest)
    if found.is_empty():
        return ClosedHoles(events, none)
    states = events.filter(pl.col("offset_s").is_not_null())
    found = found.join(_transcribed(states), on=_GROUP, how="anti", nulls_equal=True)
    found = found.filter(~_covered(found, states, "code"), ~_covered(found, states, "next_code")).sort("place")
    closed = events["offset_s"].scatter(found["place"], found["next"])
    return ClosedHoles(events.with_columns(offset_s=closed), found["place"].to_numpy())


def _before_an_onset(events: pl.DataFrame, offset: npt.NDArray[np.float64], longest: float) -> npt.NDArray[np.int64]:
    """Return the rows of states after which something of their channel may start within a tick: mostly none."""
    order, beside = by_channel(events)
    onset, ends = events["onset_s"].to_numpy()[order], offset[order]
    first, last = float(onset.min()), max(float(onset.max()), float(np.nanmax(ends, initial=-np.inf)))
    channel = np.append(0, np.cumsum(~beside))
    width = last - first + 2 * longest
    if width * float(channel[-1] + 1) > _LARGEST_S:
        return np.flatnonzero(np.isfinite(offset))
    # Channels are set end to end, so that one search serves all.
    apart = channel * width - first
    onset, ends = onset + apart, ends + apart
    if (onset[1:] < onset[:-1]).any():  # two sessions of one hash
        return np.flatnonzero(np.isfinite(offset))
    following = np.append(onset, np.inf)[np.searchsorted(onset, ends, side="right")]
    rounding = _ULPS * float(np.spacing(np.abs(onset).max()))
    return np.sort(order[following - ends <= longest + rounding])


def _soon_after(events: pl.DataFrame, ends: npt.NDArray[np.float64], longest: float) -> pl.DataFrame:
    """Return the states that start with an end of any state, or within a tick after it, in order of time."""
    onset, ends = events["onset_s"].to_numpy(), np.sort(ends)
    before = np.append(ends, -np.inf)[np.searchsorted(ends, onset, side="right") - 1]
    near = events.filter(pl.Series(onset - before <= longest) & pl.col("offset_s").is_not_null())
    return near.select(*_GROUP, next="onset_s", next_code="code").sort("next")


def _transcribed(states: pl.DataFrame) -> pl.DataFrame:
    """Return the channels most of whose codes are several words that stand there once."""
    words = pl.col("code").is_unique().over(_GROUP) & pl.col("code").str.contains(r"\S\s+\S")
    shares = states.with_columns(words=words).group_by(_GROUP).agg(pl.col("words").mean(), pl.len())
    return shares.filter(pl.col("words") > 0.5, pl.col("len") >= _FEWEST_WORDS).select(_GROUP)


def _covered(holes: pl.DataFrame, states: pl.DataFrame, code: str) -> pl.Series:
    """Return which holes a state of one neighbour's code goes on through."""
    keys = [*_GROUP, "code"]
    reach = states.select(*keys, "onset_s", reach=pl.col("offset_s").cum_max().over(keys)).sort("onset_s")
    wanted = holes.select(*_GROUP, "end", "next", code=code)
    found = wanted.join_asof(
        reach, left_on="end", right_on="onset_s", by=keys, strategy="backward", check_sortedness=False
    )
    return (found["reach"] >= found["next"]).fill_null(False)
