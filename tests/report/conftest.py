"""Records made in code: one session with much coded, one with affect only, one day long."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bowlby.records.coded import CodedRecord
from bowlby.records.identity import identity_codebook
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, Reading, assemble

Event = tuple[str, str, float, float | None]

CODABLE = {
    "child": ["cue.distress", "cue.bid", "gaze.partner", "explore"],
    "caregiver": [
        "answer",
        "hold",
        "touch",
        "voice",
        "smile",
        "play",
        "intrude",
        *(f"fright.{tier}" for tier in ("startle", "frightening", "harsh", "abusive")),
    ],
}


def coded_from(
    events: list[Event], codable: dict[str, list[str]], seconds: float, hidden: list[tuple[float, float]] = []
) -> CodedRecord:
    """Return a coded record of one session from (actor, construct, onset, offset) tuples."""
    rows = [
        {"session": "s1", "actor": actor, "partner": "", "channel": "", "code": code, "onset_s": a, "offset_s": b}
        | {"modifiers": "", "row": number}
        for number, (actor, code, a, b) in enumerate(events, 1)
    ]
    windows = [("s1", "observed", None, None, 0.0, seconds, "stated")]
    windows += [("s1", "uncodable", None, None, a, b, "out of view") for a, b in hidden]
    metadata = {"codable": codable, "actors": {"child": ["child"], "caregiver": ["caregiver"]}}
    reading = Reading(
        pl.DataFrame(rows, schema=EVENT_SCHEMA),
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


@pytest.fixture(scope="session")
def rich() -> CodedRecord:
    """Return twenty minutes with most constructs codable and a minute out of view."""
    return coded_from(play(frightening=3), CODABLE, 1200.0, hidden=[(300.0, 360.0)])


@pytest.fixture(scope="session")
def poor() -> CodedRecord:
    """Return five minutes in which only the caregiver's affect was coded."""
    events: list[Event] = [
        ("caregiver", f"affect {v:+d}", 40.0 * i, 40.0 * (i + 1)) for i, v in enumerate((0, 1, 2, 1, 0, -1, 1))
    ]
    return coded_from(events, {"caregiver": ["affect"]}, 300.0)


@pytest.fixture(scope="session")
def long() -> CodedRecord:
    """Return eight hours of vocal cues and answers."""
    hours = coded_from(play(3, 8 * 3600.0), {"child": CODABLE["child"], "caregiver": CODABLE["caregiver"]}, 8 * 3600.0)
    return hours
