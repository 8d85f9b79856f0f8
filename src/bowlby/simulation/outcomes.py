"""Outcomes of simulated lives, in the units of studies: the states' part, what the model leaves open, and error.

`python -m bowlby.simulation.outcomes` makes the reference anew: over low-risk families, means and spreads of loadings
and how the states' parts of outcomes correlate.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.model.life.population import reference_file
from bowlby.model.outcomes import OUTCOMES, RESIDUAL_SHARES, VIEWS, Outcome, ResidualShares, factors, outcome
from bowlby.simulation.draws import standard
from bowlby.simulation.engine.cohort import CohortResult, simulate_cohort
from bowlby.simulation.life_course import END, life_course
from bowlby.simulation.outcome_residuals import OutcomeReport, outcome_residual
from bowlby.simulation.population import population

Floats = npt.NDArray[np.float64]

REFERENCE_AGES = (24.0, 36.0, 42.0, 48.0, 60.0, 66.0, 72.0, 78.0, 84.0, 120.0, 132.0, 168.0, 216.0, 228.0, 258.0, 300.0)
TOGETHER_AGES = (66.0, 258.0)
"""Months at which the reference keeps how outcomes go together: kindergarten and an adult bond."""
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
class ChildrenAtAge:
    """Children at one age.

    Args:
        age: months.
        numbers: of the children, uint32, shape (children,).
        states: by name of the variable, each of shape (children,).
    """

    age: float
    numbers: np.ndarray
    states: Mapping[str, np.ndarray]

    @property
    def places(self) -> frozenset[str]:
        """Places outside the first home in which they have someone."""
        return frozenset(name.partition(".")[0] for name in self.states if "." in name)


def children_at_age(result: CohortResult, at: tuple[float, np.ndarray] | None = None) -> ChildrenAtAge:
    """Return children as they are at the end of a run or at one of its traces.

    Args:
        result: of a run.
        at: age in months and state then, as given to an observer; None for the end.

    Returns:
        The children, NaN where a child's numbers failed.
    """
    age, state = at or (result.design.until, result.state)
    fine = np.where(result.status == 0, state, np.nan).astype(float)
    names = [variable.name for variable in result.design.variables]
    return ChildrenAtAge(age, result.design.child_numbers(), dict(zip(names, fine, strict=True)))


def latent(what: Outcome, who: ChildrenAtAge) -> Floats:
    """Return the states' part of an outcome: sum of loading * s(z), standardised in the reference population.

    z is a state or a product of states in standard deviations of the reference population; s(z) = 3 tanh(z / 3): what
    is far outside counts, but scales have ends.

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
    values = {name: _value(name, who.states) for name in what.loadings}
    centre, spread = reference[what.name]
    return (_sum(what, values, reference) - centre) / spread


def _value(loading: str, states: Mapping[str, np.ndarray]) -> Floats:
    parts = (1.0 - states[one.state] if one.lack else states[one.state] for one in factors(loading))
    return np.prod(list(parts), axis=0)


def _bounded(z: Floats) -> Floats:
    return MOST * np.tanh(z / MOST)


def _check(what: Outcome, who: ChildrenAtAge) -> None:
    low, high = what.ages
    if not low - NEAREST <= who.age <= high + NEAREST:
        raise InputError(
            f"{what.name} has no meaning at this age",
            column="age",
            value=who.age,
            remedy=f"Ask for it between {low:g} and {high:g} months.",
        )
    missing = [name for name in what.states if name not in who.states]
    if missing:
        raise InputError(
            f"{what.name} needs a partner whom these children do not have",
            column="outcome",
            value=missing[0],
            remedy="Simulate a life course with that partner.",
        )


