"""Records made in code: one session with much coded, one with affect only, one day long; and an inference by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bowlby.inference.care.statement import CareStatement
from bowlby.measures.session import measure
from bowlby.records.coded_record import CodedRecord
from bowlby.records.identity import identity_codebook
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, UncheckedRecord, assemble
from bowlby.reporting.parts import ReportParts

Event = tuple[str, str, float, float | None]
Coder = Callable[..., CodedRecord]

TIERS = ("startle", "frightening", "harsh", "abusive")
CODABLE = {
    "child": ["cue.distress", "cue.bid", "gaze.partner", "explore"],
    "caregiver": [
        *("answer", "hold", "touch", "voice", "smile", "play", "intrude"),
        *(f"fright.{tier}" for tier in TIERS),
    ],
}


def coded_from(
    events: Sequence[Event],
    codable: dict[str, list[str]],
    seconds: float,
    hidden: Sequence[tuple[float, float]] = (),
    session: str = "s1",
) -> CodedRecord:
    """Return a coded record of one session from (actor, construct, onset, offset) tuples."""
    rows = [
        (session, actor, "", "", code, onset, offset, "", number)
        for number, (actor, code, onset, offset) in enumerate(events, 1)
    ]
    windows = [(session, "observed", None, None, 0.0, seconds, "stated", "stated")]
    windows += [(session, "uncodable", None, None, start, end, "out of view", None) for start, end in hidden]
    metadata = {"codable": codable, "actors": {"child": ["child"], "caregiver": ["caregiver"]}}
    reading = UncheckedRecord(
        pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row"),
        pl.DataFrame(windows, schema=WINDOW_SCHEMA, orient="row"),
        metadata,
    )
    record = assemble(reading, Provenance("made-in-code.csv", "ab" * 32, "native", "0.1.0"))
    book = identity_codebook(record)
    assert book is not None
    return book.apply(record)


def play(seed: int = 1, seconds: float = 1200.0, frightening: int = 0) -> list[Event]:
    """Return events of a session in which most bids are answered within seconds."""
    rng = np.random.default_rng(seed)
    events: list[Event] = []
    for time in np.sort(rng.uniform(0, seconds - 40, int(seconds / 20))):
        cue = "cue.distress" if rng.random() < 0.25 else "cue.bid"
        events.append(("child", cue, round(time, 2), round(time + rng.exponential(1.5) + 0.2, 2)))
        if rng.random() < 0.7:
            at = round(time + rng.lognormal(0.6, 0.7), 2)
            events.append(("caregiver", "answer", at, None))
            if rng.random() < 0.6:
                events.append(("caregiver", "smile", at, round(at + 2, 2)))
    for time in rng.uniform(0, seconds - 20, int(seconds / 60)):
        kind = rng.choice(["play", "touch", "hold", "voice", "intrude"])
        events.append(("caregiver", str(kind), round(time, 2), round(time + rng.exponential(6) + 0.5, 2)))
    for time in rng.uniform(0, seconds - 5, frightening):
        events.append(("caregiver", "fright.harsh", round(time, 2), None))
    return events


def affect_only() -> CodedRecord:
    """Return five minutes in which only the caregiver's affect was coded."""
    valences = (0, 1, 2, 1, 0, -1, 1)
    events: list[Event] = [
        ("caregiver", f"affect {valence:+d}", 40.0 * place, 40.0 * (place + 1))
        for place, valence in enumerate(valences)
    ]
    return coded_from(events, {"caregiver": ["affect"]}, 300.0)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the drawing script is bundled once for all tests."""
    return tmp_path_factory.mktemp("vega")


@pytest.fixture(scope="session")
def make(cache: Path) -> Callable[..., ReportParts]:
    """Return a maker of report parts from a coded record."""

    def parts(coded: CodedRecord, inference: CareStatement | None = None) -> ReportParts:
        return ReportParts(coded, measure(coded, seed=1, shifts=200), 1, inference, cache)

    return parts


@pytest.fixture(scope="session")
def coder() -> Coder:
    """Return the maker of coded records."""
    return coded_from


@pytest.fixture(scope="session")
def rich(make: Callable[..., ReportParts]) -> ReportParts:
    """Return twenty minutes with most constructs codable, three harsh acts and a minute out of view."""
    return make(coded_from(play(frightening=3), CODABLE, 1200.0, hidden=[(300.0, 360.0)]))


@pytest.fixture(scope="session")
def calm(make: Callable[..., ReportParts]) -> ReportParts:
    """Return twenty minutes without a frightening act, though they were looked for."""
    return make(coded_from(play(), CODABLE, 1200.0))


@pytest.fixture(scope="session")
def poor(make: Callable[..., ReportParts]) -> ReportParts:
    """Return a record in which only the caregiver's affect was coded."""
    return make(affect_only())


@pytest.fixture(scope="session")
def day(make: Callable[..., ReportParts]) -> ReportParts:
    """Return eight hours of bids and answers."""
    return make(coded_from(play(3, 8 * 3600.0), CODABLE, 8 * 3600.0, hidden=[(3600.0, 5400.0)]))
