"""The first edition's verdicts, kept beside the second's: inside or outside of a published figure's band."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

from bowlby.evidence.published.finding import Finding
from bowlby.evidence.published.rule import FEWEST_PERSONS, PER_STUDY, SURE
from bowlby.evidence.published.vocabulary import FindingMetric

Z = 1.96
NULL_R, NULL_D = 0.08, 0.15
"""What counts as nothing."""
TOLERANCE = {FindingMetric.PERCENT: 3.0, FindingMetric.R: 0.03, FindingMetric.KAPPA: 0.05, FindingMetric.D: 0.05}
"""How near a row marked `calibrate` must come."""


class BandVerdict(StrEnum):
    """Where the simulated figure lies."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    NOT_APPLICABLE = "not applicable"


class VerdictBasis(StrEnum):
    """What the verdict rests on."""

    INTERVAL = "published interval"
    ERROR = "standard error from n or k"
    SIGN = "sign"
    NULL = "equivalence"
    TOLERANCE = "stated tolerance"
    NOTHING = "nothing to hold it against"


@dataclass(frozen=True)
class SimulatedFigure:
    """A figure of a simulated study.

    Args:
        estimate: of all children.
        error: standard error, of chance and of the fitted population together, > 0.
        chance: standard error of the simulated children's chances alone (Monte Carlo), >= 0.
        size: r or d behind a sign, where it differs from the estimate; else the estimate.
    """

    estimate: float
    error: float
    chance: float = 0.0
    size: float = math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval."""
        return self.estimate - Z * self.error, self.estimate + Z * self.error


@dataclass(frozen=True)
class Judgement:
    """A verdict and what it rests on.

    Args:
        verdict: inside, outside or not applicable.
        by: what it rests on.
        band: that the figure had to lie in, or None for a sign.
        reason: one sentence where it is outside or not applicable, else "".
    """

    verdict: BandVerdict
    by: VerdictBasis
    band: tuple[float, float] | None
    reason: str = ""


def band(finding: Finding) -> tuple[VerdictBasis, tuple[float, float] | None]:
    """Return the band of a figure: the published interval, else 1.96 standard errors from n or k, else none.

    Args:
        finding: a row; one marked `calibrate` has the stated tolerance.

    Returns:
        What it rests on, and its ends.
    """
    if finding.role == "calibrate" and finding.metric in TOLERANCE:
        half = TOLERANCE[finding.metric]
        return VerdictBasis.TOLERANCE, (finding.estimate - half, finding.estimate + half)
    if finding.interval:
        return VerdictBasis.INTERVAL, finding.interval
    error = _error(finding)
    if error is None:
        return VerdictBasis.SIGN, None
    return VerdictBasis.ERROR, (finding.estimate - Z * error, finding.estimate + Z * error)


def _error(finding: Finding) -> float | None:
    """Return the standard error that the number of persons leaves, or None where it leaves none."""
    n = finding.n or (PER_STUDY * finding.k if finding.k else None)
    if n is None or n < FEWEST_PERSONS:
        return None
    value = finding.estimate
    match finding.metric:
        case FindingMetric.PERCENT:
            share = min(max(value / 100.0, 0.5 / n), 1 - 0.5 / n)
            return 100.0 * math.sqrt(share * (1 - share) / n)
        case FindingMetric.R:
            return (1 - value**2) / math.sqrt(n - 3)
        case FindingMetric.D:
            return math.sqrt(4 / n + value**2 / (2 * n))
        case FindingMetric.KAPPA:
            return math.sqrt((1 - value**2) / n)
        case _:
            return None


def judge(finding: Finding, found: SimulatedFigure) -> Judgement:
    """Return the verdict on a simulated figure.

    Args:
        finding: the row.
        found: what the model gives.

    Returns:
        Inside where the estimate lies in the band; a sign where it is right with probability .95; nothing where its
        90 % interval lies within what counts as nothing.
    """
    if not (math.isfinite(found.estimate) and math.isfinite(found.error)):
        return Judgement(
            BandVerdict.NOT_APPLICABLE, VerdictBasis.NOTHING, None, "no figure: too few of these children vary in it"
        )
    if finding.metric is FindingMetric.NULL:
        return _nothing(finding, found)
    if finding.metric in (FindingMetric.SIGN, FindingMetric.MEDIATED):
        return _sign(finding.estimate, found)
    by, ends = band(finding)
    if ends is None:
        return _without_band(finding, found)
    if ends[0] <= found.estimate <= ends[1]:
        return Judgement(BandVerdict.INSIDE, by, ends)
    side = "below" if found.estimate < ends[0] else "above"
    return Judgement(BandVerdict.OUTSIDE, by, ends, f"{side} {ends[0]:.3g} to {ends[1]:.3g}")


def _without_band(finding: Finding, found: SimulatedFigure) -> Judgement:
    if finding.metric in (FindingMetric.PERCENT, FindingMetric.MEAN, FindingMetric.RATIO):
        why = "neither an interval nor a number of persons was published with it, and it has no sign"
        return Judgement(BandVerdict.NOT_APPLICABLE, VerdictBasis.NOTHING, None, why)
    return _sign(math.copysign(1.0, finding.estimate), found)


def _sign(wanted: float, found: SimulatedFigure) -> Judgement:
    sure = NormalDist().cdf(wanted * found.estimate / found.error)
    if sure >= SURE:
        return Judgement(BandVerdict.INSIDE, VerdictBasis.SIGN, None)
    why = f"probability {sure:.2f} of the published sign, less than {SURE}"
    return Judgement(BandVerdict.OUTSIDE, VerdictBasis.SIGN, None, why)


def _nothing(finding: Finding, found: SimulatedFigure) -> Judgement:
    groups = finding.predictor.care or finding.predictor.intervention
    half = NULL_D if groups else NULL_R
    z = NormalDist().inv_cdf(SURE)
    ends = found.estimate - z * found.error, found.estimate + z * found.error
    if -half < ends[0] and ends[1] < half:
        return Judgement(BandVerdict.INSIDE, VerdictBasis.NULL, (-half, half))
    return Judgement(
        BandVerdict.OUTSIDE, VerdictBasis.NULL, (-half, half), f"90 % interval {ends[0]:.3g} to {ends[1]:.3g}"
    )
