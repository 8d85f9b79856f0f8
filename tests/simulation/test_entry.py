"""Entry calls prepare JAX where that is possible, and say so once where it has started with other options."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from bowlby.progress import progress_bar
from bowlby.simulation.entry import STARTED_BEFORE, EngineWarning, engine_options

LOOK = """
import json, os, sys, warnings
{before}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from bowlby.simulation.entry import start_jax
    first, second = start_jax(2), start_jax(2)
import jax
found = {{"notes": [list(first), list(second)], "said": [str(one.message) for one in caught],
         "flags": os.environ.get("XLA_FLAGS", ""), "devices": len(jax.devices()),
         "cache": jax.config.jax_compilation_cache_dir}}
print(json.dumps(found))
"""


def look(before: str, tmp_path: Path) -> dict[str, object]:
    """Return what an entry call leaves in a new process in which something else came before."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XLA", "JAX"))}
    environment = {**kept, "BOWLBY_CACHE": str(tmp_path / "cache")}
    script = LOOK.format(before=before)
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("before", ["", "import jax", "import numpyro"])
def test_options_and_cache_reach_jax_that_has_not_started(before: str, tmp_path: Path):
    found = look(before, tmp_path)
    assert found["notes"] == [[], []] and found["said"] == [] and found["devices"] == 2
    assert all(option in str(found["flags"]) for option in engine_options(2))
    assert found["cache"] == str(tmp_path / "cache" / "compiled")


def test_jax_that_has_started_with_other_options_is_used_and_that_is_said_once(tmp_path: Path):
    found = look("import jax; jax.devices()", tmp_path)
    assert found["notes"] == [[STARTED_BEFORE], [STARTED_BEFORE]], "every result says so"
    assert found["said"] == [STARTED_BEFORE], "the person is told once"
    assert found["devices"] == 1


def test_jax_that_was_started_with_these_options_needs_no_word(tmp_path: Path):
    own = " ".join(engine_options(2))
    found = look(f"os.environ['XLA_FLAGS'] = {own!r}; import jax; jax.devices()", tmp_path)
    assert found["notes"] == [[], []] and found["devices"] == 2


def test_the_warning_is_one_of_its_own():
    assert issubclass(EngineWarning, UserWarning)


def test_a_notebook_shows_a_bar_below_its_cell_and_takes_it_away(monkeypatch: pytest.MonkeyPatch):
    shown: list[dict[str, str]] = []

    def display(bundle: dict[str, str], *, raw: bool, display_id: bool) -> SimpleNamespace:
        assert raw and display_id
        shown.append(bundle)
        return SimpleNamespace(update=lambda bundle, raw: shown.append(bundle))

    notebook = ModuleType("IPython")
    vars(notebook)["get_ipython"] = lambda: SimpleNamespace(kernel=object())
    vars(notebook)["display"] = SimpleNamespace(display=display)
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    with progress_bar("episodes") as bar:
        bar(1, 2)
        bar(2, 2)
    assert [one["text/plain"] for one in shown] == ["episodes", "episodes: 1 of 2", "episodes: 2 of 2", ""]


def test_ipython_in_a_terminal_is_no_notebook(monkeypatch: pytest.MonkeyPatch):
    terminal = ModuleType("IPython")
    vars(terminal)["get_ipython"] = SimpleNamespace
    monkeypatch.setitem(sys.modules, "IPython", terminal)
    with progress_bar("episodes") as bar:
        bar(1, 2)
