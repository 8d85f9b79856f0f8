"""Datavyu projects: both versions, escapes, points, privacy, and archives that mean harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.formats.readers import datavyu
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import Record
from tests.records.golden_table import read_golden

Write = Callable[..., Path]
Found = Callable[[Record, ProblemKind], Problem]
DB = "#4\nact (MATRIX,true,)-kind|NOMINAL\n00:00:01:000,00:00:02:000,(cry)\n"


def project(*members: tuple[str, str | bytes]) -> bytes:
    """Return a zip archive of named members."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def test_synthetic_project_gives_the_expected_table(golden: Path, found: Found):
    record = read_golden(golden, "play.opf")
    assert record.provenance[0].reader == "datavyu"
    assert found(record, ProblemKind.OFFSET_BEFORE_ONSET).count == 1
    assert not [entry for entry in record.quality if entry.kind == ProblemKind.ZERO_LENGTH]
    assert record.metadata["dropped"] == ["childacts.comment", "momspeech.transcript", "id.babybdate"]


def test_private_content_is_kept_when_asked_for(golden: Path):
    events = read_record(golden / "play.opf", keep_private=True).events
    assert "oh, you poor thing (there)" in events["code"].to_list()
    assert "two\nlines" in events["code"].to_list()
    assert events["modifiers"].str.contains("babybdate=01/02/2025").any()
    plain = read_record(golden / "play.opf")
    assert "Anna" not in str(plain.events.rows()) and "2025" not in str(plain.events.rows())


@pytest.mark.parametrize("head", ["#2\nact (MATRIX)-kind|NOMINAL\n", "act (MATRIX)-kind|NOMINAL\n"])
def test_older_projects(write: Write, head: str):
    record = read_record(write("x.opf", project(("old/db", head + "00:00:01:500,00:00:02:000,(f)\n"))))
    assert record.events.select("channel", "code", "onset_s", "offset_s").rows() == [("act", "f", 1.5, 2.0)]


def test_more_values_than_arguments_are_kept_and_reported(write: Write, found: Found):
    record = read_record(write("x.opf", project(("db", DB + "00:00:03:000,00:00:04:000,(a,b,c)\n"))))
    assert record.events["code"].to_list() == ["cry", "a,b,c"]
    assert found(record, ProblemKind.MISMATCH).examples == ("row 4: 3 values for 1 arguments of act",)


@pytest.mark.parametrize(
    "line", ["nonsense", "00:00:xx:000,00:00:02:000,(cry)", "00:00:01:000,00:00:02", "1.5,2.5,(cry)"]
)
def test_a_line_that_is_neither_column_nor_cell_is_named(write: Write, line: str):
    with pytest.raises(FormatError) as caught:
        read_record(write("x.opf", project(("db", DB + line + "\n"))))
    assert caught.value.row == 4


def test_a_cell_before_any_column_is_refused(write: Write):
    with pytest.raises(FormatError, match="neither a column nor a cell"):
        read_record(write("x.opf", project(("db", "#4\n00:00:01:000,00:00:02:000,(cry)\n"))))


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "..\\evil", "C:\\evil"])
def test_paths_that_lead_out_are_refused(write: Write, name: str):
    with pytest.raises(FormatError, match="leads out"):
        read_record(write("x.opf", project(("db", DB), (name, "x"))))


def test_a_bomb_by_ratio_is_refused_before_it_is_inflated(write: Write):
    with pytest.raises(FormatError, match="unpack to far more"):
        read_record(write("x.opf", project(("db", DB + " " * 20_000_000))))


def test_a_bomb_that_lies_about_its_size_is_refused(write: Write):
    data = bytearray(project(("db", DB + " " * 20_000_000)))
    true = len(DB + " " * 20_000_000).to_bytes(4, "little")
    assert data.count(true) >= 1
    with pytest.raises(FormatError):
        read_record(write("x.opf", bytes(data.replace(true, (500).to_bytes(4, "little")))))


def test_an_absolute_cap_holds_whatever_the_ratio(write: Write, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(datavyu, "LARGEST_BYTES", 50)
    with pytest.raises(FormatError, match="unpack to far more"):
        read_record(write("x.opf", project(("db", DB))))


def test_too_many_members_are_refused(write: Write):
    members = [(f"m{number}", "") for number in range(1001)]
    with pytest.raises(FormatError, match="members"):
        read_record(write("x.opf", project(("db", DB), *members)))


@pytest.mark.parametrize("cut", [10, 60, 150])
def test_damaged_archives_are_refused(write: Write, cut: int):
    with pytest.raises(FormatError):
        read_record(write("x.opf", project(("db", DB))[:-cut]), format="datavyu")


def test_several_projects_in_one_archive_are_refused(write: Write):
    with pytest.raises(FormatError, match="several"):
        read_record(write("x.opf", project(("a/db", DB), ("b/db", DB))))


def test_real_cell_with_offset_before_onset(real: Callable[[str], Path], found: Found):
    record = read_record(real("opf/datavyur_dyad3.opf"))
    assert found(record, ProblemKind.OFFSET_BEFORE_ONSET).count == 1


def test_real_birth_dates_do_not_come_through(real: Callable[[str], Path]):
    record = read_record(real("opf/datavyu_oldProjectFormat.opf"))
    assert record.metadata["dropped"] == ["id.babybdate", "id.parentbdate", "comments.value"]
    assert not record.events["code"].str.contains("handcam").any()
    assert "bdate" not in str(record.events["modifiers"].to_list())
