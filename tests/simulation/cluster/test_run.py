"""A job that is killed or out of space goes on where it stopped, and leaves the bytes of one that was not."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bowlby.atomic import unwritable
from bowlby.errors import InputError, OutputError, OverwriteError
from bowlby.simulation.cluster.job import MANIFEST, WORK, damaged
from bowlby.simulation.cluster.run import LAID_OUT, finished_files, run
from tests.simulation.cluster.jobs import CHUNKS, cohort, tree

ROOT = Path(__file__).parents[3]
PATIENCE_S = 1200


@dataclass(frozen=True)
class Files:
    """A job that writes one small file a chunk, and fails where it is told to."""

    count: int = 5
    fails_at: int | None = None
    reason: int = errno.ENOSPC

    def describe(self) -> dict[str, Any]:
        return {"kind": "files", "count": self.count}

    def begin(self, folder: Path) -> None:
        (folder / "parts").mkdir()

    def do(self, index: int, folder: Path) -> Sequence[str]:
        if index == self.fails_at:
            raise OSError(self.reason, os.strerror(self.reason), str(folder / "parts"))
        (folder / "parts" / f"{index}.txt").write_text(f"chunk {index}")
        return (f"parts/{index}.txt",)

    def finish(self, folder: Path) -> Sequence[str]:
        (folder / "end.txt").write_text("end")
        return ("end.txt",)


def marks(folder: Path) -> int:
    """Return how many chunks are done."""
    return len(list((folder / WORK).glob("[0-9]*.json")))


def started(environment: dict[str, str], *words: object) -> subprocess.Popen[bytes]:
    """Start a driver in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.simulation.cluster.jobs", *map(str, words)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for(folder: Path, chunks: int, driver: subprocess.Popen[bytes]) -> None:
    """Wait until so many chunks are done."""
    end = time.monotonic() + PATIENCE_S
    while marks(folder) < chunks:
        assert driver.poll() is None, "the driver ended before it was killed"
        assert time.monotonic() < end, "no chunk was done"
        time.sleep(0.005)


def processes_of(driver: int) -> dict[int, str]:
    """Return the processes of a driver's session by id, with their command lines."""
    found: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            session = int(entry.joinpath("stat").read_text().rpartition(")")[2].split()[3])
            if session == driver:
                found[int(entry.name)] = entry.joinpath("cmdline").read_text().replace("\0", " ")
        except (OSError, IndexError):
            continue
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, cached_environment: dict[str, str]) -> dict[str, str]:
    """Return the files of a run that nothing happened to, in a process started as all of them are."""
    folder = tmp_path_factory.mktemp("undisturbed") / "job"
    assert started(cached_environment, folder).wait(PATIENCE_S) == 0
    return tree(folder)


def test_a_killed_driver_goes_on_and_leaves_the_same_bytes(
    tmp_path: Path, cached_environment: dict[str, str], undisturbed: dict[str, str]
):
    folder = tmp_path / "job"
    driver = started(cached_environment, folder)
    wait_for(folder, 3, driver)
    os.kill(driver.pid, signal.SIGKILL)
    driver.wait()
    before = marks(folder)
    assert 3 <= before < CHUNKS and not (folder / MANIFEST).exists()
    # What a process leaves that is killed while it writes: a draft that never got its name.
    (folder / "truth.zarr" / "state" / "c" / "0" / "0" / "0.0123.partial").write_bytes(b"half")
    written = {path: path.stat().st_mtime_ns for path in (folder / "truth").iterdir()}
    assert started(cached_environment, folder).wait(PATIENCE_S) == 0
    assert tree(folder) == undisturbed
    assert all(path.stat().st_mtime_ns == when for path, when in sorted(written.items())[:before])


@pytest.mark.slow
def test_a_killed_worker_and_a_killed_driver_leave_the_same_bytes(
    tmp_path: Path, cached_environment: dict[str, str], undisturbed: dict[str, str]
):
    """Two one-core workers over dask.distributed; the store is that of one undisturbed process on all cores."""
    profile = tmp_path / "two.toml"
    profile.write_text('kind = "local"\nworkers = 2\n')
    folder = tmp_path / "job"
    driver = started(cached_environment, folder, profile)
    try:
        wait_for(folder, 2, driver)
        # Spawned workers are the driver's grandchildren; a nanny starts another in the place of the one that is lost.
        workers = [pid for pid, line in processes_of(driver.pid).items() if "spawn_main" in line]
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        wait_for(folder, 5, driver)
        os.kill(driver.pid, signal.SIGKILL)
        driver.wait()
        before = marks(folder)
        assert 5 <= before < CHUNKS
    finally:
        for pid in processes_of(driver.pid):
            os.kill(pid, signal.SIGKILL)
    assert started(cached_environment, folder, profile).wait(PATIENCE_S) == 0
    assert tree(folder) == undisturbed


def test_the_manifest_tells_a_damaged_file(tmp_path: Path):
    done = run(Files(), tmp_path / "job")
    assert set(done.files) == {"end.txt", *(f"parts/{index}.txt" for index in range(5))}
    assert damaged(done.folder, done.files) == []
    (done.folder / "parts" / "2.txt").write_text("chunk 3")
    assert damaged(done.folder, done.files) == ["parts/2.txt"]
    known = json.loads((done.folder / MANIFEST).read_text())
    assert known["files"] == done.files and known["job"] == Files().describe()
    assert not (done.folder / WORK).exists()


