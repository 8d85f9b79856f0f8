"""Where effects come from: what trials of an arm's intervention found, beside what the model gives here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scipy.special import logit

from bowlby.evidence.published.finding import Finding, shipped_findings
from bowlby.evidence.published.rule import rule_of
from bowlby.evidence.published.vocabulary import FindingMetric
from bowlby.planning.trials.arm_intervention import arm_intervention
from bowlby.planning.trials.design import NO_INTERVENTION, StudyDesign
from bowlby.planning.trials.effects import LOGISTIC_SD

OUTCOMES_OF = {
    "secure": "security",
    "disorganized": "disorganized",
    "disorganized or cannot classify": "disorganized",
}
"""Measures by the outcome's name in the published table, where the two differ."""
Z95 = 1.959963984540054


@dataclass(frozen=True)
class PublishedEffect:
    """A published effect of an intervention.

    Args:
        id: row of the published table.
        intervention: of the registry.
        measure: as designs name it.
        population: who was studied.
        months: age at the outcome.
        d: standardised difference, more of the outcome in the treated being positive.
        low: lower end of its 95 % interval, None where none is known.
        high: upper end.
        figure: what was published, in words.
        citation: of the source.
    """

    id: str
    intervention: str
    measure: str
    population: str
    months: float
    d: float
    low: float | None
    high: float | None
    figure: str
    citation: str

    def holds(self, d: float) -> bool | None:
        """Return whether an effect lies in the published interval; None where there is none."""
        return None if self.low is None or self.high is None else self.low <= d <= self.high

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def published(name: str) -> tuple[PublishedEffect, ...]:
    """Return what trials of an intervention found: rows of the published table as standardised differences.

    A difference is taken as it stands. Shares of both arms of one trial become ln(OR) / 1.81, with the standard error
    of four counts.

    Args:
        name: of the registry.

    Returns:
        In the table's order.
    """
    rows = shipped_findings()
    found: list[PublishedEffect] = []
    for one in rows:
        if one.predictor.intervention != name:
            continue
        if one.metric is FindingMetric.D:
            found.append(_difference(one))
        elif one.metric is FindingMetric.PERCENT:
            found += _shares(one, rows)
    return tuple(found)


def _difference(row: Finding) -> PublishedEffect:
    s = rule_of(row).s
    low, high = row.interval or ((None, None) if s is None else (row.estimate - Z95 * s, row.estimate + Z95 * s))
    studies = "" if row.k is None else f" in {row.k} studies"
    return _row(row, row.estimate, (low, high), f"d = {row.estimate:g}{studies}")


def _shares(treated: Finding, rows: Sequence[Finding]) -> Iterable[PublishedEffect]:
    """Return the effect between two arms of one trial, of which the table gives shares in a row each."""
    for one in rows:
        alike = (one.citation, one.outcome, one.population, one.metric) == (
            treated.citation,
            treated.outcome,
            treated.population,
            treated.metric,
        )
        if alike and not one.predictor.intervention and one.n and treated.n:
            shares = [(one.estimate / 100.0, one.n), (treated.estimate / 100.0, treated.n)]
            d = float(logit(shares[1][0]) - logit(shares[0][0])) / LOGISTIC_SD
            half = Z95 * math.sqrt(sum(1.0 / (n * p * (1.0 - p)) for p, n in shares)) / LOGISTIC_SD
            said = f"{treated.estimate:g} % against {one.estimate:g} %, {treated.n} and {one.n} children"
            yield _row(treated, d, (d - half, d + half), said)


def _row(row: Finding, d: float, ends: tuple[float | None, float | None], figure: str) -> PublishedEffect:
    measure = OUTCOMES_OF.get(row.outcome, row.outcome)
    name, low, high = row.predictor.intervention, *ends
    return PublishedEffect(row.id, name, measure, row.population, row.age_outcome, d, low, high, figure, row.citation)


def published_of(design: StudyDesign) -> tuple[PublishedEffect, ...]:
    """Return what was published of the interventions of a design, each once.

    Args:
        design: of the trial.

    Returns:
        Published effects.
    """
    own = {one.name for one in design.programmes}
    entries = [arm_intervention(design, arm) for arm in design.arms if arm.intervention not in {NO_INTERVENTION, *own}]
    return tuple(row for name in dict.fromkeys(one.name for one in entries if one) for row in published(name))


def grades(design: StudyDesign) -> dict[str, str]:
    """Return the evidence grade of each intervention of a design, by its name, and what the evidence says.

    Args:
        design: of the trial.

    Returns:
        Sentences by intervention.
    """
    given = [entry for arm in design.arms if (entry := arm_intervention(design, arm)) is not None]
    return {one.name: f"{one.evidence}. {one.says}" for one in given}
