"""What a ranking of interventions depends on: each number of theirs and of the model a fifth lower and higher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import assert_never

import numpy as np

from bowlby.errors import InputError
from bowlby.lives.arm_lives import ArmRuns, RunMonitor
from bowlby.lives.counterfactual import (
    CounterfactualQuestion,
    InterventionPlan,
    measured_outcomes,
    refused_at,
    with_plan,
)
from bowlby.model import registry as life
from bowlby.model.interventions.intervention import Intervention, Shift

CHANGE = 0.2
"""Share by which each number is lowered and raised."""

CONSTANTS = (
    "plasticity_time",
    "plasticity_floor",
    "adults_weight",
    "adults_rate",
    "reactivity_loss",
    "relief_warmth",
    "relief_presence",
    "frustration_rate",
)
"""Constants of the model that are tried where nothing else is asked."""


class FactorKind(StrEnum):
    """What is changed."""

    SHIFT = "mean shift"
    DROP_OUT = "drop-out"
    KEPT = "share kept"
    DELAY = "months until full effect"
    CONSTANT = "constant of the model"


@dataclass(frozen=True)
class RankingFactor:
    """One number, or the shifts of one intervention together.

    Args:
        kind: what it is.
        name: of the plan whose interventions are changed, or of the constant.
    """

    kind: FactorKind
    name: str


@dataclass(frozen=True)
class FactorEffect:
    """The effects on one outcome with one factor changed.

    Args:
        factor: what was changed.
        change: -0.2 for a fifth lower.
        outcome: by name.
        effects: mean difference from the control, by plan.
        moved: the same less the effect before the change.
        best: plan with the best effect among those with a trial, None without any.
        best_before: the same before the change.
    """

    factor: RankingFactor
    change: float
    outcome: str
    effects: Mapping[str, float]
    moved: Mapping[str, float]
    best: str | None
    best_before: str | None

    @property
    def turns_the_ranking(self) -> bool:
        """Whether another plan comes out best."""
        return self.best != self.best_before

    @property
    def size(self) -> float:
        """Largest change of an effect, in the outcome's unit."""
        return max((abs(move) for move in self.moved.values()), default=0.0)

    def as_dict(self) -> dict[str, object]:
        """Return the row as plain values."""
        return {
            "kind": str(self.factor.kind),
            "name": self.factor.name,
            "change": self.change,
            "outcome": self.outcome,
            "effects": dict(self.effects),
            "moved": dict(self.moved),
            "best": self.best,
            "turns_the_ranking": self.turns_the_ranking,
        }


def factors(plans: Sequence[InterventionPlan], constants: Sequence[str] = CONSTANTS) -> tuple[RankingFactor, ...]:
    """Return what there is to change: numbers of each plan that are not 0, and constants of the model.

    Args:
        plans: arms.
        constants: names in the registry of the episode clock.

    Returns:
        Factors in order.

    Raises:
        ParameterError: there is no such constant.
    """
    for name in constants:
        life.lookup(name)
    kinds = [kind for kind in FactorKind if kind is not FactorKind.CONSTANT]
    own = [RankingFactor(kind, one.name) for one in plans for kind in kinds if _changes(one, kind)]
    return (*own, *(RankingFactor(FactorKind.CONSTANT, name) for name in constants))


def ranking_sensitivity(
    question: CounterfactualQuestion,
    plans: Sequence[InterventionPlan],
    tried: Sequence[RankingFactor] | None = None,
    *,
    folder: Path | None = None,
    watching: RunMonitor | None = None,
) -> tuple[FactorEffect, ...]:
    """Return the effects with each factor a fifth lower and a fifth higher, one at a time, in the same lives.

    Effects are means of differences from the control at the mean shifts themselves (z = 0). Whom a plan reaches is
    worked out anew each time; whether it is refused is judged once, before any change.

    Args:
        question: base design, measure and outcomes.
        plans: arms; refused ones are left out.
        tried: factors, None for those of `factors`.
        folder: where finished arms are kept, or None.
        watching: called with progress, and asked whether to stop.

    Returns:
        Two turns a factor and outcome, those that turn the ranking first, then by size.

    Raises:
        InputError: no plan is left, or a factor names no plan.
        CancelledError: `watching` said so.
    """
    arms = [one for one in plans if refused_at(one, question.base) is None]
    chosen = list(factors(arms) if tried is None else tried)
    _check(arms, chosen)
    constant = sum(one.kind is FactorKind.CONSTANT for one in chosen)
    runs = ArmRuns(folder, watching, 1 + len(arms) + 2 * (len(chosen) - constant) + 2 * constant * (1 + len(arms)))
    before = _Means(question, arms, runs)
    turns = [turn for factor in chosen for sign in (-1, 1) for turn in _turned(before, factor, sign * CHANGE)]
    return tuple(sorted(turns, key=lambda one: (not one.turns_the_ranking, -one.size)))


