"""Where compiled programs and the drawing script are kept between runs; chosen by entry points only."""

from __future__ import annotations

import os
from pathlib import Path

from bowlby.errors import InputError


def cache_folder() -> Path | None:
    """Return bowlby's cache folder: `BOWLBY_CACHE`, or `bowlby` in the user's cache folder.

    Returns:
        The folder, made where it was missing; None where it cannot be made.

    Raises:
        InputError: somebody else can write there.
    """
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(os.environ.get("BOWLBY_CACHE") or f"{home}/bowlby").expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    refuse_strangers(folder)
    return folder if os.access(folder, os.W_OK) else None


def refuse_strangers(folder: Path) -> None:
    """Refuse a cache that somebody else can write: compiled programs in it are run.

    Args:
        folder: the cache.

    Raises:
        InputError: the folder, or one within it that holds programs, is another user's, or others may write there.
    """
    for path in (folder, folder / "compiled"):
        try:
            found = path.stat()
        except OSError:
            continue
        if hasattr(os, "getuid") and found.st_uid not in (os.getuid(), 0):
            remedy = "Set BOWLBY_CACHE to a folder of your own."
            raise InputError("the cache folder is another user's", file=path, column="BOWLBY_CACHE", remedy=remedy)
        if os.name == "posix" and found.st_mode & 0o022:
            raise InputError(
                "others may write to the cache folder, whose programs are run",
                file=path,
                column="BOWLBY_CACHE",
                value=f"{found.st_mode & 0o777:o}",
                remedy=f"Delete it, or run `chmod go-w {path}` if you know that only you have written there.",
            )


def use_compile_cache() -> None:
    """Point JAX's compile cache at the cache folder, unless the user has already chosen one; before JAX starts.

    Without a cache folder JAX compiles anew in every process.
    """
    folder = cache_folder()
    if folder is not None:
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(folder / "compiled"))
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
