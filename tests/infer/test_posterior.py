"""The posterior against a grid, against NUTS, and on records that say little or nothing."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from bowlby.errors import InputError
from bowlby.infer import laplace
from bowlby.infer import posterior as module
from bowlby.infer.density import Data, size
from bowlby.infer.nuts import Sampled
from bowlby.infer.posterior import (
    IDENTIFIABLE_20MIN,
    LEVEL,
    Method,
    Posterior,
    from_evidence,
    posterior,
    power_scaled,
    uninformed,
)
from bowlby.model.parameters import lookup
from bowlby.records.coded import CodedRecord
from bowlby.records.identity import coded_as_itself
from bowlby.simulate.dyad import simulate_dyad
from bowlby.simulate.exposures import EXPOSURES
from tests.infer.by_hand import Act, bids, record

PRIOR_TOLERANCE = 0.12
"""Moments of 2000 draws with an effective number of at least 800: sd .035; 3.4 of them fail once in 1500."""


def at_its_prior(found: Posterior, name: str) -> bool:
    """Return whether draws of a parameter have their prior's mean and sd."""
    prior, draws = lookup(name).prior, found.free[name]
    assert prior is not None
    shift = abs(draws.mean() - prior.location) / prior.scale
    return shift < PRIOR_TOLERANCE and abs(draws.std() / prior.scale - 1) < PRIOR_TOLERANCE


def clustering(count: int) -> float:
    """Return the dispersion of `count` acts, one each 15 s from 10 s on, in four blocks of five minutes, by hand."""
    if count == 0:
        return 10.0
    blocks = [min(max(count - 20 * place, 0), 20) for place in range(4)]
    mean = count / 4
    return (4 * 10.0 + sum((number - mean) ** 2 / mean for number in blocks)) / (4 + 3)


def grid_of_rate(count: int, hours: float) -> tuple[float, float]:
    """Return mean and sd of the log usual engagement rate by brute force over usual rate, deviation and departure."""
    prior, deviation = lookup("engagement_rate").prior, lookup("session_deviation").prior
    assert prior is not None and deviation is not None
    usual = prior.location + prior.scale * np.linspace(-5, 5, 241)[:, None, None]
    spread = np.exp(deviation.location + deviation.scale * np.linspace(-4, 4, 41))[None, :, None] * prior.scale
    z = np.linspace(-5, 5, 161)[None, None, :]
    weight = scipy.stats.norm.pdf((usual - prior.location) / prior.scale)
    weight = weight * scipy.stats.norm.pdf(np.linspace(-4, 4, 41))[None, :, None] * scipy.stats.norm.pdf(z)
    log_rate = usual + spread * z
    weight = weight * np.exp((count * log_rate - hours * np.exp(log_rate)) / clustering(count))
    mass = weight.sum(axis=(1, 2)) / weight.sum()
    mean = float(mass @ usual[:, 0, 0])
    return mean, float(np.sqrt(mass @ (usual[:, 0, 0] - mean) ** 2))


@pytest.mark.parametrize("count", [0, 3, 60])
def test_the_engagement_rate_equals_a_grid_s(count: int):
    acts: list[Act] = [("caregiver", "play", 10.0 + 15 * i, None) for i in range(count)]
    found = posterior(record(acts, codable={"child": ["cue.bid"], "caregiver": ["answer", "play"]}))
    mean, sd = grid_of_rate(count, 1 / 3)
    draws = found.free["engagement_rate"]
    # Effective draws at least 800: the mean is known to .035 sd, the sd to 2.5 %; 3.4 of them fail once in 1500.
    assert abs(draws.mean() - mean) < 0.12 * sd
    assert draws.std() == pytest.approx(sd, rel=0.09)


def test_what_was_not_codable_stays_at_its_prior_and_says_so():
    found = posterior(record(bids(20, 12), codable={"child": ["cue.bid"], "caregiver": ["answer"]}))
    for name in ("warm_share", "engagement_rate", "intrusion_share", "fright_harsh_rate", "regime_share"):
        assert at_its_prior(found, name)
        summary = found.summary(name)
        assert not summary.moved and "prior" in summary.note
    assert found.summary("answer_probability").moved
    assert "not codable" in found.summary("fright_harsh_rate").note


def test_no_cue_at_all_leaves_everything_about_answering_open():
    found = posterior(record([]))
    assert found.evidence.informative == 0
    for name in ("answer_probability", "answer_slope", "latency_median", "latency_spread"):
        assert at_its_prior(found, name)
        assert found.summary(name).note == "stays at its prior: no informative episode"


def test_episodes_censored_at_once_tell_nothing():
    hidden: list[Act] = [("context", "uncodable", 5.0 + 40 * i, 25.0 + 40 * i) for i in range(10)]
    found = posterior(record([*bids(10, 0), *hidden]))
    assert found.evidence.episodes.height == 10 and found.evidence.informative == 0
    assert at_its_prior(found, "answer_probability")


def test_all_answered_is_high_and_not_certain():
    summary = posterior(record(bids(15, 15))).summary("answer_probability")
    assert summary.mean > 0.78 and 0.5 < summary.low < 0.95 and summary.high < 1
    assert summary.sd_ratio > 0.3


