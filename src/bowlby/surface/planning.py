"""Studies before they are paid for: what a trial could find, and cohorts of simulated measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from bowlby.cache import cache_folder
from bowlby.errors import InputError
from bowlby.progress import progress_bar, say
from bowlby.scratch import scratch
from bowlby.simulation.entry import start_jax
from bowlby.surface.inputs import PathLike
from bowlby.surface.result import Result, ResultOrigin, plain_rows

if TYPE_CHECKING:
    from bowlby.planning.trials.design import StudyDesign
    from bowlby.planning.trials.trial import Trial  # noqa: F401  (named in a base class)
    from bowlby.reporting.figure import Figure
    from bowlby.simulation.cluster.run import FinishedJob  # noqa: F401  (named in a base class)

DesignGiven = PathLike | Mapping[str, Any]
"""A design file (TOML), or the same as a mapping."""


@dataclass(frozen=True, repr=False, eq=False)
class TrialPlan(Result["Trial"]):
    """What a trial could find: power, false alarms and intervals by size, and the smallest size."""

    dimensions: ClassVar = ("effect", "n")

    @property
    def title(self) -> str:
        """Return the title of the design."""
        return self.value.design.title

    @property
    def lines(self) -> Sequence[str]:
        """Return the result in plain words, and a line a size."""
        from bowlby.reporting.trial_page import plain_words

        points = [
            f"n {row['n']}, effect {row['effect']}: power {row['power']:.1%} ({row['low']:.1%} to {row['high']:.1%})"
            for row in self.to_polars().iter_rows(named=True)
        ]
        return [*plain_words(self.value), *points]

    def to_polars(self) -> pl.DataFrame:
        """Return a row a size and effect: power with its interval, type 1 and M error, coverage, cost."""
        rows = plain_rows([point.as_dict() for point in self.value.points])
        return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col("effect").cast(pl.String))

    def figures(self) -> tuple[Figure, ...]:
        """Return the power curve of each effect."""
        from bowlby.reporting.figures.power import power_figure

        effects = self.value.design.trial.effects
        return tuple(power_figure(self.value, effect, f"power-{place}") for place, effect in enumerate(effects, 1))

    def save_page(self, path: Path, *, force: bool = False) -> Path:
        """Save its page, whatever the name's ending.

        Args:
            path: of the page.
            force: replace what is there.

        Returns:
            The path written.
        """
        from bowlby.reporting.trial_page import write_trial

        return write_trial(self.value, path, cache=cache_folder(), force=force)


def trial(
    design: DesignGiven,
    *,
    sizes: Sequence[int] | None = None,
    replicates: int | None = None,
    pool: int | None = None,
    folder: PathLike | None = None,
    cluster: str | None = None,
    seed: int = 0,
) -> TrialPlan:
    """Simulate a trial many times: power, errors, the smallest size, what coder error and drop-out take away.

    Args:
        design: a design file (TOML), or the same as a mapping.
        sizes: families randomised, in place of the design's.
        replicates: trials for each size, in place of the design's.
        pool: children lived under both arms, in place of the design's.
        folder: keeps the simulated children; None for one in the user's cache.
        cluster: address of a dask scheduler, or a profile file.
        seed: of all chances.

    Returns:
        The grid of sizes, and the smallest that reaches the wanted power.

    Raises:
        InputError: the design cannot be used; the error names its key.

    Example:
        >>> import bowlby
        >>> plan = bowlby.trial("examples/designs/video-feedback.toml", sizes=[200, 400])  # doctest: +SKIP
        >>> plan.plot().save("power.svg")  # doctest: +SKIP
    """
    notes = start_jax()
    from bowlby.planning.trials.pool import live_pool, pool_name
    from bowlby.planning.trials.trial import from_pool
    from bowlby.simulation.cluster.workers import cluster_workers

    asked = read_plan(design, {"replicates": replicates, "pool": pool, "n": None if sizes is None else list(sizes)})
    with scratch() as temporary, cluster_workers(cluster, say) as workers:
        kept = Path(folder) if folder else (cache_folder() or temporary) / "pools" / pool_name(asked, seed)
        with progress_bar("children, in chunks", workers and workers.count) as lives:
            children = live_pool(asked, kept, seed, workers=workers, progress=lives)
    with progress_bar("trials") as trials:
        found = from_pool(asked, children, seed, trials)
    return TrialPlan(found, provenance=ResultOrigin("trial", {"design": asked.title, "seed": seed}, notes=notes))


def read_plan(design: DesignGiven, plan: Mapping[str, object] | None = None) -> StudyDesign:
    """Return a design from its file or from a mapping.

    Args:
        design: either.
        plan: values in place of those of its trial; None leaves the design's own.

    Returns:
        The design.
    """
    from bowlby.planning.trials.design_file import design_of, planned, read_design

    said = {key: value for key, value in (plan or {}).items() if value is not None}
    if isinstance(design, Mapping):
        return design_of(planned(design, said) if said else design)
    return read_design(design, said)


@dataclass(frozen=True, repr=False, eq=False)
class CohortFiles(Result["FinishedJob"]):
    """A longitudinal data set on disk: what a researcher would have measured and, apart from it, the truth.

    Args:
        design: of the data set.
    """

    design: StudyDesign = field(kw_only=True)

    dimensions: ClassVar = ("file",)
    units: ClassVar = {"bytes": "byte"}

    @property
    def title(self) -> str:
        """Return of how many children there are how many files."""
        size = sum(one["bytes"] for one in self.value.files.values())
        return f"{self.design.children} children, {len(self.value.files)} files, {size / 1e6:.1f} MB"

    @property
    def lines(self) -> Sequence[str]:
        """Return a line a file."""
        return [f"start with {self.value.folder / 'README.md'}", *self.value.files]

    def to_polars(self) -> pl.DataFrame:
        """Return a row a file: its name, size and checksum; `read` gives what it holds."""
        return pl.DataFrame([{"file": name, **one} for name, one in self.value.files.items()], infer_schema_length=None)

    def read(self, name: str) -> pl.DataFrame:
        """Return a table of the data set.

        Args:
            name: of a Parquet file in it.
        """
        if name not in self.value.files:
            raise InputError("there is no such file", value=name, remedy=f"There is: {', '.join(self.value.files)}.")
        return pl.read_parquet(self.value.folder / name)

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby cohort --json` says."""
        done = self.value
        return {
            "children": self.design.children,
            "files": [{"file": name, **one} for name, one in done.files.items()],
            "bytes": sum(one["bytes"] for one in done.files.values()),
            "chunks": done.chunks,
            "chunks_done_now": done.lived,
        }


