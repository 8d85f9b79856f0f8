"""Response latency over many sessions: what differs from dyad to dyad, from session to session, from cue to cue."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.clusters import cluster_variance
from bowlby.measures.latency_fit import FEWEST_ANSWERS, fit_latency

Floats: TypeAlias = npt.NDArray[np.float64]

FEWEST_SESSIONS = 5
"""Sessions with an answer under which differences between sessions are not estimated."""

_REACH, _COARSEST = 5.0, 0.05
_BOUNDS = ((-12.0, 12.0), (-10.0, 12.0), (math.log(0.02), math.log(5.0)), *((math.log(0.01), math.log(2.0)),) * 2)

SESSION_SCHEMA: dict[str, pl.DataType] = {
    "dyad": pl.String(),
    "session": pl.String(),
    "median_s": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "answers": pl.UInt32(),
}
"""Each session's median latency, drawn towards its dyad and the whole as far as its own answers are few."""


@dataclass(frozen=True)
class FrailtyFit:
    """A lognormal latency whose location differs between dyads and between their sessions, with a share of "never".

    Args:
        logit_never: log(c / (1 - c)), c the share of cues, not answered at once, that never would be.
        mu: mean of log latency, seconds.
        log_sigma: log of the standard deviation of log latency from cue to cue.
        log_session_sd: log of the standard deviation between sessions of a dyad.
        log_dyad_sd: log of the standard deviation between dyads; None where each dyad has but one session.
        errors: standard errors of the above, in order, without the None.
        log_likelihood: of the latencies above zero.
        sessions: columns of `SESSION_SCHEMA`.
        episodes: number of informative episodes with a latency above zero.
    """

    logit_never: float
    mu: float
    log_sigma: float
    log_session_sd: float
    log_dyad_sd: float | None
    errors: tuple[float, ...]
    log_likelihood: float
    sessions: pl.DataFrame
    episodes: int


def fit_frailty(table: pl.DataFrame, dyads: Mapping[str, str] | None = None, *, pull: float = 1.0) -> FrailtyFit | None:
    """Return the shared-frailty fit to the informative episodes of several sessions, or None where there is none.

    log T = mu + u_dyad + v_session + sigma e, with u, v, e normal, a share c of cues never answered: the lognormal
    frailty model (Hougaard 2000, Analysis of Multivariate Survival Data, chapters 7 and 8) in accelerated time, nested
    as in Rabe-Hesketh, Skrondal & Pickles (2005, Journal of Econometrics 128:301). The two integrals are sums over a
    grid, exact to the grid's step. Errors are from the Hessian, and no smaller than those of the sandwich over dyads:
    the model takes c for the same in all sessions, which it need not be. Pulls keep c off its edges (as in
    `fit_latency`) and the standard deviations off zero (log sd added: Chung et al. 2013, Psychometrika 78:685). Answers
    at 0 s are left out: `LatencyFit.at_once` has them.

    Args:
        table: columns of `EPISODE_SCHEMA`; of one class of cues, of several sessions.
        dyads: session id to dyad id; None takes each session for a dyad of its own.
        pull: weight of the pulls, >= 0; 0 gives maximum likelihood.

    Returns:
        The fit; None under `FEWEST_SESSIONS` sessions with an answer after more than 0 s, or where no optimum was
        reached.

    Raises:
        KeyError: a session is missing from dyads.
    """
    later = table.filter(pl.col("informative") & (pl.col("latency_s") > 0))
    answered = later.filter(pl.col("answered"))
    start = fit_latency(later.with_columns(session=pl.lit("all")), pull=1.0)
    if start is None or answered["session"].n_unique() < FEWEST_SESSIONS or len(answered) < FEWEST_ANSWERS:
        return None
    problem = _problem(later, dyads, pull, math.exp(start.log_sigma))
    first = np.array([start.logit_never, start.mu, start.log_sigma - 0.2, math.log(0.3), math.log(0.3)])
    theta = _climb(problem, first[: problem.size])
    if theta is None:
        return None
    covariance = cast(Floats, np.linalg.inv(-_hessian(problem, theta)))
    if not (np.diag(covariance) > 0).all():
        return None
    errors = tuple(
        float(error) for error in np.sqrt(np.maximum(np.diag(covariance), _robust(problem, theta, covariance)))
    )
    return FrailtyFit(
        logit_never=float(theta[0]),
        mu=float(theta[1]),
        log_sigma=float(theta[2]),
        log_session_sd=float(theta[3]),
        log_dyad_sd=float(theta[4]) if problem.nested else None,
        errors=errors,
        log_likelihood=problem.value(theta) - problem.pulls(theta),
        sessions=problem.locations(theta),
        episodes=len(later),
    )


