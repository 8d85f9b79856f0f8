"""The fast posterior of a hierarchy: children's own values integrated out by corrected Laplace, the rest weighted."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import product
from math import lgamma
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax.scipy.special import gammaln
from jaxtyping import Array

from bowlby.inference.choices.choice import log_likelihood, with_curvature
from bowlby.inference.choices.hierarchy import (
    CHILD_SPREAD,
    SESSION_SPREAD,
    HierarchyData,
    HierarchyProblem,
    ParameterLayout,
    Pooling,
    series_values,
)
from bowlby.inference.choices.sampling import Progress, silent
from bowlby.inference.weights import resample, smooth

Floats = npt.NDArray[np.float64]

DRAWS = 1000
PROPOSALS = 400
TAIL_DF = 8.0
CANDIDATES = 16
"""Values tried for every child at every setting of what is common, which correct Laplace's integral and its normal."""
DEFENSIVE = 0.2
"""Share of them that come from the prior."""
SETTINGS_ALONE = 100
"""Rounds of candidates where nothing is common."""
STEP = 0.15
"""Step of finite differences, in prior units: the marginal's rounding error is some 1e-4."""
INNER, OUTER = 8, 25
"""Newton steps at most, of children's values and of what is common."""
DECREMENT = 0.01
"""Squared slope, in posterior sds, below which the mode of what is common is found."""
FARTHEST_STEP = 1.0
"""Longest step of what is common, in prior units."""
TINY = 1e-9
LEAST_CURVATURE = 0.5
"""Of the marginal of what is common, in prior units; the priors' own is about 1."""
HALVINGS = 3
ROUNDING = 1e-3
"""Log likelihoods of single precision are not distinguished below this."""
LONGEST = 2.0
"""Longest Newton step of a child's value, in prior sds."""
NOWHERE = -1e6
"""Log likelihood where a parameter leaves the numbers' range; a step there is shortened."""
CLOSE = 0.05
"""A Newton step this small, in prior units, ends the search of children's values."""


@dataclass(frozen=True)
class NestedPosterior:
    """Draws of the unknowns and how far they can be trusted.

    Args:
        unknowns: shape (draws, unknowns), equally weighted, children's values as distances from the mean.
        mode: the same, at the best value of what is common.
        pareto_k: shape of the weights' tail; above .7 not to be trusted.
        ess: effective number of proposals of what is common; where nothing is, of the least determined child.
        candidates: effective number of the values tried at a setting, of `CANDIDATES`, for the least determined child.
        converged: whether the mode was found.
        log_evidence: log marginal likelihood by importance sampling, up to a constant of the priors.
    """

    unknowns: Floats
    mode: Floats
    pareto_k: float
    ess: float
    candidates: float
    converged: bool
    log_evidence: float


@dataclass
class _ConditionalModes:
    """Children's and sessions' values at their mode given several settings of what is common.

    Args:
        child: shape (settings, children, parameters).
        session: shape (settings, series, parameters).
        value: log marginal likelihood of each child by Laplace, shape (settings, children).
        schur: precision of children's values, shape (settings, children, parameters, parameters).
        within: precision of sessions' values given the child's, shape (settings, series, parameters, parameters).
        cross: between a child's value and each session's, shape (settings, series, parameters, parameters).
    """

    child: Floats
    session: Floats
    value: Floats
    schur: Floats
    within: Floats
    cross: Floats

    def taken(self, places: npt.NDArray[np.int64] | slice) -> _ConditionalModes:
        """Return some of the settings."""
        return _ConditionalModes(*(getattr(self, one.name)[places] for one in fields(self)))


@dataclass(frozen=True)
class _TrialValues:
    """Values tried for children and their sessions.

    Args:
        child: shape (settings, candidates, children, parameters).
        session: shape (settings, candidates, series, parameters).
        log_weight: of target over proposal and Laplace's integral, shape (settings, candidates, children).
    """

    child: Floats
    session: Floats
    log_weight: Floats

    @property
    def correction(self) -> Floats:
        """Return the log of what Laplace's integrals, all children's together, are multiplied by; shape (settings,)."""
        logs = np.logaddexp.reduce(self.log_weight, axis=1) - np.log(self.log_weight.shape[1])
        return np.asarray(logs.sum(axis=1), dtype=float)

    def effective(self, picked: npt.NDArray[np.int64]) -> float:
        """Return how many of a setting's candidates count, on average over settings, for the least determined child."""
        logs = self.log_weight[picked]
        shares = np.exp(logs - np.logaddexp.reduce(logs, axis=1, keepdims=True))
        return float((1.0 / (shares**2).sum(axis=1)).mean(axis=0).min())


