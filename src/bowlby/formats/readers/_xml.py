"""The tags of an XML file: nesting checked, entities refused, fast enough for a day of LENA.

A document tree of lxml alone takes longer than design 6 leaves for a whole file, and so does a callback for each
element. Here the bytes are cut at "<" as arrays. That is exact for XML, in which "<" can stand nowhere but before a tag
once comments, processing instructions and CDATA are gone.
"""

from __future__ import annotations

import codecs
import html
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import FormatError, unreadable
from bowlby.formats.readers._text import announced, decode
from bowlby.formats.source import HEAD_BYTES, SourceFile
from bowlby.records.quality import Problem

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.\-]*)["']""")
_PROLOG = re.compile(rb"\s*<\?xml[^<>]*\?>")
_CODECS = re.compile(
    r"(?i)^(us-ascii|ascii|latin-?1|iso-8859-\d+|windows-125\d|cp125\d|shift_jis|euc-jp|gb18030|big5)$"
)
"""Single- and multi-byte encodings read where the XML declaration names them; UTF-8 and UTF-16 go without saying."""

_ASIDES = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"), (b"<!DOCTYPE", b">"))
NAME = r"""[^\s/>="'<&!?]+"""
TAG = rf"""^(?:/{NAME}\s*|{NAME}(?:\s+{NAME}\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?)>"""
_TAG_BYTES = re.compile(TAG.encode())
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);")
_PADDING = bytes(32)
_PIECE = 1 << 17
_NAMES_KNOWN = 64
"""How many names of elements are distinguished once for all, each by the byte after it; a format has fewer."""
_LONGEST_NAME = 24
"""Bytes of a name so distinguished, and of the one that ends it."""
_NAME_BYTES = re.compile(rb"([^\t\n\r />]{1,23})[\t\n\r />]")
_TAGS_AT_ONCE = 16384
_WHOLE_NAME = re.compile(rb"[^\t\n\r />]+(?=[\t\n\r />])")
_BLANK = np.isin(np.arange(256), [9, 10, 13, 32])
_NAME_ENDS = np.isin(np.arange(256), [9, 10, 13, 32, 47, 62])
_LT, _GT, _SLASH, _NEWLINE, _BANG, _QUESTION = b"<>/\n!?"

Places = npt.NDArray[np.int64]
Kinds = npt.NDArray[np.int8]
Data: TypeAlias = bytes | bytearray


@dataclass(frozen=True)
class Tags:
    """The tags of a well-formed document.

    Args:
        data: the text as UTF-8 without comments and the like, and some padding.
        starts: where each tag's "<" stands.
        ends: where its ">" stands.
        steps: how it changes the depth: 1, 0 or -1.
        path: named in errors.
    """

    data: Data
    starts: Places
    ends: Places
    steps: npt.NDArray[np.int8]
    path: Path

    @cached_property
    def names(self) -> tuple[list[bytes], Kinds]:
        """The first short names in the document, and which of them each tag bears; -1 where it bears none of them.

        A closing tag counts as bearing one only where ">" follows at once.
        """
        short = _ShortNames()
        parts = range(0, len(self.starts), _TAGS_AT_ONCE)
        which = [short.of(self, slice(start, start + _TAGS_AT_ONCE)) for start in parts]
        return short.names, np.concatenate(which)

    @cached_property
    def _newlines(self) -> Places:
        return _where(self.bytes, _NEWLINE)

    @property
    def bytes(self) -> npt.NDArray[np.uint8]:
        """The data as numbers."""
        return np.frombuffer(self.data, np.uint8)

    @property
    def following(self) -> Places:
        """Where the text after each tag ends."""
        return np.append(self.starts[1:], len(self.data) - len(_PADDING))

    def lines(self, tags: Places) -> npt.NDArray[np.uint32]:
        """Lines on which tags start, counted from 1."""
        return (np.searchsorted(self._newlines, self.starts[tags]) + 1).astype(np.uint32)

    def words(self, places: Places) -> npt.NDArray[np.uint64]:
        """The eight bytes at each place as one number."""
        overlapping = np.ndarray((len(self.data) - 7,), "<u8", self.data, strides=(1,))
        return overlapping[np.minimum(places, len(overlapping) - 1)]

    def stretches(self, places: Places, length: int) -> npt.NDArray[np.void]:
        """The bytes from each place on, as one value that can be compared; all of them must lie within the data."""
        overlapping = np.ndarray((len(self.data) - length + 1,), f"V{length}", self.data, strides=(1,))
        return overlapping[places]

    def broken(self, tag: int, what: str) -> FormatError:
        """The error that names a tag."""
        start = int(self.starts[tag])
        line = self.data.count(b"\n", 0, start) + 1
        return _broken(self.path, line, self.data[start : start + 80], what)


