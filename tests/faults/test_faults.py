"""No write leaves half a file, whatever happens to the disk; docs/faults.md is the table of all of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.faults import Fault, can_mount, library, make_read_only, run, small_disk
from tests.faults.table import BEGIN, OUTCOMES, PAGE, table
from tests.faults.trial import Undisturbed, trials, undisturbed
from tests.faults.write_paths import ALL, BOWLBY, CODEBOOK, RECORD, WritePath

needs_faults = pytest.mark.skipif(library() is None, reason="needs Linux and a C compiler")
needs_mount = pytest.mark.skipif(not can_mount(), reason="needs leave to mount a small disk")
QUICK = WritePath(CODEBOOK.name, CODEBOOK.by, CODEBOOK.words, CODEBOOK.targets, old=CODEBOOK.old, points=2)
TWICE = "import sys; f = open(sys.argv[1], 'w', buffering=1); f.write('one\\n'); f.write('two\\n')"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Undisturbed, Path]:
    """A codebook written over an old one, undisturbed."""
    folder = tmp_path_factory.mktemp("faults")
    return undisturbed(QUICK, folder / "work", folder / "cache", over=True), folder


@needs_faults
@pytest.mark.parametrize("fault", [Fault.FULL, Fault.LOST, Fault.KILLED], ids=lambda fault: fault.name)
def test_a_text_stays_whole(known: tuple[Undisturbed, Path], fault: Fault):
    whole, folder = known
    row = trials(QUICK, fault, folder / "work", folder / "cache", whole, over=True)
    assert row.wrong == []
    assert row.outcomes["old"] >= 1, "no fault happened"


@needs_faults
def test_half_a_file_is_seen(tmp_path: Path):
    """A careless writer: the injector must bite, and the check must tell."""
    careless = WritePath("careless", "", lambda disk: ("-c", TWICE, str(disk / "a.txt")), ("a.txt",))
    whole = undisturbed(careless, tmp_path, tmp_path, over=False)
    row = trials(careless, Fault.KILLED, tmp_path, tmp_path, whole, over=False)
    assert any("a half target" in one for one in row.wrong)


@needs_faults
@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_write_path_stays_whole(name: str, tmp_path: Path):
    path = ALL[name]
    for over in {False, path.old is not None}:
        whole = undisturbed(path, tmp_path / "work", tmp_path / "cache", over=over)
        for fault in Fault:
            row = trials(path, fault, tmp_path / "work", tmp_path / "cache", whole, over=over)
            assert row.wrong == []


@needs_mount
def test_a_real_disk_that_is_full_is_told_and_left_clean(tmp_path: Path):
    with small_disk(tmp_path / "disk", 8) as disk:
        done = run((*BOWLBY, "measure", RECORD, "-o", str(disk / "m.csv")), tmp_path / "cache")
        assert (done.code, done.out) == (1, "")
        assert "cannot be written" in done.err
        assert str(disk) in done.err
        assert "Traceback" not in done.err
        assert [one.name for one in disk.iterdir() if one.name != ".m.csv.parts"] == []


@needs_mount
def test_a_real_read_only_disk_is_told(tmp_path: Path):
    with small_disk(tmp_path / "disk", 64) as disk:
        make_read_only(disk)
        done = run((*BOWLBY, "measure", RECORD, "-o", str(disk / "m.csv")), tmp_path / "cache")
        assert (done.code, done.out) == (1, "")
        assert "Read-only" in done.err
        assert str(disk) in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["text", "json"])
def test_a_result_that_cannot_be_printed_is_told(as_json: list[str]):
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, *BOWLBY, "record", RECORD, *as_json]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "stdout" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_the_page_holds_the_table_of_what_was_run_and_nothing_was_wrong():
    kept = json.loads(OUTCOMES.read_text(encoding="utf-8"))
    assert kept
    assert [row for row in kept.values() if row["wrong"]] == []
    assert table() in PAGE.read_text(encoding="utf-8").split(BEGIN)[1]
