"""What textbook formulas say of the same trial: they know means, variances and rates, and nothing of a mechanism."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import nctdtr, ndtr, ndtri, stdtrit

from bowlby.planning.trials.design import Analysis, Design, Randomisation
from bowlby.planning.trials.drawing import Layout
from bowlby.planning.trials.effects import LOGISTIC_SD, Arms


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


def closed_form(design: Design, size: Layout, arms: Arms, correlation: float | None = None) -> ClosedForm | None:
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
        case Analysis.DIFFERENCE:
            return _plain(known, design, size, 0.0)
        case Analysis.ANCOVA:
            return _plain(known, design, size, correlation or 0.0)
        case Analysis.LOGISTIC:
            return _odds(known, arms) if correlation is None else None
        case Analysis.CLUSTER_MEANS if design.therapists is not None:
            return _nested(known, design)
        case Analysis.CLUSTER_MEANS | Analysis.MIXED:
            return _clusters(known, design, size)
        case Analysis.PERIODS:
            return _wedge(known, design, size)


def _numbers(design: Design, size: Layout, arms: Arms) -> _Numbers:
    ratio = design.randomisation.ratio
    share = ratio / (1.0 + ratio)
    stay = 1.0 - design.drop_out.rate
    variance = arms.outcome.var(axis=1)
    n = (size.n * (1.0 - share) * stay, size.n * share * stay)
    return _Numbers(n, (float(variance[0]), float(variance[1])), arms.difference, design.trial.alpha)


def power_of_t(effect: float, error: float, df: float, alpha: float) -> float:
    """Return the power of a two-sided t test: P(|T| > t) with T noncentral t of noncentrality effect / error.

    Args:
        effect: true difference.
        error: standard deviation of its estimate, > 0.
        df: degrees of freedom, > 0.
        alpha: level, in (0, 1).

    Returns:
        Power.
    """
    t = float(stdtrit(df, 1.0 - alpha / 2.0))
    away = abs(effect) / error
    return float(1.0 - nctdtr(df, away, t) + nctdtr(df, away, -t))


def _plain(known: _Numbers, design: Design, size: Layout, correlation: float) -> ClosedForm:
    left = 1.0 - correlation**2
    within = left if design.sites is None else left * (1.0 - design.sites.icc)
    a, b = (within * variance / n for variance, n in zip(known.variance, known.n, strict=True))
    welch = (a + b) ** 2 / (a**2 / (known.n[0] - 1) + b**2 / (known.n[1] - 1))
    df = welch if design.sites is None else sum(known.n) - size.clusters - 1
    said = "two-sample t test, noncentral t" + (f", covariate with r = {correlation:.2f}" if correlation else "")
    return ClosedForm(power_of_t(known.difference, float(np.sqrt(a + b)), df, known.alpha), said)


def _odds(known: _Numbers, arms: Arms) -> ClosedForm:
    p = np.clip(arms.means, 1e-9, 1 - 1e-9)
    error = float(np.sqrt((1.0 / (np.array(known.n) * p * (1.0 - p))).sum()))
    away = abs(arms.d) * LOGISTIC_SD / error
    z = float(ndtri(1.0 - known.alpha / 2.0))
    return ClosedForm(float(ndtr(away - z) + ndtr(-away - z)), "Wald test of a log odds ratio, normal")


def _clusters(known: _Numbers, design: Design, size: Layout) -> ClosedForm | None:
    sites = design.sites
    if sites is None:
        return None
    kept = sites.families_each * (1.0 - design.drop_out.rate)
    ratio = design.randomisation.ratio
    treated = min(max(2, round(ratio / (1.0 + ratio) * size.clusters)), size.clusters - 2)
    of_mean = [variance * (sites.icc + (1.0 - sites.icc) / kept) for variance in known.variance]
    error = float(np.sqrt(of_mean[0] / (size.clusters - treated) + of_mean[1] / treated))
    power = power_of_t(known.difference, error, size.clusters - 2, known.alpha)
    return ClosedForm(power, "t test of cluster means, design effect 1 + (m - 1) ICC")


def _nested(known: _Numbers, design: Design) -> ClosedForm | None:
    who = design.therapists
    if who is None:
        return None
    kept = who.families_each * (1.0 - design.drop_out.rate)
    count = known.n[1] / kept
    a = known.variance[0] / known.n[0]
    b = known.variance[1] * (who.icc + (1.0 - who.icc) / kept) / count
    df = (a + b) ** 2 / (a**2 / (known.n[0] - 1) + b**2 / max(count - 1, 1.0))
    power = power_of_t(known.difference, float(np.sqrt(a + b)), df, known.alpha)
    return ClosedForm(power, "one arm clustered by therapist, Welch's degrees of freedom")


def _wedge(known: _Numbers, design: Design, size: Layout) -> ClosedForm | None:
    sites = design.sites
    if sites is None or design.randomisation.kind is not Randomisation.STEPPED_WEDGE:
        return None
    step = 1 + np.arange(size.clusters) % design.randomisation.steps
    treated = (np.arange(size.periods)[None, :] >= step[:, None]).astype(float)
    centred = treated - treated.mean(axis=0) - treated.mean(axis=1)[:, None] + treated.mean()
    kept = sites.families_each * (1.0 - design.drop_out.rate)
    cell = sum(known.variance) / 2.0 * (1.0 - sites.icc) / kept
    error = float(np.sqrt(cell / (centred**2).sum()))
    df = size.clusters * size.periods - size.clusters - size.periods
    return ClosedForm(power_of_t(known.difference, error, df, known.alpha), "stepped wedge with fixed clusters")
