"""The hierarchy: its likelihood by hand, its gradients by differences, its posterior against a grid and NUTS."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.inference.choices import fit as fitting
from bowlby.inference.choices.choice import by_trial, log_likelihood, pack_choices, with_curvature
from bowlby.inference.choices.fit import Fit, Method, density_of, fit
from bowlby.inference.choices.hierarchy import Hierarchy, Pooling, hierarchy_problem
from bowlby.inference.choices.psis import loo
from bowlby.inference.choices.sampling import SamplerSettings
from bowlby.inference.choices.saved_fit import save_fit
from bowlby.inference.choices.trials import Series, Trials
from bowlby.model.rules.registry import RULES
from bowlby.model.rules.rule import RuleName
from bowlby.recovery.choices import ChoiceDesign, choose, simulate

every_rule = pytest.mark.parametrize(
    "rule",
    [
        RuleName.RESCORLA_WAGNER,
        *(pytest.param(rule, marks=pytest.mark.slow) for rule in RuleName if rule is not RuleName.RESCORLA_WAGNER),
    ],
)


LOG_LIKELIHOOD = jax.jit(log_likelihood, static_argnums=0)
"""One program instead of one an operation."""


def by_hand(alpha: float, beta: float, one: Series) -> np.ndarray:
    """Return log probabilities of acts under Rescorla-Wagner, trial by trial in plain Python."""
    value, found = [0.5, 0.5], []
    for act, seen, outcome, known in zip(one.act, one.act_seen, one.outcome, one.outcome_seen, strict=True):
        weights = np.exp(beta * np.array(value))
        found.append(np.log(weights[act] / weights.sum()) if seen else 0.0)
        if seen and known:
            value[act] += alpha * (outcome - value[act])
    return np.array(found)


def ragged() -> Trials:
    """Return three series of unequal length with missing acts and outcomes."""
    rng = np.random.default_rng(5)
    rows = [
        Series(child, "1", rng.integers(0, 2, n), rng.random(n) < 0.9, rng.random(n), rng.random(n) < 0.7)
        for child, n in (("A", 25), ("B", 1), ("C", 40))
    ]
    return Trials(("a", "b"), tuple(rows))


def test_the_likelihood_is_that_by_hand_with_masks_and_padding():
    trials = ragged()
    problem = hierarchy_problem(trials, Hierarchy(pooling=Pooling.NONE))
    with jax.enable_x64(True):
        free = jnp.asarray([[0.3, -1.0, 0.5], [1.2, 1.0, 1.6]])
        choices = pack_choices(trials, np.float64)
        found = np.asarray(jax.jit(by_trial, static_argnums=0)(problem.layout.model, free, choices))
        total = np.asarray(LOG_LIKELIHOOD(problem.layout.model, free, choices))
    for place, one in enumerate(trials.series):
        alpha, beta = 1 / (1 + np.exp(-float(free[0, place]))), np.exp(float(free[1, place]))
        np.testing.assert_allclose(found[: len(one), place], by_hand(alpha, beta, one), atol=1e-12)
        assert np.all(found[len(one) :, place] == 0.0)
    np.testing.assert_allclose(total, found.sum(axis=0), atol=1e-12)


@every_rule
def test_gradient_and_curvature_are_the_differences(rule: RuleName):
    problem = hierarchy_problem(ragged(), Hierarchy(rule=rule, pooling=Pooling.NONE, costs=True))
    model = problem.layout.model
    with jax.enable_x64(True):
        choices = pack_choices(problem.trials, np.float64)
        location, scale = problem.layout.priors()
        free = jnp.asarray(np.repeat(location[:, None] + 0.3 * scale[:, None], 3, axis=1))
        curved = jax.jit(lambda at: with_curvature(model, at, choices))
        value, gradient, hessian = (np.asarray(part) for part in curved(free))
        backward = np.asarray(jax.jit(jax.grad(lambda at: jnp.sum(log_likelihood(model, at, choices))))(free))
        np.testing.assert_allclose(backward, gradient, rtol=1e-10, atol=1e-12)
        step = 1e-5
        for place in range(len(location)):
            move = jnp.zeros_like(free).at[place].set(step)
            up, down = (curved(free + sign * move) for sign in (1.0, -1.0))
            np.testing.assert_allclose((up[0] - down[0]) / (2 * step), gradient[place], rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose((up[1] - down[1]) / (2 * step), hessian[place], rtol=1e-4, atol=1e-5)
    assert np.isfinite(value).all()


@every_rule
def test_single_precision_is_enough(rule: RuleName):
    """Log likelihoods of 200 trials differ by less than what tells two models apart by four orders."""
    truth = simulate(Hierarchy(rule=rule), ChoiceDesign(8, 1, 200), 2, typical=True)
    with jax.enable_x64(True):
        single, double = (
            np.asarray(LOG_LIKELIHOOD(truth.layout.model, jnp.asarray(truth.free), pack_choices(truth.trials, kind)))
            for kind in (np.float32, np.float64)
        )
    assert np.abs(single - double).max() < 2e-3


def test_a_centred_child_changes_the_coordinates_and_not_the_model():
    """log density differs by the log Jacobian of the coordinates, parameters log(spread / scale) a child each."""
    trials = simulate(Hierarchy(), ChoiceDesign(5, 1, 20), 1, typical=True).trials
    free, own = (
        hierarchy_problem(trials, Hierarchy(centred=names)) for names in ((), ("learning_rate", "inverse_temperature"))
    )
    rng = np.random.default_rng(1)
    with jax.enable_x64(True):
        x = 0.5 * rng.standard_normal(free.layout.size)
        parts = {name: np.asarray(part) for name, part in free.layout.parts(jnp.asarray(x)).items()}
        spread = 0.5 * np.exp(parts["spread"])
        child = parts["mean"][:, None] + spread[:, None] * parts["child"]
        y = np.concatenate([parts["mean"], parts["spread"], child.ravel()])
        one, other = (jax.jit(density_of(posed.layout))(at, posed.data) for posed, at in ((free, x), (own, y)))
    difference = one - other
    assert float(difference) == pytest.approx(5 * np.log(spread).sum(), abs=1e-4)


@pytest.fixture(scope="module")
def one_child() -> Trials:
    return simulate(Hierarchy(pooling=Pooling.NONE), ChoiceDesign(1, 1, 100, missing=0.2), 4, typical=True).trials


def grid(trials: Trials, rule: RuleName = RuleName.RESCORLA_WAGNER, points: int = 91) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and sd of one child's unknowns by brute force on a grid."""
    problem = hierarchy_problem(trials, Hierarchy(rule=rule, pooling=Pooling.NONE))
    axis = np.linspace(-4.5, 4.5, points)
    unknowns = np.stack([part.ravel() for part in np.meshgrid(*(axis,) * problem.layout.size, indexing="ij")], axis=1)
    with jax.enable_x64(True):
        density = jax.jit(jax.vmap(lambda x: density_of(problem.layout)(x, problem.data)))
        logs = np.asarray(density(jnp.asarray(unknowns)))
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    mean = weight @ unknowns
    return mean, np.sqrt(weight @ (unknowns - mean) ** 2)


