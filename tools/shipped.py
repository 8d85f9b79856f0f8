"""`make shipped`: everything that bowlby ships and that depends on the model, made anew where the model has changed.

Each entry keeps a digest of the numbers that it was made with: the model's data, the numbers of the population it is
drawn from, and what comes of a fixed run of 64 children, to four digits. Source text is no part of it: a docstring or
another way of writing the same equation leaves everything fresh. An entry is skipped while its digest holds, so that
an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "src" / "bowlby" / "model"
DIGESTS = Path(__file__).with_name("shipped.json")
DATA = ("parameters.toml", "exposures.toml", "roles.toml", "outcomes.toml")
POPULATION = "population"
CHILDREN, MONTHS, MINUTES, SEED = 64, 6.0, 10.0, 8
DIGITS = 4
UNREAD = frozenset({"doubt"})
"""Numbers of the data that no run reads."""


@dataclass(frozen=True)
class Shipped:
    """One thing that is shipped.

    Args:
        name: by which it is asked for.
        command: words after `python -m`.
        files: that it writes, from the root of the repository.
        on_population: whether it is drawn from the calibrated population.
    """

    name: str
    command: tuple[str, ...]
    files: tuple[str, ...]
    on_population: bool = True


SHIPPED: tuple[Shipped, ...] = (
    Shipped(
        POPULATION,
        ("bowlby.evidence.population_fit.run", ".cache/population"),
        ("src/bowlby/model/life/populations.json",),
        on_population=False,
    ),
    Shipped("standard scores", ("bowlby.simulation.outcomes",), ("src/bowlby/simulation/outcome_reference.json",)),
    Shipped("sign reference", ("bowlby.simulation.sign_reference",), ("src/bowlby/model/signs/reference.npz",)),
    Shipped(
        "posterior of care",
        ("tools.posterior",),
        ("src/bowlby/inference/care/care_posterior.npz", "src/bowlby/inference/care/care_posterior.json"),
    ),
    Shipped(
        "child's states",
        ("tools.posterior.states",),
        ("src/bowlby/inference/care/child_states.npz", "src/bowlby/inference/care/child_states.json"),
    ),
    Shipped("comparison", ("bowlby.evidence.comparison",), ("src/bowlby/evidence/comparison/result.json",)),
    Shipped("lessons", ("bowlby.web.lessons",), ("src/bowlby/web/lessons/result.json",)),
)
"""In the order in which they are made: what comes later rests on what comes before."""


def digest(entry: Shipped) -> str:
    """Return the digest of the numbers that an entry is made with now."""
    numbers: dict[str, Any] = {"data": _data(), "run": _run()}
    if entry.on_population:
        fitted = json.loads((MODEL / "life" / "populations.json").read_text(encoding="utf-8"))
        numbers["population"] = [_short(value) for value in fitted["posterior"]["mean"]]
        numbers["continuity"] = _short(fitted["continuity"]["estimate"])
    return hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()[:16]


def stale() -> list[str]:
    """Return the names of what was made with other numbers than the model has now."""
    kept = _kept()
    return [entry.name for entry in SHIPPED if kept.get(entry.name) != digest(entry)]


def _kept() -> dict[str, str]:
    return json.loads(DIGESTS.read_text(encoding="utf-8")) if DIGESTS.exists() else {}


def _data() -> dict[str, Any]:
    from bowlby.model.registry import data

    return {name: _numbers(data(name)) for name in DATA}


def _numbers(value: Any) -> Any:
    """Return what of a table is a number, under its names; words may change freely."""
    if isinstance(value, dict):
        inner = {key: _numbers(one) for key, one in value.items() if key not in UNREAD}
        return {key: one for key, one in inner.items() if one not in (None, {})}
    return _short(value) if isinstance(value, int | float) else None


def _short(value: float) -> str:
    return f"{float(value):.{DIGITS}g}"


@cache
def _run() -> dict[str, str]:
    """Live and watch 64 children of families that no fit has placed, and say what comes of it."""
    import numpy as np

    from bowlby.model.life.dimensions import RESIDUAL, Dimension, setting
    from bowlby.simulation.draws import standard
    from bowlby.simulation.engine.cohort import simulate_cohort
    from bowlby.simulation.engine.design import Care, CohortDesign
    from bowlby.simulation.moments import play
    from bowlby.simulation.procedures import ordinary

    numbers = np.arange(CHILDREN, dtype=np.uint32)
    position = {one: 0.3 * standard(numbers, SEED, f"shipped/{one}") for one in Dimension}
    design = CohortDesign(CHILDREN, (Care(MONTHS, setting(position), RESIDUAL),), seed=SEED)
    cohort = simulate_cohort(design)
    played = play(cohort, ordinary(MINUTES))
    lived = {name: _short(state["mean"]) for name, state in cohort.states().items()}
    return lived | {name: _short(channel.astype(float).mean()) for name, channel in played.seen.items()}


def make(names: list[str], *, force: bool) -> None:
    """Make what is stale, or what is named, in order; each is kept as soon as it is made."""
    for entry in SHIPPED:
        if names and entry.name not in names:
            continue
        if not force and _kept().get(entry.name) == digest(entry):
            print(f"{entry.name}: fresh", flush=True)
            continue
        print(f"{entry.name}: python -m {' '.join(entry.command)}", flush=True)
        started = time.time()
        (ROOT / ".cache" / "population").mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        subprocess.run([sys.executable, "-m", *entry.command], cwd=ROOT, env=environment, check=True)
        DIGESTS.write_text(json.dumps({**_kept(), entry.name: digest(entry)}, indent=1) + "\n", encoding="utf-8")
        print(f"{entry.name}: made in {time.time() - started:.0f} s", flush=True)


if __name__ == "__main__":
    from bowlby.simulation.entry import prepare_jax

    asked = argparse.ArgumentParser(description="Make what is shipped anew where the model has changed.")
    asked.add_argument("names", nargs="*", help="Only these, such as families.")
    asked.add_argument("--force", action="store_true", help="Also what is fresh.")
    asked.add_argument("--check", action="store_true", help="Make nothing; list what is stale.")
    words = asked.parse_args()
    prepare_jax()
    if words.check:
        print("\n".join(stale()) or "all fresh")
    else:
        make(words.names, force=words.force)
