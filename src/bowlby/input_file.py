"""What may be read: files and folders that end, never a device or a pipe."""

from __future__ import annotations

import json
import stat
import tomllib
from pathlib import Path
from typing import Any

from bowlby.errors import InputError


def refuse_endless(path: str | Path) -> None:
    """Refuse a device, a pipe or a socket; what is missing is left to who reads it.

    Args:
        path: about to be read.

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


def toml_tables(text: str, path: str | Path | None, refusal: type[InputError], remedy: str) -> dict[str, Any]:
    """Parse TOML; lists of any depth and numbers of any length end in a typed error too.

    Args:
        text: TOML.
        path: the file it came from, for the message.
        refusal: class of the error.
        remedy: of the error.

    Returns:
        Its tables.

    Raises:
        InputError: of the class asked for, where it is not TOML or is nested too deep.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise refusal("this is not TOML: it is nested too deep", file=path, remedy=remedy) from None
    except ValueError as error:  # a mistake, or a number of more digits than Python takes
        raise refusal(f"this is not TOML: {error}", file=path, remedy=remedy) from None


def kept_result(path: Path, kept_version: int, what: str, remedy: str) -> dict[str, Any]:
    """Return a result that is kept as JSON under the number of its version.

    Args:
        path: of the result.
        kept_version: that this release reads.
        what: subject and verb of the errors, such as "the lessons are".
        remedy: of the errors.

    Returns:
        The JSON object.

    Raises:
        InputError: the file is missing, damaged or of another version.
    """
    subject = what.rsplit(" ", 1)[0]
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{subject} cannot be read", file=path, remedy=remedy) from error
    if not isinstance(found, dict) or found.get("version") != kept_version:
        raise InputError(f"{what} of another version", file=path, remedy=remedy)
    return found
