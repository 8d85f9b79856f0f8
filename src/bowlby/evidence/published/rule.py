"""How a published figure is judged: its scale and the spread s that it leaves, from the columns `k`, `ci`, `n` alone.

The rule was fixed before any mechanism of the second edition was built; `rules.csv` holds what it gives for each row of
bowlby's own table, and a test keeps the two alike. A figure's band must hold what another sample of the same question
would show: the standard error of a pooled estimate, and, where few studies were pooled, how much studies differ.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from bowlby.evidence.published.finding import Finding
from bowlby.evidence.published.vocabulary import FindingMetric

Z95 = 1.959964
TAU = {FindingMetric.R: 0.10, FindingMetric.D: 0.20}
"""Standard deviation between studies where a row states none: on Fisher's z, and on d. Average tau over three sets of
meta-analyses in psychology is .10, .20 and .21 (Bierwiaczonek et al. 2025). Other scales have none: there a row without
an interval of its own is not judged, never widened by a guess."""
FEW_STUDIES = 5
"""Fewer pooled studies do not average out what differs between them."""
PER_STUDY = 60
"""Persons of a study where only the number of studies is known. Assumed."""
FEWEST_PERSONS = 5
"""Fewer persons leave no standard error."""
SURE = 0.95
"""Probability with which a sign must come out."""
BASELINE = {FindingMetric.R: 0.20, FindingMetric.D: 0.40}
"""The two numbers of the baseline "worse care, worse outcome", each with the published sign."""


class FindingQuestion(StrEnum):
    """Which table a row belongs to."""

    NUMERIC = "numeric"
    SIGN = "sign"
    NULL = "null"


class JudgementScale(StrEnum):
    """On which a numeric row is judged."""

    FISHER = "Fisher z"
    DIFFERENCE = "d"
    LOGIT = "logit"
    LOG = "log"
    PLAIN = "as published"


class SpreadFormula(StrEnum):
    """How s, the spread that a row leaves, is found."""

    INTERVAL = "interval"
    INTERVAL_FEW = "interval + tau"
    STUDIES = "(tau2 + v) / k"
    STUDIES_FEW = "(tau2 + v) / k + tau2"
    SIGN = "sign and size"
    MARGIN = "margin from n"
    NONE = "not judged"


_QUESTIONS = {
    FindingMetric.SIGN: FindingQuestion.SIGN,
    FindingMetric.MEDIATED: FindingQuestion.SIGN,
    FindingMetric.NULL: FindingQuestion.NULL,
}
_SCALES = {
    FindingMetric.R: JudgementScale.FISHER,
    FindingMetric.D: JudgementScale.DIFFERENCE,
    FindingMetric.PERCENT: JudgementScale.LOGIT,
    FindingMetric.RATIO: JudgementScale.LOG,
}


@dataclass(frozen=True)
class JudgementRule:
    """How one row is judged.

    Args:
        id: of the row.
        question: which table it belongs to.
        scale: on which it is judged.
        formula: how s is found.
        value: the published figure on the scale, 0 for a null, +1 or -1 for a sign.
        s: spread on the scale, or None where the row is not judged.
        tau: standard deviation between studies on the scale, or None where none is known.
        baseline: what the two-number baseline gives on the scale, or None where it says nothing.
        margin: half width within which a null holds, on the scale; None elsewhere or where the study's n is unknown.
        reason: why the row is not judged, else "".
    """

    id: str
    question: FindingQuestion
    scale: JudgementScale
    formula: SpreadFormula
    value: float
    s: float | None
    tau: float | None
    baseline: float | None
    margin: float | None
    reason: str = ""

    @property
    def band(self) -> tuple[float, float] | None:
        """The figures that count as inside, in the published unit: 1.96 s either way; None where there is no s."""
        if self.s is None:
            return None
        half = Z95 * self.s
        return from_scale(self.scale, self.value - half), from_scale(self.scale, self.value + half)

    @property
    def null_z(self) -> float | None:
        """The figure's distance from no effect of care, in s; None where the row is not judged or has no such zero."""
        return None if self.s is None or self.baseline is None else self.value / self.s

    @property
    def baseline_z(self) -> float | None:
        """The figure's distance from the two-number baseline, in s, likewise."""
        return None if self.s is None or self.baseline is None else (self.baseline - self.value) / self.s


def rule_of(finding: Finding, times_tau: float = 1.0) -> JudgementRule:
    """Return how a row is judged.

    s2 = se2, plus tau2 where fewer than five studies were pooled; se2 is the published interval's, else (tau2 + v) / k
    with v the sampling variance of a study of average size. A row without `k` counts as one study, unless it states an
    interval: that stands as published.

    Args:
        finding: the row.
        times_tau: multiple of the assumed tau, to show what depends on it.

    Returns:
        The rule.
    """
    question = _QUESTIONS.get(finding.metric, FindingQuestion.NUMERIC)
    scale = _SCALES.get(finding.metric, JudgementScale.PLAIN)
    if question is not FindingQuestion.NUMERIC:
        effect = JudgementScale.DIFFERENCE if _compares(finding) else JudgementScale.FISHER
        margin = _margin(finding) if question is FindingQuestion.NULL else None
        formula, why = SpreadFormula.SIGN, ""
        if question is FindingQuestion.NULL:
            formula = SpreadFormula.NONE if margin is None else SpreadFormula.MARGIN
            why = "the study's n is not known" if margin is None else ""
        return JudgementRule(finding.id, question, effect, formula, finding.estimate, None, None, None, margin, why)
    tau = finding.tau if finding.tau is not None else _times(TAU.get(finding.metric), times_tau)
    value = on_scale(scale, finding.estimate, finding.n)
    formula, variance, why = _variance(finding, scale, tau)
    base = BASELINE.get(finding.metric)
    given = None if base is None else on_scale(scale, math.copysign(base, finding.estimate), None)
    s = None if variance is None else math.sqrt(variance)
    return JudgementRule(finding.id, question, scale, formula, value, s, tau, given, None, why)


