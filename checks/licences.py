"""Under which licence an installed package comes, from its own metadata, and whether we may build on it."""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata

ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSD",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MPL-2.0",
        "PSF-2.0",
        "Zlib",
    }
)
"""Permissive ones, and MPL-2.0, whose copyleft ends at its own files. No GPL, no LGPL, no AGPL."""

_WORDS = {
    "Apache 2.0": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 3-Clause": "BSD-3-Clause",
    "2-clause BSD": "BSD-2-Clause",
    "BSD License": "BSD",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""What metadata of the older kind say, as SPDX says it; BSD where they do not tell which."""


def licence_of(package: str) -> str | None:
    """Return the licence of an installed package, in SPDX where it can be told; None where it is not installed."""
    try:
        return _told(metadata(package))
    except PackageNotFoundError:
        return None


def is_allowed(licence: str) -> bool:
    """Return whether a licence expression holds only what is allowed: every part of AND, one part of OR."""
    return all(any(choice.strip("() ") in ALLOWED for choice in part.split(" OR ")) for part in licence.split(" AND "))


def _told(found: PackageMetadata) -> str:
    """Return the expression; else a licence field of one line, else the classifiers, else nothing that is allowed."""
    expression, field = found.get("License-Expression"), (found.get("License") or "").strip()
    if expression:
        return expression
    kinds = [kind.rpartition(" :: ")[2] for kind in found.get_all("Classifier", []) if kind.startswith("License ::")]
    named = [_spdx(kind) for kind in kinds if kind != "OSI Approved"]
    short = _spdx(field) if field and "\n" not in field else ""
    return short if short and is_allowed(short) else " AND ".join(named) or short or "unknown"


def _spdx(words: str) -> str:
    return _WORDS.get(re.sub(r"\s+", " ", words).strip(), words)
