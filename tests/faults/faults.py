"""What can happen to a disk, and a command that runs while it happens."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

SOURCE = Path(__file__).with_name("failing.c")
ROOT = Path(__file__).parents[2]


class Fault(Enum):
    """What happens, as the table says it; error of the system and how deep it goes, see `failing.c`."""

    FULL = ("full disk", errno.ENOSPC, 0)
    KILLED = ("kill -9", 0, 0)
    LOST = ("lost network mount", errno.ESTALE, 2)
    READ_ONLY = ("disk become read-only", errno.EROFS, 1)

    @property
    def words(self) -> str:
        """The fault in the table."""
        return self.value[0]

    @property
    def may_leave_drafts(self) -> bool:
        """Whether nothing could be tidied any more."""
        return self is not Fault.FULL


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@cache
def library() -> Path | None:
    """Return the preloaded library, built once, or None where there is no compiler or no Linux."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    built = Path(mkdtemp(prefix="bowlby-faults-")) / "failing.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", "-o", built, SOURCE, "-ldl", "-lpthread"], check=True)
    return built


def run(words: Sequence[str], cache_folder: Path, **environment: str) -> Ended:
    """Run a command in a process of its own."""
    own = {"BOWLBY_CACHE": str(cache_folder), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, env={**os.environ, **own, **environment}, cwd=ROOT
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def run_counted(words: Sequence[str], cache_folder: Path, disk: Path) -> tuple[Ended, int]:
    """Run a command undisturbed, and count its writing calls below a folder."""
    count = disk.with_name(f"{disk.name}.count")
    told = _preloaded(disk) | {"FAULT_COUNT": str(count)}
    ended = run(words, cache_folder, **told)
    return ended, int(count.read_text()) if count.exists() else 0


def run_failing(words: Sequence[str], cache_folder: Path, disk: Path, fault: Fault, at: int) -> Ended:
    """Run a command on a disk that fails from a writing call on."""
    _, error, depth = fault.value
    told = {"FAULT_AT": str(at), "FAULT_ERROR": str(error), "FAULT_DEPTH": str(depth)}
    return run(words, cache_folder, **_preloaded(disk), **told)


def _preloaded(disk: Path) -> dict[str, str]:
    built = library()
    assert built is not None
    return {"LD_PRELOAD": str(built), "FAULT_UNDER": str(disk)}


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Mount a disk of so many kilobytes, which only root can."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def make_read_only(folder: Path) -> None:
    """Mount a small disk anew, read-only."""
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)


@cache
def can_mount() -> bool:
    """Return whether a disk of our own can be mounted here."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    folder = Path(mkdtemp(prefix="bowlby-mount-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", folder], capture_output=True)
    if mounted.returncode:
        return False
    subprocess.run(["umount", folder], check=True)
    return True
