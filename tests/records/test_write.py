"""bowlby's own files: what is written comes back the same."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.errors import FormatError, InputError, OverwriteError
from bowlby.formats.read import read_record
from bowlby.formats.write import record_csv, write_record
from bowlby.records.identity import identity_codebook
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, Record, UncheckedRecord, assemble

Write = Callable[..., Path]
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
seconds = st.floats(-1e6, 1e6, allow_subnormal=False)
event = st.tuples(
    st.sampled_from(["s1", "s,2", '"s"3', "#s4"]),
    words,
    words,
    words,
    words,
    seconds,
    st.none() | seconds,
    words,
)


def made(rows: list[tuple]) -> Record:
    """Return a record of events, one uncodable window and some metadata."""
    table = [(*row, number) for number, row in enumerate(rows, start=1)]
    events = pl.DataFrame(table, schema=EVENT_SCHEMA, orient="row")
    window = [(rows[0][0], "uncodable", None, "voice", 1.0, 2.5, 'noise; "loud"\nand long', None)]
    reading = UncheckedRecord(
        events,
        pl.DataFrame(window, schema=WINDOW_SCHEMA, orient="row"),
        {"codable": {"child": ["cue.vocal"]}, "actors": {"child": ["x"]}, "note": "é # {"},
        (Problem(ProblemKind.SALVAGED, 2, ("one", "two")),),
    )
    return assemble(reading, Provenance("a.opf", "f" * 64, "datavyu", "0"))


@given(st.lists(event, min_size=1, max_size=8))
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_record_comes_back_the_same(tmp_path_factory: pytest.TempPathFactory, kind: str, rows: list[tuple]):
    record = made(rows)
    path = write_record(record, tmp_path_factory.mktemp("own") / f"r.{kind}")
    again = read_record(path)
    assert again.events.equals(record.events)
    assert again.windows.equals(record.windows)
    assert {key: value for key, value in again.metadata.items() if key != "origin"} == dict(record.metadata)
    assert again.metadata["origin"] == [vars(record.provenance[0])]
    assert again.provenance[0].reader == "bowlby"
    assert sorted(map(str, again.quality)) == sorted(map(str, record.quality))


def test_the_origin_survives_a_second_writing(tmp_path: Path):
    first = read_record(write_record(made([("s1", "", "", "", "a", 1.0, None, "")]), tmp_path / "a.csv"))
    second = read_record(write_record(first, tmp_path / "b.parquet"))
    assert second.metadata == first.metadata


def test_other_programs_can_skip_the_heading(tmp_path: Path):
    path = write_record(made([("s1", "x", "", "", "a#b", 1.0, None, "")]), tmp_path / "a.csv")
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert list(rows[0]) == list(EVENT_SCHEMA)
    assert (rows[0]["code"], rows[0]["offset_s"]) == ("a#b", "")
    # Quoted, so that a reader which cuts at "#" outside quotes keeps the code.
    assert '"a#b"' in lines[1]


def test_writing_never_overwrites_unasked(tmp_path: Path):
    record = made([("s1", "", "", "", "a", 1.0, None, "")])
    path = write_record(record, tmp_path / "a.csv")
    with pytest.raises(OverwriteError):
        write_record(record, path)
    write_record(record, path, force=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]


def test_other_endings_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"\.parquet"):
        write_record(made([("s1", "", "", "", "a", 1.0, None, "")]), tmp_path / "a.xlsx")


def test_metadata_that_is_no_json_is_refused(tmp_path: Path):
    record = made([("s1", "", "", "", "a", 1.0, None, "")])
    odd = Record(record.events, record.windows, {"x": float("nan")})
    with pytest.raises(InputError, match="metadata"):
        write_record(odd, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_what_was_codable_is_found_again(tmp_path: Path):
    path = write_record(made([("s1", "x", "", "", "cue.vocal", 1.0, 2.0, "")]), tmp_path / "a.csv")
    record = read_record(path)
    book = identity_codebook(record)
    assert book is not None
    coded = book.apply(record)
    assert coded.acts["construct"].to_list() == ["cue.vocal"]
    assert coded.unmapped == ()


SIGNED = "# bowlby-record 1\n"


def test_a_hand_made_file_needs_three_columns_only(write: Write):
    record = read_record(write("a.csv", SIGNED + "# a remark\nsession,code,onset_s\nv1,cry,1\n"))
    assert record.events.drop("row").row(0) == ("v1", "", "", "", "cry", 1, None, "")
    assert record.events["row"].to_list() == [4]


BAD = {
    "no onset": ("session,code,onset_s\nv1,cry,\n", 3, "onset_s"),
    "no number": ("session,code,onset_s\nv1,cry,x\n", 3, "onset_s"),
    "NaN": ("session,code,onset_s\nv1,cry,nan\n", 3, "onset_s"),
    "infinite": ("session,code,onset_s,offset_s\nv1,cry,1,inf\n", 3, "offset_s"),
    "missing column": ("session,code\nv1,cry\n", None, "onset_s"),
    "unknown column": ("session,code,onset_s,when\nv1,cry,1,2\n", None, "when"),
    "heading no JSON": ("# {metadata\nsession,code,onset_s\nv1,cry,1\n", 2, None),
    "heading count": (
        '# {"quality": [{"kind": "salvaged", "count": 1e999}]}\nsession,code,onset_s\nv1,cry,1\n',
        None,
        "quality",
    ),
    "heading unknown": ('# {"data": 1}\nsession,code,onset_s\nv1,cry,1\n', 2, "data"),
    "window without end": (
        '# {"windows": [{"session": "v1", "kind": "observed", "onset_s": 0, "offset_s": 1'
        + "0" * 400
        + "}]}\nsession,code,onset_s\nv1,cry,1\n",
        None,
        "windows",
    ),
    "window of a great number": (
        '# {"windows": [{"session": "v1", "kind": 9999999999999999999999999999999999999999, "onset_s": 0, '
        '"offset_s": 1}]}\nsession,code,onset_s\nv1,cry,1\n',
        None,
        "windows",
    ),
    "window backwards": (
        f"# {json.dumps({'windows': [{'session': 'v1', 'kind': 'observed', 'onset_s': 2, 'offset_s': 1}]})}\n"
        "session,code,onset_s\nv1,cry,1\n",
        None,
        "windows",
    ),
    "window of no kind": ('# {"windows": [{"session": "v1"}]}\nsession,code,onset_s\nv1,cry,1\n', None, "windows"),
    "problem of no kind": ('# {"quality": [{"kind": "odd"}]}\nsession,code,onset_s\nv1,cry,1\n', None, "quality"),
}


@pytest.mark.parametrize(("body", "row", "column"), BAD.values(), ids=BAD.keys())
def test_broken_files_are_named(write: Write, body: str, row: int | None, column: str | None):
    with pytest.raises(FormatError) as caught:
        read_record(write("a.csv", SIGNED + body))
    assert (caught.value.row, caught.value.column) == (row, column)


def test_the_text_is_the_file(tmp_path: Path):
    record = made([("s1", "", "", "", "a", 1.0, None, "")])
    assert write_record(record, tmp_path / "a.csv").read_text() == record_csv(record)
