"""A reversal task in the layout of other programs, fitted by both ways and by a NumPyro model written apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

import bowlby
from bowlby.inference.choices.trials import TrialColumns, read_trials

LAYOUT = {"child": "subjID", "act": "choice"}
RULE = "rescorla-wagner"
PARAMETERS = ("learning_rate", "inverse_temperature")
ERRORS = 4.0
"""Standard errors of the difference of two Monte Carlo means that are let pass: of the four comparisons of one run, one
strays by chance in about 1 of 4,000 runs."""


def test_the_layout_of_other_programs_is_read():
    found = read_trials(bowlby.example("reversal"), layout=TrialColumns(LAYOUT, rescale=True))
    assert len(found.children) == 20 and found.trials == 2000 and found.acts == ("1", "2")
    outcomes = np.concatenate([one.outcome for one in found.series])
    assert set(outcomes) == {0.0, 1.0}


def test_a_frame_gives_the_same_trials_as_its_file():
    from bowlby.inference.choices.trials import trials_of

    how = TrialColumns(LAYOUT, rescale=True)
    file, frame = read_trials(bowlby.example("reversal"), layout=how), pl.read_csv(bowlby.example("reversal"))
    for table in (frame, frame.cast({"outcome": pl.Float64, "subjID": pl.Float64})):
        found = trials_of(table, None, layout=how)
        assert found.children == file.children
        for ours, theirs in zip(found.series, file.series, strict=True):
            assert np.array_equal(ours.act, theirs.act) and np.array_equal(ours.outcome, theirs.outcome)


@pytest.mark.parametrize(
    ("columns", "rescale", "said"),
    [
        ({}, False, "a column is missing"),
        (LAYOUT, False, "an outcome from 0"),
        ({**LAYOUT, "kid": "subjID"}, True, "no column of trials is called so"),
        ({**LAYOUT, "outcome": "choice"}, True, "one column cannot be two things"),
        ({**LAYOUT, "group": "site"}, True, "a column is missing"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_remedy(columns: dict[str, str], rescale: bool, said: str):
    from bowlby.errors import InputError

    with pytest.raises(InputError, match=said) as caught:
        read_trials(bowlby.example("reversal"), layout=TrialColumns(columns, rescale))
    assert caught.value.remedy


def reference_model(choice: np.ndarray, outcome: np.ndarray) -> None:
    """The hierarchy as docs/learning-rules.md states it, written without bowlby's likelihood, rules or priors."""
    import jax
    import jax.numpy as jnp
    import numpyro
    import numpyro.distributions as dist

    children = choice.shape[1]
    mean = numpyro.sample("mean", dist.Normal(jnp.array([-0.8473, 1.6094]), jnp.array([1.0, 0.6])))
    spread = numpyro.sample("spread", dist.HalfNormal(0.5 * jnp.array([1.0, 0.6])))
    with numpyro.plate("children", children):
        raw = numpyro.sample("raw", dist.Normal(0, 1).expand([2]).to_event(1))
    own = mean + spread * raw
    rate, consistency = 1 / (1 + jnp.exp(-own[:, 0])), jnp.exp(own[:, 1])

    def trial(expected: Any, what: Any) -> Any:
        chosen, got = what
        logits = consistency[:, None] * expected
        said = jnp.take_along_axis(jax.nn.log_softmax(logits), chosen[:, None], 1)[:, 0]
        moved = rate[:, None] * (got[:, None] - expected) * jax.nn.one_hot(chosen, 2)
        return expected + moved, said

    _, log_probability = jax.lax.scan(trial, jnp.full((children, 2), 0.5), (choice, outcome))
    numpyro.factor("choices", log_probability.sum())


def reference_draws(seed: int) -> dict[str, np.ndarray]:
    """Return draws of the means and spreads of the reference, shape (chains, draws)."""
    import jax
    import numpyro

    table = pl.read_csv(bowlby.example("reversal"))
    choice = (table["choice"].to_numpy() - 1).reshape(20, 100).T
    outcome = ((table["outcome"].to_numpy() + 1) / 2).reshape(20, 100).T
    kernel = numpyro.infer.NUTS(reference_model, target_accept_prob=0.9)
    how = {"num_warmup": 800, "num_samples": 1000, "num_chains": 4, "chain_method": "vectorized"}
    sampler = numpyro.infer.MCMC(kernel, **how, progress_bar=False)
    sampler.run(jax.random.PRNGKey(seed), choice, outcome)
    found = sampler.get_samples(group_by_chain=True)
    mean, spread = np.asarray(found["mean"]), np.asarray(found["spread"])
    return {
        "learning_rate": 1 / (1 + np.exp(-mean[..., 0])),
        "inverse_temperature": np.exp(mean[..., 1]),
        "learning_rate_spread": spread[..., 0],
        "inverse_temperature_spread": spread[..., 1],
    }


def error_of(draws: np.ndarray) -> float:
    """Return the Monte Carlo standard error of a mean."""
    from numpyro.diagnostics import effective_sample_size

    return float(draws.std() / np.sqrt(effective_sample_size(draws)))


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    return reference_draws(1)


@pytest.mark.slow
def test_nuts_and_a_reference_of_numpyro_agree_within_monte_carlo_error(reference: dict[str, np.ndarray]):
    found = bowlby.fit(bowlby.example("reversal"), rule=RULE, columns=LAYOUT, rescale=True, nuts=True, seed=1)
    ours = found.value.population
    for name, draws in reference.items():
        apart = abs(ours[name].mean() - draws.mean())
        assert apart < ERRORS * np.hypot(error_of(ours[name]), error_of(draws)), name


@pytest.mark.slow
def test_the_fast_way_agrees_with_the_reference_to_a_small_part_of_its_spread(reference: dict[str, np.ndarray]):
    """The approximation is not exact: its means may lie a fifth of a posterior standard deviation away, not more."""
    fast = bowlby.fit(bowlby.example("reversal"), rule=RULE, columns=LAYOUT, rescale=True, seed=1)
    assert fast.trusted
    for name in PARAMETERS:
        ours, exact = fast.value.population[name], reference[name]
        error = ERRORS * np.hypot(error_of(ours), error_of(exact))
        assert abs(ours.mean() - exact.mean()) < 0.2 * exact.std() + error, name
