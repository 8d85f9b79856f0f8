"""What the model gives under secure care, trauma, neglect and both: some numbers for each line of the comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bowlby.evidence.claims_register.aspects import KINDS
from bowlby.evidence.claims_register.lives import ClaimLives, ContrastArm, Need
from bowlby.evidence.claims_register.reading import Reading, ReadingKind, classed, outcome, sign, state
from bowlby.model.outcomes import OUTCOMES


@dataclass(frozen=True)
class ProfileFigure:
    """One number that is shown for each kind of care.

    Args:
        aspect: of the comparison.
        label: in words.
        reading: what is read.
        top: of its scale.
        bottom: of its scale.
        forward: whether it is body or development, which no record shows and which is only simulated forward.
    """

    aspect: str
    label: str
    reading: Reading
    top: float = 1.0
    bottom: float = 0.0
    forward: bool = False


MEASURED: tuple[ProfileFigure, ...] = (
    ProfileFigure("definition", "Threat expected of the caregiver", state("threat_expectation", 36.0)),
    ProfileFigure("definition", "Relief expected when comfort is asked for", state("comfort_expectation", 36.0)),
    ProfileFigure("causes", "Secure at 18 months", classed("secure")),
    ProfileFigure("causes", "Disorganized or unclassifiable at 18 months", classed("disorganized or unclassifiable")),
    ProfileFigure("emotion", "Fear", sign("fear")),
    ProfileFigure("emotion", "Low self-esteem", sign("low_self_esteem")),
    ProfileFigure("emotion", "Dysregulation", sign("dysregulation")),
    ProfileFigure("behaviour", "Aggression", sign("aggression")),
    ProfileFigure("behaviour", "Little comfort seeking", sign("little_comfort_seeking")),
    ProfileFigure("behaviour", "Withdrawal", sign("withdrawal")),
    ProfileFigure("body and brain", "Reactivity of the stress axis", state("hpa_reactivity", 60.0), forward=True),
    ProfileFigure("body and brain", "Social cognition", state("social_cognition", 54.0), forward=True),
    ProfileFigure("body and brain", "Language and executive", state("language", 54.0), forward=True),
    ProfileFigure(
        "long term", "Anxiety in adult bonds, 1 to 7", outcome("adult anxiety", 300.0), 7.0, 1.0, forward=True
    ),
    ProfileFigure(
        "long term", "Avoidance in adult bonds, 1 to 7", outcome("adult avoidance", 300.0), 7.0, 1.0, forward=True
    ),
)
"""What stands beside each line; help has effects instead, which are the register's."""


def profile_needs() -> list[Need]:
    """Return what has to be lived for the profile.

    Returns:
        Arms and ages in months.
    """
    return [(ContrastArm(kind), one.reading.age) for one in MEASURED for kind in KINDS]


def profile(lives: ClaimLives, measured: Iterable[ProfileFigure] = MEASURED) -> list[dict[str, object]]:
    """Return the numbers of each kind of care with the middle 80 % of children.

    Args:
        lives: that have lived `profile_needs`.
        measured: what to show.

    Returns:
        One row a measure: aspect, label, scale and, by kind of care, mean and the 10th and 90th percentile over
        children; a class has its share alone.
    """
    return [_row(lives, one) for one in measured]


def _row(lives: ClaimLives, one: ProfileFigure) -> dict[str, object]:
    return {
        "aspect": one.aspect,
        "label": one.label,
        "reading": str(one.reading),
        "kind": str(one.reading.kind),
        "bottom": one.bottom,
        "top": one.top,
        "simulated_forward": one.forward,
        "values": {kind: _values(lives, one, kind) for kind in KINDS},
    }


def _values(lives: ClaimLives, one: ProfileFigure, kind: str) -> dict[str, float]:
    found = lives.read(ContrastArm(kind), one.reading)
    found = found[np.isfinite(found)]
    if one.reading.kind is ReadingKind.OUTCOME:
        about = OUTCOMES[one.reading.name]
        found = about.centre + about.spread * found
    low, high = np.percentile(found, (10, 90)) if one.reading.kind is not ReadingKind.CLASS else (found.mean(),) * 2
    return {name: float(f"{value:.4g}") for name, value in (("mean", found.mean()), ("low", low), ("high", high))}
