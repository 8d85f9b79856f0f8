"""Tables with several columns of codes: each column is a channel, each cell an event, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import CodebookError, FormatError
from bowlby.formats.read import read_record
from bowlby.formats.scaffold import table_section
from bowlby.records.codebook_file import load_codebook
from bowlby.records.layout import TableLayout, TimeUnit

Write = Callable[..., Path]
BOOK = """[codebook]
[codable]
child = ["cue.distress"]
caregiver = ["voice"]
[[code]]
code = "1"
channel = "infant"
means = ["cue.distress"]
[[code]]
code = "1"
channel = "mother"
means = ["voice"]
"""
TABLE = '[table]\nunit = "s"\nonset = "on"\noffset = "off"\ncode = ["mother", "infant"]\n'
ROWS = "on,off,mother,infant,other\n0,2,1,1,x\n2,3,0,,x\n3,4,,1,x\n4,5,,,x\n"


def test_each_column_of_codes_is_a_channel(write: Write):
    book = load_codebook(write("b.toml", BOOK + TABLE))
    record = read_record(write("t.csv", ROWS), book.layout)
    assert record.events.select("channel", "code", "onset_s", "row").rows() == [
        ("mother", "1", 0.0, 2),
        ("infant", "1", 0.0, 2),
        ("mother", "0", 2.0, 3),
        ("infant", "1", 3.0, 4),
        ("", "", 4.0, 5),
    ]
    assert book.apply(record).acts.select("construct", "onset_s").rows() == [
        ("voice", 0.0),
        ("cue.distress", 0.0),
        ("cue.distress", 3.0),
    ]


def test_a_code_in_a_further_column_without_an_onset_is_an_error(write: Write):
    layout = load_codebook(write("b.toml", BOOK + TABLE)).layout
    with pytest.raises(FormatError, match="no onset"):
        read_record(write("t.csv", ROWS + ",,,1,x\n"), layout)


def test_a_further_column_that_is_not_there_is_named(write: Write):
    layout = load_codebook(write("b.toml", BOOK + TABLE.replace("infant", "infnt"))).layout
    with pytest.raises(FormatError, match=r"infnt.*Did you mean 'infant'"):
        read_record(write("t.csv", ROWS), layout)


@pytest.mark.parametrize("code", ["[]", '["mother", "mother"]', '["mother", "infant"]\nchannel = "other"'])
def test_columns_of_codes_that_cannot_be_are_refused(write: Write, code: str):
    with pytest.raises(CodebookError) as caught:
        load_codebook(write("b.toml", BOOK + TABLE.replace('["mother", "infant"]', code)))
    assert caught.value.column == "table.code"


def test_a_layout_is_written_as_it_is_read(write: Write):
    layout = TableLayout(TimeUnit.SECONDS, "on", "mother", offset="off", more_codes=("infant",))
    assert load_codebook(write("b.toml", BOOK + table_section(layout))).layout == layout
