"""The children of a designed study: lived under one arm, and measured at its visits, in truth and as observed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import InputError
from bowlby.evidence.published.staged_procedures import Occasion, scores, visit
from bowlby.lives.arms import give, refusal
from bowlby.measures import strange_situation
from bowlby.measures.sensitivity import Rater, rate
from bowlby.measures.strange_situation.coder import ClassCoder, recode
from bowlby.model.interventions.intervention import Intervention
from bowlby.model.outcomes import OUTCOMES
from bowlby.planning.trials.arm_intervention import arm_intervention
from bowlby.planning.trials.design import (
    CLASS,
    CLASSES,
    POPULATIONS,
    RATED_SENSITIVITY,
    Arm,
    Baseline,
    StudyDesign,
    StudyMeasure,
)
from bowlby.records.identity import coded_as_itself
from bowlby.simulation.coder import WITHOUT_ERROR
from bowlby.simulation.coding import record_of
from bowlby.simulation.draws import chance
from bowlby.simulation.engine.cohort import CohortResult, simulate_cohort
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.home import HomeCare
from bowlby.simulation.life_course import life_course
from bowlby.simulation.named_care import FamilyChildren, care_of, homes_among, homes_under
from bowlby.simulation.outcomes import children_at_age, report_by, true_score, with_error
from bowlby.simulation.population import population
from bowlby.simulation.procedures import STRANGE_SITUATION, ordinary

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class VisitMeasure:
    """One measure at one visit.

    Args:
        true: without error of coder or instrument, shape (children,), NaN where it could not be scored.
        observed: with it.
    """

    true: Floats
    observed: Floats


@dataclass(frozen=True)
class TrialLives:
    """Children of one arm.

    Args:
        result: at the end.
        states: state at each age that was kept, shape (variables, children).
    """

    result: CohortResult
    states: Mapping[float, np.ndarray]

    def state(self, name: str, age: float) -> Floats:
        """Return one variable of the state at an age, NaN where a child's numbers failed, shape (children,)."""
        row = [variable.name for variable in self.result.design.variables].index(name)
        return np.where(self.result.status == 0, self.states[age][row].astype(float), np.nan)


def families(design: StudyDesign, numbers: Numbers, seed: int, ages: Iterable[float]) -> CohortDesign:
    """Return the children of a study before anything is done.

    Args:
        design: of the study.
        numbers: of the children, uint32, shape (children,).
        seed: of all chances.
        ages: months at which they are to be seen; the last is the end.

    Returns:
        The design of their lives.

    Raises:
        InputError: the seed has more than 64 bits.
    """
    asked = sorted(set(ages))
    homes = _homes(design, numbers, seed, asked[-1])
    traced = tuple(asked[:-1])
    if design.needs_company:
        return life_course(numbers, homes, seed=seed, trace_at=traced)
    return CohortDesign(len(numbers), care_of(homes), seed=seed, trace_at=traced, numbers=numbers)


def _homes(design: StudyDesign, numbers: Numbers, seed: int, until: float) -> tuple[HomeCare, ...]:
    if design.population in POPULATIONS:
        return population(design.population).homes(numbers, seed, until)
    children = FamilyChildren(numbers, seed)
    if design.population is not None:
        return homes_under(design.population, children, until)
    return homes_among(tuple(design.exposures), _place(design.exposures, children), children, until)


def _place(shares: Mapping[str, float], children: FamilyChildren) -> np.ndarray:
    """Return under which of several named cares each child lives, by a chance of its own."""
    edges = np.cumsum(list(shares.values()))
    drawn = chance(children.numbers, children.seed, "study/exposure")
    return np.minimum(np.searchsorted(edges, drawn), len(shares) - 1)


def design_of_arm(design: StudyDesign, arm: Arm, before: CohortDesign) -> CohortDesign:
    """Return the same children under an arm.

    Args:
        design: of the study.
        arm: one of its arms.
        before: the children without it.

    Returns:
        Their lives with the intervention.

    Raises:
        InputError: the intervention is not given to these children, and why.
    """
    given = arm_intervention(design, arm)
    if given is None or arm.start is None:
        return before
    entry = _dosed(given, arm)
    refused = refusal(entry, before, arm.start)
    if refused is not None:
        raise InputError(
            f"{entry.name} is not given: {refused.reason}",
            column="arms.intervention",
            value=arm.intervention,
            remedy=refused.detail,
        )
    return give(entry, before, arm.start)


def _dosed(entry: Intervention, arm: Arm) -> Intervention:
    if arm.dose == 1.0:
        return entry
    if entry.placement is not None:
        raise InputError(
            "another home has no dose", column="arms.dose", value=arm.dose, remedy="Leave dose out for this arm."
        )
    moves = tuple(
        replace(one, mean=arm.dose * one.mean, mean_sd=arm.dose * one.mean_sd, family_sd=arm.dose * one.family_sd)
        for one in entry.moves
    )
    return replace(entry, moves=moves)


