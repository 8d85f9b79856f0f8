"""A trial, simulated: from a design and a pool to grid, smallest size, attenuation, and words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from bowlby.planning.trials.answer import SizeAnswer, answer
from bowlby.planning.trials.cautions import cautions
from bowlby.planning.trials.design import FROM_MODEL, StudyDesign
from bowlby.planning.trials.doubt import spread_of
from bowlby.planning.trials.effects import OutcomeByArm, outcome_under
from bowlby.planning.trials.grid import PowerGrid
from bowlby.planning.trials.point import PowerGridPoint
from bowlby.planning.trials.pool import TrialPool
from bowlby.planning.trials.protocol import Flow, analysis_plan, ethics, flow
from bowlby.planning.trials.publications import grades, published_of
from bowlby.planning.trials.words import (
    CAVEATS,
    drop_out_words,
    estimand,
    intercurrent_events,
    level_words,
    randomised_words,
)
from bowlby.simulation.cluster.run import Told


@dataclass(frozen=True)
class Trial:
    """What a trial could find.

    Args:
        design: of it.
        seed: of all chances.
        points: of the grid, by effect and size.
        answers: the smallest size under each effect.
        effect: what the model's treatment does, and what of it is observed.
        pool: how many children, and what there is to say of them.
    """

    design: StudyDesign
    seed: int
    points: tuple[PowerGridPoint, ...]
    answers: tuple[SizeAnswer, ...]
    effect: dict[str, float | None]
    pool: dict[str, Any]

    @property
    def first(self) -> SizeAnswer:
        """The answer under the first effect of the plan."""
        return self.answers[0]

    def points_of(self, effect: float | str) -> tuple[PowerGridPoint, ...]:
        """Return the points under one effect, by size."""
        return tuple(point for point in self.points if point.effect == effect)

    @property
    def ethics(self) -> str:
        """A paragraph for an ethics form, under the first effect of the plan."""
        return ethics(self.design, self.answers, self._control)

    @property
    def analysis_plan(self) -> str:
        """A paragraph for a statistical analysis plan."""
        return analysis_plan(self.design, self.first.at)

    @property
    def flow(self) -> tuple[Flow, ...]:
        """The expected flow of families, arm by arm."""
        return flow(self.design, self.first.at)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What the planner is warned of."""
        return cautions(self.design, self.answers)

    @property
    def _control(self) -> tuple[float, float]:
        mean, sd = self.effect["control_mean"], self.effect["control_sd"]
        assert mean is not None and sd is not None
        return mean, sd

    def as_dict(self) -> dict[str, Any]:
        """Return what `bowlby trial --json` says."""
        first = self.first
        return {
            "title": self.design.title,
            "estimand": estimand(self.design),
            "randomisation": randomised_words(self.design),
            "drop_out": drop_out_words(self.design),
            "analysis": str(self.design.analysed_by),
            "grid": [point.as_dict() for point in self.points],
            "smallest_n": first.n,
            "smallest_n_low": first.low,
            "smallest_n_high": first.high,
            "smallest": [one.as_dict() for one in self.answers],
            "spread": spread_of(self.design),
            "effect": self.effect,
            "pool": self.pool,
            "ethics": self.ethics,
            "analysis_plan": self.analysis_plan,
            "intercurrent_events": [list(row) for row in intercurrent_events(self.design)],
            "level": level_words(self.design),
            "flow": [asdict(one) for one in self.flow],
            "cautions": list(self.cautions),
            "published": [row.as_dict() for row in published_of(self.design)],
            "evidence": grades(self.design),
            "currency": None if self.design.costs is None else self.design.costs.currency,
            "caveats": list(CAVEATS),
            "seed": self.seed,
        }


def from_pool(design: StudyDesign, pool: TrialPool, seed: int, told: Told | None = None) -> Trial:
    """Draw trials of every size and effect of the plan from a pool.

    Args:
        design: with two arms.
        pool: its children.
        seed: of drawing.
        told: told of points done and to do.

    Returns:
        What the trial could find.

    Raises:
        InputError: no trial of some size can be analysed.
    """
    plan, sizes = design.trial, design.sizes
    grid = PowerGrid(design, pool, seed)
    todo = len(plan.effects) * (len(sizes) + 1)
    tell = _counted(told, todo)
    points: list[PowerGridPoint] = []
    answers: list[SizeAnswer] = []
    for effect in plan.effects:
        own: list[PowerGridPoint] = []
        for n in sizes:
            own.append(grid.point(n, effect))
            tell()
        points += own
        answers.append(answer(grid, effect, own))
        tell()
    return Trial(design, seed, tuple(points), tuple(answers), _effect(pool), _of_pool(pool, design))


def _counted(told: Told | None, todo: int) -> Callable[[], None]:
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        if told:
            told(done, todo)

    return tell


def _effect(pool: TrialPool) -> dict[str, float | None]:
    """Return the model's effect, true and observed: coder error takes off the rest."""
    true, observed = outcome_under(pool, FROM_MODEL, true=True), outcome_under(pool, FROM_MODEL)
    return {
        "true": true.difference,
        "true_d": true.d,
        "observed": observed.difference,
        "observed_d": observed.d,
        "observed_error": observed.error,
        "control_mean": float(observed.means[0]),
        "control_sd": observed.sd,
        "attenuation": _ratio(observed, true),
    }


def _ratio(observed: OutcomeByArm, true: OutcomeByArm) -> float | None:
    """Return the observed standardised effect over the true one, None where the pool shows no true one."""
    return observed.d / true.d if abs(true.difference) > 2.0 * true.error else None


def _of_pool(pool: TrialPool, design: StudyDesign) -> dict[str, Any]:
    return {
        "children": pool.children,
        "unscored": pool.unscored,
        "half_effects": [outcome_under(pool.half(which), FROM_MODEL).d for which in (0, 1)],
        "largest_trial_over_pool": max(design.sizes) / pool.children,
        "drawn": "with replacement; a trial's families are independent draws of the pool",
    }
