"""Bytes to text: what every text format needs and none says clearly."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bowlby.errors import FormatError, unreadable
from bowlby.formats.source import SourceFile
from bowlby.records.quality import Problem, ProblemKind, problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte-order marks; UTF-32's little-endian mark begins with UTF-16's and so stands before it."""

_SAMPLE = 4096
LONGEST_LINE = 1 << 20
"""Bytes of one line of a format made of lines; the longest lines of coding are transcripts of some thousand."""


_SEPARATOR = re.compile(r'[ \t]*"?sep=(\t|[^\s"])"?[ \t,;]*(?=[\r\n]|$)', re.IGNORECASE)
"""Excel's own first line, which says how cells are parted and is no row of the table."""


@dataclass(frozen=True)
class DecodedText:
    """A file's text.

    Args:
        text: the characters, without a byte-order mark; line ends as they stand in the file.
        encoding: what it was read as.
        problems: says so where the encoding had to be assumed.
        delimiter: the character between cells that Excel's first line states, or None; the line itself is left empty.
    """

    text: str
    encoding: str
    problems: tuple[Problem, ...] = ()
    delimiter: str | None = None


def decode(data: bytes, path: Path | None = None) -> DecodedText:
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
        return _without_separator(data[mark:].decode(encoding), encoding)
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
    return _without_separator(data.decode("latin-1"), "latin-1", _assumed_latin(data))


def _without_separator(text: str, encoding: str, problems: tuple[Problem, ...] = ()) -> DecodedText:
    stated = _SEPARATOR.match(text)
    if stated is None:
        return DecodedText(text, encoding, problems)
    return DecodedText(text[stated.end() :], encoding, problems, stated[1])


def stated_delimiter(source: SourceFile) -> str | None:
    """Return the character between cells that Excel's first line states.

    Args:
        source: the file.

    Returns:
        The character, or None where the file does not begin with such a line.
    """
    encoding, mark = announced(source.head)
    stated = _SEPARATOR.match(source.head[mark : mark + _SAMPLE].decode(encoding, errors="ignore"))
    return None if stated is None else stated[1]


def read_text(source: SourceFile) -> DecodedText:
    """Return the whole text of a file made of lines.

    Args:
        source: the file.

    Returns:
        The text and how it was read.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is not text, or a line is too long.
    """
    return decode(read_lines(source.path), source.path)


def read_lines(path: Path) -> bytes:
    """Return the whole content of a file made of lines.

    Args:
        path: the file.

    Returns:
        Its bytes.

    Raises:
        InputError: the file cannot be read.
        FormatError: a line is longer than `LONGEST_LINE`.
    """
    data = read_bytes(path)
    refuse_long_lines(data, path)
    return data


def refuse_long_lines(data: bytes, path: Path) -> None:
    """Refuse text with a line of more than `LONGEST_LINE`; it looks at the end of each such stretch alone.

    Args:
        data: a whole text, in any encoding.
        path: named in the error.

    Raises:
        FormatError: a line is too long.
    """
    start = 0
    while len(data) - start > LONGEST_LINE:
        stop = start + LONGEST_LINE + 1
        end = max(data.rfind(b"\n", start, stop), data.rfind(b"\r", start, stop))
        if end < 0:
            raise FormatError(
                f"a line is longer than {LONGEST_LINE} bytes",
                file=path,
                row=max(data.count(b"\n", 0, start), data.count(b"\r", 0, start)) + 1,
                remedy="Look for lines that were joined, or export the coding again.",
            )
        start = end + 1


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
def head_text(source: SourceFile) -> str:
    """Return the first 64 KiB as text for recognition, whatever the bytes are; every reader asks for it.

    Args:
        source: the file.

    Returns:
        Text without a byte-order mark and without Excel's line "sep=;"; characters cut at the end or not decodable are
        left out.
    """
    encoding, mark = announced(source.head)
    return _without_separator(source.head[mark:].decode(encoding, errors="ignore"), encoding).text


def announced(data: bytes) -> tuple[str, int]:
    """Return the encoding that bytes announce by their mark or their zero bytes, and the length of the mark.

    UTF-16 without a mark shows in text of any European language as a zero in every second byte.

    Args:
        data: a file or its beginning.

    Returns:
        (Python codec name, bytes to skip); UTF-8 where nothing else is announced.
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
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def _assumed_latin(data: bytes) -> tuple[Problem, ...]:
    lines = ((number, line) for number, line in enumerate(data.splitlines(), start=1) if not line.isascii())
    return problem(
        ProblemKind.ENCODING_ASSUMED,
        [f"line {number}, read as Latin-1: {line[:60].decode('latin-1').strip()}" for number, line in lines],
    )
