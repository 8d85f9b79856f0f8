"""Excel workbooks as rows of texts."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from bowlby.errors import FormatError
from bowlby.records.read import Source

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
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def is_workbook(source: Source) -> bool:
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
    with _open(path) as book:
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
    with _open(path) as book:
        return [head for name in book.sheet_names if (head := _head(book, name, most)) is not None]


def sheets(path: Path, used: Callable[[Rows], bool], most: int) -> list[Rows]:
    """Return the sheets of a workbook that are used, as rows of texts.

    Args:
        path: the workbook.
        used: whether a sheet is, by its first rows; the others are not made into rows.
        most: rows by which that is told.

    Returns:
        As of `first_sheet`, one list a sheet.

    Raises:
        FormatError: the workbook or a sheet that is used is broken, or `check_parts` refuses it.
    """
    with _open(path) as book:
        told = {name: _head(book, name, most) for name in book.sheet_names}
        return [_rows(book, name) for name, head in told.items() if head is None or used(head)]


@contextmanager
def _open(path: Path) -> Generator[ExcelReader]:
    import fastexcel

    check_parts(path)
    try:
        yield fastexcel.read_excel(path)
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
            if entry.filename.startswith("xl/worksheets/"):
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
    """How far a sheet reaches, by the references of its cells."""

    def __init__(self) -> None:
        self._rest = b""
        self._low, self._high = [1 << 30, 1 << 30], [0, 0]

    def widen(self, piece: bytes) -> None:
        """Take in the next piece of the sheet's text."""
        text = self._rest + piece
        self._rest = text[-_LONGEST_REFERENCE:]
        for column, row in set(_REFERENCE.findall(text)):
            for side, number in enumerate((_number(column), int(row))):
                self._low[side] = min(self._low[side], number)
                self._high[side] = max(self._high[side], number)

    @property
    def cells(self) -> int:
        """Cells of the rectangle that holds all of them."""
        sides = [max(0, high - low + 1) for low, high in zip(self._low, self._high, strict=True)]
        return sides[0] * sides[1]


def _number(column: bytes) -> int:
    """Return the number of a column, counted from 1."""
    number = 0
    for letter in column:
        number = 26 * number + letter - 64
    return number
