"""`bowlby cohort`: a longitudinal data set of simulated children, with the truth beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.cli.trial import Cluster
from bowlby.errors import InputError

if TYPE_CHECKING:
    from bowlby.planning.trials.design import StudyDesign

DesignFile = Annotated[Path, typer.Argument(help="Design file, TOML; see examples/designs.", show_default=False)]
Folder = Annotated[Path, typer.Option("--output", "-o", help="Folder of the data set; an interrupted run goes on.")]


def cohort_command(
    design: DesignFile,
    output: Folder,
    children: Annotated[int | None, typer.Option("-n", "--children", help="In place of the design's number.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Write the tables as csv too.")] = False,
    cluster: Cluster = None,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Make a longitudinal data set: what a researcher would have measured and, apart from it, the truth.

    Example: bowlby cohort examples/designs/cohort.toml -o cohort --seed 1 --csv

    Example: bowlby cohort examples/designs/million.toml -o million --cluster slurm.toml
    """
    from bowlby.progress import progress_bar
    from bowlby.simulation.entry import start_jax

    start_jax()
    from bowlby.planning.cohorts.job import CohortJob
    from bowlby.planning.trials.design_file import read_design
    from bowlby.simulation.cluster.run import run, run_chunks_here
    from bowlby.simulation.cluster.workers import cluster_workers

    asked = read_design(design)
    if children is not None:
        asked = _of(asked, children)
    job = CohortJob(asked, seed, csv)
    with cluster_workers(cluster) as workers, progress_bar("chunks") as progress:
        done = run(job, output, workers=workers or run_chunks_here, progress=progress, force=force)
    size = sum(one["bytes"] for one in done.files.values())
    result = {
        "children": asked.children,
        "files": [{"file": name, **one} for name, one in done.files.items()],
        "bytes": size,
        "chunks": done.chunks,
        "chunks_done_now": done.lived,
        "folder": str(output),
        "seed": seed,
    }
    text = [
        f"{asked.title}: {asked.children} children, {len(done.files)} files, {size / 1e6:.1f} MB",
        f"wrote {output}; start with {output / 'README.md'}",
    ]
    emit(result, text, as_json=as_json)


def _of(design: StudyDesign, children: int) -> StudyDesign:
    """Return the design with another number of children, which the file's limits hold for too."""
    from bowlby.planning.trials.design import MOST_CHILDREN

    if not 1 <= children <= MOST_CHILDREN:
        raise InputError(
            f"a data set has between 1 and {MOST_CHILDREN} children",
            column="-n",
            value=children,
            remedy="Give a number between, or leave -n out for the design's own.",
        )
    return design.model_copy(update={"children": children})