def test_none_answered_is_low_and_says_nothing_sure_of_latency():
    found = posterior(record(bids(15, 0)))
    summary = found.summary("answer_probability")
    assert 0 < summary.low < summary.mean < 0.35
    assert found.summary("latency_median").sd_ratio > 0.85
    assert "no answer was seen" in found.summary("latency_median").note


def test_only_short_waits_leave_a_wide_posterior():
    acts = [act for act in bids(40, 0, every=1.2) if act[3] is not None]
    short = posterior(record(acts, seconds=60.0))
    waits = short.evidence.episodes.filter("informative")["latency_s"]
    assert short.evidence.informative > 30 and waits.median() < 1.3
    long = posterior(record(bids(25, 0)))
    # Whole windows without an answer say "rarely, or later than the window"; a second's wait says next to nothing.
    assert short.summary("answer_probability").high > long.summary("answer_probability").high + 0.1
    assert short.summary("answer_probability").mean > long.summary("answer_probability").mean + 0.1


def test_equal_seeds_give_equal_draws_and_others_differ(usual: Posterior):
    again = from_evidence(usual.evidence, seed=1)
    other = from_evidence(usual.evidence, seed=2)
    assert np.array_equal(usual.free["answer_probability"], again.free["answer_probability"])
    assert not np.array_equal(usual.free["answer_probability"], other.free["answer_probability"])
    assert other.summary("warm_share").mean == pytest.approx(
        usual.summary("warm_share").mean, abs=0.2 * usual.summary("warm_share").sd
    )


def test_more_sessions_tell_more():
    parts = [coded_as_itself(simulate_dyad("usual", seed=seed)) for seed in range(4)]
    one, four = posterior(parts[0]), posterior(parts)
    for name in IDENTIFIABLE_20MIN:
        assert four.summary(name).sd_ratio < 0.85 * one.summary(name).sd_ratio
    assert four.session_draws["answer_probability"].shape[-1] == 4
    assert "session_deviation" not in uninformed(four.evidence)


def test_a_weaker_prior_lets_the_record_speak_louder():
    found = posterior(record(bids(6, 0)))
    means = [float(power_scaled(found, power)[0]["answer_probability"].mean()) for power in (0.5, 1.0, 2.0)]
    assert means[0] < means[1] < means[2] < lookup("answer_probability").default
    summary = found.summary("answer_probability")
    # Where nothing was answered the weights are least even: effective draws of some hundreds, sd of a mean .05 sd.
    assert means[1] == pytest.approx(summary.mean, abs=0.2 * summary.sd)


def test_summaries_are_finite_ordered_and_in_json(usual: Posterior):
    for row in usual.as_dict()["parameters"]:
        assert {"name", "mean", "low", "high", "prior_mean", "prior_sd", "sd", "moved"} <= set(row)
        assert row["low"] < row["mean"] < row["high"]
        assert all(np.isfinite(value) for value in row.values() if isinstance(value, float))
    assert usual.as_dict()["interval"] == LEVEL


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_an_impossible_seed_is_refused(seed: int):
    with pytest.raises(InputError):
        posterior(record([]), seed=seed)


def simulated(number: int) -> CodedRecord:
    """Return the records that fast and slow posteriors are compared on: every exposure, and one more."""
    names = [*EXPOSURES, "usual"]
    return coded_as_itself(simulate_dyad(names[number], seed=100 + number))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(10))
def test_the_fast_posterior_agrees_with_nuts(number: int):
    coded = simulated(number)
    fast, slow = posterior(coded, seed=number), posterior(coded, nuts=True, seed=number)
    assert slow.diagnostics.method == Method.NUTS
    assert slow.diagnostics.r_hat < 1.02
    if fast.diagnostics.method == Method.FALLBACK:
        return
    for name in ("answer_slope", "latency_spread", "fright_harsh_rate", *IDENTIFIABLE_20MIN):
        mean, sd = slow.free[name].mean(), slow.free[name].std()
        # About 2000 effective draws on either side: sd .03 of a posterior sd; .1 fails once in 1000 comparisons.
        assert abs(fast.free[name].mean() - mean) < 0.1 * sd
        assert fast.free[name].std() == pytest.approx(sd, rel=0.15)


def test_untrusted_weights_hand_over_to_nuts(monkeypatch: pytest.MonkeyPatch, usual: Posterior):
    starts: list[np.ndarray] = []

    def sampled(data: Data, start: np.ndarray, seed: int) -> Sampled:
        starts.append(start)
        return Sampled(np.zeros((2, 40, size(data))), 0, 1.0, 80.0)

    monkeypatch.setattr(laplace, "PARETO_K_LIMIT", -np.inf)
    monkeypatch.setattr(module, "sample", sampled)
    found = from_evidence(usual.evidence, seed=1)
    assert len(starts) == 1 and np.all(np.isfinite(starts[0]))
    assert found.diagnostics.method == Method.FALLBACK
    assert found.draws["latency_spread"].shape == (2, 40)
    assert found.draws["latency_spread"] == pytest.approx(lookup("latency_spread").default)
    assert "not to be trusted" in found.as_dict()["diagnostics"]["method"]
