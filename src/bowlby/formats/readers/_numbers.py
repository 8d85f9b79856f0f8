"""Numbers written as text: decimal commas and thousands, read where they can mean one thing only."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from bowlby.records.layout import Timing

_DECIMAL_COMMA = r"^[+-]?[0-9]*,[0-9]+$"
_EITHER_COMMA = r"^[+-]?[1-9][0-9]{0,2},[0-9]{3}$"
"""Such as "1,500": a thousand and a half, or one and a half."""
_EITHER_POINT = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
_THOUSANDS = r"^[+-]?[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+(?:\.[0-9]*)?|(?:[.' \x{a0}\x{202f}][0-9]{3})+(?:,[0-9]*)?)$"


class Comma(StrEnum):
    """What is known about commas in a file's numbers."""

    UNKNOWN = "unknown"
    DECIMAL = "decimal"
    """The program that wrote the file, or the semicolons between its cells, say that a comma stands before decimals."""
    PROVEN = "proven"
    """One of its numbers can be read in no other way, so that a point may part thousands."""


@dataclass(frozen=True)
class Notation:
    """How a file writes numbers.

    Args:
        decimal: the mark before decimals that a codebook states, or None.
        thousands: the mark between thousands that a codebook states, or None.
        comma: what is known of commas where neither is stated.
    """

    decimal: str | None = None
    thousands: str | None = None
    comma: Comma = Comma.UNKNOWN


def notation_of(
    texts: Iterable[pl.Series], stated: Timing | None, comma: Comma = Comma.UNKNOWN, *, own_point: bool = False
) -> Notation:
    """Return how a file writes numbers: as the codebook states, else as its own numbers prove.

    Args:
        texts: all columns of times, as text, without blanks around.
        stated: what the codebook says, or None.
        comma: what is known beforehand.
        own_point: whether the program that wrote the file puts a point before decimals, whatever became of commas.

    Returns:
        The notation.
    """
    if stated is not None and (stated.decimal or stated.thousands):
        other = {",": ".", ".": ","}.get(stated.thousands or "", ".")
        return Notation(stated.decimal or other, stated.thousands)
    proven = any(
        (text.str.contains(_DECIMAL_COMMA) & ~text.str.contains(_EITHER_COMMA)).any(ignore_nulls=True) for text in texts
    )
    if not proven:
        return Notation(comma=comma)
    return Notation(comma=Comma.DECIMAL if own_point else Comma.PROVEN)


def as_numbers(text: pl.Expr, notation: Notation) -> pl.Expr:
    """Return text as numbers.

    Args:
        text: a text expression without blanks around.
        notation: of the file.

    Returns:
        Numbers, null where the text is none or can mean two.
    """
    if notation.decimal is not None:
        return _stated(text, notation.decimal, notation.thousands)
    plain = text.str.replace(r"^([+-]?[0-9]*),([0-9]+)$", "$1.$2").cast(pl.Float64, strict=False)
    match notation.comma:
        case Comma.UNKNOWN:
            return pl.when(~text.str.contains(_EITHER_COMMA)).then(plain)
        case Comma.DECIMAL:
            return plain
        case Comma.PROVEN:
            return pl.when(~text.str.contains(_EITHER_POINT)).then(plain)


def _stated(text: pl.Expr, decimal: str, thousands: str | None) -> pl.Expr:
    if thousands is not None:
        mark, point = re.escape(thousands), re.escape(decimal)
        grouped = text.str.contains(rf"^[+-]?[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+(?:{point}[0-9]*)?$")
        bare = pl.when(~text.str.contains(thousands, literal=True)).then(text)
        text = pl.when(grouped).then(text.str.replace_all(thousands, "", literal=True)).otherwise(bare)
    if decimal == ",":
        text = pl.when(~text.str.contains(".", literal=True)).then(text.str.replace(",", ".", literal=True))
    return text.cast(pl.Float64, strict=False)


def number_of(text: str, notation: Notation) -> float | None:
    """Return one text as `as_numbers` does.

    Args:
        text: without blanks around.
        notation: of the file.

    Returns:
        A finite number, or None.
    """
    if notation == _PROGRAM:
        try:
            value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
        except ValueError:
            return None
    else:
        value = pl.Series("text", [text]).to_frame().select(as_numbers(pl.col("text"), notation)).item()
    return value if value is not None and math.isfinite(value) else None


_PROGRAM = Notation(comma=Comma.DECIMAL)


def notation_of_program(stated: Timing | None) -> Notation:
    """Return how an observation program writes numbers: a point or a comma before decimals, no thousands.

    Args:
        stated: what the codebook says, or None.

    Returns:
        The notation.
    """
    return notation_of((), stated, Comma.DECIMAL)


def is_either(text: object) -> bool:
    """Return whether a text was not read because its mark may part thousands as well as decimals.

    Args:
        text: as it stands in the file.

    Returns:
        True for "1,500" and its like, which only a statement makes clear.
    """
    return (
        isinstance(text, str)
        and re.match(_THOUSANDS.replace(r"\x{a0}\x{202f}", "\xa0\u202f"), text.strip()) is not None
    )


EITHER = "a number may be written with thousands or with decimals: its mark can mean both"
EITHER_REMEDY = 'Say which in the codebook, under [table]: decimal = "," or thousands = ",".'
