"""Delimited text as a table of texts: which character divides the cells, and which row breaks the table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers._header import is_data
from bowlby.formats.readers._text import decode, head_text, read_lines, stated_delimiter
from bowlby.formats.source import SourceFile
from bowlby.records.quality import Problem

DELIMITERS = (",", "\t", ";", "|")
_LONGEST_CELL = 1 << 24
LONGEST_NAME = 10_000
MOST_COLUMNS = 10_000
"""Columns of a table; what codes hold is a column each in the widest exports there are, and those have hundreds."""
_TO_THE_END = re.compile("[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*")
"""Up to what `str.splitlines` takes for the end of a line; to split all lines for one takes as long as all else."""


@dataclass(frozen=True)
class Cells:
    """A table as it stands in the file.

    Args:
        frame: text columns, null where a cell is empty; the header is not a row of it.
        first_row: file row of the frame's first row, counted from 1.
        delimiter: the character between cells.
        problems: an encoding that had to be assumed.
        trimmed: True where no text can begin or end with a blank.
    """

    frame: pl.DataFrame
    first_row: int
    delimiter: str
    problems: tuple[Problem, ...] = ()
    trimmed: bool = False


def delimiter_of(line: str) -> str:
    """Return the character that divides most cells of a line, commas first on a tie.

    Args:
        line: usually the header.

    Returns:
        One of comma, tab, semicolon and bar; a comma where none occurs.
    """
    if '"' not in line:
        return max(DELIMITERS, key=line.count)
    return max(DELIMITERS, key=lambda mark: len(split_line(line, mark)))


def split_line(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line, quotes taken off, blanks around them too.

    Args:
        line: without its line end.
        delimiter: one character.

    Returns:
        At least one cell; a line that the csv module refuses is one cell.
    """
    if '"' not in line:
        return [cell.strip() for cell in line.split(delimiter)] if line else []
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [""])]
    except csv.Error:
        return [line.strip()]


def header_of(source: SourceFile) -> list[str]:
    """Return the cells of the first line that is not blank, for recognition.

    Args:
        source: the file.

    Returns:
        Column names; empty text stays in its place.
    """
    return split_line(header_line(source), delimiter_in(source))


def delimiter_in(source: SourceFile) -> str:
    """Return the character between a file's cells: as Excel's first line states, else as its header shows.

    Args:
        source: the file.

    Returns:
        One character.
    """
    return stated_delimiter(source) or delimiter_of(header_line(source))


@lru_cache(maxsize=1)
def header_line(source: SourceFile) -> str:
    """Return the first line that is not blank; every reader of tables asks for it.

    Args:
        source: the file.

    Returns:
        The line without its end, empty where the first 64 KiB hold none.
    """
    text = head_text(source)
    filled = len(text) - len(text.lstrip())
    if filled == len(text):
        return ""
    indent = f"{text[:filled]}|".splitlines()[-1][:-1]
    return indent + cast(re.Match[str], _TO_THE_END.match(text, filled))[0]


def header_row(source: SourceFile) -> int:
    """Return the row of a file in which its header stands: below blank lines, and below Excel's own line.

    Args:
        source: the file.

    Returns:
        Counted from 1.
    """
    text = line_feeds(head_text(source))
    return text.removesuffix(text.lstrip("\r\n")).count("\n") + 1


def read_cells(source: SourceFile) -> Cells:
    """Return a delimited file with a header row as texts.

    Args:
        source: the file.

    Returns:
        Its cells under the stripped column names.

    Raises:
        FormatError: a row has more cells than the header, a quote is never closed, or a column name occurs twice.
    """
    decoded = decode(read_lines(source.path), source.path)
    text = line_feeds(decoded.text)
    lines = text.lstrip("\r\n").split("\n", 1)
    skipped = text[: len(text) - len(text.lstrip("\r\n"))].count("\n")
    delimiter = decoded.delimiter or delimiter_of(lines[0].rstrip("\r"))
    names = split_line(lines[0].rstrip("\r"), delimiter)
    check_names(names, source)
    body = lines[1] if len(lines) > 1 else ""
    frame = parse(body.encode(), delimiter, names, source, skipped + 2)
    return Cells(frame, skipped + 2, delimiter, decoded.problems)


def line_feeds(text: str) -> str:
    """Return text whose lines end as every table reader expects, also where they ended in carriage returns alone.

    Args:
        text: any text.

    Returns:
        The same, unless it has carriage returns and no line feed.
    """
    return text if "\n" in text else text.replace("\r", "\n")


