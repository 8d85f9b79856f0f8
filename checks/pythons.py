"""The suite on each Python that bowlby promises to run on: `python -m checks.pythons [TEST_FOLDER ...]`.

A Python that is not found is skipped, and the table says so. Exit code 1 where one failed or none was found.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from checks.environment import Environment, prepared
from checks.suite import Outcome, run_suite, table

VERSIONS = ("3.11", "3.12", "3.13")
LOCKS = ("run.txt", "test.txt")


def main(words: list[str]) -> int:
    """Run parts of the suite, or all of it, on each Python; return 0 where all that were found passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=VERSIONS, choices=VERSIONS)
    parser.add_argument("-n", "--workers", type=int, default=2)
    parser.add_argument("parts", nargs="*")
    given = parser.parse_args(words)
    outcomes = [_outcome(version, given.parts, given.workers) for version in given.only]
    print(table(outcomes))
    ran = [one for one in outcomes if one.ran]
    return 0 if ran and all(one.verdict == "passed" for one in ran) else 1


def find_python(version: str) -> Path | None:
    """Return a Python of a version, or None: on the path, under pyenv or where systems keep them."""
    return next((path for path in _candidates(version) if _is_version(path, version)), None)


def _outcome(version: str, parts: list[str], workers: int) -> Outcome:
    base = find_python(version)
    if base is None:
        return Outcome(f"Python {version}", "", ran=False)
    print(f"Python {version}: {base}", flush=True)
    python = prepared(Environment(f"python-{version}", base, LOCKS))
    return run_suite(f"Python {version}", python, parts, workers)


def _candidates(version: str) -> Iterator[Path]:
    yield from sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"), reverse=True)
    name = f"python{version}"
    found = shutil.which(name)
    yield from [Path(found)] if found else []
    yield from (Path(folder) / name for folder in ("/usr/local/bin", "/usr/bin"))


def _is_version(path: Path, version: str) -> bool:
    """Return whether a file is a Python of a version that can make environments (some systems leave venv out)."""
    if not path.exists():
        return False
    code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    said = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
    return said.returncode == 0 and said.stdout.strip() == version


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
