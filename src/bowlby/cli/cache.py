"""Where compiled programs and the drawing script are kept between runs; chosen by the command line only."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path | None:
    """Return bowlby's cache folder: `BOWLBY_CACHE`, or `bowlby` in the user's cache folder.

    Args:
        None.

    Returns:
        The folder, made where it was missing; None where it cannot be made.

    Raises:
        Nothing.
    """
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(os.environ.get("BOWLBY_CACHE") or f"{home}/bowlby").expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def use_compile_cache() -> None:
    """Point JAX's compile cache at the cache folder, unless the user has already chosen one; before JAX starts.

    Args:
        None.

    Returns:
        Nothing.

    Raises:
        Nothing; without a cache folder JAX compiles anew in every process.
    """
    folder = cache_folder()
    if folder is not None:
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(folder / "compiled"))
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
