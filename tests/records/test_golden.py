"""Made-up twins of each observation program's files, against tables written by hand."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bowlby.formats.read import read_record
from bowlby.records.quality import ProblemKind as Kind

COLUMNS = ["session", "actor", "channel", "code", "onset_s", "offset_s", "modifiers"]
TWINS: dict[str, tuple[str, dict[str, list[list[float]]], dict[Kind, int]]] = {
    "mangold.csv": (
        "mangold",
        {"mangold": [[100, 160.4]]},
        {Kind.UNSORTED: 2, Kind.MISMATCH: 2, Kind.ZERO_LENGTH: 1, Kind.OVERLAP: 1},
    ),
    "boris.boris": (
        "boris",
        {"visit 1": [[10, 100]], "visit 2": [[2, 20]], "visit 3": [[5, 8]], "visit 5": [[0, 45]]},
        {Kind.UNPAIRED_STATE: 1, Kind.NO_TIME: 2, Kind.MISMATCH: 1, Kind.OBSERVED_ASSUMED: 1},
    ),
    "boris_tabular.tsv": ("boris_tabular", {"visit 1": [[10, 70]]}, {Kind.UNPAIRED_STATE: 1}),
    "boris_tabular_wide.csv": (
        "boris_tabular",
        {"visit 1": [[0, 90]], "visit 2": [[0, 12]]},
        {Kind.NO_TIME: 1},
    ),
    "boris_aggregated.csv": (
        "boris_aggregated",
        {"visit 1": [[0, 90]], "visit 2": [[3, 8]]},
        {Kind.ZERO_LENGTH: 1, Kind.OBSERVED_ASSUMED: 1, Kind.UNPAIRED_STATE: 1},
    ),
    "jwatcher.dat": ("jwatcher", {"jwatcher": [[0, 60]]}, {}),
    "noldus.csv": (
        "noldus",
        {"visit 1": [[1.5, 10]], "visit 2": []},
        {Kind.UNPAIRED_STATE: 1, Kind.MISMATCH: 2, Kind.NO_TIME: 1, Kind.OBSERVED_ASSUMED: 2},
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_reads_as_its_table(golden: Path, name: str):
    record = read_record(golden / name)
    expected = pl.read_csv(
        golden / f"{name}.csv",
        schema_overrides=dict.fromkeys(["onset_s", "offset_s"], pl.Float64) | {"code": pl.String},
    )
    expected = expected.with_columns(pl.col(pl.String).fill_null(""))
    assert record.events.select(COLUMNS).rows() == expected.select(COLUMNS).rows()


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_has_its_windows_problems_and_reader(golden: Path, name: str):
    reader, windows, problems = TWINS[name]
    record = read_record(golden / name)
    assert record.provenance[0].reader == reader
    assert {session: record.observed(session).tolist() for session in record.sessions} == windows
    counts: dict[Kind, int] = {}
    for problem in record.quality:
        counts[problem.kind] = counts.get(problem.kind, 0) + problem.count
    assert counts == problems


@pytest.mark.parametrize("name", [name for name in TWINS if name != "jwatcher.dat"])
def test_private_parts_are_kept_only_when_asked_for(golden: Path, name: str):
    shown = str(read_record(golden / name).metadata)
    kept = str(read_record(golden / name, keep_private=True).metadata)
    secrets = ("RA", "loud", "first.mp4", "nobody", "2024-01-01", "home visit")
    assert not any(secret in shown for secret in secrets)
    assert any(secret in kept for secret in secrets)
