"""How long a command takes to start: new processes, median of five, with and without what earlier runs kept."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import Row

REPEATS = 5
EXAMPLE = Path(__file__).parents[1] / "examples" / "records" / "play.csv"
BOWLBY = Path(sys.executable).with_name("bowlby")


def run() -> list[Row]:
    """Return the seconds of each command against its bar."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        report = ["report", str(EXAMPLE), "-o", str(place / "report.html"), "--force"]
        return [
            _row("bowlby --help", ["--help"], place / "kept", 0.3),
            _row("bowlby measure, a 20-minute session", ["measure", str(EXAMPLE), "--json"], place / "kept", 1.5),
            _row("bowlby report, cold (nothing kept)", report, None, 20.0),
            _row("bowlby report, warm", report, place / "kept", 5.0),
        ]


def _row(what: str, words: list[str], cache: Path | None, bar: float) -> Row:
    if cache is not None:
        _seconds(words, cache)
    found = statistics.median(_once(words, cache) for _ in range(REPEATS))
    return Row(what, f"{found:.2f} s", f"bar {bar:g} s", found, bar, at_most=True)


def _once(words: list[str], cache: Path | None) -> float:
    if cache is not None:
        return _seconds(words, cache)
    with tempfile.TemporaryDirectory() as fresh:
        return _seconds(words, Path(fresh))


def _seconds(words: list[str], cache: Path) -> float:
    begun = time.perf_counter()
    environment = os.environ | {"BOWLBY_CACHE": str(cache)}
    subprocess.run([BOWLBY, *words], check=True, capture_output=True, env=environment)
    return time.perf_counter() - begun
