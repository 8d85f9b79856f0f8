"""Watching simulated children: the lives that lead up to an interval, the interval, and its record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bowlby.records.record import Record
from bowlby.simulate.coding import record_of
from bowlby.simulate.engine.cohort import CohortResult, Progress, simulate_cohort
from bowlby.simulate.engine.design import CohortDesign
from bowlby.simulate.moments import Played, play
from bowlby.simulate.procedures import Procedure


@dataclass(frozen=True)
class Watched:
    """Children, the interval in which they were watched, and its record.

    Args:
        cohort: as they were when it began.
        played: what could be seen.
        record: the same, coded without error; one session a child.
    """

    cohort: CohortResult
    played: Played
    record: Record


def watch(
    design: CohortDesign,
    procedure: Procedure,
    *,
    store: Path | None = None,
    progress: Progress | None = None,
    force: bool = False,
    moments: dict[str, float] | None = None,
) -> Watched:
    """Live the lives of a cohort and watch each child with its caregiver at the end.

    Args:
        design: of the cohort; its last age is the age at which they are watched.
        procedure: the situation.
        store: folder for the cohort's traces and checkpoints, or None.
        progress: told of episodes done and to do.
        force: replace what is at `store`.
        moments: constants of the moment clock that differ from the registry.

    Returns:
        The cohort, what could be seen and the record.

    Raises:
        InputError: the procedure is not meant for this age.
        OverwriteError: something else is at `store` and force is False.
        OutputError: the store cannot be written.
    """
    procedure.check_age(design.until)
    cohort = simulate_cohort(design, store, progress=progress, force=force)
    played = play(cohort, procedure, moments=moments)
    return Watched(cohort, played, record_of(played, settings_of(design, procedure)))


def settings_of(design: CohortDesign, procedure: Procedure) -> dict[str, object]:
    """Return how a watched cohort was made, for its record.

    Args:
        design: of the cohort.
        procedure: the situation.

    Returns:
        Plain values; the design among them.
    """
    return {
        "procedure": procedure.name,
        "seconds": procedure.longest,
        "children": design.children,
        "age_months": design.until,
        "seed": design.seed,
        "design": design.as_dict(),
    }
