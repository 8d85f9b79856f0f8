"""Where finished lives of the register are kept between runs, and for how long."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from bowlby.cache import cache_folder

KEPT_S = 7 * 24 * 3600.0
"""Seconds after which finished lives in the cache folder are forgotten."""


def lives_folder(resume: Path | None) -> Path | None:
    """Return the folder that keeps finished lives: the one asked for, else one in the cache, cleared of old ones.

    Args:
        resume: asked for, or None.

    Returns:
        The folder, or None where there is no cache folder.
    """
    home = cache_folder()
    if resume is not None or home is None:
        return resume
    folder = home / "claims"
    for file in folder.glob("*.npz"):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > KEPT_S:
                file.unlink()
    return folder
