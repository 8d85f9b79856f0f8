"""Makes the table of docs/faults.md from what it runs: python -m tests.faults.table [PATH ...].

Without a path all are run. What each run found is kept in outcomes.json with its date, and the table is made of that.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bowlby.atomic import write_text
from tests.faults.faults import Fault
from tests.faults.trial import Row, trials, undisturbed
from tests.faults.write_paths import ALL

OUTCOMES = Path(__file__).with_name("outcomes.json")
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- made by tests.faults.table -->\n", "<!-- end -->\n"
TOLD = {"absent": "nothing there", "old": "the old", "new": "the new", "begun": "begun", "HALF": "HALF"}


def rows_of(name: str) -> list[Row]:
    """Run all faults on a way of writing: where nothing stood, and over what `--force` replaces."""
    path = ALL[name]
    found = {fault: Row(path.name, path.by, fault.words) for fault in Fault}
    with tempfile.TemporaryDirectory(prefix="bowlby-faults-") as folder:
        cache = Path(folder) / "cache"
        for over in (False, True) if path.old else (False,):
            known = undisturbed(path, Path(folder) / "work", cache, over=over)
            for fault, row in found.items():
                one = trials(path, fault, Path(folder) / "work", cache, known, over=over)
                row.outcomes.update(one.outcomes)
                row.wrong += one.wrong
    return list(found.values())


def keep(name: str, rows: Sequence[Row]) -> None:
    """Keep what was found beside what other runs found."""
    known: dict[str, Any] = json.loads(OUTCOMES.read_text(encoding="utf-8")) if OUTCOMES.exists() else {}
    known[name] = {"date": datetime.now(UTC).date().isoformat(), "rows": [asdict(row) for row in rows]}
    ordered = {key: known[key] for key in ALL if key in known}
    write_text(OUTCOMES, json.dumps(ordered, indent=1) + "\n", force=True)


def table() -> str:
    """Return the table of all that was found."""
    lines = [
        "| what is written | by | fault | runs | found after it | wrong | date |",
        "|---|---|---|---:|---|---:|---|",
    ]
    for one in json.loads(OUTCOMES.read_text(encoding="utf-8")).values():
        for row in one["rows"]:
            found = ", ".join(f"{count} × {TOLD[state]}" for state, count in sorted(row["outcomes"].items()))
            lines.append(
                f"| {row['path']} | `{row['by']}` | {row['fault']} | {sum(row['outcomes'].values())} | {found} | "
                f"{len(row['wrong'])} | {one['date']} |"
            )
    return "\n".join(lines) + "\n"


def main(names: Sequence[str]) -> int:
    """Run, keep, write the table into the page, and tell what was wrong."""
    wrong = 0
    for name in names or ALL:
        rows = rows_of(name)
        keep(name, rows)
        for row in rows:
            wrong += len(row.wrong)
            sys.stdout.write(f"{row.path} | {row.fault} | {dict(row.outcomes)} | {row.wrong}\n")
    if PAGE.exists():
        before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        write_text(PAGE, before + BEGIN + "\n" + table() + "\n" + END + rest.split(END)[1], force=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
