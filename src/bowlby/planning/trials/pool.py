"""The pool of a trial: children lived once under every arm and measured, from whom trials of any size are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bowlby.atomic import writing
from bowlby.errors import InputError
from bowlby.planning.trials.design import CLASS, MEASURES, OUTCOME, STRESS, StudyDesign
from bowlby.planning.trials.endpoints import Visit, endpoints, further_visits
from bowlby.planning.trials.lives import Floats, design_of_arm, families, live, read, read_baseline
from bowlby.simulation.cluster.job import digest
from bowlby.simulation.cluster.run import Told, Workers, finished_files, run, run_chunks_here
from bowlby.source import source

CHUNK = 512
STRESS_VARIABLE = "stress"
ARMS = 2


@dataclass(frozen=True)
class Others:
    """A visit beside the primary outcome's last: true and observed, shape (arms, children), and whether yes or no."""

    true: Floats
    observed: Floats
    binary: bool


@dataclass(frozen=True)
class TrialPool:
    """Children with the primary outcome, and what else is tested, under all arms.

    Args:
        true: without error, shape (arms, children); the control arm first.
        observed: with error, the same shape.
        baseline: covariate as observed, shape (children,), or None.
        drop_on: the state that drop-out depends on, shape (arms, children), or None.
        binary: whether the outcome is yes or no.
        unscored: children left out because an outcome could not be scored in one of the arms.
        others: further visits, by measure and age.
    """

    true: Floats
    observed: Floats
    baseline: Floats | None
    drop_on: Floats | None
    binary: bool
    unscored: int = 0
    others: Mapping[Visit, Others] = field(default_factory=dict[Visit, Others])

    @property
    def children(self) -> int:
        """How many children."""
        return self.true.shape[1]

    def outcome(self, visit: Visit | None, *, true: bool = False) -> tuple[Floats, bool]:
        """Return outcomes of a visit, shape (arms, children), and whether they are yes or no.

        Args:
            visit: measure and age; None for the primary outcome's last.
            true: without error.

        Returns:
            The outcomes.
        """
        if visit is None or visit not in self.others:
            return (self.true if true else self.observed), self.binary
        other = self.others[visit]
        return (other.true if true else other.observed), other.binary

    def half(self, which: int) -> TrialPool:
        """Return every second child, so that two independent halves can be held against each other."""
        part = slice(which, None, 2)
        return TrialPool(
            self.true[:, part],
            self.observed[:, part],
            None if self.baseline is None else self.baseline[part],
            None if self.drop_on is None else self.drop_on[:, part],
            self.binary,
            others={
                visit: Others(one.true[:, part], one.observed[:, part], one.binary)
                for visit, one in self.others.items()
            },
        )


