"""What reading a file costs the process that reads it, told by that process itself."""

from __future__ import annotations

import contextlib
import resource
import time
from pathlib import Path

from bowlby.errors import BowlbyError
from bowlby.formats.unstated_files import read_unstated


def processor_s(path: Path) -> float:
    """Return the seconds of processor time that reading a file takes, whatever comes of it."""
    before = time.process_time()
    with contextlib.suppress(BowlbyError):
        read_unstated(path)
    return time.process_time() - before


def spent() -> tuple[float, int]:
    """Return the processor time of the process so far, seconds, and the most memory it has had, bytes."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    most = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return used.ru_utime + used.ru_stime, most * 1024


def read_and_spent(path: Path) -> tuple[str, tuple[float, int]]:
    """Read a file, and return the message of the error, "" without, and what it took."""
    try:
        read_unstated(path)
    except BowlbyError as error:
        return error.message, spent()
    return "", spent()
