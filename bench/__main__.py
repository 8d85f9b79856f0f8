"""Run benchmark modules one after another, each in a process of its own, and print their tables."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

from bench import Row

MODULES = ("start", "reading", "measures", "cohort", "moments", "hierarchy", "cluster", "web")
"""Modules of this package that offer `run() -> list[Row]`."""


def table(rows: list[Row]) -> str:
    """Return rows as a markdown table."""
    lines = ["| what | bowlby | peer | ratio | bar | met |", "|---|---|---|---|---|---|"]
    for row in rows:
        bar = "" if row.bar is None else f"{'at most' if row.at_most else 'at least'} {row.bar:g}"
        met = {None: "", True: "yes", False: "no"}[row.met]
        lines.append(f"| {row.what} | {row.ours} | {row.peer} | {row.ratio:.1f} | {bar} | {met} |")
    return "\n".join(lines)


def main(names: list[str]) -> int:
    """Run the named modules, or all of them."""
    if len(names) == 1:
        print(table(import_module(f"bench.{names[0]}").run()))
        return 0
    codes = [subprocess.run([sys.executable, "-m", "bench", name], check=False).returncode for name in names or MODULES]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
