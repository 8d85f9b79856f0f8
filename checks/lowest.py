"""The quick core of the suite on the lowest version of each declared dependency: `python -m checks.lowest`."""

from __future__ import annotations

import sys

from checks.environment import Environment, prepared
from checks.pythons import VERSIONS, find_python
from checks.suite import run_suite, table

CORE = (
    "tests/structure/test_imports.py",
    "tests/records",
    "tests/measures",
    "tests/report",
    "tests/web",
    "tests/model",
    "tests/simulate/engine",
    "tests/simulate/test_visit.py",
    "tests/infer/test_saved.py",
)
"""What touches each declared dependency at least once; the long statistical tests rest on the same calls."""


def main(parts: list[str]) -> int:
    """Run the core, or other parts, on the oldest Python with `locks/lowest.txt`; return 0 where it passed."""
    base = find_python(VERSIONS[0])
    if base is None:
        print(f"skipped: no Python {VERSIONS[0]}, the one that locks/lowest.txt is for")
        return 0
    python = prepared(Environment("lowest", base, ("lowest.txt",)))
    outcome = run_suite("lowest versions", python, parts or CORE, workers=2)
    print(table([outcome]))
    return int(outcome.verdict != "passed")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
