"""Cohorts over a cluster: two one-core workers against one, and the bytes of both against a run without a server.

Workers are processes of this machine with one core each, as a job of SLURM or PBS would start them; each has compiled
before it is timed. Work is at least twenty seconds for one worker, in tasks of some seconds. Where other machines share
the host, two cores are not always two: what two plain loops at once reach against one is timed before and after.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench import Row

if TYPE_CHECKING:
    from bowlby.simulate.cluster.run import Workers
    from bowlby.study.cohort_data.job import CohortJob

CHUNKS = 10
EACH = 8192
AGE = "12mo"
LOOP = "for _ in range(60_000_000): pass"


def job(chunks: int, each: int) -> CohortJob:
    """Return a cohort that is lived to one year, in chunks of so many children."""
    from bowlby.study.cohort_data.job import CohortJob
    from bowlby.study.trial.design_file import design_of

    written = {"title": "Bench", "population": "usual", "children": chunks * each, "truth": [AGE]}
    return CohortJob(design_of(written), seed=1, children_each=each)


def tree(folder: Path) -> dict[str, str]:
    """Return the hash of every file under a folder, by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def timed(workers: Workers | None, folder: Path, count: int) -> float:
    """Return the seconds that some workers take, compilation left out."""
    from bowlby.simulate.cluster.run import here, run

    run(job(4 * count, 256), folder / "warm", workers=workers or here)
    start = time.perf_counter()
    run(job(CHUNKS, EACH), folder / "data", workers=workers or here)
    return time.perf_counter() - start


def over(count: int, folder: Path) -> float:
    """Return the seconds that so many one-core workers take."""
    from bowlby.simulate.cluster.workers import connected

    folder.mkdir()
    profile = folder / "profile.toml"
    profile.write_text(f'kind = "local"\nworkers = {count}\n')
    with connected(str(profile)) as workers:
        return timed(workers, folder, count)


def loops(count: int) -> float:
    """Return the seconds that so many processes take for a plain loop each."""
    start = time.perf_counter()
    for process in [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(count)]:
        process.wait()
    return time.perf_counter() - start


def run() -> list[Row]:
    """Time both and compare what they wrote."""
    from bowlby.simulate.entry import prepare_jax

    prepare_jax()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        loop, loops_at_once = loops(1), loops(2)
        one, two = over(1, root / "one"), over(2, root / "two")
        loop, loops_at_once = loop + loops(1), loops_at_once + loops(2)
        (root / "none").mkdir()
        local = timed(None, root / "none", 1)
        same = tree(root / "one" / "data") == tree(root / "two" / "data") == tree(root / "none" / "data")
    what = f"{CHUNKS * EACH} children to {AGE} in {CHUNKS} tasks"
    return [
        Row(f"{what}: two one-core workers against one", f"{two:.1f} s", f"{one:.1f} s, one worker", one / two, 1.7),
        Row(
            "two plain loops at once against one after the other, what the machine gives",
            f"{loops_at_once:.1f} s",
            f"{2 * loop:.1f} s",
            2 * loop / loops_at_once,
            None,
        ),
        Row(f"{what}: without a server, against two workers", f"{local:.1f} s", f"{two:.1f} s", two / local, None),
        Row("files alike over one worker, two workers and none", "yes" if same else "no", "", float(same), 1.0),
    ]
