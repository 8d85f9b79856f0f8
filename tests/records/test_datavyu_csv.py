"""Datavyu's csv exports: columns side by side, each as long as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from tests.records.golden_table import read_golden

Write = Callable[..., Path]
HEAD = "act.ordinal,act.onset,act.offset,act.kind\n"


def test_synthetic_export_gives_the_expected_table(golden: Path):
    record = read_golden(golden, "play_datavyu.csv")
    assert record.provenance[0].reader == "datavyu_csv"
    assert record.metadata["columns"] == {"childacts": ["act", "loud"], "mom": ["code01"]}


def test_project_and_export_of_the_same_cells_agree(golden: Path):
    both = [read_record(golden / name).events for name in ("play.opf", "play_datavyu.csv")]
    first, second = (
        events.filter((events["channel"] == "childacts") & (events["onset_s"] < 9)).select(
            "code", "onset_s", "offset_s", "modifiers"
        )
        for events in both
    )
    assert first.equals(second)


@pytest.mark.parametrize("time", ["1.5", "abc", "3-", "NaN", "1e9", "99999999999999999999", ""])
def test_a_time_that_is_no_whole_number_is_named(write: Write, time: str):
    with pytest.raises(FormatError) as caught:
        read_record(write("x.csv", HEAD + f"1,{time},2000,cry\n"))
    assert (caught.value.row, caught.value.column) == (2, "act.onset")


def test_a_group_without_its_times_is_named(write: Write):
    with pytest.raises(FormatError, match="lacks its onset") as caught:
        read_record(write("x.csv", "act.ordinal,act.onset,act.offset,act.kind,b.ordinal,b.onset\n"))
    assert caught.value.column == "b"


def test_a_byte_order_mark_alone_is_refused(tmp_path: Path):
    path = tmp_path / "empty.csv"
    path.write_bytes(b"\xff\xfe\x00\x00")
    with pytest.raises(FormatError):
        read_record(path, format="datavyu_csv")


BODY = "1000,2500,cry\n2750,2750,look\n"
EXPECTED = [("cry", 1.0, 2.5), ("look", 2.75, None)]
PLAIN = {
    "ordinal,onset,offset,act\n1,1000,2500,cry\n2,2750,2750,look\n": "",
    '"ordinal","onset","offset","act"\n1,1000,2500,cry\n2,2750,2750,look\n': "",
    "onset,offset,code01\n" + BODY: "",
    "onset,offset,act\n00:00:01:000,00:00:02:500,cry\n00:00:02:750,00:00:02:750,look\n": "",
    "mom.onset,mom.offset,mom.act\n00:00:01:000,00:00:02:500,cry\n00:00:02:750,00:00:02:750,look\n": "mom",
    "mom.ordinal,mom.onset,mom.offset,mom.act\n1,1000,2500,cry\n2,2750,2750,look\n": "mom",
}


@pytest.mark.parametrize(("text", "channel"), PLAIN.items())
def test_a_column_alone_needs_no_name_before_its_titles(write: Write, text: str, channel: str):
    record = read_record(write("x.csv", text))
    assert record.provenance[0].reader == "datavyu_csv"
    assert record.events.select("code", "onset_s", "offset_s").rows() == EXPECTED
    assert set(record.events["channel"]) == {channel}


@pytest.mark.parametrize("head", ["onset,offset,act\n", "mom.onset,mom.offset,mom.act\n"])
def test_numbers_alone_are_not_taken_for_milliseconds(write: Write, head: str):
    with pytest.raises(FormatError, match="does not say"):
        read_record(write("x.csv", head + BODY))
