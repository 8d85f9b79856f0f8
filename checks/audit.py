"""What bowlby depends on, looked at as a whole: `python -m checks.audit` (`make audit`) writes docs/dependencies.md."""

from __future__ import annotations

import sys

from checks.environment import ROOT
from checks.imports import declared, import_complaints
from checks.licences import is_allowed, licence_of
from checks.locks import LOCKS, lock_complaints, pinned

PAGE = ROOT / "docs" / "dependencies.md"

WHY = {
    "anyio": "time limits of the web app's answers",
    "cmaes": "fits the population to published figures where no gradient is to be had",
    "dask-jobqueue": "starts workers under SLURM and PBS",
    "distributed": "runs the parts of a cohort on the machines of a cluster",
    "fastexcel": "reads spreadsheets",
    "h5netcdf": "writes and reads posteriors as netCDF, for xarray",
    "h5py": "what h5netcdf writes with; it no longer brings it along",
    "jax": "compiles the model; gradients for the inference",
    "jaxtyping": "says the shapes of arrays in signatures",
    "jinja2": "templates of the report and the web app",
    "markupsafe": "says which text of a report is already safe",
    "numpy": "arrays",
    "numpyro": "NUTS, the sampler of the inference",
    "pandas": "tables of results for those who work in it",
    "arviz-stats": "Pareto-smoothed importance weights and leave-one-out prediction",
    "polars": "the event table and all that is read or counted from it",
    "pydantic": "checks trial designs, study files and the requests of the web app",
    "pyreadstat": "writes tables of a study for SPSS, with labels",
    "rich": "progress and help in the terminal",
    "scipy": "distributions, optimisation and integration",
    "starlette": "routes of the web app",
    "statsmodels": "mixed models for contrasts of a study's groups and for the analysis of simulated trials",
    "typer": "the command line",
    "uvicorn": "the server of the web app",
    "vl-convert-python": "draws figures without a browser and without network",
    "xarray": "named dimensions of posteriors and cohorts",
    "zarr": "cohorts on disk",
}
"""Why each package that pyproject.toml declares is needed."""

_HEAD = """# What bowlby depends on

Made by `make audit` from `locks/run.txt` and the metadata of the installed packages. The audit fails where bowlby
imports what it does not declare, or declares what it does not import; where a package of an extra is imported outside
its place; where an entry of a lock has no hash or a lock names a place to fetch from; and where a licence is not on
the list of allowed ones (permissive, or MPL-2.0; no GPL, LGPL or AGPL).

**Known advisories are not looked up**: `make audit` uses no network. Where there is one,
`pip-audit --require-hashes -r locks/run.txt` asks the advisory database about each pinned version. It was
not run for this page.
"""


def main() -> int:
    """Write the page, tell what is wrong; return 0 where nothing is."""
    PAGE.write_text(dependency_page(), encoding="utf-8")
    found = complaints()
    print("\n".join(found) or f"nothing to complain of; {PAGE.relative_to(ROOT)} written")
    return int(bool(found))


def complaints() -> list[str]:
    """Return all that is wrong: imports, locks, licences, and a need that nobody gave."""
    found = import_complaints()
    found += [line for lock in sorted(LOCKS.glob("*.txt")) for line in lock_complaints(lock)]
    found += [f"{name}: its licence is {licence}" for name, licence in _licences().items() if not is_allowed(licence)]
    return found + [f"checks/audit.py: WHY does not match pyproject.toml: {one}" for one in set(WHY) ^ set(declared())]


def dependency_page() -> str:
    """Return the page: what is declared, with the reason, then what comes with it."""
    versions, licences, own = pinned(LOCKS / "run.txt"), _licences(), declared()
    lines = [_HEAD, "## Declared", "", "| package | version | licence | part | why |", "|---|---|---|---|---|"]
    for name, extras in sorted(own.items()):
        cells = (name, versions[name], licences.get(name, _ABSENT), ", ".join(extras) or "core", WHY.get(name, ""))
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "## What comes with them", "", "| package | version | licence |", "|---|---|---|"]
    rest = [name for name in sorted(versions) if name not in own]
    lines += [f"| {name} | {versions[name]} | {licences.get(name, _ABSENT)} |" for name in rest]
    return "\n".join([*lines, ""])


_ABSENT = "not installed here"


def _licences() -> dict[str, str]:
    """Return the licences of what the run lock pins, less what this platform does not install."""
    told = {name: licence_of(name) for name in pinned(LOCKS / "run.txt")}
    return {name: licence for name, licence in told.items() if licence is not None}


if __name__ == "__main__":
    sys.exit(main())
