"""What makes two outcomes of one study correlate, part by part: care, the child, and the informant.

r = sqrt(q1 q2) (sqrt(e1 e2) cov(latent1, latent2) + sqrt((1 - e1)(1 - e2)) (child + informant + own)) / (s1 s2)

with e the share that states carry, q the reliability, and s the standard deviations of the measured scores. Child,
informant and own are products of the weights that two residuals have in common
(`bowlby.simulation.outcome_residuals`). Care is what the model speaks of; the rest is method and what a child brings.
`python -m bowlby.simulation.outcome_pairs PAGE` writes the tables of the reference population into a page.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from bowlby.model.generated_pages import replace_between
from bowlby.model.outcomes import RESIDUAL_SHARES, ResidualShares, outcome
from bowlby.simulation.outcome_residuals import OutcomeReport
from bowlby.simulation.outcomes import (
    REFERENCE_POPULATION,
    TOGETHER_AGES,
    ChildrenAtAge,
    latent,
    possible_outcomes,
    reference_children,
    reference_together,
    report_by,
)

MARKS = ("<!-- pairs begin: made by bowlby.simulation.outcome_pairs -->", "<!-- pairs end -->")
AGREEMENT_MARKS = ("<!-- agreement begins: made by bowlby.simulation.outcome_pairs -->", "<!-- agreement ends -->")
_HEAD = ("through care", "through the child", "through the informant")


@dataclass(frozen=True)
class OutcomePair:
    """The correlation of two reports, in parts that add up.

    Args:
        one: name of an outcome.
        other: name of an outcome.
        care: through the states that both are read off.
        child: through the factor of the child.
        informant: through the views of informants that both have.
        own: through what is an outcome's own and both informants see; 0 between two outcomes.
    """

    one: str
    other: str
    care: float
    child: float
    informant: float
    own: float

    @property
    def whole(self) -> float:
        """The correlation."""
        return self.care + self.child + self.informant + self.own


def outcome_pair(one: OutcomeReport, other: OutcomeReport, covariance: np.ndarray) -> OutcomePair:
    """Return why two reports of one visit correlate.

    Args:
        one: a report.
        other: another.
        covariance: of the two latent parts, shape (2, 2); a correlation matrix in the reference population.

    Returns:
        The parts of their correlation.
    """
    care, left = _sizes(one, other, covariance)
    same = one.what == other.what
    views = _in_common(one.views, other.views) if same else 0.0
    return OutcomePair(
        one.what.name,
        other.what.name,
        care * float(covariance[0, 1]),
        left * one.child * other.child,
        left * (_in_common(one.halos, other.halos) + views),
        left * one.own * other.own * same,
    )


def _sizes(one: OutcomeReport, other: OutcomeReport, covariance: np.ndarray) -> tuple[float, float]:
    """Return what a covariance of latent parts and one of residuals count for in the correlation."""
    care = left = 1.0
    for report, variance in ((one, covariance[0, 0]), (other, covariance[1, 1])):
        e, q = report.what.explained, report.what.reliability
        measured = q * (e * variance + 1.0 - e) + 1.0 - q
        care *= math.sqrt(q * e / measured)
        left *= math.sqrt(q * (1.0 - e) / measured)
    return care, left


def _in_common(one: Mapping[tuple[str, int], float], other: Mapping[tuple[str, int], float]) -> float:
    return sum(weight * other[who] for who, weight in one.items() if who in other)


def outcome_pairs(
    who: ChildrenAtAge, names: Iterable[str] | None = None, shares: ResidualShares = RESIDUAL_SHARES
) -> list[OutcomePair]:
    """Return why each two outcomes of these children correlate when they are measured at one visit.

    Args:
        who: children at one age.
        names: outcomes; None for all that have a meaning.
        shares: how residuals go together.

    Returns:
        Pairs in the order of names; children whose numbers failed are left out.

    Raises:
        InputError: an outcome is unknown or has no meaning here.
    """
    chosen = [outcome(name) for name in names] if names is not None else possible_outcomes(who)
    reports = [report_by(what, who, shares=shares) for what in chosen]
    parts = np.array([latent(what, who) for what in chosen])
    covariance = np.cov(parts[:, np.isfinite(parts).all(axis=0)], ddof=0)
    places = combinations(range(len(reports)), 2)
    return [outcome_pair(reports[i], reports[j], covariance[np.ix_((i, j), (i, j))]) for i, j in places]


def agreement(name: str, shares: ResidualShares = RESIDUAL_SHARES) -> list[OutcomePair]:
    """Return why each two informants of one outcome agree in the reference population.

    Args:
        name: of an outcome that several may report.
        shares: how residuals go together.

    Returns:
        A pair for each two informants.

    Raises:
        InputError: there is no such outcome.
    """
    what = outcome(name)
    reports = [OutcomeReport(what, tuple((one, 0) for one in names), shares) for names in what.reports]
    return [outcome_pair(one, other, np.ones((2, 2))) for one, other in combinations(reports, 2)]


def pairs_markdown() -> str:
    """Return the parts of every correlation of two outcomes in the reference population as one table.

    Returns:
        Markdown: over whom, then age, two outcomes, parts and sum.
    """
    rows = [
        (f"{age / 12:g}", pair.one, pair.other, *_numbers(pair.care, pair.child, pair.informant, pair.whole))
        for age in TOGETHER_AGES
        for pair in _reference_pairs(age)
    ]
    whom = f"Over {reference_children()} children of the {REFERENCE_POPULATION} population, with the usual informants."
    return f"{whom}\n\n" + _table(("years", "outcome", "with", *_HEAD, "together"), rows)


def _reference_pairs(age: float) -> Iterable[OutcomePair]:
    usual = ChildrenAtAge(age, np.arange(0), {f"{place}.": np.empty(0) for place in ("school", "peer", "partner")})
    for one, others in reference_together(age).items():
        for other, r in others.items():
            first, second = (report_by(outcome(name), usual) for name in (one, other))
            yield outcome_pair(first, second, np.array([[1.0, r], [r, 1.0]]))


def agreement_markdown() -> str:
    """Return how informants of one problem agree as one table.

    Returns:
        Markdown: outcome, parts and sum, and their mean.
    """
    pairs = [pair for name in ("externalizing", "internalizing") for pair in agreement(name)]
    rows = [(pair.one, *_numbers(pair.care, pair.child, pair.own, pair.whole)) for pair in pairs]
    mean = ("mean", "", "", "", *_numbers(float(np.mean([pair.whole for pair in pairs]))))
    head = ("outcome", "through care", "through the child", "through what is this outcome's own", "together")
    return _table(head, [*rows, mean])


def _numbers(*values: float) -> tuple[str, ...]:
    return tuple(f"{value:+.2f}".replace("+0.", ".").replace("-0.", "-.").replace("-.00", ".00") for value in values)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, ("---",) * len(head), *rows))


def with_pairs(page: str) -> str:
    """Return a page with both tables between their marks.

    Args:
        page: markdown that holds all four marks.

    Returns:
        The page, its tables made anew.

    Raises:
        ValueError: a mark is missing.
    """
    return replace_between(replace_between(page, AGREEMENT_MARKS, agreement_markdown()), MARKS, pairs_markdown())


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_pairs(target.read_text(encoding="utf-8")), encoding="utf-8")
