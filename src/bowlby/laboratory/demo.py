"""A simulated study, written as a laboratory would have it: a folder of files, names that say who and when, ratings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from bowlby.atomic import make_folder, writing
from bowlby.formats.write import write_record
from bowlby.laboratory.begin import begin_study, beside, write_beginning
from bowlby.laboratory.sessions import MONTH
from bowlby.records.record import Record
from bowlby.records.spreadsheet import write_for_people
from bowlby.simulation.coder import CoderError
from bowlby.simulation.draws import standard
from bowlby.simulation.population import families
from bowlby.simulation.procedures import ordinary
from bowlby.simulation.visits import VisitedChildren, VisitPlan, observe

GROUPS: Mapping[str, str] = {"low-risk": "low-risk", "at-risk": "at risk"}
"""Folder of each group, and the population that its families are of."""
CHILDREN_A_GROUP, VISITS, MINUTES, AGE_MONTHS = 10, 2, 20.0, 12.0
TWICE = 5
"""Of so many sessions one is coded twice."""
A_MONTH = 7
"""Sessions coded in a month."""
CODERS = ("anna", "ben")
TITLE = "A simulated study: twenty families, two visits"


@dataclass(frozen=True)
class SimulatedSession:
    """One session as one coder coded it.

    Args:
        group: of the family.
        child: id.
        visit: from 1.
        coder: name.
        record: of the session.
    """

    group: str
    child: str
    visit: int
    coder: str
    record: Record

    @property
    def name(self) -> str:
        """Return the file, as laboratories name theirs."""
        return f"{self.child}_v{self.visit}_{self.coder}.csv"


def write_demo(output: Path, seed: int) -> Path:
    """Write a simulated study: sessions, and a study file begun from their folder with what only a laboratory knows.

    Args:
        output: folder of the study.
        seed: of the simulation.

    Returns:
        The study file.

    Raises:
        OutputError: it cannot be written.
    """
    folder, path = make_folder(output / "sessions"), output / "study.toml"
    files: list[Path] = []
    every = _watched(seed)
    children = [child for _, first in every.values() for child in _ids(first)]
    ratings = dict(zip(children, sensitivity([watched for watched, _ in every.values()]), strict=True))
    for group, (watched, first) in every.items():
        make_folder(folder / group)
        for one in _sessions(group, watched, first):
            file = folder / group / one.name
            write_record(one.record, file, force=True)
            files.append(file)
    found = begin_study(sorted(files), folder, output)
    write_beginning(found, path, TITLE, force=True)
    _fill_in(beside(path)[0], ratings)
    text = path.read_text(encoding="utf-8").replace("ratings = []", 'ratings = ["sensitivity"]')
    path.write_text(text, encoding="utf-8")
    return path


def _watched(seed: int) -> dict[str, tuple[VisitedChildren, int]]:
    found: dict[str, tuple[VisitedChildren, int]] = {}
    for number, (group, population) in enumerate(GROUPS.items()):
        first = number * CHILDREN_A_GROUP
        design = families(population, CHILDREN_A_GROUP, AGE_MONTHS, seed, first)
        found[group] = observe(design, VisitPlan(ordinary(MINUTES), VISITS)), first
    return found


def _ids(first: int) -> list[str]:
    return [f"c{first + place + 1:02d}" for place in range(CHILDREN_A_GROUP)]


def _sessions(group: str, watched: VisitedChildren, first: int) -> Iterator[SimulatedSession]:
    for visit in range(VISITS):
        for name in CODERS:
            record = watched.coded_by(visit, CoderError(), name)
            for place, (child, session) in enumerate(zip(_ids(first), record.sessions, strict=True)):
                number = (first + place) * VISITS + visit
                if name == CODERS[0] or number % TWICE == 0:
                    yield SimulatedSession(group, child, visit + 1, name, _alone(record, session))


def _alone(record: Record, session: str) -> Record:
    """Return the record of one session."""
    own = pl.col("session") == session
    return replace(record, events=record.events.filter(own), windows=record.windows.filter(own))


def sensitivity(every: Sequence[VisitedChildren]) -> list[int]:
    """Return how raters see caregivers on the scale of 1 to 9: warmth and readiness to answer, with an error.

    A rating is 5 + z_warmth + z_answer + e, e ~ N(0, 1), rounded; z is the trait on its own scale, less the mean of all
    families of the study and over their standard deviation. The weights are assumed.

    Args:
        every: families of each group.

    Returns:
        One rating a child, in the order of the groups.
    """
    designs = [watched.cohort.design for watched in every]
    warmth, answer = (
        np.concatenate([np.asarray(design.care[0].setting[name], float) for design in designs])
        for name in ("warmth", "answer_base")
    )
    z = [(trait - trait.mean()) / trait.std() for trait in (np.log(warmth / (1 - warmth)), answer)]
    children = np.concatenate([design.first_child + np.arange(design.children) for design in designs])
    error = standard(children.astype(np.uint32), designs[0].seed, "laboratory/sensitivity", 0)
    return [int(value) for value in np.clip(np.rint(5.0 + z[0] + z[1] + error), 1, 9)]


def _fill_in(manifest: Path, ratings: Mapping[str, int]) -> None:
    """Write what only the laboratory knows: months of coding and ratings; classes it has none."""
    table = pl.read_csv(manifest, infer_schema=False).drop("attachment_class")
    months = [f"2026-{1 + place // A_MONTH:02d}" for place in range(table.height)]
    table = table.with_columns(
        pl.Series(MONTH, months), pl.col("child").replace_strict(ratings, return_dtype=pl.Int64).alias("sensitivity")
    )
    with writing(manifest, force=True) as draft:
        write_for_people(table, draft)
