"""A cohort data set in chunks of children: each lives its children, measures them and writes its own files."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.atomic import write_text, writing
from bowlby.planning.cohorts import words
from bowlby.planning.cohorts.arms import Attrition, calibrated, leaving_age, places
from bowlby.planning.cohorts.sharing import Level, level, shared, site_of
from bowlby.planning.cohorts.wide import check_formats, column_of, wide, write_wide
from bowlby.planning.trials.design import (
    CLASS,
    CLASSES,
    MEASURES,
    OUTCOME,
    RATED_SENSITIVITY,
    STRESS,
    StudyDesign,
    StudyMeasure,
)
from bowlby.planning.trials.lives import TrialLives, VisitMeasure, design_of_arm, families, live, read
from bowlby.records.spreadsheet import without_formulas, write_for_people
from bowlby.simulation.cluster.job import WORK
from bowlby.simulation.cluster.regions import StoreRegion, StoreShape, lay_out, standing_files, write_region
from bowlby.simulation.draws import chance, standard
from bowlby.simulation.engine.program import WIDTH
from bowlby.source import source

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.uint32]

PLAIN = 64 * WIDTH
"""Children of a chunk whose states are all that is asked for: a task of some seconds."""
WATCHED = 2 * WIDTH
"""Children of a chunk that is watched second by second: records bound its memory."""
MOST_CHUNKS = 1000
"""Chunks of a watched cohort; each writes some ten files."""
PILOT = 1024
"""First children, by whom the rate of drop-out is set."""
TRUTH = "truth.zarr"
PILOT_FILE = "pilot.json"
STATUS_AND_STRESS = -0.3
"""Correlation of socio-economic status with the caregiver's stress. Assumed; status moves nothing in the model."""
STRESSED = ("stress", 0.0, "state")
"""Key of the level of the caregiver's stress at the start, of all arms."""
LevelKey: TypeAlias = tuple[str, float, str]
"""A measure, an age, and "true" or "observed"."""
OBSERVED_SCHEMA: Mapping[str, Any] = {
    "child": pl.UInt32(),
    "arm": pl.String(),
    "site": pl.Int64(),
    "visit": pl.String(),
    "age_months": pl.Float64(),
    "measure": pl.String(),
    "value": pl.Float64(),
    "label": pl.String(),
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
        formats: further tables, among `FORMATS`.
    """

    design: StudyDesign
    seed: int
    csv: bool = False
    children_each: int | None = None
    formats: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[StudyMeasure, ...]:
        """What is measured: the design's measures, and the baseline where it is none of them."""
        baseline = self.design.baseline
        if baseline is None:
            return self.design.measures
        names = [one.name for one in self.design.measures]
        if baseline.name not in names:
            first = StudyMeasure(name=baseline.name, ages=(f"{baseline.age:g}mo",), reliability=baseline.reliability)  # pyright: ignore[reportCallIssue, reportArgumentType]
            return (first, *self.design.measures)
        return tuple(_with_age(one, baseline.age) if one.name == baseline.name else one for one in self.design.measures)

    @property
    def piece(self) -> int:
        """Children who are lived and watched at once: what bounds memory."""
        watched = any(one.staged or one.name == RATED_SENSITIVITY for one in self.measures)
        return WATCHED if watched else PLAIN

    @property
    def chunk(self) -> int:
        """Children of a chunk, one task with files of its own: pieces enough that there are some thousand files."""
        if self.children_each is not None:
            return self.children_each
        pieces = -(-self.design.children // self.piece)
        return (
            self.piece << max(0, math.ceil(math.log2(max(pieces, 1) / MOST_CHUNKS))) if self.piece == WATCHED else PLAIN
        )

    @property
    def count(self) -> int:
        """How many chunks."""
        return -(-self.design.children // self.chunk)

    @cached_property
    def ages(self) -> tuple[float, ...]:
        """Ages at which the truth is kept."""
        measured = {age for one in self.measures for age in one.ages}
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
            "formats": list(self.formats),
            "chunk": self.chunk,
            "source": source(),
        }

    def begin(self, folder: Path) -> None:
        """Lay out the store, and see in the first children how many leave."""
        check_formats(self.formats, self.design.children)
        for name in ("observed", "truth", *(["covariates"] if self.design.covariates else [])):
            (folder / name).mkdir(exist_ok=True)
        lay_out(folder / TRUTH, self.shape, {"title": self.design.title, "seed": self.seed})
        leaving, levels = self._pilot()
        kept = {"leaving": leaving.as_dict(), "levels": [[*key, one.as_dict()] for key, one in levels.items()]}
        write_text(folder / WORK / PILOT_FILE, json.dumps(kept), force=True)

    def do(self, index: int, folder: Path) -> Sequence[str]:
        """Live and measure the children of one chunk."""
        kept = json.loads((folder / WORK / PILOT_FILE).read_text(encoding="utf-8"))
        leaving = Attrition(**kept["leaving"])
        levels: dict[LevelKey, Level] = {(name, age, what): Level.of(one) for name, age, what, one in kept["levels"]}
        members = self.shape.region(index)
        numbers = np.arange(members.start, members.stop, dtype=np.uint32)
        lived = self._in_sites(self._live(numbers, self.measures), levels)
        written = [f"{TRUTH}/{name}" for name in write_region(folder / TRUTH, self.shape, index, lived.region())]
        tables = {"observed": self._observed(lived, leaving), "truth": lived.truth(self.design, self.measures)}
        if self.design.covariates:
            tables["covariates"] = self._covariates(lived, levels[STRESSED])
        for name, table in tables.items():
            part = f"{name}/part-{index:06}.parquet"
            with writing(folder / part, force=True) as draft:
                table.write_parquet(draft)
            written.append(part)
        return written

    def finish(self, folder: Path) -> Sequence[str]:
        """Write dictionary and guide, and csv where it is asked for."""
        states = families(self.design, np.arange(1, dtype=np.uint32), self.seed, self.ages).variables
        dictionary = words.dictionary(self.design, self.measures, states)
        write_for_people(dictionary, folder / "data_dictionary.csv")
        also = (*(("csv",) if self.csv else ()), *self.formats)
        write_text(folder / "README.md", words.guide(self.design, self.seed, also), force=True)
        written = ["data_dictionary.csv", "README.md", *(f"{TRUTH}/{one}" for one in standing_files(folder / TRUTH))]
        if self.csv:
            for name in ("observed", "truth", *(["covariates"] if self.design.covariates else [])):
                table = pl.scan_parquet(folder / name / "part-*.parquet")
                without_formulas(table).sink_csv(folder / f"{name}.csv")
                written.append(f"{name}.csv")
        return [*written, *self._wide(folder, dictionary)]

    def _wide(self, folder: Path, dictionary: pl.DataFrame) -> Sequence[str]:
        if not self.formats:
            return ()
        parts = {
            name: pl.read_parquet(folder / name / "part-*.parquet")
            for name in ("observed", *(["covariates"] if self.design.covariates else []))
        }
        table = wide(parts["observed"], parts.get("covariates"), self.design)
        meanings = dict(dictionary.select("item", "meaning").iter_rows())
        labels = {
            column_of(one.name, age): f"{meanings.get(one.name, one.name)}, {age:g} months"
            for one in self.measures
            for age in one.ages
        }
        return write_wide(table, folder, self.formats, meanings | labels)

    def _covariates(self, lived: _Chunk, stressed: Level) -> pl.DataFrame:
        """Return covariates of each child: stress at the start, sex, and status that goes with stress by -.3."""
        stress = lived.state("stress", self._start)
        z = (stress - stressed.mean[0]) / (stressed.sd[0] or 1.0)
        noise = standard(lived.numbers, self.seed, "study/ses")
        columns = {
            "stress": stress,
            "sex": np.where(chance(lived.numbers, self.seed, "study/sex") < 0.5, 0.0, 1.0),
            "ses": STATUS_AND_STRESS * z + math.sqrt(1.0 - STATUS_AND_STRESS**2) * noise,
        }
        chosen = {name: columns[name] for name in self.design.covariates}
        return pl.DataFrame({"child": lived.numbers, **chosen}).fill_nan(None)

    @property
    def _start(self) -> float:
        """Age at which what drop-out depends on is seen."""
        return self.ages[0] if self.design.start is None else self.design.start

    def _pilot(self) -> tuple[Attrition, dict[LevelKey, Level]]:
        """See in the first children how many leave, and the level of each measure that sites share."""
        design = self.design
        shares = design.sites is not None and design.sites.icc > 0.0
        if not design.drop_out.rate and not shares and not design.covariates:
            return Attrition(-1e9, 0.0, 1.0), {}
        numbers = np.arange(min(PILOT, design.children), dtype=np.uint32)
        on = (design.primary.name,) if design.drop_out.on == OUTCOME else (design.drop_out.on,)
        lived = self._live(numbers, self.measures if shares else [one for one in self.measures if one.name in on])
        levels = {
            (name, age, what): level(values, lived.arm, len(design.arms))
            for (name, age), reading in lived.readings.items()
            if shares and name != CLASS
            for what, values in (("true", reading.true), ("observed", reading.observed))
        }
        leaving = Attrition(-1e9, 0.0, 1.0)
        if design.covariates:
            levels[STRESSED] = level(lived.state("stress", self._start), np.zeros_like(lived.arm), 1)
        if design.drop_out.rate:
            leaving = calibrated(design, self._depends_on(self._in_sites(lived, levels)), lived.arm)
        return leaving, levels

    def _in_sites(self, lived: _Chunk, levels: Mapping[LevelKey, Level]) -> _Chunk:
        """Return children of whose measures a share is their site's."""
        site = lived.site
        if site is None or not levels:
            return lived
        who = (lived.numbers, lived.arm, site)

        def moved(name: str, age: float, what: str, values: Floats) -> Floats:
            return shared(self.design, values, who, (name, levels[name, age, what], self.seed))

        readings = {
            (name, age): VisitMeasure(moved(name, age, "true", one.true), moved(name, age, "observed", one.observed))
            if (name, age, "true") in levels
            else one
            for (name, age), one in lived.readings.items()
        }
        return replace(lived, readings=readings)

    def _live(self, numbers: Numbers, measures: Sequence[StudyMeasure]) -> _Chunk:
        """Live and measure children, piece by piece."""
        pieces = [numbers[first : first + self.piece] for first in range(0, len(numbers), self.piece)]
        return _joined([self._live_at_once(one, measures) for one in pieces])

    def _live_at_once(self, numbers: Numbers, measures: Sequence[StudyMeasure]) -> _Chunk:
        arm = places(self.design, numbers, self.seed)
        parts: list[tuple[npt.NDArray[np.int64], TrialLives]] = []
        for place, one in enumerate(self.design.arms):
            who = np.flatnonzero(arm == place)
            if who.size:
                before = families(self.design, numbers[who], self.seed, self.ages)
                parts.append((who, live(design_of_arm(self.design, one, before))))
        readings = {
            (measure.name, age): _together([(who, read(measure, age, lived)) for who, lived in parts], len(numbers))
            for measure in measures
            for age in measure.ages
        }
        return _Chunk(numbers, arm, site_of(self.design, numbers), self.ages, tuple(parts), readings)

    def _depends_on(self, lived: _Chunk) -> Floats | None:
        on = self.design.drop_out.on
        if on is None:
            return None
        if on == OUTCOME:
            primary = self.design.primary
            return lived.readings[primary.name, primary.ages[-1]].true
        if on in MEASURES:
            first = next(one for one in self.measures if one.name == on)
            return lived.readings[on, first.ages[0]].observed
        return lived.state("stress" if on == STRESS else on, self._start)

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

    def truth(self, design: StudyDesign, measures: Sequence[StudyMeasure]) -> pl.DataFrame:
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
                        for one in measures
                    },
                }
            )
            for age in ages
        ]
        if not tables:
            return pl.DataFrame({"child": self.numbers, "arm": names[self.arm]})
        return pl.concat(tables).fill_nan(None).sort("child", "age_months")


