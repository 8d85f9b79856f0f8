"""Praat TextGrids, long and short text form, in any encoding Praat writes.

Praat reads a text file as its free-standing numbers, its quoted strings and its flags in angle brackets, in order, and
takes everything else for decoration (Boersma & Weenink, Praat manual, "TextGrid file formats"). Read that way, the long
and the short form are one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers._events import event_frame, in_time, observed
from bowlby.formats.readers._text import head_text, read_text
from bowlby.formats.source import SourceFile
from bowlby.records.record import UncheckedRecord

NAME = "textgrid"

_TOKEN = re.compile(r'"([^"]*(?:""[^"]*)*)"|([-+]?[\d.][^\s"]*|<\w+>)|![^\n]*|[^\s"]+|"')
"""A string; a number or flag; a comment; a word, which is decoration."""
_INTERVALS, _POINTS = "IntervalTier", "TextTier"


@dataclass
class _Tokens:
    """What Praat would read, one after another; `strings` and `values` are None where the other stands."""

    strings: list[str | None]
    values: list[str | None]
    starts: list[int]
    text: str
    source: SourceFile
    at: int = 0

    def string(self, what: str) -> str:
        return self._next(self.strings, what)

    def number(self, what: str) -> float:
        text = self._next(self.values, what)
        try:
            return float(text)
        except ValueError:
            raise self.error(what, self.at - 1) from None

    def _next(self, kind: list[str | None], what: str) -> str:
        value = kind[self.at] if self.at < len(kind) else None
        if value is None:
            raise self.error(what, self.at)
        self.at += 1
        return value

    def column(self, count: int, width: int, place: int, kind: list[str | None], what: str) -> list[str]:
        """Return one column of the next `count` rows of `width` tokens."""
        found = kind[self.at + place : self.at + count * width : width]
        short = count - len(found)
        if short > 0 or None in found:
            raise self.error(what, len(self.starts) if short > 0 else self.at + place + width * found.index(None))
        return cast("list[str]", found)

    def places(self, count: int, width: int) -> list[int]:
        """Return where in the text each of the next rows starts."""
        return self.starts[self.at : self.at + count * width : width]

    def line(self, token: int) -> int:
        return self.text.count("\n", 0, self.starts[token]) + 1

    def error(self, what: str, token: int) -> FormatError:
        there = token < len(self.starts)
        return FormatError(
            f"the TextGrid lacks {what}" + ("" if there else ": it ends too early"),
            file=self.source.path,
            row=self.line(token) if there else None,
            value=(self.strings[token] or self.values[token]) if there else None,
            remedy="Save it again from Praat as a text file.",
        )


def recognises(source: SourceFile) -> bool:
    """Return whether this is a Praat TextGrid.

    Args:
        source: the file.

    Returns:
        True where the header names Praat's text or binary format and the class TextGrid.
    """
    head = head_text(source)[:400]
    return ("ooTextFile" in head or "ooBinaryFile" in head or "Praat chronological" in head) and "TextGrid" in head


def read(source: SourceFile) -> UncheckedRecord:
    """Return labelled intervals and points; a tier is a channel.

    Args:
        source: the file.

    Returns:
        Events by onset; empty intervals are left out, a point without a mark has its tier's name as code. The grid's
        own time domain is the observed window.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is binary, chronological, cut short, or not what its header announces.
    """
    decoded = read_text(source)
    tokens = _tokens(decoded.text, source)
    start, stop = _header(tokens)
    count = int(_count(tokens, "the number of tiers"))
    tiers = [_tier(tokens) for _ in range(count)]
    events, late = in_time(event_frame(pl.concat([_EMPTY, *tiers]), source.path, session=source.path.stem))
    windows = observed(source.path.stem, [(start, stop)], "time domain of the TextGrid")
    return UncheckedRecord(events, windows, {"tiers": count}, decoded.problems + late, exclusive=True)


_SCHEMA = {"channel": pl.String, "code": pl.String, "onset_s": pl.Float64, "offset_s": pl.Float64, "row": pl.UInt32}
_LABEL_SCHEMA = {"code": pl.String, "row": pl.UInt32}
_EMPTY = pl.DataFrame(schema=_SCHEMA)


def _tokens(text: str, source: SourceFile) -> _Tokens:
    if not text.lstrip().startswith(("File type", '"ooTextFile', "ooTextFile")):
        raise FormatError(
            "this TextGrid is not in Praat's plain text form",
            file=source.path,
            value=text[:40].strip(),
            remedy='In Praat choose "Save as text file" or "Save as short text file".',
        )
    strings: list[str | None] = []
    values: list[str | None] = []
    starts: list[int] = []
    for match in _TOKEN.finditer(text):
        string, value = match.groups()
        if string is not None or value is not None:
            strings.append(string and string.replace('""', '"'))
            values.append(value)
            starts.append(match.start())
    return _Tokens(strings, values, starts, text, source)


def _header(tokens: _Tokens) -> tuple[float, float]:
    first = tokens.string("its file type")
    named = first if "TextGrid" in first else tokens.string("its object class")
    if not named.startswith("TextGrid"):
        raise FormatError(
            "this Praat file is no TextGrid", file=tokens.source.path, value=named, remedy="Export the TextGrid."
        )
    start, stop = tokens.number("its start (xmin)"), tokens.number("its end (xmax)")
    if tokens.at < len(tokens.values) and (tokens.values[tokens.at] or "").startswith("<"):
        tokens.at += 1
    return start, stop


def _count(tokens: _Tokens, what: str) -> int:
    number = tokens.number(what)
    if not 0 <= number <= len(tokens.starts) or number != int(number):
        raise FormatError(
            f"{what} cannot be",
            file=tokens.source.path,
            row=tokens.line(tokens.at - 1),
            value=f"{number:g}",
            remedy="Save it again from Praat as a text file.",
        )
    return int(number)


def _tier(tokens: _Tokens) -> pl.DataFrame:
    kind, name = tokens.string("a tier's class"), tokens.string("a tier's name").strip()
    if kind not in (_INTERVALS, _POINTS):
        raise FormatError(
            "a tier is of no known class",
            file=tokens.source.path,
            row=tokens.line(tokens.at - 2),
            value=kind,
            remedy=f"Known: {_INTERVALS}, {_POINTS}.",
        )
    tokens.number("a tier's xmin")
    tokens.number("a tier's xmax")
    width = 3 if kind == _INTERVALS else 2
    return _labels(tokens, _count(tokens, "the number of intervals or points"), width, name)


def _labels(tokens: _Tokens, count: int, width: int, name: str) -> pl.DataFrame:
    """Return the next rows of a tier and go past them."""
    label = tokens.column(count, width, width - 1, tokens.strings, "a label")
    rows = pl.DataFrame({"code": label, "row": _lines(tokens, count, width)}, schema=_LABEL_SCHEMA)
    rows = rows.with_columns(
        pl.col("code").str.strip_chars(),
        onset_s=_times(tokens, count, width, 0),
        offset_s=_times(tokens, count, width, 1) if width == 3 else pl.lit(None, pl.Float64),
        channel=pl.lit(name),
    )
    tokens.at += count * width
    if width == 3:
        rows = rows.filter(pl.col("code") != "")
    code = pl.when(pl.col("code") == "").then("channel").otherwise("code")
    return rows.with_columns(code=code).select(_SCHEMA.keys())


def _times(tokens: _Tokens, count: int, width: int, place: int) -> pl.Series:
    texts = pl.Series(tokens.column(count, width, place, tokens.values, "a time"), dtype=pl.String)
    times = texts.cast(pl.Float64, strict=False)
    wrong = times.is_null().arg_true()
    if len(wrong):
        raise tokens.error("a time", tokens.at + place + width * wrong[0])
    return times


def _lines(tokens: _Tokens, count: int, width: int) -> list[int]:
    line, seen, lines = 1, 0, list[int]()
    for start in tokens.places(count, width):
        line, seen = line + tokens.text.count("\n", seen, start), start
        lines.append(line)
    return lines
