"""What one running server allows: its token, its limits and its safeguarding contact."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class ServerSettings:
    """Settings of one server; a new token and a new cookie secret at every start.

    Args:
        port: on which it listens, on loopback only.
        safeguarding: whom to turn to when a child may be in danger, in the words of the place; empty for none.
        cache: folder in which the drawing script is kept between runs, or None.
        most_upload: bytes of one record file.
        most_held: bytes of all record files together.
        most_records: how many record files are held at once.
        most_json: bytes of a JSON body.
        body_seconds: within which a client must have sent its request.
        answer_seconds: within which it must take each piece of the answer.
        working: pieces of work done at once.
        waiting: pieces of work that may wait; beyond it requests are refused with 503.
        token: what the printed address carries.
        session: what the cookie carries; never printed.
    """

    port: int
    safeguarding: str = ""
    cache: Path | None = None
    most_upload: int = 32 * MEBIBYTE
    most_held: int = 96 * MEBIBYTE
    most_records: int = 8
    most_json: int = MEBIBYTE
    body_seconds: float = 20.0
    answer_seconds: float = 30.0
    working: int = 2
    waiting: int = 40
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def hosts(self) -> frozenset[str]:
        """Host headers that are answered; any other name may have been pointed at loopback by a stranger."""
        return frozenset(f"{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]"))

    @property
    def cookie(self) -> str:
        """Name of the cookie; cookies do not know ports, so that two servers need two names."""
        return f"bowlby-{self.port}"

    @property
    def address(self) -> str:
        """The address to open, its token in it."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"
