"""A path for bytes that are only in memory: readers take paths, and what was uploaded is not to touch a disk."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bowlby.scratch import scratch

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")


@contextmanager
def path_of(content: bytes, name: str) -> Generator[Path]:
    """Give a path under which readers find some bytes, for as long as the context is open.

    On Linux the path is a link to memory, named by its ending alone. Elsewhere the bytes stand in a private temporary
    folder while they are read, and the folder is removed at once.

    Args:
        content: of the file.
        name: what it was called; only its ending is used, as some formats are known by it.

    Returns:
        A context that yields the path.

    Raises:
        OSError: memory or temporary folder cannot be had.
    """
    ending = _ENDING.fullmatch(Path(name).suffix)
    with scratch() as folder:
        path = folder / f"record{ending[0].lower() if ending else ''}"
        if not hasattr(os, "memfd_create"):
            path.write_bytes(content)
            yield path
            return
        with os.fdopen(os.memfd_create("bowlby"), "wb") as memory:
            memory.write(content)
            memory.flush()
            path.symlink_to(f"/proc/{os.getpid()}/fd/{memory.fileno()}")  # so that another process finds it
            yield path
