"""The quick core of the suite at both ends of what pyproject.toml allows: `python -m checks.bounds lowest|newest`."""

from __future__ import annotations

import argparse
import sys

from checks.environment import Environment, prepared
from checks.pythons import VERSIONS, find_python
from checks.suite import run_suite, table

ENDS = {"lowest": VERSIONS[0], "newest": VERSIONS[-1]}
"""The Python of each end; its lock in `locks/` bears its name."""

CORE = (
    "tests/structure/test_imports.py",
    "tests/records",
    "tests/measures",
    "tests/reporting",
    "tests/web",
    "tests/model",
    "tests/simulation/engine",
    "tests/simulation/test_visit.py",
    "tests/inference/choices/test_saved.py",
)
"""What touches each declared dependency at least once; the long statistical tests rest on the same calls."""


def main(words: list[str]) -> int:
    """Run the core, or other parts, with the lowest or the newest versions; return 0 where it passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("end", choices=ENDS)
    parser.add_argument("parts", nargs="*")
    given = parser.parse_args(words)
    base = find_python(ENDS[given.end])
    if base is None:
        print(f"skipped: no Python {ENDS[given.end]}, the one that locks/{given.end}.txt is for")
        return 0
    python = prepared(Environment(given.end, base, (f"{given.end}.txt",)))
    outcome = run_suite(f"{given.end} versions", python, given.parts or CORE, workers=2)
    print(table([outcome]))
    return int(outcome.verdict != "passed")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
