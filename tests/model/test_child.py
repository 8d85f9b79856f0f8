"""What one episode teaches a child, and how it acts on what it expects."""

from __future__ import annotations

from collections.abc import Callable

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowlby.model.child import (
    Event,
    Signal,
    State,
    Words,
    efficacy,
    expected_threat,
    newborn,
    policy,
    step,
    usual_child,
)

ANSWERED = Event(
    need=0.5,
    signal=float(Signal.EXPRESS),
    answered=1.0,
    attuned=1.0,
    latency_s=1.0,
    warm=1.0,
    present=0.0,
    threat_unprovoked=0.0,
    threat_contingent=0.0,
    engaged=0.0,
    elapsed_s=30.0,
    seen=1.0,
    age_months=12.0,
)
IGNORED = ANSWERED._replace(answered=0.0, warm=0.0)
SHARES = st.floats(0.0, 1.0, width=32)
Live = Callable[[Event, int], State]


@pytest.fixture(scope="session")
def live() -> Live:
    compiled = jax.jit(step)

    def run(event: Event, times: int) -> State:
        state, event = newborn(), Event(*(np.float32(value) for value in event))
        for _ in range(times):
            state = compiled(usual_child(), state, event, Words(np.float32(0.5)))
        return State(*(float(value) for value in state))

    return run


def test_answers_raise_expected_relief_of_the_signal_that_was_used_and_no_other(live: Live):
    after = live(ANSWERED, 20)
    assert after.relief_express > 0.8 > 0.6 > newborn().relief_express
    assert after.relief_intensify == newborn().relief_intensify
    assert after.relief_minimise == newborn().relief_minimise
    assert after.answering > 0.9


def test_one_update_is_rescorla_wagner(live: Live):
    before, after = newborn(), live(IGNORED, 1)
    assert after.relief_express == pytest.approx(before.relief_express * (1 - usual_child().learning_rate), rel=1e-5)


def test_what_was_not_seen_teaches_nothing(live: Live):
    after = live(ANSWERED._replace(seen=0.0), 10)
    for name in ("relief_express", "answering", "with_signal", "without_signal", "frustration"):
        assert getattr(after, name) == pytest.approx(getattr(newborn(), name))


def test_threat_rises_fast_and_falls_slowly(live: Live):
    frightened = live(ANSWERED._replace(threat_unprovoked=1.0), 5)
    assert expected_threat(frightened) > 0.35
    calm = usual_child().threat_down
    assert calm < usual_child().threat_up / 10


def test_bid_contingent_and_unprovoked_threat_are_kept_apart(live: Live):
    assert live(ANSWERED._replace(threat_contingent=1.0), 5).threat_unprovoked == 0
    assert live(ANSWERED._replace(threat_unprovoked=1.0), 5).threat_contingent == 0


def test_unmet_need_frustrates_and_arouses(live: Live):
    assert live(IGNORED, 20).frustration > live(ANSWERED, 20).frustration + 0.15
    assert live(IGNORED, 20).arousal > live(ANSWERED, 20).arousal + 0.1


def test_efficacy_is_relief_with_signals_minus_relief_without(live: Live):
    assert efficacy(live(ANSWERED, 60)) > 0.7
    assert efficacy(live(IGNORED, 60)) < 0.05
    comforted_anyway = live(ANSWERED._replace(signal=float(Signal.MINIMISE)), 60)
    assert efficacy(comforted_anyway) < 0


def test_worth_rises_with_noticed_engagement_and_not_with_unnoticed(live: Live):
    dense = live(IGNORED._replace(engaged=2.0, elapsed_s=10.0), 60)
    none = live(IGNORED, 60)
    assert dense.worth > 0.7 > 0.2 > none.worth


def test_presence_comforts_and_is_lost_on_rebuff(live: Live):
    quiet = IGNORED._replace(signal=float(Signal.MINIMISE), present=1.0)
    assert live(quiet, 60).relief_minimise > live(quiet._replace(present=0.0), 60).relief_minimise + 0.15
    assert live(IGNORED._replace(present=1.0), 60).relief_express == pytest.approx(live(IGNORED, 60).relief_express)


def test_policy_prefers_what_relieved_and_avoids_what_frightened():
    state = newborn()
    logits = np.asarray(policy(usual_child(), state, 0.8))
    assert logits.shape == (3,)
    better = np.asarray(policy(usual_child(), state._replace(relief_express=0.9), 0.8))
    assert better[Signal.EXPRESS] > logits[Signal.EXPRESS] and better[Signal.MINIMISE] == logits[Signal.MINIMISE]
    afraid = np.asarray(policy(usual_child(), state._replace(threat_contingent=0.8), 0.8)) - logits
    assert afraid[Signal.INTENSIFY] < afraid[Signal.EXPRESS] < afraid[Signal.MINIMISE] < 0


def test_protest_grows_with_need_and_arousal_and_fades_without_efficacy():
    def protest(need: float, **changes: float) -> float:
        logits = np.asarray(policy(usual_child(), newborn()._replace(with_signal=0.8, **changes), need))
        return float(logits[Signal.INTENSIFY] - logits[Signal.MINIMISE])

    assert protest(0.9) > protest(0.3)
    assert protest(0.6, arousal=0.9) > protest(0.6)
    assert protest(0.6, without_signal=0.8) < protest(0.6)


@given(
    shares=st.lists(SHARES, min_size=8, max_size=8),
    signal=st.sampled_from([0.0, 1.0, 2.0]),
    times=st.integers(1, 5),
    waits=st.floats(0, 1e6, width=32),
)
@settings(max_examples=60, deadline=None)
def test_every_expectation_stays_in_its_range(live: Live, shares: list[float], signal: float, times: int, waits: float):
    need, answered, attuned, warm, present, unprovoked, contingent, seen = shares
    event = Event(
        max(need, 1e-3), signal, answered, attuned, 1.0, warm, present, unprovoked, contingent, 1.0, waits, seen, 12.0
    )
    after = live(event, times)
    for name in State._fields:
        value = getattr(after, name)
        assert np.isfinite(value)
        assert -1e-6 <= value <= (1 + 1e-6 if name != "density" else np.inf)