@dataclass(frozen=True)
class _ShortNames:
    """Names of elements that were met, and how many tags bear each, by name and the byte that ends it."""

    names: list[bytes] = field(default_factory=list)
    counts: Counter[bytes] = field(default_factory=Counter)

    def of(self, tags: Tags, part: slice) -> Kinds:
        """Return which name each of some tags bears, so few tags that what is made of them stays in the cache."""
        opening = tags.steps[part] >= 0
        places = tags.starts[part] + 2 - opening
        words = tags.stretches(places, _LONGEST_NAME).view("<u8").reshape(len(places), -1)
        which, unseen = np.full(len(places), -1, np.int8), np.ones(len(places), bool)
        known = [key for key, _ in self.counts.most_common()]
        for key in chain(known, (self._next(tags, places, unseen) for _ in range(_NAMES_KNOWN))):
            if key is None:
                continue
            like = _begins(words[:, 0], key[:8])
            for at in range(8, len(key), 8):
                like &= _begins(words[:, at // 8], key[at : at + 8])
            if not key.endswith(b">"):
                like &= opening
            which += like * np.int8(self.names.index(key[:-1]) + 1)
            unseen &= ~like
            self.counts[key] += int(np.count_nonzero(like))
            if not unseen.any():
                break
        return which

    def _next(self, tags: Tags, places: Places, unseen: npt.NDArray[np.bool_]) -> bytes | None:
        """Return the name of the first tag not seen yet, with the byte that ends it, and count that tag as seen."""
        first = int(unseen.argmax())
        unseen[first] = False
        name = _NAME_BYTES.match(tags.data, int(places[first]))
        closing = tags.data[int(places[first]) - 1] == _SLASH
        if name is None or len(self.counts) == _NAMES_KNOWN or (closing and not name[0].endswith(b">")):
            return None
        if name[1] not in self.names:
            self.names.append(name[1])
        return name[0]


def well_formed(source: SourceFile) -> tuple[Tags, tuple[Problem, ...]]:
    """Return the tags of an XML file once their nesting has been checked.

    Args:
        source: the file.

    Returns:
        (The tags; problems of the text's encoding.) What stands inside a tag is checked where it is taken out.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is not well-formed, or declares entities.
    """
    data, problems = _padded(source.path)
    tags = _tags(data, source.path)
    _check_nesting(tags)
    return tags, problems


def unescaped(raw: pl.Series, path: Path) -> pl.Series:
    """Return text with character references resolved: the five of XML and numbers, no others.

    Args:
        raw: text as it stands in the file.
        path: named in errors.

    Returns:
        Plain text.

    Raises:
        FormatError: a reference to an entity of the file's own, or to no character.
    """
    escaped = raw.filter(raw.str.contains("&", literal=True).fill_null(False)).unique()
    if escaped.is_empty():
        return raw
    return raw.replace(escaped, pl.Series([resolved(value, path) for value in escaped], dtype=pl.String))


def resolved(value: str, path: Path) -> str:
    """Return one text as `unescaped` does.

    Args:
        value: text as it stands in the file.
        path: named in errors.

    Returns:
        Plain text.

    Raises:
        FormatError: a reference to an entity of the file's own, or to no character.
    """
    if "&" in _REFERENCE.sub("", value):
        raise FormatError(
            "the file refers to an entity of its own, which is not followed",
            file=path,
            value=value[:80],
            remedy="Save it from the program that made it.",
        )
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), value)


def _padded(path: Path) -> tuple[Data, tuple[Problem, ...]]:
    """Return a file's text as UTF-8 with some padding, read where it stays: to copy it takes as long as to read it."""
    try:
        with path.open("rb", buffering=0) as handle:
            data = bytearray(os.fstat(handle.fileno()).st_size + len(_PADDING))
            size = handle.readinto(data)
            rest = handle.read()
    except OSError as error:
        raise unreadable(error, path) from None
    whole = size + len(_PADDING) == len(data) and not rest
    plain = whole and announced(bytes(data[: min(size, HEAD_BYTES)])) == ("utf-8", 0)
    if plain and (data.isascii() or (not _codec(data) and _is_utf8(data))):
        return data, ()
    text, problems = _utf8(bytes(data[:size]) + rest, path)
    return text + _PADDING, problems


def _codec(data: Data) -> str:
    """Return the encoding that an XML declaration names where it is one of `_CODECS`."""
    declared = _DECLARED.match(data[:200])
    name = declared[1].decode("ascii") if declared else ""
    return name if _CODECS.match(name) else ""


