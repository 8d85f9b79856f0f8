"""Excel workbooks as rows of texts."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from bowlby.errors import FormatError
from bowlby.formats.source import SourceFile

if TYPE_CHECKING:
    from fastexcel import ExcelReader

MAGIC = b"PK\x03\x04"
_LARGEST = 256 * 2**20
"""Unpacked bytes a workbook may hold: more than any coding session, less than a zip bomb."""

_MOST_CELLS = 4_000_000
"""Cells of all sheets, empty ones within their extent among them: a hundred thousand rows of forty columns."""

_MOST_PARTS = 2000
_PIECE = 1 << 20
_LONGEST_REFERENCE = 16
_LONGEST_TAG = 4096
_SHEET = b"sheetData"
_ROW_END = re.compile(rb"</([A-Za-z_][\w.-]{0,30}:)?row\s*>|<([A-Za-z_][\w.-]{0,30}:)?row(?:\s[^<>]{0,4000})?/>")
"""The end of a row of a sheet, or an empty row."""

_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def is_workbook(source: SourceFile) -> bool:
    """Return whether a file is a zip archive with an Excel workbook in it.

    Args:
        source: the file.

    Returns:
        True for .xlsx content, whatever the name.
    """
    if not source.head.startswith(MAGIC):
        return False
    try:
        with zipfile.ZipFile(source.path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


Rows = list[list[str]]


def first_sheet(path: Path, most: int | None = None) -> Rows:
    """Return the first sheet of a workbook as rows of texts; no other is looked at.

    Args:
        path: the workbook.
        most: rows that are returned, None for all.

    Returns:
        Rows of the sheet's width, "" where a cell is empty; none where the workbook has no sheet.

    Raises:
        FormatError: the workbook is broken, or `check_parts` refuses it.
    """
    check_parts(path)
    with _open(path, most) as book:
        return _rows(book, book.sheet_names[0], most) if book.sheet_names else []


def heads(path: Path, most: int) -> list[Rows]:
    """Return the first rows of each sheet that can be read, for recognition.

    Args:
        path: the workbook.
        most: rows of each.

    Returns:
        As of `first_sheet`, one list a sheet.

    Raises:
        FormatError: the workbook is broken, or `check_parts` refuses it.
    """
    check_parts(path)
    with _open(path, most) as book:
        return [head for name in book.sheet_names if (head := _head(book, name, most)) is not None]


def sheets(path: Path, used: Callable[[Rows], bool], most: int) -> list[Rows]:
    """Return the sheets of a workbook that are used, as rows of texts.

    Args:
        path: the workbook.
        used: whether a sheet is, by its first rows; of the others no more is looked at.
        most: rows by which that is judged.

    Returns:
        As of `first_sheet`, one list a sheet.

    Raises:
        FormatError: the workbook or a sheet that is used is broken, or `check_parts` refuses it.
    """
    check_parts(path)
    with _open(path, most) as book:
        told = {name: _head(book, name, most) for name in book.sheet_names}
    with _open(path) as book:
        return [_rows(book, name) for name, head in told.items() if head is None or used(head)]


@contextmanager
def _open(path: Path, most: int | None = None) -> Generator[ExcelReader]:
    """Open a workbook whose parts were checked; each sheet is parsed when it is asked for, and whole.

    Args:
        path: the workbook.
        most: rows after which all sheets are cut off before anything is parsed, None for none.
    """
    import fastexcel

    try:
        yield fastexcel.read_excel(path if most is None else _beginnings(path, most))
    except fastexcel.FastExcelError as error:
        first = str(error).splitlines()[0]
        raise FormatError(f"the workbook cannot be read: {first}", file=path, remedy="Save it again.") from None
    except BaseException as error:
        # A panic in the Rust reader is no Exception, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise FormatError("the workbook is damaged", file=path, remedy="Save it again.") from None


def _head(book: ExcelReader, name: str, most: int) -> Rows | None:
    """Return the first rows of a sheet, None where it is broken."""
    import fastexcel

    try:
        return _rows(book, name, most)
    except fastexcel.FastExcelError:
        return None


def _rows(book: ExcelReader, name: str, most: int | None = None) -> Rows:
    sheet = book.load_sheet(name, header_row=None, dtypes="string", skip_rows=0, n_rows=most)
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.to_polars().rows()]


def _beginnings(path: Path, most: int) -> bytes:
    """Return a workbook of the first rows of each sheet.

    The library parses a whole sheet for its first row. Where the end of a row is not found, as in text of another
    encoding or in a broken sheet, the sheet stays as it is.
    """
    held = io.BytesIO()
    with (
        path.open("rb") as file,
        zipfile.ZipFile(file) as archive,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
    ):
        for entry in archive.infolist():
            out.writestr(entry.filename, _beginning(_unpacked(file, entry), most))
    return held.getvalue()


def _beginning(pieces: Iterator[bytes], most: int) -> bytes:
    """Return a part whole, or a sheet up to the end of one of its rows."""
    text, rows, place = bytearray(), 0, 0
    for piece in pieces:
        text += piece
        for found in _ROW_END.finditer(text, place):
            rows, place = rows + 1, found.end()
            if rows == most and _SHEET in text:
                prefix = found[1] or found[2] or b""
                return bytes(text[:place]) + b"</%ssheetData></%sworksheet>" % (prefix, prefix)
        place = max(place, len(text) - _LONGEST_TAG)
    return bytes(text)


def check_parts(path: Path) -> None:
    """Refuse a workbook that would take more than a workbook of coding can, before it is read.

    Sizes are counted while parts are unpacked here and forgotten; what the archive says of them is not believed, and
    neither is what a sheet says of its own extent.

    Args:
        path: the workbook.

    Raises:
        FormatError: it is damaged, lies about its sizes, has a part twice, or is too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if len(entries) > _MOST_PARTS or len(set(names)) < len(names):
                raise _too_large(path, "has more parts than a workbook, or one of them twice", len(entries))
            with path.open("rb") as file:
                _check_unpacked(path, file, entries)
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, struct.error) as error:
        raise FormatError(f"the workbook is damaged: {error}", file=path, remedy="Save it again.") from None


