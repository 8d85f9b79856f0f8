"""Where two coders differ, event by event: the list a lab trains its coders with."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import polars as pl

from bowlby.reliability.alignment import Alignment
from bowlby.reliability.streams import StreamPair


class DisagreementKind(StrEnum):
    """How two coders differ over an event."""

    OMITTED = "omitted"
    """In A, without a partner in B."""
    ADDED = "added"
    """In B, without a partner in A."""
    CONFUSED = "confused"
    """Paired in time, different codes."""
    TIMING = "timing"
    """The same code, beyond the tolerance at onset (an omitted and an added event that overlap or nearly meet) or at
    offset (a matched pair)."""


DISAGREEMENT_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "stream": pl.String(),
    "time_s": pl.Float64(),
    "kind": pl.String(),
    "code_a": pl.String(),
    "code_b": pl.String(),
    "onset_a_s": pl.Float64(),
    "onset_b_s": pl.Float64(),
    "shift_s": pl.Float64(),
    "offset_shift_s": pl.Float64(),
}
"""One row a disagreement, by time. Shifts are B minus A; null where one side is missing or a point."""

Row = tuple[str, str, float, str, str | None, str | None, float | None, float | None, float | None, float | None]


def disagreements(aligned: Sequence[tuple[StreamPair, Alignment]], tolerance_s: float) -> pl.DataFrame:
    """List where two coders differ, so that they can look at it together.

    Args:
        aligned: each stream with its alignment.
        tolerance_s: the tolerance of the alignment, seconds, >= 0.

    Returns:
        Columns of `DISAGREEMENT_SCHEMA`, by session and time.
    """
    rows = [row for stream, found in aligned for row in _rows(stream, found, tolerance_s)]
    table = pl.DataFrame(rows, schema=DISAGREEMENT_SCHEMA, orient="row")
    return table.sort("session", "time_s", "stream", maintain_order=True)


def _rows(stream: StreamPair, found: Alignment, tolerance_s: float) -> list[Row]:
    late = [pair for pair in found.matched if _offset_apart(stream, pair, tolerance_s)]
    moved = _moved(stream, found, tolerance_s)
    gone_a, gone_b = {i for i, _ in moved}, {j for _, j in moved}
    kinds: list[tuple[DisagreementKind, int | None, int | None]] = []
    kinds += [(DisagreementKind.TIMING, i, j) for i, j in late + moved]
    kinds += [(DisagreementKind.CONFUSED, i, j) for i, j in found.confused]
    kinds += [(DisagreementKind.OMITTED, i, None) for i in found.omitted if i not in gone_a]
    kinds += [(DisagreementKind.ADDED, None, j) for j in found.added if j not in gone_b]
    return [_row(stream, kind, i, j) for kind, i, j in kinds]


def _offset_apart(stream: StreamPair, pair: tuple[int, int], tolerance_s: float) -> bool:
    i, j = pair
    both_last = bool(stream.a.lasting[i] and stream.b.lasting[j])
    return both_last and abs(float(stream.b.offset[j] - stream.a.offset[i])) > tolerance_s + 1e-9


def _moved(stream: StreamPair, found: Alignment, tolerance_s: float) -> list[tuple[int, int]]:
    """Pair omitted with added events of the same code that overlap, or whose onsets are within twice the tolerance."""
    moved: list[tuple[int, int]] = []
    free = list(found.added)
    for i in found.omitted:
        near = [j for j in free if stream.b.codes[j] == stream.a.codes[i] and _meet(stream, i, j, tolerance_s)]
        if near:
            j = min(near, key=lambda j: abs(float(stream.b.onset[j] - stream.a.onset[i])))
            moved.append((i, j))
            free.remove(j)
    return moved


def _meet(stream: StreamPair, i: int, j: int, tolerance_s: float) -> bool:
    a, b = stream.a, stream.b
    overlap = min(a.offset[i], b.offset[j]) > max(a.onset[i], b.onset[j])
    return bool(overlap or abs(b.onset[j] - a.onset[i]) <= 2 * tolerance_s + 1e-9)


def _row(stream: StreamPair, kind: DisagreementKind, i: int | None, j: int | None) -> Row:
    a = None if i is None else (stream.a.codes[i], float(stream.a.onset[i]), float(stream.a.offset[i]))
    b = None if j is None else (stream.b.codes[j], float(stream.b.onset[j]), float(stream.b.offset[j]))
    times = [event[1] for event in (a, b) if event is not None]
    shift = b[1] - a[1] if a is not None and b is not None else None
    lasts = a is not None and b is not None and a[2] > a[1] and b[2] > b[1]
    offset_shift = b[2] - a[2] if lasts and a is not None and b is not None else None
    codes = (a[0] if a else None, b[0] if b else None)
    onsets = (a[1] if a else None, b[1] if b else None)
    return stream.session, stream.name, min(times), str(kind), *codes, *onsets, shift, offset_shift
