"""Attributes of many elements as places in the bytes, so that no text is made that nobody keeps.

Programs write elements of a kind alike: between the quotation marks stands the same in each. Elements are therefore
taken by shape. One of each shape is searched by pattern, and where its values stand, those of its like stand too. What
is quoted in another way, or like nothing else, is searched by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.formats.readers._xml import NAME, TAG, Places, Tags, low_bytes, resolved

_TAG = re.compile(TAG.encode())
_ATTRIBUTE = re.compile(rf"""\s({NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')""".encode())
_DOUBLE, _ZERO, _NINE = b'"09'
_ONES = np.uint64(0x0101010101010101)
_DOUBLES, _HIGHEST = _ONES * np.uint64(_DOUBLE), _ONES << np.uint64(7)
_WORDS = 8
"""How many times eight bytes of a value are looked at in all elements at once; longer ones are searched one by one."""
_SHAPES = 16
"""How many shapes are distinguished before the rest is searched one by one."""
_DIGITS = 15
"""Whole numbers of so many digits are exact as 64-bit floats."""


class Spans(NamedTuple):
    """One piece of text an element: from `starts` up to `stops`, negative where there is none."""

    starts: Places
    stops: Places

    @property
    def lengths(self) -> Places:
        """Bytes of each; 0 where there is none."""
        return self.stops - self.starts

    @property
    def given(self) -> npt.NDArray[np.bool_]:
        """Where there is one."""
        return self.starts >= 0


def attribute_spans(tags: Tags, which: Places, names: Sequence[str]) -> dict[str, Spans]:
    """Return where the values of some attributes stand.

    Args:
        tags: of a document.
        which: numbers of tags.
        names: the attributes' names.

    Returns:
        Spans of raw text for each name.

    Raises:
        FormatError: one of them is no proper tag.
    """
    found = {name: Spans(*np.full((2, len(which)), -1)) for name in names}
    rest = np.arange(len(which))
    for _ in range(_SHAPES):
        if len(rest) == 0:
            return found
        order = _values(tags, int(which[rest[0]]))
        alike, values = _like_first(tags, which[rest], list(order.values()))
        for name, value in zip(order, values, strict=True):
            if name in found:
                found[name].starts[rest[alike]], found[name].stops[rest[alike]] = value
        rest = np.delete(rest, alike)
    for row in rest.tolist():
        values = _values(tags, int(which[row]))
        for name in found.keys() & values.keys():
            found[name].starts[row], found[name].stops[row] = values[name]
    return found


def attributes(tags: Tags, which: Places) -> list[dict[str, str]]:
    """Return all attributes of a few elements, with character references resolved.

    Args:
        tags: of a document.
        which: numbers of tags.

    Returns:
        One mapping an element, in the same order.

    Raises:
        FormatError: one of them is no proper tag, or refers to an entity of the file's own.
    """
    return [
        {
            name: resolved(tags.data[start:stop].decode("utf-8", "replace"), tags.path)
            for name, (start, stop) in _values(tags, tag).items()
        }
        for tag in which.tolist()
    ]


def _values(tags: Tags, tag: int) -> dict[str, tuple[int, int]]:
    """Return where each value of one tag stands, by name in their order."""
    start = int(tags.starts[tag])
    text = tags.data[start + 1 : int(tags.ends[tag]) + 1]
    if _TAG.match(text) is None:
        raise tags.broken(tag, "this is no proper tag")
    values: dict[str, tuple[int, int]] = {}
    for match in _ATTRIBUTE.finditer(text):
        begin, end = match.span(2) if match[2] is not None else match.span(3)
        values.setdefault(match[1].decode("utf-8", "replace"), (start + 1 + begin, start + 1 + end))
    return values


def _like_first(tags: Tags, which: Places, values: list[tuple[int, int]]) -> tuple[Places, list[Spans]]:
    """Return which tags are the same as the first, apart from its values, and where theirs stand."""
    if any(tags.data[stop] != _DOUBLE for _, stop in values):
        return np.zeros(1, np.int64), [Spans(np.array([start]), np.array([stop])) for start, stop in values]
    alike, ends = np.arange(len(which)), tags.ends[which]
    at = tags.starts[which]
    edges = [int(at[0]), *(edge for value in values for edge in value), int(ends[0]) + 1]
    pieces = [bytes(tags.data[start:stop]) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
    found: list[Spans] = []
    for number, piece in enumerate(pieces):
        after = at + len(piece)
        last = number == len(values)
        same = tags.stretches(np.minimum(at, len(tags.data) - len(piece)), len(piece)) == np.void(piece)
        same &= after == ends + 1 if last else after <= ends
        if not same.all():
            alike, after, ends = alike[same], after[same], ends[same]
            found = [Spans(*(side[same] for side in value)) for value in found]
        if not last:
            at = _next_quotes(tags, after, ends)
            found.append(Spans(after, at))
    return alike, found


def _next_quotes(tags: Tags, places: Places, ends: Places) -> Places:
    """Return where the next double quotation mark stands from each place on: eight bytes at a time, up to some ends."""
    found, rows = places.copy(), np.arange(len(places))
    for _ in range(_WORDS):
        words = tags.words(found if len(rows) == len(found) else found[rows]) ^ _DOUBLES
        zero = (words - _ONES) & ~words & _HIGHEST
        # The bits below the lowest that is set, eight a byte; all of them where the mark is not among these eight.
        length = np.bitwise_count((zero - np.uint64(1)) & ~zero) >> 3
        if len(rows) == len(found):
            found += length
        else:
            found[rows] += length
        rows = rows[length == 8]
        if len(rows) == 0:
            return found
    for row in rows.tolist():
        place = tags.data.find(b'"', int(found[row]), int(ends[row]))
        found[row] = place if place >= 0 else ends[row]
    return found


def texts(tags: Tags, spans: Spans) -> pl.Series:
    """Return spans as text.

    Args:
        tags: of the document.
        spans: pieces of it.

    Returns:
        Raw text, null where there is none.
    """
    pieces, which = distinct_texts(tags, spans)
    return pieces if which is None else pieces[which]


def distinct_texts(tags: Tags, spans: Spans) -> tuple[pl.Series, Places | None]:
    """Return the texts of spans, each once where they are short, so that what is done to them is done to few.

    Args:
        tags: of the document.
        spans: pieces of it.

    Returns:
        (Raw texts, null where there is none; which of them each span holds, or None where they stand in their order.)
    """
    if not spans.given.any():
        return pl.Series([None] * len(spans.starts), dtype=pl.String), None
    if not (_are_short(spans) and spans.given.all()):
        return _cut(tags, spans), None
    numbers = _as_numbers(tags, spans)
    ordered = np.sort(numbers)
    which = np.searchsorted(ordered[np.append(True, ordered[1:] != ordered[:-1])], numbers)
    first = np.empty(int(which.max()) + 1, np.int64)
    first[which[::-1]] = np.arange(len(which))[::-1]
    return _cut(tags, Spans(spans.starts[first], spans.stops[first])), which


def _cut(tags: Tags, spans: Spans) -> pl.Series:
    pairs = zip(spans.starts.tolist(), spans.stops.tolist(), strict=True)
    cut = [bytes(tags.data[start:stop]) if start >= 0 else None for start, stop in pairs]
    return pl.Series(cut, dtype=pl.Binary).cast(pl.String)


def _are_short(*columns: Spans) -> bool:
    """Return whether no piece is longer than the eight bytes that a number holds."""
    return max((int(spans.lengths.max(initial=0)) for spans in columns), default=0) <= 8


def _as_numbers(tags: Tags, spans: Spans) -> npt.NDArray[np.uint64]:
    """Return the bytes of each as a number, in whose order names that are counted up stay: it is searched sooner."""
    return (tags.words(spans.starts) & low_bytes(spans.lengths)).byteswap()


def identifiers(tags: Tags, *columns: Spans) -> list[npt.NDArray[np.uint64]]:
    """Return names as numbers that are equal where the names are.

    A name of up to eight bytes is its own number, as the names that programs give are.

    Args:
        tags: of the document.
        *columns: names that refer to each other.

    Returns:
        Numbers for each, 0 where there is no name.
    """
    if _are_short(*columns):
        none = np.uint64(0)
        return [_as_numbers(tags, each) if each.given.any() else np.full(len(each.starts), none) for each in columns]
    known: dict[str | None, int] = {None: 0, "": 0}
    numbers = [[known.setdefault(name, len(known)) for name in texts(tags, spans)] for spans in columns]
    return [np.array(column, np.uint64) for column in numbers]


def numbers(tags: Tags, spans: Spans) -> npt.NDArray[np.float64]:
    """Return numbers as they are written.

    Args:
        tags: of the document.
        spans: pieces of it.

    Returns:
        Their values, NaN where there is none or the text is no number.
    """
    text, lengths = tags.bytes, spans.lengths
    values = np.zeros(len(lengths))
    for place in range(min(int(lengths.max(initial=0)), _DIGITS + 1)):
        here = place < lengths
        digit = text[np.where(here, spans.starts + place, 0)]
        if place == _DIGITS or (here & ((digit < _ZERO) | (digit > _NINE))).any():
            return texts(tags, spans).cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
        values = np.where(here, values * 10 + digit - _ZERO, values)
    return np.where(lengths > 0, values, np.nan)