def parse(body: bytes, delimiter: str, names: Sequence[str], source: SourceFile, first_row: int) -> pl.DataFrame:
    """Return header-less delimited text as a frame of texts.

    Args:
        body: UTF-8.
        delimiter: one character.
        names: column names.
        source: named in errors.
        first_row: file row of the first row, counted from 1.

    Returns:
        One text column a name; blank cells are null.

    Raises:
        FormatError: a row does not fit the header, or a quote is never closed.
    """
    if not body.strip():
        return pl.DataFrame(schema={name: pl.String() for name in names})
    # A header of our own, as wide as the file's, since without one Polars takes the first row for the width.
    numbers = [str(number) for number in range(len(names))]
    headed = delimiter.join(numbers).encode() + b"\n" + body
    try:
        frame = pl.read_csv(io.BytesIO(headed), separator=delimiter, infer_schema=False)
        return frame.rename(dict(zip(numbers, names, strict=True)))
    except pl.exceptions.PolarsError:
        raise _misfit(body, delimiter, len(names), source, first_row) from None


def parse_utf8(body: bytes, delimiter: str, names: Sequence[str], source: SourceFile, first_row: int) -> pl.DataFrame:
    """Return header-less delimited bytes that must be UTF-8 as a frame of texts.

    Args:
        body: bytes.
        delimiter: one character.
        names: column names.
        source: named in errors.
        first_row: file row of the first row, counted from 1.

    Returns:
        One text column a name.

    Raises:
        FormatError: as `parse`, or the bytes are not UTF-8.
    """
    try:
        body.decode()
    except UnicodeDecodeError as error:
        row = first_row + body[: error.start].count(b"\n")
        raise FormatError("the table is not UTF-8", file=source.path, row=row, remedy="Save it as UTF-8.") from None
    return parse(body, delimiter, names, source, first_row)


def check_names(names: Sequence[str], source: SourceFile, row: int | None = None) -> None:
    """Refuse a header that is too wide, or in which a name occurs twice.

    Args:
        names: column names.
        source: named in errors.
        row: in which the header stands, or None where it is the first that is not blank.

    Raises:
        FormatError: a name occurs twice or is too long, or there are more than `MOST_COLUMNS`.
    """
    row = header_row(source) if row is None else row
    check_width(len(names), source, row)
    long = next((name for name in names if len(name) > LONGEST_NAME), None)
    if long is not None:
        raise FormatError(
            f"a column's name has more than {LONGEST_NAME} characters",
            file=source.path,
            row=row,
            value=long[:60],
            remedy="Check that the first row names the columns, and that rows end in line ends.",
        )
    seen: set[str] = set()
    twice = next((name for name in names if name in seen or seen.add(name)), None)
    if twice is None:
        return
    if is_data(names):
        raise no_header(names, source)
    raise FormatError(
        "two columns have the same name", file=source.path, row=row, column=twice, remedy="Rename one of them."
    )


def no_header(names: Sequence[str], source: SourceFile) -> FormatError:
    """Return the error for a table whose first line holds values.

    Args:
        names: cells of the first line.
        source: the file.

    Returns:
        The error, with what to write into a codebook.
    """
    return FormatError(
        "the first line is no header",
        file=source.path,
        row=header_row(source),
        value=", ".join(names)[:60],
        remedy='Write header = false under [table] and columns by their place (onset = "1"), or export with a header.',
    )


def check_width(columns: int, source: SourceFile, row: int) -> None:
    """Refuse a table of more columns than `MOST_COLUMNS`.

    Args:
        columns: how many there are.
        source: named in errors.
        row: in which the header stands.

    Raises:
        FormatError: there are more.
    """
    if columns > MOST_COLUMNS:
        raise FormatError(
            f"the table has more than {MOST_COLUMNS} columns",
            file=source.path,
            row=row,
            value=columns,
            remedy="Export one event a row; check that rows end in line ends.",
        )


def _misfit(body: bytes, delimiter: str, width: int, source: SourceFile, first_row: int) -> FormatError:
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(io.StringIO(body.decode(), newline=""), delimiter=delimiter, strict=True)
    number = first_row
    try:
        for number, cells in enumerate(rows, start=first_row):
            if len(cells) > width:
                return FormatError(
                    f"a row has {len(cells)} cells, the header {width}",
                    file=source.path,
                    row=number,
                    value=cells[width][:60],
                    remedy="Quote cells that hold the delimiter, or export again.",
                )
    except csv.Error as error:
        return FormatError(
            f"a row cannot be divided into cells: {error}",
            file=source.path,
            row=number + 1,
            remedy="Look for a quotation mark that is never closed.",
        )
    return FormatError("the table cannot be read", file=source.path, remedy="Export it again as UTF-8 csv.")