def _check(arms: Sequence[InterventionPlan], chosen: Sequence[RankingFactor]) -> None:
    if not arms:
        raise InputError("every plan is refused", column="plan", remedy="Ask `compare` for the reasons.")
    names = {one.name for one in arms}
    for one in chosen:
        if one.kind is not FactorKind.CONSTANT and one.name not in names:
            raise InputError(
                "a factor names no plan", column="factor", value=one.name, remedy=f"Plans: {', '.join(names)}."
            )


class _Means:
    """Mean effects of some plans at their mean shifts.

    Args:
        question: what is asked.
        arms: plans.
        runs: where they are lived.
    """

    def __init__(self, question: CounterfactualQuestion, arms: Sequence[InterventionPlan], runs: ArmRuns) -> None:
        self.question, self.arms, self.runs = question, list(arms), runs
        self._control = measured_outcomes(question, runs.live(question.base))
        self.effects = {one.name: self.of(one) for one in arms}

    def of(self, arm: InterventionPlan) -> dict[str, float]:
        """Return the mean effect of one plan on each outcome, over children in whom both could be computed."""
        lived = measured_outcomes(self.question, self.runs.live(with_plan(arm, self.question.base)))
        return {name: float(np.nanmean(lived[name] - self._control[name])) for name in self.question.better}

    def best(self, outcome: str, effects: Mapping[str, Mapping[str, float]]) -> str | None:
        """Return the plan with the best effect among those with a trial."""
        sign = self.question.better[outcome].sign
        tried = [one.name for one in self.arms if one.evidence.tried]
        return max(tried, key=lambda name: sign * effects[name][outcome], default=None)


def _turned(before: _Means, factor: RankingFactor, change: float) -> list[FactorEffect]:
    effects = _effects(before, factor, 1.0 + change)
    found: list[FactorEffect] = []
    for outcome in before.question.better:
        now = {name: one[outcome] for name, one in effects.items()}
        moved = {name: value - before.effects[name][outcome] for name, value in now.items()}
        best, was = before.best(outcome, effects), before.best(outcome, before.effects)
        found.append(FactorEffect(factor, change, outcome, now, moved, best, was))
    return found


def _effects(before: _Means, factor: RankingFactor, times: float) -> dict[str, dict[str, float]]:
    if factor.kind is FactorKind.CONSTANT:
        base = before.question.base
        value = base.constants.get(factor.name, life.lookup(factor.name).default)
        changed = replace(base, constants={**base.constants, factor.name: value * times})
        return _Means(replace(before.question, base=changed), before.arms, before.runs).effects
    arm = next(one for one in before.arms if one.name == factor.name)
    return {**before.effects, arm.name: before.of(_changed(arm, factor.kind, times))}


def _changes(arm: InterventionPlan, kind: FactorKind) -> bool:
    return _changed(arm, kind, 1.0 + CHANGE) != arm


def _changed(arm: InterventionPlan, kind: FactorKind, times: float) -> InterventionPlan:
    steps = tuple(replace(step, intervention=_variant(step.intervention, kind, times)) for step in arm.steps)
    return replace(arm, steps=steps)


def _variant(one: Intervention, kind: FactorKind, times: float) -> Intervention:
    match kind:
        case FactorKind.SHIFT:
            placement = one.placement and replace(one.placement, moves=_scaled(one.placement.moves, times))
            return replace(one, moves=_scaled(one.moves, times), placement=placement)
        case FactorKind.DROP_OUT:
            return replace(one, limits=replace(one.limits, drop_out=min(times * one.limits.drop_out, 0.99)))
        case FactorKind.KEPT | FactorKind.DELAY if one.placement:
            return one
        case FactorKind.KEPT:
            return replace(one, dose=replace(one.dose, kept=min(times * one.dose.kept, 1.0)))
        case FactorKind.DELAY:
            return replace(one, dose=replace(one.dose, delay=times * one.dose.delay))
        case FactorKind.CONSTANT:
            return one
        case _:
            assert_never(kind)


def _scaled(shifts: tuple[Shift, ...], times: float) -> tuple[Shift, ...]:
    return tuple(replace(one, mean=times * one.mean) for one in shifts)
