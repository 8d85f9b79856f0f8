"""A kept program spares tracing, gives the same numbers, and never outlives what it was made from."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.experimental.compilation_cache import compilation_cache

from bowlby.infer import programs
from bowlby.infer.programs import Kept

AT = np.array([0.5, 1.5, 2.5], dtype=np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Generator[Path]:
    before = programs.setting("jax_compilation_cache_dir")
    jax.config.update("jax_compilation_cache_dir", str(tmp_path / "kept"))
    compilation_cache.reset_cache()
    yield tmp_path / "kept"
    jax.config.update("jax_compilation_cache_dir", before)
    compilation_cache.reset_cache()


class Process:
    """A function as a new process would meet it, counting how often it is traced."""

    def __init__(self) -> None:
        self.traced = 0

        def damped(x: jax.Array) -> tuple[jax.Array, jax.Array]:
            self.traced += 1
            return jnp.sin(x) * jnp.exp(-x), jnp.sum(x)

        self.kept = Kept(damped)


def files(folder: Path, ending: str) -> list[Path]:
    return sorted(folder.glob(f"bowlby-*.{ending}"))


def test_a_second_process_does_not_trace_and_gets_the_same_numbers(folder: Path):
    first, second = Process(), Process()
    wanted = first.kept(AT)
    assert len(files(folder, "program")) == len(files(folder, "pointer")) == 1
    found = second.kept(AT)
    assert (first.traced, second.traced) == (1, 0)
    assert all((np.asarray(a) == np.asarray(b)).all() for a, b in zip(found, wanted, strict=True))
    plain = jnp.sin(AT) * jnp.exp(-AT)
    np.testing.assert_allclose(np.asarray(found[0]), np.asarray(plain), rtol=1e-6)


def test_each_type_of_argument_has_a_program_of_its_own(folder: Path):
    first = Process()
    first.kept(AT)
    first.kept(AT[:2])
    with jax.enable_x64(True):
        assert first.kept(AT.astype(np.float64))[0].dtype == np.float64
    assert first.traced == len(files(folder, "program")) == 3


def test_changed_source_is_traced_again_and_compiled_only_where_the_program_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    Process().kept(AT)
    monkeypatch.setattr(programs, "source", lambda: "another version")
    second = Process()
    second.kept(AT)
    assert second.traced == 1
    assert (len(files(folder, "program")), len(files(folder, "pointer"))) == (1, 2)


def test_another_machine_has_programs_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch):
    Process().kept(AT)
    monkeypatch.setattr(programs, "machine", lambda: "another instruction set")
    second = Process()
    second.kept(AT)
    assert second.traced == 1
    assert len(files(folder, "program")) == 2


TWO_DEVICES = """
import os, sys
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
import jax, numpy as np
jax.config.update("jax_compilation_cache_dir", sys.argv[1])
from bowlby.study.axes import axes
from bowlby.model.caregiver import Caregiver, usual_caregiver
found = axes(Caregiver(*(np.array([value]) for value in usual_caregiver())), 12.0)
print(jax.device_count(), float(found.threat[0]))
"""


def test_a_kept_program_runs_where_the_process_has_two_devices(folder: Path):
    said = [
        subprocess.run(
            [sys.executable, "-c", TWO_DEVICES, str(folder)], check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    ]
    assert said[0].startswith("2 ") and said[0] == said[1]


def test_a_damaged_file_is_replaced(folder: Path):
    wanted = np.asarray(Process().kept(AT)[0])
    (path,) = files(folder, "program")
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"no pickle"):
        path.write_bytes(damaged)
        second = Process()
        assert (np.asarray(second.kept(AT)[0]) == wanted).all()
        assert second.traced == 1
    third = Process()
    third.kept(AT)
    assert third.traced == 0


def test_a_folder_that_cannot_be_written_costs_no_result(folder: Path):
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file where the folder should be")
    assert np.isfinite(np.asarray(Process().kept(AT)[0])).all()


def test_without_a_folder_nothing_is_written(folder: Path, tmp_path: Path):
    jax.config.update("jax_compilation_cache_dir", None)
    Process().kept(AT)
    assert list(tmp_path.iterdir()) == []


REPORT = """
import sys
from bowlby.cli.cache import use_compile_cache
use_compile_cache()
import jax
traced = []
jax.monitoring.register_event_duration_secs_listener(lambda event, *_, **__: traced.append(event))
from bowlby.cli import main
try: main(['report', sys.argv[1], '-o', sys.argv[2], '--json'])
except SystemExit as leaving: assert not leaving.code
slow = {'numpyro', 'altair', 'pandas', 'xarray', 'scipy.stats', 'scipy.optimize', 'vl_convert'} & set(sys.modules)
print(len([event for event in traced if 'trace' in event]), sorted(slow), file=sys.stderr)
"""


@pytest.mark.slow
def test_a_warm_report_traces_nothing_and_loads_no_slow_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BOWLBY_CACHE", str(tmp_path))
    example = Path(__file__).parents[2] / "examples" / "records" / "play.csv"
    said: list[str] = []
    for page in ("cold", "warm"):
        words = [sys.executable, "-c", REPORT, str(example), str(tmp_path / f"{page}.html")]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        said.append(done.stderr.splitlines()[-1])
    assert not said[0].startswith("0 ")
    assert said[1] == "0 []"
