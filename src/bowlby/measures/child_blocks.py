"""A record in numbers that say what the child does: acts and states beside those of the caregiver, by the same blocks.

Not care: nothing here is read for the axes. What could not be coded has no exposure, which is not 0 acts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.care_blocks import (
    ActColumns,
    CareLine,
    block_edges,
    block_lengths,
    block_of,
    block_seconds,
    padded_blocks,
    places_of_rows,
    tally_of_columns,
)
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CHILD_COUNTED: tuple[CareLine, ...] = tuple(
    CareLine(one)
    for one in (
        Construct.CUE_DISTRESS,
        Construct.CUE_BID,
        Construct.APPROACH,
        Construct.CONTACT_MAINTAIN,
        Construct.AVOID,
        Construct.RESIST,
        Construct.DISORGANIZED,
        Construct.CONTROL,
    )
)
"""Acts that come so many times an hour."""
CHILD_TIMED: tuple[CareLine, ...] = (
    CareLine(Construct.CUE_DISTRESS),
    CareLine(Construct.CONTACT_MAINTAIN),
    CareLine(Construct.AVOID),
    CareLine(Construct.RESIST),
    CareLine(Construct.EXPLORE),
    CareLine(Construct.GAZE_PARTNER),
    CareLine(Construct.GAZE_AWAY),
    *(CareLine(Construct.AFFECT, sign) for sign in (-1, 0, 1)),
)
"""What goes on for a share of the time."""
CHILD_LINES: tuple[CareLine, ...] = tuple(dict.fromkeys((*CHILD_COUNTED, *CHILD_TIMED)))


@dataclass(frozen=True)
class ChildBlocks:
    """What children do, in blocks; every array has the shape (records, sessions, blocks, lines).

    Args:
        exposure: seconds in which each of `CHILD_LINES` could be coded.
        timed: seconds in which its durations were coded too: 0 in sessions that have it as points.
        count: acts that begin.
        seconds: for which they go on.
    """

    exposure: Floats
    timed: Floats
    count: Floats
    seconds: Floats


def child_blocks(coded: CodedRecord) -> ChildBlocks:
    """Return what the child does in any coded record, with every gap and uncodable stretch left out.

    Args:
        coded: a record in the closed vocabulary, of one child with one caregiver.

    Returns:
        One record, in the blocks of `care_blocks`.
    """
    sessions = [_session(coded, session) for session in coded.sessions]
    longest = max((len(one["exposure"]) for one in sessions), default=1)
    return ChildBlocks(
        **{
            field.name: np.stack([padded_blocks(one[field.name], longest) for one in sessions])[None]
            for field in fields(ChildBlocks)
        }
    )


def _session(coded: CodedRecord, session: str) -> dict[str, Floats]:
    edges = block_edges(coded.observed(session))
    size, lines = len(edges), len(CHILD_LINES)
    acts = coded.acts.filter((pl.col("session") == session) & (pl.col("role") == str(Role.CHILD)))
    line = places_of_rows(acts, CHILD_LINES)
    kept = line >= 0
    line, onset = line[kept], acts["onset_s"].to_numpy()[kept]
    offset = acts["offset_s"].cast(pl.Float64).fill_null(np.nan).to_numpy()[kept]
    cell = block_of(edges, onset) * lines + line
    exposure = np.stack([block_seconds(edges, _codable(coded, session, one)) for one in CHILD_LINES], axis=1)
    seen = exposure > 0.0
    points = np.isin(np.arange(lines), line[np.isnan(offset)])
    count = np.bincount(cell, minlength=size * lines).reshape(size, -1) * seen
    seconds = np.bincount(cell, np.nan_to_num(offset - onset), size * lines).reshape(size, -1).astype(np.float64)
    seconds *= seen * ~points
    return {"exposure": exposure, "timed": exposure * ~points, "count": count.astype(np.float64), "seconds": seconds}


def _codable(coded: CodedRecord, session: str, line: CareLine) -> npt.NDArray[np.float64]:
    return coded.codable_time(session, Role.CHILD, line.construct)


def child_blocks_of_columns(acts: ActColumns, children: int, watched_s: float) -> ChildBlocks:
    """Return visits watched from 0 s without a break, everything codable, for all children at once.

    Args:
        acts: what was coded.
        children: how many.
        watched_s: seconds of the visit, the same for all, > 0.

    Returns:
        One session a record.
    """
    tallied = tally_of_columns(acts.some(~acts.caregiver), children, block_lengths(watched_s), CHILD_LINES)
    exposure, count, seconds = tallied
    return ChildBlocks(exposure, exposure, count, seconds)
