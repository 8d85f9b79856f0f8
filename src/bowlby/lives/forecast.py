"""From named care, or care that was inferred, to the life course that may follow, with and without interventions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.inference.care.saved_care import SavedCare
from bowlby.lives.arm_lives import ArmLives, RunMonitor
from bowlby.lives.counterfactual import BetterDirection, CounterfactualQuestion, InterventionComparison, compare, plan
from bowlby.lives.fan import AGES, FanBand, fans, nearest, stages_of
from bowlby.model.interventions.registry import INTERVENTIONS
from bowlby.model.life.exposures import exposure
from bowlby.model.outcomes import OUTCOMES
from bowlby.simulation.engine.design import CohortDesign, check_children
from bowlby.simulation.home import HomeCare
from bowlby.simulation.life_course import END, life_course
from bowlby.simulation.named_care import FamilyChildren, homes_under
from bowlby.simulation.outcomes import ChildrenAtAge, measure

Floats = npt.NDArray[np.float64]

LOOKED_AT: Mapping[str, float] = {
    "teacher closeness": 54.0,
    "teacher conflict": 54.0,
    "attachment to the teacher": 54.0,
    "peer competence": 78.0,
    "externalizing": 78.0,
    "internalizing": 78.0,
    "school engagement": 78.0,
    "school adjustment": 78.0,
    "adult anxiety": 300.0,
    "adult avoidance": 300.0,
    "intimacy": 300.0,
    "relationship stability": 300.0,
}
"""Outcomes by which interventions are compared, and the age in months at which."""

WORSE_WHEN_HIGHER = frozenset(
    {"teacher conflict", "teacher dependency", "externalizing", "internalizing", "adult anxiety", "adult avoidance"}
)

SUITED = (
    "responsiveness training",
    "attachment and biobehavioral catch-up",
    "child-parent psychotherapy",
    "teacher consultation",
)
"""What is compared where nothing is asked for: interventions with trials in those whom a child is with."""

CAVEATS = (
    "Simulated forward from assumed parameters; no child's life was ever predicted with this. Read bands and their "
    "order, not single lines.",
    "Care at home is taken to stay as it is; company outside home is the standard course.",
)


CHILDREN_A_DRAW = 4
"""Children of each drawn caregiver, so that doubt about care and differences between children are separated."""


@dataclass(frozen=True)
class OutcomeDoubt:
    """The spread of one outcome under care that was inferred, in two parts (analysis of variance over draws).

    Args:
        outcome: by name.
        mean: over all lives.
        care: standard deviation that doubt about the care makes.
        children: standard deviation of children under the same care.
    """

    outcome: str
    mean: float
    care: float
    children: float

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return dict(vars(self))


@dataclass(frozen=True)
class ForecastDesign:
    """What is forecast.

    Args:
        care: name of an exposure, or what was inferred of a caregiver.
        children: of its cohort; under care that was inferred, a multiple of `CHILDREN_A_DRAW`.
        start: months at which interventions start and from which the fan is drawn, > 0.
        until: months at which it ends, > start.
        interventions: names; each becomes a plan of one step.
        sequences: plans of several steps, each a name and an age at start in months, in order.
        seed: of all chances.
    """

    care: str | SavedCare = "usual"
    children: int = 400
    start: float = 12.0
    until: float = END
    interventions: Sequence[str] = SUITED
    seed: int = 0
    sequences: Sequence[Sequence[tuple[str, float]]] = ()


@dataclass(frozen=True)
class Forecast:
    """What may follow.

    Args:
        asked: of it.
        fans: without intervention.
        with_plans: by name of a plan, the fans under it, halfway between those at a mean shift a standard deviation
            below and above the trials' mean.
        comparison: effects, ranking and refusals.
        doubts: under care that was inferred, what part of each outcome's spread is doubt about that care.
    """

    asked: ForecastDesign
    fans: tuple[FanBand, ...]
    with_plans: Mapping[str, tuple[FanBand, ...]] = field(default_factory=dict)
    comparison: InterventionComparison | None = None
    doubts: tuple[OutcomeDoubt, ...] = ()

    @property
    def population(self) -> str:
        """Whose families these are."""
        if isinstance(self.asked.care, SavedCare):
            return (
                f"children under care like this: {self.asked.children // CHILDREN_A_DRAW} draws of the caregiver, "
                f"{CHILDREN_A_DRAW} children each; company of the low-risk population"
            )
        if not exposure(self.asked.care).of_families:
            return f"{self.asked.care}: a setting outside the families' population; company of the low-risk population"
        return f"low-risk families, each with what {self.asked.care} care adds to its own; company of that population"

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby forecast --json` says."""
        compared = self.comparison.as_dict() if self.comparison else {"interventions": [], "refused": []}
        return {
            "fans": {
                "no intervention": _as_rows(self.fans),
                **{name: _as_rows(bands) for name, bands in self.with_plans.items()},
            },
            **compared,
            "start_months": self.asked.start,
            "until_months": self.asked.until,
            "children": self.asked.children,
            "population": self.population,
            "doubts": [one.as_dict() for one in self.doubts],
            "caveats": list(CAVEATS),
            "seed": self.asked.seed,
        }


