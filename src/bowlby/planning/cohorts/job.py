"""A cohort data set in chunks of children: each lives its children, measures them and writes its own files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.atomic import write_text, writing
from bowlby.planning.cohorts import words
from bowlby.planning.cohorts.arms import Attrition, calibrated, leaving_age, places, sites
from bowlby.planning.trials.design import OUTCOME, RATED_SENSITIVITY, STRESS, StudyDesign, StudyMeasure
from bowlby.planning.trials.lives import TrialLives, VisitMeasure, design_of_arm, families, live, read
from bowlby.records.spreadsheet import without_formulas, write_for_people
from bowlby.simulation.cluster.job import WORK
from bowlby.simulation.cluster.regions import StoreRegion, StoreShape, lay_out, standing_files, write_region
from bowlby.simulation.engine.program import WIDTH
from bowlby.source import source

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.uint32]

PLAIN = 64 * WIDTH
"""Children of a chunk whose states are all that is asked for: a task of some seconds."""
WATCHED = 2 * WIDTH
"""Children of a chunk that is watched second by second: records bound its memory."""
PILOT = 1024
"""First children, by whom the rate of drop-out is set."""
TRUTH = "truth.zarr"
OBSERVED_SCHEMA: Mapping[str, Any] = {
    "child": pl.UInt32(),
    "arm": pl.String(),
    "site": pl.Int64(),
    "age_months": pl.Float64(),
    "measure": pl.String(),
    "value": pl.Float64(),
    "missing": pl.String(),
}


@dataclass(frozen=True)
class CohortJob:
    """The making of a cohort data set.

    Args:
        design: of the study.
        seed: of all chances.
        csv: whether tables are written as csv too.
        children_each: children of a chunk in place of the usual number.
    """

    design: StudyDesign
    seed: int
    csv: bool = False
    children_each: int | None = None

    @property
    def chunk(self) -> int:
        """Children of a chunk."""
        if self.children_each is not None:
            return self.children_each
        watched = any(one.staged or one.name == RATED_SENSITIVITY for one in self.design.measures)
        return WATCHED if watched else PLAIN

    @property
    def count(self) -> int:
        """How many chunks."""
        return -(-self.design.children // self.chunk)

    @cached_property
    def ages(self) -> tuple[float, ...]:
        """Ages at which the truth is kept."""
        measured = {age for one in self.design.measures for age in one.ages}
        start = self.design.start
        return tuple(sorted({*measured, *self.design.truth, *(() if start is None else (start,))}))

    @cached_property
    def shape(self) -> StoreShape:
        """Shape of the store of the truth."""
        lives = families(self.design, np.arange(1, dtype=np.uint32), self.seed, self.ages)
        names = tuple(variable.name for variable in lives.variables)
        return StoreShape(self.design.children, self.chunk, names, self.ages)

    def describe(self) -> dict[str, Any]:
        """Return the design, the seed and the code that lives it."""
        return {
            "kind": "cohort",
            "design": self.design.model_dump(mode="json"),
            "seed": self.seed,
            "csv": self.csv,
            "chunk": self.chunk,
            "source": source(),
        }

    def begin(self, folder: Path) -> None:
        """Lay out the store, and see in the first children how many leave."""
        for name in ("observed", "truth"):
            (folder / name).mkdir(exist_ok=True)
        lay_out(folder / TRUTH, self.shape, {"title": self.design.title, "seed": self.seed})
        leaving = self._pilot() if self.design.drop_out.rate else Attrition(-1e9, 0.0, 1.0)
        write_text(folder / WORK / "leaving.json", json.dumps(leaving.as_dict()), force=True)

    def do(self, index: int, folder: Path) -> Sequence[str]:
        """Live and measure the children of one chunk."""
        leaving = Attrition(**json.loads((folder / WORK / "leaving.json").read_text(encoding="utf-8")))
        members = self.shape.region(index)
        lived = self._live(np.arange(members.start, members.stop, dtype=np.uint32), self.design.measures)
        written = [f"{TRUTH}/{name}" for name in write_region(folder / TRUTH, self.shape, index, lived.region())]
        tables = {"observed": self._observed(lived, leaving), "truth": lived.truth(self.design)}
        for name, table in tables.items():
            part = f"{name}/part-{index:06}.parquet"
            with writing(folder / part, force=True) as draft:
                table.write_parquet(draft)
            written.append(part)
        return written

    def finish(self, folder: Path) -> Sequence[str]:
        """Write dictionary and guide, and csv where it is asked for."""
        states = families(self.design, np.arange(1, dtype=np.uint32), self.seed, self.ages).variables
        write_for_people(words.dictionary(self.design, states), folder / "data_dictionary.csv")
        write_text(folder / "README.md", words.guide(self.design, self.seed, csv=self.csv), force=True)
        written = ["data_dictionary.csv", "README.md", *(f"{TRUTH}/{one}" for one in standing_files(folder / TRUTH))]
        if self.csv:
            for name in ("observed", "truth"):
                table = pl.scan_parquet(folder / name / "part-*.parquet")
                without_formulas(table).sink_csv(folder / f"{name}.csv")
                written.append(f"{name}.csv")
        return written

    def _pilot(self) -> Attrition:
        numbers = np.arange(min(PILOT, self.design.children), dtype=np.uint32)
        needed = self.design.measures[:1] if self.design.drop_out.on == OUTCOME else ()
        lived = self._live(numbers, needed)
        return calibrated(self.design, self._depends_on(lived), lived.arm)

    def _live(self, numbers: Numbers, measures: Sequence[StudyMeasure]) -> _Chunk:
        arm = places(self.design, numbers, self.seed)
        parts: list[tuple[npt.NDArray[np.int64], TrialLives]] = []
        for place, one in enumerate(self.design.arms):
            who = np.flatnonzero(arm == place)
            if who.size:
                before = families(self.design, numbers[who], self.seed, self.ages)
                parts.append((who, live(design_of_arm(one, before))))
        readings = {
            (measure.name, age): _together([(who, read(measure, age, lived)) for who, lived in parts], len(numbers))
            for measure in measures
            for age in measure.ages
        }
        return _Chunk(numbers, arm, sites(self.design, numbers), self.ages, tuple(parts), readings)

    def _depends_on(self, lived: _Chunk) -> Floats | None:
        on = self.design.drop_out.on
        if on is None:
            return None
        if on == OUTCOME:
            primary = self.design.primary
            return lived.readings[primary.name, primary.ages[-1]].true
        return lived.state("stress" if on == STRESS else on, self.design.start or self.ages[0])

    def _observed(self, lived: _Chunk, leaving: Attrition) -> pl.DataFrame:
        gone = leaving_age(self.design, leaving, lived.numbers, self.seed, (self._depends_on(lived), lived.arm))
        names = np.array([arm.name for arm in self.design.arms])
        tables = [_measured(lived, names, (name, age), np.where(age < gone, 0, 1)) for name, age in lived.readings]
        whole = pl.concat(tables) if tables else pl.DataFrame(schema=OBSERVED_SCHEMA)
        return whole.sort("child", "age_months", "measure", maintain_order=True)


@dataclass(frozen=True)
class _Chunk:
    """Children of one chunk, in the order of their numbers, whatever arm they were lived in."""

    numbers: Numbers
    arm: npt.NDArray[np.int64]
    site: npt.NDArray[np.int64] | None
    ages: tuple[float, ...]
    parts: tuple[tuple[npt.NDArray[np.int64], TrialLives], ...]
    readings: Mapping[tuple[str, float], VisitMeasure]

    def state(self, name: str, age: float) -> Floats:
        values = np.empty(len(self.numbers))
        for who, lived in self.parts:
            values[who] = lived.state(name, age)
        return values

    def region(self) -> StoreRegion:
        variables = len(self.parts[0][1].result.design.variables)
        state = np.empty((len(self.ages), variables, len(self.numbers)), np.float32)
        status = np.empty(len(self.numbers), np.int8)
        for who, lived in self.parts:
            status[who] = lived.result.status
            fine = lived.result.status == 0
            for row, age in enumerate(self.ages):
                state[row, :, who] = np.where(fine, lived.states[age], np.float32("nan")).T
        return StoreRegion(self.numbers, status, state)

    def truth(self, design: StudyDesign) -> pl.DataFrame:
        """Return what would have been measured without error and without loss, one row a child and visit."""
        names = np.array([arm.name for arm in design.arms])
        ages = sorted({age for _, age in self.readings})
        tables = [
            pl.DataFrame(
                {
                    "child": self.numbers,
                    "arm": names[self.arm],
                    "age_months": np.full(len(self.numbers), age),
                    **{
                        one.name: self.readings[one.name, age].true
                        if (one.name, age) in self.readings
                        else np.full(len(self.numbers), np.nan)
                        for one in design.measures
                    },
                }
            )
            for age in ages
        ]
        if not tables:
            return pl.DataFrame({"child": self.numbers, "arm": names[self.arm]})
        return pl.concat(tables).fill_nan(None).sort("child", "age_months")


def _together(parts: Sequence[tuple[npt.NDArray[np.int64], VisitMeasure]], children: int) -> VisitMeasure:
    true, observed = np.empty(children), np.empty(children)
    for who, reading in parts:
        true[who], observed[who] = reading.true, reading.observed
    return VisitMeasure(true, observed)


def _measured(
    lived: _Chunk, names: npt.NDArray[np.str_], what: tuple[str, float], gone: npt.NDArray[np.int64]
) -> pl.DataFrame:
    name, age = what
    values = lived.readings[what].observed
    missing = np.where(gone == 1, "left the study", np.where(np.isfinite(values), "", "not scored"))
    children = len(lived.numbers)
    return pl.DataFrame(
        {
            "child": lived.numbers,
            "arm": names[lived.arm],
            "site": [None] * children if lived.site is None else lived.site,
            "age_months": np.full(children, age),
            "measure": [name] * children,
            "value": pl.Series(np.where(missing == "", values, np.nan)).fill_nan(None),
            "missing": pl.Series(missing).replace("", None),
        },
        schema=OBSERVED_SCHEMA,
    )
