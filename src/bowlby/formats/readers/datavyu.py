"""Datavyu projects (.opf): a zip archive whose text member `db` holds columns of cells.

The archive comes from anywhere, so nothing is ever extracted to disk, and size, ratio and member names are checked
before a byte is inflated.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bowlby.errors import FormatError, unreadable
from bowlby.formats.readers._cells import DatavyuCell, cells_as_events
from bowlby.formats.readers._events import in_time
from bowlby.formats.readers._text import decode, lines_of, refuse_long_lines
from bowlby.formats.source import SourceFile
from bowlby.records.record import UncheckedRecord
from bowlby.records.resolution import MILLISECOND

NAME = "datavyu"

LARGEST_BYTES = 100_000_000
"""A day of cells is under 10 MB."""

LARGEST_RATIO = 200
"""Deflated text of cells shrinks 5 to 20 times; a bomb a thousand times."""

_SMALL_BYTES = 1_000_000
_MEMBERS = 1000

_VERSION = re.compile(r"#\s*(\d+)\s*$")
_COLUMN = re.compile(
    r"(?P<name>.*?)\((?P<kind>MATRIX|NOMINAL|TEXT|INTEGER|FLOAT|PREDICATE|UNDEFINED)\s*(?:,[^()]*)?\)"
    r"(?:-(?P<arguments>.*))?$"
)
_CELL = re.compile(
    r"\s*(-?)(\d{1,4}):(\d\d):(\d\d):(\d{1,3}),\s*(-?)(\d{1,4}):(\d\d):(\d\d):(\d{1,3}),(.*)$", re.DOTALL
)
_PIECES = re.compile(r"\\(.)|(,)|([^\\,]+)|(\\)$", re.DOTALL)


def recognises(source: SourceFile) -> bool:
    """Return whether this is a Datavyu project.

    Args:
        source: the file.

    Returns:
        True for a zip archive with a member `db`, in the archive's root or in a folder.
    """
    if not source.head.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(source.path) as archive:
            return any(_is_db(name) for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError):
        return b"db" in source.head and source.path.suffix.lower() == ".opf"


def read(source: SourceFile) -> UncheckedRecord:
    """Return the cells of all columns.

    Args:
        source: the file.

    Returns:
        Events by onset: column as channel, first value as code, further ones as modifiers. An offset of 0, or equal to
        the onset, makes a point. Birth dates, names, comments, coders and transcripts are left out and listed.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is no archive, holds no readable `db`, is a bomb, plays tricks with paths, or breaks the format.
    """
    decoded = decode(_database(source.path), source.path)
    lines = _logical_lines(decoded.text)
    version = _version(lines, source.path)
    cells, columns = _cells(lines, source.path)
    events, uneven, dropped = cells_as_events(cells, source.path, source.keep_private)
    events, late = in_time(events)
    metadata: dict[str, object] = {"datavyu_version": version, "columns": columns, "dropped": dropped}
    return UncheckedRecord(events, metadata=metadata, problems=decoded.problems + uneven + late, resolution=MILLISECOND)


def _is_db(name: str) -> bool:
    return PurePosixPath(name).name == "db" and not name.startswith("__MACOSX/")


def _database(path: Path) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            member = _member(archive, path)
            with archive.open(member) as handle:
                data = handle.read(_allowed(member) + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, UnicodeError):
        raise FormatError(
            "the archive is damaged, encrypted or not a zip", file=path, remedy="Save the project again from Datavyu."
        ) from None
    except OSError as error:
        raise unreadable(error, path) from None
    if len(data) > _allowed(member):
        raise _bomb(path, len(data))
    refuse_long_lines(data, path)
    return data


def _member(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    """Return the entry of the database after everything about the archive has been found safe."""
    entries = archive.infolist()
    if len(entries) > _MEMBERS:
        raise _bomb(path, len(entries), "members")
    for entry in entries:
        if _leads_out(entry.filename):
            raise FormatError(
                "the archive holds a path that leads out of it",
                file=path,
                value=entry.filename,
                remedy="Do not trust this file; save the project again from Datavyu.",
            )
    found = sorted((entry for entry in entries if _is_db(entry.filename)), key=lambda entry: entry.filename.count("/"))
    if not found:
        raise FormatError("the archive holds no `db`", file=path, remedy="Save the project from Datavyu as .opf.")
    if len(found) > 1 and found[1].filename.count("/") == found[0].filename.count("/"):
        raise FormatError(
            "the archive holds several projects", file=path, value=found[1].filename, remedy="Keep one project a file."
        )
    if found[0].file_size > _allowed(found[0]):
        raise _bomb(path, found[0].file_size)
    return found[0]


def _allowed(entry: zipfile.ZipInfo) -> int:
    return min(LARGEST_BYTES, max(_SMALL_BYTES, LARGEST_RATIO * entry.compress_size))


def _leads_out(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return ".." in parts or name.startswith(("/", "\\")) or bool(re.match(r"[A-Za-z]:[\\/]", name))


def _bomb(path: Path, size: int, what: str = "bytes") -> FormatError:
    return FormatError(
        f"the archive would unpack to far more than a project holds ({what})",
        file=path,
        value=size,
        remedy=f"Do not trust this file; projects stay under {LARGEST_BYTES} bytes and a ratio of {LARGEST_RATIO}.",
    )


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Return (line number, line) with lines put together whose line break was escaped by a backslash."""
    lines: list[tuple[int, str]] = []
    parts: list[str] = []
    for number, line in enumerate(lines_of(text), start=1):
        escaped = (len(line) - len(line.rstrip("\\"))) % 2 == 1
        parts.append(line[:-1] if escaped else line)
        if not escaped:
            lines.append((number - len(parts) + 1, "\n".join(parts)))
            parts = []
    return [*lines, *([(len(lines) + 1, "\n".join(parts))] if parts else [])]


