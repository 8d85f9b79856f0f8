"""What a trial tests: outcomes at visits, each arm against the control, in the order of the design."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from bowlby.planning.trials.design import MEASURES, Analysis, StudyDesign, StudyMeasure

Visit: TypeAlias = tuple[str, float]
"""A measure and an age, months."""


@dataclass(frozen=True)
class TrialEndpoint:
    """One test of a trial.

    Args:
        measure: what is compared.
        age: at which visit, months.
        arm: which arm against the control.
        analysis: how.
        earlier: ages of earlier visits that the analysis takes in.
    """

    measure: StudyMeasure
    age: float
    arm: int
    analysis: Analysis
    earlier: tuple[float, ...] = ()

    @property
    def visit(self) -> Visit:
        """Measure and age."""
        return self.measure.name, self.age

    @property
    def visits(self) -> tuple[Visit, ...]:
        """All visits that the analysis takes in, the last being its own."""
        return (*((self.measure.name, age) for age in self.earlier), self.visit)


def endpoints(design: StudyDesign) -> tuple[TrialEndpoint, ...]:
    """Return what a trial tests, the primary outcome in the first treated arm first.

    Args:
        design: of the trial.

    Returns:
        One without multiplicity; else each measure at its last visit, or at all after the start, in each treated arm.
    """
    arms = range(1, len(design.arms))
    if design.multiplicity is None:
        return (_endpoint(design, design.primary, design.primary.ages[-1], 1),)
    every = design.multiplicity.visits == "all"
    return tuple(
        _endpoint(design, one, age, arm)
        for one in design.measures
        for age in (_after(design, one)[::-1] if every else one.ages[-1:])
        for arm in arms
    )


def _after(design: StudyDesign, measure: StudyMeasure) -> tuple[float, ...]:
    return tuple(age for age in measure.ages if age > (design.start or 0.0))


def _endpoint(design: StudyDesign, measure: StudyMeasure, age: float, arm: int) -> TrialEndpoint:
    before = tuple(one for one in _after(design, measure) if one < age)
    analysis = _analysis(design, measure, visits=len(before) + 1)
    return TrialEndpoint(measure, age, arm, analysis, before if analysis is Analysis.REPEATED else ())


def _analysis(design: StudyDesign, measure: StudyMeasure, visits: int) -> Analysis:
    """Return the design's analysis, or for an outcome that it does not fit the nearest that does."""
    chosen = design.analysed_by
    single = Analysis.ANCOVA if design.baseline else Analysis.DIFFERENCE
    match chosen:
        case Analysis.LOGISTIC:
            return chosen if measure.binary else single
        case Analysis.REPEATED:
            return chosen if visits > 1 and not measure.binary else single
        case Analysis.MIXED if measure.binary:
            return Analysis.CLUSTER_ANCOVA if design.baseline else Analysis.CLUSTER_MEANS
        case _:
            return chosen


def further_visits(design: StudyDesign) -> tuple[Visit, ...]:
    """Return the visits beside the primary outcome's last that a trial has to know, in order.

    Args:
        design: of the trial.

    Returns:
        Those of its tests and their earlier visits, and the one that drop-out depends on.
    """
    needed: set[Visit] = {visit for one in endpoints(design) for visit in one.visits}
    needed |= set(_leaving(design))
    return tuple(sorted(needed - {(design.primary.name, design.primary.ages[-1])}))


def _leaving(design: StudyDesign) -> Iterable[Visit]:
    on = design.drop_out.on
    return [(one.name, one.ages[0]) for one in design.measures if one.name == on and on in MEASURES]