@dataclass(frozen=True)
class _ModeLine:
    """Where to look for the modes of children's and sessions' values: how they move with what is common.

    Args:
        top: what is common, shape (common,).
        values: of children and of sessions there, shape (children or series, parameters).
        slopes: how each moves with what is common, shape (common, children or series, parameters).
    """

    top: Floats
    values: tuple[Floats, Floats]
    slopes: tuple[Floats, Floats]

    def at(self, tops: Floats) -> tuple[Floats, Floats]:
        """Return guesses at some settings of what is common, kept within the priors' reach."""
        child, session = (
            np.clip(value + np.tensordot(tops - self.top, slope, axes=1), -4.0, 4.0)
            for value, slope in zip(self.values, self.slopes, strict=True)
        )
        return np.asarray(child), np.asarray(session)


class _NestedMarginal:
    """The marginal of what is common, evaluated for a fixed number of settings at once (one compiled program)."""

    def __init__(self, problem: HierarchyProblem) -> None:
        """Take the problem with children's values as distances from the mean."""
        self.layout: ParameterLayout = replace(problem.layout, centred=(False,) * len(problem.layout.model.free))
        self.data = problem.data
        shapes = self.layout.shapes
        own = {"child", "session"}
        kinds = [name for name, shape in shapes.items() if name not in own for _ in range(int(np.prod(shape)))]
        self.top, self.spreads = len(kinds), np.array([kind.endswith("spread") for kind in kinds], dtype=bool)
        self.parameters, self.series = len(self.layout.model.free), self.layout.series
        self.width = 2 * self.top + 1
        self.first = np.unique(self.data.child, return_index=True)[1]
        self.choices = jax.tree.map(lambda leaf: jnp.tile(leaf, self.width), self.data.choices)
        child, session = (np.zeros((count, self.parameters)) for count in (self.layout.children, self.series))
        self.start = _ModeLine(
            np.zeros(self.top), (child, session), (np.zeros((self.top, 1, 1)), np.zeros((self.top, 1, 1)))
        )

    def marginal(self, tops: Floats) -> tuple[Floats, _ConditionalModes]:
        """Return the log posterior of each of up to `width` settings of what is common, and the modes beneath."""
        padded = np.concatenate([tops, np.repeat(tops[-1:], self.width - len(tops), axis=0)])
        base, prior = self._base(self.logged(padded))
        prior = prior - np.log(self.size_of(padded)).sum(axis=1)
        found = self._climb(base, *self._spreads(self.logged(padded)), self.start.at(padded))
        cut = found.taken(slice(len(tops)))
        return prior[: len(tops)] + cut.value.sum(axis=1), cut

    def size_of(self, tops: Floats) -> Floats:
        """Return the spreads among what is common, in prior units."""
        return np.maximum(np.abs(tops[:, self.spreads]), TINY)

    def logged(self, tops: Floats) -> Floats:
        """Return what is common with logs of spreads, as the layout has them.

        Here a spread is the size of a number of either sign: its half-normal prior is then normal, and its posterior
        close to normal even where it reaches down to zero, which its log is far from.
        """
        found = tops.copy()
        found[:, self.spreads] = np.log(self.size_of(tops))
        return found

    def joined(self, top: Floats, child: Floats, session: Floats) -> Floats:
        """Return the vector of unknowns."""
        blocks = {"child": child.T, "session": session.T}
        return np.concatenate([top, *(blocks[name].ravel() for name in self.layout.shapes if name in blocks)])

    def _of_children(self, of_series: Floats) -> Floats:
        """Return sums over each child's series, which stand together; shape (settings, children, ...)."""
        return np.asarray(np.add.reduceat(of_series, self.first, axis=1))

    def _schur(self, found: _LocalCurvature) -> Floats:
        """Return the precision of children's values, their sessions' integrated out."""
        eliminated = found.cross @ np.linalg.solve(found.within, np.swapaxes(found.cross, -1, -2))
        return np.eye(self.parameters) + found.between - self._of_children(eliminated)

    def _newton(self, found: _LocalCurvature) -> tuple[Floats, Floats]:
        """Return the Newton step of children's and sessions' values, the latter eliminated first."""
        inner = np.linalg.solve(found.within, found.slope_session[..., None])
        pulled = self._of_children((found.cross @ inner)[..., 0])
        child = np.linalg.solve(self._schur(found), (found.slope_child - pulled)[..., None])[..., 0]
        of_series = child[:, self.data.child, :, None]
        right = found.slope_session - (np.swapaxes(found.cross, -1, -2) @ of_series)[..., 0]
        session = np.linalg.solve(found.within, right[..., None])[..., 0]
        return _shortened(child), _shortened(session)

    def _base(self, tops: Floats) -> tuple[Floats, Floats]:
        """Return series's values for children like the mean, shape (settings, series, parameters), and the prior."""
        whole = np.concatenate([tops, np.zeros((len(tops), self.layout.size - self.top))], axis=1)
        values, prior = _bases(self.layout, jnp.asarray(whole), self.data)
        return np.moveaxis(np.asarray(values, dtype=float), 1, 2), np.asarray(prior, dtype=float)

    def _spreads(self, tops: Floats) -> tuple[Floats, Floats]:
        """Return sds of children and of sessions, shape (settings, 1, parameters)."""
        scale = self.layout.priors()[1]
        parts = self.layout.parts(
            jnp.asarray(np.concatenate([tops, np.zeros((len(tops), self.layout.size - self.top))], axis=1))
        )
        zero = np.zeros((len(tops), self.parameters))
        match self.layout.pooling:
            case Pooling.PARTIAL:
                child = CHILD_SPREAD * scale * np.exp(np.asarray(parts["spread"]))
            case Pooling.NONE:
                child = zero + scale
            case Pooling.COMPLETE:
                child = zero
        session = (
            SESSION_SPREAD * scale * np.exp(np.asarray(parts["session_spread"])) if "session_spread" in parts else zero
        )
        return np.asarray(child[:, None], dtype=float), np.asarray(session[:, None], dtype=float)

    def _climb(
        self, base: Floats, spread: Floats, departure: Floats, start: tuple[Floats, Floats]
    ) -> _ConditionalModes:
        """Return the modes of children's and sessions' values by Newton steps, each halved until it climbs."""
        around = (base, spread, departure)
        found = self._local(around, start)
        for _ in range(INNER):
            move = self._newton(found)
            if max(np.abs(part).max(initial=0.0) for part in move) < CLOSE:
                break
            found = self._step(around, found, move)
        move = self._newton(found)
        schur = self._schur(found)
        # The last step is taken as Newton's model has it: it gains half of slope times step.
        of_series = (found.slope_session * move[1]).sum(axis=2) - np.linalg.slogdet(found.within)[1]
        of_child = (found.slope_child * move[0]).sum(axis=2) - np.linalg.slogdet(schur)[1]
        value = found.of_child + 0.5 * (of_child + self._of_children(of_series))
        return _ConditionalModes(found.at[0] + move[0], found.at[1] + move[1], value, schur, found.within, found.cross)

    def weighed(self, tops: Floats, found: _ConditionalModes, rng: np.random.Generator) -> _TrialValues:
        """Return candidates for every child at up to `width` settings, drawn with a t's tails, and their weights.

        A weight is the child's likelihood times prior, over the density that proposed and over Laplace's integral, so
        that weights average to what Laplace's integral is to be multiplied by.
        """
        padding = (0, self.width - len(tops))
        padded = np.concatenate([tops, np.repeat(tops[-1:], padding[1], axis=0)])
        inner = found.taken(np.minimum(np.arange(self.width), len(tops) - 1))
        base, _ = self._base(self.logged(padded))
        child_spread, session_spread = self._spreads(self.logged(padded))
        parts: list[tuple[Floats, Floats, Floats]] = []
        for _ in range(CANDIDATES):
            child, session, proposed = self._tried(inner, rng)
            values = base + child_spread * child[:, self.data.child] + session_spread * session
            flat = np.moveaxis(values, 2, 0).reshape(self.parameters, -1)
            likely = _in_range(
                np.asarray(_likelihoods(self.layout.model, jnp.asarray(flat), self.choices), dtype=float)
            )
            of_series = likely.reshape(self.width, self.series) - 0.5 * (session**2).sum(axis=2)
            target = self._of_children(of_series) - 0.5 * (child**2).sum(axis=2)
            parts.append((child, session, target - proposed - inner.value))
        stacked = (np.stack(column, axis=1)[: len(tops)] for column in zip(*parts, strict=True))
        return _TrialValues(*stacked)

    def _tried(self, inner: _ConditionalModes, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
        """Return values of children and sessions, and the log density that proposed them, the normal's constant off.

        Most come from a t round the mode, some from the prior, so that no weight can be without bound (the defensive
        mixture of Hesterberg 1995, Technometrics 37:185).
        """
        stretch = np.sqrt(TAIL_DF / rng.chisquare(TAIL_DF, inner.value.shape))[..., None]
        blind = (rng.random(inner.value.shape) < DEFENSIVE)[..., None]
        words = rng.standard_normal(inner.child.shape)
        child = np.where(blind, words, inner.child + stretch * _spread_by(inner.schur, words))
        session = np.zeros_like(inner.session)
        if "session" in self.layout.shapes:
            words, of_series = rng.standard_normal(session.shape), (slice(None), self.data.child)
            near = self._followed(inner, child) + stretch[of_series] * _spread_by(inner.within, words)
            session = np.where(blind[of_series], words, near)
        return child, session, self._log_proposal(inner, child, session)

    def _followed(self, inner: _ConditionalModes, child: Floats) -> Floats:
        """Return the modes of sessions' values given children's."""
        away = (child - inner.child)[:, self.data.child, :, None]
        return inner.session - np.linalg.solve(inner.within, np.swapaxes(inner.cross, -1, -2) @ away)[..., 0]

    def _log_proposal(self, inner: _ConditionalModes, child: Floats, session: Floats) -> Floats:
        away = child - inner.child
        sizes = np.full(inner.value.shape, float(self.parameters))
        distance, squares = _quadratic(away, inner.schur), (child**2).sum(axis=2)
        precision = np.linalg.slogdet(inner.schur)[1]
        if "session" in self.layout.shapes:
            rest = session - self._followed(inner, child)
            sizes = sizes + self._of_children(np.full(inner.session.shape[:2], float(self.parameters)))
            distance = distance + self._of_children(_quadratic(rest, inner.within))
            squares = squares + self._of_children((session**2).sum(axis=2))
            precision = precision + self._of_children(np.linalg.slogdet(inner.within)[1])
        gamma = np.asarray(gammaln((TAIL_DF + sizes) / 2), dtype=float)
        constant = gamma - lgamma(TAIL_DF / 2) - 0.5 * sizes * np.log(TAIL_DF / 2)
        near = constant + 0.5 * precision - 0.5 * (TAIL_DF + sizes) * np.log1p(distance / TAIL_DF)
        return np.logaddexp(np.log1p(-DEFENSIVE) + near, np.log(DEFENSIVE) - 0.5 * squares)

    def _step(
        self, around: tuple[Floats, Floats, Floats], found: _LocalCurvature, move: tuple[Floats, Floats]
    ) -> _LocalCurvature:
        """Return the place a step further, the step of a child shortened while it leads downhill."""
        shrink = np.ones((self.width, self.layout.children, 1))
        tried = found
        for _ in range(HALVINGS):
            places = (found.at[0] + shrink * move[0], found.at[1] + shrink[:, self.data.child] * move[1])
            tried = self._local(around, places)
            worse = ~(tried.of_child >= found.of_child - ROUNDING)
            if not worse.any():
                break
            shrink = np.where(worse[:, :, None], 0.3 * shrink, shrink)
        return tried

    def _local(self, around: tuple[Floats, Floats, Floats], at: tuple[Floats, Floats]) -> _LocalCurvature:
        base, spread, departure = around
        values = base + spread * at[0][:, self.data.child] + departure * at[1]
        flat = np.moveaxis(values, 2, 0).reshape(self.parameters, -1)
        log_like, gradient, hessian = (
            _in_range(np.asarray(part, dtype=float))
            for part in with_curvature(self.layout.model, jnp.asarray(flat), self.choices)
        )
        shape = (self.width, self.series)
        slope = np.moveaxis(gradient, 0, -1).reshape(*shape, self.parameters)
        curvature = _positive(-np.moveaxis(hessian, 2, 0).reshape(*shape, self.parameters, self.parameters))
        own = -0.5 * (at[0] ** 2).sum(axis=2)
        of_series = log_like.reshape(shape) - 0.5 * (at[1] ** 2).sum(axis=2)
        return _LocalCurvature(
            at,
            self._of_children(of_series) + own,
            self._of_children(spread * slope) - at[0],
            departure * slope - at[1],
            self._of_children(spread[..., None] * curvature * spread[:, :, None]),
            np.eye(self.parameters) + departure[..., None] * curvature * departure[:, :, None],
            spread[..., None] * curvature * departure[:, :, None],
        )


@dataclass
class _LocalCurvature:
    """Log density, slopes and curvatures at children's and sessions' values."""

    at: tuple[Floats, Floats]
    of_child: Floats
    slope_child: Floats
    slope_session: Floats
    between: Floats
    within: Floats
    cross: Floats


_likelihoods = jax.jit(log_likelihood, static_argnums=0)


@partial(jax.jit, static_argnums=0)
def _bases(layout: ParameterLayout, tops: Array, data: HierarchyData) -> tuple[Array, Array]:
    return jax.vmap(lambda one: series_values(layout, one, data))(tops)


def _shortened(step: npt.NDArray[np.floating[Any]]) -> Floats:
    return np.asarray(np.clip(step, -LONGEST, LONGEST), dtype=float)


def _in_range(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, NOWHERE)


def _positive(matrices: Floats) -> Floats:
    """Return matrices with negative curvature taken as none: far from a mode the likelihood is not concave."""
    values, vectors = np.linalg.eigh(0.5 * (matrices + np.swapaxes(matrices, -1, -2)))
    return np.asarray((vectors * np.maximum(values, 0.0)[..., None, :]) @ np.swapaxes(vectors, -1, -2))


def approximate(problem: HierarchyProblem, seed: int, progress: Progress = silent) -> NestedPosterior:
    """Return draws by nested Laplace approximation.

    Given what is common (means, spreads, effects, groups) children are independent of each other, and their few values
    close to normal: they are integrated out by Laplace (after Rue, Martino & Chopin 2009, J R Stat Soc B 71:319). The
    marginal that is left is explored round its mode by a multivariate t with Pareto-smoothed weights. At each setting
    some values of every child are drawn round its mode and weighted: their mean weight corrects Laplace's integral
    without bias (after Andrieu & Roberts 2009, Ann Stat 37:697), and one of them, chosen by weight, is the child's
    draw, so that a child whose values are not normal does not get too narrow an interval.

    Args:
        problem: the hierarchy over trials.
        seed: 0 <= seed < 2**63.
        progress: called with settings explored and in all.

    Returns:
        Equally weighted draws with diagnostics, in which failure shows.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed, 13]))
    with jax.enable_x64(True):
        nest = _NestedMarginal(problem)
        top, curvature, converged = _mode(nest) if nest.top else (np.zeros(0), np.zeros((0, 0)), True)
        _, inner = nest.marginal(top[None])
        mode = nest.joined(nest.logged(top[None])[0], inner.child[0], inner.session[0])
        if nest.top == 0:
            return _alone(nest, inner.taken(np.zeros(SETTINGS_ALONE, dtype=np.int64)), mode, rng)
        factor = np.asarray(np.linalg.cholesky(np.linalg.inv(curvature)), dtype=float)
        scale = np.sqrt(TAIL_DF / rng.chisquare(TAIL_DF, (PROPOSALS, 1)))
        normal = scale * rng.standard_normal((PROPOSALS, nest.top))
        tops = top + normal @ factor.T
        log_target, below = _explore(nest, tops, progress)
        log_weight = log_target - _log_folded(tops - top, (top, factor), nest.spreads)
        tried = _candidates(nest, tops, below, rng) if "child" in nest.layout.shapes else None
        found = smooth(log_weight if tried is None else log_weight + tried.correction)
        picked = resample(found.weights, DRAWS, rng.random())
        commons = nest.logged(tops[picked])
        if tried is None:
            draws = np.stack([nest.joined(one, inner.child[0], inner.session[0]) for one in commons])
            counted = float(CANDIDATES)
        else:
            draws, counted = _chosen(nest, commons, tried, picked, rng), tried.effective(picked)
            log_weight = log_weight + tried.correction
    evidence = float(np.logaddexp.reduce(log_weight) - np.log(PROPOSALS))
    return NestedPosterior(rng.permutation(draws), mode, found.pareto_k, found.ess, counted, converged, evidence)


def _alone(nest: _NestedMarginal, inner: _ConditionalModes, mode: Floats, rng: np.random.Generator) -> NestedPosterior:
    """Return draws where children share nothing: each child's candidates are weighed against each other."""
    settings = np.zeros((len(inner.child), 0))
    tried = _candidates(nest, settings, inner, rng)
    flat = tried.log_weight.reshape(-1, nest.layout.children)
    smoothed = [smooth(one) for one in flat.T]
    picked = np.stack([rng.permutation(resample(one.weights, DRAWS, rng.random())) for one in smoothed], axis=1)
    child = tried.child.reshape(len(flat), *tried.child.shape[2:])[picked, np.arange(nest.layout.children)]
    none = np.zeros((nest.series, nest.parameters))
    draws = np.stack([nest.joined(np.zeros(0), one, none) for one in child])
    means = np.logaddexp.reduce(flat, axis=0) - np.log(len(flat))
    worst, least = max(one.pareto_k for one in smoothed), min(one.ess for one in smoothed)
    evidence = float((inner.value[0] + means).sum())
    return NestedPosterior(draws, mode, worst, least, least / SETTINGS_ALONE, True, evidence)


def _candidates(
    nest: _NestedMarginal, tops: Floats, below: _ConditionalModes, rng: np.random.Generator
) -> _TrialValues:
    parts = [
        nest.weighed(tops[first : first + nest.width], below.taken(slice(first, first + nest.width)), rng)
        for first in range(0, len(tops), nest.width)
    ]
    return _TrialValues(
        np.concatenate([part.child for part in parts]),
        np.concatenate([part.session for part in parts]),
        np.concatenate([part.log_weight for part in parts]),
    )


def _chosen(
    nest: _NestedMarginal, commons: Floats, tried: _TrialValues, picked: npt.NDArray[np.int64], rng: np.random.Generator
) -> Floats:
    """Return whole vectors: at each picked setting every child takes one of its candidates, by weight."""
    logs = tried.log_weight[picked]
    shares = np.cumsum(np.exp(logs - np.logaddexp.reduce(logs, axis=1, keepdims=True)), axis=1)
    words = rng.random((len(picked), 1, logs.shape[2]))
    taken = np.minimum((words > shares).sum(axis=1), logs.shape[1] - 1)
    setting = picked[:, None]
    child = tried.child[setting, taken, np.arange(logs.shape[2])]
    session = tried.session[setting, taken[:, nest.data.child], np.arange(nest.series)]
    return np.stack([nest.joined(*one) for one in zip(commons, child, session, strict=True)])


def _mode(nest: _NestedMarginal) -> tuple[Floats, Floats, bool]:
    """Return the mode of what is common by Newton steps, the negative Hessian there, and whether it was found."""
    top = nest.spreads.astype(float)
    value, slope, curvature = _surroundings(nest, top)
    for _ in range(OUTER):
        move = np.asarray(np.linalg.solve(curvature, slope), dtype=float)
        if slope @ move < DECREMENT:
            return top, curvature, True
        move *= min(1.0, FARTHEST_STEP / np.abs(move).max())
        tried = _surroundings(nest, top + move)
        for _ in range(HALVINGS):
            if tried[0] > value - ROUNDING:
                break
            move *= 0.3
            tried = _surroundings(nest, top + move)
        top, (value, slope, curvature) = top + move, tried
    return top, curvature, False


def _surroundings(nest: _NestedMarginal, top: Floats) -> tuple[float, Floats, Floats]:
    """Return the marginal's value, slope and negative Hessian by differences; children's modes are followed.

    The Hessian's eigenvalues are kept above `LEAST_CURVATURE`: a spread near zero has none.
    """
    d, moves = nest.top, STEP * np.eye(nest.top)
    pairs = [(i, j) for i in range(d) for j in range(i)]
    corners = np.array([top + moves[i] + moves[j] for i, j in pairs]).reshape(-1, d)
    near, inner = nest.marginal(np.concatenate([top[None], top + moves, top - moves]))
    found = (inner.child, inner.session)
    slopes = tuple((one[1 : d + 1] - one[d + 1 :]) / (2 * STEP) for one in found)
    nest.start = _ModeLine(top, (inner.child[0], inner.session[0]), (slopes[0], slopes[1]))
    up, down = near[1 : d + 1], near[d + 1 :]
    hessian = np.diag(up + down - 2 * near[0])
    values = [nest.marginal(corners[k : k + nest.width])[0] for k in range(0, len(corners), nest.width)]
    for value, (i, j) in zip(np.concatenate([*values, np.zeros(0)]), pairs, strict=True):
        hessian[i, j] = hessian[j, i] = value - up[i] - up[j] + near[0]
    eigenvalues, vectors = np.linalg.eigh(-hessian / STEP**2)
    curvature = (vectors * np.maximum(eigenvalues, LEAST_CURVATURE)) @ vectors.T
    return float(near[0]), (up - down) / (2 * STEP), np.asarray(curvature, dtype=float)


def _explore(nest: _NestedMarginal, tops: Floats, progress: Progress) -> tuple[Floats, _ConditionalModes]:
    values: list[Floats] = []
    parts: list[_ConditionalModes] = []
    for first in range(0, len(tops), nest.width):
        value, inner = nest.marginal(tops[first : first + nest.width])
        values.append(value)
        parts.append(inner)
        progress(min(first + nest.width, len(tops)), len(tops))
    columns = ([getattr(part, one.name) for part in parts] for one in fields(_ConditionalModes))
    return np.concatenate(values), _ConditionalModes(*(np.concatenate(column) for column in columns))


def _log_folded(away: Floats, around: tuple[Floats, Floats], spreads: npt.NDArray[np.bool_]) -> Floats:
    """Return the log density of the proposal where a spread's sign says nothing: summed over all signs."""
    top, factor = around
    parts: list[Floats] = []
    for signs in product((1.0, -1.0), repeat=int(spreads.sum())):
        flip = np.ones(len(top))
        flip[spreads] = signs
        parts.append(_log_t((top + away) * flip - top, factor))
    return np.asarray(np.logaddexp.reduce(parts, axis=0), dtype=float)


def _log_t(away: Floats, factor: Floats) -> Floats:
    d = len(factor)
    constant = lgamma((TAIL_DF + d) / 2) - lgamma(TAIL_DF / 2) - 0.5 * d * np.log(TAIL_DF * np.pi)
    distance = (np.linalg.solve(factor, away.T) ** 2).sum(axis=0)
    return np.asarray(
        constant - 0.5 * (TAIL_DF + d) * np.log1p(distance / TAIL_DF) - np.log(np.diag(factor)).sum(), dtype=float
    )


def _quadratic(away: Floats, precision: Floats) -> Floats:
    return np.asarray((away[..., None, :] @ precision @ away[..., None])[..., 0, 0], dtype=float)


def _spread_by(precision: Floats, words: Floats) -> Floats:
    """Return standard normal words turned into draws from normals of these precisions, mean 0."""
    factor = np.asarray(np.linalg.cholesky(precision), dtype=float)
    return np.asarray(np.linalg.solve(np.swapaxes(factor, -1, -2), words[..., None])[..., 0], dtype=float)
