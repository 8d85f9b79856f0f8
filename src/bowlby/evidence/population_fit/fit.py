"""The fit: from a bank and the rows marked `calibrate` to a posterior over the numbers of a population."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.errors import BowlbyError
from bowlby.evidence.population_fit.bank import FamilyBank
from bowlby.evidence.published import metrics
from bowlby.evidence.published.finding import Finding
from bowlby.evidence.published.staged_procedures import FOUR_WAY
from bowlby.evidence.published.vocabulary import FindingMetric
from bowlby.inference.weights import SmoothedWeights, resample, smooth
from bowlby.model.life.population import NAMES, PRIOR_MEAN, PRIOR_SD, of_vector

Floats = npt.NDArray[np.float64]

PERCENT_ERROR, R_ERROR = 1.0, 0.015
"""Standard errors given to a percentage and to an r: half the half-width of the published r's interval, and a third of
the three points that are asked of a percentage. Sampling error alone (.3 points of 20,720) is less than what studies
differ by."""

FEWEST = 300.0
"""Families that the weights must be worth; a population that the bank hardly covers is refused."""

ROUNDS, DRAWS, KEPT = 8, 700, 64


class FitError(BowlbyError):
    """The fit did not come out as it must."""

    kind = "fit"


@dataclass(frozen=True)
class FitTarget:
    """One row that is fitted.

    Args:
        finding: the row.
        population: "pooled" or "low-risk".
        error: standard error given to it.
    """

    finding: Finding
    population: str
    error: float


def targets(findings: Sequence[Finding]) -> tuple[FitTarget, ...]:
    """Return the rows that a bank can be weighed against: shares of classes, and sensitivity with security.

    Args:
        findings: rows marked `calibrate`.

    Returns:
        Targets; stability and training are fitted apart, after the population.

    Raises:
        FitError: a row is not marked `calibrate`.
    """
    for one in findings:
        if one.role != "calibrate":
            raise FitError(
                "a row that is not for calibration", column="role", value=one.role, remedy=f"Leave {one.id}."
            )
    errors = {FindingMetric.PERCENT: PERCENT_ERROR, FindingMetric.R: R_ERROR}
    return tuple(FitTarget(one, one.population, errors[one.metric]) for one in findings if one.metric in errors)


_CLASS = {"avoidant": "A", "secure": "B", "resistant": "C", "disorganized or cannot classify": "D"}


def figure(bank: FamilyBank, weights: Floats, finding: Finding) -> float:
    """Return what a bank so weighed says of a row.

    Args:
        bank: of simulated families.
        weights: of a population, shape (families,), sum 1.
        finding: a share of a class, or the correlation of rated sensitivity and security.

    Returns:
        Percent, or r.
    """
    member = bank.four_way == FOUR_WAY.index(_CLASS[finding.outcome])
    belongs = np.where(np.isfinite(bank.four_way), member.astype(float), np.nan)
    if finding.metric is FindingMetric.PERCENT:
        return 100.0 * metrics.mean(belongs, weights)
    return metrics.correlation(bank.rated, belongs, weights)


def figures(bank: FamilyBank, values: Floats, wanted: Sequence[FitTarget]) -> tuple[Floats, float]:
    """Return what a vector of numbers says of each target, and what its poorest weights are worth.

    Args:
        bank: of simulated families.
        values: in the order of `NAMES`.
        wanted: targets.

    Returns:
        Figures, shape (targets,), and the least effective number of families, 1 / sum w^2.

    Raises:
        LinAlgError: the correlation makes no covariance.
    """
    weights = {name: bank.weights(of_vector(values, name)) for name in {one.population for one in wanted}}
    worth = min(1.0 / float(own @ own) for own in weights.values())
    return np.array([figure(bank, weights[one.population], one.finding) for one in wanted]), worth


def log_posterior(bank: FamilyBank, values: Floats, wanted: Sequence[FitTarget]) -> float:
    """Return log prior + log likelihood: normal in each, with the bank's own error added to the published one.

    The bank's error of a share p is sqrt(p (1 - p) / n_eff), that of r (1 - r^2) / sqrt(n_eff).

    Args:
        bank: of simulated families.
        values: in the order of `NAMES`.
        wanted: targets.

    Returns:
        Up to a constant; minus infinity where the bank does not cover the population.
    """
    prior = -0.5 * float((((values - PRIOR_MEAN) / PRIOR_SD) ** 2).sum())
    if prior < -60.0:
        return -math.inf
    try:
        found, worth = figures(bank, values, wanted)
    except np.linalg.LinAlgError:
        return -math.inf
    if worth < FEWEST:
        return -math.inf
    own = [_own_error(one, value, worth) for one, value in zip(wanted, found, strict=True)]
    error = np.hypot([one.error for one in wanted], own)
    away = (found - [one.finding.estimate for one in wanted]) / error
    return prior - float((0.5 * away**2 + np.log(error)).sum())


def _own_error(target: FitTarget, value: float, worth: float) -> float:
    if target.finding.metric is FindingMetric.PERCENT:
        return math.sqrt(max(value * (100.0 - value), 1.0) / worth)
    return (1.0 - value**2) / math.sqrt(worth)


@dataclass(frozen=True)
class PopulationPosterior:
    """Weighed draws of the numbers of a population.

    Args:
        draws: shape (draws, numbers), in the order of `NAMES`.
        found: their weights, with what these are worth.
        start: best vector of the search that the draws began from.
    """

    draws: Floats
    found: SmoothedWeights
    start: Floats

    @property
    def mean(self) -> Floats:
        """Posterior mean, shape (numbers,)."""
        return self.found.weights @ self.draws

    @property
    def sd(self) -> Floats:
        """Posterior standard deviation, shape (numbers,)."""
        return np.sqrt(self.found.weights @ (self.draws - self.mean) ** 2)

    def evenly(self, count: int) -> Floats:
        """Return so many draws, each as often as its weight asks for, shape (count, numbers)."""
        return self.draws[resample(self.found.weights, count, 0.5)]

    def stays_at_prior(self) -> list[str]:
        """Return the numbers whose posterior spread is more than .8 of the prior's: the rows say little of them."""
        return [name for name, one in zip(NAMES, self.sd / PRIOR_SD, strict=True) if one > 0.8]