@dataclass(frozen=True)
class _Session:
    """One session's latencies: sufficient sums of log latency for answers, distinct log times for censoring."""

    name: str
    dyad: str
    answers: int
    total: float
    squares: float
    cut: Floats
    weight: Floats


@dataclass(frozen=True)
class _FrailtyLikelihood:
    sessions: tuple[_Session, ...]
    dyad_of: npt.NDArray[np.int64]
    nested: bool
    pull: float
    grid: Floats

    @property
    def size(self) -> int:
        return 5 if self.nested else 4

    def pulls(self, theta: Floats) -> float:
        c = 1 / (1 + math.exp(-theta[0]))
        return self.pull * float(math.log(c) + math.log1p(-c) + theta[3:].sum())

    def value(self, theta: Floats) -> float:
        """Return the penalised log marginal likelihood."""
        return float(self.of_dyads(theta).sum()) + self.pulls(theta)

    def of_dyads(self, theta: Floats) -> Floats:
        """Return the log marginal likelihood of each dyad, shape (dyads,)."""
        _, dyads = self._integrate(theta)
        whole = _log_smooth(dyads, math.exp(theta[4]), self.grid) if self.nested else dyads
        return whole[:, len(self.grid) // 2]

    def _integrate(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return the log likelihood of each session over its location, and of each dyad over its own."""
        own = np.stack([_over_grid(session, theta, self.grid) for session in self.sessions])
        given_dyad = _log_smooth(own, math.exp(theta[3]), self.grid)
        if not self.nested:
            return own, given_dyad
        dyads = np.zeros((int(self.dyad_of.max()) + 1, len(self.grid)))
        np.add.at(dyads, self.dyad_of, given_dyad)
        return own, dyads

    def locations(self, theta: Floats) -> pl.DataFrame:
        """Return each session's posterior median latency with its 95 % interval."""
        own, dyads = self._integrate(theta)
        rows = []
        for place, session in enumerate(self.sessions):
            prior = self._prior(theta, own[place], dyads, place)
            weight = np.cumsum(np.exp(own[place] + prior - (own[place] + prior).max()))
            at = [float(np.interp(q, weight / weight[-1], self.grid)) for q in (0.5, 0.025, 0.975)]
            rows.append((session.dyad, session.name, *(math.exp(theta[1] + x) for x in at), session.answers))
        return pl.DataFrame(rows, schema=SESSION_SCHEMA, orient="row")

    def _prior(self, theta: Floats, own: Floats, dyads: Floats, place: int) -> Floats:
        """Return the log density of a session's location given the other sessions of its dyad."""
        if not self.nested:
            return _log_normal(self.grid, math.exp(theta[3]))
        others = dyads[self.dyad_of[place]] - _log_smooth(own[None], math.exp(theta[3]), self.grid)[0]
        return _log_smooth((others + _log_normal(self.grid, math.exp(theta[4])))[None], math.exp(theta[3]), self.grid)[
            0
        ]


def _problem(later: pl.DataFrame, dyads: Mapping[str, str] | None, pull: float, sigma: float) -> _FrailtyLikelihood:
    sessions: list[_Session] = []
    for (name,), rows in later.group_by("session", maintain_order=True):
        hit = np.log(rows.filter(pl.col("answered"))["latency_s"].to_numpy())
        cut, weight = np.unique(np.log(rows.filter(~pl.col("answered"))["latency_s"].to_numpy()), return_counts=True)
        dyad = str(name) if dyads is None else dyads[str(name)]
        sums = len(hit), float(hit.sum()), float((hit * hit).sum())
        sessions.append(_Session(str(name), dyad, *sums, cut, weight.astype(np.float64)))
    number = {dyad: k for k, dyad in enumerate(dict.fromkeys(session.dyad for session in sessions))}
    dyad_of = np.array([number[session.dyad] for session in sessions])
    # A sum over a grid no coarser than the narrowest bell in it is exact to parts in a hundred million.
    step = min(_COARSEST, 0.7 * sigma / math.sqrt(max(session.answers for session in sessions)))
    grid = np.linspace(-_REACH, _REACH, 2 * math.ceil(_REACH / step) + 1)
    return _FrailtyLikelihood(tuple(sessions), dyad_of, len(number) < len(sessions), pull, grid)


def _over_grid(session: _Session, theta: Floats, grid: Floats) -> Floats:
    from scipy.special import ndtr

    c, sigma = 1 / (1 + math.exp(-theta[0])), math.exp(theta[2])
    location = theta[1] + grid
    n, total, squares = session.answers, session.total, session.squares
    distance = squares - 2 * location * total + n * location**2
    hits = n * (math.log1p(-c) - theta[2] - 0.5 * math.log(2 * math.pi)) - total - distance / (2 * sigma**2)
    z = (location[None, :] - session.cut[:, None]) / sigma
    return hits + session.weight @ np.log(c + (1 - c) * cast(Floats, ndtr(z)))


def _log_normal(x: Floats, sd: float) -> Floats:
    return -0.5 * (x / sd) ** 2 - math.log(sd * math.sqrt(2 * math.pi))


def _log_smooth(values: Floats, sd: float, grid: Floats) -> Floats:
    """Return log of the integral of exp(values(w)) N(w - u; sd) over w, for each u of the grid; shape as values."""
    top = values.max(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return top + np.log(np.maximum(_negligible_to_zero(np.exp(values - top)) @ _kernel(sd, len(grid)).T, 1e-300))


@lru_cache(maxsize=8)
def _kernel(sd: float, size: int) -> Floats:
    # Kept, because an optimiser that moves one parameter asks for the same standard deviations again.
    grid = np.linspace(-_REACH, _REACH, size)
    kernel = np.exp(-0.5 * ((grid[:, None] - grid[None, :]) / sd) ** 2)
    return _negligible_to_zero(kernel / kernel.sum(axis=1, keepdims=True))


def _negligible_to_zero(values: Floats) -> Floats:
    # Products of numbers this small are subnormal, and processors multiply those tens of times slower.
    return np.where(values < 1e-100, 0.0, values)


def _climb(problem: _FrailtyLikelihood, start: Floats) -> Floats | None:
    from scipy.optimize import minimize

    bounds = _BOUNDS[: problem.size]
    inside = np.clip(start, [low for low, _ in bounds], [high for _, high in bounds])
    done = minimize(lambda theta: -problem.value(theta), inside, method="L-BFGS-B", bounds=bounds)
    theta: Floats = np.asarray(done.x, dtype=np.float64)
    return theta if np.isfinite(done.fun) and done.success else None


def _robust(problem: _FrailtyLikelihood, theta: Floats, covariance: Floats, step: float = 1e-4) -> Floats:
    """Return the variances of the sandwich over dyads, corrected for few of them as in `clusters`."""
    moves = np.eye(problem.size) * step
    scores = np.stack([(problem.of_dyads(theta + m) - problem.of_dyads(theta - m)) / (2 * step) for m in moves], axis=1)
    cues = np.array([session.answers + session.weight.sum() for session in problem.sessions])
    return cluster_variance(scores @ covariance, np.bincount(problem.dyad_of, weights=cues).astype(np.float64))


def _hessian(problem: _FrailtyLikelihood, theta: Floats, step: float = 1e-3) -> Floats:
    moves = np.eye(problem.size) * step

    def mixed(a: Floats, b: Floats) -> float:
        corners = ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
        return sum(sign * problem.value(theta + p * a + q * b) for p, q, sign in corners) / (4 * step * step)

    upper = [[mixed(a, b) if i <= j else 0.0 for j, b in enumerate(moves)] for i, a in enumerate(moves)]
    half = np.array(upper)
    return half + np.triu(half, 1).T
