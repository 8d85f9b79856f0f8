"""What each intervention would change: the same lives with and without it, and how sure the order of them is.

Arms share all chances, so that children differ between arms by what the intervention moved and by nothing else. Two
doubts are in every interval: that of a finite number of lives, and that of the mean shift, which trials leave open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.lives.arm_lives import ArmLives, ArmRuns, RunMonitor
from bowlby.lives.arms import InterventionRefusal, give, reached_children, refusal
from bowlby.model.interventions.intervention import EvidenceLevel, Intervention
from bowlby.model.interventions.registry import intervention
from bowlby.simulation.engine.cohort import CohortResult
from bowlby.simulation.engine.design import CohortDesign, Value

Floats = npt.NDArray[np.float64]
Measure = Callable[[ArmLives], Mapping[str, Floats]]
"""What a study sees of some lives: outcomes by name, each of shape (children,), NaN where missing."""

NODES = (-1.0, 1.0)
"""Sureties at which a cohort lives an arm: the two-point Gauss-Hermite rule, exact for effects up to cubic in z."""
DRAWS = 2000
CHUNK = 100
"""Draws made at a time, so that weights of many children fit in memory."""
ENDS = (2.5, 97.5)
"""Percentiles between which an interval lies."""


class BetterDirection(StrEnum):
    """Which way an outcome is better for the child."""

    HIGHER = "higher"
    LOWER = "lower"

    @property
    def sign(self) -> float:
        """1 where more is better, else -1."""
        return 1.0 if self is BetterDirection.HIGHER else -1.0


@dataclass(frozen=True)
class InterventionStep:
    """One intervention at one age.

    Args:
        intervention: the entry, or a variant of it.
        start: months.
    """

    intervention: Intervention
    start: float


@dataclass(frozen=True)
class InterventionPlan:
    """Interventions in the order in which they are given; an arm.

    Args:
        name: by which it is reported.
        steps: at least one.
    """

    name: str
    steps: tuple[InterventionStep, ...]

    @property
    def evidence(self) -> EvidenceLevel:
        """The weakest grade among its steps."""
        grades = list(EvidenceLevel)
        return max((step.intervention.evidence for step in self.steps), key=grades.index)

    @property
    def key(self) -> str:
        """Name of its doubt: plans of the same interventions share it, whatever their ages."""
        return "+".join(step.intervention.name for step in self.steps)


def plan(*steps: tuple[str, float]) -> InterventionPlan:
    """Return a plan of interventions of the registry.

    Args:
        steps: name and age at start in months of each, in order.

    Returns:
        A plan named after its interventions.

    Raises:
        InputError: no step, or no such intervention.
    """
    if not steps:
        raise InputError("a plan has at least one intervention", column="plan", remedy="Give a name and an age.")
    found = tuple(InterventionStep(intervention(name), start) for name, start in steps)
    return InterventionPlan(", then ".join(step.intervention.name for step in found), found)


@dataclass(frozen=True)
class CounterfactualQuestion:
    """What is asked.

    Args:
        base: the lives without any intervention; its children are a cohort.
        measure: what is seen of the lives.
        better: of each outcome to compare, which way is better.
        draws: of the bootstrap over children, >= 100.
        families: number of each child's family, shape (children,): families are resampled with all their children.
            None where every child has a family of its own.
    """

    base: CohortDesign
    measure: Measure
    better: Mapping[str, BetterDirection]
    draws: int = DRAWS
    families: npt.NDArray[np.int64] | None = None


@dataclass(frozen=True)
class InterventionEffect:
    """What one plan changes in one outcome, against the same lives without it.

    Args:
        name: of the plan.
        outcome: by name.
        effect: mean difference in the outcome's unit.
        low: end of the 95 % interval.
        high: end of the 95 % interval.
        standardised: effect, low and high over the standard deviation of the outcome without intervention; None where
            that is 0.
        p_better: probability that it is better than nothing.
        p_best: probability of being the best of those with a trial; None without an adequate trial.
        evidence: grade; without an adequate trial the effect is that of the mechanism alone.
        reached: share of children whom its last step reaches.
    """

    name: str
    outcome: str
    effect: float
    low: float
    high: float
    standardised: tuple[float, float, float] | None
    p_better: float
    p_best: float | None
    evidence: EvidenceLevel
    reached: float

    def as_dict(self) -> dict[str, object]:
        """Return the row of the command's JSON."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "effect": self.effect,
            "low": self.low,
            "high": self.high,
            "standardised": None if self.standardised is None else list(self.standardised),
            "p_better": self.p_better,
            "p_best": self.p_best,
            "evidence": str(self.evidence),
            "mechanism_only": not self.evidence.tried,
            "reached": self.reached,
        }


