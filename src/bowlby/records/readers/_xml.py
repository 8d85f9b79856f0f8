"""XML elements as a table: checked for form, entities refused, fast enough for a day of LENA.

A document tree of lxml takes twice the whole time that design 6 leaves for a file, and a callback for each element
takes as long. Here the text is cut at "<" and examined column by column. That is exact for XML, in which "<" can stand
nowhere but before a tag once comments, processing instructions and CDATA are gone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from bowlby.errors import FormatError
from bowlby.records.quality import Problem
from bowlby.records.read import Source
from bowlby.records.readers._text import decode, read_bytes

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.\-]*)["']""")
_CODECS = re.compile(
    r"(?i)^(us-ascii|ascii|latin-?1|iso-8859-\d+|windows-125\d|cp125\d|shift_jis|euc-jp|gb18030|big5)$"
)
"""Single- and multi-byte encodings read where the XML declaration names them; UTF-8 and UTF-16 go without saying."""

_ASIDE = re.compile(r"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>|<\?.*?\?>|<!DOCTYPE[^\[<>]*>", re.DOTALL)
_PROLOG = re.compile(r"^\s*<\?xml.*?\?>")
_NAME = r"""[^\s/>="'<&!?]+"""
_TAG = rf"""^(?:/{_NAME}\s*|{_NAME}(?:\s+{_NAME}\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?)>"""
_ATTRIBUTE = re.compile(rf"""({_NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);")


def elements(source: Source, names: Sequence[str]) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Return the elements of an XML file that bear one of some names, in document order.

    Args:
        source: the file.
        names: local names, as written in the file.

    Returns:
        (Columns `name`, `line` counted from 1, `depth` counted from 1 for the root, and `tag`, for `attribute` and
        `content`; problems of the text's encoding.)

    Raises:
        InputError: the file cannot be read.
        FormatError: it is not well-formed, or declares entities.
    """
    text, problems = _text_of(source)
    plain = _without_asides(text, source.path)
    tags = pl.Series("tag", [plain]).str.split("<").explode(empty_as_null=True).to_frame()
    return _checked(tags, source.path, tuple(names)), problems


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


def _text_of(source: Source) -> tuple[str, tuple[Problem, ...]]:
    data = read_bytes(source.path)
    declared = _DECLARED.match(data[:200])
    name = declared[1].decode("ascii") if declared else ""
    if not _CODECS.match(name):
        decoded = decode(data, source.path)
        return decoded.text, decoded.problems
    try:
        return data.decode(name), ()
    except UnicodeDecodeError as error:
        raise FormatError(
            f"the file announces {name} but breaks it: {error.reason}",
            file=source.path,
            value=f"byte {error.start}",
            remedy="Save it again as UTF-8.",
        ) from None


def _without_asides(text: str, path: Path) -> str:
    """Take out comments, processing instructions and the document type, turn CDATA into text; keep the line count."""
    plain = _ASIDE.sub(_aside, text) if "<!" in text or "<?" in text[5:] else _PROLOG.sub("", text, count=1)
    if "<!" in plain:
        what = "declares entities of its own" if "<!DOCTYPE" in plain or "<!ENTITY" in plain else "is broken"
        raise FormatError(
            f"the XML {what}", file=path, remedy="Save it from the program that made it; entities are not followed."
        )
    return plain


def _aside(match: re.Match[str]) -> str:
    if match[1] is None:
        return "\n" * match[0].count("\n")
    return match[1].replace("&", "&amp;").replace("<", "&lt;")


def _checked(tags: pl.DataFrame, path: Path, names: tuple[str, ...]) -> pl.DataFrame:
    first = tags["tag"][0]
    if first is None or first.strip():
        raise _broken(path, 1, first or "", "text before the first element")
    lines = pl.col("tag").str.count_matches("\n", literal=True).cum_sum().shift(1, fill_value=0) + 1
    tags = tags.with_columns(line=lines)[1:]
    wrong = tags.filter(~pl.col("tag").str.contains(_TAG))
    if not wrong.is_empty():
        raise _broken(path, wrong["line"][0], wrong["tag"][0], "no proper tag")
    tags = tags.with_columns(name=_name(), step=_step())
    tags = tags.with_columns(pl.col("name").cast(pl.Categorical), depth=pl.col("step").cum_sum())
    _check_nesting(tags, path)
    found = tags.filter(pl.col("name").is_in(names) & (pl.col("step") >= 0))
    depth = pl.col("depth") + (pl.col("step") == 0)
    return found.select(pl.col("name").cast(pl.String), "line", depth, "tag").with_columns(_double_quoted(found["tag"]))


def _name() -> pl.Expr:
    """Return the name in a tag that is known to be proper; finding its end is faster than a capture."""
    end = pl.col("tag").str.find(r"[^/][\s/>]") + 1
    return pl.col("tag").str.slice(0, end).str.strip_prefix("/")


def _step() -> pl.Expr:
    """Return by how much a tag deepens the nesting."""
    closed = pl.col("tag").str.contains(r"""^(?:[^>"']|"[^"]*"|'[^']*')*/>""")
    return pl.when(pl.col("tag").str.starts_with("/")).then(-1).when(closed).then(0).otherwise(1)


def _check_nesting(tags: pl.DataFrame, path: Path) -> None:
    """Raise unless each element is closed by its own name: at any depth, openings and closings take turns."""
    pairs = tags.filter(pl.col("step") != 0)
    step = pairs["step"].to_numpy()
    level = pairs["depth"].to_numpy() + (step < 0)
    name = pairs["name"].to_physical().to_numpy()
    order = np.argsort(level, kind="stable")
    half = len(order) // 2
    opened, closed = order[0 : 2 * half : 2], order[1 : 2 * half : 2]
    wrong = (step[opened] < 0) | (step[closed] > 0) | (name[opened] != name[closed]) | (level[opened] < 1)
    if wrong.any():
        place = int(max(opened[wrong][0], closed[wrong][0]))
        raise _broken(path, pairs["line"][place], pairs["tag"][place], "elements are not nested")
    if len(order) % 2 or (level == 1).sum() > 2 or len(tags) == 0:
        raise _broken(path, None, "", "an element is not closed; the file may be cut short")


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


def _broken(path: Path, line: int | None, tag: str, what: str) -> FormatError:
    return FormatError(
        f"the XML is broken: {what}",
        file=path,
        row=line,
        value=tag[:80] or None,
        remedy="Save it again from the program that made it.",
    )