def _is_utf8(data: Data) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _utf8(data: bytes, path: Path) -> tuple[bytes, tuple[Problem, ...]]:
    name = _codec(data)
    if not name:
        decoded = decode(data, path)
        if decoded.encoding == "utf-8":
            return data.removeprefix(codecs.BOM_UTF8), decoded.problems
        return decoded.text.encode("utf-8", "replace"), decoded.problems
    try:
        return data.decode(name).encode("utf-8", "replace"), ()
    except UnicodeDecodeError as error:
        raise FormatError(
            f"the file announces {name} but breaks it: {error.reason}",
            file=path,
            value=f"byte {error.start}",
            remedy="Save it again as UTF-8.",
        ) from None


def _tags(data: Data, path: Path) -> Tags:
    starts, marks = _angles(data)
    text = np.frombuffer(data, np.uint8)
    after = text[starts + 1]
    aside = (after == _BANG) | (after == _QUESTION)
    prolog = _PROLOG.match(data)
    if prolog and aside.sum() == 1:
        starts, after = starts[1:], after[1:]
    elif aside.any():
        data, prolog = _without_asides(data, starts[aside], path), None
        starts, marks = _angles(data)
        text = np.frombuffer(data, np.uint8)
        after = text[starts + 1]
    if len(starts) == 0 or data[prolog.end() if prolog else 0 : starts[0]].strip():
        raise _broken(path, 1, data[:80].rstrip(b"\0"), "it does not start with an element")
    ends = _ends(data, starts, marks, path)
    closing, empty = after == _SLASH, text[ends - 1] == _SLASH
    steps = np.where(closing, np.int8(-1), np.int8(1) - empty)
    return Tags(data, starts, ends, steps, path)


def _angles(data: Data) -> tuple[Places, Places]:
    """Return where each "<" and each ">" stands, piece by piece: they mostly take turns."""
    text = np.frombuffer(data, np.uint8)
    bit = np.uint8(_LT ^ _GT)
    sides: tuple[list[Places], list[Places]] = ([], [])
    for start in range(0, len(text), _PIECE):
        piece = text[start : start + _PIECE]
        found = np.flatnonzero((piece | bit) == _GT)
        opening = piece[found] == _LT
        first = int(opening.argmax()) if len(found) else 0
        if first < 2 and opening[first::2].all() and not opening[1 - first :: 2].any():
            parts = found[first::2], found[1 - first :: 2]
        else:
            parts = found[opening], found[~opening]
        for side, part in zip(sides, parts, strict=True):
            side.append(part + start)
    return np.concatenate(sides[0]), np.concatenate(sides[1])


def _where(text: npt.NDArray[np.uint8], mark: int) -> Places:
    """Return where one byte stands, in pieces that fit in the cache."""
    pieces = range(0, len(text), _PIECE)
    return np.concatenate([np.flatnonzero(text[start : start + _PIECE] == mark) + start for start in pieces])


def _without_asides(data: Data, places: Places, path: Path) -> bytes:
    """Take out comments, processing instructions and the document type, turn CDATA into text; keep the line count."""
    kept: list[Data] = []
    done = 0
    for start in places.tolist():
        if start < done:
            continue
        opener, closer = next((pair for pair in _ASIDES if data.startswith(pair[0], start)), (b"", b""))
        stop = data.find(closer, start + len(opener)) if closer else -1
        inside = data[start + len(opener) : stop]
        if stop < 0 or (opener == b"<!DOCTYPE" and (b"[" in inside or b"<" in inside)):
            entities = data.startswith((b"<!DOCTYPE", b"<!ENTITY"), start)
            what = "it declares entities of its own, which are not followed" if entities else "a comment has no end"
            raise _broken(path, data.count(b"\n", 0, start) + 1, data[start : start + 80], what)
        cdata = opener == b"<![CDATA["
        text = inside.replace(b"&", b"&amp;").replace(b"<", b"&lt;") if cdata else b"\n" * inside.count(b"\n")
        kept += [data[done:start], text]
        done = stop + len(closer)
    return b"".join([*kept, data[done:]])


def _ends(data: Data, starts: Places, marks: Places, path: Path) -> Places:
    """Return which of the marks ">" ends each tag; those that may be quoted or mere text are looked at one by one."""
    marks = marks[np.searchsorted(marks, starts[0]) :]
    following = np.append(starts[1:], len(data))
    if len(marks) == len(starts) and (starts < marks).all() and (marks < following).all():
        return marks
    index = np.searchsorted(marks, starts)
    ends = np.append(marks, len(data))[index]
    several = np.append(marks, len(data))[np.minimum(index + 1, len(marks))] < following
    for tag in np.flatnonzero(several | (ends >= following)).tolist():
        start = int(starts[tag])
        match = _TAG_BYTES.match(data[start + 1 : following[tag]])
        if match is None:
            raise _broken(path, data.count(b"\n", 0, start) + 1, data[start : start + 80], "this is no proper tag")
        ends[tag] = start + match.end()
    return ends


