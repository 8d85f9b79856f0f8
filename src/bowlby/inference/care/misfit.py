"""Whether a record is unlike all that the model writes, and in what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Misfit:
    """The summary of a record that the others predict worst.

    Args:
        flagged: whether it lies further out than in one of 100 simulated records.
        summary: its name.
        z: how far from what the others predict, in units that 1 in 200 simulated records passes.
    """

    flagged: bool
    summary: str
    z: float

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the command contract."""
        return dict(vars(self))
