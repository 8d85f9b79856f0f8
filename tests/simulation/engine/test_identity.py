"""A child lives the same life wherever it is lived: zero differing bits."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from bowlby.model.life.state import NAMES
from bowlby.simulation.engine.cohort import CancelledError, simulate_cohort
from bowlby.simulation.engine.design import Care, CohortDesign
from tests.simulation.extremes import extreme

CARE = (Care(1.1, extreme("inconsistent")), Care(2.3, extreme("frightening"), person=1))


def design(children: int = 300, **changes: object) -> CohortDesign:
    """Return a small cohort whose care changes once."""
    return CohortDesign(children, CARE, **{"seed": 7, **changes})


@pytest.fixture(scope="module")
def lived() -> np.ndarray:
    return simulate_cohort(design()).state


def test_the_run_is_no_constant(lived: np.ndarray):
    assert np.isfinite(lived).all()
    assert np.unique(lived[NAMES.index("arousal")]).size > 290
    assert not np.array_equal(lived, simulate_cohort(design(seed=8)).state)


@pytest.mark.parametrize("children", [1, 40, 256])
def test_fewer_children_change_no_child(lived: np.ndarray, children: int):
    assert np.array_equal(simulate_cohort(design(children)).state, lived[:, :children])


def test_more_children_change_no_child(lived: np.ndarray):
    assert np.array_equal(simulate_cohort(design(520)).state[:, :300], lived)


def test_order_changes_no_child(lived: np.ndarray):
    numbers = np.random.default_rng(1).permutation(300)
    shuffled = simulate_cohort(design(numbers=numbers.astype(np.uint32))).state
    assert np.array_equal(shuffled, lived[:, numbers])


def test_a_part_of_the_cohort_is_that_part(lived: np.ndarray):
    assert np.array_equal(simulate_cohort(design(100, first_child=170)).state, lived[:, 170:270])


def test_looking_more_often_changes_no_child(lived: np.ndarray):
    watched = design(trace_at=(0.01, 0.4, 0.41, 1.1, 1.7, 2.2))
    assert np.array_equal(simulate_cohort(watched).state, lived)


def test_one_value_a_child_is_the_value(lived: np.ndarray):
    each = {name: np.full(300, value) for name, value in CARE[0].setting.items()}
    same = CohortDesign(300, (Care(1.1, each), CARE[1]), seed=7)
    assert np.array_equal(simulate_cohort(same).state, lived)


def test_resuming_changes_no_child(lived: np.ndarray, tmp_path):
    reports: list[int] = []

    def cancel() -> bool:
        return len(reports) >= 3

    with pytest.raises(CancelledError):
        simulate_cohort(design(), tmp_path / "s", progress=lambda done, total: reports.append(done), cancel=cancel)
    resumed = simulate_cohort(design(), tmp_path / "s")
    assert resumed.lived < 300 * resumed.episodes
    assert np.array_equal(resumed.state, lived)


SCRIPT = """
import sys
from bowlby.simulation.entry import prepare_jax
prepare_jax(int(sys.argv[1]))
import jax
import numpy as np
from tests.simulation.extremes import extreme
from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.engine.design import Care, CohortDesign
assert len(jax.devices()) == int(sys.argv[1])
care = (Care(1.1, extreme("inconsistent")), Care(2.3, extreme("frightening"), person=1))
np.save(sys.argv[2], simulate_cohort(CohortDesign(600, care, seed=7)).state)
"""


@pytest.mark.slow
def test_devices_and_cores_change_no_child(tmp_path, cached_environment):
    states = []
    for devices in (1, 2):
        file = tmp_path / f"{devices}.npy"
        subprocess.run([sys.executable, "-c", SCRIPT, str(devices), str(file)], check=True, env=cached_environment)
        states.append(np.load(file))
    environment = {**cached_environment, "NPROC": "1"}
    file = tmp_path / "one-core.npy"
    subprocess.run([sys.executable, "-c", SCRIPT, "1", str(file)], check=True, env=environment)
    assert np.array_equal(states[0], states[1])
    assert np.array_equal(states[0], np.load(file))


def test_arms_share_their_chances():
    """The same child under another setting differs only by that setting: traits and needs are the same."""
    one = simulate_cohort(design())
    none = CohortDesign(
        300, (Care(1.1, CARE[0].setting), Care(2.3, {**CARE[1].setting, "warmth": 0.2}, person=1)), seed=7
    )
    other = simulate_cohort(none)
    close = np.corrcoef(one.variable("stress"), other.variable("stress"))[0, 1]
    strangers = np.corrcoef(one.variable("stress"), simulate_cohort(design(seed=9)).variable("stress"))[0, 1]
    assert close > 0.8
    assert abs(strangers) < 5 / np.sqrt(300)  # false alarm 6e-7
