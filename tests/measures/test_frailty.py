"""Shared frailty against a linear mixed model, against quadrature, and against its own truth."""

from __future__ import annotations

import math
import warnings

import numpy as np
import polars as pl
import pytest

from bowlby.measures.episodes import EpisodeRule
from bowlby.measures.frailty import SESSION_SCHEMA, _problem, fit_frailty
from bowlby.measures.pooled_latency import ALL_SESSIONS, NAMES, pooled_latency
from bowlby.measures.value import MeasureStatus

TRUTH = {"never": 0.25, "mu": 0.5, "sigma": 0.7, "session": 0.3, "dyad": 0.5}


def study(seed, dyads=20, sessions=3, episodes=25, never=0.25, window=10.0, dyad_sd=0.5):
    """Return episodes of a simulated study and the dyad of each session."""
    generator = np.random.default_rng(seed)
    rows, dyad_of = [], {}
    for d in range(dyads):
        u = generator.normal(0, dyad_sd)
        for s in range(sessions):
            name, v = f"d{d}s{s}", generator.normal(0, TRUTH["session"])
            dyad_of[name] = f"d{d}"
            latency = np.exp(TRUTH["mu"] + u + v + TRUTH["sigma"] * generator.normal(size=episodes))
            latency[generator.random(episodes) < never] = np.inf
            rows += [(name, float(min(t, window)), bool(t <= window), True, False) for t in latency]
    schema = {"session": pl.String, "latency_s": pl.Float64, "answered": pl.Boolean, "informative": pl.Boolean}
    return pl.DataFrame(rows, schema={**schema, "distress": pl.Boolean}, orient="row"), dyad_of


def test_without_censoring_it_is_a_linear_mixed_model():
    models = pytest.importorskip("statsmodels.regression.mixed_linear_model")
    table, _ = study(2, dyads=30, sessions=1, never=0.0, window=np.inf)
    fit = fit_frailty(table, pull=0.0)
    assert fit is not None and fit.log_dyad_sd is None
    y = np.log(table["latency_s"].to_numpy())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = models.MixedLM(y, np.ones((len(y), 1)), groups=table["session"].to_numpy()).fit(reml=False)
    assert fit.mu == pytest.approx(reference.params[0], abs=1e-3)
    assert math.exp(fit.log_sigma) == pytest.approx(math.sqrt(reference.scale), rel=2e-3)
    assert math.exp(fit.log_session_sd) == pytest.approx(math.sqrt(reference.cov_re[0, 0]), rel=5e-3)
    # Its likelihood is of log T: the Jacobian is the sum of log T; c sits at its lower bound.
    assert fit.log_likelihood == pytest.approx(reference.llf - y.sum(), abs=0.05)


def test_marginal_likelihood_equals_quadrature():
    stats = pytest.importorskip("scipy.stats")
    table, dyads = study(3, dyads=2, sessions=2, episodes=6)
    theta = np.array([-1.0, 0.4, math.log(0.8), math.log(0.4), math.log(0.5)])
    u, v, c = np.linspace(-3, 3, 121)[:, None], np.linspace(-2.5, 2.5, 301)[None, :], 1 / (1 + math.e)

    def of_session(name):
        rows = table.filter(pl.col("session") == name)
        product = np.ones((u + v).shape)
        for time, hit in zip(rows["latency_s"], rows["answered"], strict=True):
            z = (math.log(time) - 0.4 - u - v) / 0.8
            product *= (1 - c) * stats.norm.pdf(z) / (0.8 * time) if hit else c + (1 - c) * stats.norm.sf(z)
        return np.trapezoid(product * stats.norm.pdf(v, 0, 0.4), v[0], axis=1)

    expected = 0.0
    for dyad in ("d0", "d1"):
        given = np.prod([of_session(name) for name, own in dyads.items() if own == dyad], axis=0)
        expected += math.log(np.trapezoid(given * stats.norm.pdf(u[:, 0], 0, 0.5), u[:, 0]))
    problem = _problem(table, dyads, 0.0, 0.8)
    assert problem.value(theta) == pytest.approx(expected, abs=1e-3)


def test_it_finds_what_a_study_was_made_of_and_orders_its_sessions():
    table, dyads = study(1)
    fit = fit_frailty(table, dyads)
    assert fit is not None
    found = (fit.logit_never, fit.mu, fit.log_sigma, fit.log_session_sd, fit.log_dyad_sd)
    truth = (math.log(0.25 / 0.75), 0.5, math.log(0.7), math.log(0.3), math.log(0.5))
    # One study, five parameters: all within 3.5 standard errors but with probability .002; seed fixed.
    assert all(abs(f - t) < 3.5 * e for f, t, e in zip(found, truth, fit.errors, strict=True))
    assert dict(fit.sessions.schema) == SESSION_SCHEMA
    assert (fit.sessions["low"] < fit.sessions["median_s"]).all()
    assert (fit.sessions["median_s"] < fit.sessions["high"]).all()
    raw = table.filter("answered").group_by("session").agg(pl.col("latency_s").median())
    both = fit.sessions.join(raw, on="session")
    assert np.corrcoef(np.log(both["median_s"]), np.log(both["latency_s"]))[0, 1] > 0.85
    spread = [float(np.log(both[name].to_numpy()).std()) for name in ("median_s", "latency_s")]
    assert spread[0] < spread[1]


@pytest.mark.slow
def test_its_intervals_cover():
    # 24 studies: a true coverage of .95 gives 19 or fewer hits with probability .006 a parameter, .03 for five. The
    # pull off zero makes the standard deviations of few dyads a little large: 18 is let pass for those two.
    truth = (math.log(0.25 / 0.75), 0.5, math.log(0.7), math.log(0.3), math.log(0.5))
    hits = np.zeros(5)
    for seed in range(24):
        fit = fit_frailty(*study(100 + seed, dyads=15, episodes=20))
        assert fit is not None
        found = (fit.logit_never, fit.mu, fit.log_sigma, fit.log_session_sd, fit.log_dyad_sd)
        hits += [abs(f - t) <= 1.96 * e for f, t, e in zip(found, truth, fit.errors, strict=True)]
    assert (hits >= [20, 20, 20, 18, 18]).all(), hits


def test_pooled_measures_say_what_one_session_a_dyad_cannot():
    table, dyads = study(1, dyads=12, sessions=1)
    found = {m.name: m for m in pooled_latency(table, EpisodeRule(), dyads)}
    assert {m.session for m in found.values()} == {ALL_SESSIONS}
    between = found["latency differs between dyads: other cues"]
    assert (between.status, between.estimate) == (MeasureStatus.NOT_ASSESSABLE, None)
    sessions = found["latency differs between sessions: other cues"]
    assert sessions.low is not None and sessions.low > 0.1
    assert not any("distress" in name for name in found)


def test_too_few_sessions_abstain():
    table, dyads = study(1, dyads=2, sessions=2)
    assert fit_frailty(table, dyads) is None
    found = {m.name: m for m in pooled_latency(table, EpisodeRule(), dyads)}
    assert all(found[f"{name}: other cues"].status == MeasureStatus.TOO_FEW for name, _ in NAMES)
    assert pooled_latency(table.clear(), EpisodeRule()) == []
