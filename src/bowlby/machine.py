"""What a result was computed on: versions that can move a number, system and instruction set."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

PACKAGES = ("bowlby", "jax", "jaxlib", "numpy", "scipy", "polars", "numpyro", "xarray")
"""Packages whose version can move a number."""


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that can move a number.

    Returns:
        Versions by name; "absent" for a package that is not installed.
    """
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def platform_name() -> str:
    """Return the system and instruction set within which results are equal bit for bit.

    Returns:
        Such as "linux x86_64 avx512f".
    """
    return f"{sys.platform} {platform.machine()}{_vectors()}"


def _vectors() -> str:
    """Return the widest vectors that the processor says it has, where the system tells."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\nflags", 1)[1]
    except (OSError, IndexError):
        return ""
    known = flags.split("\n", 1)[0].split()
    return next((f" {name}" for name in ("avx512f", "avx2", "avx") if name in known), "")
