"""Files whole or not at all, one writer at a time, and a lock that dies with its holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from bowlby import atomic
from bowlby.atomic import remove, target_lock, writing
from bowlby.errors import BusyError, OutputError, OverwriteError
from tests.cli.running import run

RECORD = Path(__file__).parents[2] / "examples" / "records" / "play.csv"
HOLDER = (
    "import sys; from bowlby.atomic import target_lock; h = target_lock(sys.argv[1]); h.__enter__(); "
    "print('held', flush=True); sys.stdin.read()"
)


def test_what_another_process_made_meanwhile_is_not_written_over(tmp_path: Path):
    target = tmp_path / "a.csv"
    with pytest.raises(OverwriteError), writing(target) as draft:
        draft.write_text("ours")
        target.write_text("theirs")
    assert target.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [target]


def test_without_hard_links_the_file_still_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    with writing(tmp_path / "a.csv") as draft:
        draft.write_text("ours")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_reason_without_a_number_is_told_too(tmp_path: Path):
    with pytest.raises(OutputError, match="the disk said no"), writing(tmp_path / "a.csv"):
        raise OSError("the disk said no")


def test_a_refusal_that_polars_wraps_is_told(tmp_path: Path):
    told = "parquet: File out of specification: underlying IO error: No space left on device (os error 28)"
    with pytest.raises(OutputError, match="written: No space left on device"), writing(tmp_path / "a.parquet"):
        raise pl.exceptions.ComputeError(told)
    with pytest.raises(pl.exceptions.ComputeError, match="other"), writing(tmp_path / "a.parquet"):
        raise pl.exceptions.ComputeError("other")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_goes_whole_and_so_does_what_a_killed_process_left(tmp_path: Path):
    left = tmp_path / ".store.0a.removed"
    for folder in (tmp_path / "store" / "deep", left, tmp_path / ".other.0a.removed"):
        folder.mkdir(parents=True)
        (folder / "file").write_text("x")
    remove(tmp_path / "store")
    assert [path.name for path in tmp_path.iterdir()] == [".other.0a.removed"]


def test_the_second_writer_is_told_who_holds_and_the_third_may_write(tmp_path: Path):
    target = tmp_path / "m.csv"
    with target_lock(target), pytest.raises(BusyError) as caught, target_lock(target):
        pass
    assert str(tmp_path / ".m.csv.lock") in str(caught.value)
    with target_lock(target):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_command_is_refused_while_another_writes(tmp_path: Path):
    target = tmp_path / "m.csv"
    with target_lock(target):
        done = run("measure", RECORD, "-o", target)
    assert (done.code, done.out) == (1, "")
    assert ".m.csv.lock" in done.err
    assert "delete it" in done.err
    assert run("measure", RECORD, "-o", target).code == 0


def test_a_lock_ends_with_its_holder_though_the_holder_was_killed(tmp_path: Path):
    target = tmp_path / "store"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, target], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdin is not None
    assert holder.stdout is not None
    with holder.stdin, holder.stdout:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BusyError), target_lock(target):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert (tmp_path / ".store.lock").exists()
    with target_lock(target):
        pass
    assert list(tmp_path.iterdir()) == []


DRAFTING = """
import sys
from pathlib import Path
from bowlby.atomic import writing
with writing(sys.argv[1]) as draft:
    draft.write_text("half")
    print(draft.name, flush=True)
    sys.stdin.read()
"""


def test_the_draft_of_a_killed_process_is_removed_and_that_of_a_living_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    words = [sys.executable, "-c", DRAFTING, str(tmp_path / "theirs.csv")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        draft = tmp_path / writer.stdout.readline().strip()
        with writing(tmp_path / "ours.csv") as own:
            own.write_text("whole")
        assert draft.read_text() == "half"
        writer.send_signal(signal.SIGKILL)
    monkeypatch.setattr(atomic, "_swept", set())
    with writing(tmp_path / "other.csv") as own:
        own.write_text("whole")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["other.csv", "ours.csv"]


def test_hidden_files_of_the_user_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(atomic, "_swept", set())
    names = [".m.csv.abcdefgh.csv", ".draft-", ".a.draft-short.csv", ".x.removed", "m.draft-abcdefgh.csv"]
    for name in names:
        (tmp_path / name).write_text("mine")
    (tmp_path / ".l.draft-abcdefgh.csv").symlink_to(tmp_path / ".x.removed")
    with writing(tmp_path / "ours.csv") as own:
        own.write_text("whole")
    left = sorted([*names, ".l.draft-abcdefgh.csv", "ours.csv"])
    assert sorted(one.name for one in tmp_path.iterdir()) == left


def test_what_a_killed_process_had_half_removed_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(atomic, "_swept", set())
    (tmp_path / ".store.0a1b2c3d.removed" / "deep").mkdir(parents=True)
    with writing(tmp_path / "ours.csv") as own:
        own.write_text("whole")
    assert [one.name for one in tmp_path.iterdir()] == ["ours.csv"]
