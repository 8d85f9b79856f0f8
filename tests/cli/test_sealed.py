"""The main job asks nothing of any network and writes nothing beside what it is told to write."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "examples" / "records" / "play.csv"
GUARD = """
import socket

def refuse(*arguments, **how):
    raise RuntimeError("a socket was asked for")

for name in ("connect", "connect_ex", "bind", "sendto"):
    setattr(socket.socket, name, refuse)
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
"""
JOBS = {
    "report": ("report", RECORD, "-o", "r.html"),
    "measure": ("measure", RECORD, "--json"),
    "simulate": ("simulate", "--exposure", "harsh", "-n", "20", "--until", "30d", "--json"),
    "signs": ("signs", "--age", "40", "--sign", "fear=present", "--json"),
}


def job(words: tuple[object, ...], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder of its own with sockets refused."""
    (folder / "guard").mkdir()
    (folder / "guard" / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    path = f"{folder / 'guard'}:{ROOT / 'src'}"
    asked = [sys.executable, "-c", "from bowlby.cli import main; main()", *map(str, words)]
    made = {**environment, "PYTHONPATH": path, "BOWLBY_CACHE": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(asked, cwd=folder, env=made, capture_output=True, text=True, check=False)


def test_the_guard_refuses_sockets(tmp_path, cached_environment):
    """What the other tests rest on: with it in place a connection cannot be made."""
    (tmp_path / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    asked = [sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))"]
    done = subprocess.run(
        asked, env={**cached_environment, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert "a socket was asked for" in done.stderr


@pytest.mark.parametrize("name", ["report", "measure"])
def test_the_main_job_needs_no_socket_and_leaves_the_source_as_it_was(name, tmp_path, cached_environment):
    before = fingerprint()
    done = job(JOBS[name], tmp_path, cached_environment)
    assert done.returncode == 0, done.stderr
    assert fingerprint() == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["simulate", "signs"])
def test_neither_do_other_jobs(name, tmp_path, cached_environment):
    done = job(JOBS[name], tmp_path, cached_environment)
    assert done.returncode == 0, done.stderr


def fingerprint() -> str:
    """Return a hash of every file of the package."""
    files = sorted(path for path in (ROOT / "src").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    told = hashlib.sha256()
    for path in files:
        told.update(str(path).encode() + path.read_bytes())
    return told.hexdigest()


@pytest.mark.slow
def test_the_main_job_runs_on_a_source_tree_that_cannot_be_written(tmp_path, cached_environment):
    """The tree is mounted read-only in a namespace of its own; skipped where this may not be done."""
    source = ROOT / "src"
    mount = f"mount --bind {source} {source} && mount -o remount,ro,bind {source}"
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare to mount a read-only tree with")
    tried = subprocess.run(["unshare", "-m", "sh", "-c", f"{mount} && ! touch {source}/x"], capture_output=True)
    if tried.returncode != 0:
        pytest.skip("a read-only mount may not be made here")
    words = " ".join(["report", str(RECORD), "-o", str(tmp_path / "r.html")])
    script = f"{mount} && {sys.executable} -c 'from bowlby.cli import main; main()' {words}"
    made = {**cached_environment, "PYTHONPATH": str(source), "BOWLBY_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], env=made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "r.html").exists()
