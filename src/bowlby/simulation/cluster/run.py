"""Running a job: what is done is passed over, the rest is done here or by workers, and a manifest closes it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bowlby.atomic import make_folder, remove, target_lock, unwritable, write_text
from bowlby.errors import OutputError, OverwriteError
from bowlby.simulation.cluster.job import MANIFEST, WHAT_IS_KEPT, WORK, ChunkedJob, checksum, digest, do_chunk, mark_of

LAID_OUT = "laid-out"
"""Mark of a job whose folder is ready for its chunks."""

Workers = Callable[[ChunkedJob, Iterable[int], Path], Iterator[int]]
"""Does chunks of a job in a folder, in any order, and gives the index of each as it is done."""

Told = Callable[[int, int], None]
"""Called with (chunks done, chunks in all)."""


@dataclass(frozen=True)
class FinishedJob:
    """A job at its end.

    Args:
        folder: of the job.
        chunks: how many there are.
        lived: how many were done by this call; the others were done before.
        files: size and checksum of every file, by name.
    """

    folder: Path
    chunks: int
    lived: int
    files: dict[str, dict[str, Any]]


def run_chunks_here(job: ChunkedJob, chunks: Iterable[int], folder: Path) -> Iterator[int]:
    """Do chunks in this process, one after the other; the engine uses all cores within each.

    Args:
        job: the job.
        chunks: which.
        folder: of the job.

    Returns:
        The index of each as it is done.

    Raises:
        OutputError: the folder cannot be written.
    """
    for index in chunks:
        yield do_chunk(job, index, folder)


def run(
    job: ChunkedJob,
    folder: str | Path,
    *,
    workers: Workers = run_chunks_here,
    progress: Told | None = None,
    force: bool = False,
) -> FinishedJob:
    """Do a job, or what is left of it.

    Args:
        job: the job.
        folder: new, or that of the same job begun before.
        workers: who does the chunks.
        progress: called with chunks done and to do.
        force: replace what is in the folder.

    Returns:
        The job's files with their checksums.

    Raises:
        BusyError: another process does a job there.
        OverwriteError: the folder holds a finished job or something else, and force is False.
        OutputError: the folder cannot be written; finished chunks are kept.
    """
    folder = Path(folder)
    make_folder(folder.parent)
    with target_lock(folder):
        try:
            closed = None if force else _closed_before(job, folder)
            return closed or _done(job, folder, workers, progress, force=force)
        except OSError as error:
            raise unwritable(folder, error, WHAT_IS_KEPT) from error


def _done(job: ChunkedJob, folder: Path, workers: Workers, progress: Told | None, *, force: bool) -> FinishedJob:
    with _nothing_of_a_refused(job, folder):
        return _done_in(job, folder, workers, progress, force=force)


def _done_in(job: ChunkedJob, folder: Path, workers: Workers, progress: Told | None, *, force: bool) -> FinishedJob:
    _open(job, folder, force=force)
    left = [index for index in range(job.count) if not mark_of(folder, index).is_file()]
    done = before = job.count - len(left)
    _tell(progress, done, job.count)
    for _ in workers(job, left, folder):
        done += 1
        _tell(progress, done, job.count)
    return FinishedJob(folder, job.count, done - before, _close(job, folder))


@contextmanager
def _nothing_of_a_refused(job: ChunkedJob, folder: Path) -> Generator[None]:
    """Empty the folder of a job that is refused or breaks down before it has done anything; the right one may come."""
    stood = folder.exists()
    try:
        yield
    except (OSError, OverwriteError, OutputError):  # what is kept goes on once there is space
        raise
    except Exception:
        if _begun_by(job, folder) and not _has_done_something(folder):
            _empty(folder)
            if not stood:
                folder.rmdir()
        raise


def _begun_by(job: ChunkedJob, folder: Path) -> bool:
    return _digest_in(folder) == digest(job)


def _digest_in(folder: Path) -> str | None:
    """Return which job has begun in a folder, None where none has, or none that can be read."""
    try:
        return json.loads((folder / WORK / "job.json").read_text(encoding="utf-8"))["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _has_done_something(folder: Path) -> bool:
    return (folder / MANIFEST).exists() or any((folder / WORK).glob("[0-9]*.json"))


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        remove(path)


def _tell(progress: Told | None, done: int, count: int) -> None:
    if progress:
        progress(done, count)


def _closed_before(job: ChunkedJob, folder: Path) -> FinishedJob | None:
    """Return a job that was killed after its manifest and before its last tidying, which is done now."""
    if not (folder / WORK).is_dir():
        return None
    files = finished_files(job, folder)
    if files is None:
        return None
    shutil.rmtree(folder / WORK)
    return FinishedJob(folder, job.count, 0, files)


def _open(job: ChunkedJob, folder: Path, *, force: bool) -> None:
    known = folder / WORK / "job.json"
    before = None if force else _digest_in(folder)
    same = before == digest(job)
    if before and not same and not (folder / WORK / LAID_OUT).is_file() and not _has_done_something(folder):
        _empty(folder)  # another job was killed there before it had laid out its folder
    if same and (folder / WORK / LAID_OUT).is_file():
        return
    if force and folder.exists():
        _refuse_what_is_not_ours(folder)
        remove(folder)
    if not same and folder.exists() and not _untouched(folder):
        raise OverwriteError(
            "another or a finished job, or something else, is there already",
            file=folder,
            remedy="Choose another folder or add --force.",
        )
    (folder / WORK).mkdir(parents=True, exist_ok=True)
    write_text(known, json.dumps({"digest": digest(job), "job": job.describe()}, sort_keys=True), force=True)
    job.begin(folder)
    write_text(folder / WORK / LAID_OUT, "", force=True)


def _untouched(folder: Path) -> bool:
    """Return whether a folder is empty, but for what a job killed at its very first step has left."""
    if not folder.is_dir():
        return False
    begun = [path for path in folder.rglob("*") if path != folder / WORK]
    return all(path.parent == folder / WORK and path.name.startswith(".job.json.") for path in begun)


def _refuse_what_is_not_ours(folder: Path) -> None:
    """Refuse to empty a folder that no job of ours has made."""
    ours = (folder / WORK).is_dir() or (folder / MANIFEST).is_file()
    if not folder.is_dir() or (any(folder.iterdir()) and not ours):
        raise OverwriteError(
            "this is not the folder of a job; it is not emptied", file=folder, remedy="Choose another folder."
        )


def _close(job: ChunkedJob, folder: Path) -> dict[str, dict[str, Any]]:
    """Write the manifest, last of all, and remove the record of how far the job was."""
    files: dict[str, dict[str, Any]] = {}
    for index in range(job.count):
        files |= json.loads(mark_of(folder, index).read_text(encoding="utf-8"))
    _sweep(folder)
    files |= {name: checksum(folder / name) for name in job.finish(folder)}
    files = dict(sorted(files.items()))
    whole = {"job": job.describe(), "chunks": job.count, "files": files}
    write_text(folder / MANIFEST, json.dumps(whole, indent=1, sort_keys=True) + "\n", force=True)
    shutil.rmtree(folder / WORK)
    return files


def _sweep(folder: Path) -> None:
    """Remove drafts that a killed process left: they were never given their names."""
    for path in folder.rglob("*"):
        draft = path.name.endswith(".partial") or (path.name.startswith(".") and path.name != WORK)
        if draft and path.is_file():
            path.unlink()


def finished_files(job: ChunkedJob, folder: str | Path) -> dict[str, dict[str, Any]] | None:
    """Return the files of a finished job, or None where it is not there or is another one.

    Args:
        job: the job.
        folder: where it would be.

    Returns:
        Size and checksum by name.
    """
    path = Path(folder) / MANIFEST
    if not path.is_file():
        return None
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return known["files"] if known.get("job") == json.loads(json.dumps(job.describe())) else None