@dataclass(frozen=True)
class PoolJob:
    """Living a pool, chunk by chunk.

    Args:
        design: of the trial.
        seed: of all chances.
    """

    design: StudyDesign
    seed: int

    @property
    def count(self) -> int:
        """How many chunks."""
        return -(-self.design.trial.pool // CHUNK)

    def describe(self) -> dict[str, Any]:
        """Return what the pool depends on: not on sizes, analysis, drop-out rates or costs, which only draw from it."""
        design = self.design
        primary = design.primary.model_copy(update={"ages": design.primary.ages[-1:]})
        return {
            "kind": "pool",
            "population": design.population,
            "exposures": dict(design.exposures),
            "company": design.needs_company,
            "arms": [arm.model_dump(mode="json", exclude={"name"}) for arm in design.arms],
            "programmes": [one.model_dump(mode="json") for one in design.programmes],
            "primary": primary.model_dump(mode="json"),
            "others": [[name, age] for name, age in further_visits(design)],
            "measures": [
                one.model_dump(mode="json", exclude={"ages"})
                for one in design.measures
                if any(one.name == name for name, _ in further_visits(design))
            ],
            "baseline": None if design.baseline is None else design.baseline.model_dump(mode="json"),
            "drop_on": _drop_variable(design),
            "pool": design.trial.pool,
            "seed": self.seed,
            "source": source(),
        }

    def begin(self, folder: Path) -> None:
        """Make the folder of chunks."""
        (folder / "pool").mkdir(exist_ok=True)

    def do(self, index: int, folder: Path) -> Sequence[str]:
        """Live one chunk under both arms and keep what was measured."""
        name = f"pool/{index:06}.npz"
        first = index * CHUNK
        numbers = np.arange(first, min(first + CHUNK, self.design.trial.pool), dtype=np.uint32)
        with writing(folder / name, force=True) as draft, draft.open("wb") as file:
            np.savez(file, allow_pickle=False, **_chunk(self.design, numbers, self.seed))
        return (name,)

    def finish(self, folder: Path) -> Sequence[str]:
        """Nothing stands beside the chunks."""
        del folder
        return ()


def live_pool(
    design: StudyDesign, folder: Path, seed: int, *, workers: Workers | None = None, progress: Told | None = None
) -> TrialPool:
    """Return the pool of a trial, lived now or kept in a folder from before.

    Args:
        design: of the trial, with two arms.
        folder: where it is kept; another trial of the same children, arms and outcome takes it from there.
        seed: of all chances.
        workers: who lives it; None for this process.
        progress: told of chunks done and to do.

    Returns:
        The pool.

    Raises:
        InputError: not two arms, or an intervention that is not given to these children.
        OverwriteError: the folder holds something else.
        OutputError: it cannot be written; finished chunks are kept.
    """
    if len(design.arms) < ARMS:
        raise InputError(
            "a trial compares two arms or more",
            column="arms",
            value=len(design.arms),
            remedy="Give two, the control first.",
        )
    if len(design.arms) > ARMS and design.multiplicity is None:
        raise InputError(
            "a trial of several treated arms tests each against the control",
            column="multiplicity",
            value=len(design.arms),
            remedy='Add [multiplicity] with method = "holm", "hierarchy" or "none".',
        )
    if not design.measures:
        raise InputError("a trial has an outcome", column="measures", remedy="Name at least one measure.")
    if any(one.measure.name == CLASS for one in endpoints(design)):
        raise InputError(
            "a trial does not test a class of four values",
            column="measures",
            value=CLASS,
            remedy="Test security or disorganized; `bowlby cohort` gives classes.",
        )
    job = PoolJob(design, seed)
    files = finished_files(job, folder) or run(job, folder, workers=workers or run_chunks_here, progress=progress).files
    return _gathered([_read(folder / name) for name in sorted(files)], design)


def pool_name(design: StudyDesign, seed: int) -> str:
    """Return a name for the folder of a pool: its children, arms, outcome and the code that lives them.

    Args:
        design: of the trial.
        seed: of all chances.

    Returns:
        Hexadecimal digits.
    """
    return digest(PoolJob(design, seed))[:24]


def _chunk(design: StudyDesign, numbers: npt.NDArray[np.uint32], seed: int) -> dict[str, Any]:
    age = design.primary.ages[-1]
    start = design.start if design.start is not None else age
    baseline = design.baseline
    others = further_visits(design)
    ages = {age, min(start, age), *(() if baseline is None else (baseline.age,)), *(at for _, at in others)}
    before = families(design, numbers, seed, ages)
    arms = [live(design_of_arm(design, arm, before)) for arm in design.arms]
    readings = [read(design.primary, age, lived) for lived in arms]
    found: dict[str, Any] = {
        "true": np.stack([one.true for one in readings]),
        "observed": np.stack([one.observed for one in readings]),
    }
    by_name = {one.name: one for one in design.measures}
    for name, at in others:
        further = [read(by_name[name], at, lived) for lived in arms]
        found[_key("true", (name, at))] = np.stack([one.true for one in further])
        found[_key("observed", (name, at))] = np.stack([one.observed for one in further])
    variable = _drop_variable(design)
    if variable is not None:
        found["drop_on"] = np.stack([lived.state(variable, min(start, age)) for lived in arms])
    if baseline is not None:
        found["baseline"] = read_baseline(baseline, arms[0]).observed
    return found


def _key(what: str, visit: Visit) -> str:
    return f"{what} of {visit[0]} at {visit[1]:g}"


def _drop_variable(design: StudyDesign) -> str | None:
    match design.drop_out.on:
        case None:
            return None
        case name if name == OUTCOME:
            return None
        case name if name == STRESS:
            return STRESS_VARIABLE
        case name if name in MEASURES:
            return None
        case name:
            return name


def _read(path: Path) -> dict[str, Floats]:
    with np.load(path, allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}


def _gathered(chunks: Sequence[dict[str, Floats]], design: StudyDesign) -> TrialPool:
    whole = {name: np.concatenate([chunk[name] for chunk in chunks], axis=-1) for name in chunks[0]}
    fine = np.all([np.isfinite(values).reshape(-1, values.shape[-1]).all(axis=0) for values in whole.values()], axis=0)
    kept = {name: values[..., fine] for name, values in whole.items()}
    binary = {one.name: one.binary for one in design.measures}
    others = {
        visit: Others(kept[_key("true", visit)], kept[_key("observed", visit)], binary[visit[0]])
        for visit in further_visits(design)
    }
    pool = TrialPool(
        kept["true"],
        kept["observed"],
        kept.get("baseline"),
        kept.get("drop_on"),
        design.primary.binary,
        int((~fine).sum()),
        others,
    )
    return replace(pool, drop_on=_drop_measure(pool, design)) if design.drop_out.on in MEASURES else pool


def _drop_measure(pool: TrialPool, design: StudyDesign) -> Floats | None:
    """Return the measure that drop-out depends on, as observed at its first visit, or the baseline."""
    for one in design.measures:
        if one.name == design.drop_out.on:
            return pool.outcome((one.name, one.ages[0]))[0]
    return None if pool.baseline is None else np.stack([pool.baseline] * len(design.arms))