def measure(
    who: ChildrenAtAge,
    names: Iterable[str] | None = None,
    *,
    seed: int = 0,
    occasion: int = 0,
    informant: str | None = None,
    shares: ResidualShares = RESIDUAL_SHARES,
) -> dict[str, Floats]:
    """Return what a study would have measured.

    x = centre + spread (sqrt(q) true + sqrt(1 - q) error), with q the reliability and `error` new on each occasion.

    Args:
        who: children at one age.
        names: outcomes; None for all that have a meaning at this age and with these partners.
        seed: of the chances of what is measured, 0 <= seed < 2**64.
        occasion: number of the visit.
        informant: who reports, where several may; None for the first whom these children have.
        shares: how residuals go together.

    Returns:
        By name, each of shape (children,), in the outcome's unit; scales with ends are not cut off.

    Raises:
        InputError: an outcome is unknown or has no meaning here, or the informant does not report it.
    """
    chosen = [outcome(name) for name in names] if names is not None else possible_outcomes(who)
    found: dict[str, Floats] = {}
    for what in chosen:
        true = true_score(who, report_by(what, who, informant, shares), seed)
        found[what.name] = what.centre + what.spread * with_error(what, true, who.numbers, seed, occasion)
    return found


def true_score(who: ChildrenAtAge, report: OutcomeReport, seed: int) -> Floats:
    """Return what an outcome would be without error: sqrt(e) latent + sqrt(1 - e) residual, e the share explained.

    Args:
        who: children at one age.
        report: the outcome and who reports it.
        seed: of the chances of what is measured, 0 <= seed < 2**64.

    Returns:
        Shape (children,), in standard scores of the reference population.

    Raises:
        InputError: the outcome has no meaning here.
    """
    e = report.what.explained
    return np.sqrt(e) * latent(report.what, who) + np.sqrt(1.0 - e) * outcome_residual(report, who.numbers, seed)


def with_error(
    what: Outcome, true: Floats, numbers: np.ndarray, seed: int, occasion: int, reliability: float | None = None
) -> Floats:
    """Return true scores with the error of one visit.

    Args:
        what: the outcome.
        true: standard scores, shape (children,).
        numbers: of the children, uint32, shape (children,).
        seed: of the chances of what is measured, 0 <= seed < 2**64.
        occasion: number of the visit.
        reliability: in place of the outcome's own.

    Returns:
        Shape (children,), in standard scores.

    Raises:
        InputError: the seed has more than 64 bits.
    """
    q = what.reliability if reliability is None else reliability
    return np.sqrt(q) * true + np.sqrt(1.0 - q) * standard(numbers, seed, f"error/{what.name}", 1 + occasion)


def report_by(
    what: Outcome, who: ChildrenAtAge, informant: str | None = None, shares: ResidualShares = RESIDUAL_SHARES
) -> OutcomeReport:
    """Return an outcome as these children's informant reports it.

    Args:
        what: the outcome.
        who: children at one age.
        informant: who reports, where several may; None for the first whom these children have.
        shares: how residuals go together.

    Returns:
        The report.

    Raises:
        InputError: the informant does not report this outcome, or these children have none such.
    """
    there = [names for names in what.reports if all(VIEWS.get(one, "") in {"", *who.places} for one in names)]
    asked = there or what.reports[:1] if informant is None else [one for one in there if " and ".join(one) == informant]
    if not asked:
        known = ", ".join(" and ".join(one) for one in there) or "nobody"
        raise InputError(
            f"{what.name} is not reported by this informant",
            column="informant",
            value=informant,
            remedy=f"These children have: {known}.",
        )
    return OutcomeReport(what, tuple((one, _stage(who.age) if VIEWS.get(one) else 0) for one in asked[0]), shares)


def possible_outcomes(who: ChildrenAtAge) -> list[Outcome]:
    """Return the outcomes that have a meaning for these children.

    Args:
        who: children at one age.

    Returns:
        Outcomes in the registry's order.
    """

    def fits(what: Outcome) -> bool:
        there = all(name in who.states for name in what.states)
        return there and what.ages[0] <= who.age <= what.ages[1]

    return [what for what in OUTCOMES.values() if fits(what)]


