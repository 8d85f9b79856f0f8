"""The fit: from a bank and the rows marked `calibrate` to a posterior over the numbers of a population."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.errors import BowlbyError
from bowlby.model.life.population import NAMES, PRIOR_MEAN, PRIOR_SD, Population, of_vector
from bowlby.study.population_fit.bank import Bank
from bowlby.study.published import metrics
from bowlby.study.published.finding import Finding
from bowlby.study.published.observed import FOUR_WAY
from bowlby.study.published.vocabulary import Metric

Floats = npt.NDArray[np.float64]

PERCENT_ERROR, R_ERROR = 1.0, 0.015
"""Standard errors given to a percentage and to an r: half the half-width of the published r's interval, and a third of
the three points that are asked of a percentage. Sampling error alone (.3 points of 20,720) is less than what studies
differ by."""

FEWEST = 300.0
"""Families that the weights must be worth; a population that the bank hardly covers is refused."""

CHAINS, STEPS, KEPT = 24, 800, 64
_STRETCH = 2.0


class FitError(BowlbyError):
    """The fit did not come out as it must."""

    kind = "fit"


@dataclass(frozen=True)
class Target:
    """One row that is fitted.

    Args:
        finding: the row.
        population: "pooled" or "low-risk".
        error: standard error given to it.
    """

    finding: Finding
    population: str
    error: float


def targets(findings: Sequence[Finding]) -> tuple[Target, ...]:
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
    errors = {Metric.PERCENT: PERCENT_ERROR, Metric.R: R_ERROR}
    return tuple(Target(one, one.population, errors[one.metric]) for one in findings if one.metric in errors)


_CLASS = {"avoidant": "A", "secure": "B", "resistant": "C", "disorganized or cannot classify": "D"}


def figure(bank: Bank, weights: Floats, finding: Finding) -> float:
    """Return what a bank so weighed says of a row.

    Args:
        bank: of simulated families.
        weights: of a population, shape (families,), sum 1.
        finding: a share of a class, or the correlation of rated sensitivity and security.

    Returns:
        Percent, or r.

    Raises:
        Nothing.
    """
    member = bank.four_way == FOUR_WAY.index(_CLASS[finding.outcome])
    belongs = np.where(np.isfinite(bank.four_way), member.astype(float), np.nan)
    if finding.metric is Metric.PERCENT:
        return 100.0 * metrics.mean(belongs, weights)
    return metrics.correlation(bank.rated, belongs, weights)


def figures(bank: Bank, values: Floats, wanted: Sequence[Target]) -> tuple[Floats, float]:
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


def log_posterior(bank: Bank, values: Floats, wanted: Sequence[Target]) -> float:
    """Return log prior + log likelihood: normal in each, with the bank's own error added to the published one.

    The bank's error of a share p is sqrt(p (1 - p) / n_eff), that of r (1 - r^2) / sqrt(n_eff).

    Args:
        bank: of simulated families.
        values: in the order of `NAMES`.
        wanted: targets.

    Returns:
        Up to a constant; minus infinity where the bank does not cover the population.

    Raises:
        Nothing.
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


def _own_error(target: Target, value: float, worth: float) -> float:
    if target.finding.metric is Metric.PERCENT:
        return math.sqrt(max(value * (100.0 - value), 1.0) / worth)
    return (1.0 - value**2) / math.sqrt(worth)


@dataclass(frozen=True)
class Posterior:
    """Draws of the numbers of a population.

    Args:
        draws: shape (draws, numbers), in the order of `NAMES`.
        rhat: of each number, split chains.
        accepted: share of proposals.
        start: best vector of the search that the chains began from.
    """

    draws: Floats
    rhat: Floats
    accepted: float
    start: Floats

    @property
    def mean(self) -> Floats:
        """Posterior mean, shape (numbers,)."""
        return self.draws.mean(axis=0)

    def populations(self, name: str, count: int) -> list[Population]:
        """Return populations at evenly spaced draws."""
        step = np.linspace(0, len(self.draws) - 1, count).astype(int)
        return [of_vector(draw, name) for draw in self.draws[step]]

    def stays_at_prior(self) -> list[str]:
        """Return the numbers whose posterior spread is more than .8 of the prior's: the rows say little of them."""
        share = self.draws.std(axis=0) / PRIOR_SD
        return [name for name, one in zip(NAMES, share, strict=True) if one > 0.8]


def search(bank: Bank, wanted: Sequence[Target], seed: int, generations: int = 80) -> Floats:
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
    bank: Bank,
    wanted: Sequence[Target],
    seed: int,
    steps: int = STEPS,
    told: Callable[[int, int], None] | None = None,
) -> Posterior:
    """Return the posterior by an ensemble of chains (Goodman & Weare 2010, Comm App Math Comp Sci 5:65).

    Args:
        bank: of simulated families.
        wanted: targets.
        seed: of the chains.
        steps: of each chain; the first half is thrown away.
        told: of steps done and to do.

    Returns:
        Draws of the second half, every tenth step.

    Raises:
        FitError: no vector is covered by the bank.
    """
    start = search(bank, wanted, seed)
    generator = np.random.default_rng(seed)
    place = start + 0.1 * PRIOR_SD * generator.standard_normal((CHAINS, len(NAMES)))
    height = np.array([log_posterior(bank, one, wanted) for one in place])
    kept: list[Floats] = []
    moved = 0
    for step in range(steps):
        for half in (0, 1):
            moved += _stretch(bank, wanted, (place, height), half, generator)
        if step >= steps // 2 and step % 10 == 0:
            kept.append(place.copy())
        if told:
            told(step + 1, steps)
    chains = np.stack(kept)
    return Posterior(chains.reshape(-1, len(NAMES)), _split_rhat(chains), moved / (steps * CHAINS), start)


def _stretch(
    bank: Bank, wanted: Sequence[Target], state: tuple[Floats, Floats], half: int, generator: np.random.Generator
) -> int:
    """Move every other chain along the line to one of the rest; return how many moved."""
    place, height = state
    own, rest = np.arange(half, CHAINS, 2), np.arange(1 - half, CHAINS, 2)
    moved = 0
    for chain in own:
        z = ((_STRETCH - 1.0) * generator.random() + 1.0) ** 2 / _STRETCH
        other = place[generator.choice(rest)]
        proposal = other + z * (place[chain] - other)
        now = log_posterior(bank, proposal, wanted)
        if math.log(generator.random()) < (len(NAMES) - 1) * math.log(z) + now - height[chain]:
            place[chain], height[chain] = proposal, now
            moved += 1
    return moved


def _split_rhat(chains: Floats) -> Floats:
    """Return split R-hat of each number (Gelman et al. 2013, Bayesian Data Analysis, 11.4)."""
    half = len(chains) // 2
    parts = np.concatenate([chains[:half], chains[half : 2 * half]], axis=1)
    within = parts.var(axis=0, ddof=1).mean(axis=0)
    between = parts.mean(axis=0).var(axis=0, ddof=1)
    return np.sqrt(((half - 1) / half * within + between) / within)
