"""The fast posterior: Laplace approximations along the session deviation, corrected by importance sampling."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma

import jax
import numpy as np
import numpy.typing as npt
from jaxtyping import Array, Float

from bowlby.infer.density import STEADY, Data, log_density, size
from bowlby.infer.programs import Kept
from bowlby.infer.weights import PARETO_K_LIMIT, resample, smooth

Floats = npt.NDArray[np.float64]

PROPOSALS = 4096
KEPT = 2000
TAIL_DF = 12.0
"""Degrees of freedom of the proposal: heavier tails than the target's keep weights bounded."""
NEWTON_STEPS = 60
GRID = np.linspace(-3.0, 3.0, 13)
"""Values of the standardised log session deviation that are approximated at."""
LEAST_WEIGHT = 1e-4
"""Grid values with a smaller share of the posterior are left out."""
GOOD_K, GOOD_ESS = 0.6, 800
"""Weights this good need no further round."""
FURTHER_ROUNDS = 10
KERNELS = 64
KERNEL_WIDTH = 0.8
"""Width of the further rounds' proposals, as a share of the posterior's spread."""
DEVIATION = len(STEADY)
"""Place of the log session deviation among the unknowns."""


@dataclass(frozen=True)
class Approximation:
    """Draws of the standardised unknowns and how far they can be trusted.

    Args:
        draws: shape (draws, unknowns), equally weighted.
        mode: shape (unknowns,), the best of the approximations.
        pareto_k: shape of the weights' tail; above .7 the draws are not to be used.
        ess: effective number of proposals.
        converged: whether every mode was found.
    """

    draws: Floats
    mode: Floats
    pareto_k: float
    ess: float
    converged: bool

    @property
    def trusted(self) -> bool:
        """Return whether the importance weights bear the result."""
        return self.converged and self.pareto_k < PARETO_K_LIMIT and self.ess > 0.05 * PROPOSALS


@Kept
def _local(x: Float[Array, " n"], data: Data) -> tuple[Array, Array, Array]:
    def slope(at: Float[Array, " n"]) -> tuple[Array, tuple[Array, Array]]:
        value, gradient = jax.value_and_grad(log_density)(at, data)
        return gradient, (value, gradient)

    hessian, (value, gradient) = jax.jacfwd(slope, has_aux=True)(x)
    return value, gradient, hessian


@Kept
def _batch(draws: Float[Array, "draws n"], data: Data) -> Float[Array, " draws"]:
    return jax.lax.map(lambda x: log_density(x, data), draws, batch_size=256)


@dataclass(frozen=True)
class _Component:
    """The normal approximation of all other unknowns at one value of the session deviation.

    Args:
        at: standardised log session deviation.
        mode: shape (unknowns,), with `at` in its place.
        slope: how the mode moves with the deviation, shape (unknowns,), 1 in its place.
        factor: Cholesky factor of the covariance of the others.
        log_weight: log share of the posterior at this value, up to a constant.
    """

    at: float
    mode: Floats
    slope: Floats
    factor: Floats
    log_weight: float


