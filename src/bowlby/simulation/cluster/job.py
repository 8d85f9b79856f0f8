"""A job of many chunks: what it is, how one chunk is done once and only once, and how it is known to be done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from bowlby.atomic import unwritable, write_text

WORK = ".work"
"""Folder of what is done so far; gone once the job is finished."""
MANIFEST = "manifest.json"
WHAT_IS_KEPT = "Finished chunks are kept: make space or give leave to write, and run the same command again."


class ChunkedJob(Protocol):
    """Work in chunks that do not depend on one another; it is sent to workers, so that it must be picklable."""

    @property
    def count(self) -> int:
        """How many chunks."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return what the job is, as plain values: by them the same job is known again."""
        ...

    def begin(self, folder: Path) -> None:
        """Lay out whatever the chunks are written into; called once, before any chunk."""
        ...

    def do(self, index: int, folder: Path) -> Sequence[str]:
        """Do one chunk and return the files that it wrote, relative to the folder; twice gives the same bytes."""
        ...

    def finish(self, folder: Path) -> Sequence[str]:
        """Write what stands beside the chunks and return all further files of the result; called once, at the end."""
        ...


def digest(job: ChunkedJob) -> str:
    """Return a hash by which the same job is known again.

    Args:
        job: the job.

    Returns:
        Hexadecimal digits.
    """
    return hashlib.sha256(json.dumps(job.describe(), sort_keys=True).encode()).hexdigest()


def do_chunk(job: ChunkedJob, index: int, folder: Path) -> int:
    """Do one chunk unless it is done, and mark it as done with the checksums of its files.

    Args:
        job: the job.
        index: of the chunk.
        folder: of the job.

    Returns:
        The index.

    Raises:
        OutputError: the disk is full, or the folder cannot be written; what is done stays.
    """
    mark = mark_of(folder, index)
    if not mark.is_file():
        try:
            files = {name: checksum(folder / name) for name in job.do(index, folder)}
        except OSError as error:
            raise unwritable(folder, error, WHAT_IS_KEPT) from error
        write_text(mark, json.dumps(files, sort_keys=True), force=True)
    return index


def mark_of(folder: Path, index: int) -> Path:
    """Return the file that says that a chunk is done.

    Args:
        folder: of the job.
        index: of the chunk.

    Returns:
        Its path.
    """
    return folder / WORK / f"{index:08}.json"


def checksum(path: Path) -> dict[str, Any]:
    """Return size and SHA-256 of a file.

    Args:
        path: the file.

    Returns:
        Keys bytes and sha256.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": found}


def damaged(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return which files are missing or differ from their checksum.

    Args:
        folder: they lie in.
        files: checksums by name.

    Returns:
        Names, in order.

    Raises:
        OSError: one cannot be read.
    """
    return [
        name for name, known in files.items() if not (folder / name).is_file() or checksum(folder / name) != dict(known)
    ]
