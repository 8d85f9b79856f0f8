"""What the locks hold: every line pinned with a hash, and no place to fetch from."""

from __future__ import annotations

import re
from pathlib import Path

from checks.environment import ROOT

LOCKS = ROOT / "locks"
_PINNED = re.compile(r"^([a-z0-9][a-z0-9-]*)==([^ ;]+)( ; [^\\]+)?$")
_HASH = re.compile(r"^--hash=sha256:[0-9a-f]{64}$")


def lock_complaints(lock: Path) -> list[str]:
    """Return the entries of a lock that are not one pinned version with its hashes, and nothing else."""
    found: list[str] = []
    for entry in _entries(lock):
        head, *hashes = entry
        if not _PINNED.match(head):
            found.append(f"{lock.name}: {head!r} is no pinned version")
        elif not hashes or not all(_HASH.match(one) for one in hashes):
            found.append(f"{lock.name}: {head!r} has no hash, or something that is none")
    return found


def pinned(lock: Path) -> dict[str, str]:
    """Return the version of each package of a lock."""
    matches = [_PINNED.match(entry[0]) for entry in _entries(lock)]
    return {match[1]: match[2] for match in matches if match}


def _entries(lock: Path) -> list[list[str]]:
    """Return each logical line of a lock, in its parts."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", "\n\t")
    blocks = re.split(r"\n(?!\t)", text)
    return [[part.strip() for part in block.split("\n\t")] for block in blocks if block.strip()]
