"""What a claim is: the source's statement in our words, the contrast that tests it, and what has been published."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bowlby.evidence.claims_register.aspects import Aspect
from bowlby.evidence.claims_register.contrast import Contrast
from bowlby.evidence.claims_register.findings import ClaimFinding

ROWS: tuple[str, ...] = tuple(f"M{number}" for number in range(1, 17))
"""Rows of the mission that hold causal claims."""


class ClaimSide(StrEnum):
    """Which disturbance the source files a claim under."""

    TRAUMA = "trauma"
    NEGLECT = "neglect"
    BOTH = "both"
    CARE = "care"


class ExpectedDirection(StrEnum):
    """What a contrast gives if the claim holds."""

    HIGHER = "higher"
    LOWER = "lower"
    SAME = "the same"


class FindingDirection(StrEnum):
    """What a published finding shows of the claim's own contrast."""

    HIGHER = "higher"
    LOWER = "lower"
    SAME = "the same"
    BOTH_WAYS = "both ways"


@dataclass(frozen=True)
class ClaimEvidence:
    """A published finding that bears on a claim.

    Args:
        finding: what was found, and by whom.
        shows: what it shows of the claim's contrast.
        comparable: whether contrast and finding are the same quantity, so that sizes may be held together.
    """

    finding: ClaimFinding
    shows: FindingDirection
    comparable: bool = False


@dataclass(frozen=True)
class Claim:
    """One causal claim.

    Args:
        id: row and number.
        side: where the source files it.
        aspect: line of the comparison.
        says: the source's claim, restated.
        contrast: what tests it.
        expected: what the contrast gives if the claim holds.
        published: what bears on it; empty where none is at hand.
        mechanism: the switch of the mechanism that should carry it; empty where none can be switched off.
        definition: the definition that it conflicts with, with its citation; empty for none.
    """

    id: str
    side: ClaimSide
    aspect: Aspect
    says: str
    contrast: Contrast
    expected: ExpectedDirection
    published: tuple[ClaimEvidence, ...] = ()
    mechanism: str = ""
    definition: str = ""

    @property
    def row(self) -> str:
        """Row of the mission that the claim restates."""
        return self.id.partition(".")[0]
