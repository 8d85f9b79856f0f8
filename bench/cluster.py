"""Cohorts over a cluster: two one-core workers against one, and the bytes of both against a run without a server.

Workers are processes of this machine with one core each, as a job of SLURM or PBS would start them; each has compiled
before it is timed. Work is at least twenty seconds for one worker, in tasks of some seconds. Where other machines share
the host, its pace changes while this runs and two cores are not always two: one worker and two take turns, and what two
plain loops at once reach against one is timed before and after.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench import Row

if TYPE_CHECKING:
    from bowlby.planning.cohorts.job import CohortJob
    from bowlby.simulation.cluster.run import Workers

TURNS = 2
CHUNKS = 10
EACH = 8192
AGE = "12mo"
LOOP = "for _ in range(60_000_000): pass"


def job(chunks: int, each: int) -> CohortJob:
    """Return a cohort that is lived to one year, in chunks of so many children."""
    from bowlby.planning.cohorts.job import CohortJob
    from bowlby.planning.trials.design_file import design_of

    written = {"title": "Bench", "population": "usual", "children": chunks * each, "truth": [AGE]}
    return CohortJob(design_of(written), seed=1, children_each=each)


def tree(folder: Path) -> dict[str, str]:
    """Return the hash of every file under a folder, by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def timed(workers: Workers, folder: Path, what: CohortJob) -> float:
    """Return the seconds that some workers take for a job."""
    from bowlby.simulation.cluster.run import run

    start = time.perf_counter()
    run(what, folder, workers=workers)
    return time.perf_counter() - start


@contextmanager
def over(count: int, folder: Path) -> Generator[Workers]:
    """Start so many one-core workers of this machine."""
    from bowlby.simulation.cluster.run import run_chunks_here
    from bowlby.simulation.cluster.workers import cluster_workers

    profile = folder / f"{count}.toml"
    profile.write_text(f'kind = "local"\nworkers = {count}\n')
    with cluster_workers(str(profile)) as workers:
        yield workers or run_chunks_here


def loops(count: int) -> float:
    """Return the seconds that so many processes take for a plain loop each."""
    start = time.perf_counter()
    for process in [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(count)]:
        process.wait()
    return time.perf_counter() - start


def run() -> list[Row]:
    """Time one worker, two and none in turns, and compare what they wrote."""
    from bowlby.simulation.cluster.run import run_chunks_here
    from bowlby.simulation.entry import prepare_jax

    prepare_jax()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        with over(1, root) as one, over(2, root) as two:
            ways = {"one": one, "two": two, "none": run_chunks_here}
            for name, workers in ways.items():
                timed(workers, root / name, job(8, 256))
            took, alone, at_once = dict.fromkeys(ways, 0.0), loops(1), loops(2)
            for turn in range(TURNS):
                for name, workers in ways.items():
                    took[name] += timed(workers, root / f"{name} {turn}", job(CHUNKS, EACH))
                alone, at_once = alone + loops(1), at_once + loops(2)
        written = [tree(root / f"{name} {turn}") for name in ways for turn in range(TURNS)]
    return _rows(took, alone, at_once, same=all(found == written[0] for found in written))


def _rows(took: dict[str, float], alone: float, at_once: float, *, same: bool) -> list[Row]:
    what = f"{CHUNKS * EACH} children to {AGE} in {CHUNKS} tasks, {TURNS} times"
    said = {name: f"{seconds:.1f} s" for name, seconds in took.items()}
    one, two, none = took["one"], took["two"], took["none"]
    machine = "two plain loops at once against one after the other, what the machine gives"
    return [
        Row(f"{what}: two one-core workers against one", said["two"], f"{said['one']}, one worker", one / two, 1.7),
        Row(machine, f"{at_once:.1f} s", f"{2 * alone:.1f} s", 2 * alone / at_once, None),
        Row(f"{what}: without a server, against two workers", said["none"], said["two"], two / none, None),
        Row("files alike over one worker, two workers and none", "yes" if same else "no", "", float(same), 1.0),
    ]
