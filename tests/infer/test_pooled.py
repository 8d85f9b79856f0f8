"""Pooled care: against a closed form, against NUTS of the joint model, and calibrated over simulated groups."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import ndtr

from bowlby.errors import InputError
from bowlby.infer import pooled as module
from bowlby.infer import pooling
from bowlby.infer.density import DEVIATING, LEVELS, LOCATIONS, PRIOR_ONLY, SCALES, STEADY, Data, pack, prior_of
from bowlby.infer.pooled import Covariate, draw, draw_group, first_stage, pool
from bowlby.infer.pooling import CORRELATION, EFFECT_SD, MEAN_SD, POOLED, SPREAD, Dyads, State, of_care, run
from bowlby.infer.posterior import Method, Posterior, from_evidence
from bowlby.infer.sampling import Settings, nuts
from bowlby.infer.sbc import Ranks, ascertained, uniformity
from bowlby.study.care_calibration import Truth, Visit, simulate_evidence

K, C, S = len(POOLED), len(DEVIATING), len(STEADY)
_LOCATIONS = np.append(LOCATIONS, prior_of("session_deviation").location)
_SCALES = np.append(SCALES, prior_of("session_deviation").scale)
VISIT = Visit(sessions=2)


def evidence_of(levels: np.ndarray, visit: Visit, rng: np.random.Generator):
    """Return evidence of one dyad with this care, in prior sds, and its care in each session."""
    usual = dict(zip(POOLED, levels * _SCALES + _LOCATIONS, strict=True)) | dict.fromkeys(PRIOR_ONLY, 0.0)
    away = np.exp(usual["session_deviation"]) * rng.standard_normal((visit.sessions, C))
    session = levels[:C] + away
    truth = Truth(usual, session * SCALES[:C] + LOCATIONS[:C])
    return simulate_evidence(truth, visit, rng), session


def several(number: int, seed: int, covariates: tuple[Covariate, ...] = ()) -> tuple[Posterior, ...]:
    rng = np.random.default_rng(seed)
    levels = draw_group(number, covariates, rng)[2]
    return tuple(from_evidence(evidence_of(one, VISIT, rng)[0], seed=seed) for one in levels)


ERROR = 0.6
"""Sd of what is seen of each parameter in the closed form, in prior sds."""
COUNT = 8


def seen_with_error(unknowns, data: Data):
    steady, session = unknowns[:S] - data.time_s, unknowns[S:].reshape(-1, C) - data.counts
    return -0.5 * (jnp.sum(steady**2) + jnp.sum(session**2)) / ERROR**2


def normal_dyads(steady: np.ndarray) -> Dyads:
    """Return dyads whose parameters are each seen once with a normal error; the first stage errs on purpose."""
    blank = np.zeros((COUNT, 1))
    four, three = np.zeros((COUNT, 4)), np.zeros((COUNT, 3))
    data = Data(
        blank, blank, blank, steady, blank, np.zeros((COUNT, 1, C)), blank, four, four, three, blank + 1, np.ones(COUNT)
    )
    whole = np.concatenate([steady, np.zeros((COUNT, C))], axis=1)
    off = 0.7 / ERROR**2
    return Dyads(data, np.ones((COUNT, 1)), off * whole, np.broadcast_to(off * np.eye(S + C), (COUNT, S + C, S + C)))


def closed_form(seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return posterior means and sds of mean, spread and the first dyad, by a grid over mean and spread.

    y_d ~ N(mu, sigma^2 + error^2); given both the first dyad is normal.
    """
    mu, sigma = np.meshgrid(np.linspace(-3, 3, 401), np.linspace(1e-3, 4, 800), indexing="ij")
    variance = sigma**2 + ERROR**2
    fit = -0.5 * ((seen[:, None, None] - mu) ** 2 / variance + np.log(variance)).sum(axis=0)
    log = fit - 0.5 * (mu / MEAN_SD) ** 2 - 0.5 * (sigma / SPREAD) ** 2
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    own = (mu * ERROR**2 + seen[0] * sigma**2) / variance
    own_square = own**2 + sigma**2 * ERROR**2 / variance
    first = np.array([(weight * part).sum() for part in (mu, sigma, own)])
    second = np.array([(weight * part).sum() for part in (mu**2, sigma**2, own_square)])
    return first, np.sqrt(second - first**2)


