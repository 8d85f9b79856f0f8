"""Side-by-side benchmarks: every figure is a ratio within one run on one machine. `python -m bench [MODULE...]`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the printed table.

    Args:
        what: what was done, on how much.
        ours: our figure, with its unit.
        peer: the peer's figure, with its unit, and who that is.
        ratio: the figure that is held against the bar.
        bar: the least (or, for memory, the most) that the ratio may be; None where there is none.
        at_most: True where the ratio must stay under the bar.
    """

    what: str
    ours: str
    peer: str
    ratio: float
    bar: float | None
    at_most: bool = False

    @property
    def met(self) -> bool | None:
        """Return whether the bar is met, or None where there is none."""
        if self.bar is None:
            return None
        return self.ratio <= self.bar if self.at_most else self.ratio >= self.bar
