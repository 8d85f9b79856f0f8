"""Every session says where its observed windows come from, in every format."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from bowlby.formats.read import read_record
from bowlby.formats.write import write_record
from bowlby.records.record import EVENT_SCHEMA, ObservedFrom, Provenance, UncheckedRecord, assemble

GOLDEN = Path(__file__).parents[1] / "golden"

BY_FORMAT = {
    "boris.boris": {ObservedFrom.STATED, ObservedFrom.RECORDING, ObservedFrom.FIRST_TO_LAST},
    "boris_aggregated.csv": {ObservedFrom.RECORDING, ObservedFrom.FIRST_TO_LAST},
    "boris_tabular.tsv": {ObservedFrom.RECORDING},
    "boris_tabular_wide.csv": {ObservedFrom.RECORDING, ObservedFrom.FIRST_TO_LAST},
    "jwatcher.dat": {ObservedFrom.STATED},
    "mangold.csv": {ObservedFrom.STATED},
    "noldus.csv": {ObservedFrom.FIRST_TO_LAST},
    "play.TextGrid": {ObservedFrom.RECORDING},
    "play.cha": {ObservedFrom.FIRST_TO_LAST},
    "play.eaf": {ObservedFrom.FIRST_TO_LAST},
    "play.its": {ObservedFrom.RECORDING},
    "play.opf": {ObservedFrom.FIRST_TO_LAST},
    "play.rttm": {ObservedFrom.FIRST_TO_LAST},
    "play_datavyu.csv": {ObservedFrom.FIRST_TO_LAST},
}


@pytest.mark.parametrize("name", BY_FORMAT)
def test_each_format_says_where_its_windows_come_from(name: str):
    record = read_record(GOLDEN / name)
    found = {record.observed_from(session) for session in record.sessions}
    assert found and found <= BY_FORMAT[name], found


def boris(observation: dict[str, object]) -> str:
    """Return a project of one observation with one event at 5 s."""
    about = {"events": [[5.0, "", "cry", "", ""]], "time offset": 0.0, **observation}
    behaviour = {"type": "Point event", "code": "cry", "category": ""}
    return json.dumps({"behaviors_conf": {"0": behaviour}, "observations": {"v": about}, "subjects_conf": {}})


@pytest.mark.parametrize(
    ("observation", "source"),
    [
        ({"observation time interval": [0, 60]}, ObservedFrom.STATED),
        ({"file": {"1": ["a.mp4"]}, "media_info": {"length": {"a.mp4": 90}}}, ObservedFrom.RECORDING),
        ({}, ObservedFrom.FIRST_TO_LAST),
    ],
)
def test_boris_says_whether_the_observer_or_the_media_set_the_interval(
    tmp_path: Path, observation: dict[str, object], source: ObservedFrom
):
    (tmp_path / "p.boris").write_text(boris(observation), encoding="utf-8")
    assert read_record(tmp_path / "p.boris").observed_from("v") is source


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("name", ["boris.boris", "play.its", "play.eaf"])
def test_the_source_survives_bowlbys_own_files(tmp_path: Path, name: str, kind: str):
    record = read_record(GOLDEN / name)
    again = read_record(write_record(record, tmp_path / f"r.{kind}"))
    assert [again.observed_from(s) for s in again.sessions] == [record.observed_from(s) for s in record.sessions]


@pytest.mark.parametrize(
    ("reason", "source"),
    [("first onset to last offset", ObservedFrom.FIRST_TO_LAST), ("drawn by hand", ObservedFrom.STATED)],
)
def test_files_written_before_windows_said_so_load_unchanged(tmp_path: Path, reason: str, source: ObservedFrom):
    window = {"session": "v", "kind": "observed", "onset_s": 0, "offset_s": 9, "reason": reason}
    heading = json.dumps({"windows": [window]})
    path = tmp_path / "old.csv"
    path.write_text(f"# bowlby-record 1\n# {heading}\nsession,code,onset_s\nv,cry,1\n", encoding="utf-8")
    assert read_record(path).observed_from("v") is source


def test_a_reader_that_does_not_know_the_column_states_its_windows():
    events = pl.DataFrame([("s", "x", "", "", "a", 1.0, None, "", 1)], schema=EVENT_SCHEMA, orient="row")
    window = pl.DataFrame(
        {
            "session": ["s"],
            "kind": ["observed"],
            "actor": [None],
            "channel": [None],
            "onset_s": [0.0],
            "offset_s": [9.0],
            "reason": ["x"],
        }
    )
    record = assemble(UncheckedRecord(events, window), Provenance("a", "", "a laboratory's own", "0"))
    assert record.observed_from("s") is ObservedFrom.STATED
