"""Elements of an XML file as a table: for formats whose elements say in attributes all that there is to say."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from bowlby.formats.readers._xml import NAME, TAG, Places, Tags, tags_named, well_formed
from bowlby.formats.source import SourceFile
from bowlby.records.quality import Problem

_ATTRIBUTE = re.compile(rf"""({NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def elements(source: SourceFile, names: Sequence[str]) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Return the elements of an XML file that bear one of some names, in document order.

    Args:
        source: the file.
        names: names as written in the file.

    Returns:
        (Columns `name`, `line` counted from 1, and `tag`, for `attribute`; problems of the text's encoding.)

    Raises:
        InputError: the file cannot be read.
        FormatError: it is not well-formed, or declares entities.
    """
    tags, problems = well_formed(source)
    places, kinds = tags_named(tags, names)
    return _table(tags, places, pl.Series(list(names), dtype=pl.String)[kinds]), problems


def attribute(name: str) -> pl.Expr:
    """Return an attribute of each element.

    Args:
        name: the attribute's name.

    Returns:
        An expression over `tag`: raw text, null where the attribute is absent.
    """
    return pl.col("tag").str.extract(rf'\s{re.escape(name)}\s*=\s*"([^"]*)"')


def _table(tags: Tags, wanted: Places, names: pl.Series) -> pl.DataFrame:
    spans = zip((tags.starts[wanted] + 1).tolist(), (tags.ends[wanted] + 1).tolist(), strict=True)
    data = bytes(tags.data)
    text = pl.Series("tag", [data[start:stop] for start, stop in spans], dtype=pl.Binary).cast(pl.String)
    wrong = (~text.str.contains(TAG)).arg_true()
    if len(wrong):
        raise tags.broken(int(wanted[wrong[0]]), "this is no proper tag")
    tag = _double_quoted(text) if b"'" in tags.data else text
    return pl.DataFrame({"name": names, "line": tags.lines(wanted), "tag": tag})


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

    return _ATTRIBUTE.sub(double, tag)
