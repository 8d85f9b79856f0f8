"""Fuzz readers in a process with a memory limit: `python -m tests.records.fuzz_many N [--reader NAME] [--seed S]`.

Prints a table of what came back and ends with status 1 where anything but a record or a typed error did. With
`--ledger FILE` the inputs go on from where the file says that the last run stopped, block by block, until each reader
has had N of them or `--minutes` are over; so a million are reached over many runs, and the table is that of them all.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from tests.records.fuzzing import MEMORY_BYTES, Specimen, fuzz, fuzzed_readers, specimens

BLOCK = 500
"""Files a reader before the next one has its turn, so that all readers come equally far."""
HEADER = (
    "| reader | files | read | refused | faults | processor s | slowest, s | largest memory, MiB |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


@dataclass
class Tally:
    """What one reader has been through, over all runs of one seed; the next input's number is `files`."""

    files: int = 0
    read: int = 0
    faults: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    slowest: str = ""
    peak_mib: int = 0

    def row(self, reader: str) -> str:
        """Return a line of the table."""
        refused = self.files - self.read - self.faults
        cells = (reader, self.files, self.read, refused, self.faults)
        return f"| {' | '.join(map(str, cells))} | {self.seconds:.1f} | {self.slowest_s:.2f} | {self.peak_mib} |\n"


def limit_memory() -> None:
    """Allow this process 1 GiB beyond what it takes once everything is loaded."""
    pl.DataFrame({"a": ["1"]}).with_columns(pl.col("a").cast(pl.Float64)).sort("a")
    taken = _status("VmSize") * 1024
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES, resource.RLIM_INFINITY))


def _status(name: str) -> int:
    return int(Path("/proc/self/status").read_text().split(f"{name}:")[1].split()[0])


def tallies_in(ledger: Path | None) -> dict[str, Tally]:
    """Return what a ledger holds, or nothing where there is none yet."""
    if ledger is None or not ledger.exists():
        return {}
    return {reader: Tally(**tally) for reader, tally in json.loads(ledger.read_text()).items()}


def go_on(own: list[Specimen], tally: Tally, count: int, folder: Path, seed: int) -> list[str]:
    """Add the next `count` inputs to a reader's tally; return its faults."""
    started = time.process_time()
    Path("/proc/self/clear_refs").write_text("5")
    found = fuzz(own, range(tally.files, tally.files + count), folder, seed)
    tally.files += count
    tally.read += found.results["read"]
    tally.faults += len(found.faults)
    tally.seconds = round(tally.seconds + time.process_time() - started, 3)
    tally.peak_mib = max(tally.peak_mib, _status("VmHWM") // 1024)
    if found.slowest_s > tally.slowest_s:
        tally.slowest_s, tally.slowest = round(found.slowest_s, 3), found.slowest
    return found.faults


def turns(chosen: list[str], tallies: dict[str, Tally], total: int) -> Iterator[tuple[str, int]]:
    """Yield which reader is to have how many inputs next, the one that is furthest behind first."""
    while behind := [reader for reader in chosen if tallies[reader].files < total]:
        reader = min(behind, key=lambda name: tallies[name].files)
        yield reader, min(BLOCK, total - tallies[reader].files)


def main() -> int:
    """Run, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, help="mutated files a reader, those in the ledger included")
    parser.add_argument("--reader", action="append", help="only this reader; may be repeated")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for files that led to a fault")
    parser.add_argument("--ledger", type=Path, help="where to go on from, and to write how far this run came")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after the block in which they end")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    known = specimens(folder)
    limit_memory()
    tallies = {reader: Tally() for reader in fuzzed_readers()} | tallies_in(asked.ledger)
    chosen: list[str] = asked.reader or fuzzed_readers()
    stop = time.monotonic() + 60 * asked.minutes
    faults: list[str] = []
    for reader, count in turns(chosen, tallies, asked.count):
        own = [one for one in known if one.reader == reader]
        faults += [f"{reader}: {line}" for line in go_on(own, tallies[reader], count, folder, asked.seed)]
        if asked.ledger:
            asked.ledger.write_text(json.dumps({name: asdict(one) for name, one in tallies.items()}, indent=1) + "\n")
        if time.monotonic() > stop:
            break
    sys.stdout.write(HEADER + "".join(tallies[reader].row(reader) for reader in chosen))
    sys.stderr.write("".join(f"{line}\n" for line in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
