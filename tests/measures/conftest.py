"""Coded records written out by hand for tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
import pytest

from bowlby.records.coded_record import ACT_SCHEMA, MASK_SCHEMA, CodedRecord
from bowlby.records.constructs import VOCABULARY, Construct, Role, roles_of
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Record

MakeCoded = Callable[..., CodedRecord]


def pair_of(name: str) -> tuple[Role, Construct]:
    """Return whose act and which construct "child:affect" or "voice" is."""
    role, _, construct = name.rpartition(":")
    return (Role(role) if role else next(iter(roles_of(Construct(construct)))), Construct(construct))


def build(
    acts: Sequence[tuple[object, ...]],
    *,
    observed: Sequence[tuple[float, float]] = ((0.0, 600.0),),
    masks: Sequence[tuple[str | None, float, float]] = (),
    codable: Sequence[str] | None = None,
    sessions: Sequence[str] = ("s",),
) -> CodedRecord:
    """Return a coded record.

    Acts are (name or tuple of names, onset, offset or None[, valence[, session]]); a name is a construct, with its
    role before a colon where that is not clear. Without `codable` everything could be coded.
    """
    rows: list[dict[str, object]] = []
    for event, (names, onset, offset, *rest) in enumerate(acts):
        value, session = (*rest, None, None)[:2]
        for name in (names,) if isinstance(names, str) else names:  # pyright: ignore[reportGeneralTypeIssues]
            role, construct = pair_of(name)
            times = {"onset_s": onset, "offset_s": offset, "value": value}
            what = {"role": str(role), "construct": str(construct), "code": name}
            blank = {"actor": "", "channel": "", "modifiers": ""}
            rows.append({"session": session or sessions[0], "event": event, **what, **times, **blank})
    windows = [(s, "observed", None, None, a, b, "", "stated") for s in sessions for a, b in observed]
    hidden = [(s, *(map(str, pair_of(n)) if n else (None, None)), a, b, None) for s in sessions for n, a, b in masks]
    record = Record(pl.DataFrame(schema=EVENT_SCHEMA), pl.DataFrame(windows, schema=WINDOW_SCHEMA, orient="row"))
    return CodedRecord(
        record=record,
        acts=pl.DataFrame(rows, schema=ACT_SCHEMA).sort("session", "onset_s", maintain_order=True),
        masks=pl.DataFrame(hidden, schema=MASK_SCHEMA, orient="row"),
        codable=frozenset(VOCABULARY if codable is None else map(pair_of, codable)),
        unmapped=(),
        codebook="test",
        settings={},
    )


@pytest.fixture(scope="session")
def make_coded() -> MakeCoded:
    """Return the builder of coded records."""
    return build
