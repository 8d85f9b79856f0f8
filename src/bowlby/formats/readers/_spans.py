"""Attributes of many elements as places in the bytes, so that no text is made that nobody keeps.

Programs write elements of a kind alike: between the quotation marks stands the same in each. Elements are therefore
taken by shape. One of each shape is searched by pattern, and where its values stand, those of its like stand too. What
is quoted in another way, or like nothing else, is searched by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.formats.readers._xml import NAME, TAG, Places, Tags, equal_rows, low_bytes, resolved

_TAG = re.compile(TAG.encode())
_ATTRIBUTE = re.compile(rf"""\s({NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')""".encode())
_SINGLE, _ZERO, _NINE = b"'09"
_SHAPES = 16
"""How many shapes are told apart before the rest is searched one by one."""
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


@dataclass(frozen=True)
class _Marks:
    """Where quotation marks stand, and how many come before and within each tag."""

    places: Places
    first: Places
    count: Places

    @classmethod
    def of(cls, tags: Tags, which: Places, places: Places) -> _Marks:
        first = np.searchsorted(places, tags.starts[which])
        return cls(places, first, np.searchsorted(places, tags.ends[which]) - first)


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
    if len(which) == 0:
        return found
    marks = _Marks.of(tags, which, tags.quotes)
    single = np.zeros(len(which), bool)
    if b"'" in tags.data:
        single = _Marks.of(tags, which, np.flatnonzero(tags.bytes == _SINGLE)).count > 0
    alone = [np.flatnonzero(single | (marks.count % 2 == 1))]
    rest = np.flatnonzero(~single & (marks.count % 2 == 0))
    for _ in range(_SHAPES):
        if len(rest) == 0:
            break
        like = _like_first(tags, which, marks, rest)
        order = list(_values(tags, int(which[rest[0]])))
        alike, rest = rest[like], rest[~like]
        for name in found.keys() & set(order):
            mark = marks.first[alike] + 2 * order.index(name)
            found[name].starts[alike] = marks.places[mark] + 1
            found[name].stops[alike] = marks.places[mark + 1]
    for row in np.concatenate([*alone, rest]).tolist():
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


def _like_first(tags: Tags, which: Places, marks: _Marks, rows: Places) -> npt.NDArray[np.bool_]:
    """Return which tags are the same as the first, apart from what stands in quotation marks."""
    count = int(marks.count[rows[0]])
    like = marks.count[rows] == count
    same = np.flatnonzero(like)
    begin = tags.starts[which[rows]]
    for part in range(count // 2 + 1):
        last = marks.first[rows[same]] + 2 * part
        left = begin[same] if part == 0 else marks.places[last - 1]
        right = tags.ends[which[rows[same]]] if 2 * part == count else marks.places[last]
        same = same[_same_bytes(tags, left, right)]
    like[:] = False
    like[same] = True
    return like


def _same_bytes(tags: Tags, left: Places, right: Places) -> npt.NDArray[np.bool_]:
    """Return which stretches, both ends included, hold the same as the first."""
    length = int(right[0] - left[0]) + 1
    same = right - left + 1 == length
    found = tags.stretches(left if same.all() else left[same], length)
    same[same] = equal_rows(found, found[0])
    return same


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
        return [_as_numbers(tags, spans) for spans in columns]
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
