"""A digest of bowlby's source and data: what is kept must not outlive what it was made from."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
MADE_OF = (".py", ".toml", ".json")
"""Endings of what results are made from: the model's values are data, and so is what was fitted."""


@cache
def source(*parts: str) -> str:
    """Return a digest of bowlby's source and its data.

    Args:
        parts: packages or files below bowlby that the result depends on, such as "simulation"; none for all of them.

    Returns:
        32 hexadecimal digits.

    Raises:
        ValueError: a part is not there.
    """
    chosen = [PACKAGE / part for part in parts] or [PACKAGE]
    if gone := [str(path) for path in chosen if not path.exists()]:
        raise ValueError(f"a digest of what is not there would never change: {', '.join(gone)}")
    files = {path for one in chosen for path in ([one] if one.is_file() else one.rglob("*")) if path.suffix in MADE_OF}
    whole = "\0".join(path.read_bytes().hex() for path in sorted(files))
    return hashlib.sha256(whole.encode()).hexdigest()[:32]
