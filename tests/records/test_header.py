"""Tables whose header says all that is needed, and first lines that are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bowlby.errors import FormatError, InputError
from bowlby.formats.load import LoadOptions, load_coded
from bowlby.formats.read import read_record
from bowlby.formats.readers._header import is_data, stated_layout
from bowlby.records.codebook_file import load_codebook
from bowlby.records.constructs import Construct, Role

Write = Callable[..., Path]

STATED = {
    "actor,code,onset_s,offset_s": (1.0, 2.5),
    "Subject,Behaviour,Start (s),Stop (s)": (1.0, 2.5),
    "who,event,begin time [sec],end time [sec]": (1.0, 2.5),
    "speaker,code,startsec,endsec": (1.0, 2.5),
    "role,act,onset.seconds,duration.seconds": (1.0, 3.5),
    "person,code,OnsetMs,OffsetMs": (0.001, 0.0025),
    "agent,action,time_us,end_us": (1e-6, 2.5e-6),
}


@pytest.mark.parametrize(("head", "span"), STATED.items())
def test_a_header_that_names_a_code_and_times_with_their_unit_needs_no_codebook(write: Write, head, span):
    record = read_record(write("v.csv", f"{head}\nBaby,cry,1,2.5\n"))
    assert record.events.select("actor", "code").rows() == [("Baby", "cry")]
    assert record.events.select("onset_s", "offset_s").row(0) == pytest.approx(span)
    assert record.metadata["columns_left_out"] == []


OPEN = (
    *("actor,code,onset,offset", "actor,code,onset_s,offset", "actor,code,onset_s,offset_ms", "actor,onset_s,offset_s"),
    *("actor,code,start_s,onset_s", "actor,role,code,onset_s", "actor,code,onset_frames", "actor,code,onset_min"),
    *("actor,code,onsets,offsets", "actor,code,offset_s", "actor,code,event,onset_s"),
)


@pytest.mark.parametrize("head", OPEN)
def test_what_a_header_leaves_open_is_not_guessed(write: Write, head: str):
    assert stated_layout(head.split(",")) is None
    with pytest.raises(FormatError, match="does not say which column"):
        read_record(write("v.csv", f"{head}\n" + ",".join("1" * len(head.split(",")))))


def test_a_session_a_channel_and_modifiers_are_read_and_other_columns_are_named(write: Write):
    text = "observation,actor,tier,code,modifiers,onset_s,note\nv1,Baby,voice,cry,loud,1,x\nv2,Baby,voice,cry,,2,\n"
    record = read_record(write("v.csv", text))
    columns = ["session", "channel", "modifiers", "onset_s", "offset_s"]
    assert record.events.select(columns).rows() == [("v1", "voice", "loud", 1.0, None), ("v2", "voice", "", 2.0, None)]
    assert record.metadata["columns_left_out"] == ["note"]


def test_a_layout_of_a_codebook_wins_over_the_header(write: Write):
    path = write("v.csv", "actor,code,onset_s,real_s\nBaby,cry,1,7\n")
    book = write("b.toml", '[codebook]\n[codable]\n[table]\nunit = "s"\nonset = "real_s"\ncode = "code"\n')
    assert read_record(path, load_codebook(book).layout).events["onset_s"].to_list() == [7.0]


@pytest.mark.parametrize("suffix", ["parquet", "tsv"])
def test_other_tables_state_their_columns_too(tmp_path: Path, suffix: str):
    frame = pl.DataFrame({"actor": ["Baby"], "code": ["cry"], "onset_s": [1.5], "offset_s": [2.5]})
    path = tmp_path / f"v.{suffix}"
    frame.write_parquet(path) if suffix == "parquet" else frame.write_csv(path, separator="\t")
    assert read_record(path).events.select("onset_s", "offset_s").row(0) == (1.5, 2.5)


@pytest.mark.parametrize("line", ["1,2,cry", "Anna,1.5,cry", "0,0,0", "00:01:02,cry", "2325,2645.4,NaN", "-1;x"])
def test_a_first_line_of_values_is_said_to_be_no_header(write: Write, line: str):
    assert is_data(line.replace(";", ",").split(","))
    with pytest.raises(FormatError, match="the first line is no header") as caught:
        read_record(write("v.csv", f"{line}\n{line}\n"))
    assert caught.value.row == 1


def test_a_layout_that_names_columns_of_a_headless_table_is_told_what_to_write(write: Write):
    book = write("b.toml", '[codebook]\n[codable]\n[table]\nunit = "s"\nonset = "start"\ncode = "code"\n')
    with pytest.raises(FormatError, match="the first line is no header") as caught:
        read_record(write("v.csv", "1,2,cry\n3,4,cry\n"), load_codebook(book).layout)
    assert "header = false" in str(caught.value.remedy)


OWN = "actor,code,onset_s,offset_s\nBaby,cue.distress,1,2\nMum,answer,3,\nBaby,affect -1,1,9\nMum,uncodable,5,6\n"


def test_a_table_of_our_own_codes_is_measured_as_it_is_and_nothing_uncoded_counts_as_absent(write: Write):
    coded = load_coded([write("v.csv", OWN)], LoadOptions())
    assert coded.codable == {
        (Role.CHILD, Construct.CUE_DISTRESS),
        (Role.CAREGIVER, Construct.ANSWER),
        (Role.CHILD, Construct.AFFECT),
    }
    acts = coded.acts.sort("onset_s", "construct").select("role", "construct", "value").rows()
    assert acts == [("child", "affect", -1.0), ("child", "cue.distress", None), ("caregiver", "answer", None)]
    assert coded.masks.select("onset_s", "offset_s").rows() == [(5.0, 6.0)]


@pytest.mark.parametrize(
    "row", ["Baby,answer,1,2", "Mum,cry,1,2", "X,affect +1,1,2", "Mum,affect,1,2", "X,answer,1,2\nX,cue.bid,1,2"]
)
def test_a_code_of_the_labs_or_of_the_wrong_person_needs_a_codebook(write: Write, row: str):
    with pytest.raises(InputError, match="needs a codebook"):
        load_coded([write("v.csv", f"{OWN}{row}\n")], LoadOptions())
