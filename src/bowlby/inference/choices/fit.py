"""Fitting a hierarchy: draws, what they say about each child, and whether they can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property, partial

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jaxtyping import Array

from bowlby.inference.choices.choice import act_probabilities, by_trial, natural, pack_choices
from bowlby.inference.choices.hierarchy import (
    CHILD_SPREAD,
    EFFECT_SPREAD,
    Hierarchy,
    HierarchyData,
    HierarchyProblem,
    ParameterLayout,
    hierarchy_problem,
    log_density,
    series_values,
)
from bowlby.inference.choices.nested_posterior import approximate
from bowlby.inference.choices.sampling import LogDensity, Progress, SamplerSettings, nuts, silent
from bowlby.inference.choices.trials import Trials
from bowlby.inference.weights import PARETO_K_LIMIT

Floats = npt.NDArray[np.float64]

LEVEL = 0.90
R_HAT_LIMIT = 1.01
"""Above it chains have not mixed (Vehtari et al. 2021, Bayesian Anal 16:667)."""
LEAST_ESS = 400
"""Fewer effective draws leave intervals shaky (the same)."""
LEAST_CANDIDATES = 3.0
"""Effective values of a child tried at a setting; with fewer the approximation does not see their distribution."""
FALLBACK = SamplerSettings()
"""Chains, warm-up and draws where the fast approximation is not to be trusted."""


class Method(StrEnum):
    """How draws were made."""

    FAST = "nested Laplace approximation"
    NUTS = "NUTS"
    FALLBACK = "NUTS, because the weights of the fast approximation are not to be trusted"


@dataclass(frozen=True)
class Diagnostics:
    """Whether the draws can be trusted.

    Args:
        method: how they were made.
        draws: how many.
        divergences: divergent transitions; 0 for the approximation.
        r_hat: largest split R-hat over unknowns; 1 for the approximation.
        ess: smallest effective sample size over unknowns; of the weights for the approximation.
        pareto_k: of the approximation's weights, also where NUTS took over from it; 0 for NUTS.
        converged: whether the approximation found its mode and saw what children's values look like; True for NUTS.
    """

    method: Method
    draws: int
    divergences: int
    r_hat: float
    ess: float
    pareto_k: float
    converged: bool

    @property
    def trusted(self) -> bool:
        """Return whether nothing speaks against the draws."""
        match self.method:
            case Method.NUTS | Method.FALLBACK:
                return self.divergences == 0 and self.r_hat < R_HAT_LIMIT and self.ess >= LEAST_ESS
            case Method.FAST:
                return self.converged and self.pareto_k < PARETO_K_LIMIT and self.ess >= LEAST_ESS / 10

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "method": str(self.method),
            "draws": self.draws,
            "divergences": self.divergences,
            "r_hat": self.r_hat,
            "ess": self.ess,
            "pareto_k": self.pareto_k if np.isfinite(self.pareto_k) else None,
            "converged": self.converged,
            "trusted": self.trusted,
        }


@dataclass(frozen=True)
class PopulationFigure:
    """One population figure.

    Args:
        name: parameter, or parameter with the covariate whose effect it is.
        kind: "mean" (on the parameter's own scale), "spread" over children or "effect" (both on the transformed scale).
        unit: of the figures.
        mean: posterior mean.
        low: lower end of the 90 % interval.
        high: upper end of it.
        prior_low: the same of the prior.
        prior_high: the same of the prior.
    """

    name: str
    kind: str
    unit: str
    mean: float
    low: float
    high: float
    prior_low: float
    prior_high: float

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Fit:
    """The posterior of a hierarchy.

    Args:
        problem: what was fitted; its layout is that of `unknowns`.
        unknowns: shape (chains, draws, unknowns), in units of the priors.
        diagnostics: whether they can be trusted.
        seed: of the fit.
    """

    problem: HierarchyProblem
    unknowns: Floats
    diagnostics: Diagnostics
    seed: int

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the free parameters."""
        return self.problem.layout.model.names

    @cached_property
    def free(self) -> Floats:
        """Return every series's parameters on the transformed scale, shape (chains, draws, parameters, series)."""
        flat = self.unknowns.reshape(-1, self.unknowns.shape[-1])
        with jax.enable_x64(True):
            values = np.asarray(_values(self.problem.layout, jnp.asarray(flat), self.problem.data))
        return values.reshape(*self.unknowns.shape[:2], *values.shape[1:])

    def of_series(self, name: str) -> Floats:
        """Return a parameter's draws on its own scale, shape (chains, draws, series)."""
        place = self.names.index(name)
        return self._natural(place, self.free[:, :, place])

    def of_children(self, name: str) -> Floats:
        """Return a parameter's draws in each child's first session, shape (chains, draws, children)."""
        first = np.unique(self.problem.data.child, return_index=True)[1]
        return self.of_series(name)[..., first]

    @cached_property
    def population(self) -> dict[str, Floats]:
        """Return draws of what is common, each of shape (chains, draws): `name`, `name_spread`, `name_by_covariate`.

        Means are on the parameter's own scale, that of a child at the population's mean; spreads and effects on the
        transformed scale.
        """
        layout = self.problem.layout
        location, scale = layout.priors()
        parts = {name: np.asarray(part) for name, part in layout.parts(jnp.asarray(self.unknowns)).items()}
        found: dict[str, Floats] = {}
        for place, entry in enumerate(layout.model.free):
            if "mean" in parts:
                found[entry.name] = self._natural(place, location[place] + scale[place] * parts["mean"][..., place])
            if "spread" in parts:
                found[f"{entry.name}_spread"] = CHILD_SPREAD * scale[place] * np.exp(parts["spread"][..., place])
        for number, (place, column) in enumerate(layout.effects):
            name = f"{layout.model.names[place]}_by_{column}"
            found[name] = EFFECT_SPREAD * scale[place] * parts["effect"][..., number]
        return found

    def _natural(self, place: int, free: Floats) -> Floats:
        with jax.enable_x64(True):
            transform = self.problem.layout.model.free[place].transform
            return np.asarray(natural(transform, jnp.asarray(free)), dtype=float)

    def rows(self) -> tuple[PopulationFigure, ...]:
        """Return the population figures beside their priors."""
        prior = prior_draws(self.problem, self.seed)
        return tuple(_row(self, name, draws, prior[name]) for name, draws in self.population.items())

    def log_likelihoods(self, draws: int = 1000) -> Floats:
        """Return the log probability of every known act under up to so many draws, shape (draws, trials known).

        In double precision: leave-one-out weights are ratios of their exponentials.
        """
        return self.log_likelihoods_of(thinned(self, draws))

    def log_likelihoods_of(self, values: Floats) -> Floats:
        """Return the log probability of every known act under given values of the series, shape (draws, trials known).

        Args:
            values: shape (draws, parameters, series), on the transformed scale.
        """
        seen = self.problem.trials.padded("act_seen").astype(bool)
        found = np.empty((len(values), int(seen.sum())))
        model = self.problem.layout.model
        with jax.enable_x64(True):
            choices = pack_choices(self.problem.trials, np.float64)
            for place, free in enumerate(values):
                found[place] = np.asarray(by_trial(model, jnp.asarray(free), choices))[seen]
        return found

    def probabilities(self, draws: int = 200) -> Floats:
        """Return one-step-ahead probabilities of acts under some draws, shape (draws, trials, acts, series)."""
        with jax.enable_x64(True):
            layout, data = self.problem.layout, self.problem.data
            return np.stack(
                [np.asarray(act_probabilities(layout.model, free, data.choices)) for free in thinned(self, draws)]
            )


def thinned(found: Fit, draws: int) -> Floats:
    """Return at most so many evenly spaced draws of every series's parameters.

    Args:
        found: a fit.
        draws: at most so many, >= 1.

    Returns:
        Shape (draws, parameters, series), on the transformed scale.
    """
    flat = found.free.reshape(-1, *found.free.shape[2:])
    places = np.linspace(0, len(flat) - 1, min(draws, len(flat))).round().astype(int)
    return flat[places]


@partial(jax.jit, static_argnums=0)
def _values(layout: ParameterLayout, unknowns: Array, data: HierarchyData) -> Array:
    return jax.vmap(lambda one: series_values(layout, one, data)[0])(unknowns)


def prior_draws(problem: HierarchyProblem, seed: int, draws: int = 2000) -> dict[str, Floats]:
    """Return draws of what is common from its prior, named as `Fit.population` does, each of shape (1, draws).

    Args:
        problem: the hierarchy over trials.
        seed: 0 <= seed < 2**63.
        draws: how many.

    Returns:
        Draws by name.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed, 17]))
    unknowns = draw_unknowns(replace(problem.layout, centred=(False,) * len(problem.layout.model.free)), rng, draws)
    known = Diagnostics(Method.FAST, draws, 0, 1.0, float(draws), 0.0, True)
    return Fit(problem, unknowns[None], known, seed).population


def draw_unknowns(layout: ParameterLayout, rng: np.random.Generator, draws: int) -> Floats:
    """Return draws of the unknowns from their prior.

    Args:
        layout: with no child centred.
        rng: the only source of randomness.
        draws: how many.

    Returns:
        Shape (draws, unknowns).
    """
    blocks: list[Floats] = []
    for name, shape in layout.shapes.items():
        normal = rng.standard_normal((draws, int(np.prod(shape))))
        blocks.append(np.log(np.abs(normal)) if name.endswith("spread") else normal)
    return np.concatenate(blocks, axis=1)


def _row(found: Fit, name: str, draws: Floats, prior: Floats) -> PopulationFigure:
    edges = [(1 - LEVEL) / 2, 1 - (1 - LEVEL) / 2]
    low, high = np.quantile(draws, edges)
    prior_low, prior_high = np.quantile(prior, edges)
    base = name.partition("_by_")[0].removesuffix("_spread")
    entry = next(one for one in found.problem.layout.model.free if one.name in (name, base))
    kind = "mean" if name == entry.name else "spread" if name.endswith("_spread") else "effect"
    unit = entry.unit if kind == "mean" else f"{entry.transform} scale"
    return PopulationFigure(
        name, kind, unit, float(draws.mean()), float(low), float(high), float(prior_low), float(prior_high)
    )


def fit(
    trials: Trials,
    hierarchy: Hierarchy,
    *,
    settings: SamplerSettings | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Fit:
    """Return the posterior of a hierarchy over trials, by NUTS or by the fast approximation where that can be trusted.

    Where the approximation's own diagnostics speak against it, NUTS takes over and `Diagnostics.method` says so.

    Args:
        trials: trials of one or more children.
        hierarchy: what is fitted.
        settings: of NUTS; None takes the fast approximation, and NUTS with `FALLBACK` where it fails.
        seed: 0 <= seed < 2**63.
        progress: called with steps done and in all.

    Returns:
        The posterior.

    Raises:
        InputError: the hierarchy cannot be posed over these trials.
    """
    problem = hierarchy_problem(trials, hierarchy)
    if settings is not None:
        return fit_nuts(problem, settings, seed, progress)
    fast = fit_fast(problem, seed, progress)
    if fast.diagnostics.trusted:
        return fast
    found = fit_nuts(problem, FALLBACK, seed, progress)
    known = replace(found.diagnostics, method=Method.FALLBACK, pareto_k=fast.diagnostics.pareto_k)
    return replace(found, diagnostics=known)


def fit_fast(problem: HierarchyProblem, seed: int, progress: Progress = silent) -> Fit:
    """Return the posterior by nested Laplace approximation.

    Args:
        problem: the hierarchy over trials.
        seed: 0 <= seed < 2**63.
        progress: called with steps done and in all.

    Returns:
        The posterior, one chain; failure shows in its diagnostics.
    """
    found = approximate(problem, seed, progress)
    layout = replace(problem.layout, centred=(False,) * len(problem.layout.model.free))
    sound = found.converged and found.candidates >= LEAST_CANDIDATES
    known = Diagnostics(Method.FAST, len(found.unknowns), 0, 1.0, found.ess, found.pareto_k, sound)
    return Fit(replace(problem, layout=layout), found.unknowns[None], known, seed)


def fit_nuts(problem: HierarchyProblem, settings: SamplerSettings, seed: int, progress: Progress = silent) -> Fit:
    """Return the posterior by NUTS.

    Args:
        problem: the hierarchy over trials.
        settings: chains, warm-up, draws.
        seed: 0 <= seed < 2**63.
        progress: called with steps done and in all.

    Returns:
        The posterior; trouble shows in its diagnostics.
    """
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

    layout = problem.layout
    found = nuts(density_of(layout), problem.data, np.zeros(layout.size), settings, seed, progress)
    ess, r_hat = effective_sample_size(found.unknowns), split_gelman_rubin(found.unknowns)
    number = settings.chains * settings.draws
    divergences = int(found.diverging.sum())
    known = Diagnostics(Method.NUTS, number, divergences, float(np.max(r_hat)), float(np.min(ess)), 0.0, True)
    return Fit(problem, found.unknowns, known, seed)


@cache
def density_of(layout: ParameterLayout) -> LogDensity:
    """Return the log density of a layout, one function object a layout so that its program is compiled once.

    Args:
        layout: the unknowns.

    Returns:
        From unknowns and data to the log density.
    """
    return partial(log_density, layout)
