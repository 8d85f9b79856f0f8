"""Analyses of trials, thousands of replicates at once: estimate, standard error and degrees of freedom of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bowlby.planning.trials.design import Analysis, StudyDesign
from bowlby.planning.trials.estimates import TrialEstimates
from bowlby.planning.trials.mixed_models import mixed
from bowlby.planning.trials.repeated import VisitRegression, last_effect
from bowlby.planning.trials.sampling import Replicates, TrialLayout

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NORMAL_DF = 1e9
"""Degrees of freedom that stand for a normal distribution."""


def analyse(drawn: Replicates, how: Analysis, design: StudyDesign) -> TrialEstimates:
    """Analyse every replicate.

    Args:
        drawn: replicates.
        how: the analysis.
        design: of the trial.

    Returns:
        The estimates, NaN for a replicate that cannot be analysed.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        match how:
            case Analysis.DIFFERENCE:
                return _difference(_within_sites(drawn, design))
            case Analysis.ANCOVA:
                return _regression(_within_sites(drawn, design), with_covariate=True)
            case Analysis.LOGISTIC:
                return logistic(drawn)
            case Analysis.REPEATED:
                return _repeated(drawn, design)
            case Analysis.CLUSTER_MEANS:
                return _nested(drawn) if drawn.therapist is not None else _cluster_means(drawn)
            case Analysis.CLUSTER_ANCOVA:
                return _cluster_means(_adjusted(drawn))
            case Analysis.MIXED:
                return mixed(drawn)
            case Analysis.PERIODS:
                return _periods(drawn)


@dataclass(frozen=True)
class _PreparedOutcome:
    """Outcome, arm and covariate of a regression: centred within sites, or as they are; weights 0 and 1.

    lost: degrees of freedom that sites take, shape (replicates,); None without sites.
    """

    outcome: Floats
    arm: Floats
    covariate: Floats | None
    seen: Floats
    lost: Floats | None


def _within_sites(drawn: Replicates, design: StudyDesign) -> _PreparedOutcome:
    seen = drawn.seen.astype(float)
    arm, covariate = drawn.arm.astype(float), drawn.covariate
    if design.sites is None:
        return _PreparedOutcome(drawn.outcome, arm, covariate, seen, None)
    sites = drawn.layout.cluster

    def centred(values: Floats) -> Floats:
        return values - np.nan_to_num(_group_means(values, seen, drawn.layout))[:, sites]

    other = None if covariate is None else centred(covariate)
    there = (drawn.layout.sums(seen) > 0).sum(axis=1).astype(float)
    return _PreparedOutcome(centred(drawn.outcome), centred(arm), other, seen, there)


def _repeated(drawn: Replicates, design: StudyDesign) -> TrialEstimates:
    visits = (*drawn.earlier, (drawn.outcome, drawn.seen))
    return last_effect([_visited(drawn, visits[: place + 1], design) for place in range(len(visits))])


def _visited(drawn: Replicates, visits: Sequence[tuple[Floats, Mask]], design: StudyDesign) -> VisitRegression:
    """Return the last of some visits, ready for regression on those before it."""
    weight = visits[-1][1].astype(float)
    arm, covariate = drawn.arm.astype(float), drawn.covariate
    columns = [arm, *([] if covariate is None else [covariate])]
    earlier = [outcome for outcome, _ in visits[:-1]]
    if design.sites is None:
        taken = np.zeros(len(arm))
        return VisitRegression(visits[-1][0], weight, [arm, np.ones_like(arm), *columns[1:]], earlier, taken)

    def centred(values: Floats) -> Floats:
        return values - np.nan_to_num(_group_means(values, weight, drawn.layout))[:, drawn.layout.cluster]

    taken = (drawn.layout.sums(weight) > 0).sum(axis=1).astype(float)
    own = [centred(one) for one in columns]
    return VisitRegression(centred(visits[-1][0]), weight, own, [centred(one) for one in earlier], taken)


def _group_means(values: Floats, seen: Floats, size: TrialLayout) -> Floats:
    """Return the mean of those seen in each cluster and period, NaN without any, shape (replicates, cells)."""
    return size.sums(values * seen) / size.sums(seen)


def _adjusted(drawn: Replicates) -> Replicates:
    """Return outcomes less what the covariate carries, by its slope within clusters: y - b (x - mean of x).

    The first of the two stages of Hayes & Moulton (2017, Cluster Randomised Trials, 2nd ed., ch. 10.4), with the slope
    taken within clusters, so that the arm has no part in it.
    """
    covariate = drawn.covariate
    assert covariate is not None
    seen = drawn.seen.astype(float)

    def within(values: Floats) -> Floats:
        return (values - np.nan_to_num(_group_means(values, seen, drawn.layout))[:, drawn.layout.cell]) * seen

    x = within(covariate)
    slope = (x * within(drawn.outcome)).sum(axis=1) / (x**2).sum(axis=1)
    away = covariate - covariate.mean(axis=1, keepdims=True)
    return replace(drawn, outcome=drawn.outcome - slope[:, None] * away)


