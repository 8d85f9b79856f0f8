"""Temporary folders that are gone after use, and at the next start where the process that used one was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # a platform without POSIX locks: a folder in use is not told from one left behind
    fcntl = None

PREFIX = "bowlby-"
HELD = ".bowlby-held"
"""File in every folder, locked by the process that uses it; the system lets go of it when the process ends."""

GONE = ".removed"
"""Ending of a folder that is being emptied: its lock may be gone already, and what is left of it is nobody's."""


@contextmanager
def scratch(prefix: str = PREFIX, within: Path | None = None) -> Generator[Path]:
    """Give a temporary folder of one's own.

    Args:
        prefix: of its name; folders that killed processes left under it are removed first.
        within: the folder it is made in; None is the system's for temporary files.

    Returns:
        A context that yields the folder, which holds nothing of interest yet.

    Raises:
        OSError: it cannot be made.
    """
    sweep(prefix, within)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=within))
    handle = _hold(folder)
    try:
        yield folder
    finally:
        going = folder.with_name(folder.name + GONE)
        with suppress(OSError):
            folder.rename(going)
        os.close(handle)
        shutil.rmtree(going if going.exists() else folder, ignore_errors=True)


def sweep(prefix: str = PREFIX, within: Path | None = None) -> None:
    """Remove the folders that killed processes of this user left.

    Args:
        prefix: of their names.
        within: where they lie; None is the system's folder for temporary files.
    """
    if fcntl is None:
        return
    with suppress(OSError), os.scandir(within or tempfile.gettempdir()) as entries:
        for entry in entries:
            if not (entry.name.startswith(prefix) and entry.is_dir(follow_symlinks=False)):
                continue
            if entry.name.endswith(GONE) and entry.stat(follow_symlinks=False).st_uid == os.getuid():
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                _remove_unheld(Path(entry.path))


def _hold(folder: Path) -> int:
    """Lock a folder: under another name first, so that the file of its own name is never seen unlocked."""
    first = folder / f"{HELD}.new"
    handle = os.open(first, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    if fcntl is not None:
        with suppress(OSError):  # a place that knows no locks; nobody can lock it there to remove it either
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    first.rename(folder / HELD)
    return handle


def _remove_unheld(folder: Path) -> None:
    """Remove a folder of this user whose lock nobody holds; what has no lock is not ours."""
    if fcntl is None:
        return
    with suppress(OSError):
        if folder.stat(follow_symlinks=False).st_uid != os.getuid():
            return
        handle = os.open(folder / HELD, os.O_RDWR | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)