def approximate(data: Data, rng: np.random.Generator) -> Approximation:
    """Return draws from the posterior by nested Laplace approximation and importance sampling.

    Given the session deviation all else is close to normal, while the deviation itself bends the posterior like a
    funnel. So Laplace's approximation is made at each of a grid of deviations (after Rue, Martino & Chopin 2009, J R
    Stat Soc B 71:319); their mixture, with the tails of a t, proposes, and Pareto-smoothed weights correct. Where these
    are uneven, as on the ridge between never and late when nothing was answered, further rounds propose around what was
    found likely so far, and all rounds are weighted by their common density (after Cornuet et al. 2012, Scand J
    Stat 39:798).

    Args:
        data: padded evidence.
        rng: the only source of randomness.

    Returns:
        Equally weighted draws with diagnostics.

    Raises:
        Nothing; failure shows in `trusted`.
    """
    with jax.enable_x64(True):
        components, converged = _components(data)
        proposals = _propose(components, rng)
        target, proposed = np.asarray(_batch(proposals, data)), [_log_proposal(components, proposals)]
        found = smooth(target - proposed[0])
        kernels: list[tuple[Floats, Floats]] = []
        while len(kernels) < FURTHER_ROUNDS and (found.pareto_k > GOOD_K or found.ess < GOOD_ESS):
            kernels.append(_around(proposals, found.weights, rng))
            more = _near(kernels[-1], rng)
            # Each round's density is worked out once for each proposal: at the new ones, then the new round's at all.
            rounds = [_log_proposal(components, more), *(_log_near(one, more) for one in kernels[:-1])]
            proposed = [np.concatenate(pair) for pair in zip(proposed, rounds, strict=True)]
            proposals = np.concatenate([proposals, more])
            proposed.append(_log_near(kernels[-1], proposals))
            target = np.concatenate([target, np.asarray(_batch(more, data))])
            found = smooth(target - np.logaddexp.reduce(proposed, axis=0))
    kept = proposals[resample(found.weights, KEPT, rng.random())]
    best = max(components, key=lambda one: one.log_weight)
    return Approximation(rng.permutation(kept), best.mode, found.pareto_k, found.ess, converged)


def _components(data: Data) -> tuple[list[_Component], bool]:
    """Return the approximations over the grid, outwards from its middle, each started from its neighbour."""
    middle = len(GRID) // 2
    order = [*range(middle, len(GRID)), *reversed(range(middle))]
    modes: dict[int, Floats] = {}
    curvatures: dict[int, Floats] = {}
    values: dict[int, float] = {}
    converged = True
    for place in order:
        start = modes.get(place - 1, modes.get(place + 1, np.zeros(size(data)))).copy()
        start[DEVIATION] = GRID[place]
        modes[place], values[place], curvatures[place], found = _mode(start, data)
        converged &= found
    path = np.stack([modes[place] for place in range(len(GRID))])
    slopes = np.gradient(path, GRID, axis=0)
    log_weights = np.array([values[i] - 0.5 * np.linalg.slogdet(curvatures[i])[1] for i in range(len(GRID))])
    log_weights -= np.logaddexp.reduce(log_weights)
    kept = [
        _Component(float(GRID[i]), path[i], slopes[i], _factor(curvatures[i]), float(log_weights[i]))
        for i in range(len(GRID))
        if log_weights[i] > np.log(LEAST_WEIGHT)
    ]
    return kept, converged


def _factor(curvature: Floats) -> Floats:
    return np.asarray(np.linalg.cholesky(np.linalg.inv(curvature)), dtype=float)


def _mode(start: Floats, data: Data) -> tuple[Floats, float, Floats, bool]:
    """Return mode, log density, curvature and whether it was found, the session deviation held fixed (Newton)."""
    x = start
    value, gradient, hessian = _evaluate(x, data)
    for _ in range(NEWTON_STEPS):
        curvature = _curvature(hessian)
        move = np.asarray(np.linalg.solve(curvature, gradient), dtype=float)
        if gradient @ move < 1e-9:
            return x, value, curvature, True
        step = _climb(x, move, value, data)
        if step is None:
            return x, value, curvature, bool(gradient @ move < 1e-4)
        x, value, gradient, hessian = step
    return x, value, _curvature(hessian), False


def _evaluate(x: Floats, data: Data) -> tuple[float, Floats, Floats]:
    """Return log density, and gradient and Hessian of all unknowns but the session deviation."""
    value, gradient, hessian = (np.asarray(part, dtype=float) for part in _local(x, data))
    others = np.arange(len(x)) != DEVIATION
    return float(value), gradient[others], hessian[np.ix_(others, others)]


def _climb(x: Floats, move: Floats, value: float, data: Data) -> tuple[Floats, float, Floats, Floats] | None:
    for shrink in range(14):
        candidate = x.copy()
        candidate[np.arange(len(x)) != DEVIATION] += move * 0.5**shrink
        new, gradient, hessian = _evaluate(candidate, data)
        if np.isfinite(new) and np.isfinite(hessian).all() and new > value:
            return candidate, new, gradient, hessian
    return None


