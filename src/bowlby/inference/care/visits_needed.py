"""What might bring a statement where there is none: visits, minutes, and in what share of such families they do."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_HOURS = 8.0
"""Beyond this nothing was learnt of what further visits bring."""


@dataclass(frozen=True)
class VisitsNeeded:
    """Further visits.

    Args:
        visits: how many more, each on another day; None where more than `LONGEST_HOURS` would be needed.
        minutes: of each.
        share: of families with such a record in which the axis is then settled; None likewise.
    """

    visits: int | None
    minutes: float | None
    share: float | None

    @property
    def words(self) -> str:
        """What is missing, in words."""
        if self.visits is None or self.minutes is None or self.share is None:
            return f"more than {LONGEST_HOURS:g} hours"
        more = f"{self.visits} more visit{'' if self.visits == 1 else 's'} of {self.minutes:.0f} minutes"
        return f"{more}: told in {self.share:.0%} of such families".replace("%", " %")

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the command contract."""
        return {"visits": self.visits, "minutes": self.minutes, "share_told": self.share, "words": self.words}