def _joined(pieces: Sequence[_Chunk]) -> _Chunk:
    """Return pieces of one chunk as a whole."""
    if len(pieces) == 1:
        return pieces[0]
    starts = np.cumsum([0, *(len(one.numbers) for one in pieces)])
    parts = tuple((who + start, lived) for one, start in zip(pieces, starts, strict=False) for who, lived in one.parts)
    readings = {
        key: VisitMeasure(
            np.concatenate([one.readings[key].true for one in pieces]),
            np.concatenate([one.readings[key].observed for one in pieces]),
        )
        for key in pieces[0].readings
    }
    sites = [one.site for one in pieces if one.site is not None]
    return _Chunk(
        np.concatenate([one.numbers for one in pieces]),
        np.concatenate([one.arm for one in pieces]),
        np.concatenate(sites) if sites else None,
        pieces[0].ages,
        parts,
        readings,
    )


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
            "visit": [visit_label(age)] * children,
            "age_months": np.full(children, age),
            "measure": [name] * children,
            "value": pl.Series(np.where(missing == "", values, np.nan)).fill_nan(None),
            "label": _labels(name, missing == "", values),
            "missing": pl.Series(missing).replace("", None),
        },
        schema=OBSERVED_SCHEMA,
    )


def _labels(name: str, known: npt.NDArray[np.bool_], values: Floats) -> list[str | None]:
    """Return the class in letters where a class is measured, else nothing."""
    if name != CLASS:
        return [None] * len(values)
    letters = {code: letter for letter, code in CLASSES.items()}
    return [letters.get(float(value)) if seen else None for seen, value in zip(known, values, strict=True)]


def visit_label(age: float) -> str:
    """Return the label of a visit, as design files write ages: 14mo.

    Args:
        age: months.

    Returns:
        The label.
    """
    return f"{age:g}mo"


def _with_age(measure: StudyMeasure, age: float) -> StudyMeasure:
    return measure.model_copy(update={"ages": tuple(sorted({*measure.ages, age}))})