def _difference(ready: _PreparedOutcome) -> TrialEstimates:
    """Mean difference with its t test; without sites Welch's, who does not take variances as equal."""
    if ready.lost is not None:
        return _regression(ready, with_covariate=False)
    parts = [_moments(ready.outcome, ready.seen * (ready.arm == arm)) for arm in (0.0, 1.0)]
    (m0, v0, n0), (m1, v1, n1) = parts
    a, b = v0 / n0, v1 / n1
    return TrialEstimates(m1 - m0, np.sqrt(a + b), (a + b) ** 2 / (a**2 / (n0 - 1) + b**2 / (n1 - 1)))


def _moments(values: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    count = weight.sum(axis=1)
    mean = (weight * values).sum(axis=1) / count
    variance = (weight * (values - mean[:, None]) ** 2).sum(axis=1) / (count - 1)
    return mean, variance, count


def _regression(ready: _PreparedOutcome, *, with_covariate: bool) -> TrialEstimates:
    """Least squares of the outcome on arm and covariate, by the normal equations of every replicate at once."""
    columns = [ready.arm] if ready.lost is not None else [np.ones_like(ready.arm), ready.arm]
    place = len(columns) - 1
    if with_covariate and ready.covariate is not None:
        columns.append(ready.covariate)
    x = np.stack(columns, axis=2)
    weighted = x * ready.seen[:, :, None]
    gram = np.einsum("rni,rnj->rij", weighted, x)
    singular = np.linalg.matrix_rank(gram) < len(columns)
    gram[singular] = np.eye(len(columns))
    inverse = np.linalg.inv(gram)
    slope = np.einsum("rij,rj->ri", inverse, np.einsum("rni,rn->ri", weighted, ready.outcome))
    rest = ready.seen * (ready.outcome - np.einsum("rni,ri->rn", x, slope))
    lost = len(columns) if ready.lost is None else ready.lost + len(columns)
    df = ready.seen.sum(axis=1) - lost
    error = np.sqrt((rest**2).sum(axis=1) / df * inverse[:, place, place])
    return TrialEstimates(np.where(singular, np.nan, slope[:, place]), error, df)


def logistic(drawn: Replicates, steps: int = 8) -> TrialEstimates:
    """Logistic regression on arm and covariate, with Wald's standard error of ln(OR).

    On the arm alone it has a closed form: logit p_1 - logit p_0, with variance the sum of one over each of the four
    counts; with a covariate it is fitted by Newton's method.

    Args:
        drawn: replicates of an outcome that is yes or no.
        steps: of Newton's method; it doubles the right digits in each.

    Returns:
        Estimates; NaN where an arm has no yes or no no, so that the odds ratio has no end.
    """
    if drawn.covariate is None:
        return _log_odds(drawn)
    seen, y = drawn.seen.astype(float), drawn.outcome
    centred = drawn.covariate - drawn.covariate.mean(axis=1, keepdims=True)
    x = np.stack([np.ones_like(y), drawn.arm.astype(float), centred], axis=2)
    beta = np.zeros((len(y), x.shape[2]))
    ridge = 1e-10 * np.eye(x.shape[2])
    information = np.zeros((len(y), x.shape[2], x.shape[2]))
    for _ in range(steps):
        p = 1.0 / (1.0 + np.exp(-np.clip(np.einsum("rni,ri->rn", x, beta), -30.0, 30.0)))
        information = np.einsum("rni,rnj->rij", x * (seen * p * (1.0 - p))[:, :, None], x) + ridge
        score = np.einsum("rni,rn->ri", x, seen * (y - p))
        beta = np.clip(beta + np.linalg.solve(information, score[:, :, None])[:, :, 0], -30.0, 30.0)
    split = [_moments(y, seen * (drawn.arm == arm))[0] for arm in (0, 1)]
    separate = np.any([(one <= 0) | (one >= 1) | ~np.isfinite(one) for one in split], axis=0)
    error = np.sqrt(np.linalg.inv(information)[:, 1, 1])
    return TrialEstimates(np.where(separate, np.nan, beta[:, 1]), error, np.full(len(y), NORMAL_DF))


def _log_odds(drawn: Replicates) -> TrialEstimates:
    """Return ln(OR) of a table of four counts, NaN where one of them is none."""
    counts = [
        (drawn.seen & (drawn.arm == arm) & (drawn.outcome == yes)).sum(axis=1).astype(float)
        for arm in (0, 1)
        for yes in (0, 1)
    ]
    no_0, yes_0, no_1, yes_1 = (np.where(count > 0, count, np.nan) for count in counts)
    error = np.sqrt(1.0 / no_0 + 1.0 / yes_0 + 1.0 / no_1 + 1.0 / yes_1)
    return TrialEstimates(np.log(yes_1 * no_0 / (no_1 * yes_0)), error, np.full(len(error), NORMAL_DF))


def _cluster_means(drawn: Replicates) -> TrialEstimates:
    """Difference of the means of cluster means, by a t test with as many degrees of freedom as clusters less two."""
    seen = drawn.seen.astype(float)
    means = _group_means(drawn.outcome, seen, drawn.layout)
    there = np.isfinite(means).astype(float)
    arm = drawn.arm[:, drawn.layout.starts]
    means = np.nan_to_num(means)
    parts = [_moments(means, there * (arm == which)) for which in (0, 1)]
    (m0, v0, n0), (m1, v1, n1) = parts
    df = n0 + n1 - 2
    pooled = ((n0 - 1) * v0 + (n1 - 1) * v1) / df
    return TrialEstimates(m1 - m0, np.sqrt(pooled * (1.0 / n0 + 1.0 / n1)), df)


def _nested(drawn: Replicates) -> TrialEstimates:
    """Therapists' means against single families of the other arm, by Welch's degrees of freedom.

    For designs in which one arm alone is clustered (Roberts & Roberts 2005, Clin Trials 2:152).
    """
    therapist = drawn.therapist
    assert therapist is not None
    seen, replicates = drawn.seen, len(drawn.outcome)
    count = int(therapist.max()) + 1
    row = np.arange(replicates)[:, None] * (count + 1)
    place = (row + np.where(seen, therapist, -1) + 1).ravel()
    size = np.bincount(place, minlength=replicates * (count + 1)).reshape(replicates, -1)[:, 1:].astype(float)
    total = np.bincount(place, (seen * drawn.outcome).ravel(), minlength=replicates * (count + 1))
    means = np.nan_to_num(total.reshape(replicates, -1)[:, 1:] / size)
    # Weights that lie between families and therapists alike are not known; therapists count by their families.
    m1, v1, k = _weighted_moments(means, size)
    m0, v0, n0 = _moments(drawn.outcome, seen * (drawn.arm == 0).astype(float))
    a, b = v0 / n0, v1
    return TrialEstimates(m1 - m0, np.sqrt(a + b), (a + b) ** 2 / (a**2 / (n0 - 1) + b**2 / (k - 1)))


def _weighted_moments(means: Floats, size: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the mean over all families, the variance of that mean from the spread of therapists, and their number."""
    total = size.sum(axis=1)
    k = (size > 0).sum(axis=1).astype(float)
    mean = (means * size).sum(axis=1) / total
    spread = (size**2 * (means - mean[:, None]) ** 2).sum(axis=1)
    return mean, k / (k - 1) * spread / total**2, k


def _periods(drawn: Replicates) -> TrialEstimates:
    """Cluster-period means on cluster, period and treatment: a stepped wedge (Hussey & Hughes 2007).

    Contemp Clin Trials 28:182, with clusters as fixed effects. Least squares leave out what clusters and periods carry:
    both sides are centred twice over a full table, and the slope is taken of what stays.
    """
    size = drawn.layout
    shape = (len(drawn.outcome), size.clusters, size.periods)
    means = _group_means(drawn.outcome, drawn.seen.astype(float), size).reshape(shape)
    there = np.asarray(np.isfinite(means).all(axis=2))
    treated = drawn.arm[:, size.starts].reshape(shape).astype(float)
    y, x = _twice_centred(means, there), _twice_centred(treated, there)
    sum_x = (x**2).sum(axis=(1, 2))
    slope = (x * y).sum(axis=(1, 2)) / sum_x
    clusters = there.sum(axis=1)
    df = (clusters * size.periods - clusters - size.periods).astype(float)
    rest = ((y - slope[:, None, None] * x) ** 2).sum(axis=(1, 2)) / df
    return TrialEstimates(slope, np.sqrt(rest / sum_x), df)


def _twice_centred(table: Floats, there: Mask) -> Floats:
    """Return a table of clusters and periods less both of its means, 0 for clusters that left in any period."""
    own = np.where(there[:, :, None], table, 0.0)
    count = there.sum(axis=1)[:, None, None]
    centred = own - own.sum(axis=1, keepdims=True) / count
    return np.where(there[:, :, None], centred - centred.mean(axis=2, keepdims=True), 0.0)
