"""No file ends or freezes the process that asks for it; each is read, or refused with a typed error, within limits."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.confinement import ConfinedProcess
from bowlby.errors import BowlbyError, FormatError, LimitError
from bowlby.formats.isolation import READING, is_container, read_isolated, within_limits
from bowlby.formats.unstated_files import read_unstated
from tests.hostile.attacks import ATTACKS, MEBIBYTE, traversal
from tests.hostile.measured import read_and_spent

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told by /proc, on Linux only")
MOST_SECONDS = 5.0
LEAST_BYTES = 1 << 30
TIMES = 12


@pytest.fixture(scope="module")
def process():
    held = ConfinedProcess(READING)
    yield held
    held.close()


@pytest.fixture
def written(tmp_path) -> Callable[[str], Path]:
    def write(attack: str) -> Path:
        name, make = ATTACKS[attack]
        path = tmp_path / name
        path.write_bytes(make())
        return path

    return write


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_file_is_read_or_refused_within_limits(attack, written, process):
    path = written(attack)
    process.close()  # each attack meets a process of its own, so that what it takes is told apart
    most = max(LEAST_BYTES, TIMES * path.stat().st_size)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        _, (seconds, size) = within_limits(path, process, read_and_spent, path)
    except LimitError as error:
        assert error.remedy
        assert error.file == str(path)
        process.close()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds, size = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 0
    assert seconds < MOST_SECONDS
    assert size < most


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        ("workbook: a cell at XFD1048576", "more than 4000000 cells"),
        ("workbook: rows that end in the last column", "more than 4000000 cells"),
        ("workbook: a sheet said to be small", "wrong size|256 MiB"),
        ("workbook: a sheet of 2 GiB of blanks", "256 MiB"),
        ("workbook: two thousand sheets", "more parts"),
        ("project: paths that lead out", "leads out"),
        ("XML: entities within entities", "not followed"),
        ("XML: a file of the system", "not followed"),
        ("XML: elements a million deep", "too deep"),
        ("table: a million columns", "longer than"),
        ("table: fifty thousand columns", "more than 10000 columns"),
        ("table: one line of 20 MB", "longer than"),
    ],
)
def test_the_error_says_which_limit_it_was(attack, said, written, process):
    path = written(attack)
    with pytest.raises(FormatError, match=said):
        within_limits(path, process, read_unstated, path)


def test_memory_processor_time_and_output_end_in_an_error_that_names_them(process, tmp_path):
    from bowlby.confinement import ProcessLimits
    from tests.hostile import greedy

    generous = ProcessLimits(512 * MEBIBYTE, 20.0, 1000)
    for function, limits, which in (
        (greedy.memory, generous, "memory"),
        (greedy.aborted, generous, "broken"),
        (greedy.processor, ProcessLimits(512 * MEBIBYTE, 0.5, 1000), "processor time"),
        (greedy.output, generous, "output"),
    ):
        with pytest.raises(LimitError) as caught:
            process.call(function, limits=limits)
        assert caught.value.column == which
    assert process.call(greedy.nothing, limits=generous) == "well"


ENDLESS = """
from bowlby.confinement import ConfinedProcess, ProcessLimits
from tests.hostile import greedy
process = ConfinedProcess().start()
print(process._process.pid, flush=True)
process.call(greedy.processor, limits=ProcessLimits(512 << 20, 600.0, 1000))
"""


def test_work_ends_with_the_process_that_asked_for_it():
    with subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        working = Path(f"/proc/{int(asking.stdout.readline())}")
        assert working.exists()
        asking.kill()
    while working.exists() and " Z " not in (working / "stat").read_text(encoding="ascii"):
        time.sleep(0.1)


def test_a_reader_writes_no_file(process, tmp_path):
    from bowlby.confinement import ProcessLimits
    from tests.hostile import greedy

    path = tmp_path / "written"
    with pytest.raises(BowlbyError, match="OSError"):
        process.call(greedy.written, path, limits=ProcessLimits(MEBIBYTE * 512, 5.0, 1000))
    assert not path.exists() or path.stat().st_size == 0


def test_an_answer_that_would_do_something_is_not_taken(process):
    from bowlby.confinement import ProcessLimits
    from tests.hostile import greedy

    with pytest.raises(Exception, match="an answer holds no"):
        process.call(greedy.harmful, limits=ProcessLimits(MEBIBYTE * 512, 5.0, 10_000))


def test_zip_xml_and_parquet_are_read_apart_on_the_command_line(tmp_path):
    for name, (file, make) in ATTACKS.items():
        if name.startswith(("workbook: a cell", "project: paths", "XML: entities", "own Parquet: a deep")):
            path = tmp_path / file
            path.write_bytes(make())
            assert is_container(path), name
    (tmp_path / "a.csv").write_text("onset,code\n0,a\n")
    assert not is_container(tmp_path / "a.csv")


def test_nothing_is_unpacked_to_the_disk(tmp_path, process):
    path = tmp_path / "in" / "a.opf"
    path.parent.mkdir()
    path.write_bytes(traversal())
    with pytest.raises(FormatError, match="leads out"):
        read_isolated(path, process=process)
    assert [one.name for one in tmp_path.rglob("*")] == ["in", "a.opf"]
    assert not Path("/tmp/escaped").exists()
