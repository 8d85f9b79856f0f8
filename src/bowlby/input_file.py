"""What may be read: files and folders that end, never a device or a pipe."""

from __future__ import annotations

import stat
from pathlib import Path

from bowlby.errors import InputError


def refuse_endless(path: str | Path) -> None:
    """Refuse a device, a pipe or a socket; what is missing is left to who reads it.

    Args:
        path: about to be read.

    Returns:
        Nothing.

    Raises:
        InputError: it is neither a file nor a folder.
    """
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InputError(
            f"this is {_kind(mode)}, not a file",
            file=path,
            remedy="Save the content as a file, and give its path.",
        )


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"
