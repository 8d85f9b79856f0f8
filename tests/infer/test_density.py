"""The density against the same formulas written another way."""

from __future__ import annotations

import jax
import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from bowlby.infer.density import (
    AXES,
    DEVIATING,
    EIGENVALUES,
    LEVELS,
    LOCATIONS,
    SCALES,
    STEADY,
    care,
    draw_usual,
    log_density,
    log_likelihood,
    log_prior,
    log_prior_usual,
    pack,
    size,
    usual_given_sessions,
)
from bowlby.infer.evidence import gather
from bowlby.model.parameters import lookup
from tests.infer.by_hand import bids, record

CORRELATION = AXES @ np.diag(EIGENVALUES) @ AXES.T


@pytest.fixture(scope="module")
def evidence():
    acts = [
        *bids(8, 5),
        ("child", "cue.distress", 600.0, 601.0),
        ("caregiver", "answer", 604.0, 605.0),
        ("child", "cue.bid", 700.0, 701.0),
        ("caregiver", "answer", 700.0, 701.0),
        ("caregiver", "hold", 604.0, 605.0),
        ("caregiver", "intrude", 7.0, 8.0),
        ("caregiver", "play", 400.0, None),
        ("caregiver", "fright.harsh", 47.0, None),
    ]
    return gather([record(acts, session="a"), record(bids(6, 1), session="b")])


def sigmoid(x: float) -> float:
    return 1 / (1 + np.exp(-x))


def by_hand(evidence, session: np.ndarray, steady: np.ndarray) -> float:
    """Return the log likelihood by loops and scipy.stats, up to what does not depend on care."""
    total = 0.0
    rows = evidence.latencies
    slope = steady[STEADY.index("answer_slope")]
    spread = np.hypot(np.exp(steady[STEADY.index("latency_spread")]), 0.05)
    for where, kind, signal, time, count in zip(
        rows.session, rows.kind, rows.signal, rows.time_s, rows.count, strict=True
    ):
        p = sigmoid(session[where, 0] + slope * (signal - 0.6))
        latency = scipy.stats.lognorm(spread, scale=np.exp(session[where, DEVIATING.index("latency_median")]))
        match kind:
            case 0:
                total += count * (np.log(p) + latency.logpdf(time) + np.log(time) + 0.5 * np.log(2 * np.pi))
            case 1:
                total += count * np.log(p * latency.cdf(time))
            case _:
                total += count * np.log(1 - p * latency.cdf(time))
    for where, counts in enumerate(evidence.counts):
        rate = np.exp(session[where, DEVIATING.index("engagement_rate")])
        total += (counts.engagement * np.log(rate) - rate * counts.engagement_h) / counts.engagement_dispersion
        for name, hits, of in (
            ("warm_share", counts.warm, counts.warm_of),
            ("intrusion_share", counts.intruded, counts.intruded_of),
        ):
            share = sigmoid(session[where, DEVIATING.index(name)])
            total += hits * np.log(share) + (of - hits) * np.log(1 - share)
    for tier in range(4):
        log_rate = steady[2 + tier]
        for counts in evidence.counts:
            total += counts.frights[tier] * log_rate - np.exp(log_rate) * counts.fright_h[tier]
    open_share = np.mean([counts.open_share for counts in evidence.counts])
    within = sigmoid(steady[-1]) + (1 - sigmoid(steady[-1])) * open_share
    inside = sum(counts.provoked for counts in evidence.counts)
    outside = sum(sum(counts.frights) for counts in evidence.counts) - inside
    return total + inside * np.log(within) + outside * np.log(1 - within)


def test_the_likelihood_equals_the_one_written_by_hand(evidence):
    data = pack(evidence)
    rng = np.random.default_rng(1)
    with jax.enable_x64(True):
        compiled = jax.jit(lambda unknowns: log_likelihood(care(unknowns), data))
        for _ in range(5):
            unknowns = 0.7 * rng.standard_normal(size(data))
            known = care(unknowns)
            expected = by_hand(evidence, np.asarray(known.session), np.asarray(known.steady))
            assert float(compiled(unknowns)) == pytest.approx(expected, rel=1e-9)


