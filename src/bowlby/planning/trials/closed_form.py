"""What textbook formulas say of the same trial: they know means, variances and rates, and nothing of a mechanism."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from bowlby.planning.trials.design import Analysis, Randomisation, StudyDesign
from bowlby.planning.trials.effects import LOGISTIC_SD, OutcomeByArm
from bowlby.planning.trials.noncentral import power_of_t
from bowlby.planning.trials.sampling import TrialLayout
from bowlby.planning.trials.testing import primary_test


@dataclass(frozen=True)
class ClosedForm:
    """The answer of a formula.

    Args:
        power: of a two-sided test.
        formula: which one, in words.
    """

    power: float
    formula: str


@dataclass(frozen=True)
class _Numbers:
    """What formulas know: families seen in each arm, their variances, and the difference."""

    n: tuple[float, float]
    variance: tuple[float, float]
    difference: float
    alpha: float
    sides: int = 2


def closed_form(
    design: StudyDesign, size: TrialLayout, arms: OutcomeByArm, correlation: float | None = None
) -> ClosedForm | None:
    """Return what a formula gives for a trial's power, or None where there is none.

    Drop-out enters by its rate alone; that it depends on anything is what formulas do not know.

    Args:
        design: of the trial.
        size: of the trial.
        arms: outcomes of the pool.
        correlation: of covariate and outcome within arms, or None without covariate.

    Returns:
        Power and the name of the formula.
    """
    known = _numbers(design, size, arms)
    match design.analysed_by:
        case Analysis.REPEATED:
            return None
        case Analysis.DIFFERENCE:
            return _plain(known, design, size, 0.0)
        case Analysis.ANCOVA:
            return _plain(known, design, size, correlation or 0.0)
        case Analysis.LOGISTIC:
            return _odds(known, design, arms) if correlation is None else None
        case Analysis.CLUSTER_MEANS if design.therapists is not None:
            return _nested(known, design)
        case Analysis.CLUSTER_MEANS:
            return _clusters(known, design, size, 0.0)
        case Analysis.CLUSTER_ANCOVA | Analysis.MIXED:
            return _clusters(known, design, size, correlation or 0.0)
        case Analysis.PERIODS:
            return _wedge(known, design, size)


def _numbers(design: StudyDesign, size: TrialLayout, arms: OutcomeByArm) -> _Numbers:
    control, share = design.weights[:2]
    stay = _staying(design)
    variance = arms.outcome.var(axis=1)
    sites_stay = 1.0 if design.sites is None else 1.0 - design.sites.lost
    there = size.n * stay * sites_stay
    n = (there * control, there * share)
    return _Numbers(
        n,
        (float(variance[0]), float(variance[1])),
        _away(design, arms.difference),
        design.trial.alpha,
        design.trial.sides,
    )


def _staying(design: StudyDesign) -> float:
    """Return the share of families that is seen at the primary outcome's last visit."""
    return 1.0 - design.drop_out.rate * design.left_by(design.primary.ages[-1])


def _of_t(known: _Numbers, error: float, df: float, formula: str) -> ClosedForm | None:
    """Return the power of a t test, None where too few are left to be tested."""
    if not (np.isfinite(error) and error > 0.0 and np.isfinite(df) and df > 0.0):
        return None
    return ClosedForm(power_of_t(known.difference, error, df, known.alpha, known.sides), formula)


def _plain(known: _Numbers, design: StudyDesign, size: TrialLayout, correlation: float) -> ClosedForm | None:
    if min(known.n) <= 1.0:
        return None
    left = 1.0 - correlation**2
    within = left if design.sites is None else left * (1.0 - design.sites.icc)
    a, b = (within * variance / n for variance, n in zip(known.variance, known.n, strict=True))
    welch = (a + b) ** 2 / (a**2 / (known.n[0] - 1) + b**2 / (known.n[1] - 1))
    df = welch if design.sites is None else sum(known.n) - size.clusters - 1
    said = "two-sample t test, noncentral t" + (f", covariate with r = {correlation:.2f}" if correlation else "")
    return _of_t(known, float(np.sqrt(a + b)), df, said)


