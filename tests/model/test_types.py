"""Types of the model hold when it runs: jaxtyping's annotations, checked by beartype in a process of their own."""

from __future__ import annotations

import subprocess
import sys

HOOKED = """
from jaxtyping import install_import_hook
with install_import_hook("bowlby.model", "beartype.beartype"):
    import bowlby.model.life.episode, bowlby.model.moment.second, bowlby.model.signs.states, bowlby.model.rules.registry
"""
LIVES = """
import numpy as np
from bowlby.model.life.dimensions import RESIDUAL, Dimension, setting
from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.moments import play
from bowlby.simulation.procedures import ordinary
care = Care(0.1, setting({one: np.zeros(2, np.float32) for one in Dimension}), RESIDUAL)
cohort = simulate_cohort(CohortDesign(2, (care,), seed=1))
play(cohort, ordinary(0.2))
"""
WRONG = "from bowlby.model.learning import rescorla_wagner\nrescorla_wagner('a', 0.1, 0.2, 0.3)\n"
INTEGERS = "import numpy as np\nfrom bowlby.model.life.arithmetic import indicator\nindicator(np.arange(3))\n"


def run(code: str) -> str:
    """Run code with the model checked, and return what it says when it fails, nothing where it does not."""
    done = subprocess.run([sys.executable, "-c", HOOKED + code], capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


def test_a_child_lives_and_is_watched_under_checked_types():
    assert run(LIVES) == ""


def test_a_wrong_type_would_be_found():
    assert "rescorla_wagner" in run(WRONG)
    assert "indicator" in run(INTEGERS)
