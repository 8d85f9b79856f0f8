"""Work that takes more than it may, for the process that must end it."""

from __future__ import annotations

import os
from pathlib import Path


def nothing() -> str:
    """Do nothing."""
    return "well"


def memory() -> int:
    """Take memory until there is none."""
    taken = []
    while True:
        taken.append(b"x" * (64 << 20))


def processor() -> None:
    """Take processor time until there is none."""
    while True:
        pass


def output() -> bytes:
    """Give more than may be given."""
    return b"x" * 1_000_000


def aborted() -> None:
    """Break down as a fault in native code does."""
    os.abort()


def written(path: Path) -> None:
    """Write a file."""
    path.write_bytes(b"x" * 100)


class _Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def harmful() -> object:
    """Give what would run a command where it is read."""
    return _Harmful()
