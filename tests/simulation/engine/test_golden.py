"""Two small cohorts as they came out when the equations were last changed on purpose.

The files hold means over 64 children. Their tolerance is a tenth of the standard deviation over children that the file
itself holds, divided by the root of 64: another instruction set may turn one decision in a million, a changed equation
moves every child. Written anew by: python tests/simulation/engine/test_golden.py
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bowlby.model.life.state import NAMES
from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.named_care import cohort

FOLDER = Path(__file__).parents[2] / "golden" / "cohorts"
EXPOSURES = ("sensitive", "frightening and deprived")


def summary(name: str) -> dict[str, dict[str, float]]:
    """Return mean and sd of every variable after two months."""
    states = simulate_cohort(cohort(name, 64, "2mo", seed=2)).states()
    return {key: {"mean": value["mean"], "sd": value["sd"]} for key, value in states.items()}


def golden(name: str) -> Path:
    return FOLDER / f"{name.replace(' ', '-')}.json"


@pytest.mark.parametrize("name", EXPOSURES)
def test_cohorts_come_out_as_before(name: str):
    expected = json.loads(golden(name).read_text(encoding="utf-8"))
    found = summary(name)
    assert tuple(expected) == NAMES
    for key in NAMES:
        tolerance = 0.1 * expected[key]["sd"] / np.sqrt(64) + 1e-5
        assert found[key]["mean"] == pytest.approx(expected[key]["mean"], abs=tolerance), key


if __name__ == "__main__":
    for exposure in EXPOSURES:
        text = json.dumps(summary(exposure), indent=1)
        golden(exposure).write_text(text + "\n", encoding="utf-8")
