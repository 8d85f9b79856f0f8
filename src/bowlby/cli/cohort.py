"""`bowlby cohort`: a longitudinal data set of simulated children, with the truth beside it."""

from __future__ import annotations

import sys
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
Folder = Annotated[
    Path | None, typer.Option("--output", "-o", help="Folder of the data set; an interrupted run goes on.")
]
ShowJob = Annotated[bool, typer.Option("--show-job", help="Print what --cluster would submit, and do nothing.")]


def cohort_command(
    design: DesignFile,
    output: Folder = None,
    children: Annotated[int | None, typer.Option("-n", "--children", help="In place of the design's number.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Write the tables as csv too.")] = False,
    wide: Annotated[bool, typer.Option("--wide", help="Write one row a child as csv too.")] = False,
    sav: Annotated[bool, typer.Option("--sav", help="Write the wide table for SPSS too.")] = False,
    dta: Annotated[bool, typer.Option("--dta", help="Write the wide table for Stata too.")] = False,
    chunk: Annotated[int | None, typer.Option("--chunk", help="Children of a chunk; see docs/scale.md.")] = None,
    cluster: Cluster = None,
    show_job: ShowJob = False,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Make a longitudinal data set: what a researcher would have measured and, apart from it, the truth.

    Example: bowlby cohort examples/designs/cohort.toml -o cohort --seed 1 --csv

    Example: bowlby cohort examples/designs/million.toml -o million --cluster slurm.toml
    """
    from bowlby.planning.cohorts.wide import check_formats
    from bowlby.planning.trials.design_file import read_design

    asked = read_design(design)
    if children is not None:
        asked = _of(asked, children)
    formats = tuple(name for name, wanted in (("wide", wide), ("sav", sav), ("dta", dta)) if wanted)
    check_formats(formats, asked.children)
    if show_job:
        sys.stdout.write(job_text(cluster))
        return
    if output is None:
        raise InputError("a data set needs a folder", column="-o", remedy="Add -o FOLDER.")
    from bowlby.progress import progress_bar, say
    from bowlby.simulation.entry import start_jax

    start_jax()
    from bowlby.planning.cohorts.job import CohortJob
    from bowlby.simulation.cluster.run import run, run_chunks_here
    from bowlby.simulation.cluster.workers import cluster_workers

    job = CohortJob(asked, seed, csv, _chunk(chunk), formats)
    with cluster_workers(cluster, say) as workers, progress_bar("chunks", workers and workers.count) as progress:
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


def job_text(cluster: str | None) -> str:
    """Return what a profile would submit.

    Args:
        cluster: path of a profile.

    Returns:
        The job script.

    Raises:
        InputError: no profile was given, or one of this machine.
    """
    from bowlby.simulation.cluster.workers import job_script, read_profile

    if cluster is None or "://" in cluster:
        raise InputError(
            "there is no job to show", column="--cluster", value=cluster, remedy="Give a profile of kind slurm or pbs."
        )
    return job_script(read_profile(cluster))


def _chunk(children: int | None) -> int | None:
    """Return children of a chunk; a chunk holds whole groups of the engine's width."""
    if children is not None and not 1 <= children <= MOST_OF_A_CHUNK:
        raise InputError(
            f"a chunk has between 1 and {MOST_OF_A_CHUNK} children",
            column="--chunk",
            value=children,
            remedy="Leave --chunk out for the usual number.",
        )
    return children


MOST_OF_A_CHUNK = 1 << 20


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