def live(design: CohortDesign) -> TrialLives:
    """Live the lives of a design and keep the children at each of its traces and at the end.

    Args:
        design: of the cohort.

    Returns:
        The children.
    """
    kept: list[np.ndarray] = []
    result = simulate_cohort(design, observe=lambda _, state: kept.append(state))
    ages = sorted({*design.trace_at, design.until})
    return TrialLives(result, dict(zip(ages, kept, strict=True)))


def read_baseline(what: Baseline, lived: TrialLives) -> VisitMeasure:
    """Return the covariate of children before the intervention.

    Args:
        what: the covariate.
        lived: the children.

    Returns:
        Truth and observation.

    Raises:
        InputError: it has no meaning at its age.
    """
    measure = StudyMeasure.model_construct(
        name=what.name, ages=(what.age,), error=True, reliability=what.reliability, minutes=60.0
    )
    return read(measure, what.age, lived)


def read(measure: StudyMeasure, age: float, lived: TrialLives) -> VisitMeasure:
    """Return one measure at one visit.

    Args:
        measure: what is measured.
        age: months, one at which the children were kept.
        lived: the children.

    Returns:
        Truth and observation.

    Raises:
        InputError: it has no meaning at this age.
    """
    if measure.staged:
        found = _strange_situation(measure, age, lived)
    elif measure.name == RATED_SENSITIVITY:
        found = _rated(measure, age, lived)
    else:
        found = _outcome(measure, age, lived)
    fine = lived.result.status == 0
    true, observed = (np.where(fine, values, np.nan) for values in (found.true, found.observed))
    return VisitMeasure(true, observed if measure.error else true)


def _strange_situation(measure: StudyMeasure, age: float, lived: TrialLives) -> VisitMeasure:
    played = visit(_children(lived, age), STRANGE_SITUATION, Occasion.PROCEDURE)
    true = scores(played, WITHOUT_ERROR)
    if measure.reliability is None:
        coded = scores(played)
    else:
        coder = ClassCoder(dict.fromkeys(ClassCoder().reliability, measure.reliability))
        coded = recode(true, coder, _generator(lived, age, "coder"))
    return VisitMeasure(_of_situation(measure.name, true, lived), _of_situation(measure.name, coded, lived))


def _of_situation(name: str, scored: pl.DataFrame, lived: TrialLives) -> Floats:
    match name:
        case "security" | "disorganized":
            wanted = "B" if name == "security" else "D"
            table = strange_situation.classify(scored).select("session", value=(pl.col("class") == wanted))
        case name if name == CLASS:
            code = pl.col("class").replace_strict(CLASSES, default=None, return_dtype=pl.Float64)
            table = strange_situation.classify(scored).select("session", value=code)
        case "disorganization":
            table = scored.select("session", value=pl.col(name))
        case _:
            table = scored.select("session", value=pl.col(f"{name}_8"))
    return _aligned(table, lived)


def _rated(measure: StudyMeasure, age: float, lived: TrialLives) -> VisitMeasure:
    played = visit(_children(lived, age), ordinary(measure.minutes), Occasion.HOUR)
    coded = coded_as_itself(record_of(played, {}))
    rater = Rater() if measure.reliability is None else Rater(reliability=measure.reliability)
    table = rate(coded, rater, _generator(lived, age, "rater"))
    return VisitMeasure(
        _aligned(table.select("session", value="sensitivity"), lived),
        _aligned(table.select("session", value="rated"), lived),
    )


def _children(lived: TrialLives, age: float) -> CohortResult:
    return lived.result.together_with(at=(age, lived.states[age]))


def _aligned(table: pl.DataFrame, lived: TrialLives) -> Floats:
    order = pl.DataFrame({"session": [str(number) for number in lived.result.design.child_numbers()]})
    joined = order.join(table, on="session", how="left", maintain_order="left")
    return joined["value"].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _generator(lived: TrialLives, age: float, who: str) -> np.random.Generator:
    """Return the errors of a coder or rater: the same for the same children, whatever arm they are in."""
    design = lived.result.design
    return np.random.default_rng([design.seed, round(100 * age), int(design.child_numbers()[0]), len(who), ord(who[0])])


def _outcome(measure: StudyMeasure, age: float, lived: TrialLives) -> VisitMeasure:
    """Return an outcome as `bowlby.simulation.outcomes.measure` gives it, and the same without its error."""
    what = OUTCOMES[measure.name]
    who = children_at_age(lived.result, (age, lived.states[age]))
    seed = lived.result.design.seed
    true = true_score(who, report_by(what, who), seed)
    observed = with_error(what, true, who.numbers, seed, round(age), measure.reliability)
    return VisitMeasure(what.centre + what.spread * true, what.centre + what.spread * observed)
