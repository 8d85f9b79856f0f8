"""What must never be in a commit: addresses of registries, paths of a machine, secrets of a lock."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".md", ".toml", ".txt", ".j2", ".css", ".js", ".csv", ".json", ""}
MACHINE_PATH = re.compile(r"(?<![\w.])/(root|home|work|opt|Users)/[\w.]")
REGISTRY = re.compile("|".join(("py" + "pi\\.org", "python" + "hosted", "npm" + "js\\.", "deb\\.deb" + "ian")))


def tracked() -> list[Path]:
    """Return the text files that git tracks."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if names.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in names.stdout.split("\n") if name and Path(name).suffix in TEXT]


def test_locks_are_hash_pinned_and_name_no_host():
    for lock in (ROOT / "locks").glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text
        pins = re.findall(r"^[\w.\-\[\]]+==", text, re.M)
        entries = re.findall(r"^[\w.\-\[\]]+==.*?(?=^\S|\Z)", text, re.M | re.S)
        assert pins
        assert all("--hash=sha256:" in entry for entry in entries)


def test_no_machine_path_and_no_registry_host():
    for path in tracked():
        if path.exists() and path != Path(__file__):
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert not REGISTRY.search(text), path
            assert not MACHINE_PATH.search(text), path


def test_purpose_and_limits_stand_in_the_readme():
    from bowlby.purpose import PURPOSE_AND_LIMITS

    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    for sentence in PURPOSE_AND_LIMITS:
        assert sentence in readme
