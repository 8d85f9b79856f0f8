"""XML elements as a table: checked for form, entities refused, fast enough for a day of LENA.

A document tree of lxml alone takes longer than design 6 leaves for a whole file, and so does a callback for each
element. Here the bytes are cut at "<" as arrays. That is exact for XML, in which "<" can stand nowhere but before a tag
once comments, processing instructions and CDATA are gone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import FormatError
from bowlby.records.quality import Problem
from bowlby.records.read import Source
from bowlby.records.readers._text import decode, read_bytes

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.\-]*)["']""")
_PROLOG = re.compile(rb"\s*<\?xml[^<>]*\?>")
_CODECS = re.compile(
    r"(?i)^(us-ascii|ascii|latin-?1|iso-8859-\d+|windows-125\d|cp125\d|shift_jis|euc-jp|gb18030|big5)$"
)
"""Single- and multi-byte encodings read where the XML declaration names them; UTF-8 and UTF-16 go without saying."""

_ASIDES = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"), (b"<!DOCTYPE", b">"))
_NAME = r"""[^\s/>="'<&!?]+"""
_TAG = rf"""^(?:/{_NAME}\s*|{_NAME}(?:\s+{_NAME}\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?)>"""
_TAG_BYTES = re.compile(_TAG.encode())
_ATTRIBUTE = re.compile(rf"""({_NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);")
_PADDING = bytes(16)
_BLANK = np.isin(np.arange(256), [9, 10, 13, 32])
_NAME_ENDS = np.isin(np.arange(256), [9, 10, 13, 32, 47, 62])
_LT, _GT, _SLASH, _NEWLINE, _BANG, _QUESTION = b"<>/\n!?"

_Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Tags:
    """Where each tag starts ("<"), ends (">") and how it changes the depth; `data` ends in padding."""

    data: bytes
    starts: _Places
    ends: _Places
    steps: npt.NDArray[np.int8]
    path: Path

    @property
    def bytes(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(self.data, np.uint8)

    def line(self, start: int) -> int:
        return self.data.count(b"\n", 0, start) + 1

    def broken(self, tag: int, what: str) -> FormatError:
        start = int(self.starts[tag])
        return _broken(self.path, self.line(start), self.data[start : start + 80], what)


def elements(source: Source, names: Sequence[str]) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Return the elements of an XML file that bear one of some names, in document order.

    Args:
        source: the file.
        names: names as written in the file.

    Returns:
        (Columns `name`, `line` counted from 1, and `tag`, for `attribute`, `attributes` and `content`; problems of the
        text's encoding.)

    Raises:
        InputError: the file cannot be read.
        FormatError: it is not well-formed, or declares entities.
    """
    data, problems = _utf8(source)
    tags = _tags(data, source.path)
    _check_nesting(tags)
    return _named(tags, names), problems


def attribute(name: str) -> pl.Expr:
    """Return an attribute of each element.

    Args:
        name: the attribute's name.

    Returns:
        An expression over `tag`: raw text, null where the attribute is absent. See `unescaped`.

    Raises:
        Nothing.
    """
    return pl.col("tag").str.extract(rf'\s{re.escape(name)}\s*=\s*"([^"]*)"')


def attributes(rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return elements with some attributes as further columns.

    Where all elements have the same attributes in the same order, as machine-made files do, cutting at the quotation
    marks is several times faster than a search.

    Args:
        rows: elements, with their `tag`.
        names: the attributes' names.

    Returns:
        The same rows with a column of raw text for each name, null where the attribute is absent. See `unescaped`.

    Raises:
        Nothing.
    """
    if rows.is_empty():
        return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in names)
    quotes = rows["tag"][0].count('"')
    cut = rows["tag"].str.split_exact('"', quotes).struct.unnest()
    keys = [cut.to_series(index) for index in range(0, quotes, 2)]
    if not keys or any((key != key[0]).any() for key in keys) or cut.to_series(quotes).null_count():
        return rows.with_columns(attribute(name).alias(name) for name in names)
    found = {key[0].split()[-1].rstrip("= "): 2 * index + 1 for index, key in enumerate(keys)}
    absent = pl.lit(None, pl.String)
    return rows.with_columns((cut.to_series(found[name]) if name in found else absent).alias(name) for name in names)


def plain_attributes(rows: pl.DataFrame, path: Path) -> list[dict[str, str]]:
    """Return all attributes of a few elements, resolved.

    Args:
        rows: elements, with their `line` and `tag`.
        path: named in errors.

    Returns:
        One mapping an element, in the same order.

    Raises:
        FormatError: an attribute refers to an entity of the file's own.
    """
    return [
        {name: _resolved(double or single, path) for name, double, single in _ATTRIBUTE.findall(tag)}
        for tag in rows["tag"]
    ]


def content() -> pl.Expr:
    """Return the text that follows each opening tag.

    Args:
        None.

    Returns:
        An expression over `tag`: raw text up to the next tag. See `unescaped`.

    Raises:
        Nothing.
    """
    return pl.col("tag").str.extract(r'(?s)^(?:[^>"]|"[^"]*")*>(.*)$')


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
    return raw.replace(escaped, pl.Series([_resolved(value, path) for value in escaped], dtype=pl.String))


def _resolved(value: str, path: Path) -> str:
    if "&" in _REFERENCE.sub("", value):
        raise FormatError(
            "the file refers to an entity of its own, which is not followed",
            file=path,
            value=value[:80],
            remedy="Save it from the program that made it.",
        )
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), value)


def _utf8(source: Source) -> tuple[bytes, tuple[Problem, ...]]:
    data = read_bytes(source.path)
    declared = _DECLARED.match(data[:200])
    name = declared[1].decode("ascii") if declared else ""
    if not _CODECS.match(name):
        decoded = decode(data, source.path)
        return decoded.text.encode("utf-8", "replace"), decoded.problems
    try:
        return data.decode(name).encode("utf-8", "replace"), ()
    except UnicodeDecodeError as error:
        raise FormatError(
            f"the file announces {name} but breaks it: {error.reason}",
            file=source.path,
            value=f"byte {error.start}",
            remedy="Save it again as UTF-8.",
        ) from None


def _tags(data: bytes, path: Path) -> _Tags:
    data += _PADDING
    text = np.frombuffer(data, np.uint8)
    starts = np.flatnonzero(text == _LT)
    after = text[starts + 1]
    aside = (after == _BANG) | (after == _QUESTION)
    prolog = _PROLOG.match(data)
    if prolog and aside.sum() == 1:
        starts = starts[1:]
    elif aside.any():
        data, prolog = _without_asides(data, starts[aside], path), None
        text = np.frombuffer(data, np.uint8)
        starts = np.flatnonzero(text == _LT)
    if len(starts) == 0 or data[prolog.end() if prolog else 0 : starts[0]].strip():
        raise _broken(path, 1, data[:80].rstrip(b"\0"), "it does not start with an element")
    ends = _ends(data, starts, path)
    opening = text[starts + 1] != _SLASH
    steps = np.where(opening, 1 - (text[ends - 1] == _SLASH), -1).astype(np.int8)
    return _Tags(data, starts, ends, steps, path)


def _without_asides(data: bytes, places: _Places, path: Path) -> bytes:
    """Take out comments, processing instructions and the document type, turn CDATA into text; keep the line count."""
    kept: list[bytes] = []
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


def _ends(data: bytes, starts: _Places, path: Path) -> _Places:
    """Return where each tag's ">" stands; those that may be quoted or mere text are looked at one by one."""
    marks = np.flatnonzero(np.frombuffer(data, np.uint8) == _GT)
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


def _check_nesting(tags: _Tags) -> None:
    """Raise unless each element is closed by its own name: at any depth, openings and closings take turns."""
    depth = np.cumsum(tags.steps, dtype=np.int64)
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


def _same_names(tags: _Tags, opened: _Places, closed: _Places) -> npt.NDArray[np.bool_]:
    """Return whether each opening tag has the name of its closing tag, compared eight bytes at a time."""
    text = tags.bytes
    length = tags.ends[closed] - tags.starts[closed] - 2
    while (blank := _BLANK[text[tags.starts[closed] + 1 + length]] & (length > 0)).any():
        length = length - blank
    left, right = tags.starts[opened] + 1, tags.starts[closed] + 2
    same = (length > 0) & _NAME_ENDS[text[np.minimum(left + length, len(text) - 1)]]
    for shift in range(0, int(length.max(initial=0)), 8):
        rest = np.flatnonzero(same & (length > shift))
        if len(rest) == 0:
            break
        equal = _words(tags.data, left[rest] + shift) ^ _words(tags.data, right[rest] + shift)
        same[rest] &= (equal & _low_bytes(length[rest] - shift)) == 0
    return same


def _words(data: bytes, places: _Places) -> npt.NDArray[np.uint64]:
    """Return the eight bytes at each place as one number."""
    overlapping = np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))
    return overlapping[np.minimum(places, len(overlapping) - 1)]


