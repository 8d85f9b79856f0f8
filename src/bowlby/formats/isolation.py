"""Reading in a process of its own: what is in a file can end that process, and nothing else."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bowlby.confinement import MEBIBYTE, ConfinedProcess, ProcessLimits
from bowlby.errors import LimitError

if TYPE_CHECKING:
    from bowlby.records.layout import Timing
    from bowlby.records.record import Record

T = TypeVar("T")
READING = "bowlby.formats.read:readers"
LEAST_MEMORY = 768 * MEBIBYTE
TIMES_THE_FILE = 11
"""Bytes of memory for each byte of a file; with what the process has at its start they stay within twelve."""

LEAST_SECONDS = 3.0
SECONDS_A_MEBIBYTE = 2.0
LEAST_ANSWER = 128 * MEBIBYTE


class Isolation(StrEnum):
    """Which files are read in a process of their own."""

    NEVER = "never"
    CONTAINERS = "containers"
    """Zip archives, Parquet and XML, in which a few bytes can stand for many."""
    ALWAYS = "always"


def reading_limits(size: int) -> ProcessLimits:
    """Return what reading a file may take.

    Args:
        size: of the file, bytes.

    Returns:
        Limits of memory, processor time and answer.
    """
    return ProcessLimits(
        memory=max(LEAST_MEMORY, TIMES_THE_FILE * size),
        processor_s=LEAST_SECONDS + SECONDS_A_MEBIBYTE * size / MEBIBYTE,
        answer=max(LEAST_ANSWER, 4 * size),
    )


def is_container(path: str | Path) -> bool:
    """Return whether a file is a zip archive or Parquet, or begins as XML does; False for what cannot be opened.

    Args:
        path: the file.

    Returns:
        True or False.
    """
    try:
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as file:
            head = file.read(64)
    except (OSError, ValueError):
        return False
    return head.startswith((b"PK", b"PAR1")) or head.replace(b"\0", b"").lstrip(
        b"\xef\xbb\xbf\xfe\xff \t\r\n"
    ).startswith(b"<")


def is_isolated(path: str | Path, isolation: Isolation) -> bool:
    """Return whether a file is to be read in a process of its own.

    Args:
        path: the file.
        isolation: which files are.

    Returns:
        True or False.
    """
    match isolation:
        case Isolation.NEVER:
            return False
        case Isolation.CONTAINERS:
            return is_container(path)
        case Isolation.ALWAYS:
            return True


@cache
def reading_process() -> ConfinedProcess:
    """Return the process that reads for this one; it is started when it is first needed, or by its `start`.

    Returns:
        The same process at every call.
    """
    process = ConfinedProcess(READING)
    atexit.register(process.close)
    return process


def read_isolated(
    path: str | Path,
    layout: Timing | None = None,
    *,
    format: str | None = None,
    keep_private: bool = False,
    process: ConfinedProcess | None = None,
) -> Record:
    """Read one coded file in a process of its own.

    Args:
        path: the file.
        layout: as in `read_record`.
        format: as in `read_record`.
        keep_private: as in `read_record`.
        process: that reads; None takes that of this process.

    Returns:
        The record.

    Raises:
        InputError: as `read_record`.
        LimitError: reading it took more memory, processor time or output than it may.
    """
    return within_limits(path, process or reading_process(), _read, Path(path), layout, format, keep_private)


def within_limits(
    path: str | Path, process: ConfinedProcess, function: Callable[..., T], *arguments: object, named: str | None = None
) -> T:
    """Return what a function makes of a file, within the limits of reading.

    Args:
        path: the file, named in errors.
        process: that works.
        function: of a module.
        arguments: of the function.
        named: what the error calls the file, where that is not its path.

    Returns:
        Its result.

    Raises:
        LimitError: the file took more than it may.
    """
    from bowlby.formats.source import source_of

    size = source_of(path).path.stat().st_size
    try:
        return process.call(function, *arguments, limits=reading_limits(size))
    except LimitError as error:
        error.file = named or str(path)
        raise


def _read(path: Path, layout: Timing | None, format: str | None, keep_private: bool) -> Record:
    from bowlby.formats.read import read_record

    return read_record(path, layout, format=format, keep_private=keep_private)
