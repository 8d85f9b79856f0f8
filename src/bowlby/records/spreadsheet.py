"""Tables for people, as csv: no cell is a formula when a spreadsheet opens them."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

_BEGINS_A_FORMULA = r"^[\s\x00]*[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_BEGINS = re.compile(_BEGINS_A_FORMULA.replace(r"\x{", r"\u").replace("}", ""))
_IS_NUMBER = re.compile(_NUMBER, re.ASCII)


def plain_text(cell: str) -> str:
    """Return a text that a spreadsheet takes as text.

    A text that begins as a formula does (= + - @, tab or end of line, also behind blanks or in full width), and is no
    number, gets an apostrophe before it, which spreadsheets take as the sign of text.

    Args:
        cell: the text.

    Returns:
        The same, or with an apostrophe before it.
    """
    return f"'{cell}" if _BEGINS.match(cell) and not _IS_NUMBER.fullmatch(cell) else cell


def without_formulas(table: pl.LazyFrame) -> pl.LazyFrame:
    """Return a table whose texts and column names are `plain_text`.

    Args:
        table: to be written for people.

    Returns:
        The table; its numbers are untouched.
    """
    schema = table.collect_schema()
    return table.select(
        (_plain(name) if kind == pl.String else pl.col(name)).alias(plain_text(name)) for name, kind in schema.items()
    )


def _plain(name: str) -> pl.Expr:
    text = pl.col(name)
    formula = text.str.contains(_BEGINS_A_FORMULA) & ~text.str.contains(_NUMBER.replace(r"\d", "[0-9]"))
    return pl.when(formula).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)


def write_for_people(table: pl.DataFrame, path: str | Path) -> None:
    """Write a table as csv that is safe to open in a spreadsheet.

    Args:
        table: any table.
        path: of the file.

    Raises:
        OSError: it cannot be written.
    """
    without_formulas(table.lazy()).collect().write_csv(path)
