"""Outcomes of simulated lives, in the units of studies: the states' part, what the model leaves open, and error.

`python -m bowlby.simulate.outcomes` makes the reference anew: means and spreads of states over low-risk families.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.model.life.population import reference_file
from bowlby.model.outcomes import OUTCOMES, Outcome, outcome
from bowlby.simulate.draws import standard
from bowlby.simulate.engine.cohort import CohortResult, simulate_cohort
from bowlby.simulate.life_course import END, life_course
from bowlby.simulate.population import population

Floats = npt.NDArray[np.float64]

REFERENCE_AGES = (24.0, 36.0, 42.0, 48.0, 60.0, 66.0, 72.0, 78.0, 84.0, 120.0, 132.0, 168.0, 216.0, 228.0, 258.0, 300.0)
TURNS = (36.0, 60.0, 72.0, 84.0, 132.0, 216.0)
"""Months at which partners of the standard course change; who comes is known from the month after on."""
NEAREST = 0.05
"""Months by which the clock of episodes may miss an age that was asked for."""

MOST = 3.0
"""Standard deviations that one state can move an outcome by, at most. Assumed."""
REFERENCE_CHILDREN = 2000
REFERENCE_SEED = 1958
REFERENCE_POPULATION = "low-risk"
"""Whose spread a standard score is in."""
_FILE = "outcome_reference.json"


@dataclass(frozen=True)
class Seen:
    """Children at one age.

    Args:
        age: months.
        numbers: of the children, uint32, shape (children,).
        states: by name of the variable, each of shape (children,).
    """

    age: float
    numbers: np.ndarray
    states: Mapping[str, np.ndarray]


def seen(result: CohortResult, at: tuple[float, np.ndarray] | None = None) -> Seen:
    """Return children as they are at the end of a run or at one of its traces.

    Args:
        result: of a run.
        at: age in months and state then, as told to an observer; None for the end.

    Returns:
        The children, NaN where a child's numbers failed.
    """
    age, state = at or (result.design.until, result.state)
    fine = np.where(result.status == 0, state, np.nan).astype(float)
    names = [variable.name for variable in result.design.variables]
    return Seen(age, result.design.child_numbers(), dict(zip(names, fine, strict=True)))


def latent(what: Outcome, who: Seen) -> Floats:
    """Return the states' part of an outcome: sum of loading * s(z), over its spread in the reference population.

    s(z) = 3 tanh(z / 3): what is far outside the reference population counts, but scales have ends.

    Args:
        what: the outcome.
        who: children at one age.

    Returns:
        Shape (children,); mean 0 and standard deviation 1 in the reference population of that age.

    Raises:
        InputError: the outcome has no meaning at this age, or the child has no such partner.
    """
    _check(what, who)
    reference = reference_at(who.age)
    total = np.zeros(len(who.numbers))
    for name, weight in what.loadings.items():
        centre, spread = reference[name]
        total += weight * _bounded((who.states[name] - centre) / spread)
    return total / reference[what.name][1]


def _bounded(z: Floats) -> Floats:
    return MOST * np.tanh(z / MOST)


def _check(what: Outcome, who: Seen) -> None:
    low, high = what.ages
    if not low - NEAREST <= who.age <= high + NEAREST:
        raise InputError(
            f"{what.name} has no meaning at this age",
            column="age",
            value=who.age,
            remedy=f"Ask for it between {low:g} and {high:g} months.",
        )
    missing = [name for name in what.loadings if name not in who.states]
    if missing:
        raise InputError(
            f"{what.name} needs a partner whom these children do not have",
            column="outcome",
            value=missing[0],
            remedy="Simulate a life course with that partner.",
        )


def measure(who: Seen, names: Iterable[str] | None = None, *, seed: int = 0, occasion: int = 0) -> dict[str, Floats]:
    """Return what a study would have measured.

    x = centre + spread (sqrt(q) (sqrt(e) latent + sqrt(1 - e) own) + sqrt(1 - q) error), with e the share of variance
    that the model's states carry and q the reliability; `own` is a child's for life and `error` new on each occasion.

    Args:
        who: children at one age.
        names: outcomes; None for all that have a meaning at this age and with these partners.
        seed: of the chances of what is measured, 0 <= seed < 2**64.
        occasion: number of the visit.

    Returns:
        By name, each of shape (children,), in the outcome's unit; scales with ends are not cut off.

    Raises:
        InputError: an outcome is unknown or has no meaning here.
    """
    chosen = [outcome(name) for name in names] if names is not None else possible(who)
    found: dict[str, Floats] = {}
    for what in chosen:
        own = standard(who.numbers, seed, f"outcome/{what.name}")
        error = standard(who.numbers, seed, f"error/{what.name}", 1 + occasion)
        true = np.sqrt(what.explained) * latent(what, who) + np.sqrt(1 - what.explained) * own
        seen_ = np.sqrt(what.reliability) * true + np.sqrt(1 - what.reliability) * error
        found[what.name] = what.centre + what.spread * seen_
    return found


def possible(who: Seen) -> list[Outcome]:
    """Return the outcomes that have a meaning for these children.

    Args:
        who: children at one age.

    Returns:
        Outcomes in the registry's order.
    """

    def fits(what: Outcome) -> bool:
        there = all(name in who.states for name in what.loadings)
        return there and what.ages[0] <= who.age <= what.ages[1]

    return [what for what in OUTCOMES.values() if fits(what)]


@cache
def _reference() -> dict[str, dict[str, list[float]]]:
    return json.loads((files("bowlby.simulate") / _FILE).read_text(encoding="utf-8"))["ages"]


def reference_at(age: float) -> dict[str, tuple[float, float]]:
    """Return mean and spread of states and of outcomes' latent parts in the reference population.

    Args:
        age: months; the nearest age of the table is taken at which the same partners are there.

    Returns:
        By name of a variable or an outcome.
    """
    ages = np.array([float(key) for key in _reference()])
    nearest = min(ages, key=lambda one: (_stage(one) != _stage(age), abs(one - age)))
    return {name: (centre, spread) for name, (centre, spread) in _reference()[f"{nearest:g}"].items()}


def _stage(age: float) -> int:
    """Number of the stretch of the standard course that an age lies in."""
    return int(np.searchsorted(TURNS, age - 0.05))


def make_reference(children: int = REFERENCE_CHILDREN) -> dict[str, object]:
    """Simulate the reference population: low-risk families and the standard company, from birth to adulthood.

    Args:
        children: how many.

    Returns:
        What the reference file says.
    """
    numbers = np.arange(children, dtype=np.uint32)
    homes = population(REFERENCE_POPULATION).homes(numbers, REFERENCE_SEED, END)
    design = life_course(children, homes, seed=REFERENCE_SEED, trace_at=REFERENCE_AGES)
    kept: list[tuple[float, np.ndarray]] = []
    result = simulate_cohort(design, observe=lambda age, state: kept.append((age, state)))
    asked = sorted(REFERENCE_AGES)
    ages = {f"{age:g}": _moments(seen(result, (age, state))) for age, (_, state) in zip(asked, kept, strict=True)}
    return {
        "made_by": "python -m bowlby.simulate.outcomes",
        "children": children,
        "seed": REFERENCE_SEED,
        "population": f"{REFERENCE_POPULATION}, calibrated, version {reference_file()['version']}",
        "ages": ages,
    }


def _moments(who: Seen) -> dict[str, list[float]]:
    asked = possible(who)
    names = sorted({name for what in asked for name in what.loadings})
    table = {name: [_short(who.states[name].mean()), _short(who.states[name].std())] for name in names}
    for what in asked:
        total = sum(
            weight * _bounded((who.states[name] - table[name][0]) / table[name][1])
            for name, weight in what.loadings.items()
        )
        table[what.name] = [0.0, _short(float(np.std(total)))]
    return table


def _short(value: float) -> float:
    return float(f"{value:.6g}")


if __name__ == "__main__":
    from bowlby.simulate.entry import prepare_jax

    prepare_jax()
    target = Path(__file__).with_name(_FILE)
    target.write_text(json.dumps(make_reference(), indent=1) + "\n", encoding="utf-8")
