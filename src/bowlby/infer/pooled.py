"""Care of several dyads under one hierarchy: each dyad's posterior first, then all of them pooled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import jax
import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.infer.density import DEVIATING, LEVELS, LOCATIONS, PRIOR_ONLY, SCALES, STEADY, Data, natural, pack, prior_of
from bowlby.infer.pooling import (
    CORRELATION,
    EFFECT_SD,
    KEPT,
    MEAN_SD,
    POOLED,
    SPREAD,
    Dyads,
    State,
    of_care,
    run_care,
)
from bowlby.infer.posterior import LEVEL, Diagnostics, Method, Posterior
from bowlby.infer.programs import Kept
from bowlby.infer.sampling import Progress, silent
from bowlby.model.parameters import lookup

Floats = npt.NDArray[np.float64]
Rounds = Callable[[jax.Array, State, Dyads], tuple[State, State]]

CHAINS = 4
FEWEST, MOST = 3, 24
"""Rounds of `KEPT` draws; the first quarter of all draws is dropped."""
R_HAT, ESS = 1.01, 400.0
"""Rounds go on until every pooled parameter is as good as this."""
DRAWS = 2000
"""Draws that are given on, over all chains."""


@dataclass(frozen=True)
class Covariate:
    """What is known of every dyad and may move the group's mean.

    Args:
        name: as the user calls it; of a category, with its value.
        values: one a dyad: standardised, or 1 in the category and 0 outside it.
        unit: what a step of 1 means.
    """

    name: str
    values: tuple[float, ...]
    unit: str


@dataclass(frozen=True)
class GroupRow:
    """One figure of the group, before and after the records.

    Args:
        name: of the parameter.
        covariate: whose effect this is, or empty.
        unit: of the figures.
        mean: posterior mean.
        low: lower end of the 90 % interval.
        high: upper end.
        prior_low: lower end of the prior's 90 % interval.
        prior_high: upper end.
    """

    name: str
    covariate: str
    unit: str
    mean: float
    low: float
    high: float
    prior_low: float
    prior_high: float

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return dict(vars(self))


@dataclass(frozen=True)
class Pooled:
    """The posterior of a group of dyads.

    Args:
        names: of the dyads.
        alone: the posterior of each dyad by itself.
        together: the posterior of each dyad among the others.
        covariates: what may move the mean.
        effects: draws of mean and effects in prior sds, shape (chains, draws, 1 + covariates, parameters).
        spread: draws of the sds between dyads in prior sds, shape (chains, draws, parameters).
        diagnostics: how far to trust the draws.
    """

    names: tuple[str, ...]
    alone: tuple[Posterior, ...]
    together: tuple[Posterior, ...]
    covariates: tuple[Covariate, ...]
    effects: Floats
    spread: Floats
    diagnostics: Diagnostics

    @cached_property
    def means(self) -> tuple[GroupRow, ...]:
        """Return the group's mean of each parameter, on its own scale."""
        return tuple(_mean_row(name, self.effects[..., 0, place]) for place, name in enumerate(POOLED))

    @cached_property
    def sds(self) -> tuple[GroupRow, ...]:
        """Return the sd between dyads of each parameter, on the transformed scale."""
        return tuple(_sd_row(name, self.spread[..., place]) for place, name in enumerate(POOLED))

    @cached_property
    def slopes(self) -> tuple[GroupRow, ...]:
        """Return the effect of each covariate on each parameter, on the transformed scale."""
        return tuple(
            _slope_row(name, covariate, self.effects[..., row, place])
            for row, covariate in enumerate(self.covariates, start=1)
            for place, name in enumerate(POOLED)
        )

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the group."""
        return {
            "mean": [row.as_dict() for row in self.means],
            "sd": [row.as_dict() for row in self.sds],
            "effects": [row.as_dict() for row in self.slopes],
            "diagnostics": self.diagnostics.as_dict(),
        }


def pool(
    alone: Sequence[Posterior],
    names: Sequence[str],
    covariates: Sequence[Covariate] = (),
    *,
    seed: int = 0,
    progress: Progress = silent,
) -> Pooled:
    """Return the posterior of dyads that are drawn round one mean, theta_d ~ N(X_d beta, D R D).

    theta are usual care, steady care and the log session deviation on the transformed scale in prior sds, R the
    registry's correlations, D the sds between dyads. Means are N(0, 1/2) and sds half-normal with mean square 1/2, so
    that a dyad by itself has the variance of the one-dyad prior; effects are N(0, 1/4). Sessions depart from their
    dyad's usual care as in the one-dyad model.

    Args:
        alone: the posterior of each dyad by itself, at least two.
        names: one a dyad.
        covariates: what may move the mean.
        seed: 0 <= seed < 2**63.
        progress: told rounds done and the most that may come.

    Returns:
        The group's posterior and each dyad's in it.

    Raises:
        InputError: there are fewer than two dyads.
    """
    if len(alone) < 2:
        raise InputError("a group has at least two dyads", value=len(alone), remedy="Infer from the one by itself.")
    with jax.enable_x64(True):
        dyads = first_stage(alone, covariates)
        drawn, diagnostics = draw(run_care, dyads, seed, progress)
    rng = np.random.Generator(np.random.Philox(key=[seed, 21]))
    together = tuple(_of_dyad(found, place, drawn, diagnostics, rng) for place, found in enumerate(alone))
    return Pooled(tuple(names), tuple(alone), together, tuple(covariates), drawn.effects, drawn.spread, diagnostics)


def first_stage(alone: Sequence[Posterior], covariates: Sequence[Covariate] = ()) -> Dyads:
    """Return evidence of one size, and the quadratic approximation of each log likelihood at its posterior's mean.

    Args:
        alone: the posterior of each dyad by itself.
        covariates: what may move the mean.

    Returns:
        Double-precision arrays, one row a dyad.
    """
    data = _of_one_size([pack(found.evidence) for found in alone], max(len(one.evidence.sessions) for one in alone))
    sessions = data.real.shape[1]
    middle = np.stack([_middle(found, sessions) for found in alone])
    slope, hessian = (np.asarray(part) for part in _curvature(middle, data))
    values, axes = np.linalg.eigh(-(hessian + np.swapaxes(hessian, 1, 2)) / 2)
    precision = (axes * np.maximum(values, 0.0)[:, None, :]) @ np.swapaxes(axes, 1, 2)
    linear = slope + np.einsum("dij,dj->di", precision, middle)
    design = np.column_stack([np.ones(len(alone)), *(one.values for one in covariates)])
    return Dyads(data, design, linear, precision)  # pyright: ignore[reportArgumentType]


@Kept
def _curvature(middle: jax.Array, data: Data) -> tuple[jax.Array, jax.Array]:
    return jax.vmap(jax.grad(of_care))(middle, data), jax.vmap(jax.hessian(of_care))(middle, data)


def _of_one_size(packed: Sequence[Data], sessions: int) -> Data:
    rows = max(len(one.session) for one in packed)
    return jax.tree.map(lambda *leaves: np.stack(leaves), *(_padded(one, rows, sessions) for one in packed))


def _padded(one: Data, rows: int, sessions: int) -> Data:
    def longer(values: object) -> npt.NDArray[np.generic]:
        found = np.asarray(values)
        return np.pad(found, (0, rows - len(found)))

    def of_sessions(values: object) -> npt.NDArray[np.generic]:
        found = np.asarray(values)[:sessions]
        return np.pad(found, [(0, sessions - len(found)), *[(0, 0)] * (found.ndim - 1)])

    return one._replace(
        **{name: longer(getattr(one, name)) for name in ("session", "kind", "signal", "episodes")},
        time_s=np.pad(np.asarray(one.time_s), (0, rows - len(one.time_s)), constant_values=1.0),
        **{name: of_sessions(getattr(one, name)) for name in ("counts", "engagement_h", "real")},
    )


def _middle(found: Posterior, sessions: int) -> Floats:
    """Return a dyad's posterior mean of steady care and of care in each session, standardised; padding at 0."""
    count = len(DEVIATING)
    steady = np.array([found.free[name].mean() for name in STEADY])
    session = np.stack([found.session_free[name].mean(axis=(0, 1)) for name in DEVIATING], axis=-1)
    session = (session - LOCATIONS[:count]) / SCALES[:count]
    padded = np.pad(session, ((0, sessions - len(session)), (0, 0)))
    return np.concatenate([(steady - LOCATIONS[count:]) / SCALES[count:], padded.ravel()])


