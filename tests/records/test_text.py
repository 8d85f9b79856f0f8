"""Encodings and clock times."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.errors import FormatError
from bowlby.formats.readers._clock import clock_expression, clock_seconds
from bowlby.formats.readers._delimited import header_line
from bowlby.formats.readers._text import decode
from bowlby.formats.source import SourceFile
from bowlby.records.quality import ProblemKind

CLOCKS = {
    "00:01:02.5": 62.5,
    "01:02,500": 62.5,
    "1:02:03:250": 3723.25,
    "-00:00:01": -1.0,
    "75:00": 4500.0,
    " 00:00:00.000001 ": 1e-6,
    "1:75:00": None,
    "00:01:75": None,
    "00:01:02:12": None,
    "62.5": None,
    "": None,
    "a:b": None,
}


@pytest.mark.parametrize(("text", "seconds"), CLOCKS.items())
def test_clock_times(text: str, seconds: float | None):
    assert clock_seconds(text) == seconds


@given(
    st.lists(st.one_of(st.sampled_from(list(CLOCKS)), st.from_regex(r"-?\d\d?:\d\d:\d\d[.,]\d{1,6}", fullmatch=True)))
)
def test_the_vectorised_clock_agrees(texts: list[str]):
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    assert frame.select(clock_expression(pl.col("text"))).to_series().to_list() == list(map(clock_seconds, texts))


@given(st.text(st.characters(max_codepoint=0x7FF, exclude_characters="\x00\ufeff"), min_size=3))
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_comes_back(codec: str, text: str):
    assert decode(text.encode(codec)).text == text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=2))
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_sixteen_bits_without_a_mark_are_seen(codec: str, text: str):
    decoded = decode(text.encode(codec))
    assert (decoded.text, decoded.encoding) == (text, codec)


@given(st.text(st.sampled_from(' \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029,ab"')))
def test_the_header_is_the_first_line_that_is_not_blank(text: str):
    expected = next((line for line in text.splitlines() if line.strip()), "")
    assert header_line(SourceFile(Path("x.csv"), text.encode())) == expected


def test_other_bytes_are_latin_and_every_line_is_counted():
    decoded = decode(b"plain\nt\xeate\nm\xe8re\n")
    assert decoded.text == "plain\ntête\nmère\n"
    assert [(entry.kind, entry.count) for entry in decoded.problems] == [(ProblemKind.ENCODING_ASSUMED, 2)]
    assert decoded.problems[0].examples[0] == "line 2, read as Latin-1: tête"


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfa\xff", b"\xff\xfea", b"\x89PNG\x00\xff\xd8"])
def test_broken_promises_and_binaries_are_refused(data: bytes):
    with pytest.raises(FormatError):
        decode(data)
