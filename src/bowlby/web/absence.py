"""What a server does not hold, or has no room for."""

from __future__ import annotations

from bowlby.errors import BowlbyError


class NotFoundError(BowlbyError):
    """There is nothing under that name."""

    kind = "not found"


class FullError(BowlbyError):
    """There is no room for more."""

    kind = "full"
