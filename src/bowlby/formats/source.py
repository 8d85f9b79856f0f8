"""A file about to be read, and what a module must offer to read a format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bowlby.errors import InputError, unreadable
from bowlby.records.layout import Timing
from bowlby.records.record import UncheckedRecord

HEAD_BYTES = 65536


@dataclass(frozen=True)
class SourceFile:
    """A file about to be read.

    Args:
        path: where it is.
        head: its first 64 KiB.
        layout: what the codebook states of times and of a plain table's columns, or None.
        keep_private: True keeps what is dropped by default (media paths, birth dates, comments, coder names).
    """

    path: Path
    head: bytes
    layout: Timing | None = None
    keep_private: bool = False


class Reader(Protocol):
    """What a module must offer to read a format."""

    @property
    def NAME(self) -> str:
        """Its name, as asked for by `--format`."""
        ...

    recognises: Callable[[SourceFile], bool]
    """Whether the content (first, the name second) looks like this format; never raises."""
    read: Callable[[SourceFile], UncheckedRecord]
    """The file as events; raises `FormatError` with row, column, value and remedy."""


def source_of(path: str | Path, layout: Timing | None = None, *, keep_private: bool = False) -> SourceFile:
    """Return a file about to be read.

    Args:
        path: the file.
        layout: column mapping for plain tables.
        keep_private: keep what is dropped by default.

    Returns:
        The source, its first 64 KiB in it.

    Raises:
        InputError: the file is missing, empty or unreadable.
    """
    path = Path(path)
    return SourceFile(path, _head(path), layout, keep_private)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            head = handle.read(HEAD_BYTES)
    except OSError as error:
        raise unreadable(error, path) from None
    if not head.strip():
        raise InputError("the file is empty", file=path, remedy="Export it again.")
    return head
