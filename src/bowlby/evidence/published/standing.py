"""Where the model's figure stands: its distance from the published one in s, and the verdict that follows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

from bowlby.evidence.published.bands import SimulatedFigure
from bowlby.evidence.published.finding import Finding
from bowlby.evidence.published.rule import SURE, Z95, FindingQuestion, JudgementRule, JudgementScale, on_scale
from bowlby.evidence.published.vocabulary import FindingMetric

LEAST = {JudgementScale.FISHER: 0.05, JudgementScale.DIFFERENCE: 0.10}
"""Size below which a sign is as good as none: of r, and of d."""
CHANCE_PART = 0.25
"""The model's own Monte Carlo error may be this part of s at most; it is never added to s."""
CAPPED_Z = 3.0
"""Beyond so many s a row is as wrong as it can be."""
FEW_PERSONS = 10
"""Counts below it are judged by the beta-binomial, not by the normal on the logit."""


class Verdict(StrEnum):
    """What came of a row under the rule."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    NOT_JUDGED = "not judged"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class RowStanding:
    """A row's verdict.

    Args:
        verdict: of the row.
        z: distance of the model's figure from the published one in s; None where there is none.
        chance: the model's Monte Carlo error over s, or None where there is no s.
        reason: one sentence where it is not inside, else "".
    """

    verdict: Verdict
    z: float | None = None
    chance: float | None = None
    reason: str = ""

    @property
    def settled(self) -> bool:
        """Whether more simulated children could not change what the row counts."""
        return self.chance is None or self.chance <= self._wanted

    @property
    def times_children(self) -> float:
        """How many times as many children the row needs to be settled, with a tenth to spare; 1 where it is."""
        return 1.0 if self.chance is None or self.settled else 1.1 * (self.chance / self._wanted) ** 2

    @property
    def _wanted(self) -> float:
        """Monte Carlo error over s that settles the row: a quarter, or so little that three of it leave z above 3."""
        beyond = 0.0 if self.z is None else (abs(self.z) - CAPPED_Z) / 3
        return max(CHANCE_PART, beyond)


def standing(finding: Finding, rule: JudgementRule, found: SimulatedFigure) -> RowStanding:
    """Return where the model's figure stands.

    Args:
        finding: the row.
        rule: how it is judged.
        found: what the model gives.

    Returns:
        Inside where |z| <= 1.96; a sign where it comes out with probability .95 and is of some size; a null where the
        model's 90 % interval lies within the margin. Not judged where the rule says so or the figure's Monte Carlo
        error exceeds a quarter of s and the row is not beyond doubt.
    """
    if not (math.isfinite(found.estimate) and math.isfinite(found.error)):
        return RowStanding(Verdict.NOT_APPLICABLE, reason="no figure: too few of these children vary in it")
    match rule.question:
        case FindingQuestion.SIGN:
            return _sign(finding, rule, found)
        case FindingQuestion.NULL:
            return _null(rule, found)
        case FindingQuestion.NUMERIC:
            return _numeric(finding, rule, found)


def _numeric(finding: Finding, rule: JudgementRule, found: SimulatedFigure) -> RowStanding:
    if rule.s is None:
        return RowStanding(Verdict.NOT_JUDGED, reason=rule.reason)
    z = _distance(finding, rule, rule.s, found.estimate)
    chance = _chance(finding, rule, found) / rule.s
    result = RowStanding(Verdict.INSIDE if abs(z) <= Z95 else Verdict.OUTSIDE, z, chance)
    if not result.settled:
        why = f"the model's Monte Carlo error is {chance:.2f} s, more than {CHANCE_PART:g}: more children are needed"
        return RowStanding(Verdict.NOT_JUDGED, z, chance, why)
    side = "below" if z < 0 else "above"
    reason = "" if result.verdict is Verdict.INSIDE else f"{abs(z):.1f} s {side} the published figure"
    return RowStanding(result.verdict, z, chance, reason)


def _chance(finding: Finding, rule: JudgementRule, found: SimulatedFigure) -> float:
    """Return the Monte Carlo error on the row's scale, by the slope of the scale at the model's figure."""
    half = max(1e-6, 1e-3 * abs(found.estimate))
    ends = [on_scale(rule.scale, found.estimate + step, finding.n) for step in (-half, half)]
    return found.chance * abs(ends[1] - ends[0]) / (2 * half)


def _distance(finding: Finding, rule: JudgementRule, s: float, estimate: float) -> float:
    if finding.metric is FindingMetric.PERCENT and finding.n and rule.tau:
        count = round(finding.n * finding.estimate / 100.0)
        if min(count, finding.n - count) < FEW_PERSONS:
            return -_of_count(count, finding.n, on_scale(JudgementScale.LOGIT, estimate, finding.n), rule.tau)
    return (on_scale(rule.scale, estimate, finding.n) - rule.value) / s


def _of_count(count: int, n: int, logit: float, tau: float) -> float:
    """Return the normal deviate of a count under the beta-binomial whose share differs by tau on the logit.

    Var(p) = (m (1 - m) tau)^2 = m (1 - m) / (phi + 1); z = Phi^-1(P(X < x) + P(X = x) / 2).
    """
    mean = 1 / (1 + math.exp(-logit))
    phi = max(1 / (mean * (1 - mean) * tau**2) - 1, 1e-6)
    a, b = mean * phi, (1 - mean) * phi
    logs = [
        math.lgamma(n + 1) - math.lgamma(x + 1) - math.lgamma(n - x + 1) + _log_beta(x + a, n - x + b) - _log_beta(a, b)
        for x in range(n + 1)
    ]
    below = sum(math.exp(one) for one in logs[:count]) + math.exp(logs[count]) / 2
    return NormalDist().inv_cdf(min(max(below, 1e-12), 1 - 1e-12))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _sign(finding: Finding, rule: JudgementRule, found: SimulatedFigure) -> RowStanding:
    sure = NormalDist().cdf(finding.estimate * found.estimate / found.error)
    if sure < SURE:
        return RowStanding(Verdict.OUTSIDE, reason=f"probability {sure:.2f} of the published sign, less than {SURE}")
    least = LEAST[rule.scale]
    if abs(found.size) < least:
        name = "r" if rule.scale is JudgementScale.FISHER else "d"
        return RowStanding(
            Verdict.OUTSIDE, reason=f"the sign is right, but |{name}| is {abs(found.size):.3f}, below {least:g}"
        )
    return RowStanding(Verdict.INSIDE)


def _null(rule: JudgementRule, found: SimulatedFigure) -> RowStanding:
    if rule.margin is None:
        return RowStanding(Verdict.NOT_JUDGED, reason=rule.reason)
    half = NormalDist().inv_cdf(SURE) * found.error
    low, high = found.estimate - half, found.estimate + half
    if -rule.margin < low and high < rule.margin:
        return RowStanding(Verdict.INSIDE)
    why = f"90 % interval {low:.3g} to {high:.3g}, not within {rule.margin:.3g} of nothing"
    return RowStanding(Verdict.OUTSIDE, reason=why)
