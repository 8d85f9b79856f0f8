"""Bytes to text and clock times to seconds: what every text format needs and none says clearly."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from bowlby.errors import FormatError, unreadable
from bowlby.records.quality import Problem, ProblemKind, problem
from bowlby.records.read import Source

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte-order marks; UTF-32's little-endian mark begins with UTF-16's and so stands before it."""

_SAMPLE = 4096
_CLOCK = r"^[ \t]*(-?)(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-5]?[0-9])(?:[.,]([0-9]{1,9})|:([0-9]{3}))?[ \t\r]*$"


@dataclass(frozen=True)
class Decoded:
    """A file's text.

    Args:
        text: the characters, without a byte-order mark; line ends as they stand in the file.
        encoding: what it was read as.
        problems: says so where the encoding had to be assumed.
    """

    text: str
    encoding: str
    problems: tuple[Problem, ...] = ()


def decode(data: bytes, path: Path | None = None) -> Decoded:
    """Return bytes as text: by byte-order mark, as UTF-16 without one, as UTF-8, else as Latin-1 with a problem.

    Args:
        data: a whole file.
        path: named in errors.

    Returns:
        The text and how it was read.

    Raises:
        FormatError: the bytes are not text in the encoding they announce, or not text at all.
    """
    encoding, mark = announced(data)
    try:
        return Decoded(data[mark:].decode(encoding), encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8" or mark:
            raise FormatError(
                f"the file announces {encoding} but breaks it: {error.reason}",
                file=path,
                value=f"byte {error.start + mark}",
                remedy="Save it again as UTF-8.",
            ) from None
    if b"\x00" in data:
        raise FormatError("this is not a text file", file=path, remedy="Export the coding as text.")
    return Decoded(data.decode("latin-1"), "latin-1", _assumed_latin(data))


def read_text(source: Source) -> Decoded:
    """Return the whole text of a file.

    Args:
        source: the file.

    Returns:
        The text and how it was read.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is not text.
    """
    return decode(read_bytes(source.path), source.path)


def read_bytes(path: Path) -> bytes:
    """Return the whole content of a file.

    Args:
        path: the file.

    Returns:
        Its bytes.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(error, path) from None


@lru_cache(maxsize=1)
def head_text(source: Source) -> str:
    """Return the first 64 KiB as text for recognition, whatever the bytes are; every reader asks for it.

    Args:
        source: the file.

    Returns:
        Text without a byte-order mark; characters cut at the end or not decodable are left out.

    Raises:
        Nothing.
    """
    encoding, mark = announced(source.head)
    return source.head[mark:].decode(encoding, errors="ignore")


def announced(data: bytes) -> tuple[str, int]:
    """Return the encoding that bytes announce by their mark or their zero bytes, and the length of the mark.

    UTF-16 without a mark shows in text of any European language as a zero in every second byte.

    Args:
        data: a file or its beginning.

    Returns:
        (Python codec name, bytes to skip); UTF-8 where nothing else is announced.

    Raises:
        Nothing.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    sample = data[:_SAMPLE]
    half = max(1, len(sample) // 2)
    even, odd = sample[::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.5 and even < 0.1:
        return "utf-16-le", 0
    if even > 0.5 and odd < 0.1:
        return "utf-16-be", 0
    return "utf-8", 0


def lines_of(text: str) -> list[str]:
    """Return lines as editors count them: only carriage returns and line feeds end one.

    Args:
        text: any text.

    Returns:
        Lines without their ends. Other separators, such as U+2028 in a transcript, stay inside a line.

    Raises:
        Nothing.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def clock_seconds(text: str) -> float | None:
    """Return a clock time in seconds: [HH:]MM:SS, with a fraction after "." or "," or ":mmm" milliseconds.

    Args:
        text: such as "00:01:02.5", "01:02,500" or "00:01:02:500"; a leading minus is kept.

    Returns:
        Seconds, or None where the text is no clock time. Frame counts ("00:01:02:12") are none.

    Raises:
        Nothing.
    """
    match = re.match(_CLOCK, text)
    if match is None or (match[2] is not None and int(match[3]) > 59):
        return None
    hours, minutes, seconds = int(match[2] or 0), int(match[3]), int(match[4])
    fraction = float(f"0.{match[5] or match[6] or 0}")
    return (-1 if match[1] else 1) * (hours * 3600 + minutes * 60 + seconds + fraction)


def clock_expression(text: pl.Expr) -> pl.Expr:
    """Return the vectorised form of `clock_seconds`.

    Args:
        text: a text expression.

    Returns:
        Seconds, null where the text is no clock time.

    Raises:
        Nothing.
    """

    def part(index: int) -> pl.Expr:
        return text.str.extract(_CLOCK, index)

    minutes = part(3).cast(pl.Float64)
    fraction = pl.concat_str(pl.lit("0."), pl.coalesce(part(5), part(6), pl.lit("0"))).cast(pl.Float64)
    total = part(2).cast(pl.Float64).fill_null(0) * 3600 + minutes * 60 + part(4).cast(pl.Float64) + fraction
    signed = pl.when(part(1) == "-").then(-total).otherwise(total)
    return pl.when(part(2).is_null() | (minutes <= 59)).then(signed)


def _assumed_latin(data: bytes) -> tuple[Problem, ...]:
    lines = ((number, line) for number, line in enumerate(data.splitlines(), start=1) if not line.isascii())
    return problem(
        ProblemKind.ENCODING_ASSUMED,
        [f"line {number}, read as Latin-1: {line[:60].decode('latin-1').strip()}" for number, line in lines],
    )
