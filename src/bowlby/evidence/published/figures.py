"""From simulated children to the figure of a finding, with an interval from blocks of children left out in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bowlby.evidence.published import metrics
from bowlby.evidence.published.bands import SimulatedFigure
from bowlby.evidence.published.finding import Finding, Predictor
from bowlby.evidence.published.lives import BLOCKS, SimulatedStudy, blocks_of
from bowlby.evidence.published.vocabulary import VARIABLES, FindingMetric

Floats = npt.NDArray[np.float64]


class RequiredVariable(NamedTuple):
    """What has to be known: who, which variable, at which age in months."""

    study: SimulatedStudy
    variable: str
    age: float


GROUPS = 10
"""Groups of children in each block, at most, whose spread gives the Monte Carlo error."""

Answer = Callable[[RequiredVariable], Floats]


@dataclass(frozen=True)
class SampleSize:
    """How many children stand behind a figure.

    Args:
        children: of each study in the first round.
        seed: of all chances.
        most: children of a study in later rounds, for rows whose Monte Carlo error is too large for a verdict.
    """

    children: int
    seed: int
    most: int = 64_000


def required_variables(finding: Finding, size: SampleSize) -> tuple[RequiredVariable, ...]:
    """Return what has to be known for a finding, in the order in which `figure` takes it.

    Args:
        finding: the row.
        size: of the simulated studies.

    Returns:
        Variables of studies at ages: the outcome first, of both studies where two are compared.
    """
    one = finding.predictor
    study = SimulatedStudy(finding.population, size.children, size.seed)
    own = RequiredVariable(study, finding.outcome, finding.age_outcome)
    if one.care:
        # Other children: two studies of different people share no chances.
        other = SimulatedStudy(one.care, size.children, size.seed + 1)
        return RequiredVariable(other, finding.outcome, finding.age_outcome), own
    if one.intervention:
        arm = SimulatedStudy(finding.population, size.children, size.seed, one.intervention, finding.from_age)
        treated = RequiredVariable(arm, finding.outcome, finding.age_outcome)
        return (treated,) if finding.metric in (FindingMetric.PERCENT, FindingMetric.MEAN) else (treated, own)
    if one.variable:
        parts = [own, RequiredVariable(study, one.variable, finding.from_age)]
        return (*parts, RequiredVariable(study, one.held, finding.age_outcome)) if one.held else tuple(parts)
    return (own,)


def figure(finding: Finding, size: SampleSize, answer: Answer) -> SimulatedFigure:
    """Return what the simulated study gives: sd over left-out blocks times (B - 1) / sqrt(B) (jackknife: Tukey 1958).

    Args:
        finding: the row.
        size: of the simulated studies.
        answer: gives a variable, shape (children,).

    Returns:
        Estimate and standard error; blocks of calibrated populations have a draw of the fit each, so that the error
        holds the fit's uncertainty too.
    """
    columns = [answer(one) for one in required_variables(finding, size)]
    ones = [np.ones(len(column)) for column in columns]
    estimate = finding_estimate(finding, columns, ones)
    left_out = [
        finding_estimate(finding, columns, [(blocks_of(len(column)) != block).astype(float) for column in columns])
        for block in range(BLOCKS)
    ]
    error = float(np.std(left_out)) * (BLOCKS - 1) ** 0.5
    return SimulatedFigure(
        estimate,
        error if error > 0 or not np.isfinite(error) else 1e-9,
        _chance(finding, columns),
        _size(finding, columns, ones, estimate),
    )


def _chance(finding: Finding, columns: Sequence[Floats]) -> float:
    """Return the Monte Carlo error: the jackknife over groups of children, within blocks of one draw of the fit.

    V = (G - 1) / G * m / (m - 1) * sum over groups of (t_g - mean of its block)^2, m groups in each of B blocks.
    """
    within = min(GROUPS, min(map(len, columns)) // BLOCKS)
    if within < 2:
        return float("nan")
    groups = within * BLOCKS
    of = [np.arange(len(column)) * groups // len(column) for column in columns]
    left_out = np.array(
        [finding_estimate(finding, columns, [(own != group).astype(float) for own in of]) for group in range(groups)]
    ).reshape(BLOCKS, within)
    spread = np.square(left_out - left_out.mean(axis=1, keepdims=True)).sum()
    return float(np.sqrt((groups - 1) / groups * within / (within - 1) * spread))


def _size(finding: Finding, columns: Sequence[Floats], weights: Sequence[Floats], estimate: float) -> float:
    """Return the r or d behind a sign: of a mean without predictor over its own spread, of a mediation the whole r."""
    if finding.metric is FindingMetric.MEDIATED:
        return metrics.correlation(columns[1], columns[0], weights[0])
    if finding.metric is FindingMetric.SIGN and finding.predictor == Predictor():
        spread = float(np.nanstd(columns[0]))
        return estimate / spread if spread > 0 else float("nan")
    return estimate


def finding_estimate(finding: Finding, columns: Sequence[Floats], weights: Sequence[Floats]) -> float:
    """Return the figure of a finding from its variables, each child with a weight.

    Args:
        finding: the row.
        columns: what `asked` names, each of shape (children,).
        weights: of the children of each column, >= 0.

    Returns:
        The figure in the unit of the finding's metric; NaN where nothing varies.
    """
    match finding.metric:
        case FindingMetric.PERCENT:
            return 100.0 * metrics.mean(columns[0], weights[0])
        case FindingMetric.MEAN:
            return metrics.mean(columns[0], weights[0])
        case FindingMetric.RATIO:
            return metrics.mean(columns[0], weights[0]) / metrics.mean(columns[1], weights[1])
        case FindingMetric.KAPPA:
            return metrics.kappa(columns[1], columns[0], weights[0])
        case FindingMetric.MEDIATED:
            outcome, predictor, held = columns
            whole = metrics.correlation(predictor, outcome, weights[0])
            return abs(whole) - abs(metrics.partial_correlation(predictor, outcome, held, weights[0]))
        case FindingMetric.R | FindingMetric.D | FindingMetric.SIGN | FindingMetric.NULL:
            return _association(finding, columns, weights)


def _association(finding: Finding, columns: Sequence[Floats], weights: Sequence[Floats]) -> float:
    one = finding.predictor
    if one == Predictor():
        return metrics.mean(columns[0], weights[0])
    if one.care or one.intervention:
        d = metrics.difference(columns[0], columns[1], (weights[0], weights[1]))
        return d / float(np.hypot(d, 2.0)) if finding.metric is FindingMetric.R else d
    outcome, predictor = columns[:2]
    if finding.metric is FindingMetric.D and VARIABLES[one.variable].binary:
        return _between(outcome, predictor, weights[0])
    if one.held:
        return metrics.partial_correlation(predictor, outcome, columns[2], weights[0])
    return metrics.correlation(predictor, outcome, weights[0])


def _between(outcome: Floats, group: Floats, weights: Floats) -> float:
    inside, outside = (np.where(group == value, weights, 0.0) for value in (1.0, 0.0))
    return metrics.difference(
        np.where(inside > 0, outcome, np.nan), np.where(outside > 0, outcome, np.nan), (inside, outside)
    )
