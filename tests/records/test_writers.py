"""Files for other programs: read back, or parsed by a few independent lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.errors import InputError, OverwriteError
from bowlby.formats.read import read_record
from bowlby.formats.write import write_record
from bowlby.formats.writers.boris import boris_project, write_boris
from bowlby.formats.writers.sdis import LONGEST_CODE, sdis_text, write_sdis
from bowlby.records.record import (
    EVENT_SCHEMA,
    WINDOW_SCHEMA,
    ObservedFrom,
    Provenance,
    Record,
    UncheckedRecord,
    assemble,
)

COLUMNS = ["session", "actor", "channel", "code", "onset_s", "offset_s", "modifiers"]
steps = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), min_size=1, max_size=6)
stream = st.tuples(
    st.sampled_from(["visit 1", "visit 2"]),
    st.sampled_from(["child", "the caregiver"]),
    st.sampled_from(["", "a", "a|b", "None|b"]),
    steps,
)


def made(streams: list, code: str = "") -> Record:
    """Return a record of streams: one code a stream, its events one after the other, all points or all lengthy."""
    rows: list[tuple] = []
    for index, (session, actor, modifiers, walk) in enumerate(streams):
        time, name = 0.0, code or f"code {index}"
        points = index % 2 == 1
        for gap, length in walk:
            onset = time + gap / 4
            time = onset if points else onset + (length + 1) / 4
            rows.append((session, actor, "", f"ch{index}", name, onset, None if points else time, modifiers, 1))
    windows = [(name, "observed", None, None, 0.0, 999.5, "", "stated") for name in sorted({row[0] for row in rows})]
    reading = UncheckedRecord(
        pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row"), pl.DataFrame(windows, schema=WINDOW_SCHEMA, orient="row")
    )
    return assemble(reading, Provenance("", "", "", ""))


def table(record: Record) -> list[tuple]:
    """Return the events in an order of their own."""
    return record.events.select(COLUMNS).sort(COLUMNS).rows()


@given(st.lists(stream, min_size=1, max_size=5))
def test_a_boris_project_comes_back_the_same(tmp_path_factory: pytest.TempPathFactory, streams: list):
    record = made(streams)
    path = write_boris(record, tmp_path_factory.mktemp("boris") / "a.boris")
    again = read_record(path)
    assert again.provenance[0].reader == "boris"
    assert table(again) == table(record)
    assert again.quality == ()
    assert {name: again.observed(name).tolist() for name in again.sessions} == {
        name: record.observed(name).tolist() for name in record.sessions
    }


def test_a_project_names_its_subjects_states_and_modifiers():
    project = json.loads(boris_project(made([("v", "child", "a|b", [(1, 1)]), ("v", "", "", [(1, 1)])])))
    assert [row["name"] for row in project["subjects_conf"].values()] == ["child"]
    assert [row["type"] for row in project["behaviors_conf"].values()] == ["State event", "Point event"]
    assert [row["values"] for row in project["behaviors_conf"]["0"]["modifiers"].values()] == [["a"], ["b"]]


def test_a_code_of_both_kinds_becomes_two(tmp_path: Path):
    record = made([("v", "child", "", [(1, 1)]), ("v", "child", "", [(20, 0)])], code="x")
    again = read_record(write_boris(record, tmp_path / "a.boris"))
    assert again.events["code"].to_list() == ["x", "x (point)"]


def test_overlap_of_one_state_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="overlap"):
        write_boris(made([("v", "c", "", [(1, 20)]), ("v", "c", "", []), ("v", "c", "", [(2, 3)])], code="x"), tmp_path)


def parsed(text: str) -> dict[str, tuple[list[tuple[str, float, float | None]], tuple[float, float]]]:
    """Return the sessions of an SDIS text, by a parser that shares nothing with the writer."""
    body = re.sub(r"%[^\n]*\n", "", text).partition(";")[2]
    sessions = {}
    for label, content in re.findall(r"<([^>]*)>\s*([^/]*)/", body):
        first, *events, last = content.split()
        marks = []
        for event in events:
            code, times = event.split(",")
            start, _, stop = times.partition("-")
            marks.append((code, float(start), float(stop) if stop else None))
        sessions[label] = (marks, (float(first[1:]), float(last[1:])))
    return sessions


@given(st.lists(stream, min_size=1, max_size=5))
def test_sdis_holds_every_event(streams: list):
    record = made(streams)
    text = sdis_text(record)
    assert text.count("Timed;") == 1
    sessions = parsed(text)
    assert list(sessions) == list(record.sessions)
    for session, (marks, window) in sessions.items():
        rows = record.events.filter(session=session)
        assert [mark[1:] for mark in marks] == rows.select("onset_s", "offset_s").rows()
        assert window == (0.0, 999.5)
    codes = [mark[0] for marks, _ in sessions.values() for mark in marks]
    labels = record.events.select(pl.concat_str("actor", "channel", "code", separator="/")).to_series()
    assert len(set(codes)) == labels.n_unique()
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", code) and len(code) <= LONGEST_CODE for code in codes)


def test_sdis_codes_differ_in_more_than_case_and_are_explained():
    rows = [("v", "", "", "", code, 1.0, 2.0, "", 1) for code in ("Look", "look", "look!", "1st", "é%;", "x" * 40)]
    reading = UncheckedRecord(pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row"))
    text = sdis_text(assemble(reading, Provenance("", "", "", "")))
    codes = re.findall(r"^% (\S+) = ", text, re.M)
    assert len({code.lower() for code in codes}) == len(rows)
    assert "% Look = Look\n% look_2 = look\n" in text


@pytest.mark.parametrize("write", [write_boris, write_sdis])
def test_writers_never_overwrite_unasked(tmp_path: Path, write: Callable[..., Path]):
    record = made([("v", "child", "", [(1, 1)])])
    write(record, tmp_path / "a")
    with pytest.raises(OverwriteError):
        write(record, tmp_path / "a")
    write(record, tmp_path / "a", force=True)


def in_windows(windows: list[tuple[float, float]], *times: tuple[float, float | None]) -> Record:
    """Return a record of one session with some observed windows."""
    rows = [("v", "Mum", "", "", "hold", on, off, "", number) for number, (on, off) in enumerate(times, 1)]
    seen = [("v", "observed", None, None, start, end, "", "clips") for start, end in windows]
    reading = UncheckedRecord(
        pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row"), pl.DataFrame(seen, schema=WINDOW_SCHEMA, orient="row")
    )
    return assemble(reading, Provenance("", "", "", ""))


def test_sdis_keeps_each_window_as_a_session_of_its_own():
    text = sdis_text(in_windows([(0.0, 10.0), (50.0, 60.0)], (2.0, 3.0), (8.0, 55.0), (30.0, None), (51.0, None)))
    body = text[text.index("% 1 events") :]
    assert body == (
        "% 1 events lie in no observed window and are left out.\n<v>\n,0.000\nMum_hold,2.000-3.000\n"
        "Mum_hold,8.000-10.000\n,10.000;\n,50.000\nMum_hold,51.000\n,60.000 /\n"
    )


def test_boris_refuses_several_windows_by_name():
    with pytest.raises(InputError, match="several observed windows"):
        boris_project(in_windows([(0.0, 10.0), (50.0, 60.0)], (2.0, 3.0)))
    boris_project(in_windows([(0.0, 60.0)], (2.0, 3.0)))


def test_bowlbys_own_csv_keeps_several_windows(tmp_path: Path):
    record = in_windows([(0.0, 10.0), (50.0, 60.0)], (2.0, 3.0))
    again = read_record(write_record(record, tmp_path / "r.csv"))
    assert again.observed("v").tolist() == [[0.0, 10.0], [50.0, 60.0]]
    assert again.observed_from("v") is ObservedFrom.CLIPS
