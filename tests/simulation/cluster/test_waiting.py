"""Runs without workers, schedulers lost, queues that are not there or refuse: one error each, and kept work."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bowlby.progress import progress_bar, progress_line
from bowlby.simulation.cluster import workers
from bowlby.simulation.cluster.run import run
from bowlby.simulation.cluster.workers import ClusterError, Crew, cluster_workers, job_script, read_profile


@dataclass
class Scheduler:
    """A scheduler as a crew sees it."""

    status: str = "running"
    workers: dict[str, Any] = field(default_factory=dict[str, Any])
    dashboard_link: str = ""

    def scheduler_info(self, n_workers: int = 5) -> dict[str, Any]:
        """Return the workers that there are."""
        del n_workers
        return {"workers": self.workers}


def waiting(crew: Crew) -> Any:
    """Return the patience of a crew."""
    return workers._Wait(crew)  # pyright: ignore[reportPrivateUsage]


def test_a_run_without_workers_says_so_and_ends(monkeypatch: pytest.MonkeyPatch):
    now = [0.0]
    monkeypatch.setattr(workers.time, "monotonic", lambda: now[0])
    said: list[str] = []
    wait = waiting(Crew(Scheduler(), 600, said.append, []))
    for now[0] in range(0, 600, 5):
        wait.tick()
        assert bool(said) == (now[0] > 45)
    assert said == ["no worker yet; waiting for one up to 600 s"]
    now[0] = 601
    with pytest.raises(ClusterError, match="none for 601 s") as ended:
        wait.tick()
    assert "finished chunks are kept" in ended.value.remedy


def test_a_queue_that_refuses_is_heard(monkeypatch: pytest.MonkeyPatch):
    now, refusals = [0.0], list[str]()
    monkeypatch.setattr(workers.time, "monotonic", lambda: now[0])
    wait = waiting(Crew(Scheduler(), 600, lambda _: None, refusals))
    now[0] = 20.0
    wait.tick()  # no worker, and nothing refused
    refusals.append("sbatch: error: invalid account")
    with pytest.raises(ClusterError, match="refuses the jobs") as refused:
        wait.tick()
    assert "invalid account" in str(refused.value.value)


def test_a_lost_scheduler_is_one_error():
    crew = Crew(Scheduler(status="closed"), 600, lambda _: None, [])
    with pytest.raises(ClusterError, match="scheduler was lost") as lost:
        workers._look(crew, waiting(crew))  # pyright: ignore[reportPrivateUsage]
    assert "finished chunks are kept" in lost.value.remedy


def slurm(tmp_path: Path, more: str = "") -> str:
    """Return the path of a profile for SLURM."""
    path = tmp_path / "slurm.toml"
    path.write_text(f'kind = "slurm"\nworkers = 2\nmemory = "1GB"\ninterface = "lo"\n{more}')
    return str(path)


def test_a_machine_without_a_queue_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError, match="there is no sbatch"), cluster_workers(slurm(tmp_path)):
        pass


def stand_in(folder: Path, body: str) -> None:
    """Write an sbatch that runs the script of a job as a process of this machine, or what the body says."""
    for name, lines in (("sbatch", body), ("scancel", "exit 0")):
        path = folder / name
        path.write_text(f"#!/bin/bash\n{lines}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_jobs_that_the_queue_refuses_end_the_run_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stand_in(tmp_path, "echo 'sbatch: error: Invalid account' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with (
        pytest.raises(ClusterError, match="refuses the jobs") as refused,
        cluster_workers(slurm(tmp_path, "wait_s = 60\n")),
    ):
        pass
    assert "Invalid account" in str(refused.value.value)


@dataclass(frozen=True)
class Counted:
    """A job whose chunks write one file each, in a process that ends itself after a few."""

    count: int = 12

    def describe(self) -> dict[str, Any]:
        """Return what it is."""
        return {"kind": "counted", "count": self.count}

    def begin(self, folder: Path) -> None:
        """Make a place for marks of workers that ended."""
        (folder / "ended").mkdir(exist_ok=True)

    def do(self, index: int, folder: Path) -> Sequence[str]:
        """Write a file; every fourth chunk first ends its worker, once."""
        mark = folder / "ended" / str(index)
        if index % 4 == 0 and not mark.exists():
            mark.write_text("")
            os._exit(1)
        (folder / f"{index}.txt").write_text(str(index))
        return (f"{index}.txt",)

    def finish(self, folder: Path) -> Sequence[str]:
        """Nothing more."""
        del folder
        return ()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_jobs_that_end_are_replaced_until_all_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An sbatch of the test starts each job as a process; three of them end in the middle of their work."""
    stand_in(tmp_path, 'nohup bash "$1" > /dev/null 2>&1 & echo "Submitted batch job $!"')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", f"{os.environ.get('PYTHONPATH', '')}:{Path.cwd()}")
    with cluster_workers(slurm(tmp_path, f'wait_s = 300\nprologue = ["cd {Path.cwd()}"]\n')) as crew:
        assert crew is not None
        done = run(Counted(), tmp_path / "job", workers=crew)
    assert sorted(done.files) == sorted(f"{index}.txt" for index in range(12))


ALONE = """
import os, time
from bowlby.simulation.cluster.workers import environment
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="", env=environment())
    print(cluster.scheduler_address, flush=True)
    time.sleep(600)
"""


@dataclass(frozen=True)
class Slow(Counted):
    """A job whose chunks take a second each."""

    count: int = 200

    def do(self, index: int, folder: Path) -> Sequence[str]:
        """Write a file after a second."""
        time.sleep(1.0)
        (folder / f"{index}.txt").write_text(str(index))
        return (f"{index}.txt",)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_is_killed_ends_the_run_and_finished_chunks_stay(tmp_path: Path):
    script = tmp_path / "scheduler.py"
    script.write_text(ALONE)
    path = {"PYTHONPATH": f"{os.environ.get('PYTHONPATH', '')}:{Path.cwd()}"}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=os.environ | path
    ) as one:
        assert one.stdout is not None
        address = one.stdout.readline().strip()
        done: list[int] = []

        def told(now: int, count: int) -> None:
            del count
            done.append(now)
            if now == 2:
                one.kill()

        with pytest.raises(ClusterError, match="scheduler was lost"), cluster_workers(address) as crew:
            assert crew is not None
            run(Slow(), tmp_path / "job", workers=crew, progress=told)
    assert 2 <= len(list((tmp_path / "job" / ".work").glob("[0-9]*.json"))) < 200


def test_the_job_that_would_be_submitted_is_shown(tmp_path: Path):
    script = job_script(read_profile(slurm(tmp_path, 'account = "attachment"\n')))
    assert "#SBATCH -A attachment" in script and "NPROC" in script


def test_a_line_a_minute_says_done_all_rate_and_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    line = progress_line("chunks", (100, 800), ((220, 800), 600.0))
    assert line.startswith("chunks: 220 of 800, 12 a minute, ends about ")
    assert progress_line("chunks", (100, 800), ((100, 800), 120.0)) == "chunks: 100 of 800, none in 2 min"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    with progress_bar("chunks", lambda: 7, every_s=0.01) as told:
        told(1, 4)
        told(2, 4)
        while "7 workers" not in (seen := capsys.readouterr().err):
            pass
    assert seen.startswith("chunks: 2 of 4") or "chunks: 1 of 4" in seen
