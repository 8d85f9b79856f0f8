"""Damaged files of every format, and codebooks, end in a record or a typed error: soon, and within a gibibyte.

`BOWLBY_FUZZ=20000` raises the number of files a reader; `python -m tests.records.fuzz_many N` prints a table.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowlby.formats.read import readers
from bowlby.formats.source import HEAD_BYTES, SourceFile
from tests.records.fuzz_many import Tally, go_on, turns
from tests.records.fuzzing import CODEBOOK, ROOT, Outcome, attempt, fuzz, fuzzed_readers, specimens

FILES_A_READER = int(os.environ.get("BOWLBY_FUZZ", "100"))


def test_every_reader_has_a_specimen(tmp_path: Path):
    assert set(fuzzed_readers()) <= {specimen.reader for specimen in specimens(tmp_path)}


@pytest.mark.parametrize("reader", fuzzed_readers())
def test_damaged_files_end_in_a_record_or_a_typed_error(reader: str, tmp_path: Path):
    command = [sys.executable, "-m", "tests.records.fuzz_many", str(FILES_A_READER), "--reader", reader]
    done = subprocess.run([*command, "--keep", str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-4000:]}"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(min_size=1, max_size=300), suffix=st.sampled_from([".eaf", ".opf", ".csv", ".xlsx", ".boris", ""])
)
def test_arbitrary_bytes_end_in_a_record_or_a_typed_error(data: bytes, suffix: str, tmp_path: Path):
    path = tmp_path / f"arbitrary{suffix}"
    path.write_bytes(data)
    assert attempt(path, None).fault == ""


@settings(max_examples=300, deadline=None)
@given(head=st.one_of(st.binary(max_size=400), st.text(max_size=400).map(lambda text: text.encode("utf-16"))))
def test_recognition_never_raises(head: bytes):
    source = SourceFile(Path("absent"), head[:HEAD_BYTES])
    assert all(reader.recognises(source) in (True, False) for reader in readers())


def test_a_run_goes_on_where_the_last_one_stopped(tmp_path: Path):
    own = [one for one in specimens(tmp_path) if one.reader == CODEBOOK]
    twice, once = Tally(), Tally()
    go_on(own, twice, 15, tmp_path, seed=5)
    go_on(own, twice, 25, tmp_path, seed=5)
    go_on(own, once, 40, tmp_path, seed=5)
    assert (twice.files, twice.read, twice.faults) == (once.files, once.read, once.faults)
    assert 0 < once.read < 40
    behind = turns(["codebook", "elan"], {"codebook": twice, "elan": Tally(files=70)}, 100)
    assert next(behind) == ("codebook", 60)


def test_a_fair_share_of_damaged_tables_is_read(tmp_path: Path):
    own = [one for one in specimens(tmp_path) if one.reader == "table"]
    results = fuzz(own, range(120), tmp_path, seed=6).results
    assert 30 < results["read"] < 110


def test_a_fault_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(*_args: object, **_named: object) -> None:
        raise TypeError("not a typed error")

    monkeypatch.setattr("tests.records.fuzzing.read_record", broken)
    assert attempt(tmp_path, None) == Outcome("fault", "TypeError: not a typed error")