def test_the_prior_of_sessions_is_normal_with_usual_care_integrated_out(evidence):
    data = pack(evidence)
    rng = np.random.default_rng(2)
    levels = len(STEADY)
    with jax.enable_x64(True):
        for power in (1.0, 0.5):
            scaled = data._replace(power=np.float64(power))
            values = []
            for _ in range(4):
                unknowns = rng.standard_normal(size(data))
                u = np.exp(lookup("session_deviation").prior.location + 0.4 * unknowns[levels])
                sessions = unknowns[levels + 1 :].reshape(-1, 5)
                joint = np.kron(np.ones((2, 2)), CORRELATION / power) + np.kron(np.eye(2), u**2 * np.eye(5))
                expected = scipy.stats.multivariate_normal(cov=joint).logpdf(sessions[:2].ravel())
                expected += -0.5 * (power * np.sum(unknowns[:levels] ** 2) + unknowns[levels] ** 2)
                expected += -0.5 * np.sum(sessions[2:] ** 2)
                values.append(float(log_prior(unknowns, scaled)) - expected)
            assert np.ptp(values) < 1e-9


def test_usual_care_given_the_sessions_is_the_conjugate_normal():
    rng = np.random.default_rng(3)
    unknowns = np.repeat(rng.standard_normal((1, len(STEADY) + 1 + 5 * 4)), 40000, axis=0)
    u = np.exp(lookup("session_deviation").prior.location + 0.4 * unknowns[0, len(STEADY)])
    sessions = unknowns[0, len(STEADY) + 1 :].reshape(-1, 5)[:3]
    precision = np.linalg.inv(CORRELATION) + 3 / u**2 * np.eye(5)
    covariance = np.linalg.inv(precision)
    mean = covariance @ sessions.sum(axis=0) / u**2
    drawn = usual_given_sessions(unknowns, 3, 1.0, rng.standard_normal((40000, 5)))
    standard = (drawn - LOCATIONS[:5]) / SCALES[:5]
    # 40,000 draws: standard errors are sd/200; 5 of them fail once in 100,000 runs.
    assert np.all(np.abs(standard.mean(axis=0) - mean) < 5 * np.sqrt(np.diag(covariance)) / 200)
    assert np.cov(standard.T) == pytest.approx(covariance, abs=5 * 0.01 * covariance.max())


def test_prior_draws_have_the_registry_s_moments_and_correlation():
    drawn = draw_usual(40000, np.random.default_rng(4))
    for name in LEVELS:
        prior = lookup(name).prior
        assert abs(drawn[name].mean() - prior.location) < 5 * prior.scale / 200
        assert drawn[name].std() == pytest.approx(prior.scale, rel=0.02)
    correlation = np.corrcoef(drawn["warm_share"], drawn["intrusion_share"])[0, 1]
    assert correlation == pytest.approx(-0.4, abs=0.025)


def test_the_prior_density_of_usual_care_is_the_multivariate_normal_s():
    drawn = draw_usual(6, np.random.default_rng(5))
    covariance = np.diag(SCALES**2)
    covariance[:5, :5] = CORRELATION * np.outer(SCALES[:5], SCALES[:5])
    table = np.stack([drawn[name] for name in LEVELS], axis=1)
    expected = scipy.stats.multivariate_normal(LOCATIONS, covariance).logpdf(table)
    assert np.ptp(log_prior_usual(drawn) - expected) < 1e-9


def test_the_density_is_finite_and_smooth_far_from_the_prior(evidence):
    data = pack(evidence)
    with jax.enable_x64(True):
        gradient = jax.jit(jax.value_and_grad(log_density))
        for scale in (-8.0, -4.0, 4.0, 8.0):
            value, slope = gradient(np.full(size(data), scale), data)
            assert np.isfinite(value) and np.all(np.isfinite(slope))