def _away(design: StudyDesign, difference: float) -> float:
    """Return what the test looks for: the difference, on one side that of the alternative plus the margin."""
    test = primary_test(design)
    return test.sign * difference + test.margin if test.sign else difference


def _odds(known: _Numbers, design: StudyDesign, arms: OutcomeByArm) -> ClosedForm:
    p = np.clip(arms.means, 1e-9, 1 - 1e-9)
    error = float(np.sqrt((1.0 / (np.array(known.n) * p * (1.0 - p))).sum()))
    away = _away(design, arms.d * LOGISTIC_SD) / error
    z = float(ndtri(1.0 - known.alpha / known.sides))
    below = float(ndtr(-away - z)) if known.sides == 2 else 0.0
    return ClosedForm(float(ndtr(away - z)) + below, "Wald test of a log odds ratio, normal")


def _seen_of_cells(design: StudyDesign, size: TrialLayout) -> tuple[float, float]:
    """Return the sites that stay, and the mean over sites of one over the families seen in a site and period."""
    lost = 0.0 if design.sites is None else design.sites.lost
    each = size.sizes * _staying(design)
    return size.clusters * (1.0 - lost), float((1.0 / each).mean())


def _clusters(known: _Numbers, design: StudyDesign, size: TrialLayout, correlation: float) -> ClosedForm | None:
    sites = design.sites
    if sites is None:
        return None
    clusters, of_one = _seen_of_cells(design, size)
    control, share = (one * clusters for one in design.weights[:2])
    if len(design.arms) == 2:
        share = min(max(2, round(share)), clusters - 2)
        control = clusters - share
    within = (1.0 - sites.icc) * (1.0 - correlation**2) * of_one
    of_mean = [variance * (sites.icc + within) for variance in known.variance]
    error = float(np.sqrt(of_mean[0] / control + of_mean[1] / share))
    said = "t test of cluster means, design effect 1 + (m - 1) ICC"
    said += f", covariate with r = {correlation:.2f}" if correlation else ""
    return _of_t(known, error, control + share - 2, said)


def _nested(known: _Numbers, design: StudyDesign) -> ClosedForm | None:
    who = design.therapists
    if who is None:
        return None
    kept = who.families_each * _staying(design)
    count = known.n[1] / kept
    if known.n[0] <= 1.0 or count <= 1.0:
        return None
    a = known.variance[0] / known.n[0]
    b = known.variance[1] * (who.icc + (1.0 - who.icc) / kept) / count
    df = (a + b) ** 2 / (a**2 / (known.n[0] - 1) + b**2 / max(count - 1, 1.0))
    return _of_t(known, float(np.sqrt(a + b)), df, "one arm clustered by therapist, Welch's degrees of freedom")


def _wedge(known: _Numbers, design: StudyDesign, size: TrialLayout) -> ClosedForm | None:
    sites = design.sites
    if sites is None or design.randomisation.kind is not Randomisation.STEPPED_WEDGE:
        return None
    step = 1 + np.arange(size.clusters) % design.randomisation.steps
    treated = (np.arange(size.periods)[None, :] >= step[:, None]).astype(float)
    centred = treated - treated.mean(axis=0) - treated.mean(axis=1)[:, None] + treated.mean()
    clusters, of_one = _seen_of_cells(design, size)
    passing = sites.icc * (1.0 - sites.autocorrelation)
    cell = sum(known.variance) / 2.0 * ((1.0 - sites.icc) * of_one + passing)
    error = float(np.sqrt(cell / ((centred**2).sum() * clusters / size.clusters)))
    df = clusters * size.periods - clusters - size.periods
    return _of_t(known, error, df, "stepped wedge with fixed clusters")
