"""What is told from a hash of channels is what their names would tell, also where hashes coincide."""

from __future__ import annotations

import random
from itertools import pairwise

import polars as pl
import pytest

from bowlby.formats.readers._events import in_time
from bowlby.records.channels import by_channel, may_precede
from bowlby.records.quality import ProblemKind
from bowlby.records.record import EVENT_SCHEMA, Provenance, Record, UncheckedRecord, assemble
from bowlby.records.resolution import MILLISECOND

CHANNELS = 1500
"""Enough, in three sessions, that some 150 pairs of 4,500 have the same 16 bits."""
BEGINNINGS = {"first": 1e6, "second": 0.0, "third": 5e5}
"""Sessions begin days apart, and not in the order of their names."""
SINCE_1970 = 1700
"""Makes seconds since 1970 of them."""
Rows = list[tuple[str, str, str, str, str, float, float, str, int]]


def states(gaps_ms: tuple[int, ...], scale: int = 1) -> Rows:
    """Return some states of each channel of each session, set apart by gaps drawn from some milliseconds."""
    rng = random.Random(5)
    rows: Rows = []
    for session, begin in BEGINNINGS.items():
        for channel in range(CHANNELS):
            at = rng.randrange(100_000)
            for _ in range(4):
                end = at + rng.randint(50, 3000)
                onset, offset = scale * begin + at / 1000, scale * begin + end / 1000
                rows.append((session, f"p{channel % 7}", "", f"tier {channel}", "a", onset, offset, "", len(rows) + 1))
                at = end + rng.choice(gaps_ms)
    return rows


def table(rows: Rows) -> pl.DataFrame:
    """Return rows as an event table."""
    return pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row")


def assembled(rows: Rows) -> Record:
    """Return the record of rows whose times count milliseconds, in order of time."""
    events, _ = in_time(table(rows))
    return assemble(
        UncheckedRecord(events, exclusive=True, resolution=MILLISECOND), Provenance("a", "0" * 64, "test", "0")
    )


def count(record: Record, kind: ProblemKind) -> int:
    """Return how often a problem was found."""
    return sum(found.count for found in record.quality if found.kind is kind)


def neighbours(rows: Rows) -> list[tuple[float, float]]:
    """Return (end, next onset) of the states of each channel, seconds."""
    return [(left[6], right[5]) for left, right in pairwise(rows) if left[:4] == right[:4]]


def test_some_channels_share_a_hash():
    _, beside = by_channel(table(states((1000,))))
    hashes = len(beside) + 1 - int(beside.sum())
    assert len(BEGINNINGS) * CHANNELS > hashes


@pytest.mark.parametrize("scale", [1, SINCE_1970])
def test_every_hole_of_a_tick_is_closed_in_whatever_channel_and_session(scale: int):
    rows = states((0, 1, 2, 700), scale)
    holes = sum(0 < onset - end < 0.0015 for end, onset in neighbours(rows))
    assert holes > 1000
    assert count(assembled(rows), ProblemKind.TICKS_CLOSED) == holes


def test_one_state_late_in_its_channel_is_seen_among_all():
    rows = states((500,))
    assert in_time(table(rows))[1] == ()
    here = next(place for place, (left, right) in enumerate(pairwise(rows)) if left[:4] == right[:4])
    rows[here], rows[here + 1] = rows[here + 1], rows[here]
    assert may_precede(table(rows), "onset_s")
    assert [found.count for found in in_time(table(rows))[1]] == [1]
