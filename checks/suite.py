"""The test suite in one environment: what came out of it, and a table of several."""

from __future__ import annotations

import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from checks.environment import ROOT

COMMAND = ("-m", "pytest", "-m", "not slow and not proof", "-p", "no:cacheprovider")
SPREAD = ("--dist", "loadfile", "--no-loadscope-reorder")
"""Tests of one file stay with one worker, as in the Makefile."""


@dataclass(frozen=True)
class Outcome:
    """What a suite came to.

    Args:
        name: of the environment.
        what: what was run, or why nothing was.
        passed: tests.
        skipped: tests.
        failed: tests, errors among them.
        seconds: on the clock.
        ran: whether it ran at all.
        code: the exit code of pytest.
    """

    name: str
    what: str
    passed: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0
    ran: bool = True
    code: int = 0

    @property
    def verdict(self) -> str:
        """In one word."""
        if not self.ran:
            return "not found: skipped"
        return "passed" if self.code == 0 and self.passed > 0 else "FAILED"


def run_suite(name: str, python: Path, parts: Sequence[str], workers: int) -> Outcome:
    """Run parts of the default suite with an interpreter."""
    with tempfile.TemporaryDirectory() as folder:
        counted = Path(folder) / "counted.xml"
        words = [python, *COMMAND, "-n", str(workers), *SPREAD, f"--junit-xml={counted}", *parts]
        began = time.monotonic()
        code = subprocess.run(words, cwd=ROOT, check=False).returncode
        passed, skipped, failed = _counts(counted)
    what = " ".join(parts) or "the default suite"
    return Outcome(name, what, passed, skipped, failed, time.monotonic() - began, code=code)


def table(outcomes: Sequence[Outcome]) -> str:
    """Return outcomes as a markdown table."""
    lines = [
        "| environment | verdict | passed | skipped | failed | minutes | what ran |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in outcomes:
        counts = f"{one.passed} | {one.skipped} | {one.failed} | {one.seconds / 60:.1f}" if one.ran else "- | - | - | -"
        lines.append(f"| {one.name} | {one.verdict} | {counts} | {one.what} |")
    return "\n".join(lines)


def _counts(path: Path) -> tuple[int, int, int]:
    """Return how many tests passed, were skipped and failed; none where pytest wrote no file."""
    if not path.exists():
        return 0, 0, 0
    suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    total, skipped, failures, errors = (
        sum(int(suite.get(key, "0")) for suite in suites) for key in ("tests", "skipped", "failures", "errors")
    )
    return total - skipped - failures - errors, skipped, failures + errors
