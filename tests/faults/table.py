"""Makes the table of docs/faults.md from what it runs: python -m tests.faults.table [PATH ...].

Without a path all are run. What each run found is kept in outcomes.json with its date, and the table is made of that.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bowlby.atomic import target_lock, write_text
from tests.faults.faults import Fault
from tests.faults.trial import Row, trials, undisturbed
from tests.faults.write_paths import ALL

OUTCOMES = Path(__file__).with_name("outcomes.json")
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- made by tests.faults.table -->\n", "<!-- end -->\n"
TOLD = {"absent": "nothing there", "old": "the old", "new": "the new", "begun": "begun", "HALF": "HALF"}


def run_all(name: str) -> Iterator[Row]:
    """Run each fault on a way of writing, over an old result where `--force` replaces one."""
    path = ALL[name]
    over = path.old is not None
    with tempfile.TemporaryDirectory(prefix="bowlby-faults-") as folder:
        work, cache = Path(folder) / "work", Path(folder) / "cache"
        known = undisturbed(path, work, cache, over=over)
        for fault in Fault:
            yield trials(path, fault, work, cache, known, over=over)


def keep(name: str, row: Row) -> None:
    """Keep what was found beside what other runs found."""
    with target_lock(OUTCOMES):
        known: dict[str, Any] = json.loads(OUTCOMES.read_text(encoding="utf-8")) if OUTCOMES.exists() else {}
        dated = {"outcomes": dict(row.outcomes), "date": datetime.now(UTC).date().isoformat()}
        known[f"{name}: {row.fault}"] = asdict(row) | dated
        order = [f"{path}: {fault.words}" for path in ALL for fault in Fault]
        ordered = {key: known[key] for key in order if key in known}
        write_text(OUTCOMES, json.dumps(ordered, indent=1) + "\n", force=True)


def table() -> str:
    """Return the table of all that was found."""
    lines = [
        "| what is written | by | fault | runs | found after it | wrong | date |",
        "|---|---|---|---:|---|---:|---|",
    ]
    known: dict[str, Any] = json.loads(OUTCOMES.read_text(encoding="utf-8"))
    for name, path in ALL.items():
        for fault in Fault:
            begin = f"| {path.name} | `{path.by}` | {fault.words} |"
            row = known.get(f"{name}: {fault.words}")
            lines.append(f"{begin} {_found(row)} |" if row else f"{begin} 0 | not run yet | | |")
    return "\n".join(lines) + "\n"


def _found(row: dict[str, Any]) -> str:
    found = ", ".join(f"{count} × {TOLD[state]}" for state, count in sorted(row["outcomes"].items()))
    return f"{sum(row['outcomes'].values())} | {found} | {len(row['wrong'])} | {row['date']}"


def main(names: Sequence[str]) -> int:
    """Run, keep, write the table into the page, and tell what was wrong."""
    wrong = 0
    for name in names or ALL:
        for row in run_all(name):
            keep(name, row)
            wrong += len(row.wrong)
            sys.stdout.write(f"{row.path} | {row.fault} | {dict(row.outcomes)} | {row.wrong}\n")
            sys.stdout.flush()
    if PAGE.exists():
        before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        write_text(PAGE, before + BEGIN + "\n" + table() + "\n" + END + rest.split(END)[1], force=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
