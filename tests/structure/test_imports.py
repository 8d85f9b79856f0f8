"""Imports run one way, and the light parts stay light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "bowlby"
LAYERS = (
    ("records",),
    ("measures",),
    ("model",),
    ("inference",),
    ("simulate", "infer"),
    ("study",),
    ("report",),
    ("web",),
    ("cli",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
EVERYWHERE = {"errors", "purpose", "atomic", "input_file", "confinement", "scratch", "plain_arrays"}


def imported(path: Path) -> set[str]:
    """Return the bowlby modules that a file imports, lazily imported ones included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("bowlby"):
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names if node.module == "bowlby")
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names if alias.name.startswith("bowlby"))
    return names


def breaches() -> list[str]:
    """Return a line for each import that runs against the layers."""
    found: list[str] = []
    for path in sorted(SOURCE.rglob("*.py")):
        own = path.relative_to(SOURCE).with_suffix("").parts[0]
        for name in imported(path):
            other = name.split(".")[1] if "." in name else own
            if own == other or other in EVERYWHERE or own == "__init__" or own == "__main__":
                continue
            if own in EVERYWHERE or LEVEL[other] >= LEVEL[own]:
                found.append(f"{path.relative_to(SOURCE)} imports {name}")
    return found


def test_imports_run_one_way():
    assert breaches() == []


def test_inference_loads_no_jax_and_no_arviz():
    modules = [path.stem for path in sorted((SOURCE / "inference").glob("*.py")) if path.stem != "__init__"]
    loaded = loaded_by("\n".join(f"import bowlby.inference.{name}" for name in modules))
    assert modules and not loaded & {"jax", "numpyro", "arviz", "scipy.stats"}


def test_measures_know_no_parameter_exposure_or_caregiver_model():
    forbidden = ("bowlby.model", "bowlby.simulate", "bowlby.infer", "bowlby.study")
    for path in (SOURCE / "measures").rglob("*.py"):
        assert not [name for name in imported(path) if name.startswith(forbidden)], path


HEAVY = ("jax", "numpyro", "xarray", "zarr", "scipy.stats", "pandas", "altair", "vl_convert", "pydantic", "lxml")


def loaded_by(code: str) -> set[str]:
    """Return the modules in sys.modules after running code in a new process."""
    script = f"{code}\nimport sys\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("package", ["bowlby", "bowlby.errors"])
def test_importing_bowlby_loads_no_dependency(package: str):
    loaded = loaded_by(f"import {package}")
    assert not loaded & {"jax", "polars", "numpy", "typer", "rich"}


def test_help_loads_no_more_than_typer():
    loaded = loaded_by("from bowlby.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass")
    assert not loaded & {"polars", "numpy", *HEAVY}


def test_measure_loads_no_more_than_polars_and_numpy(tmp_path: Path):
    example = SOURCE.parents[1] / "examples" / "records" / "play.csv"
    loaded = loaded_by(
        f"from bowlby.cli import main\ntry: main(['measure', {str(example)!r}, '--json'])\n"
        "except SystemExit as leaving: assert not leaving.code"
    )
    assert not loaded & set(HEAVY)
