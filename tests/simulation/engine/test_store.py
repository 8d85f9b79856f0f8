"""The store: what xarray reads is what was lived; an interrupted and resumed store is the one that was not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowlby.errors import InputError, OutputError, OverwriteError
from bowlby.model.life.state import VARIABLES
from bowlby.simulation.engine.cohort import CancelledError, simulate_cohort
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.engine.program import WIDTH
from bowlby.simulation.named_care import cohort
from bowlby.simulation.store import read_store, trace_bytes


def design(**changes: object) -> CohortDesign:
    return cohort("sensitive", 20, 3.0, **{"seed": 3, "trace_at": (0.5, 1.0, 2.5), **changes})


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a store."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_traces_are_the_states_at_their_times(tmp_path):
    result = simulate_cohort(design(), tmp_path / "s")
    read = read_store(tmp_path / "s")
    assert read.attrs["complete"] is True
    assert read.attrs["width"] == WIDTH
    assert read.sizes == {"time": 4, "child": 20}
    assert np.allclose(read.time, [0.5, 1.0, 2.5, 3.0], atol=0.002)
    for row, variable in enumerate(VARIABLES):
        array = read[variable.name]
        assert array.attrs["units"] == variable.unit
        assert np.array_equal(array.values[-1], result.state[row])
    early = simulate_cohort(cohort("sensitive", 20, 1.0, seed=3))
    assert np.array_equal(read["regulation"].values[1], early.variable("regulation"))


@pytest.mark.parametrize("after", [1, 2, 4])
def test_interrupt_and_resume_give_the_same_store(tmp_path, after: int):
    simulate_cohort(design(), tmp_path / "whole")
    reports: list[int] = []
    with pytest.raises(CancelledError):
        simulate_cohort(
            design(),
            tmp_path / "broken",
            progress=lambda done, total: reports.append(done),
            cancel=lambda: len(reports) >= after,
        )
    assert read_store(tmp_path / "broken").attrs["complete"] is False
    simulate_cohort(design(), tmp_path / "broken")
    assert contents(tmp_path / "broken") == contents(tmp_path / "whole")


def test_an_error_on_the_way_leaves_a_store_to_go_on_from(tmp_path):
    def fail(done: int, total: int) -> None:
        if done > total / 2:
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        simulate_cohort(design(), tmp_path / "s", progress=fail)
    resumed = simulate_cohort(design(), tmp_path / "s")
    assert 0 < resumed.lived < 20 * resumed.episodes


def test_a_finished_store_is_not_overwritten_without_force(tmp_path):
    simulate_cohort(design(), tmp_path / "s")
    with pytest.raises(OverwriteError):
        simulate_cohort(design(), tmp_path / "s")
    simulate_cohort(design(seed=4), tmp_path / "s", force=True)


def test_another_design_does_not_go_on_from_a_store(tmp_path):
    with pytest.raises(CancelledError):
        simulate_cohort(design(), tmp_path / "s", cancel=lambda: True)
    with pytest.raises(OverwriteError):
        simulate_cohort(design(seed=4), tmp_path / "s")


def test_a_trace_larger_than_the_disk_is_refused_before_any_work(tmp_path, monkeypatch):
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    needed = trace_bytes(design())
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(needed, 1, needed - 1))
    with pytest.raises(OutputError, match="larger than the free space"):
        simulate_cohort(design(), tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_a_missing_folder_is_a_typed_error(tmp_path):
    with pytest.raises(OutputError):
        simulate_cohort(design(), tmp_path / "no" / "such" / "s")


def test_reading_what_is_no_store_is_a_typed_error(tmp_path):
    with pytest.raises(InputError, match="no cohort store"):
        read_store(tmp_path)


def test_progress_goes_from_nothing_to_all(tmp_path):
    reports: list[tuple[int, int]] = []
    result = simulate_cohort(design(), progress=lambda done, total: reports.append((done, total)))
    done = [report[0] for report in reports]
    assert done == sorted(done)
    assert reports[-1] == (20 * result.episodes, 20 * result.episodes)