@cache
def _reference() -> dict[str, Any]:
    return json.loads((files("bowlby.simulation") / _FILE).read_text(encoding="utf-8"))


def reference_at(age: float) -> dict[str, tuple[float, float]]:
    """Return mean and spread of states, loadings and outcomes' latent parts in the reference population.

    Args:
        age: months; the nearest age of the table is taken at which the same partners are there.

    Returns:
        By name of a state, a loading or an outcome.
    """
    table = _reference()["ages"]
    ages = np.array([float(key) for key in table])
    nearest = min(ages, key=lambda one: (_stage(one) != _stage(age), abs(one - age)))
    return {name: (centre, spread) for name, (centre, spread) in table[f"{nearest:g}"].items()}


def reference_children() -> int:
    """Return of how many children the reference was made.

    Returns:
        Their number.
    """
    return _reference()["children"]


def reference_together(age: float) -> dict[str, dict[str, float]]:
    """Return how the states' parts of outcomes correlate in the reference population.

    Args:
        age: months, one of `TOGETHER_AGES`.

    Returns:
        By names of two outcomes, the earlier in the registry first.
    """
    return _reference()["together"][f"{age:g}"]


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
    stages = {f"{age:g}": children_at_age(result, (age, state)) for age, (_, state) in zip(asked, kept, strict=True)}
    return {
        "made_by": "python -m bowlby.simulation.outcomes",
        "children": children,
        "seed": REFERENCE_SEED,
        "population": f"{REFERENCE_POPULATION}, calibrated, version {reference_file()['version']}",
        "ages": {age: state_moments(who) for age, who in stages.items()},
        "together": {f"{age:g}": outcome_correlations(stages[f"{age:g}"]) for age in TOGETHER_AGES},
    }


def state_moments(who: ChildrenAtAge) -> dict[str, list[float]]:
    """Return mean and spread of every state and loading, and of every outcome's part that states carry.

    Args:
        who: children of the reference population at one age.

    Returns:
        By name of a state, a loading or an outcome, mean and standard deviation.
    """
    asked = possible_outcomes(who)
    names = sorted({name for what in asked for name in (*what.loadings, *what.states)})
    values = {name: _value(name, who.states) for name in names}
    table = {name: [_short(value.mean()), _short(value.std())] for name, value in values.items()}
    for what in asked:
        total = _sum(what, values, table)
        table[what.name] = [_short(float(total.mean())), _short(float(total.std()))]
    return table


def _sum(what: Outcome, values: Mapping[str, Floats], table: Mapping[str, Sequence[float]]) -> Floats:
    """Return the sum of an outcome's loadings, given value, and centre and spread, of each."""
    parts = [
        weight * _bounded((values[name] - table[name][0]) / table[name][1]) for name, weight in what.loadings.items()
    ]
    return np.sum(parts, axis=0)


def outcome_correlations(who: ChildrenAtAge) -> dict[str, dict[str, float]]:
    """Return how the states' parts of outcomes correlate over children of the reference population.

    Args:
        who: the children at one age.

    Returns:
        By names of two outcomes, the earlier in the registry first.
    """
    table = state_moments(who)
    values = {name: _value(name, who.states) for what in possible_outcomes(who) for name in what.loadings}
    sums = {what.name: _sum(what, values, table) for what in possible_outcomes(who)}
    names = list(sums)
    return {
        one: {other: _short(float(np.corrcoef(sums[one], sums[other])[0, 1])) for other in names[place + 1 :]}
        for place, one in enumerate(names[:-1])
    }


def _short(value: float) -> float:
    return float(f"{value:.6g}")


if __name__ == "__main__":
    from bowlby.simulation.entry import prepare_jax

    prepare_jax()
    target = Path(__file__).with_name(_FILE)
    target.write_text(json.dumps(make_reference(), indent=1) + "\n", encoding="utf-8")
