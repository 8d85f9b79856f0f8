"""Latency against lifelines, and the mass at zero that tiling formats make."""

from __future__ import annotations

import math
import warnings

import numpy as np
import polars as pl
import pytest

from bowlby.measures.clusters import t_quantile
from bowlby.measures.confidence import Z
from bowlby.measures.episodes import EpisodeRule
from bowlby.measures.latency import (
    NAMES,
    measures_of,
)
from bowlby.measures.latency_fit import fit_latency
from bowlby.measures.survival import (
    CURVE_SCHEMA,
    curve_of,
    kaplan_meier,
    latency_curve,
    median_latency,
    share_answered_by,
)
from bowlby.measures.value import MeasureStatus


def table_of(latency, answered, session=None, distress=False):
    return pl.DataFrame(
        {
            "session": session if session is not None else ["s"] * len(latency),
            "latency_s": np.asarray(latency, dtype=float),
            "answered": np.asarray(answered, dtype=bool),
            "informative": np.asarray(answered, dtype=bool) | (np.asarray(latency) > 0),
            "distress": [distress] * len(latency),
        }
    )


def sample(seed, n, never=0.3, mu=0.5, sigma=0.8, window=10.0, at_once=0.0):
    generator = np.random.default_rng(seed)
    latency = generator.lognormal(mu, sigma, n)
    latency[generator.random(n) < never] = np.inf
    latency[generator.random(n) < at_once] = 0.0
    limit = np.minimum(window, generator.exponential(30, n))
    return np.minimum(latency, limit), latency <= limit


@pytest.fixture(scope="module")
def lifelines():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("lifelines")


