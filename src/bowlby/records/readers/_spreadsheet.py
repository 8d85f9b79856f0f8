"""Excel workbooks as rows of texts."""

from __future__ import annotations

import zipfile
from pathlib import Path

from bowlby.errors import FormatError
from bowlby.records.read import Source

MAGIC = b"PK\x03\x04"
_LARGEST = 512 * 2**20
"""Uncompressed bytes a workbook may hold: more than any coding session, less than a zip bomb."""


def is_workbook(source: Source) -> bool:
    """Return whether a file is a zip archive with an Excel workbook in it.

    Args:
        source: the file.

    Returns:
        True for .xlsx content, whatever the name.

    Raises:
        Nothing.
    """
    if not source.head.startswith(MAGIC):
        return False
    try:
        with zipfile.ZipFile(source.path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def sheets(path: Path) -> dict[str, list[list[str]]]:
    """Return every sheet of a workbook as rows of texts.

    Args:
        path: the workbook.

    Returns:
        Sheet name to rows; each row has the sheet's width, "" where a cell is empty.

    Raises:
        FormatError: the workbook is broken or unpacks to more than 512 MiB.
    """
    import fastexcel

    _check_size(path)
    try:
        book = fastexcel.read_excel(path)
        return {name: _rows(book, name) for name in book.sheet_names}
    except fastexcel.FastExcelError as error:
        first = str(error).splitlines()[0]
        raise FormatError(f"the workbook cannot be read: {first}", file=path, remedy="Save it again.") from None
    except BaseException as error:
        # A panic in the Rust reader is no Exception, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise FormatError("the workbook is damaged", file=path, remedy="Save it again.") from None


def _rows(book: object, name: str) -> list[list[str]]:
    sheet = book.load_sheet(name, header_row=None, dtypes="string", skip_rows=0)  # pyright: ignore
    frame = sheet.to_polars()
    return [["" if cell is None else str(cell) for cell in row] for row in frame.rows()]


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(member.file_size for member in archive.infolist())
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FormatError(f"the workbook is damaged: {error}", file=path, remedy="Save it again.") from None
    if total > _LARGEST:
        raise FormatError(
            "the workbook unpacks to more than 512 MiB", file=path, value=total, remedy="Export one session a file."
        )
