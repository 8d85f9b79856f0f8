"""What helps: every disturbance by every intervention, as the claims register contrasts them; and repair over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np

from bowlby.evidence.claims_register.contrast import LEAST, Steps, TreatmentEffect, needs_of
from bowlby.evidence.claims_register.judge import BootstrapDraws
from bowlby.evidence.claims_register.kinds_of_care import design_of
from bowlby.evidence.claims_register.lives import ClaimLives, ClaimSampleSizes, ContrastArm, Need
from bowlby.evidence.claims_register.reading import Reading, outcome, state
from bowlby.evidence.claims_register.result import ContrastResult
from bowlby.lives.arms import SAFE_RATE
from bowlby.lives.counterfactual import NODES, plan, refused_at
from bowlby.model.interventions.registry import INTERVENTIONS
from bowlby.simulation.expected_care import threat_rate
from bowlby.web.lessons.cares import CARES, SEED

NUMBERS = ClaimSampleSizes(seed=SEED)
"""As many children as the claims register has, so that both give the same numbers."""

DISTURBANCES: Mapping[str, str] = {
    **{key: care.name for key, care in CARES.items() if key != "secure"},
    "institution": "Institution",
}

SAFETY = "safe predictable environment"
LATEST = 84.0
SCHOOL = outcome("school adjustment", LATEST)
"""Read at seven years, whenever help began."""
COMFORT, FEAR = "comfort_expectation", "threat_expectation"
BETTER: Mapping[str, float] = {"comfort": 1.0, "fear": -1.0, "school": 1.0}
"""The outcomes of a cell, and which way each is better for the child."""


@dataclass(frozen=True)
class Help:
    """One row of the grid: when an intervention begins and when it is read, as in claims M14 to M16.

    Args:
        name: of the intervention.
        start: months.
        read: months at which comfort and fear are read.
        after_safety: whether threat is ended first where there is threat; it is then compared with safety alone.
    """

    name: str
    start: float
    read: float
    after_safety: bool = False

    def steps(self, care: str) -> tuple[Steps, Steps]:
        """Return the plan under some care, and the plan it is compared with."""
        if self.after_safety and indicated(care):
            return ((SAFETY, SAFETY_START), (self.name, self.start)), ((SAFETY, SAFETY_START),)
        return ((self.name, self.begins(care)),), ()

    def begins(self, care: str) -> float:
        """Return when it begins, months: in an institution as early as in the trial there, where it may."""
        early = care == "institution" and INTERVENTIONS[self.name].limits.youngest <= EARLY and self.start <= 42.0
        return EARLY if early else self.start


SAFETY_START, EARLY = 42.0, 24.0

HELP: tuple[Help, ...] = (
    Help(SAFETY, SAFETY_START, 84.0),
    Help("foster placement", 42.0, 84.0),
    Help("responsiveness training", 24.0, 48.0),
    Help("attachment and biobehavioral catch-up", 24.0, 48.0),
    Help("child-parent psychotherapy", 24.0, 48.0),
    Help("circle of security", 24.0, 48.0),
    Help("emotional-availability enhancement", 24.0, 48.0),
    Help("dyadic developmental psychotherapy", 36.0, 48.0),
    Help("attachment-focused play therapy", 24.0, 48.0),
    Help("sensory integration", 24.0, 48.0),
    Help("consistent emotional support", 54.0, 60.0, after_safety=True),
    Help("trauma-focused cognitive behavioural therapy", 54.0, 60.0, after_safety=True),
    Help("eye movement desensitization and reprocessing", 54.0, 60.0, after_safety=True),
    Help("somatic regulation", 60.0, 84.0, after_safety=True),
    Help("mindfulness", 72.0, 84.0, after_safety=True),
    Help("teacher consultation", 54.0, 60.0),
)


class EffectVerdict(StrEnum):
    """What a number with its interval says."""

    HELPS = "helps"
    SMALL = "too small to matter"
    OPEN = "open"
    HARMS = "makes it worse"


def verdict_of(result: ContrastResult, better: float) -> EffectVerdict:
    """Return what a number says: the interval decides, and a size below the register's least counts as nothing.

    Args:
        result: effect with its interval.
        better: 1 where more is better for the child, else -1.

    Returns:
        Helps or worse where the whole interval lies on one side of zero and the effect is at least the least; too
        small where the effect is smaller and the interval does not reach twice that; else open.
    """
    effect, ends = better * result.estimate, sorted((better * result.low, better * result.high))
    if abs(effect) < result.least:
        return EffectVerdict.SMALL if max(abs(ends[0]), abs(ends[1])) < 2 * result.least else EffectVerdict.OPEN
    if ends[0] > 0:
        return EffectVerdict.HELPS
    return EffectVerdict.HARMS if ends[1] < 0 else EffectVerdict.OPEN


@cache
def indicated(care: str) -> bool:
    """Return whether threat was there: most children met more than a safe home's frightening acts before help.

    Args:
        care: one of the register's kinds.

    Returns:
        Whether therapy of trauma is indicated at all.
    """
    design = design_of(care, 64, (SAFETY_START,), SEED)
    return float((threat_rate(design, design.care[0]) > SAFE_RATE).mean()) >= 0.5


def readings_of(one: Help, care: str) -> Mapping[str, Reading]:
    """Return what is read of a cell.

    Args:
        one: the intervention.
        care: the disturbance.

    Returns:
        By outcome.
    """
    age = 48.0 if one.begins(care) == EARLY else one.read
    return {"comfort": state(COMFORT, age), "fear": state(FEAR, age), "school": SCHOOL}


def contrasts() -> dict[tuple[str, str, str], TreatmentEffect]:
    """Return the contrast of every cell that has a number.

    Returns:
        By disturbance, intervention and outcome.
    """
    return {
        (care, one.name, told): TreatmentEffect(care, one.steps(care)[0], reading, one.steps(care)[1])
        for care in DISTURBANCES
        for one in HELP
        if _gate(one, care) is None
        for told, reading in readings_of(one, care).items()
    }


def _gate(one: Help, care: str) -> str | None:
    """Return in one sentence why nothing is given, or None."""
    if INTERVENTIONS[one.name].limits.needs_safety and not indicated(care):
        return "Not indicated: this treats what fright has left, and nothing here frightened more than in other homes."
    why = refused_at(plan(*one.steps(care)[0]), design_of(care, 512, (LATEST,), SEED))
    return None if why is None else f"Not given: {why.detail}"


LINES: tuple[tuple[str, str, Steps, str], ...] = (
    ("trauma", "nothing changes", (), FEAR),
    ("trauma", "threat ends at 3½ years", ((SAFETY, SAFETY_START),), FEAR),
    (
        "trauma",
        "threat ends, then trauma-focused therapy at 4½",
        ((SAFETY, SAFETY_START), ("trauma-focused cognitive behavioural therapy", 54.0)),
        FEAR,
    ),
    ("trauma", "training alone at 3½ years", (("responsiveness training", SAFETY_START),), FEAR),
    ("neglect", "nothing changes", (), COMFORT),
    ("neglect", "training at 2 years", (("responsiveness training", 24.0),), COMFORT),
    ("neglect", "child-parent psychotherapy at 2 years", (("child-parent psychotherapy", 24.0),), COMFORT),
    ("neglect", "threat ends at 2 years (there was none)", ((SAFETY, 24.0),), COMFORT),
    ("placed at 30 months", "institution, then a family at 2½ years", (), COMFORT),
)
"""Care, words, plan, and what is drawn over time."""

AGES = (18.0, 22.0, 26.0, 30.0, 33.0, 36.0, 41.0, 44.0, 48.0, 53.0, 57.0, 60.0, 66.0, 72.0, 78.0, 84.0)


def needs() -> list[Need]:
    """Return what grid and lines read.

    Returns:
        Every arm and age in months.
    """
    found = [need for contrast in contrasts().values() for need in needs_of(contrast)]
    for care, _, steps, _ in LINES:
        found += [(arm, age) for arm in _arms(care, steps) for age in AGES]
    return found


def _arms(care: str, steps: Steps) -> tuple[ContrastArm, ...]:
    if not steps:
        return (ContrastArm(care, few=True),)
    return tuple(ContrastArm(care, plan=steps, surety=node, few=True) for node in NODES)


def repair() -> dict[str, object]:
    """Return the grid and the lines, lived now.

    Returns:
        Plain values.
    """
    lives, draws = ClaimLives(needs(), NUMBERS), BootstrapDraws(NUMBERS)
    results = {cell: draws.result(one, lives) for cell, one in contrasts().items()}
    return {
        "children": NUMBERS.fewer,
        "least": LEAST["sd"],
        "grid": [_cell(one, care, results) for care in DISTURBANCES for one in HELP],
        "lines": [_line(lives, *line) for line in LINES],
    }


def _cell(one: Help, care: str, results: Mapping[tuple[str, str, str], ContrastResult]) -> dict[str, object]:
    steps, instead = one.steps(care)
    gate = _gate(one, care)
    told = {} if gate else {name: _number(results[care, one.name, name], better) for name, better in BETTER.items()}
    return {
        "care": care,
        "intervention": one.name,
        "steps": [list(step) for step in steps],
        "instead": [list(step) for step in instead],
        "read_months": {name: reading.age for name, reading in readings_of(one, care).items()},
        "evidence": str(INTERVENTIONS[one.name].evidence),
        "refused": gate,
        "outcomes": told,
    }


def _number(result: ContrastResult, better: float) -> dict[str, object]:
    return {
        "effect": float(f"{result.estimate:.4g}"),
        "low": float(f"{result.low:.4g}"),
        "high": float(f"{result.high:.4g}"),
        "verdict": str(verdict_of(result, better)),
    }


def _line(lives: ClaimLives, care: str, says: str, steps: Steps, drawn: str) -> dict[str, object]:
    arms = _arms(care, steps)
    values = [np.nanmean([np.nanmedian(lives.read(arm, state(drawn, age))) for arm in arms]) for age in AGES]
    return {
        "care": care,
        "says": says,
        "steps": [list(step) for step in steps],
        "quantity": drawn,
        "months": list(AGES),
        "middle": [round(float(value), 4) for value in values],
    }
