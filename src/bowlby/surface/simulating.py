"""The model run forward: lives, visits, and procedures that real records have too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import polars as pl

from bowlby.progress import progress_bar
from bowlby.simulation.entry import start_jax
from bowlby.surface.records import CodedSessions, EventRecord, timelines
from bowlby.surface.result import Result, ResultOrigin

if TYPE_CHECKING:
    import xarray as xr

    from bowlby.reporting.figure import Figure
    from bowlby.simulation.engine.cohort import CohortResult  # noqa: F401  (named in a base class)
    from bowlby.simulation.lives_plan import LivesPlan
    from bowlby.simulation.procedures import Procedure
    from bowlby.simulation.visits import VisitedChildren  # noqa: F401  (named in a base class)

CoderErrors = Mapping[str, float]
"""Shares of acts missed and of false acts, and the displacement in seconds: missed, false, displaced_s."""


@dataclass(frozen=True, repr=False, eq=False)
class Lives(Result["CohortResult"]):
    """Children at the end of simulated lives: what each expects, feels and can do.

    Args:
        plan: whose lives they are.
    """

    plan: LivesPlan = field(kw_only=True)

    dimensions: ClassVar = ("state",)

    @property
    def title(self) -> str:
        """Return whose lives they are."""
        return f"{self.value.children} children under {self.plan.care} to {self.plan.until}, seed {self.plan.seed}"

    @property
    def lines(self) -> Sequence[str]:
        """Return mean and standard deviation of each state over children, and whose numbers failed."""
        rows = self.to_polars().iter_rows(named=True)
        failed = [
            f"child {one.child}: {one.status.name.lower()} in episode {one.episode}" for one in self.value.troubles()
        ]
        return [
            *failed,
            *(
                f"{row['state']}: {row['mean']:.3g} (sd {row['sd']:.3g}) {row['unit']}"
                for row in rows
                if row["mean"] is not None
            ),
        ]

    def to_polars(self) -> pl.DataFrame:
        """Return a row a state: mean, sd and unit over the children; `to_xarray` has each child."""
        rows = [{"state": name, **row} for name, row in self.value.states().items()]
        return pl.DataFrame(rows, infer_schema_length=None)

    def to_xarray(self) -> xr.Dataset:
        """Return every state of every child, with its unit."""
        import xarray as xr

        cohort = self.value
        found = {one.name: ("child", cohort.variable(one.name), {"units": one.unit}) for one in cohort.design.variables}
        numbers = np.asarray(cohort.design.child_numbers())
        return xr.Dataset(found, coords={"child": numbers}, attrs=self._attributes())

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby simulate --json` says."""
        return self.value.as_dict() | self.plan.as_dict()

    def figures(self) -> tuple[Figure, ...]:
        """Return how the children differ in each state: mean, with a standard deviation to either side."""
        from bowlby.reporting.figures.estimates import Estimate, estimates_figure

        shares = [
            row for row in self.to_polars().iter_rows(named=True) if row["unit"] == "1" and row["mean"] is not None
        ]
        rows = [
            Estimate(row["state"].replace("_", " "), row["mean"], row["mean"] - row["sd"], row["mean"] + row["sd"])
            for row in shares
        ]
        caption = "Mean over children, and one standard deviation to either side: how children differ, not how sure."
        return (estimates_figure("States at the end", rows, "1", "states", caption),) if rows else ()


