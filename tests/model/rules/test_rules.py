"""Every learning rule against a transcription of its paper's equations, written apart from the code under test."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowlby.errors import InputError
from bowlby.model.rules.registry import RULES, find_rule, parameter_table
from bowlby.model.rules.rule import AnyRule, RuleName

TOLERANCE = 1e-12
"""Both sides are double precision over 60 trials of order-one numbers."""

Course = list[tuple[float, ...]]


def rescorla_wagner(p: dict[str, float], outcomes: Sequence[float]) -> Course:
    strength, path = 0.5, []
    for lam in outcomes:
        strength = (1 - p["learning_rate"]) * strength + p["learning_rate"] * lam
        path.append((strength, 0.0))
    return path


def pearce_hall(p: dict[str, float], outcomes: Sequence[float]) -> Course:
    strength, associability, path = 0.5, 1.0, []
    for lam in outcomes:
        surprise = lam - strength
        strength, associability = (
            strength + p["salience"] * associability * surprise,
            p["associability_rate"] * abs(surprise) + (1 - p["associability_rate"]) * associability,
        )
        path.append((strength, associability))
    return path


def volatile_kalman(p: dict[str, float], outcomes: Sequence[float]) -> Course:
    """Piray & Daw (2020): w is w_{t-1}, v is v_{t-1}; their volatility update in E[(x_t - x_{t-1})^2] form."""
    noise, rate = p["observation_variance"], p["volatility_gain"]
    m, w, v, path = 0.5, noise, p["initial_volatility"], []
    for o in outcomes:
        k = (w + v) / (w + v + noise)
        new_m, new_w, cross = m + k * (o - m), (1 - k) * (w + v), (1 - k) * w
        change = (new_m - m) ** 2 + w + new_w - 2 * cross
        m, w, v = new_m, new_w, (1 - rate) * v + rate * change
        path.append((m, math.sqrt(w + v)))
    return path


def binary_volatile_kalman(p: dict[str, float], outcomes: Sequence[float]) -> Course:
    """Piray & Daw (2020), equations 14-19; the volatility update in E[(x_t - x_{t-1})^2] form."""
    noise, rate = p["log_odds_noise"], p["volatility_gain"]
    m, w, v, path = 0.0, noise, p["initial_log_odds_volatility"], []
    for o in outcomes:
        total = w + v
        share = 1 - total / (total + noise)
        step = math.sqrt(total) * (o - 1 / (1 + math.exp(-m)))
        v, m, w = (1 - rate) * v + rate * (step**2 + share * total + w - 2 * share * w), m + step, share * total
        chance = 1 / (1 + math.exp(-m))
        path.append((chance, chance * (1 - chance) * math.sqrt(w + v)))
    return path


def gaussian_filter(p: dict[str, float], outcomes: Sequence[float]) -> Course:
    """Mathys et al. (2014) in precisions, the third level first by predicted precision, then its own precision."""
    mu2, pi2, mu3, pi3, path = 0.0, 1.0, 0.0, 1.0, []
    for u in outcomes:
        muhat1 = 1 / (1 + math.exp(-mu2))
        pihat1 = 1 / (muhat1 * (1 - muhat1))
        nu2 = math.exp(mu3 + p["tonic_volatility"])
        pihat2 = 1 / (1 / pi2 + nu2)
        new_pi2 = pihat2 + 1 / pihat1
        new_mu2 = mu2 + (u - muhat1) / new_pi2
        pihat3 = 1 / (1 / pi3 + math.exp(p["meta_volatility"]))
        vope = (1 / new_pi2 + (new_mu2 - mu2) ** 2) * pihat2 - 1
        new_mu3 = mu3 + 0.5 * nu2 * pihat2 * vope / pihat3
        vv = math.exp(new_mu3 + p["tonic_volatility"])
        pimhat = 1 / (1 / pi2 + vv)
        ww, rr = vv * pimhat, (vv - 1 / pi2) * pimhat
        dd = (1 / new_pi2 + (new_mu2 - mu2) ** 2) * pimhat - 1
        mu2, pi2, mu3, pi3 = new_mu2, new_pi2, new_mu3, pihat3 + max(0.0, 0.5 * ww * (ww + rr * dd))
        chance = 1 / (1 + math.exp(-mu2))
        path.append((chance, chance * (1 - chance) / math.sqrt(pi2)))
    return path


ORACLES: dict[RuleName, Callable[[dict[str, float], Sequence[float]], Course]] = {
    RuleName.RESCORLA_WAGNER: rescorla_wagner,
    RuleName.PEARCE_HALL: pearce_hall,
    RuleName.VOLATILE_KALMAN: volatile_kalman,
    RuleName.BINARY_VOLATILE_KALMAN: binary_volatile_kalman,
    RuleName.GAUSSIAN_FILTER: gaussian_filter,
}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)


@cache
def program(name: RuleName) -> Callable[..., jax.Array]:
    """Return a packed scan over trials, compiled once for a rule and a number of trials."""
    rule = RULES[name]

    def path(values: dict[str, jax.Array], outcomes: jax.Array, seen: jax.Array) -> jax.Array:
        def trial(packed: jax.Array, what: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            state = rule.update(values, rule.unpack(packed), *what)
            return rule.pack(state), jnp.stack([rule.expected(state), rule.uncertainty(state)])

        return jax.lax.scan(trial, rule.pack(rule.initial(values)), (outcomes, seen))[1]

    return jax.jit(path)


def run(rule: AnyRule, parameters: dict[str, float], outcomes: Sequence[float], seen: Sequence[float]) -> np.ndarray:
    """Return expected outcome and uncertainty after each trial, shape (trials, 2)."""
    with jax.enable_x64(True):
        values = {name: np.asarray(value, float) for name, value in parameters.items()}
        return np.asarray(program(rule.name)(values, np.asarray(outcomes, float), np.asarray(seen, float)))


def drawn(rule: AnyRule, rng: np.random.Generator) -> dict[str, float]:
    """Return parameters from their priors."""
    return {
        entry.name: entry.default
        if entry.prior is None
        else entry.natural(entry.prior.location + entry.prior.scale * rng.standard_normal())
        for entry in rule.parameters
    }


@every_rule
def test_a_rule_equals_its_paper(rule: AnyRule):
    rng = np.random.default_rng(1)
    for _ in range(20):
        parameters = drawn(rule, rng)
        outcomes = np.where(rng.random(60) < 0.5, rng.integers(0, 2, 60), rng.random(60))
        found = run(rule, parameters, outcomes, np.ones(60))
        np.testing.assert_allclose(found, ORACLES[rule.name](parameters, outcomes), rtol=0, atol=TOLERANCE)


@every_rule
def test_what_was_not_seen_changes_nothing(rule: AnyRule):
    rng = np.random.default_rng(2)
    parameters, outcomes = drawn(rule, rng), rng.integers(0, 2, 40).astype(float)
    seen = (rng.random(40) < 0.6).astype(float)
    hidden = np.where(seen > 0, outcomes, np.nan)
    path = run(rule, parameters, hidden, seen)
    # A number that is kept and one that is used where it is made may differ in the last bit.
    alone = run(rule, parameters, outcomes[seen > 0], np.ones(int(seen.sum())))
    np.testing.assert_allclose(path[seen > 0], alone, rtol=0, atol=TOLERANCE)
    for trial in np.flatnonzero(seen[1:] == 0) + 1:
        np.testing.assert_allclose(path[trial], path[trial - 1], rtol=0, atol=TOLERANCE)


@every_rule
def test_gradients_stay_finite_where_an_outcome_is_missing(rule: AnyRule):
    parameters = {name: jnp.asarray(value) for name, value in rule.defaults().items()}

    def end(values: dict[str, jax.Array]) -> jax.Array:
        state = rule.update(values, rule.initial(values), jnp.asarray(1.0), jnp.asarray(1.0))
        return jnp.asarray(rule.expected(rule.update(values, state, jnp.asarray(jnp.nan), jnp.asarray(0.0))))

    assert all(np.isfinite(value) for value in jax.grad(end)(parameters).values())


@every_rule
@settings(max_examples=25, deadline=None, derandomize=True)
@given(words=st.lists(st.floats(-4, 4), min_size=8, max_size=8), outcomes=st.lists(st.floats(0, 1), max_size=30))
def test_expectations_keep_within_the_outcome_s_range(rule: AnyRule, words: list[float], outcomes: list[float]):
    parameters = {
        entry.name: entry.default
        if entry.prior is None
        else entry.natural(entry.prior.location + word * entry.prior.scale)
        for entry, word in zip(rule.parameters, words, strict=False)
    }
    padded = outcomes + [0.0] * (30 - len(outcomes))
    path = run(rule, parameters, padded, [1.0] * len(outcomes) + [0.0] * (30 - len(outcomes)))
    assert np.isfinite(path).all()
    assert (path[:, 0] >= -1e-9).all() and (path[:, 0] <= 1 + 1e-9).all() and (path[:, 1] >= 0).all()


def test_the_filter_s_first_steps_by_hand():
    """omega_2 = -2, omega_3 = -3, one answer, then none; worked with a pocket calculator to six digits.

    Trial 1: m = .5, v = .135335, p2^ = .880797, p2 = 1.130797, mu_2 = .442166; delta = (.884332 + .195511) .880797 - 1
    = -.048878; p3^ = .952574; mu_3 = .5 (.135335)(.880797)(-.048878)/.952574 = -.003058.
    """
    rule = RULES[RuleName.GAUSSIAN_FILTER]
    with jax.enable_x64(True):
        values = {name: jnp.asarray(value, float) for name, value in rule.defaults().items()}
        first = rule.learned(values, rule.initial(values), jnp.asarray(1.0))
        second = rule.learned(values, first, jnp.asarray(0.0))
    assert float(first.tendency) == pytest.approx(0.442166, abs=1e-6)
    assert float(first.tendency_variance) == pytest.approx(0.884332, abs=1e-6)
    assert float(first.volatility) == pytest.approx(-0.003058, abs=1e-6)
    # Trial 2: m = .608775, v = .134922, p2^ = 1/(.884332 + .134922) = .981110, p2 = .981110 + .238168 = 1.219278.
    assert float(second.tendency) == pytest.approx(0.442166 - 0.608775 / 1.219278, abs=2e-6)


def test_without_volatility_the_filter_is_kalman_s():
    """lambda -> 0 with v constant is the textbook filter, whose gain settles where w = (1 - k)(w + v)."""
    rule, v, noise = RULES[RuleName.VOLATILE_KALMAN], 0.02, 0.1
    parameters = rule.defaults() | {
        "volatility_gain": 1e-15,
        "initial_volatility": v,
        "observation_variance": noise,
    }
    path = run(rule, parameters, [1.0] * 200, [1.0] * 200)
    settled = (-v + math.sqrt(v**2 + 4 * v * noise)) / 2
    assert path[-1, 1] == pytest.approx(math.sqrt(settled + v), abs=1e-9)


def test_a_rule_is_found_by_name_and_a_wrong_name_is_told():
    assert find_rule("hgf") is RULES[RuleName.GAUSSIAN_FILTER]
    with pytest.raises(InputError) as failure:
        find_rule("pearce-hal")
    assert "pearce-hall" in failure.value.remedy


@every_rule
def test_every_parameter_is_registered_whole(rule: AnyRule):
    for entry in rule.parameters:
        assert entry.meaning.endswith(".") and entry.source and entry.unit
        assert entry.natural(entry.free(entry.default)) == pytest.approx(entry.default)
    assert set(rule.held) <= {entry.name for entry in rule.parameters if entry.prior is not None}


def test_the_docs_table_is_the_registry_s():
    page = (Path(__file__).parents[3] / "docs" / "learning-rules.md").read_text(encoding="utf-8")
    assert parameter_table() in page
    for number in range(1, 24):
        assert f"({number})" in page
