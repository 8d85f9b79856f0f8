"""The fast posterior: a normal approximation at the mode, corrected by importance sampling."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import numpy as np
import numpy.typing as npt
from jaxtyping import Array, Float

from bowlby.infer.density import Data, log_density, size
from bowlby.infer.weights import PARETO_K_LIMIT, Smoothed, resample, smooth

Floats = npt.NDArray[np.float64]

PROPOSALS = 4096
KEPT = 2000
TAIL_DF = 12.0
"""Degrees of freedom of the proposal: heavier tails than the target's keep weights bounded."""
NEWTON_STEPS = 60
ROUNDS = 3
GOOD_K, GOOD_ESS = 0.6, 1000
"""Weights this good end the search for a better proposal."""


@dataclass(frozen=True)
class Approximation:
    """Draws of the standardised unknowns and how far they can be trusted.

    Args:
        draws: shape (draws, unknowns), equally weighted.
        mode: shape (unknowns,).
        covariance: shape (unknowns, unknowns), inverse of the negative Hessian at the mode.
        pareto_k: shape of the weights' tail; above .7 the draws are not to be used.
        ess: effective number of proposals.
        converged: whether the mode was found.
    """

    draws: Floats
    mode: Floats
    covariance: Floats
    pareto_k: float
    ess: float
    converged: bool

    @property
    def trusted(self) -> bool:
        """Return whether the importance weights bear the result."""
        return self.converged and self.pareto_k < PARETO_K_LIMIT and self.ess > 0.05 * PROPOSALS


@jax.jit
def _local(x: Float[Array, " n"], data: Data) -> tuple[Array, Array, Array]:
    def slope(at: Float[Array, " n"]) -> tuple[Array, tuple[Array, Array]]:
        value, gradient = jax.value_and_grad(log_density)(at, data)
        return gradient, (value, gradient)

    hessian, (value, gradient) = jax.jacfwd(slope, has_aux=True)(x)
    return value, gradient, hessian


@jax.jit
def _batch(draws: Float[Array, "draws n"], data: Data) -> Float[Array, " draws"]:
    return jax.lax.map(lambda x: log_density(x, data), draws, batch_size=256)


def approximate(data: Data, rng: np.random.Generator) -> Approximation:
    """Return draws from the posterior by Laplace's method and importance sampling.

    A multivariate t around the mode proposes; Pareto-smoothed weights correct; up to two further rounds move the
    proposal to the weighted mean and covariance where the first weights are poor.

    Args:
        data: padded evidence.
        rng: the only source of randomness.

    Returns:
        Equally weighted draws with diagnostics.

    Raises:
        Nothing; failure shows in `trusted`.
    """
    with jax.enable_x64(True):
        mode, covariance, converged = _mode(data)
        centre, spread = mode, covariance
        best: tuple[Smoothed, Floats] | None = None
        for _ in range(ROUNDS):
            proposals, log_proposal = _propose(centre, spread, rng)
            found = smooth(np.asarray(_batch(proposals, data)) - log_proposal)
            if best is None or _better(found, best[0]):
                best = (found, proposals)
            if found.pareto_k < GOOD_K and found.ess > GOOD_ESS:
                break
            centre, spread = _moments(proposals, found.weights, covariance)
    assert best is not None
    chosen, proposals = best
    kept = proposals[resample(chosen.weights, KEPT, rng.random())]
    return Approximation(rng.permutation(kept), mode, covariance, chosen.pareto_k, chosen.ess, converged)


def _better(one: Smoothed, other: Smoothed) -> bool:
    trusted, before = one.pareto_k < PARETO_K_LIMIT, other.pareto_k < PARETO_K_LIMIT
    return (trusted, one.ess) > (before, other.ess)


def _mode(data: Data) -> tuple[Floats, Floats, bool]:
    x: Floats = np.zeros(size(data))
    value, gradient, hessian = (np.asarray(part) for part in _local(x, data))
    converged = False
    for _ in range(NEWTON_STEPS):
        move = np.asarray(np.linalg.solve(_curvature(hessian), gradient), dtype=float)
        x, value, gradient, hessian, moved = _climb(x, move, float(value), data)
        if not moved or np.abs(move).max() < 1e-6:
            converged = bool(np.abs(gradient).max() < 1e-3)
            break
    return x, np.asarray(np.linalg.inv(_curvature(hessian)), dtype=float), converged


def _climb(x: Floats, move: Floats, value: float, data: Data) -> tuple[Floats, float, Floats, Floats, bool]:
    for shrink in range(12):
        candidate = x + move * 0.5**shrink
        new, gradient, hessian = (np.asarray(part) for part in _local(candidate, data))
        if np.isfinite(new) and new >= value - 1e-12:
            return candidate, float(new), gradient, hessian, True
    new, gradient, hessian = (np.asarray(part) for part in _local(x, data))
    return x, float(new), gradient, hessian, False


def _curvature(hessian: Floats) -> Floats:
    """Return the negative Hessian with its eigenvalues kept positive: the cure model is not concave everywhere."""
    values, vectors = np.linalg.eigh(-(hessian + hessian.T) / 2)
    return (vectors * np.maximum(values, 0.2)) @ vectors.T


def _propose(centre: Floats, covariance: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    n = len(centre)
    factor = np.linalg.cholesky(covariance)
    normal = rng.standard_normal((PROPOSALS // 2, n))
    normal = np.concatenate([normal, -normal])
    mixing = np.sqrt(TAIL_DF / rng.chisquare(TAIL_DF, PROPOSALS))
    standard = normal * mixing[:, None]
    distance = np.sum(standard**2, axis=1)
    log_density = -0.5 * (TAIL_DF + n) * np.log1p(distance / TAIL_DF)
    return centre + standard @ factor.T, log_density


def _moments(draws: Floats, weights: Floats, floor: Floats) -> tuple[Floats, Floats]:
    mean = weights @ draws
    centred = draws - mean
    covariance = (weights[:, None] * centred).T @ centred
    # A few effective draws underestimate the spread; the Laplace covariance keeps the proposal wide enough.
    return mean, 0.9 * covariance + 0.1 * floor
