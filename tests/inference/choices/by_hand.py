"""Records written by hand in bowlby's own constructs, through the same pipeline as any other."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bowlby.records.coded_record import CodedRecord
from bowlby.records.identity import coded_as_itself
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, UncheckedRecord, assemble

CODABLE = {
    "child": ["cue.distress", "cue.bid"],
    "caregiver": [
        "answer", "hold", "touch", "voice", "smile", "play", "intrude",
        "fright.startle", "fright.frightening", "fright.harsh", "fright.abusive",
    ],
}  # fmt: skip

Act = tuple[str, str, float, float | None]


def record(
    acts: Sequence[Act], seconds: float = 1200.0, codable: dict[str, list[str]] | None = None, session: str = "s"
) -> CodedRecord:
    """Return a coded record of acts (actor, construct, onset, offset)."""
    rows = [(session, actor, "", "", code, on, off, "", i + 1) for i, (actor, code, on, off) in enumerate(acts)]
    window = (session, "observed", None, None, 0.0, seconds, "", "stated")
    reading = UncheckedRecord(
        pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row"),
        pl.DataFrame([window], schema=WINDOW_SCHEMA, orient="row"),
        {
            "codable": CODABLE if codable is None else codable,
            "actors": {"child": ["child"], "caregiver": ["caregiver"]},
        },
    )
    return coded_as_itself(assemble(reading, Provenance("by hand", "", "test", "0")))


def bids(number: int, answered: int, latency: float = 2.0, every: float = 40.0, cue: str = "cue.bid") -> list[Act]:
    """Return bids at even times, the first `answered` of which are answered after a latency."""
    acts: list[Act] = []
    for i in range(number):
        onset = 5.0 + every * i
        acts.append(("child", cue, onset, onset + 0.5))
        if i < answered:
            acts.append(("caregiver", "answer", onset + latency, onset + latency + 1.0))
    return acts
