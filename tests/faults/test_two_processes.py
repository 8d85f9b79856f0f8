"""Two processes at once on one target: the result is that of one, and the second ends well or is told to wait."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.write_paths import BOWLBY, COHORT, RECORD

ROOT = Path(__file__).parents[2]


def _both(words: list[str], cache: Path) -> list[subprocess.CompletedProcess[str]]:
    """Run one command line in two processes at once."""
    environment = {**os.environ, "BOWLBY_CACHE": str(cache)}
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment, "cwd": ROOT}
    running = [subprocess.Popen([sys.executable, *BOWLBY, *words], **told) for _ in range(2)]  # type: ignore[call-overload]
    ended = [(one, *one.communicate()) for one in running]
    return [subprocess.CompletedProcess(words, one.returncode, out, err) for one, out, err in ended]


def _bytes(root: Path) -> dict[str, str]:
    files = [root] if root.is_file() else [path for path in sorted(root.rglob("*")) if path.is_file()]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _check(done: list[subprocess.CompletedProcess[str]]) -> None:
    """One ends well; the other too, or it is told of the lock or of the finished file."""
    assert 0 in [one.returncode for one in done], [one.stderr for one in done]
    for one in done:
        assert "Traceback" not in one.stderr
        if one.returncode:
            assert any(said in one.stderr for said in (".lock", "--force")), one.stderr


def test_one_table_of_measures(tmp_path: Path):
    sessions = tmp_path / "sessions"
    sessions.mkdir()
    lines = Path(RECORD).read_text(encoding="utf-8").splitlines(keepends=True)
    for number in range(3):
        (sessions / f"{number}.csv").write_text("".join(lines[: len(lines) - number]), encoding="utf-8")
    alone, both = tmp_path / "alone.csv", tmp_path / "both.csv"
    words = ["measure", str(sessions), "--workers", "1", "-o"]
    assert subprocess.run([sys.executable, *BOWLBY, *words, alone], capture_output=True, cwd=ROOT).returncode == 0
    _check(_both([*words, str(both)], tmp_path / "cache"))
    assert _bytes(both) == _bytes(alone)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


@pytest.mark.slow
def test_one_store_and_one_compile_cache(tmp_path: Path):
    words = ["simulate", "-n", "4", "--until", "3mo", "--trace", "1mo,2mo", "-o"]
    # The caches are empty: both compile, and both keep what they compiled.
    _check(_both([*words, str(tmp_path / "both.zarr")], tmp_path / "cache"))
    alone = subprocess.run([sys.executable, *BOWLBY, *words, tmp_path / "alone.zarr"], capture_output=True, cwd=ROOT)
    assert alone.returncode == 0
    assert _bytes(tmp_path / "both.zarr") == _bytes(tmp_path / "alone.zarr")


@pytest.mark.slow
def test_one_data_set(tmp_path: Path):
    design = tmp_path / "design.toml"
    design.write_text(COHORT)
    _check(_both(["cohort", str(design), "-o", str(tmp_path / "both")], tmp_path / "cache"))
    _check(_both(["cohort", str(design), "-o", str(tmp_path / "again")], tmp_path / "cache"))
    assert _bytes(tmp_path / "both") == _bytes(tmp_path / "again")