def _version(lines: list[tuple[int, str]], path: Path) -> int | None:
    """Return the version in the first line, and take that line away; the oldest projects have none."""
    first = lines[0][1].strip() if lines else ""
    match = _VERSION.match(first)
    if match:
        del lines[0]
        return int(match[1])
    if _COLUMN.match(first):
        return None
    raise FormatError(
        "the project does not start with its version",
        file=path,
        row=1,
        value=first[:60],
        remedy="Open it in Datavyu and save it again.",
    )


def _cells(lines: list[tuple[int, str]], path: Path) -> tuple[list[DatavyuCell], dict[str, list[str]]]:
    cells: list[DatavyuCell] = []
    columns: dict[str, list[str]] = {}
    column, names = "", ()
    for row, line in lines:
        times = _CELL.match(line)
        header = None if times else _COLUMN.match(line)
        if times and column:
            onset, offset = _milliseconds(times.groups()[:5]), _milliseconds(times.groups()[5:10])
            cells.append(DatavyuCell(column, names, tuple(_values(times[11])), onset, offset, row))
        elif header:
            column, names = header["name"].strip(), _argument_names(header["arguments"])
            columns[column] = list(names)
        elif line.strip():
            raise FormatError(
                "this line is neither a column nor a cell",
                file=path,
                row=row,
                value=line[:60],
                remedy="Open the project in Datavyu and save it again.",
            )
    return cells, columns


def _argument_names(text: str | None) -> tuple[str, ...]:
    """Return argument names of "hand|NOMINAL,look|NOMINAL"; a column of one plain value has the argument "value"."""
    if not text:
        return ("value",)
    return tuple(part.split("|")[0].strip() for part in text.split(","))


def _milliseconds(parts: tuple[str, ...]) -> int:
    sign, *digits = parts
    hours, minutes, seconds, thousandths = map(int, digits)
    return (-1 if sign else 1) * (((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths)


def _values(text: str) -> Iterator[str]:
    """Yield the values of "(a,b\\,c)"; a backslash keeps the next character from its meaning."""
    body = text.strip()
    if body.startswith("(") and body.endswith(")"):
        body = body[1:-1]
    value: list[str] = []
    for escaped, comma, plain, last in _PIECES.findall(body):
        if comma:
            yield "".join(value)
            value = []
        else:
            value.append(escaped or plain or last)
    yield "".join(value)
