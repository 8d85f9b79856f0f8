"""From a caregiver to a record: lives, visits on several days that depart from usual care, and coders who err."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bowlby.errors import InputError
from bowlby.model.registry import MOMENT_REGISTRY
from bowlby.records.record import Record
from bowlby.simulation.coder import WITHOUT_ERROR, CoderError
from bowlby.simulation.coding import coded_record, visit_metadata
from bowlby.simulation.engine.cohort import CohortResult, Progress, simulate_cohort
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.moments import SituationRun, play
from bowlby.simulation.procedures import Procedure

DEPARTURE = MOMENT_REGISTRY["session_departure"].default
"""How far a session's care lies from usual care, in units of each trait's spread."""
FIRST_IDLE_HOURS = 1.0
"""Since the last need, as the first visit begins."""
NIGHT_HOURS = 12.0
"""The same for a visit on another day."""
MOST_VISITS = 1000
MOST_CODERS = 26


@dataclass(frozen=True)
class VisitPlan:
    """When and how a child is watched with its caregiver.

    Args:
        procedure: what is played at each visit.
        visits: how many, one a day, >= 1.
        departure: of each visit's care from usual care, in units of each caregiver trait's spread, >= 0.
    """

    procedure: Procedure
    visits: int = 1
    departure: float = DEPARTURE

    def __post_init__(self) -> None:
        """Refuse what cannot be watched."""
        if not 1 <= self.visits <= MOST_VISITS:
            remedy = f"Give a whole number from 1 to {MOST_VISITS}."
            raise InputError("a child is visited at least once", column="sessions", value=self.visits, remedy=remedy)
        if not 0.0 <= self.departure < 10.0:
            remedy = f"Give 0 for usual care in every session; {DEPARTURE:g} is assumed."
            raise InputError("a departure is a number of at least 0", value=self.departure, remedy=remedy)


@dataclass(frozen=True)
class VisitedChildren:
    """Children, and the visits at which they were watched.

    Args:
        cohort: as they were when the first visit began.
        plan: when and how they were watched.
        visits: what could be seen, a visit a day.
    """

    cohort: CohortResult
    plan: VisitPlan
    visits: tuple[SituationRun, ...]

    @property
    def played(self) -> SituationRun:
        """What could be seen at the first visit."""
        return self.visits[0]

    @property
    def record(self) -> Record:
        """The first visit as a trained coder without error codes it; one session a child."""
        return self.coded_by(0, None)

    def coded_by(self, visit: int, error: CoderError | None, name: str = "a") -> Record:
        """Return the record of one visit as one coder codes it: one session a child, named by its number.

        Args:
            visit: counted from 0; so is the day, from the first visit.
            error: of the coder; None for a trained one who makes none.
            name: of the coder; another name is another coder.
        """
        played = self.visits[visit]
        said = visit_metadata(played, settings_of(self.cohort.design, self.plan)) | {"visit": visit + 1, "day": visit}
        if error is not None:
            said["coder"] = {"name": name} | error.as_dict()
        return coded_record(played, error or WITHOUT_ERROR, name, said)


def coder_names(count: int) -> tuple[str, ...]:
    """Return the names of some coders.

    Args:
        count: how many.

    Returns:
        a, b, c and so on.

    Raises:
        InputError: there are none or more than letters.
    """
    if not 1 <= count <= MOST_CODERS:
        remedy = f"Give a whole number from 1 to {MOST_CODERS}."
        raise InputError("a record has at least one coder", column="coders", value=count, remedy=remedy)
    return tuple(chr(ord("a") + place) for place in range(count))


def observe(
    design: CohortDesign,
    plan: VisitPlan,
    *,
    store: Path | None = None,
    progress: Progress | None = None,
    force: bool = False,
    moments: dict[str, float] | None = None,
) -> VisitedChildren:
    """Live the lives of a cohort and watch each child with its caregiver at the end.

    Args:
        design: of the cohort; its last age is the age at which they are watched.
        plan: when and how.
        store: folder for the cohort's traces and checkpoints, or None.
        progress: called with episodes done and to do.
        force: replace what is at `store`.
        moments: constants of the moment clock that differ from the registry.

    Returns:
        The children and what could be seen of them.

    Raises:
        InputError: the procedure is not meant for this age.
        OverwriteError: something else is at `store` and force is False.
        OutputError: the store cannot be written.
    """
    plan.procedure.check_age(design.until)
    cohort = simulate_cohort(design, store, progress=progress, force=force)
    return VisitedChildren(cohort, plan, tuple(visits_of(cohort, plan, moments)))


def visits_of(cohort: CohortResult, plan: VisitPlan, moments: dict[str, float] | None = None) -> Iterator[SituationRun]:
    """Yield what could be seen at each visit; what is learned at one is carried to the next.

    Args:
        cohort: the children as the first visit begins; of several partners the first one is watched.
        plan: when and how.
        moments: constants of the moment clock that differ from the registry.

    Returns:
        One visit after another.

    Raises:
        InputError: the procedure is not meant for this age.
    """
    now = cohort.together_with() if cohort.design.slots else cohort
    for visit in range(plan.visits):
        idle_hours = NIGHT_HOURS if visit else FIRST_IDLE_HOURS
        played = play(
            now, plan.procedure, session=visit, idle_hours=idle_hours, departure=plan.departure, moments=moments
        )
        now = replace(now, state=played.state)
        yield played


def settings_of(design: CohortDesign, plan: VisitPlan) -> dict[str, object]:
    """Return how watched children were made, for their record.

    Args:
        design: of the cohort.
        plan: of the visits.

    Returns:
        Plain values; the design among them.
    """
    return {
        "procedure": plan.procedure.name,
        "seconds": plan.procedure.longest,
        "visits": plan.visits,
        "departure": plan.departure,
        "children": design.children,
        "age_months": design.until,
        "seed": design.seed,
        "design": design.as_dict(),
    }