def _check_unpacked(path: Path, file: BinaryIO, entries: Sequence[zipfile.ZipInfo]) -> None:
    total = cells = 0
    for entry in entries:
        extent = _Extent()
        size = 0
        for piece in _unpacked(file, entry):
            size += len(piece)
            if total + size > _LARGEST:
                raise _too_large(path, f"unpacks to more than {_LARGEST >> 20} MiB", entry.filename)
            extent.widen(piece)
        if size != entry.file_size:
            raise _too_large(path, "says a wrong size of one of its parts", entry.filename)
        total += size
        cells += extent.cells
        if cells > _MOST_CELLS:
            raise _too_large(path, f"has sheets of more than {_MOST_CELLS} cells", entry.filename)


def _too_large(path: Path, what: str, value: object) -> FormatError:
    return FormatError(
        f"the workbook {what}",
        file=path,
        value=value,
        remedy="Delete empty rows and columns beyond the table, save it again, and keep one session a file.",
    )


def _unpacked(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the content of a part as it unpacks, whatever its size is said to be."""
    file.seek(entry.header_offset)
    name, extra = struct.unpack("<26xHH", file.read(30))
    file.seek(name + extra, 1)
    left = entry.compress_size
    packer = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    if packer is None and entry.compress_type != zipfile.ZIP_STORED:
        raise NotImplementedError("a part is packed in a way that workbooks are not")
    while left > 0 and (packed := file.read(min(left, _PIECE))):
        left -= len(packed)
        if packer is None:
            yield packed
            continue
        while packed:
            yield packer.decompress(packed, _PIECE)
            packed = packer.unconsumed_tail


class _Extent:
    """How far a sheet reaches, by the references of its cells; any part may be one, whatever its name."""

    def __init__(self) -> None:
        self._rest, self._is_sheet = b"", False
        self._low, self._high = [1 << 30, 1 << 30], [0, 0]

    def widen(self, piece: bytes) -> None:
        """Take in the next piece of the sheet's text."""
        text = self._rest + piece
        self._is_sheet = self._is_sheet or _SHEET in text
        self._rest = text[-_LONGEST_REFERENCE:]
        for column, row in set(_REFERENCE.findall(text)):
            for side, number in enumerate((_number(column), int(row))):
                self._low[side] = min(self._low[side], number)
                self._high[side] = max(self._high[side], number)

    @property
    def cells(self) -> int:
        """Cells of the rectangle that holds all of them; none where the part is no sheet."""
        if not self._is_sheet:
            return 0
        sides = [max(0, high - low + 1) for low, high in zip(self._low, self._high, strict=True)]
        return sides[0] * sides[1]


def _number(column: bytes) -> int:
    """Return the number of a column, counted from 1."""
    number = 0
    for letter in column:
        number = 26 * number + letter - 64
    return number