def _low_bytes(count: _Places) -> npt.NDArray[np.uint64]:
    full = np.uint64(0xFFFFFFFFFFFFFFFF)
    return full >> (8 * (8 - np.minimum(count, 8))).astype(np.uint64)


def _named(tags: _Tags, names: Sequence[str]) -> pl.DataFrame:
    opening = np.flatnonzero(tags.steps >= 0)
    places = tags.starts[opening] + 1
    words = _words(tags.data, places)
    which = np.full(len(opening), -1)
    for number, name in enumerate(names):
        key = name.encode()
        first = np.frombuffer(key[:8].ljust(8, b"\0"), "<u8")[0]
        same = words == first if len(key) >= 8 else (words & _low_bytes(np.array([len(key)]))[0]) == first
        close = np.flatnonzero(same)
        ends = _NAME_ENDS[tags.bytes[places[close] + len(key)]]
        for word in range(8, len(key), 8):
            part = key[word : word + 8]
            found = _words(tags.data, places[close] + word) & _low_bytes(np.array([len(part)]))[0]
            ends &= found == np.frombuffer(part.ljust(8, b"\0"), "<u8")[0]
        which[close[ends]] = number
    wanted = np.flatnonzero(which >= 0)
    return _table(tags, opening[wanted], pl.Series(list(names), dtype=pl.String)[which[wanted]])


