"""Praat TextGrids, long and short text form, in any encoding Praat writes.

Praat reads a text file as its free-standing numbers, its quoted strings and its flags in angle brackets, in order, and
takes everything else for decoration (Boersma & Weenink, Praat manual, "TextGrid file formats"). Read that way, the long
and the short form are one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from bowlby.errors import FormatError
from bowlby.records.read import Source
from bowlby.records.readers._events import event_frame, in_time, observed
from bowlby.records.readers._text import head_text, read_text
from bowlby.records.record import Reading

NAME = "textgrid"

_TOKEN = re.compile(r'"([^"]*(?:""[^"]*)*)"|(?<!\S)([-+]?[\d.]\S*|<\w+>)|![^\n]*')
_INTERVALS, _POINTS = "IntervalTier", "TextTier"


@dataclass
class _Tokens:
    """What Praat would read, one after another; `strings` and `values` are None where the other stands."""

    strings: list[str | None]
    values: list[str | None]
    starts: list[int]
    text: str
    source: Source
    at: int = 0

    def string(self, what: str) -> str:
        return self._next(self.strings, what)

    def number(self, what: str) -> float:
        text = self._next(self.values, what)
        try:
            return float(text)
        except ValueError:
            raise self._error(what, self.at - 1) from None

    def _next(self, kind: list[str | None], what: str) -> str:
        value = kind[self.at] if self.at < len(kind) else None
        if value is None:
            raise self._error(what, self.at)
        self.at += 1
        return value

    def rows(self, count: int, width: int) -> list[int]:
        """Return where each of the next rows starts and go past them."""
        if count * width > len(self.starts) - self.at:
            raise self._error(f"{count} intervals or points", len(self.starts))
        begins = list(range(self.at, self.at + count * width, width))
        self.at += count * width
        return begins

    def line(self, token: int) -> int:
        return self.text.count("\n", 0, self.starts[token]) + 1

    def _error(self, what: str, token: int) -> FormatError:
        there = token < len(self.starts)
        return FormatError(
            f"the TextGrid lacks {what}" + ("" if there else ": it ends too early"),
            file=self.source.path,
            row=self.line(token) if there else None,
            value=(self.strings[token] or self.values[token]) if there else None,
            remedy="Save it again from Praat as a text file.",
        )


def recognises(source: Source) -> bool:
    """Return whether this is a Praat TextGrid.

    Args:
        source: the file.

    Returns:
        True where the header names Praat's text or binary format and the class TextGrid.

    Raises:
        Nothing.
    """
    head = head_text(source)[:400]
    return ("ooTextFile" in head or "ooBinaryFile" in head or "Praat chronological" in head) and "TextGrid" in head


def read(source: Source) -> Reading:
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
    return Reading(events, windows, {"tiers": count}, decoded.problems + late, exclusive=True)


_SCHEMA = {"channel": pl.String, "code": pl.String, "onset_s": pl.Float64, "offset_s": pl.Float64, "row": pl.UInt32}
_EMPTY = pl.DataFrame(schema=_SCHEMA)


def _tokens(text: str, source: Source) -> _Tokens:
    if not text.lstrip().startswith(("File type", '"ooTextFile', "ooTextFile")):
        raise FormatError(
            "this TextGrid is not in Praat's plain text form",
            file=source.path,
            value=text[:40].strip(),
            remedy='In Praat choose "Save as text file" or "Save as short text file".',
        )
    found = [match for match in _TOKEN.finditer(text) if match.lastindex]
    strings = [match[1].replace('""', '"') if match[1] is not None else None for match in found]
    return _Tokens(strings, [match[2] for match in found], [match.start() for match in found], text, source)


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
    begins = tokens.rows(_count(tokens, "the number of intervals or points"), width)
    return _labels(tokens, begins, width, name)


def _labels(tokens: _Tokens, begins: list[int], width: int, name: str) -> pl.DataFrame:
    rows: list[tuple[str, str, float, float | None, int]] = []
    line, seen = 1, 0
    for begin in begins:
        tokens.at = begin
        onset = tokens.number("an onset")
        offset = tokens.number("an offset") if width == 3 else None
        label = tokens.string("a label").strip()
        line, seen = line + tokens.text.count("\n", seen, tokens.starts[begin]), tokens.starts[begin]
        if label or offset is None:
            rows.append((name, label or name, onset, offset, line))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")