def _check_nesting(tags: Tags) -> None:
    """Raise unless each element is closed by its own name: at any depth, openings and closings take turns."""
    depth = np.cumsum(tags.steps, dtype=np.int32)
    pairs = np.flatnonzero(tags.steps)
    level = depth[pairs] + (tags.steps[pairs] < 0)
    if len(pairs) and level.max() > np.iinfo(np.uint16).max:
        raise tags.broken(int(pairs[level.argmax()]), "elements are nested too deep")
    if len(pairs) and level.min() < 1:
        raise tags.broken(int(pairs[(level < 1).argmax()]), "an element is closed that was not opened")
    order = pairs[np.argsort(level.astype(np.uint16), kind="stable")]
    half = len(order) // 2
    opened, closed = order[0 : 2 * half : 2], order[1 : 2 * half : 2]
    wrong = (tags.steps[opened] < 0) | (tags.steps[closed] > 0) | ~_same_names(tags, opened, closed)
    if wrong.any():
        raise tags.broken(int(closed[wrong].min()), "elements are not nested")
    if len(order) % 2:
        raise tags.broken(int(order[-1]), "an element is not closed; the file may be cut short")
    if (depth == 0).sum() != 1 or tags.data[tags.ends[-1] + 1 :].strip(b"\0 \t\r\n"):
        raise tags.broken(len(tags.starts) - 1, "there is more than one element at the top")


def _same_names(tags: Tags, opened: Places, closed: Places) -> npt.NDArray[np.bool_]:
    """Return whether each opening tag has the name of its closing tag."""
    _, which = tags.names
    same = which[opened] == which[closed]
    others = np.flatnonzero((which[opened] < 0) | (which[closed] < 0))
    if len(others):
        same[others] = _same_long_names(tags, opened[others], closed[others])
    return same


def _same_long_names(tags: Tags, opened: Places, closed: Places) -> npt.NDArray[np.bool_]:
    """Return whether each opening tag has the name of its closing tag, compared in groups of one length."""
    text = tags.bytes
    length = tags.ends[closed] - tags.starts[closed] - 2
    while (blank := _BLANK[text[tags.starts[closed] + 1 + length]] & (length > 0)).any():
        length = length - blank
    left, right = tags.starts[opened] + 1, tags.starts[closed] + 2
    same = (length > 0) & _NAME_ENDS[text[np.minimum(left + length, len(text) - 1)]]
    rows = np.flatnonzero(same)
    rows = rows[np.argsort(length[rows].astype(np.min_scalar_type(length.max(initial=0))), kind="stable")]
    for group in np.split(rows, np.flatnonzero(np.diff(length[rows])) + 1):
        if len(group):
            size = int(length[group[0]])
            same[group] = tags.stretches(left[group], size) == tags.stretches(right[group], size)
    return same


def low_bytes(count: Places) -> npt.NDArray[np.uint64]:
    """Return masks for the first bytes of words.

    Args:
        count: how many; more than eight are eight.

    Returns:
        Numbers with those bits set.
    """
    full = np.uint64(0xFFFFFFFFFFFFFFFF)
    return full >> (8 * (8 - np.minimum(count, 8))).astype(np.uint64)


def tags_named(tags: Tags, names: Sequence[str]) -> tuple[Places, Kinds]:
    """Return the tags that open an element of one of some names.

    Args:
        tags: of a document.
        names: names as written in the file.

    Returns:
        (Numbers of the tags, in document order; which name each has.)
    """
    known, which = tags.names
    keys = [name.encode() for name in names]
    kinds = np.array([keys.index(name) if name in keys else -1 for name in known] + [-1], np.int8)
    found = np.where(tags.steps >= 0, kinds[which], np.int8(-1))
    for tag in np.flatnonzero((which < 0) & (tags.steps >= 0)).tolist():
        name = _WHOLE_NAME.match(tags.data, int(tags.starts[tag]) + 1)
        if name is not None and name[0] in keys:
            found[tag] = keys.index(name[0])
    wanted = np.flatnonzero(found >= 0)
    return wanted, found[wanted]


def _begins(words: npt.NDArray[np.uint64], text: bytes) -> npt.NDArray[np.bool_]:
    """Return which words begin with a text of up to eight bytes."""
    start = words if len(text) == 8 else words & low_bytes(np.array([len(text)]))[0]
    return start == np.uint64(int.from_bytes(text, "little"))


def _broken(path: Path, line: int, found: Data, what: str) -> FormatError:
    return FormatError(
        f"the XML is broken: {what}",
        file=path,
        row=line,
        value=found.rstrip(b"\0").decode("utf-8", "replace").strip() or None,
        remedy="Save it again from the program that made it.",
    )