def _times(tau: float | None, times: float) -> float | None:
    return None if tau is None else tau * times


def _compares(finding: Finding) -> bool:
    return bool(finding.predictor.care or finding.predictor.intervention or not finding.predictor.variable)


def _margin(finding: Finding) -> float | None:
    """Return the least effect that the study could have found: half the width of its own 95 % interval around zero."""
    if finding.n is None or finding.n < FEWEST_PERSONS:
        return None
    return Z95 * (math.sqrt(4 / finding.n) if _compares(finding) else 1 / math.sqrt(finding.n - 3))


def _variance(finding: Finding, scale: JudgementScale, tau: float | None) -> tuple[SpreadFormula, float | None, str]:
    k = finding.k or 1
    few = k < FEW_STUDIES and not (finding.k is None and finding.interval is not None)
    if finding.interval is not None:
        low, high = (on_scale(scale, end, finding.n) for end in finding.interval)
        se2 = ((high - low) / (2 * Z95)) ** 2
        formula = SpreadFormula.INTERVAL_FEW if few else SpreadFormula.INTERVAL
    elif finding.k is None and finding.n is None:
        return SpreadFormula.NONE, None, "neither an interval nor a number of studies or persons was published"
    else:
        v = _sampling(finding, scale, (finding.n or PER_STUDY * k) / k)
        se2 = None if v is None or tau is None else (tau**2 + v) / k
        formula = SpreadFormula.STUDIES_FEW if few else SpreadFormula.STUDIES
    if se2 is None or (few and tau is None):
        return SpreadFormula.NONE, None, f"how much studies differ on the scale ({scale}) is not known"
    if se2 == 0.0:
        return SpreadFormula.NONE, None, "the published interval has no width"
    return formula, se2 + (tau or 0.0) ** 2 * few, ""


def _sampling(finding: Finding, scale: JudgementScale, n: float) -> float | None:
    """Return the sampling variance of the figure in one study of n persons, or None where there is no formula."""
    match scale:
        case JudgementScale.FISHER:
            return 1 / (n - 3) if n > 3 else None
        case JudgementScale.DIFFERENCE:
            return 4 / n + finding.estimate**2 / (2 * n)
        case JudgementScale.LOGIT:
            share = _share(finding.estimate, n)
            return 1 / (n * share * (1 - share))
        case JudgementScale.LOG | JudgementScale.PLAIN:
            return None


def _share(percent: float, n: float | None) -> float:
    """Return a percentage as a share that has a logit: at least half a person from either end."""
    edge = 0.5 / n if n else 1e-3
    return min(max(percent / 100.0, edge), 1 - edge)


def on_scale(scale: JudgementScale, value: float, n: float | None) -> float:
    """Return a figure on the scale that it is judged on.

    Args:
        scale: Fisher's z of r, d itself, the logit of a percentage, the logarithm of a ratio, or as it stands.
        value: as published.
        n: persons, for percentages at either end; None for a thousandth.

    Returns:
        Finite where the figure is; r is held within +-.999, a ratio above .001.
    """
    match scale:
        case JudgementScale.FISHER:
            return math.atanh(min(max(value, -0.999), 0.999))
        case JudgementScale.LOGIT:
            share = _share(value, n)
            return math.log(share / (1 - share))
        case JudgementScale.LOG:
            return math.log(max(value, 1e-3))
        case JudgementScale.DIFFERENCE | JudgementScale.PLAIN:
            return value


def from_scale(scale: JudgementScale, value: float) -> float:
    """Return the figure whose place on a scale is given, the inverse of `on_scale`.

    Args:
        scale: of the row.
        value: on it.

    Returns:
        In the published unit.
    """
    match scale:
        case JudgementScale.FISHER:
            return math.tanh(value)
        case JudgementScale.LOGIT:
            return 100.0 / (1.0 + math.exp(-value))
        case JudgementScale.LOG:
            return math.exp(value)
        case JudgementScale.DIFFERENCE | JudgementScale.PLAIN:
            return value


COLUMNS = ("id", "question", "scale", "formula", "value", "s", "null_z", "baseline_z", "margin", "reason")


def rows(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """Return the rules of findings as the committed file holds them.

    Args:
        findings: rows of a table.

    Returns:
        One row of texts a finding; numbers to five decimals, "" where there is none.
    """
    return [_texts(rule_of(finding)) for finding in findings]


def _texts(rule: JudgementRule) -> dict[str, str]:
    values = (rule.value, rule.s, rule.null_z, rule.baseline_z, rule.margin)
    numbers = ["" if one is None else f"{one:.5f}" for one in values]
    return dict(zip(COLUMNS, (rule.id, rule.question, rule.scale, rule.formula, *numbers, rule.reason), strict=True))


def committed_rules() -> list[dict[str, str]]:
    """Return the rules that were fixed before any mechanism of the second edition was built.

    Returns:
        Rows of `COLUMNS` in the table's order, as texts.
    """
    text = (files("bowlby.evidence.published") / "rules.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
