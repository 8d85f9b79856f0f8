"""The definition of a measure, a row of the register."""

from __future__ import annotations

from dataclasses import dataclass

NO_BASELINE = "none: chance has no meaning for it"
TWO_CLASSES = "given apart for distress and for other cues"


@dataclass(frozen=True)
class Definition:
    """The definition of a measure.

    Args:
        meaning: what it is, one sentence.
        formula: how it is computed.
        source: where the formula, and the interval, come from.
        unit: unit of the estimate.
        denominator: what it is a share or rate of.
        baseline: what chance alone would give, and how that is found.
        needs: constructs that must have been codable.
        reservation: what a reader must know.
    """

    meaning: str
    formula: str
    source: str
    unit: str
    denominator: str
    baseline: str
    needs: str
    reservation: str
