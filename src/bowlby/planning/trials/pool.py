"""The pool of a trial: children lived once under every arm and measured, from whom trials of any size are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bowlby.atomic import writing
from bowlby.errors import InputError
from bowlby.planning.trials.design import OUTCOME, STRESS, StudyDesign
from bowlby.planning.trials.lives import Floats, design_of_arm, families, live, read, read_baseline
from bowlby.simulation.cluster.job import digest
from bowlby.simulation.cluster.run import Told, Workers, finished_files, run, run_chunks_here
from bowlby.source import source

CHUNK = 512
STRESS_VARIABLE = "stress"
ARMS = 2


@dataclass(frozen=True)
class TrialPool:
    """Children with the primary outcome under both arms.

    Args:
        true: without error, shape (arms, children); the control arm first.
        observed: with error, the same shape.
        baseline: covariate as observed, shape (children,), or None.
        drop_on: the state that drop-out depends on, shape (arms, children), or None.
        binary: whether the outcome is yes or no.
        unscored: children left out because the outcome could not be scored in one of the arms.
    """

    true: Floats
    observed: Floats
    baseline: Floats | None
    drop_on: Floats | None
    binary: bool
    unscored: int = 0

    @property
    def children(self) -> int:
        """How many children."""
        return self.true.shape[1]

    def half(self, which: int) -> TrialPool:
        """Return every second child, so that two independent halves can be held against each other."""
        part = slice(which, None, 2)
        return TrialPool(
            self.true[:, part],
            self.observed[:, part],
            None if self.baseline is None else self.baseline[part],
            None if self.drop_on is None else self.drop_on[:, part],
            self.binary,
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
        """Return what the pool hangs on: not on sizes, analysis, drop-out rates or costs, which only draw from it."""
        design = self.design
        primary = design.primary.model_copy(update={"ages": design.primary.ages[-1:]})
        return {
            "kind": "pool",
            "population": design.population,
            "exposures": dict(design.exposures),
            "company": design.needs_company,
            "arms": [arm.model_dump(mode="json", exclude={"name"}) for arm in design.arms],
            "primary": primary.model_dump(mode="json"),
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
    if len(design.arms) != ARMS:
        raise InputError(
            "a trial compares two arms", column="arms", value=len(design.arms), remedy="Give two, the control first."
        )
    if not design.measures:
        raise InputError("a trial has an outcome", column="measures", remedy="Name at least one measure.")
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
    ages = {age, min(start, age), *(() if baseline is None else (baseline.age,))}
    before = families(design, numbers, seed, ages)
    arms = [live(design_of_arm(arm, before)) for arm in design.arms]
    readings = [read(design.primary, age, lived) for lived in arms]
    found: dict[str, Any] = {
        "true": np.stack([one.true for one in readings]),
        "observed": np.stack([one.observed for one in readings]),
    }
    variable = _drop_variable(design)
    if variable is not None:
        found["drop_on"] = np.stack([lived.state(variable, min(start, age)) for lived in arms])
    if baseline is not None:
        found["baseline"] = read_baseline(baseline, arms[0]).observed
    return found


def _drop_variable(design: StudyDesign) -> str | None:
    match design.drop_out.on:
        case None:
            return None
        case name if name == OUTCOME:
            return None
        case name if name == STRESS:
            return STRESS_VARIABLE
        case name:
            return name


def _read(path: Path) -> dict[str, Floats]:
    with np.load(path, allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}


def _gathered(chunks: Sequence[dict[str, Floats]], design: StudyDesign) -> TrialPool:
    whole = {name: np.concatenate([chunk[name] for chunk in chunks], axis=-1) for name in chunks[0]}
    fine = np.all([np.isfinite(values).reshape(-1, values.shape[-1]).all(axis=0) for values in whole.values()], axis=0)
    kept = {name: values[..., fine] for name, values in whole.items()}
    return TrialPool(
        kept["true"],
        kept["observed"],
        kept.get("baseline"),
        kept.get("drop_on"),
        design.primary.binary,
        int((~fine).sum()),
    )
