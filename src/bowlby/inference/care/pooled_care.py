"""Several dyads under one hierarchy, axis by axis: a second stage over the posteriors of each.

Draws of each dyad's own posterior stand for its record, so that no likelihood is computed again (Lunn, Barrett,
Sweeting & Thompson 2013, Appl Stat 62:551). With theta_i ~ N(mu_g, tau^2) and p0 the population in which each record
was read,

    p(record i | mu, tau) is proportional to the mean over draws of N(theta_i | mu, tau) / p0(theta_i),

which is summed over a grid of mu and tau. A chain over the draws, as in the paper, gives the same and sticks where tau
is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.inference.care.axes import Axis, free_axis
from bowlby.inference.care.statement import LEVEL
from bowlby.inference.weights import PARETO_K_LIMIT, smooth

if TYPE_CHECKING:
    from bowlby.inference.care.posterior import CarePosterior

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEWEST = 3
"""Dyads of a group below which its spread is anybody's guess."""
WIDE = 3.0
"""Prior sd of a group's mean, in sds of the population's families; assumed, wide."""
SAMPLES = 2000
"""Of means, spread and dyads, drawn from the grid."""
_REACH, _BINS, _MEANS, _SPREADS = 8.0, 800, 400, 64
"""Grid: sds of the population to either side, bins of draws, means and spreads."""
UNITS_FREE = {Axis.THREAT: "log threat a waking hour", Axis.DEPRIVATION: "logit", Axis.UNPREDICTABILITY: "logit"}


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
        draws: of each dyad among the others, on the free scale, shape (samples, dyads).
        pareto_k: of each dyad: how far its own posterior must be stretched to serve the group; above .7 not trusted.
    """

    axis: Axis
    means: tuple[GroupFigure, ...]
    spread: GroupFigure
    contrasts: tuple[GroupFigure, ...]
    draws: Floats
    pareto_k: Floats

    @property
    def trusted(self) -> bool:
        """Whether every dyad's own posterior reaches where the group is."""
        return bool((self.pareto_k < PARETO_K_LIMIT).all())

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form; what the dyads become is theirs."""
        return {
            "unit": UNITS_FREE[self.axis],
            "means": [one.as_dict() for one in self.means],
            "sd_between_dyads": self.spread.as_dict(),
            "contrasts": [one.as_dict() for one in self.contrasts],
            "pareto_k": [float(k) if np.isfinite(k) else None for k in self.pareto_k],
            "dyads": [_figure("", own).as_dict() | {"name": None} for own in self.draws.T],
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
    own = {axis: np.stack([one.draws[axis] for one in found]) for axis in codable}
    pooled = {axis: pool_axis(axis, own[axis], found[0].prior[axis], groups, seed) for axis in codable}
    return PooledCare(tuple(groups), pooled)


def pool_axis(axis: Axis, draws: Floats, prior: Floats, groups: Sequence[str], seed: int = 0) -> PooledAxis:
    """Return the dyads of a study under one hierarchy on one axis.

    Args:
        axis: which.
        draws: of each dyad's own posterior on the axis' own scale, shape (dyads, draws).
        prior: draws of the population in which all were read, on that scale.
        groups: name of the group of each dyad.
        seed: of the chains.

    Returns:
        Groups, contrasts and dyads.
    """
    own, before = free_axis(draws, axis), free_axis(prior, axis)
    names = list(dict.fromkeys(groups))
    place = np.array([names.index(name) for name in groups])
    density = PriorDensity.of(before)
    grid = SecondStage.of(own, density)
    mean, spread, dyads = grid.sampled(place, np.random.default_rng([seed, 5, list(Axis).index(axis)]))
    figures = tuple(_figure(name, mean[:, group]) for group, name in enumerate(names))
    pairs = combinations(range(len(names)), 2)
    contrasts = tuple(_figure(f"{names[a]} - {names[b]}", mean[:, a] - mean[:, b]) for a, b in pairs)
    ks = np.array([_pareto_k(own[row], (mean[:, place[row]], spread), density) for row in range(len(own))])
    return PooledAxis(axis, figures, _figure("sd between dyads", spread), contrasts, dyads, ks)


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


@dataclass(frozen=True)
class SecondStage:
    """What each dyad's draws say of a group, on a grid.

    Args:
        weight: of each dyad in each bin of theta, the sum over its draws there of 1 / p0, shape (dyads, bins).
        theta: middles of the bins.
        mean: grid of a group's mean.
        spread: grid of the sd between dyads, even in its logarithm.
        density: of the population.
    """

    weight: Floats
    theta: Floats
    mean: Floats
    spread: Floats
    density: PriorDensity

    @classmethod
    def of(cls, own: Floats, density: PriorDensity) -> SecondStage:
        """Return the grid of some dyads.

        Args:
            own: draws of each, shape (dyads, draws).
            density: of the population.
        """
        edges = density.mean + density.sd * np.linspace(-_REACH, _REACH, _BINS + 1)
        inside = np.clip(own, edges[0], edges[-1] - 1e-9)
        gain = np.exp(-density.at(inside))
        weight = np.stack([np.histogram(row, edges, weights=by)[0] for row, by in zip(inside, gain, strict=True)])
        mean = density.mean + density.sd * np.linspace(-_REACH, _REACH, _MEANS)
        spread = density.sd * np.exp(np.linspace(np.log(0.04), np.log(4.0), _SPREADS))
        return cls(weight / weight.sum(axis=1, keepdims=True), (edges[1:] + edges[:-1]) / 2, mean, spread, density)

    def kernel(self, mean: Floats, spread: Floats) -> Floats:
        """Return N(theta | mean, spread) at the bins, shape (..., bins), up to a constant."""
        return np.exp(-0.5 * ((self.theta - mean[..., None]) / spread[..., None]) ** 2) / spread[..., None]

    def log_likelihood(self, members: npt.NDArray[np.bool_]) -> Floats:
        """Return the log likelihood of a group, with the prior of its mean, shape (means, spreads).

        Args:
            members: which dyads are in it.
        """
        own = self.weight[members]
        prior = -0.5 * ((self.mean - self.density.mean) / (WIDE * self.density.sd)) ** 2
        columns: list[Floats] = []
        for spread in self.spread:
            chances = own @ self.kernel(self.mean, np.full_like(self.mean, spread)).T
            columns.append(np.log(np.maximum(chances, 1e-300)).sum(axis=0) + prior)
        return np.stack(columns, axis=1)

    def sampled(self, place: Ints, generator: np.random.Generator) -> tuple[Floats, Floats, Floats]:
        """Return samples of means (samples, groups), spread (samples,) and dyads (samples, dyads).

        Args:
            place: group of each dyad.
            generator: of chances.
        """
        groups = [self.log_likelihood(place == group) for group in range(int(place.max()) + 1)]
        # Half-normal spread, with the population's sd as scale; an even grid of its logarithm adds the factor tau.
        log_spread = np.log(self.spread) - 0.5 * (self.spread / self.density.sd) ** 2
        log_spread = log_spread + sum(np.logaddexp.reduce(one, axis=0) for one in groups)
        at = _chosen(np.broadcast_to(log_spread, (SAMPLES, _SPREADS)), generator)
        spread = self.spread[at] * np.exp(_step(np.log(self.spread)) * (generator.random(SAMPLES) - 0.5))
        means = [self.mean[_chosen(one.T[at], generator)] for one in groups]
        mean = np.stack(means, axis=1)
        mean = mean + _step(self.mean) * (generator.random(mean.shape) - 0.5)
        dyads = np.empty((SAMPLES, len(place)))
        for row, group in enumerate(place):
            chances = self.weight[row] * self.kernel(mean[:, group], spread)
            with np.errstate(divide="ignore"):
                dyads[:, row] = self.theta[_chosen(np.log(chances), generator)]
        return mean, spread, dyads


def _step(grid: Floats) -> float:
    return float(grid[1] - grid[0])


def _chosen(log_weights: Floats, generator: np.random.Generator) -> Ints:
    """Return a place in each row, by its weights."""
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    total = np.cumsum(weights, axis=1)
    return (total < generator.random((len(total), 1)) * total[:, -1:]).sum(axis=1)


def _pareto_k(own: Floats, group: tuple[Floats, Floats], density: PriorDensity) -> float:
    """Return the tail shape of the weights that turn a dyad's own posterior into the one among others."""
    mean, spread = (values.ravel()[::16] for values in group)
    logs = -0.5 * ((own[:, None] - mean) / spread) ** 2 - np.log(spread)
    return float(smooth(np.logaddexp.reduce(logs, axis=1) - density.at(own)).pareto_k)


def _figure(name: str, draws: Floats) -> GroupFigure:
    low, median, high = np.quantile(draws, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
    return GroupFigure(name, float(median), float(low), float(high))