def test_nuts_equals_a_grid(one_child: Trials):
    """Monte Carlo error of a mean is sd / sqrt(ess): four of them fail once in 8,000 for two unknowns."""
    found = fit(one_child, Hierarchy(), settings=SamplerSettings(2, 500, 1500), seed=1)
    assert found.diagnostics.trusted and any("One child" in note for note in found.problem.notes)
    mean, sd = grid(one_child)
    draws = found.unknowns.reshape(-1, 2)
    tolerance = 4 / np.sqrt(found.diagnostics.ess)
    assert np.all(np.abs(draws.mean(axis=0) - mean) < tolerance * sd)
    assert np.all(np.abs(draws.std(axis=0) / sd - 1) < 1.5 * tolerance)


def test_the_fast_posterior_of_one_child_equals_a_grid(one_child: Trials):
    """1,000 draws weighed from 1,600 values: a mean is known to .05 sd, an sd to 5 %; three of them fail once in 90."""
    found = fit(one_child, Hierarchy(), seed=1)
    mean, sd = grid(one_child)
    draws = found.unknowns.reshape(-1, 2)
    assert np.all(np.abs(draws.mean(axis=0) - mean) < 0.15 * sd)
    assert np.all(np.abs(np.log(draws.std(axis=0) / sd)) < 0.15)


