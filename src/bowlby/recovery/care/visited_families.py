"""Named care and low-risk families, visited, read and lived forward as a user would: what is stated, and what follows.

`python -m bowlby.recovery.care.visited_families --seeds 5 --families 100` prints both tables.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.formats.load import merge
from bowlby.inference.care.axes import STATED
from bowlby.inference.care.reading import ReadingPlan, read_care
from bowlby.inference.care.statement import CareStatement, care_statement
from bowlby.model.life.exposures import EXPOSURES
from bowlby.records.coded_record import CodedRecord
from bowlby.records.identity import coded_as_itself
from bowlby.records.record import Record
from bowlby.simulation.coder import CoderError
from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.home import HomeCare
from bowlby.simulation.life_course import life_course
from bowlby.simulation.named_care import FamilyChildren, cohort, homes_under
from bowlby.simulation.outcomes import children_at_age, measure
from bowlby.simulation.population import families
from bowlby.simulation.procedures import ordinary
from bowlby.simulation.visits import VisitedChildren, VisitPlan, observe

Floats = npt.NDArray[np.float64]

AGE, VISITS, MINUTES = 12.0, 3, 60.0
OUTCOMES = ("externalizing", "internalizing", "school engagement", "peer competence")
UNTIL = 84.0
"""Months at which lives are compared."""


@dataclass(frozen=True)
class NamedCareRow:
    """What is stated of one kind of care.

    Args:
        care: its name.
        told: by axis, what was stated at each seed.
        above: by axis, P(above the cut) at each seed.
    """

    care: str
    told: Mapping[str, tuple[str, ...]]
    above: Mapping[str, tuple[float | None, ...]]


def records_of(watched: VisitedChildren, error: CoderError | None = None) -> Iterator[CodedRecord]:
    """Yield the coded visits of each watched child.

    Args:
        watched: children and visits.
        error: of the coder; None for the assumed one.

    Returns:
        One record a child, with all its visits.
    """
    visits = [watched.coded_by(visit, error or CoderError()) for visit in range(watched.plan.visits)]
    for session in visits[0].sessions:
        yield merge([coded_as_itself(_alone(one, session)) for one in visits])


def statement_of(design: CohortDesign, population: str = "pooled") -> list[CareStatement]:
    """Return what is stated of each child of a design after three visits of an hour.

    Args:
        design: of the children, to the age at which they are visited.
        population: in which the records are read.

    Returns:
        One a child.
    """
    watched = observe(design, VisitPlan(ordinary(MINUTES), VISITS))
    return [care_statement(read_care(one, ReadingPlan(population))) for one in records_of(watched)]


def named_rows(names: Sequence[str], seeds: Sequence[int]) -> Iterator[NamedCareRow]:
    """Yield what is stated of named care.

    Args:
        names: of care.
        seeds: one family each.

    Returns:
        One a kind of care.
    """
    for name in names:
        found = [statement_of(cohort(name, 1, AGE, seed=seed))[0] for seed in seeds]
        yield NamedCareRow(
            name,
            {str(axis): tuple(one.axes[axis].told.words for one in found) for axis in STATED},
            {str(axis): tuple(one.axes[axis].above for one in found) for axis in STATED},
        )


def forecast_difference(count: int, each: int, seed: int) -> dict[str, float]:
    """Return how far the mean forecast from low-risk families' posteriors lies from that of their population, in sds.

    The same children, with the same company and chances, live under the caregivers that the records leave possible and
    under those of the population.

    Args:
        count: families that are visited and read with the low-risk population as context.
        each: children of each posterior, one a draw.
        seed: of everything.

    Returns:
        By outcome.
    """
    found = statement_of(families("low-risk", count, AGE, seed), "low-risk")
    chosen = [np.random.default_rng([seed, 7, row]).permutation(2000)[:each] for row in range(count)]
    names = found[0].posterior.traits
    traits = {
        name: np.concatenate([one.posterior.traits[name][at] for one, at in zip(found, chosen, strict=True)])
        for name in names
    }
    who = FamilyChildren(np.arange(count * each, dtype=np.uint32), seed)
    own, whole = (
        _outcomes(homes, count * each, seed)
        for homes in ((HomeCare(UNTIL, traits, 0.0),), homes_under("usual", who, UNTIL))
    )
    return {name: float((own[name].mean() - whole[name].mean()) / whole[name].std()) for name in OUTCOMES}


def _alone(record: Record, session: str) -> Record:
    own = pl.col("session") == session
    return replace(record, events=record.events.filter(own), windows=record.windows.filter(own))


def _outcomes(homes: tuple[HomeCare, ...], children: int, seed: int) -> dict[str, Floats]:
    lived = simulate_cohort(life_course(children, homes, seed=seed))
    found = measure(children_at_age(lived), OUTCOMES, seed=seed)
    return {name: np.asarray(values, np.float64) for name, values in found.items()}


def _lines(row: NamedCareRow) -> Iterator[str]:
    for axis, told in row.told.items():
        shares = ", ".join("-" if share is None else f"{share:.3f}" for share in row.above[axis])
        yield f"| {row.care} | {axis} | {', '.join(told)} | {shares} |"


def _main(words: Sequence[str]) -> None:
    asked = argparse.ArgumentParser(prog="python -m bowlby.recovery.care.visited_families")
    asked.add_argument("--seeds", type=int, default=5)
    asked.add_argument("--first-seed", type=int, default=1)
    asked.add_argument("--families", type=int, default=100)
    asked.add_argument("--each", type=int, default=40)
    given = asked.parse_args(words)
    if given.seeds:
        for row in named_rows(list(EXPOSURES), range(given.first_seed, given.first_seed + given.seeds)):
            sys.stdout.write("\n".join(_lines(row)) + "\n")
            sys.stdout.flush()
    if given.families:
        for name, away in forecast_difference(given.families, given.each, given.first_seed).items():
            sys.stdout.write(f"{name}: {away:+.3f} sd\n")


if __name__ == "__main__":
    from bowlby.simulation.entry import prepare_jax

    prepare_jax()
    _main(sys.argv[1:])
