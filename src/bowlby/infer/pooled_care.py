"""Several dyads under one hierarchy, axis by axis: a second stage over the posteriors of each.

Lunn, Barrett, Sweeting & Thompson (2013, Appl Stat 62:551): draws of each dyad's own posterior are proposals, accepted
by how the group's distribution and the population's differ there, so that no likelihood is computed again:

    theta_i ~ N(mu_g, tau^2),   accept theta* for theta with min(1, N(theta*) p0(theta) / (N(theta) p0(theta*)))

with p0 the population in which each record was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.infer.weights import PARETO_K_LIMIT, smooth
from bowlby.inference.axes import Axis, free
from bowlby.inference.statement import LEVEL

if TYPE_CHECKING:
    from bowlby.inference.posterior import CarePosterior

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CHAINS, WARMUP, KEPT = 4, 500, 1000
FEWEST = 3
"""Dyads of a group below which its spread is anybody's guess."""
WIDE = 3.0
"""Prior sd of a group's mean, in sds of the population's families; assumed, wide."""
_STEPS = 64
_UNITS = {Axis.THREAT: "log threat a waking hour", Axis.DEPRIVATION: "logit", Axis.UNPREDICTABILITY: "logit"}


@dataclass(frozen=True)
class GroupFigure:
    """A figure of the second stage.

    Args:
        name: of a group, of the spread, or of a contrast "A - B".
        median: posterior median, on the free scale of the axis.
        low: lower end of the 90 % interval.
        high: upper end.
    """

    name: str
    median: float
    low: float
    high: float

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return dict(vars(self))


@dataclass(frozen=True)
class PooledAxis:
    """One axis over all dyads.

    Args:
        axis: which.
        means: of each group.
        spread: of dyads within groups.
        contrasts: of each pair of groups, the first less the second.
        draws: of each dyad on the free scale, shape (chains, draws, dyads).
        pareto_k: of each dyad: how far its own posterior must be stretched to serve the group; above .7 not trusted.
        r_hat: largest of means and spread.
    """

    axis: Axis
    means: tuple[GroupFigure, ...]
    spread: GroupFigure
    contrasts: tuple[GroupFigure, ...]
    draws: Floats
    pareto_k: Floats
    r_hat: float

    @property
    def trusted(self) -> bool:
        """Whether the chains agree and every dyad's posterior reaches where the group is."""
        return self.r_hat < 1.01 and bool((self.pareto_k < PARETO_K_LIMIT).all())

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form; what the dyads become is theirs."""
        return {
            "unit": _UNITS[self.axis],
            "means": [one.as_dict() for one in self.means],
            "sd_between_dyads": self.spread.as_dict(),
            "contrasts": [one.as_dict() for one in self.contrasts],
            "pareto_k": [float(k) if np.isfinite(k) else None for k in self.pareto_k],
            "r_hat": self.r_hat,
            "trusted": self.trusted,
        }


@dataclass(frozen=True)
class PooledCare:
    """All dyads, axis by axis.

    Args:
        groups: name of the group of each dyad.
        axes: by axis; those that were not codable in every dyad are left out.
    """

    groups: tuple[str, ...]
    axes: dict[Axis, PooledAxis]

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {"groups": list(self.groups), "axes": {str(axis): one.as_dict() for axis, one in self.axes.items()}}


def pool_care(found: Sequence[CarePosterior], groups: Sequence[str], seed: int = 0) -> PooledCare:
    """Return the dyads of a study under one hierarchy.

    Args:
        found: posterior of each dyad, all read in one population.
        groups: name of the group of each.
        seed: of the chains.

    Returns:
        Every axis that was codable in all of them.

    Raises:
        InputError: a group has fewer than `FEWEST` dyads.
    """
    counts = {name: list(groups).count(name) for name in dict.fromkeys(groups)}
    for name, count in counts.items():
        if count < FEWEST:
            raise InputError(
                f"a group of {count} dyads tells nothing of how dyads of it differ",
                value=name or None,
                remedy=f"Give at least {FEWEST} dyads a group, or say --no-pooling.",
            )
    codable = [axis for axis in Axis if all(one.evidence.codable[axis] for one in found)]
    return PooledCare(tuple(groups), {axis: _pooled(axis, found, groups, seed) for axis in codable})


def _pooled(axis: Axis, found: Sequence[CarePosterior], groups: Sequence[str], seed: int) -> PooledAxis:
    own = np.stack([_free(axis, one.draws[axis]) for one in found])
    before = _free(axis, found[0].prior[axis])
    names = list(dict.fromkeys(groups))
    place = np.array([names.index(name) for name in groups])
    density = PriorDensity.of(before)
    chains = _chains(own, place, density, np.random.default_rng([seed, 5, list(Axis).index(axis)]))
    mean, spread, draws = (values[:, WARMUP:] for values in chains)
    figures = tuple(_figure(name, mean[..., group]) for group, name in enumerate(names))
    pairs = combinations(range(len(names)), 2)
    contrasts = tuple(_figure(f"{names[a]} - {names[b]}", mean[..., a] - mean[..., b]) for a, b in pairs)
    ks = np.array([_pareto_k(own[row], (mean[..., place[row]], spread), density) for row in range(len(own))])
    r_hat = max(split_r_hat(values) for values in [*np.moveaxis(mean, -1, 0), np.log(spread)])
    return PooledAxis(axis, figures, _figure("sd between dyads", spread), contrasts, draws, ks, r_hat)


def _free(axis: Axis, values: Floats) -> Floats:
    rows = np.full((len(values), len(Axis)), 0.5)
    rows[:, list(Axis).index(axis)] = values
    return free(rows)[:, list(Axis).index(axis)]


@dataclass(frozen=True)
class PriorDensity:
    """Log density of the population on the free scale, from its draws: kernels, and a wide normal for the far ends.

    Args:
        grid: ascending.
        log_density: at the grid.
        mean: of the draws.
        sd: of the draws.
    """

    grid: Floats
    log_density: Floats
    mean: float
    sd: float

    @classmethod
    def of(cls, draws: Floats) -> PriorDensity:
        """Return the density of draws; bandwidth by Silverman (1986, section 3.4.2)."""
        mean, sd = float(draws.mean()), float(draws.std())
        quartiles = np.quantile(draws, [0.25, 0.75])
        width = 0.9 * min(sd, float(np.ptp(quartiles)) / 1.34) * len(draws) ** -0.2
        grid = np.linspace(mean - 8.0 * sd, mean + 8.0 * sd, 1024)
        kernels = np.exp(-0.5 * ((grid[:, None] - draws[None, :]) / width) ** 2).mean(axis=1) / width
        wide = np.exp(-0.5 * ((grid - mean) / (2.0 * sd)) ** 2) / (2.0 * sd)
        return cls(grid, np.log(0.99 * kernels + 0.01 * wide), mean, sd)

    def at(self, values: Floats) -> Floats:
        """Return log densities, up to a constant.

        Args:
            values: any shape.
        """
        return np.interp(values, self.grid, self.log_density)


def _chains(
    own: Floats, place: Ints, density: PriorDensity, generator: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Return means (chains, steps, groups), spreads (chains, steps) and dyads (chains, steps, dyads)."""
    dyads, draws = own.shape
    groups, steps = int(place.max()) + 1, WARMUP + KEPT
    log_prior = density.at(own)
    member = (place[:, None] == np.arange(groups)).astype(np.float64)
    rows = np.arange(dyads)
    now = generator.integers(draws, size=(CHAINS, dyads))
    mean = density.mean + density.sd * generator.standard_normal((CHAINS, groups))
    spread = density.sd * np.exp(0.5 * generator.standard_normal(CHAINS))
    kept = np.empty((CHAINS, steps, groups)), np.empty((CHAINS, steps)), np.empty((CHAINS, steps, dyads))
    for step in range(steps):
        proposed = generator.integers(draws, size=(CHAINS, dyads))
        gain = _log_ratio(own, log_prior, (rows, proposed), (mean[:, place], spread))
        gain -= _log_ratio(own, log_prior, (rows, now), (mean[:, place], spread))
        now = np.where(np.log(generator.random((CHAINS, dyads))) < gain, proposed, now)
        theta = own[rows, now]
        mean = _draw_mean(theta @ member, member.sum(axis=0), spread, density, generator)
        spread = _draw_spread(theta - mean[:, place], density.sd, generator)
        kept[0][:, step], kept[1][:, step], kept[2][:, step] = mean, spread, theta
    return kept