@pytest.mark.slow
def test_pooled_normal_observations_equal_the_closed_form():
    """Errors of means beyond 5 of their standard errors (400 effective draws) come once in 80,000."""
    rng = np.random.default_rng(4)
    true = rng.standard_normal(S) + np.linspace(0, 1.2, S) * rng.standard_normal((COUNT, S))
    seen = true + ERROR * rng.standard_normal((COUNT, S))
    program = jax.jit(lambda keys, *rest: run(seen_with_error, jax.random.wrap_key_data(keys), *rest))
    with jax.enable_x64(True):
        found, diagnostics = draw(program, normal_dyads(seen), 1)
    assert diagnostics.converged and diagnostics.ess > 400
    for place in range(S):
        means, sds = closed_form(seen[:, place])
        at = C + place
        draws = np.stack([found.effects[..., 0, at], found.spread[..., at], found.levels[..., 0, at]], axis=-1)
        draws = draws.reshape(-1, 3)
        assert np.all(np.abs(draws.mean(axis=0) - means) < 5 * sds / 20)
        assert np.all(np.abs(draws.std(axis=0) / sds - 1) < 0.25)


def test_one_dyad_is_no_group(usual: Posterior):
    with pytest.raises(InputError, match="at least two"):
        pool([usual], ["a"])


def test_the_prior_of_a_dyad_keeps_the_variance_of_the_one_dyad_prior():
    """Of 8,000 dyads, each of its own group, variances are off by 5 standard errors once in a million."""
    rng = np.random.default_rng(1)
    levels = np.stack([draw_group(1, (), rng)[2][0] for _ in range(8_000)])
    kurtosis = (levels**4).mean(axis=0)
    assert np.all(np.abs((levels**2).mean(axis=0) - 1) < 5 * np.sqrt(kurtosis / len(levels)))
    assert np.corrcoef(levels.T)[POOLED.index("warm_share"), POOLED.index("intrusion_share")] < -0.2


def test_the_first_stage_follows_the_log_likelihood_near_its_mean():
    alone = several(2, 5)
    with jax.enable_x64(True):
        found = first_stage(alone)
        middle = np.stack([module._middle(one, 2) for one in alone])
        slope_at = jax.jit(jax.grad(of_care))
        for place in range(2):
            data = jax.tree.map(lambda leaf, at=place: leaf[at], found.data)
            slope = slope_at(middle[place], data)
            fitted = found.linear[place] - found.precision[place] @ middle[place]
            assert np.allclose(slope, fitted, atol=1e-8)
    assert np.all(np.linalg.eigvalsh(found.precision) > -1e-8)


@pytest.mark.slow
def test_pooled_care_equals_nuts_of_the_joint_model():
    """Means and sds of 65 figures; both sides have 400 effective draws or more, so 6 standard errors hold."""
    alone = several(3, 6)
    found = pool(alone, ["a", "b", "c"], seed=2)
    assert found.diagnostics.converged and found.diagnostics.method is Method.POOLED
    with jax.enable_x64(True):
        dyads = first_stage(alone)
        size = 2 * K + 3 * (K + 2 * C)
        drawn = nuts(joint_density, dyads.data, np.zeros(size), Settings(2, 400, 1000), 3)
        effects, spread, levels = (
            np.asarray(part) for part in jax.vmap(jax.vmap(lambda one: unpacked(one, 3, 2)[:3]))(drawn.unknowns)
        )
    own = np.stack([np.stack([one.free[name] for name in POOLED], axis=-1) for one in found.together], axis=2)
    own = (own - _LOCATIONS) / _SCALES
    pairs = [(found.effects[..., 0, :], effects), (found.spread, spread), (own, levels)]
    for one, other in pairs:
        one, other = one.reshape(-1, *one.shape[2:]), other.reshape(-1, *other.shape[2:])
        error = 6 * np.sqrt(2 / 400) * other.std(axis=0)
        assert np.all(np.abs(one.mean(axis=0) - other.mean(axis=0)) < error)
        assert np.all(np.abs(np.log(one.std(axis=0) / other.std(axis=0))) < 0.35)


def unpacked(unknowns, dyads: int, sessions: int):
    """Return mean, spread, levels and care in sessions of the joint model in its non-centred form."""
    effects, spread = unknowns[:K], jnp.exp(unknowns[K : 2 * K])
    factor = np.linalg.cholesky(CORRELATION)
    places = unknowns[2 * K : 2 * K + dyads * K].reshape(dyads, K)
    levels = effects + spread * (places @ factor.T)
    deviation = prior_of("session_deviation")
    away = jnp.exp(deviation.location + deviation.scale * levels[:, K - 1])[:, None, None]
    session = levels[:, None, :C] + away * unknowns[2 * K + dyads * K :].reshape(dyads, sessions, C)
    return effects, spread, levels, session


