"""What may follow, as fans: quantiles over lives of what is expected, felt and measured, by age."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.model.life.state import VARIABLES
from bowlby.model.outcomes import OUTCOMES
from bowlby.simulate.engine.cohort import Progress, simulate_cohort
from bowlby.simulate.engine.design import CohortDesign
from bowlby.simulate.outcomes import Seen, measure, possible, seen
from bowlby.simulate.store import read_store

Floats = npt.NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
STATES: Mapping[str, str] = {
    "relief_express": "relief expected at home",
    "adults_relief": "relief expected of adults in general",
    "adults_threat": "threat expected of adults in general",
    "worth": "expecting to be noticed (worth)",
    "frustration": "frustration",
    "regulation": "own regulation (simulated forward)",
    "social_cognition": "social cognition (simulated forward)",
}
"""States that are told, in words; body and development are simulated forward and never inferred."""

AGES = (6.0, 12.0, 18.0, 24.0, 30.0, 36.0, 42.0, 48.0, 54.0, 60.0, 66.0, 72.0, 78.0, 84.0, 96.0, 120.0, 132.0, 168.0)
LATER = (204.0, 216.0, 228.0, 258.0, 300.0)


@dataclass(frozen=True)
class Band:
    """One quantity over ages.

    Args:
        name: of a state or an outcome.
        label: in words.
        kind: "state" or "outcome".
        unit: "1", "z" for standard scores, or the scale's name.
        ages: months, in order.
        quantiles: shape (ages, 5), at `QUANTILES`.
        mean: shape (ages,).
    """

    name: str
    label: str
    kind: str
    unit: str
    ages: tuple[float, ...]
    quantiles: Floats
    mean: Floats

    def as_rows(self) -> list[dict[str, float]]:
        """Return one row an age: age, mean and the quantiles."""
        names = ("q05", "q25", "q50", "q75", "q95")
        return [
            {
                "age": age,
                "mean": float(self.mean[row]),
                **dict(zip(names, map(float, self.quantiles[row]), strict=True)),
            }
            for row, age in enumerate(self.ages)
        ]


@dataclass(frozen=True)
class Lives:
    """Simulated lives at their traced ages.

    Args:
        design: of the lives.
        stages: the children at each traced age, in order of age.
        seconds: wall time.
    """

    design: CohortDesign
    stages: tuple[Seen, ...]
    seconds: float

    def at(self, age: float) -> Seen:
        """Return the children at the traced age that is nearest."""
        return min(self.stages, key=lambda one: abs(one.age - age))


def live(
    design: CohortDesign, *, store: Path | None = None, progress: Progress | None = None, force: bool = False
) -> Lives:
    """Live lives and keep them at the design's traces; a store of the same design is gone on with, or read.

    Args:
        design: whose `trace_at` says which ages are kept.
        store: folder for traces and checkpoints, or None to keep them in memory.
        progress: told of episodes done and to do.
        force: live anew whatever stands at `store`.

    Returns:
        The lives.

    Raises:
        OverwriteError: something else is at `store`.
        OutputError: the store cannot be written.
    """
    if store is not None and not force and _is_whole(store, design):
        return Lives(design, tuple(_from_store(store, design)), 0.0)
    kept: list[tuple[float, np.ndarray]] = []
    result = simulate_cohort(
        design,
        store,
        progress=progress,
        force=force,
        observe=lambda age, state: kept.append((age, state)),
    )
    stages = tuple(_from_store(store, design)) if store else tuple(seen(result, at) for at in kept)
    return Lives(design, stages, result.seconds)


def _is_whole(store: Path, design: CohortDesign) -> bool:
    try:
        attrs = read_store(store).attrs
    except InputError:
        return False
    return bool(attrs.get("complete")) and attrs.get("design_sha256") == design.digest()


def _from_store(store: Path, design: CohortDesign) -> Iterator[Seen]:
    traces = read_store(store)
    numbers = design.child_numbers()
    for row, age in enumerate(traces.time.values):
        states = {variable.name: traces[variable.name].values[row].astype(float) for variable in design.variables}
        yield Seen(float(age), numbers, states)


def fans(lives: Lives, *, seed: int = 0, from_age: float = 0.0) -> tuple[Band, ...]:
    """Return the fans of states and outcomes.

    Args:
        lives: at their traced ages.
        seed: of what is measured.
        from_age: months; earlier ages are left out.

    Returns:
        States first, then outcomes, each over the ages at which it has a meaning.

    Raises:
        Nothing.
    """
    stages = [stage for stage in lives.stages if stage.age >= from_age]
    states = [_state_band(name, stages) for name in STATES]
    return (*states, *_outcome_bands(stages, seed))


def _state_band(name: str, stages: list[Seen]) -> Band:
    unit = next(variable.unit for variable in VARIABLES if variable.name == name)
    return _band((name, STATES[name], "state", unit), stages, lambda stage: stage.states[name])


def _outcome_bands(stages: list[Seen], seed: int) -> Iterator[Band]:
    for name, what in OUTCOMES.items():
        there = [stage for stage in stages if what in possible(stage)]
        if there:
            about = (name, what.meaning, "outcome", "z" if what.unit == "1" else what.unit)
            yield _band(about, there, lambda stage, name=name: measure(stage, [name], seed=seed)[name])


def _band(about: tuple[str, str, str, str], stages: list[Seen], read: Callable[[Seen], np.ndarray]) -> Band:
    table = np.array([read(stage) for stage in stages], dtype=float)
    quantiles = np.nanquantile(table, QUANTILES, axis=1).T
    return Band(*about, tuple(stage.age for stage in stages), quantiles, np.nanmean(table, axis=1))
