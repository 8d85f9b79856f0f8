"""A doubted window gives what depends on it over both spans, and leaves the rest alone."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bowlby.measures.session import Measures, measure
from bowlby.measures.value import MeasureStatus
from bowlby.records.codebook_file import codebook_from
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, UncheckedRecord, assemble

BOOK = codebook_from(
    {
        "codable": {"child": ["cue.distress"], "caregiver": ["voice"]},
        "code": [{"code": "cry", "means": ["cue.distress"]}, {"code": "talk", "means": ["voice"]}],
    }
)


def measured(source: str, window: tuple[float, float] | None, start: float = 600.0) -> Measures:
    """Return the measures of five minutes of cries, each answered after 2 s, somewhere in a recording."""
    cries = start + np.arange(0.0, 300.0, 20.0)
    rows = [("s", "Baby", "", "", "cry", float(t), float(t) + 1.0, "", n) for n, t in enumerate(cries)]
    rows += [("s", "Mum", "", "", "talk", float(t) + 2.0, float(t) + 4.0, "", n) for n, t in enumerate(cries)]
    windows = [] if window is None else [("s", "observed", None, None, *window, "", source)]
    reading = UncheckedRecord(
        pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row"), pl.DataFrame(windows, schema=WINDOW_SCHEMA, orient="row")
    )
    return measure(BOOK.apply(assemble(reading, Provenance("a.csv", "", "test", "0"))), shifts=20)


def rows(table: Measures, name: str) -> list[tuple[str, str, float | None]]:
    """Return status, span and estimate of each row of a measure."""
    return [(str(one.status), one.span, one.estimate) for one in table.measures if one.name == name]


def test_a_rate_over_a_doubted_recording_is_given_over_both_spans():
    found = rows(measured("recording", (0.0, 3600.0)), "rate: voice")
    assert found == [
        ("window not stated", "recording", pytest.approx(15.0)),
        ("window not stated", "first to last event", pytest.approx(15 / 284 * 3600)),
    ]


def test_a_stated_window_gives_one_number():
    assert rows(measured("stated", (600.0, 900.0)), "rate: voice") == [("assessed", "stated", pytest.approx(180.0))]


def test_what_does_not_rest_on_observed_time_is_given_once_and_assessed():
    found = measured("recording", (0.0, 3600.0))
    assert [row[:2] for row in rows(found, "mean bout: voice")] == [("assessed", "recording")]
    assert [row[:2] for row in rows(found, "share answered: distress")] == [("assessed", "recording")]


def test_every_measure_over_time_is_flagged_and_no_stated_one_is():
    doubted = measured("recording", (0.0, 3600.0)).measures
    for one in doubted:
        if one.denominator_unit == "codable s" and one.estimate is not None:
            assert one.status is MeasureStatus.WINDOW_NOT_STATED, one.name
            assert "window not stated" in one.note
    assert MeasureStatus.WINDOW_NOT_STATED not in {one.status for one in measured("stated", (0.0, 3600.0)).measures}


def test_a_chance_baseline_that_moves_with_the_window_is_flagged():
    found = rows(measured("recording", (0.0, 3600.0)), "P(answer | no cue): distress")
    assert {status for status, *_ in found} == {"window not stated"}, found


def test_a_number_without_a_doubt_is_what_it_was():
    whole = {(one.name, one.actor): one for one in measured("stated", (0.0, 3600.0)).measures}
    for one in measured("recording", (0.0, 3600.0)).measures:
        if one.span == "recording":
            same = whole[one.name, one.actor]
            assert (one.estimate, one.low, one.high, one.n) == (same.estimate, same.low, same.high, same.n), one.name


def test_windows_of_the_events_alone_are_given_once():
    few = measured("first to last event", None)
    assert [status for status, *_ in rows(few, "rate: voice")] == ["assessed"]
