"""Praat TextGrids: long and short form are one; what is announced must be there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from tests.records.golden_table import read_golden

Write = Callable[..., Path]


@pytest.fixture
def play(golden: Path) -> str:
    """Return the text of the synthetic TextGrid in long form."""
    return (golden / "play.TextGrid").read_text()


def short(text: str) -> str:
    """Return the short form: only the values, one a line."""
    head, body = text.split("\n\n", 1)
    values = re.findall(r'"(?:[^"]|"")*"|<exists>|(?<= )[\d.]+(?= *\n)', body)
    return head + "\n\n" + "\n".join(values) + "\n"


def test_synthetic_grid_gives_the_expected_table(golden: Path):
    record = read_golden(golden, "play.TextGrid")
    assert record.provenance[0].reader == "textgrid"
    assert record.observed("play").tolist() == [[0, 12.5]]
    assert record.events["row"].to_list() == [20, 34, 37]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("form", [str, short])
def test_forms_and_encodings_agree(play: str, write: Write, codec: str, form: Callable[[str], str]):
    text = form(play.replace("reach", "attrapé"))
    mark = "\ufeff" if codec.endswith(("le", "be")) else ""
    events = read_record(write("play.TextGrid", (mark + text).encode(codec))).events
    assert events["code"].to_list() == ['cry "loud" 1', "attrapé", "bids"]
    assert events["onset_s"].to_list() == [1.25, 2.0, 3.5]


def test_line_break_in_a_label_and_comments(play: str, write: Write):
    text = play.replace('"reach"', '"rea\nch 3"').replace("size = 3", "size = 3 ! three tiers 9")
    assert "rea\nch 3" in read_record(write("x.TextGrid", text)).events["code"].to_list()


BROKEN = {
    "cut short": lambda text: text[: len(text) * 2 // 3],
    "too many intervals announced": lambda text: text.replace("intervals: size = 3", "intervals: size = 4000000000"),
    "count is no whole number": lambda text: text.replace("size = 2", "size = 1.5"),
    "count is negative": lambda text: text.replace("size = 2", "size = -2"),
    "time is NaN": lambda text: text.replace("number = 2 ", "number = NaN "),
    "time is not finite": lambda text: text.replace("number = 2 ", "number = 1e999 "),
    "unknown class": lambda text: text.replace("TextTier", "SomeTier"),
    "other object": lambda text: text.replace('class = "TextGrid"', 'class = "Sound"'),
    "binary": lambda text: "ooBinaryFile\x08TextGrid\x00\x00",
    "chronological": lambda text: '"Praat chronological TextGrid text file"\n0 2\n',
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_grids_are_refused(play: str, write: Write, name: str):
    with pytest.raises(FormatError) as caught:
        read_record(write("x.TextGrid", BROKEN[name](play)), format="textgrid")
    assert caught.value.remedy
