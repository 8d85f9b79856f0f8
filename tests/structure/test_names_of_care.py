"""No name of care reaches the child, its learning, the procedures or the coders; a name carries no number."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import numpy as np
import pytest

from bowlby.model.life import exposures
from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.named_care import cohort

SOURCE = Path(__file__).parents[2] / "src" / "bowlby"
SPEAKING = ("exposures.py", "dimensions.py")
"""What names kinds of care: settings of the caregiver, and ways between them."""

BLIND = (
    *sorted(path for path in (SOURCE / "model" / "life").glob("*.py") if path.name not in SPEAKING),
    *sorted((SOURCE / "model" / "moment").glob("*.py")),
    *(SOURCE / "simulation" / f"{name}.py" for name in ("moments", "procedures", "acts", "coding", "coder", "visits")),
)

WORDS_OF_THE_LANGUAGE = {"usual", "harsh", "frightening"}
"""Names of care that are ordinary words too: the population, and two tiers of frightening acts."""


def _strings_and_names(path: Path) -> set[str]:
    """Return the code's names and short strings; prose in docstrings and comments may use the field's words."""
    found: set[str] = set()
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.NAME:
            found.add(token.string.lower())
        elif token.type == tokenize.STRING and not token.string.startswith('"""'):
            found.add(token.string.strip("\"'").lower())
    return found


@pytest.mark.parametrize("path", BLIND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_exposure_is_named(path: Path):
    names = set(exposures.EXPOSURES) - WORDS_OF_THE_LANGUAGE
    names |= {name.replace(" ", "_") for name in names}
    assert not names & _strings_and_names(path)
    assert "bowlby.model.life.exposures" not in path.read_text(encoding="utf-8")


def test_renaming_an_exposure_changes_no_number(monkeypatch: pytest.MonkeyPatch):
    before = cohort("inconsistent", 32, 2.0, seed=4)
    renamed = {f"x{number}": care for number, care in enumerate(exposures.EXPOSURES.values())}
    place = list(exposures.EXPOSURES).index("inconsistent")
    monkeypatch.setattr(exposures, "EXPOSURES", renamed)
    after = cohort(f"x{place}", 32, 2.0, seed=4)
    assert np.array_equal(simulate_cohort(before).state, simulate_cohort(after).state)