def forecast(asked: ForecastDesign, *, folder: Path | None = None, watching: RunMonitor | None = None) -> Forecast:
    """Return the life course that may follow, and what each intervention would change.

    Args:
        asked: whose life, from when and under what.
        folder: where finished arms are kept, so that the same call goes on after an interruption; None keeps none.
        watching: called with progress, and asked whether to stop.

    Returns:
        Fans and comparison.

    Raises:
        InputError: ages out of order, an unknown exposure, intervention or start.
        CancelledError: `watching` said so.
    """
    base = _base(asked)
    kept = _ArmFans(asked, _outcomes(asked))
    plans = [plan(*steps) for steps in asked.sequences]
    plans += [plan((name, asked.start)) for name in dict.fromkeys(_known(asked.interventions))]
    better = {
        name: BetterDirection.LOWER if _named(name) in WORSE_WHEN_HIGHER else BetterDirection.HIGHER
        for name in kept.outcomes
    }
    question = CounterfactualQuestion(base, kept, better, families=families_of(asked))
    comparison = compare(question, plans, folder=folder, watching=watching)
    given = [one.name for one in plans if one.name not in comparison.refused]
    each = (len(kept.arms) - 1) // max(len(given), 1)
    arms = {name: _between(kept.arms[1 + each * place : 1 + each * (place + 1)]) for place, name in enumerate(given)}
    return Forecast(asked, kept.arms[0], arms, comparison, doubts(asked, kept.control))


class _ArmFans:
    """Measures each arm as it comes, and keeps its fans: the control first, then the plans in their order.

    Args:
        asked: seed and first age.
        outcomes: by the name that is reported, outcome and age.
    """

    def __init__(self, asked: ForecastDesign, outcomes: Mapping[str, tuple[str, float]]) -> None:
        self._asked, self.outcomes = asked, outcomes
        self.arms: list[tuple[FanBand, ...]] = []
        self.control: dict[str, Floats] = {}

    def __call__(self, lived: ArmLives) -> dict[str, Floats]:
        """Return the outcomes that are compared."""
        stages = stages_of(lived)
        self.arms.append(fans(stages, seed=self._asked.seed, from_age=self._asked.start))
        found = {told: self._of(nearest(stages, age), name) for told, (name, age) in self.outcomes.items()}
        self.control = self.control or found
        return found

    def _of(self, stage: ChildrenAtAge, name: str) -> Floats:
        return measure(stage, [name], seed=self._asked.seed)[name]


def _base(asked: ForecastDesign) -> CohortDesign:
    if not 0 < asked.start < asked.until:
        raise InputError(
            "a forecast goes from its start to a later age",
            column="start",
            value=asked.start,
            remedy=f"Give an age above 0 and below {asked.until:g} months.",
        )
    return lives_of(asked)


def lives_of(asked: ForecastDesign) -> CohortDesign:
    """Return the lives of children under some care, with the standard company outside home.

    Args:
        asked: whose care, how many and until when.

    Returns:
        The design.

    Raises:
        InputError: there is no such care, or the children cannot be lived.
    """
    check_children(asked.children)
    homes = _homes(asked)
    ages = tuple(age for age in AGES if age < asked.until)
    return life_course(asked.children, homes, seed=asked.seed, trace_at=ages)


