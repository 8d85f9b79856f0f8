"""What it matters how old a child is when an intervention begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bowlby.lives.arm_lives import RunMonitor
from bowlby.lives.arms import InterventionRefusal
from bowlby.lives.counterfactual import (
    CounterfactualQuestion,
    InterventionEffect,
    InterventionPlan,
    InterventionStep,
    compare,
)
from bowlby.model.interventions.intervention import Intervention


@dataclass(frozen=True)
class AgeEffect:
    """One intervention begun at one age.

    Args:
        start: months.
        effects: one an outcome; none where it is refused.
        refused: why, or None.
    """

    start: float
    effects: tuple[InterventionEffect, ...]
    refused: InterventionRefusal | None


@dataclass(frozen=True)
class AgeCurve:
    """One intervention over ages at start; outcomes are measured at the ages that the measure looks at.

    Args:
        intervention: its name.
        points: in the order asked for.
    """

    intervention: str
    points: tuple[AgeEffect, ...]

    def of(self, outcome: str) -> tuple[tuple[float, InterventionEffect], ...]:
        """Return age and effect wherever it was not refused."""
        found = [(point.start, one) for point in self.points for one in point.effects]
        return tuple((start, one) for start, one in found if one.outcome == outcome)

    def as_dict(self) -> dict[str, object]:
        """Return the curve as plain values."""
        return {
            "intervention": self.intervention,
            "points": [
                {
                    "start": point.start,
                    "effects": [one.as_dict() for one in point.effects],
                    "refused": None if point.refused is None else point.refused.as_dict(),
                }
                for point in self.points
            ],
        }


def age_curve(
    question: CounterfactualQuestion,
    intervention: Intervention,
    starts: Sequence[float],
    *,
    folder: Path | None = None,
    watching: RunMonitor | None = None,
) -> AgeCurve:
    """Return what an intervention changes when it begins at each of some ages, in the same lives.

    The doubt of the mean shift is shared by all ages, so that ages can be compared although the size is in doubt;
    `p_best` says at which age it is best.

    Args:
        question: base design, measure and outcomes.
        intervention: the entry.
        starts: months, each another.
        folder: where finished arms are kept, or None.
        watching: called with progress, and asked whether to stop.

    Returns:
        One point an age; ages outside the intervention's limits, or under threat, are refused.

    Raises:
        InputError: an age twice or outside the time lived, or a question that cannot be answered.
        CancelledError: `watching` said so.
    """
    names = {f"{intervention.name} at {start:g} months": start for start in starts}
    plans = [
        InterventionPlan(f"{intervention.name} at {start:g} months", (InterventionStep(intervention, start),))
        for start in starts
    ]
    found = compare(question, plans, folder=folder, watching=watching)
    points = tuple(
        AgeEffect(start, tuple(one for one in found.effects if one.name == name), found.refused.get(name))
        for name, start in names.items()
    )
    return AgeCurve(intervention.name, points)
