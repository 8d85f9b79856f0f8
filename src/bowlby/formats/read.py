"""From a path to a record: find the format by content, read it, check it, say where it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path

from bowlby.errors import FormatError, InputError
from bowlby.formats.readers import (
    boris,
    boris_aggregated,
    boris_tabular,
    chat,
    datavyu,
    datavyu_csv,
    elan,
    jwatcher,
    lena_its,
    mangold,
    native,
    noldus,
    rttm,
    table,
    textgrid,
)
from bowlby.formats.source import Reader, SourceFile, source_of
from bowlby.records.layout import Timing
from bowlby.records.record import Provenance, Record, assemble
from bowlby.records.resolution import Resolution

_WORTH_A_THREAD = 1_000_000


BUILT_IN: tuple[Reader, ...] = (
    native,
    boris,
    elan,
    lena_its,
    datavyu,
    textgrid,
    chat,
    rttm,
    jwatcher,
    noldus,
    boris_tabular,
    boris_aggregated,
    mangold,
    datavyu_csv,
    table,
)
"""The readers that bowlby has, in order of recognition, most particular first; `table` takes what is left."""


@cache
def readers() -> tuple[Reader, ...]:
    """Return all readers: those a lab has registered as `bowlby.readers`, then the built-in ones.

    Looked up once a process: going through what is installed takes longer than reading a small file.

    Returns:
        The readers in order of recognition.

    Raises:
        ImportError: a registered reader cannot be imported.
    """
    registered: list[Reader] = [entry.load() for entry in entry_points(group="bowlby.readers")]
    return (*registered, *BUILT_IN)


def read_record(
    path: str | Path, layout: Timing | None = None, *, format: str | None = None, keep_private: bool = False
) -> Record:
    """Read one coded file of any known format.

    Args:
        path: the file.
        layout: a codebook's `[table]`: the columns of plain tables, and what it states of times.
        format: a reader's name, to skip recognition.
        keep_private: keep media paths, birth dates, comments and coder names.

    Returns:
        The record, with its quality report.

    Raises:
        InputError: the file is missing, empty or unreadable.
        FormatError: no reader knows it, or its content breaks its format.
    """
    source = source_of(path, layout, keep_private=keep_private)
    path = source.path
    reader = choose_reader(source, format)
    with _hashed_beside(path) as sha256:
        reading = reader.read(source)
        if reading.events.is_empty() and reading.windows.is_empty():
            raise FormatError("the file holds no event", file=path, remedy="Check that coding was saved or exported.")
        if layout is not None and layout.tick is not None:
            reading = replace(reading, resolution=Resolution(layout.tick))
        tick = None if reading.resolution is None else reading.resolution.tick_s
        return assemble(reading, Provenance(path.name, sha256(), reader.NAME, _own_version(), tick))


def choose_reader(source: SourceFile, name: str | None = None) -> Reader:
    """Return the reader for a file.

    Args:
        source: the file.
        name: a reader's name, to skip recognition.

    Returns:
        The first that recognises the content, or the one named.

    Raises:
        FormatError: no reader recognises it.
        InputError: there is no reader of that name.
    """
    known = readers()
    if name is None:
        chosen = next((reader for reader in known if reader.recognises(source)), None)
        if chosen is None:
            raise FormatError(
                "no reader knows this format",
                file=source.path,
                remedy=f"Known formats: {', '.join(reader.NAME for reader in known)}. See docs/formats.md.",
            )
        return chosen
    for reader in known:
        if name == reader.NAME:
            return reader
    raise InputError(
        "there is no such reader", value=name, remedy=f"Known: {', '.join(reader.NAME for reader in known)}."
    )


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hexadecimal text.

    Args:
        path: the file.

    Returns:
        64 hexadecimal digits.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


@contextmanager
def _hashed_beside(path: Path) -> Generator[Callable[[], str]]:
    """Hash a large file in a thread of its own while it is read; a small one is done sooner than a thread starts."""
    if path.stat().st_size < _WORTH_A_THREAD:
        yield lambda: file_hash(path)
        return
    with ThreadPoolExecutor(max_workers=1) as beside:
        yield beside.submit(file_hash, path).result


@cache
def _own_version() -> str:
    return version("bowlby")
