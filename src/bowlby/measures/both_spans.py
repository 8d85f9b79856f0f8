"""Measures of a session whose window nobody stated: over the recording, and from the first coded act to the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import polars as pl

from bowlby.measures.value import Measure, MeasureStatus
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.intervals import Spans
from bowlby.records.record import ObservedFrom, WindowKind, observed_windows
from bowlby.records.unconfirmed_windows import UnconfirmedWindow

Measuring: TypeAlias = Callable[[CodedRecord], list[Measure]]
"""A record to the measures of one of its sessions."""

_NUMBERS = ("estimate", "low", "high", "baseline", "denominator", "n", "status")
_SECONDS = "s"


def over_both_spans(coded: CodedRecord, doubt: UnconfirmedWindow, measuring: Measuring) -> list[Measure]:
    """Return the measures of a session; what depends on the doubted window is given over both spans.

    A measure depends on it where its denominator is time, or where it changes once the silences in doubt, or all that
    lies before the first act and after the last, are taken out of the observed time.

    Args:
        coded: a record in the closed vocabulary.
        doubt: why the window of the session is doubted.
        measuring: measures the session of a record.

    Returns:
        Measures in their order. Those that depend on the window have the status "window not stated" where they have a
        number; over a recording each is followed by its like over the other span.
    """
    whole = measuring(coded)
    occupied = _by_name(measuring(_observed_in(coded, doubt.session, doubt.occupied)))
    without = _without(coded, doubt, measuring) or dict(occupied)
    found: list[Measure] = []
    for one in whole:
        beside = occupied.pop(_key(one), None)
        if not _depends(one, beside, without.get(_key(one))):
            found.append(one)
            continue
        found.append(_doubted(one, doubt.source))
        if beside is not None and doubt.source is ObservedFrom.RECORDING and len(doubt.occupied):
            found.append(_doubted(beside, ObservedFrom.FIRST_TO_LAST))
    return found


def _without(coded: CodedRecord, doubt: UnconfirmedWindow, measuring: Measuring) -> dict[tuple[str, ...], Measure]:
    if len(doubt.silences) == 0:
        return {}
    left = intervals.subtract(coded.observed(doubt.session), doubt.silences)
    return _by_name(measuring(_observed_in(coded, doubt.session, left)))


def _observed_in(coded: CodedRecord, session: str, spans: Spans) -> CodedRecord:
    """Return the record with other windows for one session, which says that they come from its events."""
    windows = coded.record.windows
    own = (pl.col("session") == session) & (pl.col("kind") == str(WindowKind.OBSERVED))
    replaced = observed_windows(session, spans, "first coded act to last", ObservedFrom.FIRST_TO_LAST)
    every = pl.concat([windows.filter(~own), replaced])
    return replace(coded, record=replace(coded.record, windows=every))


def _by_name(measures: list[Measure]) -> dict[tuple[str, ...], Measure]:
    return {_key(one): one for one in measures}


def _key(one: Measure) -> tuple[str, ...]:
    return one.actor, one.name, one.child or "", one.caregiver or ""


def _depends(one: Measure, *others: Measure | None) -> bool:
    if one.denominator_unit == _SECONDS or one.denominator_unit.endswith(f" {_SECONDS}"):
        return True
    return any(other is None or _numbers(one) != _numbers(other) for other in others)


def _numbers(one: Measure) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in _NUMBERS)


def _doubted(one: Measure, span: ObservedFrom) -> Measure:
    if one.estimate is None:
        return replace(one, span=str(span))
    note = "; ".join(part for part in (f"window not stated: {_OVER[span]}", one.note) if part)
    status = MeasureStatus.WINDOW_NOT_STATED if one.status is MeasureStatus.ASSESSED else one.status
    return replace(one, status=status, span=str(span), note=note)


_OVER = {
    ObservedFrom.RECORDING: "over the whole recording",
    ObservedFrom.FIRST_TO_LAST: "from the first event to the last",
}
