"""Whether what bowlby imports is declared, and what is declared is imported, where it may be."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from checks.environment import ROOT

SOURCE = ROOT / "src" / "bowlby"
OWN = "bowlby"
HOMES = {
    "web": ("web/", "cli/serve.py"),
    "cluster": ("simulation/cluster/",),
    "trials": ("planning/trials/",),
    "study": ("laboratory/", "planning/cohorts/wide.py"),
    "pandas": ("surface/",),
}
"""Where the packages of each extra may be imported: all else must run without them."""

THROUGH_ANOTHER = {"h5netcdf": "xarray does", "h5py": "h5netcdf does"}
"""Declared, and used without an import of ours."""


def declared() -> dict[str, tuple[str, ...]]:
    """Return each run dependency by its distribution's name with its extras; none is the core."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, tuple[str, ...]] = {_name(line): () for line in project["dependencies"]}
    for extra in HOMES:
        for line in project["optional-dependencies"][extra]:
            found[_name(line)] = (*found.get(_name(line), ()), extra)
    return found


def imported() -> Iterator[tuple[str, str]]:
    """Yield each import of a foreign package in bowlby: the file, and the package's name as it is imported."""
    for path in sorted(SOURCE.rglob("*.py")):
        for name in sorted(_packages(path)):
            if name not in sys.stdlib_module_names and name != OWN:
                yield str(path.relative_to(SOURCE)), name


def import_complaints() -> list[str]:
    """Return what is imported undeclared, declared and imported nowhere, or imported where its extra may be absent."""
    known, seen, found = declared(), set[str](), []
    distributions = packages_distributions()
    for file, package in imported():
        owners = {_name(owner) for owner in distributions.get(package, [package])} & set(known)
        seen |= owners
        if not owners:
            found.append(f"{file}: imports {package}, which pyproject.toml does not declare")
        strange = [one for one in owners if _misplaced(known[one], file)]
        found += [f"{file}: imports {one} of the extra {' or '.join(known[one])}" for one in strange]
    idle = sorted(set(known) - seen - set(THROUGH_ANOTHER))
    return found + [f"pyproject.toml: {one} is declared, and imported nowhere" for one in idle]


def _misplaced(extras: tuple[str, ...], file: str) -> bool:
    return bool(extras) and not any(file.startswith(HOMES[extra]) for extra in extras)


def _packages(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").partition(".")[0])
    return found


def _name(requirement: str) -> str:
    """Return the normalised name of a requirement (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).lower()
