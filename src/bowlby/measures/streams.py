"""Random streams keyed by what they are for, so that one measure's draws never move another's."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, session: str, name: str) -> np.random.Generator:
    """Return the random generator of one measure of one session.

    Args:
        seed: the user's seed.
        session: session id.
        name: the measure's name.

    Returns:
        A generator that depends on these three and on no order of calls.
    """
    digest = hashlib.sha256(f"{seed}\x1f{session}\x1f{name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "little"))