@dataclass(frozen=True)
class UntreatedOutcome:
    """An outcome without any intervention.

    Args:
        outcome: by name.
        better: which way it is better.
        mean: over children.
        sd: over children.
        children: in whom it could be computed in every arm.
        missing: in whom it could not.
    """

    outcome: str
    better: BetterDirection
    mean: float
    sd: float
    children: int
    missing: int

    def as_dict(self) -> dict[str, object]:
        """Return the row as plain values."""
        return {
            "outcome": self.outcome,
            "better": str(self.better),
            "mean": self.mean,
            "sd": self.sd,
            "children": self.children,
            "missing": self.missing,
        }


@dataclass(frozen=True)
class InterventionComparison:
    """All effects, what they are measured from, and what was refused.

    Args:
        effects: of each plan in each outcome.
        without: each outcome without intervention.
        refused: by name of the plan.
    """

    effects: tuple[InterventionEffect, ...]
    without: tuple[UntreatedOutcome, ...]
    refused: Mapping[str, InterventionRefusal] = field(default_factory=dict)

    def of(self, outcome: str) -> tuple[InterventionEffect, ...]:
        """Return an outcome's effects with a trial, the most probably best first."""
        tried = [one for one in self.effects if one.outcome == outcome and one.p_best is not None]
        return tuple(sorted(tried, key=lambda one: -(one.p_best or 0.0)))

    def apart(self, outcome: str) -> tuple[InterventionEffect, ...]:
        """Return an outcome's effects of mechanism alone: no adequate trial, not ranked."""
        return tuple(one for one in self.effects if one.outcome == outcome and one.p_best is None)

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby forecast --json` says of interventions."""
        return {
            "interventions": [one.as_dict() for one in self.effects],
            "without": [one.as_dict() for one in self.without],
            "refused": [{"plan": name, **one.as_dict()} for name, one in self.refused.items()],
        }


def compare(
    question: CounterfactualQuestion,
    plans: Sequence[InterventionPlan],
    *,
    folder: Path | None = None,
    watching: RunMonitor | None = None,
) -> InterventionComparison:
    """Return what each plan changes, ranked among those with an adequate trial.

    Each arm is lived at two sureties z of its mean shifts, -1 and 1; with d(z) the mean over children of the difference
    from the control, a draw of the effect is (d(1) + d(-1)) / 2 + z (d(1) - d(-1)) / 2, z standard normal, under
    Bayesian-bootstrap weights of the children (Rubin 1981, Ann Stat 9:130) that all arms share. The steps of a plan
    share their z, which takes their doubts to go together.

    Args:
        question: base design, measure and outcomes.
        plans: arms; those refused are listed with the reason and never ranked.
        folder: where finished arms are kept, so that the same call goes on after an interruption; None keeps none.
        watching: called with progress, and asked whether to stop.

    Returns:
        Effects, the control, and refusals.

    Raises:
        InputError: two plans of one name, no outcome, an outcome that the measure does not give, or a start outside the
            time lived.
        CancelledError: `watching` said so.
    """
    _check(question, plans)
    refused = {one.name: why for one in plans if (why := refused_at(one, question.base)) is not None}
    arms = [one for one in plans if one.name not in refused]
    runs = ArmRuns(folder, watching, 1 + len(arms) * len(NODES))
    control = measured_outcomes(question, runs.live(question.base))
    differences = [_differences(question, one, control, runs) for one in arms]
    shares = [_share_reached(one, question.base) for one in arms]
    effects: list[InterventionEffect] = []
    without: list[UntreatedOutcome] = []
    for name, better in question.better.items():
        shape = (len(arms), len(NODES), question.base.children)
        lived = np.array([one[name] for one in differences]).reshape(shape)
        fine = np.isfinite(control[name]) & np.isfinite(lived).all(axis=(0, 1))
        before = control[name][fine]
        without.append(_without(name, better, before, question.base.children))
        if before.size:
            drawn = _EffectDraws(question, arms, lived[:, :, fine], _families(question)[fine])
            effects += _effects(without[-1], arms, drawn, shares)
    return InterventionComparison(tuple(effects), tuple(without), refused)


def refused_at(arm: InterventionPlan, base: CohortDesign) -> InterventionRefusal | None:
    """Return why a plan is refused: the first of its steps that is, after those before it have been given.

    Args:
        arm: the plan.
        base: the design without it.

    Returns:
        The reason, or None.

    Raises:
        InputError: a start lies outside the time lived.
    """
    design = base
    for step in arm.steps:
        why = refusal(step.intervention, design, step.start)
        if why is not None:
            return why
        design = give(step.intervention, design, step.start)
    return None


def with_plan(arm: InterventionPlan, base: CohortDesign, surety: Value = 0.0) -> CohortDesign:
    """Return the design with all steps of a plan.

    Args:
        arm: the plan, not refused.
        base: the design without it.
        surety: z of its mean shifts; one number, or one a child.

    Returns:
        The design.

    Raises:
        InputError: a start lies outside the time lived.
    """
    design = base
    for step in arm.steps:
        design = give(step.intervention, design, step.start, surety=surety)
    return design


def _check(question: CounterfactualQuestion, plans: Sequence[InterventionPlan]) -> None:
    names = [one.name for one in plans]
    if len(set(names)) < len(names):
        raise InputError("two plans have one name", column="plan", value=names, remedy="Name each plan by itself.")
    if not question.better:
        raise InputError("no outcome is asked for", column="outcome", remedy="Name at least one outcome.")
    if question.draws < CHUNK:
        raise InputError(
            "too few draws for an interval", column="draws", value=question.draws, remedy=f"Give {CHUNK} or more."
        )


def measured_outcomes(question: CounterfactualQuestion, lived: ArmLives) -> dict[str, Floats]:
    """Return the outcomes asked for, NaN where a child's numbers failed.

    Args:
        question: with measure and outcomes.
        lived: lives of one arm.

    Returns:
        By name, each of shape (children,).

    Raises:
        InputError: the measure does not give one of them.
    """
    found = question.measure(lived)
    missing = [name for name in question.better if name not in found]
    if missing:
        raise InputError(
            "the measure gives no such outcome",
            column="outcome",
            value=missing[0],
            remedy=f"It gives: {', '.join(found)}.",
        )
    fine = lived.result.status == 0
    return {name: np.where(fine, np.asarray(found[name], np.float64), np.nan) for name in question.better}


def _differences(
    question: CounterfactualQuestion, arm: InterventionPlan, control: Mapping[str, Floats], runs: ArmRuns
) -> dict[str, Floats]:
    """Return the differences from the control by outcome, shape (sureties, children)."""
    lived = [measured_outcomes(question, runs.live(with_plan(arm, question.base, surety))) for surety in NODES]
    return {name: np.array([one[name] - control[name] for one in lived]) for name in question.better}


def _share_reached(arm: InterventionPlan, base: CohortDesign) -> float:
    before, last = with_plan(InterventionPlan(arm.name, arm.steps[:-1]), base), arm.steps[-1]
    return float(reached_children(last.intervention, before, last.start).mean())


def _without(name: str, better: BetterDirection, values: Floats, children: int) -> UntreatedOutcome:
    mean = float(values.mean()) if values.size else float("nan")
    sd = float(values.std(ddof=1)) if values.size > 1 else 0.0
    return UntreatedOutcome(name, better, mean, sd, values.size, children - values.size)


class _EffectDraws:
    """Draws of the effects of all arms on one outcome, and their point estimates.

    Args:
        question: for draws and seed.
        arms: plans that were lived.
        lived: differences from the control, shape (arms, sureties, children).
        families: number of each child's family, shape (children,).
    """

    def __init__(
        self,
        question: CounterfactualQuestion,
        arms: Sequence[InterventionPlan],
        lived: Floats,
        families: npt.NDArray[np.int64],
    ) -> None:
        self.point = lived.mean(axis=(1, 2))
        generator = np.random.default_rng(question.base.seed)
        shared = {key: generator.standard_normal(question.draws) for key in dict.fromkeys(one.key for one in arms)}
        means = np.concatenate(list(_bootstrapped(lived, families, question.draws, generator)), axis=-1)
        middle, half = (means[:, 1] + means[:, 0]) / 2, (means[:, 1] - means[:, 0]) / 2
        self.draws = middle + half * np.array([shared[one.key] for one in arms]).reshape(middle.shape)


def _families(question: CounterfactualQuestion) -> npt.NDArray[np.int64]:
    return np.arange(question.base.children) if question.families is None else question.families


def _bootstrapped(
    lived: Floats, families: npt.NDArray[np.int64], draws: int, generator: np.random.Generator
) -> Iterator[Floats]:
    """Yield weighted means, shape (arms, sureties, draws of a chunk); weights of families are Dirichlet(1, ..., 1)."""
    names, place = np.unique(families, return_inverse=True)
    for start in range(0, draws, CHUNK):
        weights = generator.standard_exponential((min(CHUNK, draws - start), len(names)))[:, place]
        yield lived @ (weights / weights.sum(axis=1, keepdims=True)).T


def _effects(
    without: UntreatedOutcome, arms: Sequence[InterventionPlan], drawn: _EffectDraws, shares: Sequence[float]
) -> list[InterventionEffect]:
    sign = without.better.sign
    tried = [number for number, arm in enumerate(arms) if arm.evidence.tried]
    best = dict(zip(tried, _best(sign * drawn.draws[tried]), strict=True))
    found: list[InterventionEffect] = []
    for number, arm in enumerate(arms):
        draws, point = drawn.draws[number], float(drawn.point[number])
        low, high = (float(end) for end in np.percentile(draws, ENDS))
        scaled = None if without.sd == 0.0 else (point / without.sd, low / without.sd, high / without.sd)
        gain = float((sign * draws > 0).mean() + 0.5 * (draws == 0).mean())
        found.append(
            InterventionEffect(
                arm.name,
                without.outcome,
                point,
                low,
                high,
                scaled,
                gain,
                best.get(number),
                arm.evidence,
                shares[number],
            )
        )
    return found


def _best(values: Floats) -> list[float]:
    """Return the share of draws in which each arm is best; those that tie share a draw."""
    if not values.size:
        return []
    top = values == values.max(axis=0)
    return [float(share) for share in (top / top.sum(axis=0)).mean(axis=1)]


def at_the_end(measure: Callable[[CohortResult], Mapping[str, Floats]]) -> Measure:
    """Return a measure that looks at lives as they are at the design's end.

    Args:
        measure: of a result.

    Returns:
        A measure for `CounterfactualQuestion`.
    """
    return lambda lived: measure(lived.result)
