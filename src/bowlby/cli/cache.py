"""Where compiled programs are kept between runs; set before JAX starts, by the command line only."""

from __future__ import annotations

import os
from pathlib import Path


def use_compile_cache() -> Path:
    """Point JAX's compile cache at bowlby's cache folder, unless the user has already chosen one.

    `BOWLBY_CACHE` names the folder; without it, it is `bowlby` in the user's cache folder.

    Args:
        None.

    Returns:
        The folder in use.

    Raises:
        Nothing; a folder that cannot be made leaves JAX without a cache.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("BOWLBY_CACHE") or home / "bowlby") / "compiled"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return folder
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(folder))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    return folder
