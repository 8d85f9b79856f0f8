"""How the child's learner fares: gain over age, time to a plateau from birth and after placement, change and chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.model.life.child import derive
from bowlby.model.life.event import EpisodeTime
from bowlby.model.life.learning import forgetting
from bowlby.model.life.state import ChildState, from_leaves
from bowlby.model.life.traits import Constants
from bowlby.model.registry import CONSTANTS
from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.named_care import CareStage, FamilyChildren, care_of, homes_through

Floats = npt.NDArray[np.float64]

NEAR = 0.02
"""An expectation has reached its plateau where it stays so near to its end: four standard errors of 512 children."""
WEEKS = 26.0
BIRTH_END = 12.0
"""Weeks after placement, and months from birth, at which the plateau is read."""
DAYS_PER_MONTH = 365.25 / 12.0
WHOLE: Mapping[str, float] = {}
FIXED: Mapping[str, float] = {"inferred_forgetting": 0.0}
NO_ADULTS: Mapping[str, float] = {"adults": 0.0}
WHOLE_MEMORY: Mapping[str, float] = {"memory_time": 1e-3}
REGIMES = ("bid to bid", "every week", "every month", "every third month")
_PERIODS = {"every week": 0.25, "every month": 1.0, "every third month": 3.0}
_START, _END = 6.0, 24.0


@dataclass(frozen=True)
class LearningCourse:
    """Children over time.

    Args:
        ages: months, shape (ages,).
        states: of the children at each.
        constants: that they lived by.
    """

    ages: Floats
    states: tuple[ChildState, ...]
    constants: Constants

    def of(self, name: str) -> Floats:
        """Return a variable of the children, shape (ages, children)."""
        return np.stack([np.asarray(getattr(state, name), np.float64) for state in self.states])

    def forgetting(self) -> Floats:
        """Return the share of the evidence that an episode makes obsolete, shape (ages, children)."""
        return np.stack([np.asarray(forgetting(self.constants, state), np.float64) for state in self.states])

    def gain(self) -> Floats:
        """Return the gain of an expressed bid for a child of usual susceptibility, shape (ages, children)."""
        open_at = [derive(self.constants, EpisodeTime(age, 1.0, 1.0)).learning_plasticity for age in self.ages]
        weight = np.array(open_at)[:, None]
        known = self.of("concentration_express")
        return weight / (known + weight - np.minimum(self.forgetting() * weight, 1.0) * (known - 1.0))


def learning_course(
    care: Sequence[Care], ages: Sequence[float], people: tuple[int, int], changed: Mapping[str, float]
) -> LearningCourse:
    """Return children under stretches of care.

    Args:
        care: in order of age.
        ages: months at which they are looked at, increasing, the last before the end.
        people: how many children, >= 2, and the seed.
        changed: constants that differ from the registry.

    Returns:
        Their course.
    """
    design = CohortDesign(people[0], tuple(care), seed=people[1], trace_at=tuple(ages), constants=dict(changed))
    seen: list[tuple[float, ChildState]] = []
    simulate_cohort(design, observe=lambda age, state: seen.append((age, from_leaves(list(state)).child)))
    values = {entry.name: np.float64(changed.get(entry.name, entry.default)) for entry in CONSTANTS}
    kept = seen[: len(ages)]  # The end of the life comes last and was not asked for.
    return LearningCourse(np.array([age for age, _ in kept]), tuple(state for _, state in kept), Constants(**values))


def stages_of_care(stages: Sequence[CareStage], until: float, people: tuple[int, int]) -> tuple[Care, ...]:
    """Return named care that changes with age, as care of a cohort.

    Args:
        stages: in order of age.
        until: months, > 0.
        people: how many children, and the seed.

    Returns:
        In order of age.
    """
    who = FamilyChildren(np.arange(people[0], dtype=np.uint32), people[1])
    return care_of(homes_through(stages, who, until))


def course_from_birth(
    ages: Sequence[float], people: tuple[int, int], changed: Mapping[str, float] = WHOLE
) -> LearningCourse:
    """Return children under usual care from birth.

    Args:
        ages: as for `lived`.
        people: as for `lived`.
        changed: as for `lived`.

    Returns:
        Their course.
    """
    until = ages[-1] + 0.5
    return learning_course(stages_of_care((CareStage(until, "usual"),), until, people), ages, people, changed)


def course_after_placement(
    at: float, weeks: Sequence[float], people: tuple[int, int], changed: Mapping[str, float] = WHOLE
) -> LearningCourse:
    """Return children from deprived care who are placed with another, usual family.

    Args:
        at: months, > 0.
        weeks: after placement at which they are looked at, increasing, may be negative.
        people: as for `lived`.
        changed: as for `lived`.

    Returns:
        Their course.
    """
    ages = [at + week * 7.0 / DAYS_PER_MONTH for week in weeks]
    until = ages[-1] + 0.5
    care = stages_of_care((CareStage(at, "deprived"), CareStage(until, "usual", person=1)), until, people)
    return learning_course(care, ages, people, changed)


def plateau(times: Floats, expected: Floats) -> float:
    """Return the first time from which the children's mean expectation stays near its end.

    Args:
        times: shape (times,).
        expected: shape (times, children).

    Returns:
        One of the times.
    """
    mean = expected.mean(axis=1)
    away = np.flatnonzero(np.abs(mean - mean[-1]) > NEAR)
    return float(times[0] if len(away) == 0 else times[away[-1] + 1])


def course_under_regime(name: str, people: tuple[int, int], changed: Mapping[str, float] = WHOLE) -> LearningCourse:
    """Return children whose caregiver is there half of the time: by chance from bid to bid, or in turns.

    Both caregivers answer alike when there, and hardly when not; what differs is how long either lasts.

    Args:
        name: one of `REGIMES`.
        people: as for `lived`.
        changed: as for `lived`.

    Returns:
        Their course from 10 months on.
    """
    there = {"answer_unavailable": 0.02, "answer_base": 3.0}
    by_chance = {**there, "sojourn_available": 0.25, "sojourn_unavailable": 0.25}
    turns = (
        {**there, "sojourn_available": 200.0, "sojourn_unavailable": 0.01},
        {**there, "sojourn_available": 0.01, "sojourn_unavailable": 200.0},
    )
    period = _PERIODS.get(name)
    ends = [] if period is None else np.arange(_START + period, _END + 1e-6, period).tolist()
    care = [Care(_START if ends else _END, by_chance, 0.1)]
    care += [Care(float(end), turns[turn % 2], 0.1) for turn, end in enumerate(ends)]
    return learning_course(care, np.arange(10.0, _END - 0.01, 0.25).tolist(), people, changed)