def joint_density(unknowns, data: Data):
    effects, spread, levels, session = unpacked(unknowns, 3, 2)
    whole = jnp.concatenate([levels[:, C : C + S], session.reshape(3, -1)], axis=1)
    inverse = np.linalg.inv(CORRELATION)
    mean = -0.5 * effects @ inverse @ effects / MEAN_SD**2
    sds = jnp.sum(unknowns[K : 2 * K] - 0.5 * (spread / SPREAD) ** 2)
    return jax.vmap(of_care)(whole, data).sum() + mean + sds - 0.5 * jnp.sum(unknowns[2 * K :] ** 2)


AGE = Covariate("age", (-1.2, -0.4, 0.4, 1.2), "sd")
FALSE_ALARM = 0.001
"""Of a calibration test as a whole, over all its quantities (Bonferroni)."""
NAMES = tuple(f"{what} {name}" for what in ("mean", "effect", "spread") for name in POOLED)


def _posed(rng: np.random.Generator, distort: float) -> tuple[Dyads, State]:
    effects, spread, levels = draw_group(4, (AGE,), rng)
    packed, middle, sessions = [], [], []
    for one in levels:
        evidence, session = evidence_of(one, VISIT, rng)
        packed.append(_engaged(pack(evidence), distort))
        middle.append(np.concatenate([one[C : C + S], session.ravel()]))
        sessions.append(session)
    data = module._of_one_size(packed, VISIT.sessions)
    slope, hessian = (np.asarray(part) for part in _curvature(np.stack(middle), data))
    values, axes = np.linalg.eigh(-hessian)
    precision = (axes * np.maximum(values, 0.0)[:, None]) @ np.swapaxes(axes, 1, 2)
    linear = slope + np.einsum("dij,dj->di", precision, np.stack(middle))
    design = np.column_stack([np.ones(4), AGE.values])
    truth = State(levels[:, C : C + S], np.stack(sessions), levels[:, :C], levels[:, K - 1], effects, spread)
    return Dyads(data, design, linear, precision), truth


def _curvature(middle: np.ndarray, data: Data):
    with jax.enable_x64(True):
        return module._curvature(middle, data)


def _engaged(data: Data, factor: float) -> Data:
    counts = np.array(data.counts)
    counts[:, 0] *= factor
    return data._replace(counts=counts)


def places_after_transitions(fits: int, seed: int, *, distort: float = 1.0) -> Ranks:
    """Return where in their prior means, effects and spreads of groups of four dyads lie, transitions after the truth.

    Truth and data come from the joint model, so a right transition leaves each figure's prior as it is, after however
    many steps (Geweke 2004, J Am Stat Assoc 99:799). Every group is one chain; `distort` multiplies seen engagement,
    which makes the model wrong.
    """
    streams = [np.random.default_rng([seed, number]) for number in range(fits)]
    posed = [_posed(rng, distort) for rng in streams]
    with jax.enable_x64(True):
        dyads = jax.tree.map(lambda *leaves: np.stack(leaves), *(one[0] for one in posed))
        starts = jax.tree.map(lambda *leaves: np.stack(leaves)[:, None], *(one[1] for one in posed))
        keys = jax.random.split(jax.random.key(seed), (fits, 1))
        last = jax.tree.map(np.asarray, jax.jit(jax.vmap(partial(run, of_care)))(keys, starts, dyads)[0])
    sds = np.array([MEAN_SD, EFFECT_SD])[:, None]
    places = [ndtr(last.effects[:, 0] / sds).reshape(fits, -1), 2 * ndtr(last.spread[:, 0] / SPREAD) - 1]
    return Ranks(NAMES, (32 * np.concatenate(places, axis=1)).astype(int), 31)


@pytest.mark.slow
def test_transitions_leave_the_joint_model_as_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pooling, "KEPT", 40)
    assert ascertained(places_after_transitions(240, 3), FALSE_ALARM, 8)
    wrong = {row.name: row.p for row in uniformity(places_after_transitions(240, 3, distort=3.0))}
    assert wrong["mean engagement_rate"] < FALSE_ALARM / len(NAMES) < wrong["mean answer_slope"]


def test_levels_are_the_parameters_of_the_one_dyad_model():
    assert (*LEVELS, "session_deviation") == POOLED
