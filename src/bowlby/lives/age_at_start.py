"""What it matters how old a child is when an intervention begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bowlby.lives.arms import Refusal
from bowlby.lives.counterfactual import Effect, Plan, Question, Step, compare
from bowlby.lives.kept_arms import Watching
from bowlby.model.interventions.intervention import Intervention


@dataclass(frozen=True)
class AtAge:
    """One intervention begun at one age.

    Args:
        start: months.
        effects: one an outcome; none where it is refused.
        refused: why, or None.
    """

    start: float
    effects: tuple[Effect, ...]
    refused: Refusal | None


@dataclass(frozen=True)
class AgeCurve:
    """One intervention over ages at start; outcomes are measured at the ages that the measure looks at.

    Args:
        intervention: its name.
        points: in the order asked for.
    """

    intervention: str
    points: tuple[AtAge, ...]

    def of(self, outcome: str) -> tuple[tuple[float, Effect], ...]:
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
    question: Question,
    intervention: Intervention,
    starts: Sequence[float],
    *,
    folder: Path | None = None,
    watching: Watching | None = None,
) -> AgeCurve:
    """Return what an intervention changes when it begins at each of some ages, in the same lives.

    The doubt of the mean shift is shared by all ages, so that ages can be told apart although the size is in doubt;
    `p_best` tells at which age it is best.

    Args:
        question: base design, measure and outcomes.
        intervention: the entry.
        starts: months, each another.
        folder: where finished arms are kept, or None.
        watching: told of progress, and asked whether to stop.

    Returns:
        One point an age; ages outside the intervention's limits, or under threat, are refused.

    Raises:
        InputError: an age twice or outside the time lived, or a question that cannot be answered.
        CancelledError: `watching` said so.
    """
    names = {f"{intervention.name} at {start:g} months": start for start in starts}
    plans = [Plan(f"{intervention.name} at {start:g} months", (Step(intervention, start),)) for start in starts]
    found = compare(question, plans, folder=folder, watching=watching)
    points = tuple(
        AtAge(start, tuple(one for one in found.effects if one.name == name), found.refused.get(name))
        for name, start in names.items()
    )
    return AgeCurve(intervention.name, points)
