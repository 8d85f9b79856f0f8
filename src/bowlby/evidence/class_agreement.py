"""How far classes agree: of two coders, of two sessions of a day, over a month; and how their shares move with age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bowlby.evidence.published.lives import SimulatedStudy, StudyLives, live
from bowlby.evidence.published.staged_procedures import FOUR_WAY, Floats, Occasion, four_way_class, procedure_at, visit
from bowlby.reliability.kappa import Kappa, kappa_of_table
from bowlby.simulation.coder import OF_PROCEDURES, WITHOUT_ERROR, CoderError
from bowlby.simulation.engine.cohort import CohortResult, Progress
from bowlby.simulation.moments import SituationRun

FIRST, MONTH_LATER = 13.0, 14.0
AGES = (12.0, 18.0, 24.0, 30.0, 36.0, 48.0, 60.0)
"""Months at which an unchanged population is classed; the preschool procedure is played from 30."""
CODERS = {"without error": WITHOUT_ERROR, "with error": OF_PROCEDURES}


@dataclass(frozen=True)
class ClassAgreement:
    """How far two classifications of the same children agree.

    Args:
        compared: what with what.
        agreed: share of children with the same of four classes.
        kappa: of the four classes, D with those who fit none.
        each: of each class against all others.
    """

    compared: str
    agreed: float
    kappa: Kappa
    each: dict[str, tuple[float, Kappa]]

    def as_dict(self) -> dict[str, object]:
        """Return plain values: shares, and kappa with its 95 % interval."""
        whole = {"compared": self.compared, "agreed": self.agreed, **_plain(self.kappa)}
        return whole | {name: {"agreed": agreed, **_plain(kappa)} for name, (agreed, kappa) in self.each.items()}


@dataclass(frozen=True)
class ClassShares:
    """Shares of the four classes at one age.

    Args:
        age: months.
        coder: a key of `CODERS`.
        shares: of each class, D with those who fit none.
    """

    age: float
    coder: str
    shares: dict[str, float]

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return {"age": self.age, "coder": self.coder, **self.shares}


def agreement(name: str, first: Floats, second: Floats) -> ClassAgreement:
    """Return how far two classifications agree.

    Args:
        name: what is compared.
        first: places in `FOUR_WAY`, shape (children,), NaN where unknown.
        second: the same children's.

    Returns:
        Shares that agree, and Cohen's kappa with its interval.
    """
    known = np.isfinite(first) & np.isfinite(second)
    a, b = first[known].astype(int), second[known].astype(int)
    counts = np.zeros((len(FOUR_WAY), len(FOUR_WAY)), int)
    np.add.at(counts, (a, b), 1)
    each = {one: _one_against_all(counts, place) for place, one in enumerate(FOUR_WAY)}
    return ClassAgreement(name, float((a == b).mean()), kappa_of_table(counts), each)


def _one_against_all(counts: np.ndarray, place: int) -> tuple[float, Kappa]:
    both, total = counts[place, place], counts.sum()
    only_first, only_second = counts[place].sum() - both, counts[:, place].sum() - both
    table = np.array([[both, only_first], [only_second, total - both - only_first - only_second]])
    return float(np.trace(table) / total), kappa_of_table(table)


def _plain(kappa: Kappa) -> dict[str, object]:
    return {"kappa": kappa.estimate, "low": kappa.low, "high": kappa.high}


def agreements(first: SituationRun, same_day: SituationRun, month_later: SituationRun) -> list[ClassAgreement]:
    """Return how far coders, sessions of a day and a month agree about the same children.

    Args:
        first: a procedure.
        same_day: another of the same day.
        month_later: one a month later.

    Returns:
        Two coders of the first one, then each pair of sessions with a coder of its own and without error.
    """
    found = [agreement("two coders, one session", four_way_class(first), four_way_class(first, coder="b"))]
    for label, error in reversed(CODERS.items()):
        once = four_way_class(first, error)
        for name, other in (("same day", same_day), ("a month apart", month_later)):
            found.append(agreement(f"{name}, coders {label}", once, four_way_class(other, error, "b")))
    return found


def shares_of(played: SituationRun, error: CoderError) -> dict[str, float]:
    """Return the share of each class among the children who have one.

    Args:
        played: a procedure.
        error: of the coder.

    Returns:
        A member of `FOUR_WAY` to its share.
    """
    classes = four_way_class(played, error)
    return {one: float((classes[np.isfinite(classes)] == place).mean()) for place, one in enumerate(FOUR_WAY)}


@dataclass(frozen=True)
class ClassStudy:
    """What the study of one population found.

    Args:
        population: of which families are.
        children: how many.
        agreements: of coders, sessions and months.
        shares: at each of `AGES`, by each of `CODERS`.
    """

    population: str
    children: int
    agreements: list[ClassAgreement]
    shares: list[ClassShares]

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return {
            "population": self.population,
            "children": self.children,
            "agreements": [one.as_dict() for one in self.agreements],
            "shares": [one.as_dict() for one in self.shares],
        }


def study_classes(
    population: str, children: int, seed: int, ages: Sequence[float] = AGES, progress: Progress | None = None
) -> ClassStudy:
    """Class the children of a population, twice in a day, a month later and at several ages.

    Args:
        population: as the vocabulary of the published figures names it; its families may move, it stays the same.
        children: how many, >= 20.
        seed: of all chances.
        ages: months at which shares are taken.
        progress: called with episodes done and to do.

    Returns:
        Agreement and shares.

    Raises:
        InputError: there is no such population.
    """
    (design,) = SimulatedStudy(population, children, seed).designs(sorted({*ages, FIRST, MONTH_LATER}))
    lived = live(design, progress)
    first, month_later = (_staged(lived, age) for age in (FIRST, MONTH_LATER))
    found = agreements(first, _staged(lived, FIRST, again=True), month_later)
    shares: list[ClassShares] = []
    for age in ages:
        played = _staged(lived, age)
        shares += [ClassShares(age, name, shares_of(played, error)) for name, error in CODERS.items()]
    return ClassStudy(population, children, found, shares)


def _staged(lived: StudyLives, age: float, *, again: bool = False) -> SituationRun:
    children: CohortResult = lived.result.together_with(at=lived.at(age))
    return visit(children, procedure_at(age), Occasion.PROCEDURE, again=again)


def agreement_table(rows: Sequence[ClassAgreement]) -> str:
    """Return the agreements as a Markdown table: per cent that agree, and kappa.

    Args:
        rows: of one study.

    Returns:
        A line each.
    """
    lines = [
        f"| compared | all four: per cent, kappa (95 %) | {' | '.join(FOUR_WAY)} |",
        "|---|---|" + "---|" * len(FOUR_WAY),
    ]
    for row in rows:
        whole = f"{100 * row.agreed:.0f}, {_number(row.kappa.estimate)} ({_number(row.kappa.low)} to "
        cells = [f"{100 * agreed:.0f}, {_number(kappa.estimate)}" for agreed, kappa in row.each.values()]
        lines.append(f"| {row.compared} | {whole}{_number(row.kappa.high)}) | {' | '.join(cells)} |")
    return "\n".join(lines)


def share_table(rows: Sequence[ClassShares]) -> str:
    """Return the shares as a Markdown table, per cent.

    Args:
        rows: of one study.

    Returns:
        A line an age and coder.
    """
    lines = [f"| months | coder | {' | '.join(FOUR_WAY)} |", "|---|---|" + "---|" * len(FOUR_WAY)]
    lines += [
        f"| {row.age:g} | {row.coder} | {' | '.join(f'{100 * share:.1f}' for share in row.shares.values())} |"
        for row in rows
    ]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"
