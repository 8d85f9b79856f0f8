"""Imports run one way, and the light parts stay light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "bowlby"
BELOW: dict[str, frozenset[str]] = {
    "records": frozenset(),
    "formats": frozenset({"records"}),
    "measures": frozenset({"records", "formats"}),
    "reliability": frozenset({"records", "formats", "measures"}),
    "model": frozenset(),
    "simulation": frozenset({"records", "model"}),
    "inference": frozenset({"records", "formats", "measures", "model"}),
}
"""Rooms of which each may import only what is named."""
BELOW["lives"] = frozenset({*BELOW, "simulation", "inference"})
BELOW["recovery"] = BELOW["lives"]
BELOW["evidence"] = frozenset({*BELOW["lives"], "lives"})
BELOW["planning"] = frozenset({*BELOW["evidence"], "evidence"})
BELOW["laboratory"] = frozenset({"records", "formats", "measures", "reliability", "model", "simulation", "inference"})
BELOW["reporting"] = frozenset(BELOW)
BELOW["surface"] = frozenset(BELOW)
BELOW["web"] = frozenset(BELOW)
BELOW["cli"] = frozenset(BELOW)
EVERYWHERE = {"errors", "purpose", "atomic", "input_file", "confinement", "scratch", "plain_arrays", "source"}
EVERYWHERE |= {"cache", "machine", "progress"}
MOST_LINES = 12_000
"""Of a room: beyond that it holds more than one would want to know at once."""


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
            if own in EVERYWHERE or other not in BELOW[own]:
                found.append(f"{path.relative_to(SOURCE)} imports {name}")
    return found


def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name."""
    found: dict[str, Path] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def arrows() -> dict[str, set[str]]:
    """Return which modules each module imports, those inside functions and for types included."""
    known = modules()
    found: dict[str, set[str]] = {}
    for name, path in known.items():
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        froms = [node for node in tree if isinstance(node, ast.ImportFrom) and node.module]
        targets = {
            whole if (whole := f"{node.module}.{alias.name}") in known else str(node.module)
            for node in froms
            for alias in node.names
        }
        found[name] = (targets & set(known)) - {name}
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return groups of modules that reach each other (Tarjan 1972, SIAM Journal on Computing 1:146)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def test_no_circle_of_files():
    assert circles(arrows()) == []


def test_a_circle_would_be_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


def lines_by_room() -> dict[str, int]:
    """Return lines of Python in each room, and of the files that stand beside the rooms."""
    found: dict[str, int] = {}
    for path in SOURCE.rglob("*.py"):
        room = path.relative_to(SOURCE).parts[0] if path.parent != SOURCE else "beside"
        found[room] = found.get(room, 0) + len(path.read_text(encoding="utf-8").splitlines())
    return found


def test_no_room_is_too_large():
    assert {room: lines for room, lines in lines_by_room().items() if lines > MOST_LINES} == {}


def test_no_module_is_imported_by_a_hidden_name():
    hidden = [
        name
        for name, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr) and ast.unparse(node).startswith(("f'bowlby.", 'f"bowlby.'))
    ]
    assert hidden == []


def test_imports_run_one_way():
    assert breaches() == []


def test_inference_loads_no_jax_and_no_arviz():
    names = [path.stem for path in sorted((SOURCE / "inference" / "care").glob("*.py"))]
    loaded = loaded_by("\n".join(f"import bowlby.inference.care.{name}" for name in names))
    assert names and not loaded & {"jax", "numpyro", "arviz", "scipy.stats"}


def test_measures_know_no_parameter_exposure_or_caregiver_model():
    forbidden = ("bowlby.model", "bowlby.simulation", "bowlby.inference", "bowlby.evidence")
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
