"""`bowlby doctor`: whether this installation can do what bowlby promises, and what to do where it cannot."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.machine import platform_name, versions

LEAST_GB = 2.0
"""Free space under which cohorts and kept programs soon fail."""

Quick = Annotated[bool, typer.Option("--quick", help="Leave out what simulates.")]


@dataclass(frozen=True)
class InstallationCheck:
    """One thing that was looked at.

    Args:
        name: of it.
        ok: whether it is as it should be; None where it is only told.
        value: what was found.
        remedy: what to do where it is not, else "".
    """

    name: str
    ok: bool | None
    value: str
    remedy: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return {"name": self.name, "ok": self.ok, "value": self.value, "remedy": self.remedy}


def doctor_command(quick: Quick = False, as_json: options.Json = False) -> None:
    """Check the installation: versions, cache folder, space, parts that are extra, and that the engine counts right.

    Example: bowlby doctor
    """
    checks = [_guarded(look) for look in (_python, _packages, _cache, _space, _extras, _browser)]
    if not quick:
        checks += [_guarded(look) for look in (_devices, _engine)]
    ok = all(check.ok is not False for check in checks)
    marks = {True: "ok", False: "NOT OK", None: "-"}
    lines = [
        f"{marks[check.ok]:<7}{check.name}: {check.value}" + (f"  {check.remedy}" if check.ok is False else "")
        for check in checks
    ]
    said = {"ok": ok, "checks": [check.as_dict() for check in checks], "platform": platform_name()}
    emit(said, [*lines, "all is well" if ok else "something is missing"], as_json=as_json)
    if not ok:
        raise typer.Exit(1)


def _guarded(look: Callable[[], InstallationCheck]) -> InstallationCheck:
    """Return a check, or that it could not be made: the doctor never falls ill."""
    try:
        return look()
    except Exception as error:
        return InstallationCheck(
            look.__name__.strip("_"), False, f"{type(error).__name__}: {error}", "Install bowlby anew."
        )


def _python() -> InstallationCheck:
    return InstallationCheck("python", sys.version_info >= (3, 11), sys.version.split()[0], "Use Python 3.11 or newer.")


def _packages() -> InstallationCheck:
    found = versions()
    missing = [name for name, version in found.items() if version == "absent"]
    told = ", ".join(f"{name} {version}" for name, version in found.items())
    return InstallationCheck("packages", not missing, told, "Run make demo, which installs them." if missing else "")


def _cache() -> InstallationCheck:
    from bowlby.cache import cache_folder

    folder = cache_folder()
    remedy = "Set BOWLBY_CACHE to a folder that you may write to; without one every run compiles anew."
    return InstallationCheck("cache folder", folder is not None, str(folder or "none"), "" if folder else remedy)


def _space() -> InstallationCheck:
    from pathlib import Path

    from bowlby.cache import cache_folder

    free = shutil.disk_usage(cache_folder() or Path()).free / 1e9
    return InstallationCheck("free space", free >= LEAST_GB, f"{free:.1f} GB", "" if free >= LEAST_GB else "Make room.")


def _extras() -> InstallationCheck:
    from importlib.util import find_spec

    parts = {"web": "starlette", "cluster": "distributed", "trials": "statsmodels", "study": "pyreadstat"}
    found = [part for part, package in parts.items() if find_spec(package) is not None]
    absent = [part for part in parts if part not in found]
    told = f"there: {', '.join(found) or 'none'}" + (f"; absent: {', '.join(absent)}" if absent else "")
    return InstallationCheck("extra parts", None, told)


def _browser() -> InstallationCheck:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    return InstallationCheck("browser for tests", None, "found" if path else "none: browser tests are skipped")


def _devices() -> InstallationCheck:
    from bowlby.simulation.entry import start_jax

    start_jax()
    import jax

    return InstallationCheck("devices", None, ", ".join(str(device) for device in jax.devices()))


def _engine() -> InstallationCheck:
    """Live some children alone and among others: each must live the same life, bit for bit."""
    import numpy as np

    from bowlby.simulation.engine.cohort import simulate_cohort
    from bowlby.simulation.named_care import cohort

    many = simulate_cohort(cohort("usual", 300, "30d", seed=7)).state
    few = simulate_cohort(cohort("usual", 3, "30d", seed=7)).state
    same = bool(np.array_equal(many[:, :3], few)) and bool(np.isfinite(many).all())
    told = "the same children alone and among 300" if same else "children differ with their company"
    return InstallationCheck("engine", same, told, "" if same else "Report this with what bowlby doctor --json prints.")