@dataclass(frozen=True)
class Drawn:
    """Draws of everything, in prior sds, with leading axes of chains and draws.

    Args:
        levels: pooled parameters of each dyad, shape (..., dyads, parameters).
        session: care in each session, shape (..., dyads, sessions, deviating parameters).
        effects: shape (..., columns, parameters).
        spread: shape (..., parameters).
    """

    levels: Floats
    session: Floats
    effects: Floats
    spread: Floats


def draw(run: Rounds, dyads: Dyads, seed: int, progress: Progress = silent) -> tuple[Drawn, Diagnostics]:
    """Return draws in rounds until they are good, or the most rounds are over.

    Args:
        run: a round of all chains.
        dyads: what the first stage left.
        seed: 0 <= seed < 2**63.
        progress: told rounds done and the most that may come.

    Returns:
        At most `DRAWS` draws, and how good they are.

    Raises:
        Nothing; trouble shows in the diagnostics.
    """
    states = _starts(dyads, np.random.Generator(np.random.Philox(key=[seed, 20])))
    found: list[Drawn] = []
    r_hat, ess = np.inf, 0.0
    for number in range(MOST):
        keys = jax.random.key_data(jax.random.split(jax.random.fold_in(jax.random.key(seed), number), CHAINS))
        states, kept = run(keys, states, dyads)
        found.append(_as_drawn(kept))
        progress(number + 1, MOST)
        if number + 1 >= FEWEST:
            r_hat, ess = _quality(found)
            if r_hat < R_HAT and ess > ESS:
                break
    whole = _joined(found, DRAWS // CHAINS)
    sound = bool(r_hat < R_HAT and ess > ESS)
    return whole, Diagnostics(Method.POOLED, whole.spread[..., 0].size, None, ess, sound, None, r_hat)


def _starts(dyads: Dyads, rng: np.random.Generator) -> State:
    """Return starts that lie further apart than the posterior."""
    count, sessions = dyads.data.real.shape
    columns, parameters, deviating = dyads.design.shape[1], len(POOLED), len(DEVIATING)
    effects = np.zeros((CHAINS, columns, parameters))
    effects[:, 0] = 0.7 * rng.standard_normal((CHAINS, parameters))
    spread = np.exp(rng.uniform(np.log(0.1), np.log(1.2), (CHAINS, parameters)))
    levels = effects[:, :1] + spread[:, None] * rng.standard_normal((CHAINS, count, parameters))
    session = np.repeat(levels[:, :, None, :deviating], sessions, axis=2)
    return State(levels[..., deviating:-1], session, levels[..., :deviating], levels[..., -1], effects, spread)  # pyright: ignore[reportArgumentType]


def _as_drawn(kept: State) -> Drawn:
    parts = State(*(np.asarray(part) for part in kept))  # pyright: ignore[reportArgumentType]
    levels = np.concatenate([parts.usual, parts.steady, np.asarray(parts.deviation)[..., None]], axis=-1)
    return Drawn(levels, np.asarray(parts.session), np.asarray(parts.effects), np.asarray(parts.spread))


def _settled(found: Sequence[Drawn], name: str) -> Floats:
    whole = np.concatenate([getattr(one, name) for one in found], axis=1)
    return whole[:, len(found) * KEPT // 4 :]


def _quality(found: Sequence[Drawn]) -> tuple[float, float]:
    """Return the largest split R-hat and the smallest effective size over group and dyads."""
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

    parts = [_settled(found, "effects"), _settled(found, "spread"), _settled(found, "levels")]
    whole = np.concatenate([part.reshape(*part.shape[:2], -1) for part in parts], axis=-1)
    return float(np.max(split_gelman_rubin(whole))), float(np.min(effective_sample_size(whole)))


def _joined(found: Sequence[Drawn], each: int) -> Drawn:
    parts = {name: _settled(found, name) for name in ("levels", "session", "effects", "spread")}
    places = np.linspace(0, parts["spread"].shape[1] - 1, each).round().astype(int)
    return Drawn(**{name: part[:, places] for name, part in parts.items()})


def _of_dyad(
    alone: Posterior, place: int, drawn: Drawn, diagnostics: Diagnostics, rng: np.random.Generator
) -> Posterior:
    locations = np.append(LOCATIONS, prior_of("session_deviation").location)
    scales = np.append(SCALES, prior_of("session_deviation").scale)
    levels = drawn.levels[:, :, place] * scales + locations
    free = {name: levels[..., number] for number, name in enumerate(POOLED)}
    for name in PRIOR_ONLY:
        prior = prior_of(name)
        free[name] = prior.location + prior.scale * rng.standard_normal(levels.shape[:2])
    session = drawn.session[:, :, place, : len(alone.evidence.sessions)]
    own = {name: session[..., number] * SCALES[number] + LOCATIONS[number] for number, name in enumerate(DEVIATING)}
    return replace(alone, free={name: free[name] for name in alone.free}, session_free=own, diagnostics=diagnostics)


_EDGE = (1 - LEVEL) / 2
_NORMAL_EDGE = 1.6448536269514722
"""95 % quantile of the standard normal."""
_HALF_NORMAL_EDGES = (0.0627067779, 1.9599639845)
"""5 % and 95 % quantiles of the half-normal."""


def _mean_row(name: str, draws: Floats) -> GroupRow:
    prior = prior_of(name)
    own = natural(name, prior.location + prior.scale * draws)
    before = natural(name, prior.location + prior.scale * MEAN_SD * _NORMAL_EDGE * np.array([-1.0, 1.0]))
    return _row((name, "", lookup(name).unit), own, before)


def _sd_row(name: str, draws: Floats) -> GroupRow:
    scale = prior_of(name).scale
    return _row((name, "", _transformed_unit(name)), scale * draws, scale * SPREAD * np.array(_HALF_NORMAL_EDGES))


def _slope_row(name: str, covariate: Covariate, draws: Floats) -> GroupRow:
    scale = prior_of(name).scale
    edges = scale * EFFECT_SD * _NORMAL_EDGE * np.array([-1.0, 1.0])
    return _row((name, covariate.name, f"{_transformed_unit(name)} per {covariate.unit}"), scale * draws, edges)


def _row(what: tuple[str, str, str], draws: Floats, prior: Floats) -> GroupRow:
    low, high = np.quantile(draws, [_EDGE, 1 - _EDGE])
    return GroupRow(*what, float(draws.mean()), float(low), float(high), float(prior[0]), float(prior[1]))


def _transformed_unit(name: str) -> str:
    entry = lookup(name)
    transform = str(entry.transform)
    return entry.unit if transform == "identity" else f"{transform} of {entry.unit}"


def draw_group(dyads: int, covariates: Sequence[Covariate], rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return effects, spreads and dyads drawn from the prior of the hierarchy.

    Args:
        dyads: how many, >= 1.
        covariates: what may move the mean, values for each dyad.
        rng: the only source of randomness.

    Returns:
        Effects (1 + covariates, parameters), spreads (parameters,) and levels (dyads, parameters), in prior sds.
    """
    factor = np.linalg.cholesky(CORRELATION)
    sds = np.array([MEAN_SD, *(EFFECT_SD for _ in covariates)])
    effects = sds[:, None] * rng.standard_normal((len(sds), len(POOLED))) @ factor.T
    spread = SPREAD * np.abs(rng.standard_normal(len(POOLED)))
    design = np.column_stack([np.ones(dyads), *(one.values for one in covariates)])
    return effects, spread, design @ effects + spread * (rng.standard_normal((dyads, len(POOLED))) @ factor.T)


assert POOLED[:-1] == LEVELS