def search(bank: FamilyBank, wanted: Sequence[FitTarget], seed: int, generations: int = 80) -> Floats:
    """Return the best vector that an evolution strategy finds (CMA-ES: Hansen 2016, arXiv:1604.00772).

    Args:
        bank: of simulated families.
        wanted: targets.
        seed: of the search, below 2**32.
        generations: of the search.

    Returns:
        Shape (numbers,).

    Raises:
        FitError: no vector is covered by the bank.
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cmaes import CMA

    strategy = CMA(mean=np.zeros(len(NAMES)), sigma=0.4, seed=seed)
    best, at = math.inf, np.zeros(len(NAMES))
    for _ in range(generations):
        asked = [strategy.ask() for _ in range(strategy.population_size)]
        losses = [-log_posterior(bank, PRIOR_MEAN + PRIOR_SD * one, wanted) for one in asked]
        strategy.tell([(one, min(loss, 1e6)) for one, loss in zip(asked, losses, strict=True)])
        place = int(np.argmin(losses))
        if losses[place] < best:
            best, at = losses[place], asked[place]
    if not math.isfinite(best):
        raise FitError("the bank covers no population near the prior", remedy="Make the bank's proposal wider.")
    return PRIOR_MEAN + PRIOR_SD * at


def sample(
    bank: FamilyBank,
    wanted: Sequence[FitTarget],
    seed: int,
    draws: int = DRAWS,
    told: Callable[[int, int], None] | None = None,
) -> PopulationPosterior:
    """Return the posterior by adaptive importance sampling (population Monte Carlo: Cappe et al. 2004, JCGS 13:907).

    In each round numbers are drawn from a t distribution fitted to all draws before; the weight of a draw is its
    posterior over the mixture of all rounds' proposals (Veach & Guibas 1995).

    Args:
        bank: of simulated families.
        wanted: targets.
        seed: of the draws.
        draws: of each round.
        told: called with draws done and to do.

    Returns:
        Draws of all rounds with their weights.

    Raises:
        FitError: no vector is covered by the bank.
    """
    start = search(bank, wanted, seed)
    generator = np.random.default_rng(seed)
    proposals = [_Proposal((start - PRIOR_MEAN) / PRIOR_SD, np.eye(len(NAMES)) * 0.5)]
    place = np.empty((0, len(NAMES)))
    height = np.empty(0)
    found = SmoothedWeights(height, 0.0, 0.0)
    for turn in range(ROUNDS):
        fresh = proposals[-1].draw(draws, generator)
        place = np.concatenate([place, fresh])
        height = np.concatenate([height, [log_posterior(bank, PRIOR_MEAN + PRIOR_SD * one, wanted) for one in fresh]])
        logarithm = height - np.logaddexp.reduce([one.log_density(place) for one in proposals], axis=0)
        found = smooth(logarithm)
        proposals.append(_Proposal.fitted(place, found.weights))
        if told:
            told((turn + 1) * draws, ROUNDS * draws)
    return PopulationPosterior(PRIOR_MEAN + PRIOR_SD * place, found, start)


FREEDOM = 7.0


@dataclass(frozen=True)
class _Proposal:
    """A multivariate t distribution with `FREEDOM` degrees of freedom, numbers in prior standard deviations."""

    centre: Floats
    scale: Floats

    @classmethod
    def fitted(cls, place: Floats, weights: Floats) -> _Proposal:
        centre = weights @ place
        away = place - centre
        covariance = (weights[:, None] * away).T @ away
        return cls(centre, covariance + 0.02 * np.eye(len(centre)))

    def draw(self, count: int, generator: np.random.Generator) -> Floats:
        normal = generator.standard_normal((count, len(self.centre))) @ np.linalg.cholesky(self.scale).T
        return self.centre + normal * np.sqrt(FREEDOM / generator.chisquare(FREEDOM, (count, 1)))

    def log_density(self, place: Floats) -> Floats:
        factor = np.linalg.cholesky(self.scale)
        squares = ((np.linalg.inv(factor) @ (place - self.centre).T) ** 2).sum(axis=0)
        size = len(self.centre)
        return np.asarray(-np.log(np.diag(factor)).sum() - 0.5 * (FREEDOM + size) * np.log1p(squares / FREEDOM))