@pytest.mark.parametrize(("reason", "said"), [(errno.ENOSPC, "No space left"), (errno.EROFS, "Read-only")])
def test_a_full_or_read_only_disk_is_told_and_finished_chunks_stay(tmp_path: Path, reason: int, said: str):
    folder = tmp_path / "job"
    with pytest.raises(OutputError) as failed:
        run(Files(fails_at=3, reason=reason), folder)
    assert said in failed.value.message and "Finished chunks are kept" in failed.value.remedy
    assert failed.value.file == str(folder) and marks(folder) == 3
    done = run(Files(), folder)
    assert done.lived == 2 and len(done.files) == 6


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/sys").is_dir(), reason="needs a read-only system folder")
def test_a_folder_that_cannot_be_made_is_told():
    with pytest.raises(OutputError, match="cannot be written"):
        run(Files(), Path("/sys/bowlby-job"))


def test_a_real_disk_that_is_full_is_told_and_finished_chunks_stay(tmp_path: Path):
    """A disk of one megabyte, mounted for the test where this machine allows it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("no leave to mount a small disk")
    try:
        with pytest.raises(OutputError, match="No space left"):
            run(cohort(), disk / "job")
        kept = marks(disk / "job")
        assert 0 < kept < CHUNKS
        subprocess.run(["mount", "-o", "remount,size=16m", disk], check=True)
        assert run(cohort(), disk / "job").lived == CHUNKS - kept
    finally:
        subprocess.run(["umount", disk], check=True)


@dataclass(frozen=True)
class Refused(Files):
    """A job that is refused as it begins, or in its first chunk, when something is there already."""

    at_once: bool = True

    def describe(self) -> dict[str, Any]:
        return {"kind": "refused", "at_once": self.at_once}

    def begin(self, folder: Path) -> None:
        super().begin(folder)
        (folder / "parts" / "begun.txt").write_text("begun")
        if self.at_once:
            raise InputError("this cannot be")

    def do(self, index: int, folder: Path) -> Sequence[str]:
        if index == self.fails_at:
            raise InputError("this cannot be")
        return super().do(index, folder)


@pytest.mark.parametrize("stood", [True, False])
@pytest.mark.parametrize("job", [Refused(), Refused(at_once=False, fails_at=0)])
def test_a_refused_job_leaves_nothing_in_the_way_of_the_right_one(tmp_path: Path, job: Refused, stood: bool):
    folder = tmp_path / "job"
    if stood:
        folder.mkdir()
    with pytest.raises(InputError, match="this cannot be"):
        run(job, folder)
    assert folder.exists() == stood and list(tmp_path.rglob("*")) == [folder] * stood
    assert run(Files(), folder).lived == 5


def test_a_job_that_fails_after_chunks_of_it_are_done_keeps_them(tmp_path: Path):
    folder = tmp_path / "job"
    with pytest.raises(InputError, match="this cannot be"):
        run(Refused(at_once=False, fails_at=3), folder)
    assert marks(folder) == 3
    with pytest.raises(OverwriteError):
        run(Files(), folder)


def test_a_job_killed_while_it_began_makes_room_for_another_and_not_for_what_is_laid_out(tmp_path: Path):
    folder = tmp_path / "job"
    (folder / WORK).mkdir(parents=True)
    (folder / WORK / "job.json").write_text(json.dumps({"digest": "of another"}))
    (folder / "half").write_text("begun")
    assert run(Files(), folder).lived == 5 and not (folder / "half").exists()
    other = tmp_path / "other"
    (other / WORK).mkdir(parents=True)
    (other / WORK / "job.json").write_text(json.dumps({"digest": "of another"}))
    (other / WORK / LAID_OUT).write_text("")
    with pytest.raises(OverwriteError):
        run(Files(), other)


def test_nothing_else_is_written_over(tmp_path: Path):
    folder = tmp_path / "job"
    run(Files(), folder)
    with pytest.raises(OverwriteError):
        run(Files(), folder)
    with pytest.raises(OverwriteError):
        run(Files(count=6), folder)
    assert finished_files(Files(), folder) is not None and finished_files(Files(count=6), folder) is None
    assert run(Files(count=6), folder, force=True).lived == 6
    other = tmp_path / "letters"
    other.mkdir()
    (other / "a.txt").write_text("mine")
    with pytest.raises(OverwriteError):
        run(Files(), other)
    with pytest.raises(OverwriteError, match="not emptied"):
        run(Files(), other, force=True)
    assert (other / "a.txt").read_text() == "mine"


def test_a_job_killed_after_its_manifest_is_tidied(tmp_path: Path):
    folder = tmp_path / "job"
    files = run(Files(), folder).files
    (folder / WORK).mkdir()
    done = run(Files(), folder)
    assert done.lived == 0 and done.files == files and not (folder / WORK).exists()


def test_a_refusal_names_the_folder_and_what_within_it(tmp_path: Path):
    inside, beside = (OSError(errno.ENOSPC, "No space left", str(path)) for path in (tmp_path / "x", tmp_path.parent))
    assert unwritable(tmp_path, inside).value == str(tmp_path / "x")
    assert unwritable(tmp_path, beside).value is None
