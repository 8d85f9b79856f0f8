"""Temporary folders: gone after use, gone at the next start after a kill, and never those of a living process."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bowlby.scratch import HELD, scratch, sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are told apart by POSIX locks")
USE = """
import sys
from pathlib import Path
from bowlby.scratch import scratch
with scratch(within=Path(sys.argv[1])) as folder:
    (folder / "private").write_text("of a child")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def user(tmp_path: Path):
    """A process that uses a temporary folder until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", USE, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.folder = Path(process.stdout.readline().strip())  # type: ignore[attr-defined]
        yield process
        process.kill()


def test_a_folder_is_gone_after_use(tmp_path: Path):
    with scratch(within=tmp_path) as folder:
        assert folder.parent == tmp_path and (folder / HELD).is_file()
    assert not list(tmp_path.iterdir())


def test_the_folder_of_a_killed_process_is_removed_and_that_of_a_living_one_is_not(tmp_path: Path, user):
    sweep(within=tmp_path)
    assert (user.folder / "private").is_file()
    user.send_signal(signal.SIGKILL)
    user.wait()
    assert (user.folder / "private").is_file()
    sweep(within=tmp_path)
    assert not user.folder.exists()


def test_every_command_removes_what_killed_ones_left(tmp_path: Path, user):
    user.send_signal(signal.SIGKILL)
    user.wait()
    subprocess.run(
        [sys.executable, "-c", "from bowlby.cli import main; main(['--help'])"],
        env={**__import__("os").environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    assert not user.folder.exists()


def test_what_is_not_ours_stays(tmp_path: Path):
    (tmp_path / "bowlby-letters").mkdir()
    (tmp_path / "bowlby-letters" / "a.txt").write_text("mine")
    away = tmp_path / "away"
    away.mkdir()
    (away / HELD).write_text("")
    (tmp_path / "bowlby-link").symlink_to(away)
    sweep(within=tmp_path)
    assert (tmp_path / "bowlby-letters" / "a.txt").is_file() and (away / HELD).is_file()
