"""A study run: its sessions measured, its dyads read, its tables made."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bowlby.laboratory.axes import StudyAxes, study_axes
from bowlby.laboratory.measurements import KEPT, StudyMeasurements, measure_study
from bowlby.laboratory.problem import StudyProblem
from bowlby.laboratory.sessions import OpenStudy
from bowlby.laboratory.tables import StudyTables, study_tables

Watching = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]
"""From what is being done to a context that yields (done, in all) -> None."""


@dataclass(frozen=True)
class StudyRun:
    """What a run of a study gives.

    Args:
        study: opened.
        measured: measures of every coding.
        axes: of every dyad.
        tables: as they are written.
    """

    study: OpenStudy
    measured: StudyMeasurements
    axes: StudyAxes
    tables: StudyTables

    @property
    def problems(self) -> tuple[StudyProblem, ...]:
        """Return what could not be measured or read."""
        return (*self.measured.problems, *self.axes.problems)


def run_study(study: OpenStudy, output: Path, workers: int, watching: Watching) -> StudyRun:
    """Measure every session, read every dyad and make the tables.

    Args:
        study: opened.
        output: folder of the results; what is finished is kept in it.
        workers: number of processes, >= 1.
        watching: shows progress.

    Returns:
        The run.

    Raises:
        OutputError: finished work cannot be kept.
        InputError: two files have the same content, or the codebook is broken.
    """
    with watching("measuring") as progress:
        measured = measure_study(study, output, workers, progress)
    axes = StudyAxes()
    if study.plan.inference.axes:
        with watching("reading care") as progress:
            axes = study_axes(study, output / KEPT, progress)
    return StudyRun(study, measured, axes, study_tables(study, measured, axes))