def _table(tags: _Tags, wanted: _Places, names: pl.Series) -> pl.DataFrame:
    starts = tags.starts[wanted]
    stops = np.append(tags.starts[1:], len(tags.data) - len(_PADDING))[wanted]
    cut = [tags.data[start:stop] for start, stop in zip((starts + 1).tolist(), stops.tolist(), strict=True)]
    text = pl.Series("tag", cut, dtype=pl.Binary).cast(pl.String)
    wrong = (~text.str.contains(_TAG)).arg_true()
    if len(wrong):
        raise tags.broken(int(wanted[wrong[0]]), "this is no proper tag")
    newlines = np.flatnonzero(tags.bytes == _NEWLINE)
    lines = (np.searchsorted(newlines, starts) + 1).astype(np.uint32)
    tag = _double_quoted(text) if b"'" in tags.data else text
    return pl.DataFrame({"name": names, "line": lines, "tag": tag})


def _double_quoted(tags: pl.Series) -> pl.Series:
    """Write attributes in double quotes wherever single ones were used, so that one pattern finds them."""
    single = tags.str.contains(r"=\s*'")
    if not single.any():
        return tags
    return pl.Series("tag", [_requoted(tag) if mark else tag for tag, mark in zip(tags, single, strict=True)])


def _requoted(tag: str) -> str:
    def double(match: re.Match[str]) -> str:
        value = match[2] if match[2] is not None else match[3].replace('"', "&quot;")
        return f'{match[1]}="{value}"'

    end = re.match(r"""(?:[^>"']|"[^"]*"|'[^']*')*>""", tag)
    cut = end.end() if end else len(tag)
    return _ATTRIBUTE.sub(double, tag[:cut]) + tag[cut:]


def _broken(path: Path, line: int, found: bytes, what: str) -> FormatError:
    return FormatError(
        f"the XML is broken: {what}",
        file=path,
        row=line,
        value=found.decode("utf-8", "replace").strip() or None,
        remedy="Save it again from the program that made it.",
    )
