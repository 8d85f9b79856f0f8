"""A small job of real lives, and a driver of its own process that can be killed."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

CHUNKS = 12
EACH = 256


def cohort(children: int = CHUNKS * EACH - 100, seed: int = 3):
    """Return a cohort of some chunks, the last not full."""
    from bowlby.planning.cohorts.job import CohortJob
    from bowlby.planning.trials.design_file import design_of

    design = design_of({"title": "Killed", "population": "usual", "children": children, "truth": ["3mo", "6mo"]})
    return CohortJob(design, seed, children_each=EACH)


def tree(folder: Path) -> dict[str, str]:
    """Return the hash of every file under a folder, by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def drive(folder: str, cluster: str | None) -> None:
    """Do the job in this process, or over a cluster."""
    from bowlby.simulation.entry import prepare_jax

    prepare_jax()
    from bowlby.simulation.cluster.run import run, run_chunks_here
    from bowlby.simulation.cluster.workers import cluster_workers

    with cluster_workers(cluster) as workers:
        run(cohort(), folder, workers=workers or run_chunks_here)


if __name__ == "__main__":
    drive(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
