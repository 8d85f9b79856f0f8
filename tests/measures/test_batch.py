"""Many files: the same rows whatever the workers, one bad file stops nothing, an interrupted run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowlby.errors import InputError
from bowlby.formats.load import LoadOptions
from bowlby.measures.batch import FileWork, coded_files, measure_files, pooled

CODEBOOK = """
[table]
unit = "s"
onset = "start"
code = "code"
[codable]
child = ["cue.vocal"]
caregiver = ["answer"]
[[code]]
code = "babble"
means = ["cue.vocal"]
[[code]]
code = "reply"
means = ["answer"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of five good files and a bad one."""
    place = tmp_path_factory.mktemp("study")
    for number in range(5):
        rows = [f"{10 * i},babble\n{10 * i + 1 + number},reply" for i in range(8)]
        (place / f"visit{number}.csv").write_text("start,code\n" + "\n".join(rows) + "\n")
    (place / "visit9.csv").write_text("start,code\nsoon,babble\n")
    (place.parent / "codes.toml").write_text(CODEBOOK)
    return place


def how(folder: Path) -> LoadOptions:
    return LoadOptions(codebook=folder.parent / "codes.toml")


def test_a_bad_file_is_listed_and_the_rest_measured(folder: Path):
    batch = measure_files(coded_files(folder), FileWork(how(folder)), workers=1)
    assert [Path(failure.file).name for failure in batch.failures] == ["visit9.csv"]
    assert batch.failures[0].error.value == "soon"
    assert [Path(name).name for name in batch.table["file"].unique(maintain_order=True)] == [
        f"visit{number}.csv" for number in range(5)
    ]
    assert len(batch.rules) == 1


def test_workers_change_nothing(folder: Path):
    files = coded_files(folder)
    alone = measure_files(files, FileWork(how(folder), seed=3), workers=1)
    together = measure_files(files, FileWork(how(folder), seed=3), workers=2)
    assert together.table.equals(alone.table)


def test_an_interrupted_run_goes_on_where_it_stopped(folder: Path, tmp_path: Path):
    files = coded_files(folder)
    work = FileWork(how(folder), parts=tmp_path / "parts")

    def interrupt(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_files(files, work, workers=1, progress=interrupt)
    resumed = measure_files(files, work, workers=1)
    assert resumed.reused == 3
    assert resumed.table.equals(measure_files(files, FileWork(how(folder)), workers=1).table)


def test_kept_parts_are_not_used_for_other_settings(folder: Path, tmp_path: Path):
    files = coded_files(folder)[:2]
    parts = tmp_path / "parts"
    measure_files(files, FileWork(how(folder), parts=parts), workers=1)
    other = measure_files(files, FileWork(how(folder), {"window_s": 2.0}, parts=parts), workers=1)
    assert other.reused == 0


def test_an_empty_folder_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="no file"):
        coded_files(tmp_path)


def test_latency_is_pooled_over_sessions_and_dyads(folder: Path):
    batch = measure_files(coded_files(folder), FileWork(how(folder)), workers=1)
    files = batch.table["file"].unique(maintain_order=True).to_list()
    found = {item.name: item for item in pooled(batch, {files[0]: "a", files[1]: "a", files[2]: "b"})}
    median = found["response latency median: other cues"]
    alone = batch.table.filter(name="response latency median: other cues")["estimate"]
    assert median.n == 40
    assert alone.min() < median.estimate < alone.max()


def test_one_session_is_not_pooled(folder: Path):
    batch = measure_files(coded_files(folder)[:1], FileWork(how(folder)), workers=1)
    assert pooled(batch, {}) == []
