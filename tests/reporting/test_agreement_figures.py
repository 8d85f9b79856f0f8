"""The figures of a comparison show its own counts."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bowlby.errors import InputError
from bowlby.records.record import EVENT_SCHEMA, Provenance, Record, UncheckedRecord, assemble
from bowlby.reliability.compare import Agreement, compare
from bowlby.reporting.figures.agreement import agreement_figures, write_agreement_figures


def coding(events: list[tuple[str, float]]) -> Record:
    rows = [("s", "caregiver", "", "", code, onset, None, "", row) for row, (code, onset) in enumerate(events, 1)]
    frame = pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row")
    return assemble(UncheckedRecord(frame), Provenance("made", "0" * 64, "test", "0"))


@pytest.fixture(scope="module")
def found() -> Agreement:
    a = coding([("hold", 1), ("voice", 10), ("voice", 20), ("smile", 30), ("hold", 60)])
    b = coding([("hold", 1.2), ("voice", 10), ("smile", 20.1), ("hold", 60), ("voice", 50)])
    return compare(a, b, 1.0)


def test_the_matrix_counts_every_event_pair_once(found: Agreement):
    data = agreement_figures(found)[0].chart
    cells = {(c["code_a"], c["code_b"]): c["count"] for c in next(iter(data["datasets"].values()))}
    assert cells["hold", "hold"] == 2
    assert cells["voice", "voice"] == 1
    assert cells["voice", "smile"] == 1


def test_every_disagreement_is_a_tick(found: Agreement):
    data = agreement_figures(found)[1].chart
    ticks = next(iter(data["datasets"].values()))
    assert len(ticks) == found.disagreements.height > 0


def test_files_are_written_and_not_overwritten(found: Agreement, tmp_path: Path):
    written = write_agreement_figures(found, tmp_path)
    assert {path.suffix for path in written} == {".svg", ".png"}
    assert all(path.stat().st_size > 500 for path in written)
    with pytest.raises(InputError, match="exists"):
        write_agreement_figures(found, tmp_path)
