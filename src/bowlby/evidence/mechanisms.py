"""What mechanisms do, in figures that stand in no published table: crying, routine care, growth, stress, learning.

`python -m bowlby.evidence.mechanisms` prints the tables of docs/mechanisms.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bowlby.evidence import learner
from bowlby.model.generated_pages import replace_between
from bowlby.model.moment.state import Voice
from bowlby.model.registry import REGISTRY
from bowlby.simulation.engine.cohort import CohortResult, simulate_cohort
from bowlby.simulation.moments import play
from bowlby.simulation.named_care import cohort
from bowlby.simulation.procedures import ordinary

Floats = npt.NDArray[np.float64]

CHILDREN, SEED = 512, 26
MARKS = ("<!-- mechanisms: made by python -m bowlby.evidence.mechanisms -->", "<!-- end of mechanisms -->")
WEEKS_PER_MONTH = 365.25 / 12.0 / 7.0
CRYING_AGES = (0.5, 1.0, 1.5, 2.0, 2.75, 6.0, 12.0)
STRESS_AGES = (6.0, 24.0, 60.0, 120.0, 180.0)
GROWTH_AGE = 48.0
GAIN_AGES = (0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 23.5)
PLACED_AGES = (6.0, 12.0, 18.0, 24.0, 36.0)
LEARNERS: Mapping[str, Mapping[str, float]] = {
    "whole": learner.WHOLE,
    "fixed forgetting": learner.FIXED,
    "no belief about adults": learner.NO_ADULTS,
    "whole memory from birth": learner.WHOLE_MEMORY,
}


@dataclass(frozen=True)
class MechanismTable:
    """A table.

    Args:
        title: one line.
        head: names of columns.
        rows: cells.
    """

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def markdown(self) -> str:
        """Return the table under its title."""
        lines = [self.head, ("---",) * len(self.head), *self.rows]
        return "\n".join([f"**{self.title}**", "", *("| " + " | ".join(line) + " |" for line in lines)])


def cohort_under(care: str, until: float, children: int, constants: Mapping[str, float] | None = None) -> CohortResult:
    """Return children under named care, some constants changed.

    Args:
        care: named care.
        until: months, > 0.
        children: how many, >= 1.
        constants: that differ from the registry.

    Returns:
        The children at the end.
    """
    design = cohort(care, children, until, seed=SEED)
    return simulate_cohort(replace(design, constants=dict(constants or {})))


def crying(children: int = CHILDREN) -> MechanismTable:
    """Return minutes a day in which infants of low-risk families cry, by age, with the mechanism and without.

    Args:
        children: in each cohort, >= 2.

    Returns:
        The table.
    """

    def minutes(age: float, constants: Mapping[str, float]) -> Floats:
        seen = play(cohort_under("usual", age, children, constants), ordinary(60.0)).seen["voice"]
        return REGISTRY["waking_hours"].default * 60.0 * (seen == Voice.CRY).mean(axis=0)

    never_young = {"youth_time": 1e-3}
    rows = [
        (f"{age:g}", f"{age * WEEKS_PER_MONTH:.0f}", _mean(minutes(age, {})), _mean(minutes(age, never_young)))
        for age in CRYING_AGES
    ]
    head = ("months", "weeks", "minutes a day (95 %)", "crying as dear as later")
    return MechanismTable("Crying of infants in low-risk families, twelve waking hours", head, rows)


def routine(children: int = CHILDREN) -> MechanismTable:
    """Return what children learn in an institution and in families, with care on schedule and without.

    Args:
        children: in each cohort, >= 2.

    Returns:
        The table.
    """
    variables: dict[str, Callable[[CohortResult], Floats]] = {
        "efficacy (delta-P)": lambda found: _of(found, "with_signal") - _of(found, "without_signal"),
        "formation": lambda found: _of(found, "formation"),
        "relief expected without a signal": lambda found: _of(found, "relief_minimise"),
    }
    rows: list[tuple[str, ...]] = []
    for care in ("usual", "institution"):
        whole = cohort_under(care, 12.0, children)
        without = cohort_under(care, 12.0, children, {"routine_wait": 1e6, "formation_routine": 0.0})
        rows += [(care, name, _mean(read(whole)), _mean(read(without))) for name, read in variables.items()]
    head = ("care", "at 12 months", "mean (95 %)", "without care on schedule")
    return MechanismTable("Routine care of the body", head, rows)


def growth(children: int = CHILDREN) -> MechanismTable:
    """Return how far growth under other care lies from that in usual families, threat's contested path off and on.

    Args:
        children: in each cohort, >= 2.

    Returns:
        The table.
    """
    names = ("language", "executive", "social_cognition")
    rows: list[tuple[str, ...]] = []
    base = {v: cohort_under("usual", GROWTH_AGE, children, {"threat_on_growth": v}) for v in (0.0, 1.0)}
    for care in ("deprived", "frightening", "institution"):
        other = {v: cohort_under(care, GROWTH_AGE, children, {"threat_on_growth": v}) for v in base}
        for name in names:
            apart = [_d(_of(other[v], name), _of(base[v], name)) for v in base]
            top = f"{_of(other[0.0], name).mean():.2f}"
            rows.append((care, name.replace("_", " "), top, *(f"{value:+.2f}" for value in apart)))
    head = ("care", f"at {GROWTH_AGE:g} months", "mean", "d to usual care", "d where threat takes part (v = 1)")
    return MechanismTable("Growth towards what is offered", head, rows)


def stress_axis(children: int = CHILDREN) -> MechanismTable:
    """Return the two systems of the stress axis under frightening care against usual care, by years lived in it.

    Args:
        children: in each cohort, >= 2.

    Returns:
        The table.
    """
    rows: list[tuple[str, ...]] = []
    for age in STRESS_AGES:
        strained, usual = (cohort_under(care, age, children) for care in ("frightening and deprived", "usual"))
        apart = [_d(_of(strained, name), _of(usual, name)) for name in ("hpa_basal", "hpa_reactivity")]
        rows.append((f"{age / 12.0:g}", *(f"{value:+.2f}" for value in apart)))
    head = ("years", "basal output, d", "reactivity, d")
    return MechanismTable(
        "Stress axis under care that frightens and deprives, from birth on, against usual care", head, rows
    )


def gain(children: int = CHILDREN) -> MechanismTable:
    """Return how the gain of learning falls with experience of usual care, with forgetting inferred and fixed.

    Args:
        children: in each cohort, >= 2.

    Returns:
        The table.
    """
    whole, fixed = (
        learner.course_from_birth(GAIN_AGES, (children, SEED), changed) for changed in (learner.WHOLE, learner.FIXED)
    )
    rows = [
        (
            f"{age:g}",
            f"{whole.of('concentration_express')[row].mean():.0f}",
            f"{whole.gain()[row].mean():.4f}",
            f"{fixed.gain()[row].mean():.4f}",
        )
        for row, age in enumerate(GAIN_AGES)
    ]
    head = ("months", "evidence, episodes", "gain of an expressed bid", "gain where forgetting is fixed")
    return MechanismTable("Gain under usual care from birth", head, rows)


def plateaus(children: int = CHILDREN) -> MechanismTable:
    """Return how soon what is expected of a caregiver stays where it ends, from birth and after placement.

    Args:
        children: in each cohort, >= 2.

    Returns:
        The table.
    """
    months = np.arange(0.25, learner.BIRTH_END + 0.01, 0.25)
    weeks = np.arange(0.5, learner.WEEKS + 0.01, 0.5)

    def birth(changed: Mapping[str, float]) -> str:
        return _two(months, learner.course_from_birth(months.tolist(), (children, SEED), changed))

    def after(at: float, changed: Mapping[str, float]) -> str:
        return _two(weeks, learner.course_after_placement(at, weeks.tolist(), (children, SEED), changed))

    rows = [("usual care from birth", "months", *(birth(changed) for changed in LEARNERS.values()))]
    rows += [
        (f"placed at {at:g} months", "weeks", *(after(at, changed) for changed in LEARNERS.values()))
        for at in PLACED_AGES
    ]
    title = f"Time until the mean expectation stays within {learner.NEAR:g} of its end, with a bid and without one"
    return MechanismTable(title, ("children", "unit", *LEARNERS), rows)


def _two(times: Floats, course: learner.LearningCourse) -> str:
    with_bid, without = (learner.plateau(times, course.of(name)) for name in ("relief_express", "relief_minimise"))
    return f"{with_bid:g}, {without:g}"


def instability(children: int = CHILDREN) -> MechanismTable:
    """Return what is inferred from a caregiver who is there half of the time, by how long that lasts.

    Args:
        children: in each cohort, >= 2.

    Returns:
        The table.
    """
    rows: list[tuple[str, ...]] = []
    for name in learner.REGIMES:
        whole, fixed = (
            learner.course_under_regime(name, (children, SEED), changed) for changed in (learner.WHOLE, learner.FIXED)
        )
        rows.append(
            (
                name,
                f"{whole.of('relief_express').mean():.2f}",
                f"{whole.forgetting().mean():.4f}",
                f"{whole.gain().mean():.4f}",
                f"{whole.of('relief_express').std(axis=0).mean():.3f}",
                f"{fixed.gain().mean():.4f}",
                f"{fixed.of('relief_express').std(axis=0).mean():.3f}",
            )
        )
    head = ("changes", "mean expectation", "forgetting", "gain", "its sd in a child", "gain, fixed", "sd, fixed")
    return MechanismTable("A caregiver who is there half of the time, 10 to 24 months", head, rows)


def tables(children: int = CHILDREN) -> tuple[MechanismTable, ...]:
    """Return all tables.

    Args:
        children: in each cohort, >= 2.

    Returns:
        In the order of the page.
    """
    made = (crying, routine, growth, stress_axis, gain, plateaus, instability)
    return tuple(one(children) for one in made)


def with_tables(page: str, found: Sequence[MechanismTable]) -> str:
    """Return a page with the tables between its marks.

    Args:
        page: markdown that holds both marks.
        found: the tables.

    Returns:
        The page.

    Raises:
        ValueError: a mark is missing.
    """
    return replace_between(page, MARKS, "\n\n".join(one.markdown() for one in found))


def _of(found: CohortResult, name: str) -> Floats:
    return found.variable(name).astype(np.float64)


def _mean(values: Floats) -> str:
    half = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.3g} ({values.mean() - half:.3g} to {values.mean() + half:.3g})"


def _d(one: Floats, other: Floats) -> float:
    return float((one.mean() - other.mean()) / np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2.0))


if __name__ == "__main__":
    from bowlby.simulation.entry import prepare_jax

    prepare_jax()
    sys.stdout.write("\n\n".join(one.markdown() for one in tables()) + "\n")