def _known(names: Sequence[str]) -> list[str]:
    every = list(INTERVENTIONS)
    return every if list(names) == ["all"] else list(names)


def _outcomes(asked: ForecastDesign) -> dict[str, tuple[str, float]]:
    there = {name: age for name, age in LOOKED_AT.items() if asked.start < age <= asked.until}
    if not there:
        raise InputError(
            "no outcome has a meaning before the forecast ends",
            column="until",
            value=asked.until,
            remedy=f"Let it end at {min(LOOKED_AT.values()):g} months or later.",
        )
    return {f"{name} at {age / 12:g} years": (name, age) for name, age in there.items()}


def _named(told: str) -> str:
    return next(name for name in OUTCOMES if told.startswith(name))


def _between(arms: Sequence[tuple[FanBand, ...]]) -> tuple[FanBand, ...]:
    """Return fans halfway between those of two sureties."""
    return tuple(
        replace(
            same[0], quantiles=np.mean([b.quantiles for b in same], axis=0), mean=np.mean([b.mean for b in same], 0)
        )
        for same in zip(*arms, strict=True)
    )


def _as_rows(bands: Sequence[FanBand]) -> list[dict[str, object]]:
    return [
        {"name": band.name, "label": band.label, "kind": band.kind, "unit": band.unit, "ages": band.as_rows()}
        for band in bands
    ]


def families_of(asked: ForecastDesign) -> npt.NDArray[np.int64] | None:
    """Return which children have the same caregiver.

    Args:
        asked: whose life.

    Returns:
        Number of each child's draw, shape (children,); None under named care, where each child has a family of its own.
    """
    return np.arange(asked.children) // CHILDREN_A_DRAW if isinstance(asked.care, SavedCare) else None


def doubts(asked: ForecastDesign, outcomes: Mapping[str, Floats]) -> tuple[OutcomeDoubt, ...]:
    """Return how much of each outcome's spread is doubt about the care that was inferred.

    Args:
        asked: whose life.
        outcomes: without intervention, by name, each of shape (children,).

    Returns:
        One an outcome; none under named care.
    """
    if families_of(asked) is None:
        return ()
    parts = {name: values.reshape(-1, CHILDREN_A_DRAW) for name, values in outcomes.items()}
    whole = {name: values[np.isfinite(values).all(axis=1)] for name, values in parts.items()}
    return tuple(_doubt(name, fine) for name, fine in whole.items() if len(fine) > 1)


def _doubt(name: str, fine: Floats) -> OutcomeDoubt:
    """Return the parts of a spread, from shape (draws, children) without missing values."""
    within = float(fine.var(axis=1, ddof=1).mean())
    between = max(0.0, float(fine.mean(axis=1).var(ddof=1)) - within / CHILDREN_A_DRAW)
    return OutcomeDoubt(name, float(fine.mean()), between**0.5, within**0.5)


def _homes(asked: ForecastDesign) -> tuple[HomeCare, ...]:
    """Return care at home: of named families, or of the caregivers that a record leaves possible, as they stay."""
    if not isinstance(asked.care, SavedCare):
        return homes_under(
            asked.care, FamilyChildren(np.arange(asked.children, dtype=np.uint32), asked.seed), asked.until
        )
    if asked.children % CHILDREN_A_DRAW:
        raise InputError(
            f"under care that was inferred {CHILDREN_A_DRAW} children share each draw",
            column="children",
            value=asked.children,
            remedy=f"Give a multiple of {CHILDREN_A_DRAW}.",
        )
    draws = len(next(iter(asked.care.traits.values())))
    chosen = np.random.default_rng([asked.seed, 6]).permutation(draws)[: asked.children // CHILDREN_A_DRAW]
    if len(chosen) * CHILDREN_A_DRAW < asked.children:
        raise InputError(
            f"the posterior holds {draws} draws",
            file=asked.care.file,
            column="children",
            value=asked.children,
            remedy=f"Give at most {draws * CHILDREN_A_DRAW}.",
        )
    traits = {name: np.repeat(values[chosen], CHILDREN_A_DRAW) for name, values in asked.care.traits.items()}
    return (HomeCare(asked.until, traits, 0.0),)
