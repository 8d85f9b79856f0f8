"""Files that appear whole or not at all, and never over another without leave."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bowlby.errors import OutputError, OverwriteError


@contextmanager
def writing(path: str | Path, *, force: bool = False) -> Generator[Path]:
    """Give a temporary path beside the target; on success it takes the target's place, else nothing is left.

    Args:
        path: the target file.
        force: replace an existing file.

    Returns:
        A context that yields the temporary path, which the caller writes.

    Raises:
        OverwriteError: the target exists and force is False.
        OutputError: the folder is missing, read-only or full.
    """
    path = Path(path)
    refuse_overwriting(path, force=force)
    draft: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        draft = Path(name)
        yield draft
        draft.chmod(0o666 & ~_umask())
        draft.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(
            f"the file cannot be written: {reason}",
            file=path,
            remedy="Check the folder, its space and its permissions.",
        ) from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def refuse_overwriting(path: str | Path, *, force: bool = False) -> None:
    """Fail before long work where its result could not be written in the end.

    Args:
        path: the target file.
        force: whether it may be replaced.

    Returns:
        Nothing.

    Raises:
        OverwriteError: the target exists and force is False.
        OutputError: its folder does not exist.
    """
    path = Path(path)
    if path.exists() and not force:
        raise OverwriteError("the file exists already", file=path, remedy="Choose another name or add --force.")
    if not path.parent.is_dir():
        raise OutputError("there is no such folder", file=path, value=path.parent, remedy="Make the folder first.")


def write_text(path: str | Path, text: str, *, force: bool = False) -> Path:
    """Write UTF-8 text atomically.

    Args:
        path: the target file.
        text: the whole content.
        force: replace an existing file.

    Returns:
        The path written.

    Raises:
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    with writing(path, force=force) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return Path(path)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