def quietly(call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()


def test_kaplan_meier_and_its_band_equal_lifelines_and_statsmodels(lifelines):
    """Greenwood's variance is lifelines' (taken back out of its log(-log) band), Wilson's interval statsmodels'."""
    confint = pytest.importorskip("statsmodels.stats.proportion").proportion_confint
    latency, answered = sample(3, 150)
    latency = np.round(latency, 1)
    curve = kaplan_meier(latency, answered, np.zeros(150, np.int64))
    reference = quietly(lambda: lifelines.KaplanMeierFitter().fit(latency, answered))
    assert curve.share == pytest.approx(reference.survival_function_at_times(curve.time).to_numpy(), abs=1e-10)
    band = reference.confidence_interval_survival_function_.loc[curve.time].to_numpy()
    of_log = np.log(np.log(band[:, 0]) / np.log(curve.share)) / 1.959964
    worth = curve.share * (1 - curve.share) / (curve.share * np.log(curve.share) * of_log) ** 2
    low, high = confint(curve.share * worth, worth, method="wilson")
    assert curve.low == pytest.approx(low, abs=1e-6)
    assert curve.high == pytest.approx(high, abs=1e-6)
    assert median_latency(curve)[0] == pytest.approx(reference.median_survival_time_)


def test_fit_equals_lifelines_mixture_cure(lifelines):
    latency, answered = sample(4, 800)
    fit = fit_latency(table_of(latency, answered), pull=0.0)
    assert fit is not None
    reference = quietly(
        lambda: lifelines.MixtureCureFitter(base_fitter=lifelines.LogNormalFitter()).fit(latency, answered)
    )
    assert fit.log_likelihood == pytest.approx(reference.log_likelihood_, abs=1e-3)
    assert fit.never == pytest.approx(reference.cured_fraction_, abs=2e-3)
    assert fit.mu == pytest.approx(reference.mu_, abs=5e-3)
    assert math.exp(fit.log_sigma) == pytest.approx(reference.sigma_, abs=5e-3)
    hessian = numerical_hessian(fit, latency, answered)
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    # The error of mu reaches as far as Student's t with the degrees of freedom that sigma's error is worth.
    errors[1] *= t_quantile(1 / (2 * errors[2] ** 2)) / Z
    assert fit.errors == pytest.approx(errors, rel=1e-3)


def numerical_hessian(fit, latency, answered):
    """Return the Hessian of the log likelihood as scipy's distributions have it, by differences of the value."""
    stats = pytest.importorskip("scipy.stats")

    def value(theta):
        c, normal = 1 / (1 + math.exp(-theta[0])), stats.norm(theta[1], math.exp(theta[2]))
        hits = np.log1p(-c) + normal.logpdf(np.log(latency[answered]))
        return hits.sum() + np.log(c + (1 - c) * normal.sf(np.log(latency[~answered]))).sum()

    at, h = np.array([fit.logit_never, fit.mu, fit.log_sigma]), 1e-3
    steps = np.eye(3) * h
    return np.array(
        [
            [
                (value(at + a + b) - value(at + a - b) - value(at - a + b) + value(at - a - b)) / (4 * h * h)
                for a in steps
            ]
            for b in steps
        ]
    )


def test_fit_covers_its_truth():
    # 200 fits of 120 episodes: a true coverage of .95 gives 182 or fewer hits with probability .015 a parameter.
    truth = (math.log(0.3 / 0.7), 0.5, math.log(0.8))
    hits = np.zeros(3)
    for seed in range(200):
        fit = fit_latency(table_of(*sample(1000 + seed, 120)))
        assert fit is not None
        found = (fit.logit_never, fit.mu, fit.log_sigma)
        hits += [abs(f - t) <= 1.96 * e for f, t, e in zip(found, truth, fit.errors, strict=True)]
    assert (hits >= 182).all(), hits


def test_the_mass_at_zero_is_taken_apart():
    latency, answered = sample(6, 3000, at_once=0.4)
    fit = fit_latency(table_of(latency, answered))
    assert fit is not None
    # Standard errors at n = 3000 are below .02 for each; four of them.
    assert fit.at_once == pytest.approx(0.4, abs=0.04)
    assert fit.mu == pytest.approx(0.5, abs=0.1)
    assert fit.never == pytest.approx(0.3, abs=0.08)
    assert fit.share_unanswered(np.array([0.0]))[0] == pytest.approx(1 - fit.at_once)
    observed = 1 - share_answered_by(curve_of(table_of(latency, answered)), 5.0)[0]
    assert fit.share_unanswered(np.array([5.0]))[0] == pytest.approx(observed, abs=0.03)


@pytest.mark.parametrize("make", [lambda n: (np.full(n, 10.0), np.zeros(n)), lambda n: (np.full(n, 2.0), np.ones(n))])
def test_degenerate_latencies_give_no_fit(make):
    assert fit_latency(table_of(*make(30))) is None
    assert fit_latency(table_of(*make(0))) is None


def test_all_answered_and_hardly_any_answered_still_fit_or_abstain():
    generator = np.random.default_rng(2)
    everyone = fit_latency(table_of(generator.lognormal(0, 0.5, 60), np.ones(60)))
    assert everyone is not None
    assert everyone.never < 0.05
    few = np.concatenate([generator.lognormal(0, 0.5, 5), np.full(95, 10.0)])
    rare = fit_latency(table_of(few, few < 10))
    assert rare is not None
    assert 0.85 < rare.never < 1


def test_clustering_widens_the_band():
    # Sessions that differ much: the clustered error must be well above Greenwood's.
    generator = np.random.default_rng(8)
    session = np.repeat(np.arange(12), 40)
    latency = generator.lognormal(np.repeat(generator.normal(0.5, 1.0, 12), 40), 0.3)
    table = table_of(latency, np.ones(480), session=[f"s{k:02d}" for k in session])
    clustered, alone = curve_of(table), curve_of(table.with_columns(session=pl.lit("one")))
    middle = len(clustered.time) // 2
    assert clustered.share == pytest.approx(alone.share)
    width = (clustered.high - clustered.low)[middle], (alone.high - alone.low)[middle]
    assert width[0] > 2 * width[1]
    assert fit_latency(table).errors[1] > 2 * fit_latency(table.with_columns(session=pl.lit("one"))).errors[1]


def test_influence_variance_is_greenwoods_where_every_episode_is_its_own_cluster():
    latency, answered = sample(9, 200)
    greenwood = kaplan_meier(latency, answered, np.zeros(200, np.int64))
    influence = kaplan_meier(latency, answered, np.arange(200))
    widths = [(curve.high - curve.low)[:-3] for curve in (influence, greenwood)]
    assert widths[0] == pytest.approx(widths[1], rel=0.03)
    assert (widths[0] >= widths[1] - 1e-12).all()


def test_curve_for_a_figure_starts_at_one_and_ends_at_the_last_moment_in_view():
    curve = latency_curve(table_of([0, 0, 2, 4, 10, 10], [1, 1, 1, 1, 0, 0]))
    assert dict(curve.schema) == CURVE_SCHEMA
    assert curve.row(0)[:2] == (0.0, 1.0)
    assert curve["share_unanswered"].to_list() == pytest.approx([1, 4 / 6, 3 / 6, 2 / 6, 2 / 6])
    assert curve["time_s"].to_list() == [0, 0, 2, 4, 10]
    assert curve["at_risk"].to_list() == [6, 6, 4, 3, 2]
    assert latency_curve(table_of([], [])).is_empty()


def test_measures_tell_distress_from_other_cues(make_coded):
    acts = [("cue.vocal", 20.0 * k, 20.0 * k + 1) for k in range(30)]
    acts += [("answer", 20.0 * k + 1 + 0.2 * (k % 7), None) for k in range(20)]
    coded = make_coded(acts, codable=["cue.vocal", "answer"])
    found = {m.name: m for m in measures_of(coded, EpisodeRule(), "s", 0)}
    assert set(found) == {f"{name}: {cues}" for name, _ in NAMES for cues in ("distress", "other cues")}
    assert found["share answered: distress"].status == MeasureStatus.NOT_ASSESSABLE
    assert "cue.distress" in found["share answered: distress"].note
    assert found["share answered: other cues"].estimate == pytest.approx(20 / 30)
    assert found["share answered at once: other cues"].estimate == pytest.approx(3 / 30)
    assert "tiles" in found["share answered at once: other cues"].note
    assert found["response latency median: other cues"].estimate == pytest.approx(1.0)


def test_few_or_no_answers_are_said_not_guessed(make_coded):
    codable = ["cue.distress", "answer"]
    few = make_coded([("cue.distress", 100.0 * k, None) for k in range(4)], codable=codable)
    none = make_coded([("cue.distress", 50.0 * k, None) for k in range(10)], codable=codable)
    assert all(m.status != MeasureStatus.ASSESSED for m in measures_of(few, EpisodeRule(), "s", 0))
    found = {m.name: m for m in measures_of(none, EpisodeRule(), "s", 0)}
    median, share = found["response latency median: distress"], found["share answered: distress"]
    # Of ten cues watched for 30 s none was answered: the median lies beyond, at 95 % and at any level down to .999.
    assert (median.status, median.estimate, median.low, median.high) == (MeasureStatus.LOWER_BOUND, 30.0, 30.0, None)
    assert (share.estimate, share.low) == (0, 0)
    assert share.high is not None and 0.2 < share.high < 0.4