def _log_ratio(own: Floats, log_prior: Floats, at: tuple[Ints, Ints], group: tuple[Floats, Floats]) -> Floats:
    mean, spread = group
    return -0.5 * ((own[at] - mean) / spread[:, None]) ** 2 - log_prior[at]


def _draw_mean(
    total: Floats, count: Floats, spread: Floats, density: PriorDensity, generator: np.random.Generator
) -> Floats:
    """Return group means given dyads; normal prior round the population, `WIDE` of its sds wide."""
    precision = count / spread[:, None] ** 2 + 1.0 / (WIDE * density.sd) ** 2
    centre = (total / spread[:, None] ** 2 + density.mean / (WIDE * density.sd) ** 2) / precision
    return centre + generator.standard_normal(total.shape) / np.sqrt(precision)


def _draw_spread(away: Floats, scale: float, generator: np.random.Generator) -> Floats:
    """Return the sd within groups given dyads, on a grid; half-normal prior with the population's sd as scale."""
    grid = scale * np.exp(np.linspace(np.log(0.02), np.log(5.0), _STEPS))
    squares = (away**2).sum(axis=1)[:, None]
    # On an even grid of the log the density carries the Jacobian tau.
    log_density = -(away.shape[1] - 1) * np.log(grid) - 0.5 * squares / grid**2 - 0.5 * (grid / scale) ** 2
    gumbel = generator.gumbel(size=log_density.shape)
    width = np.log(5.0 / 0.02) / (_STEPS - 1)
    return grid[(log_density + gumbel).argmax(axis=1)] * np.exp(width * (generator.random(len(away)) - 0.5))


def _pareto_k(own: Floats, group: tuple[Floats, Floats], density: PriorDensity) -> float:
    """Return the tail shape of the weights that turn a dyad's own posterior into the one among others."""
    mean, spread = (values.ravel()[::16] for values in group)
    logs = -0.5 * ((own[:, None] - mean) / spread) ** 2 - np.log(spread)
    return float(smooth(np.logaddexp.reduce(logs, axis=1) - density.at(own)).pareto_k)


def _figure(name: str, draws: Floats) -> GroupFigure:
    low, median, high = np.quantile(draws, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
    return GroupFigure(name, float(median), float(low), float(high))


def split_r_hat(draws: Floats) -> float:
    """Return how far halves of chains differ (Gelman et al. 2013, Bayesian Data Analysis, section 11.4).

    Args:
        draws: shape (chains, draws).

    Returns:
        1 where they do not.
    """
    half = draws.shape[1] // 2
    parts = np.concatenate([draws[:, :half], draws[:, half : 2 * half]])
    within = parts.var(axis=1, ddof=1).mean()
    between = half * parts.mean(axis=1).var(ddof=1)
    return float(np.sqrt(((half - 1) / half * within + between / half) / within))