@dataclass(frozen=True, repr=False, eq=False)
class Visits(Result["VisitedChildren"]):
    """Children who were watched with their caregivers, and how that was coded.

    Args:
        plan: whose lives they are.
        coders: names of the coders.
        coder_error: how each errs; None for trained coders who make no error.
    """

    plan: LivesPlan = field(kw_only=True)
    coders: tuple[str, ...] = field(default=("a",), kw_only=True)
    coder_error: CoderErrors | None = field(default=None, kw_only=True)

    dimensions: ClassVar = ("event",)

    @property
    def title(self) -> str:
        """Return who was watched in what."""
        visits = len(self.value.visits)
        days = "" if visits == 1 else f" on {visits} days"
        return (
            f"{self.value.cohort.children} watched in {self.procedure}{days}: {self.plan.care} to {self.plan.until}, "
            f"seed {self.plan.seed}"
        )

    @property
    def procedure(self) -> str:
        """Return the name of the procedure."""
        return self.value.plan.procedure.name

    @property
    def lines(self) -> Sequence[str]:
        """Return what the coders and raters of the procedure find in its records."""
        return [line.strip() for line in self._scored[1]]

    @property
    def _scored(self) -> tuple[dict[str, object], list[str]]:
        from bowlby.reporting.procedure_scores import score

        return score(self.procedure, self.coded().value)

    @property
    def scores(self) -> dict[str, object]:
        """Return the scores of the procedure: classes and scales, contrasts, or answers to cues."""
        return self._scored[0]

    def record(self, visit: int = 0, coder: str | None = None) -> EventRecord:
        """Return the record of one visit as one coder coded it; one session a child.

        Args:
            visit: counted from 0.
            coder: name of the coder; None for the first.
        """
        from bowlby.simulation.coder import CoderError

        error = None if self.coder_error is None else CoderError(**self.coder_error)
        name = coder or self.coders[0]
        found = self.value.coded_by(visit, error, name)
        return EventRecord(
            found, provenance=ResultOrigin("watch", self.plan.as_dict() | {"visit": visit, "coder": name})
        )

    def coded(self) -> CodedSessions:
        """Return all visits as the first coder coded them, ready to be measured and inferred from."""
        from bowlby.formats.load import merge
        from bowlby.records.identity import coded_as_itself

        visits = [coded_as_itself(self.record(visit).value) for visit in range(len(self.value.visits))]
        return CodedSessions(visits[0] if len(visits) == 1 else merge(visits), provenance=self.provenance)

    def to_polars(self) -> pl.DataFrame:
        """Return the event table of the first visit, as the first coder coded it."""
        return self.record().events

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby simulate --procedure ... --json` says."""
        known = {"procedure": self.procedure, "sessions": len(self.value.visits), "coders": list(self.coders)}
        return self.value.cohort.as_dict() | self.plan.as_dict() | known | self.scores

    def figures(self) -> tuple[Figure, ...]:
        """Return the timeline of the first children."""
        return timelines(self.coded().value)


def simulate(
    exposure: str = "usual",
    *,
    children: int = 200,
    until: str = "18mo",
    population: str | None = None,
    company: bool = False,
    without: Sequence[str] = (),
    store: str | Path | None = None,
    seed: int = 0,
) -> Lives:
    """Simulate the lives of children from birth under named care.

    Args:
        exposure: named care that is added to low-risk families, such as "usual", "sensitive" or "deprived".
        children: how many, >= 1.
        until: age at the end: "18mo", "7y", "90d".
        population: a calibrated population of families instead: "pooled", "low-risk", "at risk".
        company: beside home a second caregiver, teachers, peers, an adult partner.
        without: mechanisms switched off.
        store: Zarr folder from which an interrupted run goes on.
        seed: of all chances.

    Returns:
        The children at the end.

    Raises:
        InputError: no such care, population or mechanism, or an age that cannot be read.

    Example:
        >>> import bowlby
        >>> lives = bowlby.simulate("inconsistent", children=50, until="12mo", seed=1)  # doctest: +SKIP
        >>> lives.to_xarray()["frustration"].mean()  # doctest: +SKIP
    """
    notes = start_jax()
    from bowlby.simulation.engine.cohort import simulate_cohort
    from bowlby.simulation.lives_plan import LivesPlan, lives_design

    plan = LivesPlan(exposure, children, until, (), tuple(without), seed, company, population)
    design = lives_design(plan)
    with progress_bar("episodes") as progress:
        found = simulate_cohort(design, store, progress=progress)
    return Lives(
        found, plan=plan, provenance=ResultOrigin("simulate", plan.as_dict() | {"children": children}, notes=notes)
    )


def watch(
    exposure: str = "usual",
    *,
    minutes: float = 20.0,
    visits: int = 1,
    age: str = "12mo",
    children: int = 1,
    population: str | None = None,
    coders: int = 1,
    coder_error: CoderErrors | None = None,
    seed: int = 0,
) -> Visits:
    """Raise simulated children and watch each with its caregiver at home, coded as a lab would code it.

    Args:
        exposure: named care, as for `simulate`.
        minutes: length of each visit.
        visits: how many, one a day; each departs somewhat from usual care.
        age: of the child at the first visit: "12mo", "2y".
        children: how many dyads.
        population: a calibrated population of families instead of named care.
        coders: how many code each visit independently.
        coder_error: shares and time by which each errs, such as {"missed": .1, "false": .05, "displaced_s": .3}.
        seed: of all chances.

    Returns:
        The visits: `.coded()` is ready for `measure` and `infer`, `.record(visit, coder)` is one coder's record.

    Raises:
        InputError: no such care or population, or an age that cannot be read.

    Example:
        >>> import bowlby
        >>> visits = bowlby.watch("sensitive", minutes=60, visits=3, seed=1)  # doctest: +SKIP
        >>> bowlby.infer(visits.coded())  # doctest: +SKIP
    """
    from bowlby.simulation.lives_plan import LivesPlan
    from bowlby.simulation.procedures import ordinary

    plan = LivesPlan(exposure, children, age, seed=seed, population=population)
    return _observed(plan, ordinary(minutes), visits, (coders, coder_error), "watch")


def strange_situation(
    exposure: str = "usual", *, children: int = 200, age: str = "12mo", population: str | None = None, seed: int = 0
) -> Visits:
    """Raise simulated children and play the Strange Situation with each; classes are scored from the coded record.

    Args:
        exposure: named care, as for `simulate`.
        children: how many.
        age: of the children: "12mo" to "20mo".
        population: a calibrated population of families instead of named care.
        seed: of all chances.

    Returns:
        The children watched: `.scores["shares"]` has the classes, with intervals.

    Raises:
        InputError: no such care or population, or an age that the procedure is not meant for.

    Example:
        >>> import bowlby
        >>> bowlby.strange_situation("inconsistent", children=1000, seed=1)  # doctest: +SKIP
    """
    return _procedure("strange-situation", exposure, children, age, population, seed)


def still_face(
    exposure: str = "usual", *, children: int = 200, age: str = "6mo", population: str | None = None, seed: int = 0
) -> Visits:
    """Raise simulated children and play the still-face procedure with each.

    Args:
        exposure: named care, as for `simulate`.
        children: how many.
        age: of the children.
        population: a calibrated population of families instead of named care.
        seed: of all chances.

    Returns:
        The children watched: `.scores["still_face"]` has the contrasts between the phases, with intervals.

    Raises:
        InputError: no such care or population, or an age that the procedure is not meant for.

    Example:
        >>> import bowlby
        >>> bowlby.still_face("deprived", children=200, seed=1)  # doctest: +SKIP
    """
    return _procedure("still-face", exposure, children, age, population, seed)


def _procedure(name: str, exposure: str, children: int, age: str, population: str | None, seed: int) -> Visits:
    from bowlby.simulation.lives_plan import LivesPlan
    from bowlby.simulation.procedures import procedure

    plan = LivesPlan(exposure, children, age, seed=seed, population=population)
    return _observed(plan, procedure(name), 1, (1, None), name.replace("-", "_"))


def _observed(
    plan: LivesPlan, procedure: Procedure, visits: int, coders: tuple[int, CoderErrors | None], function: str
) -> Visits:
    notes = start_jax()
    from bowlby.simulation.coder import CoderError
    from bowlby.simulation.lives_plan import lives_design
    from bowlby.simulation.visits import VisitPlan, coder_names, observe

    count, error = coders
    names = coder_names(count)
    stated = vars(CoderError()) if error is None and count > 1 else error
    if stated is not None:
        CoderError(**stated)
    with progress_bar("episodes") as progress:
        found = observe(lives_design(plan), VisitPlan(procedure, visits), progress=progress)
    asked = plan.as_dict() | {"children": plan.children, "visits": visits, "coders": list(names), "coder_error": stated}
    return Visits(
        found, plan=plan, coders=names, coder_error=stated, provenance=ResultOrigin(function, asked, notes=notes)
    )