@pytest.mark.slow
@pytest.mark.parametrize("rule", [RuleName.PEARCE_HALL, RuleName.VOLATILE_KALMAN])
def test_a_child_whose_values_are_far_from_normal_is_not_told_too_narrowly(rule: RuleName):
    """Sixty choices leave a ridge between two learning parameters: the normal at its mode is too narrow by a fifth."""
    trials = simulate(Hierarchy(rule=rule, pooling=Pooling.NONE), ChoiceDesign(1, 1, 60), 4, typical=True).trials
    mean, sd = grid(trials, rule, 31)
    draws = fit(trials, Hierarchy(rule=rule), seed=1).unknowns.reshape(-1, 3)
    assert np.all(np.abs(draws.mean(axis=0) - mean) < 0.2 * sd)
    assert np.all(np.abs(np.log(draws.std(axis=0) / sd)) < 0.15)


@pytest.mark.slow
def test_nuts_takes_over_where_the_weights_are_not_to_be_trusted(monkeypatch: pytest.MonkeyPatch, one_child: Trials):
    fast = fit(one_child, Hierarchy(), seed=1).diagnostics
    assert fast.method is Method.FAST and fast.trusted
    monkeypatch.setattr(fitting, "FALLBACK", SamplerSettings(2, 300, 400))
    monkeypatch.setattr(fitting, "PARETO_K_LIMIT", fast.pareto_k)
    found = fit(one_child, Hierarchy(), seed=1)
    assert found.diagnostics.method is Method.FALLBACK and found.unknowns.shape == (2, 400, 2)
    assert found.diagnostics.pareto_k == fast.pareto_k and found.diagnostics.r_hat != 1.0
    assert "not to be trusted" in found.diagnostics.as_dict()["method"]
    mean, sd = grid(one_child)
    assert np.all(np.abs(found.unknowns.mean(axis=(0, 1)) - mean) < 0.35 * sd)


def test_a_child_seen_through_too_few_values_is_not_trusted(monkeypatch: pytest.MonkeyPatch, one_child: Trials):
    problem = hierarchy_problem(one_child, Hierarchy())
    assert fitting.fit_fast(problem, 1).diagnostics.trusted
    monkeypatch.setattr(fitting, "LEAST_CANDIDATES", 17.0)
    assert not fitting.fit_fast(problem, 1).diagnostics.trusted


@pytest.fixture(scope="module")
def small() -> Trials:
    return simulate(Hierarchy(), ChoiceDesign(10, 1, 60), 6, typical=True).trials


@pytest.fixture(scope="module")
def sampled(small: Trials) -> Fit:
    return fit(small, Hierarchy(), settings=SamplerSettings(2, 500, 1000), seed=2)


@pytest.mark.slow
def test_the_fast_posterior_agrees_with_nuts(small: Trials, sampled: Fit):
    """Means within a third of a posterior sd, sds within a quarter, for what is common and for every child."""
    fast = fit(small, Hierarchy(), seed=2)
    assert fast.diagnostics.converged and fast.diagnostics.pareto_k < 0.7
    pairs = [(fast.population[name], sampled.population[name]) for name in sampled.population]
    for name in sampled.names:
        own, other = (one.free[:, :, one.names.index(name)].reshape(-1, 10).T for one in (fast, sampled))
        pairs += list(zip(own, other, strict=True))
    for own, other in pairs:
        assert abs(own.mean() - other.mean()) < 0.34 * other.std()
        assert abs(np.log(own.std() / other.std())) < 0.25


@pytest.mark.slow
def test_pooling_draws_children_together(small: Trials, sampled: Fit):
    alone = fit(small, Hierarchy(pooling=Pooling.NONE), seed=2)
    same = fit(small, Hierarchy(pooling=Pooling.COMPLETE), seed=2)

    def spread(found: Fit) -> float:
        return float(found.free[:, :, 0].mean(axis=(0, 1)).std())

    assert spread(same) < 1e-9 < spread(sampled) < spread(alone)