def cohort(
    design: DesignGiven,
    folder: PathLike,
    *,
    children: int | None = None,
    csv: bool = False,
    cluster: str | None = None,
    force: bool = False,
    seed: int = 0,
) -> CohortFiles:
    """Make a longitudinal data set: what a researcher would have measured and, apart from it, the truth.

    Args:
        design: a design file (TOML), or the same as a mapping.
        folder: where it goes; an interrupted run goes on there.
        children: in place of the design's number.
        csv: write the tables as csv too.
        cluster: address of a dask scheduler, or a profile file.
        force: replace what is there.
        seed: of all chances.

    Returns:
        The files.

    Raises:
        InputError: the design cannot be used; the error names its key.

    Example:
        >>> import bowlby
        >>> files = bowlby.cohort("examples/designs/cohort.toml", "cohort", children=500)  # doctest: +SKIP
    """
    notes = start_jax()
    from bowlby.planning.cohorts.job import CohortJob
    from bowlby.planning.trials.design import MOST_CHILDREN
    from bowlby.simulation.cluster.run import run, run_chunks_here
    from bowlby.simulation.cluster.workers import cluster_workers

    asked = read_plan(design)
    if children is not None:
        if not 1 <= children <= MOST_CHILDREN:
            raise InputError(
                f"a data set has between 1 and {MOST_CHILDREN} children",
                column="-n",
                value=children,
                remedy="Give a number between, or leave -n out for the design's own.",
            )
        asked = asked.model_copy(update={"children": children})
    job = CohortJob(asked, seed, csv)
    with cluster_workers(cluster, say) as workers, progress_bar("chunks", workers and workers.count) as progress:
        done = run(job, Path(folder), workers=workers or run_chunks_here, progress=progress, force=force)
    settings = {"design": asked.title, "children": asked.children, "seed": seed}
    return CohortFiles(done, design=asked, provenance=ResultOrigin("cohort", settings, notes=notes))
