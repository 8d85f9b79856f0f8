"""Fuzz readers in a process with a memory limit: `python -m tests.records.fuzz_many N [--reader NAME] [--seed S]`.

Prints a table of what came back and ends with status 1 where anything but a record or a typed error did.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from tests.records.fuzzing import MEMORY_BYTES, fuzz, fuzzed_readers, specimens

HEADER = "| reader | files | read | refused | faults | seconds | largest memory, MiB |\n|---|---|---|---|---|---|---|\n"


def limit_memory() -> None:
    """Allow this process 1 GiB beyond what it takes once everything is loaded."""
    pl.DataFrame({"a": ["1"]}).with_columns(pl.col("a").cast(pl.Float64)).sort("a")
    status = Path("/proc/self/status").read_text()
    taken = int(status.split("VmSize:")[1].split()[0]) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES, resource.RLIM_INFINITY))


def main() -> int:
    """Run, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, help="mutated files a reader")
    parser.add_argument("--reader", action="append", help="only this reader; may be repeated")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for files that led to a fault")
    chosen = parser.parse_args()
    folder = chosen.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    known = specimens(folder)
    limit_memory()
    sys.stdout.write(HEADER)
    faults: list[str] = []
    for reader in chosen.reader or fuzzed_readers():
        started = time.perf_counter()
        results, found = fuzz([one for one in known if one.reader == reader], chosen.count, folder, chosen.seed)
        refused = sum(results.values()) - results["read"] - results["fault"]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        spent = f"{time.perf_counter() - started:.1f}"
        cells = (reader, sum(results.values()), results["read"], refused, len(found), spent, peak)
        sys.stdout.write(f"| {' | '.join(map(str, cells))} |\n")
        sys.stdout.flush()
        faults += [f"{reader}: {line}" for line in found]
    sys.stderr.write("".join(f"{line}\n" for line in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
