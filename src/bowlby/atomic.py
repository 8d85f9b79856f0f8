"""Files that appear whole or not at all, never over another without leave, and one writer of a folder at a time."""

from __future__ import annotations

import errno
import glob
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # a platform without POSIX locks: two processes on one folder are not told apart there
    fcntl = None

from bowlby.errors import BusyError, OutputError, OverwriteError, reason

_DRAFT = ".draft-"
_IS_DRAFT = re.compile(r"\.draft-[a-z0-9_]{8}(\.[^.]*)?$")
_IS_REMOVED = re.compile(r"\.[0-9a-f]{8}\.removed$")
_swept: set[Path] = set()
"""Folders in which this process has looked for drafts of killed ones."""

LOOK_AT_THE_FOLDER = "Check the folder, its space and its permissions."


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
    sweep_drafts(path.parent)
    draft: Path | None = None
    handle: int | None = None
    try:
        draft, handle = _new_draft(path)
        yield draft
        _settle(draft)
        _give_name(draft, path, force=force)
    except OSError as error:
        raise unwritable(path, error) from error
    except Exception as error:
        refusal = _refusal_in(error)
        if refusal is None:
            raise
        raise unwritable(path, refusal) from error
    finally:
        if draft is not None:
            with suppress(OSError):  # a lost mount; the error that matters is on its way
                draft.unlink(missing_ok=True)
        if handle is not None:
            with suppress(OSError):
                os.close(handle)


def _new_draft(path: Path) -> tuple[Path, int | None]:
    """Make a draft, and hold it against sweeping by its lock, where the place knows locks."""
    while True:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}{_DRAFT}", suffix=path.suffix, dir=path.parent)
        draft = Path(name)
        if fcntl is None:  # where there are no locks an open file may not be renamed either
            os.close(handle)
            return draft, None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # somebody sweeps, and took it for one that was left
            os.close(handle)
            continue
        except OSError:
            return draft, handle
        if draft.exists():
            return draft, handle
        os.close(handle)


def sweep_drafts(folder: Path) -> None:
    """Remove the drafts and folders half removed that killed processes of this user left; once a folder and process.

    Args:
        folder: about to be written to.
    """
    if fcntl is None or folder in _swept:
        return
    _swept.add(folder)
    left: list[Path] = []
    with suppress(OSError), os.scandir(folder) as entries:
        left = [Path(entry.path) for entry in entries if entry.name.startswith(".")]
    for one in left:
        if _IS_DRAFT.search(one.name):
            _remove_unheld(one)
        elif _IS_REMOVED.search(one.name) and one.is_dir() and not one.is_symlink():
            shutil.rmtree(one, ignore_errors=True)


def _remove_unheld(draft: Path) -> None:
    """Remove a file of this user that nobody writes."""
    assert fcntl is not None
    with suppress(OSError):
        handle = os.open(draft, os.O_RDWR | os.O_NOFOLLOW)
        try:
            found = os.fstat(handle)
            if found.st_uid == os.getuid() and stat.S_ISREG(found.st_mode):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                draft.unlink()
        finally:
            os.close(handle)


def _refusal_in(error: Exception) -> OSError | None:
    """Return the refusal of the system that polars tells as an error of its own, in the words of Rust."""
    if "Invalid thrift: transport error" in str(error):  # the end of a parquet file, told without its number
        return OSError("the disk refused the end of the file")
    number = re.search(r"\(os error (\d+)\)", str(error))
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else None


def _settle(draft: Path) -> None:
    """Bring the content to the disk before it has a name: some file systems tell only now that it is full."""
    draft.chmod(0o666 & ~_umask())
    with draft.open("rb+") as file:
        os.fsync(file.fileno())


def _give_name(draft: Path, path: Path, *, force: bool) -> None:
    """Replace the target; without leave, fail where another process has made it since it was looked for."""
    if not force:
        try:
            os.link(draft, path)
        except FileExistsError:
            refuse_overwriting(path)
        except OSError:  # a file system without hard links
            pass
        else:
            return
    draft.replace(path)


def unwritable(path: str | Path, error: OSError, remedy: str = LOOK_AT_THE_FOLDER) -> OutputError:
    """Return what to say where the system refuses to write.

    Args:
        path: the target, file or folder.
        error: of the system.
        remedy: what the user can do.

    Returns:
        The error, with the remedy, and what within a folder it was that could not be written.
    """
    named = error.filename if isinstance(error.filename, str) else None
    within = named if named and Path(path) in Path(named).parents else None
    return OutputError(f"it cannot be written: {reason(error)}", file=path, value=within, remedy=remedy)


def make_folder(path: str | Path) -> Path:
    """Make a folder and those above it, where they are missing.

    Args:
        path: the folder.

    Returns:
        The path.

    Raises:
        OutputError: it cannot be made.
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
    return path


def remove(path: str | Path) -> None:
    """Remove a file or a folder in one step: a folder loses its name first, so that none is left half emptied.

    Args:
        path: what is to go; nothing happens where it is missing.

    Raises:
        OSError: it cannot be removed.
    """
    path = Path(path)
    if path.is_dir() and not path.is_symlink():
        path.rename(path.with_name(f".{path.name}.{secrets.token_hex(4)}.removed"))
    else:
        path.unlink(missing_ok=True)
    # Those of a process that was killed here go too.
    for aside in path.parent.glob(f".{glob.escape(path.name)}.*.removed"):
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def target_lock(path: str | Path) -> Generator[None]:
    """Hold a target against other processes; the system lets go of it when the process ends, however it ends.

    Args:
        path: the target, file or folder; the lock is a hidden file beside it.

    Returns:
        A context.

    Raises:
        BusyError: another process holds it.
        OutputError: the lock cannot be written.
    """
    lock = Path(path).with_name(f".{Path(path).name}.lock")
    handle = _locked(lock, path)
    try:
        yield
    finally:
        if handle is not None:
            with suppress(OSError):
                lock.unlink(missing_ok=True)
            os.close(handle)


def _locked(lock: Path, path: str | Path) -> int | None:
    """Return the handle of a lock held, or None where the place knows no locks."""
    if fcntl is None:
        return None
    while True:
        try:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        except PermissionError:  # a folder given to the user within one that is not
            return None
        except OSError as error:
            raise unwritable(lock, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise _busy(path, lock) from error
            return None
        # The holder before may have removed the file between opening and locking: then the lock is of no name.
        if lock.exists() and os.path.samestat(lock.stat(), os.fstat(handle)):
            return handle
        os.close(handle)


def _busy(path: str | Path, lock: Path) -> BusyError:
    return BusyError(
        "another process is writing there",
        file=path,
        value=lock,
        remedy="Wait for it, or choose another name. A killed process holds nothing; only where the lock file came "
        "from another computer that is gone, delete it.",
    )


def refuse_overwriting(path: str | Path, *, force: bool = False) -> None:
    """Fail before long work where its result could not be written in the end.

    Args:
        path: the target file.
        force: whether it may be replaced.

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
