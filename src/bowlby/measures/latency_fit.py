"""A lognormal response latency with a share of cues that are never answered, and a mass at zero."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.clusters import (
    FEWEST_CLUSTERS,
    FEWEST_STRETCHES,
    cluster_variance,
    degrees_of_freedom,
    t_quantile,
)
from bowlby.measures.confidence import LEVEL, Z, gamma_quantile
from bowlby.measures.survival import clusters_of

Floats: TypeAlias = npt.NDArray[np.float64]

FEWEST_ANSWERS = 5
"""Answers after more than 0 s under which nothing is fitted."""
LEAST_SEEN = 0.8
"""Share of all answers to come that must fall within the longest latency in view: below, what was not answered by then
is as well late as never, and no fit can judge (Maller & Zhou 1996, Survival Analysis with Long-Term Survivors, ch. 4,
on sufficient follow-up; the share is assumed)."""

_EM_STEPS = 300
_NEWTON_STEPS, _STEPS_WITHOUT = 50, 6
_NARROWEST = 1e-3
_FEW_CLUSTERS = 20
"""Clusters up to which what few of them miss of the spread is put back; beyond, it is a fortieth of its variance."""
_erfc = np.frompyfunc(math.erfc, 1, 1)


@dataclass(frozen=True)
class LatencyFit:
    """Share answered at once p0; of the rest a share c never, the others after a lognormal latency.

    P(T > t) = (1 - p0) (c + (1 - c) (1 - Phi((log t - mu) / sigma))) for t > 0: a mixture cure model (Berkson & Gage
    1952, Journal of the American Statistical Association 47:501) with lognormal latencies.

    Args:
        at_once: p0, share of episodes with a latency of exactly zero, in [0, 1).
        logit_never: log(c / (1 - c)).
        mu: mean of log latency, latency in seconds.
        log_sigma: log of the standard deviation of log latency.
        errors: standard errors of (logit_never, mu, log_sigma); over several sessions no smaller than the sandwich's,
            widened for few sessions, and for mu for few answers, so that `Z` of them reach as far as Student's t.
        log_likelihood: of the latencies above zero.
        n: informative episodes, zeros included.
        worth: degrees of freedom that the curvature gives sigma: one less than the answers, if all were seen.
        missed: by how much log_sigma falls short because few clusters were seen, the jackknife's estimate of it, >= 0.
    """

    at_once: float
    logit_never: float
    mu: float
    log_sigma: float
    errors: tuple[float, float, float]
    log_likelihood: float
    n: int
    worth: float
    missed: float

    @property
    def spread_interval(self) -> tuple[float, float]:
        """Return the 95 % interval of sigma, symmetric on the log scale, what few clusters miss added above.

        It is no narrower than that of the variance of as many answers as the likelihood's curvature is worth:
        s sqrt(f / chi2_f), exact for f + 1 answers all of which were seen.
        """
        sigma, tail, half = math.exp(self.log_sigma), (1 - LEVEL) / 2, self.worth / 2
        low, high = (math.sqrt(half / gamma_quantile(q, half)) for q in (1 - tail, tail))
        reach = math.exp(Z * self.errors[2])
        return sigma * min(low, 1 / reach), sigma * max(high, reach * math.exp(self.missed))

    @property
    def never(self) -> float:
        """Return c, the share of cues not answered at once that never would be."""
        return 1 / (1 + math.exp(-self.logit_never))

    def share_unanswered(self, time_s: Floats) -> Floats:
        """Return P(T > t) for times in seconds, >= 0."""
        with np.errstate(divide="ignore"):
            z = (np.log(time_s) - self.mu) / math.exp(self.log_sigma)
        return (1 - self.at_once) * (self.never + (1 - self.never) * _survival(z))


def fit_latency(table: pl.DataFrame, *, pull: float = 1.0) -> LatencyFit | None:
    """Return the fit to the informative episodes of a table, or None where there is none.

    The likelihood is that of right-censored data. A pull of log c + log(1 - c), a uniform prior on c seen on the logit
    scale, keeps the share of "never" off its edges, where no standard error exists; one of log sigma gives a spread
    divided by one answer less than there were, as a sample variance is (restricted likelihood: Patterson & Thompson
    1971, Biometrika 58:545). Started by EM (Dempster, Laird & Rubin 1977, Journal of the Royal Statistical Society B
    39:1), ended by Newton steps; the errors are from the Hessian, over three sessions or more no smaller than those of
    the sandwich of White (1982, Econometrica 50:1), clustered by session and corrected for few of them as in
    `clusters`; that of log sigma is no smaller than the jackknife's either, from five on.

    Args:
        table: columns of `EPISODE_SCHEMA`; of one class of cues.
        pull: weight of the pull, >= 0; 0 gives maximum likelihood.

    Returns:
        The fit; None under `FEWEST_ANSWERS` answers after more than 0 s, or where no optimum was reached.
    """
    seen = table.filter(pl.col("informative"))
    later = seen.filter(pl.col("latency_s") > 0)
    answered = later["answered"].to_numpy()
    if answered.sum() < FEWEST_ANSWERS:
        return None
    problem = _LatencyLikelihood(np.log(later["latency_s"].to_numpy()), answered, pull)
    theta = _newton(problem, _em(problem))
    if theta is None:
        return None
    bread = cast(Floats, np.linalg.inv(-problem.hessian(theta)))
    if not (np.diag(bread) > 0).all() or _seen_of_answers(problem, theta) < LEAST_SEEN:
        return None
    errors, missed = _errors(problem, theta, bread, clusters_of(later))
    never, mu, log_sigma = (float(value) for value in theta)
    told = cast("tuple[float, float, float]", tuple(float(error) for error in errors))
    likelihood = replace(problem, pull=0.0).value(theta)
    worth = 1 / (2 * float(bread[2, 2]))
    return LatencyFit(1 - len(later) / len(seen), never, mu, log_sigma, told, likelihood, len(seen), worth, missed)


def _survival(z: Floats) -> Floats:
    return 0.5 * cast(Floats, _erfc(z / math.sqrt(2))).astype(np.float64)


def _density(z: Floats) -> Floats:
    return np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


@dataclass(frozen=True)
class _LatencyLikelihood:
    log_time: Floats
    answered: npt.NDArray[np.bool_]
    pull: float

    def value(self, theta: Floats) -> float:
        """Return the log likelihood with its pulls; theta is (logit c, mu, log sigma)."""
        c, sigma = 1 / (1 + math.exp(-theta[0])), math.exp(theta[2])
        z = (self.log_time - theta[1]) / sigma
        hit, cut = z[self.answered], z[~self.answered]
        answered = len(hit) * (math.log1p(-c) - theta[2]) + np.log(_density(hit)).sum()
        answered -= self.log_time[self.answered].sum()
        censored = np.log(c + (1 - c) * _survival(cut)).sum()
        return float(answered + censored + self.pull * (math.log(c) + math.log1p(-c) + theta[2]))

    def scores(self, theta: Floats) -> Floats:
        """Return each episode's gradient without the pull, shape (..., n, 3) for theta of shape (..., 3)."""
        c, sigma = 1 / (1 + np.exp(-theta[..., :1])), np.exp(theta[..., 2:])
        z = (self.log_time - theta[..., 1:2]) / sigma
        survival, density = _survival(z), _density(z)
        left = np.maximum(c + (1 - c) * survival, 1e-300)
        hit = np.stack([np.broadcast_to(-c, z.shape), z / sigma, z * z - 1], axis=-1)
        cut = np.stack([c * (1 - survival), density / sigma, density * z], axis=-1) * ((1 - c) / left)[..., None]
        return np.where(self.answered[:, None], hit, cut)

    def pulled(self, theta: Floats) -> Floats:
        """Return the gradient of the pulls, shape (..., 3)."""
        c = 1 / (1 + np.exp(-theta[..., 0]))
        return self.pull * np.stack([1 - 2 * c, np.zeros_like(c), np.ones_like(c)], axis=-1)

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient of `value`."""
        return self.scores(theta).sum(axis=0) + self.pulled(theta)

    def hessian(self, theta: Floats, step: float = 1e-5) -> Floats:
        """Return the Hessian by central differences of the exact gradient."""
        moves = np.eye(3) * step
        rows = [(self.gradient(theta + move) - self.gradient(theta - move)) / (2 * step) for move in moves]
        return (np.array(rows) + np.array(rows).T) / 2


def _seen_of_answers(problem: _LatencyLikelihood, theta: Floats) -> float:
    """Return which share of the answers that come sooner or later come within the longest latency in view."""
    return 1 - float(_survival((problem.log_time.max(keepdims=True) - theta[1]) / math.exp(theta[2]))[0])


def _em(problem: _LatencyLikelihood) -> Floats:
    hit, cut = problem.log_time[problem.answered], problem.log_time[~problem.answered]
    mu, sigma = float(hit.mean()), max(float(hit.std()), 0.1)
    c = (len(cut) / 2 + 1) / (len(problem.log_time) + 2)
    for _ in range(_EM_STEPS):
        z = (cut - mu) / sigma
        survival = np.maximum(_survival(z), 1e-300)
        will = (1 - c) * survival / (c + (1 - c) * survival)
        hazard = _density(z) / survival
        first = mu + sigma * hazard
        second = mu * mu + sigma * sigma + sigma * (cut + mu) * hazard
        weight = len(hit) + will.sum()
        old = (c, mu, sigma)
        mu = float((hit.sum() + (will * first).sum()) / weight)
        spread = ((hit * hit).sum() + (will * second).sum() - weight * mu * mu) / (weight - problem.pull)
        sigma = math.sqrt(max(spread, _NARROWEST**2))
        c = float((len(cut) - will.sum() + problem.pull) / (len(problem.log_time) + 2 * problem.pull))
        c = min(max(c, 1e-9), 1 - 1e-9)
        if max(abs(c - old[0]), abs(mu - old[1]), abs(sigma - old[2])) < 1e-5:
            break
    return np.array([math.log(c / (1 - c)), mu, math.log(sigma)])


def _newton(problem: _LatencyLikelihood, theta: Floats) -> Floats | None:
    value = problem.value(theta)
    for _ in range(_NEWTON_STEPS):
        gradient, hessian = problem.gradient(theta), problem.hessian(theta)
        if theta[2] < math.log(2 * _NARROWEST) or not np.isfinite(hessian).all():
            return None
        if np.abs(gradient).max() < 1e-7 * len(problem.log_time):
            return theta
        move = np.linalg.solve(_downward(hessian), -gradient)
        for shrink in 0.5 ** np.arange(30):
            candidate = theta + shrink * move
            if np.abs(candidate[0]) < 30 and problem.value(candidate) > value:
                break
        else:
            return theta if np.abs(gradient).max() < 1e-4 * len(problem.log_time) else None
        theta, value = candidate, problem.value(candidate)
    return None


def _downward(hessian: Floats) -> Floats:
    # Far from the optimum the Hessian may point up in some direction: its eigenvalues are made negative there.
    values, vectors = np.linalg.eigh(hessian)
    return ((vectors * -np.maximum(np.abs(values), 1e-6)) @ vectors.T).astype(np.float64)


def _errors(
    problem: _LatencyLikelihood, theta: Floats, bread: Floats, cluster: npt.NDArray[np.int64]
) -> tuple[Floats, float]:
    """Return the three standard errors, and by how much log sigma falls short for few clusters."""
    own = np.diag(bread).copy()
    # What is told of sigma is what mu's error rests on: Student's t with as many degrees of freedom.
    own[1] *= (t_quantile(max(1.0, 1 / (2 * own[2]))) / Z) ** 2
    clusters = int(cluster.max()) + 1
    if clusters < FEWEST_CLUSTERS:
        return np.sqrt(own), 0.0
    size = np.bincount(cluster, minlength=clusters).astype(np.float64)
    sums = np.zeros((clusters, 3))
    np.add.at(sums, cluster, problem.scores(theta))
    widening = (t_quantile(degrees_of_freedom(size)) / Z) ** 2
    variance = cluster_variance(sums @ bread, size) * widening
    missed, jackknife = _jackknife(problem, theta, cluster) if clusters <= _FEW_CLUSTERS else (0.0, 0.0)
    if clusters >= FEWEST_STRETCHES:
        variance[2] = max(variance[2], jackknife * widening)
    return np.sqrt(np.maximum(own, variance)), missed


def _jackknife(problem: _LatencyLikelihood, theta: Floats, cluster: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Return by how much log sigma falls short for few clusters, and its variance, by leaving out each of them in turn.

    Clusters of different size: Busing, Meijer & van der Leeden (1999, Statistics and Computing 9:3). What is missed is
    held between nothing and one standard error; where a fit without a cluster does not settle, both are 0.
    """
    n, clusters = len(cluster), int(cluster.max()) + 1
    size = np.bincount(cluster, minlength=clusters)
    without = _without_each(problem, theta, cluster)[:, 2]
    if not np.isfinite(without).all():
        return 0.0, 0.0
    times = n / size
    centre = float(clusters * theta[2] - ((1 - size / n) * without).sum())
    pseudo = times * theta[2] - (times - 1) * without
    variance = float(((pseudo - centre) ** 2 / (times - 1)).mean())
    return float(np.clip(centre - theta[2], 0.0, math.sqrt(variance))), variance


def _without_each(
    problem: _LatencyLikelihood, theta: Floats, cluster: npt.NDArray[np.int64], step: float = 1e-5
) -> Floats:
    """Return the fit without each cluster, shape (clusters, 3), by Newton steps; nan where it did not settle."""
    kept = (cluster[None, :] != np.arange(int(cluster.max()) + 1)[:, None]).astype(np.float64)

    def gradient(at: Floats) -> Floats:
        return np.einsum("gn,gnb->gb", kept, problem.scores(at)) + problem.pulled(at)

    moves = np.eye(3) * step
    found = np.tile(theta, (len(kept), 1))
    for _ in range(_STEPS_WITHOUT):
        slopes = np.stack([gradient(found + by) - gradient(found - by) for by in moves], axis=-1) / (2 * step)
        downward = np.stack([_downward((slope + slope.T) / 2) for slope in slopes])
        move = np.linalg.solve(downward, gradient(found)[..., None])[..., 0]
        found = found - np.clip(move, -1.0, 1.0)
    settled = np.abs(gradient(found)).max(axis=1) < 1e-3 * len(cluster)
    return np.where(settled[:, None], found, np.nan)
