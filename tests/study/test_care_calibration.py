"""The care posterior means what it says on dyads from its own prior; likelihoods that ignore censoring do not."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.infer.density import DEVIATING, EIGENVALUES, LEVELS, SCALES, prior_of
from bowlby.infer.posterior import Method
from bowlby.infer.sbc import ascertained, two_sided, uniformity
from bowlby.model.parameters import PRIOR_CORRELATION, default
from bowlby.study.care_calibration import (
    AT_ONCE,
    CENSORED,
    Visit,
    calibrate_care,
    censored_as_answered,
    draw_care,
    quantities,
    simulate_evidence,
    unanswered_dropped,
)

FALSE_ALARM = 0.001
"""Of each calibration test as a whole, over all its quantities (Bonferroni)."""
wrong_ones = pytest.mark.parametrize("distort", [unanswered_dropped, censored_as_answered])


def test_ranks_of_care_are_uniform_in_short():
    found = calibrate_care(32, 7)
    assert found.ranks.names == quantities() and set(LEVELS) < set(quantities())
    assert ascertained(found.ranks, FALSE_ALARM, 4)
    assert sum(found.methods.values()) == 32


@wrong_ones
def test_a_likelihood_that_ignores_censoring_fails(distort):
    found = calibrate_care(20, 7, distort=distort)
    rows = {row.name: row.p for row in uniformity(found.ranks, 4)}
    assert min(rows.values()) < FALSE_ALARM / len(rows)
    assert rows["answer_probability in the session"] < FALSE_ALARM / len(rows)
    assert rows["warm_share"] > FALSE_ALARM / len(rows), "what has nothing to do with waiting stays as it was"


def test_truths_have_the_prior_s_moments_and_correlations():
    """Of 4,000 draws a mean, or a correlation, is off by more than 4 / sqrt(4000) once in 16,000 each."""
    rng = np.random.default_rng(1)
    draws = [draw_care(2, rng) for _ in range(4000)]
    bound = 4 / np.sqrt(4000)
    for name in (*LEVELS, "session_deviation"):
        prior = prior_of(name)
        z = (np.array([one.usual[name] for one in draws]) - prior.location) / prior.scale
        assert abs(z.mean()) < bound and abs(z.std() - 1) < bound
    for (one, other), value in PRIOR_CORRELATION.items():
        pair = np.array([[draw.usual[one], draw.usual[other]] for draw in draws]).T
        assert abs(np.corrcoef(pair)[0, 1] - value) < bound
    place = DEVIATING.index("warm_share")
    apart = [
        (draw.session[0, place] - draw.usual["warm_share"]) / SCALES[place] / np.exp(draw.usual["session_deviation"])
        for draw in draws
    ]
    assert abs(np.mean(apart)) < bound and abs(np.std(apart) - 1) < bound
    assert EIGENVALUES.sum() == pytest.approx(len(DEVIATING))


def test_simulated_waits_are_censored_at_their_own_follow_up():
    visit = Visit(sessions=3, episodes=200)
    rng = np.random.default_rng(2)
    found = simulate_evidence(draw_care(3, rng), visit, rng)
    waits = found.latencies
    assert waits.session.tolist() == sorted([0, 1, 2] * 200)
    censored = waits.time_s[waits.kind == CENSORED]
    assert visit.shortest_s <= censored.min() and censored.max() <= visit.longest_s
    assert len(np.unique(censored)) == len(censored) > 10
    assert np.all(waits.time_s[waits.kind == AT_ONCE] == default("latency_resolution"))
    for place, counts in enumerate(found.counts):
        assert counts.warm_of == ((waits.session == place) & (waits.kind != CENSORED)).sum()
        assert counts.warm <= counts.warm_of and counts.engagement % visit.dispersion == 0


def test_dropping_and_completing_change_censored_episodes_only():
    rng = np.random.default_rng(3)
    found = simulate_evidence(draw_care(1, rng), Visit(), rng)
    answered = int((found.latencies.kind != CENSORED).sum())
    assert len(unanswered_dropped(found).latencies.kind) == answered < 24
    completed = censored_as_answered(found)
    assert (completed.latencies.kind != CENSORED).all() and len(completed.latencies.kind) == 24
    assert np.array_equal(completed.latencies.time_s, found.latencies.time_s)
    assert completed.counts == found.counts


@pytest.mark.proof
@pytest.mark.parametrize("sessions", [1, 3])
def test_ranks_of_care_are_uniform_over_300_fits(sessions: int):
    found = calibrate_care(300, 2026 + sessions // 3, visit=Visit(sessions=sessions))
    assert ascertained(found.ranks, FALSE_ALARM, 16)


@pytest.mark.proof
def test_ranks_of_care_by_nuts_are_uniform_over_100_fits():
    found = calibrate_care(100, 2028, nuts=True)
    assert set(found.methods) == {Method.NUTS}
    assert ascertained(found.ranks, FALSE_ALARM)


@pytest.mark.proof
@wrong_ones
def test_likelihoods_that_ignore_censoring_fail_over_300_fits(distort):
    found = calibrate_care(300, 2026, distort=distort)
    assert min(row.p for row in uniformity(found.ranks, 16)) < 1e-9


def test_a_z_of_two_is_seen_once_in_22():
    assert two_sided(2.0) == pytest.approx(0.0455, abs=1e-4)