def test_groups_sessions_and_covariates_are_levels_of_their_own():
    trials = simulate(Hierarchy(), ChoiceDesign(6, 2, 20), 7, typical=True).trials
    rows = tuple(
        replace(one, group="xy"[place // 2 % 2], age=float(place), condition="uv"[place % 2])
        for place, one in enumerate(trials.series)
    )
    varied = Trials(trials.acts, rows)
    pairs = (("learning_rate", "age"), ("inverse_temperature", "condition"))
    problem = hierarchy_problem(varied, Hierarchy(sessions=True, covariates=pairs))
    assert problem.layout.shapes == {
        "mean": (2,),
        "effect": (2,),
        "spread": (2,),
        "group_spread": (2,),
        "group": (2, 2),
        "session_spread": (2,),
        "child": (2, 6),
        "session": (2, 12),
    }
    found = fit(varied, Hierarchy(sessions=True, covariates=pairs), seed=1)
    assert {"learning_rate_by_age", "inverse_temperature_by_condition=v"} <= set(found.population)
    assert np.isfinite(found.unknowns).all()


@pytest.mark.slow
def test_a_covariate_s_effect_is_found():
    """Older children learn faster by three sds of the rate's spread: the interval must exclude 0."""
    model = Hierarchy(covariates=(("learning_rate", "age"),))
    trials = simulate(Hierarchy(), ChoiceDesign(20, 1, 80), 8, typical=True)
    problem_model = trials.layout.model
    rng = np.random.default_rng(8)
    age = np.linspace(-1.5, 1.5, 20)
    free = np.stack([-0.85 + 1.2 * age, np.full(20, 2.0)])
    words = (
        np.repeat(np.array([[0.8, 0.2], [0.2, 0.8]])[(np.arange(80) // 15) % 2][:, :, None], 20, axis=2),
        rng.random((80, 2, 20)),
        np.ones((80, 20)),
    )
    with jax.enable_x64(True):
        acted = np.asarray(choose(problem_model, jnp.asarray(free), tuple(jnp.asarray(word) for word in words)))
    known = np.ones(80, dtype=bool)
    rows = tuple(
        Series(str(k), "1", acted[:, k, 0].astype(int), known, acted[:, k, 1], known, age=float(age[k]))
        for k in range(20)
    )
    found = fit(Trials(("a", "b"), rows), model, seed=1)
    row = next(row for row in found.rows() if row.kind == "effect")
    assert row.low > 0.0


@pytest.mark.parametrize(
    "hierarchy",
    [
        Hierarchy(bonus=True),
        Hierarchy(covariates=(("learning_rate", "age"),)),
        Hierarchy(covariates=(("learning_rate", "height"),)),
        Hierarchy(covariates=(("salience", "age"),)),
        Hierarchy(fixed=(("learning_rate", 1.5),)),
        Hierarchy(freed=("salience",)),
        Hierarchy(sessions=True, pooling=Pooling.NONE),
    ],
)
def test_what_cannot_be_fitted_is_refused(small: Trials, hierarchy: Hierarchy):
    rows = tuple(replace(one, age=12.0) for one in small.series)
    with pytest.raises(InputError):
        hierarchy_problem(Trials(small.acts, rows), hierarchy)


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_all_or_none_answered_and_one_trial_give_a_posterior_near_the_prior(outcome: float):
    seen = np.ones(1, dtype=bool)
    trials = Trials(("a", "b"), (Series("A", "1", np.zeros(1, dtype=int), seen, np.full(1, outcome), seen),))
    found = fit(trials, Hierarchy(), seed=1)
    assert np.abs(found.unknowns.mean(axis=(0, 1))).max() < 0.15
    assert np.abs(found.unknowns.std(axis=(0, 1)) - 1).max() < 0.15


def test_a_held_parameter_is_inferred_only_when_freed(small: Trials):
    plain = hierarchy_problem(small, Hierarchy(rule=RuleName.VOLATILE_KALMAN)).layout.model
    freed = hierarchy_problem(
        small, Hierarchy(rule=RuleName.VOLATILE_KALMAN, freed=("observation_variance",))
    ).layout.model
    assert "observation_variance" not in plain.names and "observation_variance" in freed.names
    assert RULES[RuleName.VOLATILE_KALMAN].held == ("observation_variance",)


@pytest.mark.slow
def test_a_saved_fit_opens_in_arviz_and_gives_the_same_loo(sampled: Fit, tmp_path: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arviz = pytest.importorskip("arviz")
        opened = arviz.from_netcdf(save_fit(sampled, tmp_path / "rw.nc"))
        theirs = float(arviz.loo(opened, var_name="act", reff=1.0).elpd_loo)
    assert theirs == pytest.approx(loo(sampled.log_likelihoods(2000)).total, abs=0.01)
    assert opened.posterior["learning_rate_of_child"].sizes["child"] == 10
    with pytest.raises(InputError):
        save_fit(sampled, tmp_path / "rw.zarr")
