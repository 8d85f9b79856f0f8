"""From a path to a record: recognition by content, and files that are none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from bowlby.errors import FormatError, InputError
from bowlby.formats import read as reading
from bowlby.formats.read import read_record, readers
from bowlby.formats.source import source_of
from bowlby.records.layout import TableLayout, TimeUnit
from bowlby.records.quality import ProblemKind
from bowlby.records.record import EVENT_SCHEMA, UncheckedRecord

Write = Callable[..., Path]
OWN = ("mangold.csv", "boris.boris", "boris_tabular.tsv", "boris_aggregated.csv")
BORIS = json.dumps({"behaviors_conf": {}, "observations": {"a": {"events": [[1, "", "p", "", ""]]}}})


def test_a_missing_file_is_told(tmp_path: Path):
    with pytest.raises(InputError, match="no such file") as caught:
        read_record(tmp_path / "none.csv")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_told(write: Write, content: bytes):
    with pytest.raises(InputError):
        read_record(write("a.csv", content))


def test_a_folder_is_no_file(tmp_path: Path):
    with pytest.raises(InputError, match="this is a folder"):
        read_record(tmp_path)


@pytest.mark.parametrize("content", [bytes(range(256)) * 8, b"\x89PNG\r\n\x1a\n\x00\x00", b"%PDF-1.7\x00\x01"])
def test_other_content_is_refused_with_the_known_formats(write: Write, content: bytes):
    with pytest.raises(FormatError, match="no reader knows") as caught:
        read_record(write("a.csv", content))
    assert "boris" in caught.value.remedy


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("disguise", ["x.txt", "x.csv", "x"])
def test_the_content_decides_not_the_name(golden: Path, write: Write, name: str, disguise: str):
    plain = read_record(golden / name)
    other = read_record(write(disguise, (golden / name).read_bytes()))
    assert other.provenance[0].reader == plain.provenance[0].reader
    assert other.events.drop("session").equals(plain.events.drop("session"))


@pytest.mark.parametrize("name", [entry.name for entry in sorted((Path(__file__).parents[1] / "golden").glob("*.*"))])
def test_no_reader_takes_the_file_of_another(golden: Path, name: str):
    """At most one particular reader recognises a file; the plain table reader may as well."""
    source = source_of(golden / name)
    takers = [reader.NAME for reader in readers() if reader.NAME != "table" and reader.recognises(source)]
    assert len(takers) <= 1


def test_recognition_survives_any_content(write: Write):
    scraps = [b"{", b"PK\x03\x04", b"PAR1", b"\xff\xfe", b"a,b\n", b"<", b"@", b"File type", b"# bowlby-record 1"]
    for number, scrap in enumerate(scraps):
        source = source_of(write(f"{number}.x", scrap))
        for reader in readers():
            assert reader.recognises(source) in (True, False)


def test_provenance_names_the_file_and_its_hash(write: Write):
    path = write("a.boris", BORIS)
    origin = read_record(path).provenance[0]
    assert (origin.file, origin.reader) == ("a.boris", "boris")
    assert origin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_format_can_be_named(golden: Path):
    record = read_record(
        golden / "boris_aggregated.csv",
        TableLayout(TimeUnit.SECONDS, "Start (s)", "Behavior", actor="Subject"),
        format="table",
    )
    assert record.provenance[0].reader == "table"
    with pytest.raises(InputError, match="no such reader"):
        read_record(golden / "boris_aggregated.csv", format="bros")


def test_a_file_without_any_event_is_refused(write: Write):
    with pytest.raises(FormatError, match="no event"):
        read_record(write("a.csv", "onset,code\n"), TableLayout(TimeUnit.SECONDS, "onset", "code"))


def test_a_lab_can_register_its_reader_and_comes_first(write: Write, monkeypatch: pytest.MonkeyPatch):
    row = ("s", "", "", "", "own", 1.0, None, "", 1)
    own = SimpleNamespace(
        NAME="lab",
        recognises=lambda source: source.head.startswith(b"onset"),
        read=lambda source: UncheckedRecord(pl.DataFrame([row], schema=EVENT_SCHEMA, orient="row")),
    )
    entry = EntryPoint("lab", "lab:reader", "bowlby.readers")
    monkeypatch.setattr(EntryPoint, "load", lambda self: own)
    monkeypatch.setattr(reading, "entry_points", lambda group: [entry] if group == "bowlby.readers" else [])
    monkeypatch.setattr(reading, "readers", reading.readers.__wrapped__)
    record = read_record(write("a.csv", "onset,code\n5,x\n"))
    assert record.provenance[0].reader == "lab"
    assert record.events["code"].to_list() == ["own"]


def test_a_one_second_record_is_read(write: Write):
    path = write("a.csv", "onset,offset,code\n0,1,cry\n")
    record = read_record(path, TableLayout(TimeUnit.SECONDS, "onset", "code", offset="offset"))
    assert record.observed("a").tolist() == [[0, 1]]
    assert {problem.kind for problem in record.quality} == {ProblemKind.OBSERVED_ASSUMED}