def _curvature(hessian: Floats) -> Floats:
    """Return the negative Hessian with its eigenvalues kept positive: the cure model is not concave everywhere."""
    values, vectors = np.linalg.eigh(-(hessian + hessian.T) / 2)
    return np.asarray((vectors * np.maximum(values, 0.2)) @ vectors.T, dtype=float)


def _propose(components: list[_Component], rng: np.random.Generator) -> Floats:
    weights = np.exp([one.log_weight for one in components])
    counts = np.bincount(resample(weights / weights.sum(), PROPOSALS, rng.random()), minlength=len(components))
    return np.concatenate([_draw(one, number, rng) for one, number in zip(components, counts, strict=True)])


def _draw(one: _Component, number: int, rng: np.random.Generator) -> Floats:
    spacing = GRID[1] - GRID[0]
    moved = spacing * rng.standard_normal((number, 1))
    scale = np.sqrt(TAIL_DF / rng.chisquare(TAIL_DF, (number, 1)))
    draws = one.mode + moved * one.slope
    draws[:, np.arange(len(one.mode)) != DEVIATION] += (
        scale * rng.standard_normal((number, len(one.mode) - 1))
    ) @ one.factor.T
    return draws


def _log_proposal(components: list[_Component], draws: Floats) -> Floats:
    """Return the log density of the mixture that proposed."""
    n, spacing = draws.shape[1] - 1, GRID[1] - GRID[0]
    others = np.arange(n + 1) != DEVIATION
    parts: list[Floats] = []
    for one in components:
        moved = draws[:, DEVIATION] - one.at
        rest = (draws - one.mode - moved[:, None] * one.slope)[:, others]
        normal = -0.5 * (moved / spacing) ** 2 - np.log(spacing) - 0.5 * np.log(2 * np.pi)
        distance = np.sum(np.linalg.solve(one.factor, rest.T) ** 2, axis=0)
        parts.append(one.log_weight + normal + _log_t(distance, one.factor))
    return np.logaddexp.reduce(parts, axis=0)


def _log_t(distance: Floats, factor: Floats) -> Floats:
    """Return the log density of a multivariate t at squared distances from its centre, in units of its factor."""
    n = len(factor)
    constant = lgamma((TAIL_DF + n) / 2) - lgamma(TAIL_DF / 2) - 0.5 * n * np.log(TAIL_DF * np.pi)
    return constant - 0.5 * (TAIL_DF + n) * np.log1p(distance / TAIL_DF) - np.log(np.diag(factor)).sum()


def _around(draws: Floats, weights: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return centres of a further round, taken in proportion to their weights, and the factor of its covariance."""
    centred = draws - weights @ draws
    covariance = (weights[:, None] * centred).T @ centred + 1e-6 * np.eye(draws.shape[1])
    factor = KERNEL_WIDTH * np.linalg.cholesky(covariance)
    return draws[resample(weights, KERNELS, rng.random())], np.asarray(factor, dtype=float)


def _near(around: tuple[Floats, Floats], rng: np.random.Generator) -> Floats:
    centres, factor = around
    each = PROPOSALS // KERNELS
    normal = rng.standard_normal((KERNELS * each, len(factor)))
    scale = np.sqrt(TAIL_DF / rng.chisquare(TAIL_DF, (KERNELS * each, 1)))
    return np.repeat(centres, each, axis=0) + scale * normal @ factor.T


def _log_near(around: tuple[Floats, Floats], draws: Floats) -> Floats:
    centres, factor = around
    inverse = np.asarray(np.linalg.inv(factor), dtype=float)
    centres, draws = centres @ inverse.T, draws @ inverse.T
    squares = np.sum(centres**2, axis=1)[:, None] + np.sum(draws**2, axis=1)
    distance = np.maximum(squares - 2 * centres @ draws.T, 0.0)
    logs = _log_t(distance, factor)
    top = logs.max(axis=0)
    return top + np.log(np.exp(logs - top).mean(axis=0))
