"""Single equations: what each must do, in the direction the field gives it."""

from __future__ import annotations

import sys
from itertools import pairwise, product
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from people import at, event, happened, newborn, one, parameters, words

from bowlby.model.life import action, body, caregiver, child, learning, need
from bowlby.model.life.arithmetic import standard_normal
from bowlby.model.life.episode import episode
from bowlby.model.life.event import EpisodeGap, EpisodeWords
from bowlby.model.life.learning import Belief
from bowlby.model.life.state import VARIABLES, ChildState, StateVariable, leaves_of
from bowlby.model.life.traits import DerivedConstants

HOPELESS = dict.fromkeys(("relief_minimise", "relief_express", "relief_intensify", "surprise", "adults_relief"), 0.0)
shares = st.floats(0.0, 1.0, width=32)
words_of_chance = st.floats(1e-6, 1 - 1e-6)


def test_the_normal_quantile_is_within_its_stated_error():
    u = np.linspace(1e-6, 1 - 1e-6, 20001).astype(np.float64)
    exact = np.array([NormalDist().inv_cdf(value) for value in u])
    assert np.all(np.abs(standard_normal(u) - exact) <= 0.004 * np.abs(exact) + 1e-6)


@given(shares, st.floats(0.1, 50), st.floats(0.1, 50), st.floats(0, 200))
def test_spells_stay_probabilities_and_forget_their_start(now, start, end, elapsed):
    chance = caregiver.spell(one(now), one(start), one(end), one(elapsed))
    assert -1e-6 <= chance <= 1 + 1e-6
    assert caregiver.spell(one(now), one(start), one(end), one(0.0)) == pytest.approx(now, abs=1e-6)
    assert caregiver.spell(one(now), one(start), one(end), one(1e5)) == pytest.approx(end / (start + end), abs=1e-4)


def test_waiting_twice_is_waiting_once():
    """Relaxation by elapsed time: two halves of a spell make the whole (Chapman-Kolmogorov)."""
    half = caregiver.spell(one(1.0), one(3.0), one(2.0), one(0.7))
    whole = caregiver.spell(half, one(3.0), one(2.0), one(0.7))
    assert whole == pytest.approx(caregiver.spell(one(1.0), one(3.0), one(2.0), one(1.4)), abs=1e-6)


def answered(slope: float, express: float, intensify: float, word: float, **traits: float) -> float:
    who = parameters(answer_slope=slope, answer_base=0.0, **traits)
    bid = event(express=express, intensify=intensify, answered=0.0)
    return float(caregiver.answer(who, newborn().caregiver, bid, words(answer=word)).answered)


def test_slope_decides_which_signal_is_answered():
    assert answered(-6.0, 0.0, 1.0, 0.3) == 0.0
    assert answered(-6.0, 0.0, 0.0, 0.2) == 1.0
    assert answered(6.0, 0.0, 1.0, 0.8) == 1.0
    assert answered(6.0, 0.0, 0.0, 0.2) == 0.0


def test_nobody_answers_while_apart():
    away = newborn(separated=1.0).caregiver
    bid = caregiver.answer(parameters(answer_base=5.0), away, event(answered=0.0), words(answer=1e-6, provoked=1e-6))
    assert bid.answered == 0.0
    assert bid.present == 0.0
    assert bid.threat == 0.0


def test_a_rebuff_loses_presence():
    refused = caregiver.answer(parameters(), newborn().caregiver, event(), words(answer=0.999))
    silent = caregiver.answer(parameters(), newborn().caregiver, event(express=0.0), words(answer=0.999))
    assert refused.present == 0.0 < silent.present


def test_protest_raises_stress_and_stress_lowers_availability():
    calm = newborn().caregiver
    stressed = caregiver.after_episode(parameters(), calm, event(express=0.0, intensify=1.0))
    assert stressed.stress > calm.stress
    later = at(elapsed=50.0)
    rested = caregiver.wait(parameters(), stressed, (later, child.derive(parameters().constants, later)), words())
    assert rested.stress == pytest.approx(float(parameters().caregiver.background_stress), abs=1e-4)

    def available(stress: float) -> float:
        now = (at(), child.derive(parameters().constants, at()))
        state = newborn(stress=stress).caregiver
        return float(caregiver.wait(parameters(background_stress=0.5), state, now, words(regime=0.7)).available)

    assert available(0.0) == 1.0
    assert available(1.0) == 0.0


def relief_of(**changes: float) -> float:
    derived = child.derive(parameters().constants, at())
    return float(child.relief(parameters().constants, derived, event(**changes))[0])


def test_relief_falls_with_latency_threat_and_imposing():
    assert relief_of() > relief_of(latency=5.0) > relief_of(latency=30.0) >= 0.0
    assert (
        relief_of()
        > relief_of(warmth=0.0)
        > relief_of(warmth=0.0, held=0.0)
        > relief_of(attuned=0.0, warmth=0.0, held=0.0)
    )
    assert relief_of(threat=1.0) == pytest.approx(0.2 * relief_of())
    assert relief_of(answered=0.0, present=1.0) > 0.0 == relief_of(answered=0.0)


def test_noticing_depends_on_density_and_not_on_the_total():
    constants, gap = parameters().constants, EpisodeGap(one(1.0), one(0.0), one(0.0))

    def seen(density: float, word: float) -> float:
        return float(child.noticed(constants, one(density), gap, words(noticing=word)))

    assert seen(12.0, 0.7) == 1.0
    assert seen(1.0, 0.1) == 0.0
    none = EpisodeGap(one(0.0), one(0.0), one(0.0))
    assert child.noticed(constants, one(12.0), none, words(noticing=1e-6)) == 0.0


@given(shares, st.lists(st.booleans(), min_size=1, max_size=40))
def test_a_belief_that_loses_nothing_counts_as_bayes_rule_does(mean, outcomes):
    """Beta(a, b) after so many successes and failures has the mean (a + successes) / (a + b + all)."""
    belief = Belief(np.float64(mean), np.float64(9.0))
    for outcome in outcomes:
        belief = learning.updated(belief, np.float64(outcome), np.float64(1.0), np.float64(0.0))
    assert belief.concentration == 9.0 + len(outcomes)
    assert belief.mean == pytest.approx((9.0 * mean + sum(outcomes)) / (9.0 + len(outcomes)))


@given(shares, shares, st.floats(1.0, 1e3), st.floats(0.0, 3.0), shares)
def test_a_belief_moves_to_the_outcome_and_keeps_the_evidence_of_jeffreys_prior(mean, outcome, evidence, weight, lost):
    after = learning.updated(Belief(np.float64(mean), np.float64(evidence)), np.float64(outcome), weight, lost)
    assert min(mean, outcome) - 1e-12 <= after.mean <= max(mean, outcome) + 1e-12
    assert after.concentration >= 1.0 + weight - 1e-12


def test_a_steady_loss_makes_a_steady_gain():
    """n' = n where n = 1 + (x / h), so that the gain x / n' goes to h / (1 + h) for x = 1."""
    belief = Belief(np.float64(0.5), np.float64(9.0))
    for _ in range(2000):
        belief = learning.updated(belief, np.float64(0.5), np.float64(1.0), np.float64(0.02))
    assert 1.0 / belief.concentration == pytest.approx(0.02 / 1.02, rel=1e-9)


def _errors(outcomes) -> float:
    """Return the forgetting that is inferred after expressed bids with these outcomes."""
    state, acted = newborn().child, (one(0.0), one(1.0), one(0.0), one(1.0))
    found = []
    for outcome in outcomes:
        state = learning.learn_relief(parameters(), state, one(outcome), acted)
        found.append(float(learning.forgetting(parameters().constants, state)))
    return float(np.mean(found[len(found) // 2 :]))


def test_change_over_months_is_told_from_chance_from_bid_to_bid():
    """The same outcomes, .7 half of the time: in runs of 120 bids, or shuffled. Shuffled errors give half of rho_e."""
    runs = np.tile(np.repeat([0.0, 0.7], 120), 5)
    shuffled = np.random.default_rng(1).permutation(runs)
    assert _errors(runs) > 0.05
    assert _errors(shuffled) < 0.015


def test_only_the_level_that_was_signalled_learns_and_all_three_lose_evidence():
    acted = (one(0.0), one(1.0), one(0.0), one(1.0))
    before = newborn(drift=-0.2).child
    after = learning.learn_relief(parameters(), before, one(1.0), acted)
    assert after.relief_express > before.relief_express
    assert (after.relief_minimise, after.relief_intensify) == (before.relief_minimise, before.relief_intensify)
    lost = before.concentration_minimise - after.concentration_minimise
    assert lost == pytest.approx(0.04 / 0.1 * (before.concentration_minimise - 1.0), rel=1e-5)
    assert after.concentration_intensify == after.concentration_minimise
    assert after.concentration_express == pytest.approx(after.concentration_minimise + 1.0)


def test_forgetting_that_is_not_inferred_is_fixed():
    constants = parameters(inferred_forgetting=0.0, forgetting=0.05).constants
    for drift in (-0.3, 0.0, 0.2):
        assert learning.forgetting(constants, newborn(drift=drift).child) == pytest.approx(0.05)


def test_nothing_is_learned_where_no_strategy_was_followed():
    before = newborn(drift=-0.2).child
    assert learning.learn_relief(parameters(), before, one(1.0), (one(0.0), one(0.0), one(0.0), one(1.0))) == before


def test_adults_are_believed_alike_after_one_who_is_steady_and_apart_after_one_who_is_not_like_them():
    acted = (one(0.0), one(1.0), one(0.0), one(1.0))

    def spread(**known: float) -> float:
        return float(learning.learn_relief(parameters(), newborn(**known).child, one(0.5), acted).adults_spread)

    start = float(newborn().child.adults_spread)
    assert spread(concentration_express=200.0) < start < spread(concentration_express=200.0, relief_express=0.95)


def test_doubt_falls_with_evidence_and_is_not_the_same_for_all_signals():
    low, middle, high = action.doubt(newborn(concentration_minimise=200.0, concentration_express=20.0).child)
    assert low < middle < high
    assert float(high) == pytest.approx(np.sqrt(0.25 / (newborn().child.concentration_intensify + 1.0)))


@given(shares, shares)
def test_threat_is_learned_fast_and_unlearned_slowly(expected, met):
    after = learning.fast_up_slow_down(one(expected), one(met), (one(0.1), one(0.004), one(1.0)))
    rate = 0.1 if np.float32(met) > np.float32(expected) else 0.004
    assert after == pytest.approx(expected + rate * (met - expected), abs=1e-6)


def test_needs_change_with_age_and_stay_intensities():
    constants = parameters().constants
    for age in (0.5, 60.0):
        derived = child.derive(constants, at(age))
        for kind, intensity in product((0.01, 0.3, 0.7, 0.99), (0.0001, 0.9999)):
            found, physical = need.next_need(constants, derived, words(need_kind=kind, need_intensity=intensity))
            assert 0.05 <= found <= 1.0
            assert physical == (0.4 <= kind < 0.4 + derived.physical_share)
    young, old = (child.derive(constants, at(age)).physical_share for age in (0.5, 60.0))
    assert young > 2 * old


def logits(**state: float) -> list[float]:
    return [float(value) for value in action.policy(parameters(), newborn(**state).child, one(0.6))]


def test_policy_follows_expected_relief_and_shuns_provoked_threat():
    assert logits(relief_express=0.9)[1] - logits()[1] > 0
    calm, wary = logits(), logits(threat_provoked=0.5)
    drops = [before - after for before, after in zip(calm, wary, strict=True)]
    assert 0 < drops[0] < drops[1] < drops[2]


def test_protest_is_cheap_when_aroused_and_dear_to_the_helpless():
    assert logits(arousal=0.9)[2] > logits(arousal=0.1)[2]
    able, helpless = {"with_signal": 0.8, "without_signal": 0.1}, {"with_signal": 0.1, "without_signal": 0.1}
    assert logits(**able)[1] > logits(**helpless)[1]
    assert logits(**able)[0] == logits(**helpless)[0]


def test_anger_lasts_as_long_as_hope():
    def anger(**state: float) -> float:
        return logits(frustration=1.0, **state)[2] - logits(frustration=0.0, **state)[2]

    assert anger(relief_minimise=0.8) > 0.5
    assert anger(**HOPELESS) == pytest.approx(0.0, abs=1e-5)


def hazard(**state: float) -> float:
    return float(action.act(parameters(), newborn(**state).child, one(0.6), words())[1].hazard)


def test_freezing_rises_with_conflict_with_no_strategy_and_where_nothing_was_formed():
    formed = {"formation": 1.0}
    assert hazard(threat_unprovoked=0.5, **formed) > 5 * hazard(**formed)
    assert hazard(arousal=0.9, **HOPELESS, **formed) > 2 * hazard(**formed)
    assert hazard(formation=0.0) > hazard(**formed)


def test_a_frozen_child_follows_no_strategy():
    frozen, _ = action.act(parameters(), newborn().child, one(0.6), words(freezing=1e-6))
    assert (float(frozen.frozen), float(frozen.express), float(frozen.intensify)) == (1.0, 0.0, 0.0)


def test_the_choice_covers_every_word_once():
    state = newborn().child
    picked = []
    for word in np.linspace(0.001, 0.999, 500):
        chosen, _ = action.act(parameters(), state, one(0.6), words(signal=word, freezing=0.9999))
        picked.append(int(chosen.express + 2 * chosen.intensify))
    assert all(a <= b for a, b in pairwise(picked))
    shares_found = np.bincount(picked, minlength=3) / 500
    values = np.exp(np.array(action.policy(parameters(), state, one(0.6)), float))
    assert np.allclose(shares_found, values / values.sum(), atol=0.004)


QUIET = body.EpisodeLoad(*(one(0.0) for _ in range(4)), one(1.0), one(1.0))


def test_growth_goes_to_what_is_offered_and_needs_plasticity():
    constants = parameters().constants
    young, old = (child.derive(constants, at(age)) for age in (1.0, 60.0))
    floor = float(constants.growth_floor)

    def gain(name: str, derived: DerivedConstants, lived: body.EpisodeLoad, **state: float) -> float:
        before = newborn(**state).child
        return float(getattr(body.develop(constants, before, derived, lived), name) - getattr(before, name))

    good = QUIET._replace(exchange=one(1.0), soothed=one(0.5))
    for name in ("social_cognition", "language"):
        assert gain(name, young, good) > 5 * gain(name, old, good) > 0
        assert gain(name, young, QUIET, **{name: floor}) == pytest.approx(0.0, abs=1e-7)
        assert gain(name, young, QUIET, **{name: 0.9}) < 0 < gain(name, young, good, **{name: 0.9})
    calm, spent = {"regulation": 0.9, "autonomic_load": 0.0}, {"regulation": 0.9, "autonomic_load": 0.9}
    assert gain("executive", young, QUIET, **calm) > gain("executive", young, QUIET, **spent)


def test_threat_takes_from_growth_only_where_it_is_said_to():
    hurt = QUIET._replace(exchange=one(1.0), threat=one(1.0))
    for share, lower in ((0.0, False), (0.5, True)):
        constants = parameters(threat_on_growth=share).constants
        derived = child.derive(constants, at(1.0))
        less = body.develop(constants, newborn().child, derived, hurt).language
        more = body.develop(constants, newborn().child, derived, hurt._replace(threat=one(0.0))).language
        assert (less < more) == lower


def test_the_stress_axis_is_raised_first_and_low_after_years():
    """Under the same lasting stress both systems turn their sign; a calm child's stay between."""
    constants = parameters().constants
    derived = child.derive(constants, at())

    def after(years: float, arousal: float) -> tuple[float, float]:
        state = newborn(arousal=arousal).child
        for _ in range(round(years * 365 * 12)):
            state = body.develop(constants, state, derived, QUIET)
        return float(state.hpa_basal), float(state.hpa_reactivity)

    for years, sign in ((0.5, 1), (12.0, -1)):
        for strained, calm in zip(after(years, 0.6), after(years, 0.1), strict=True):
            assert sign * (strained - calm) > 0.05


def test_routine_care_relieves_whatever_was_signalled_and_only_needs_of_the_body():
    who = parameters(routine=0.99, answer_base=-9.0, presence=0.01)
    for physical in (0.0, 1.0):
        for level in ("express", "intensify", "frozen"):
            bid = event(**{"answered": 0.0, "physical": physical, "express": 0.0, level: 1.0})
            found = caregiver.answer(who, newborn().caregiver, bid, words(routine=0.2))
            got = child.relief(who.constants, child.derive(who.constants, at()), found)
            assert found.answered == 0.0
            assert found.routine == physical
            assert got.contact == 0.0
            assert (got.tended > 0.5) == bool(physical)
            assert (got.got > 0.1) == bool(physical)


def test_crying_costs_the_young_nothing():
    derived = {age: child.derive(parameters().constants, at(age)) for age in (0.0, 3.0, 24.0)}
    cost = [float(child.aged(parameters(), one).constants.cost_intensify) for one in derived.values()]
    assert cost[0] == 0.0
    assert cost[1] == pytest.approx(cost[2] * (1 - np.exp(-1)), rel=0.01)


def test_signals_in_no_order_take_their_share_of_growth():
    """Language and executive function follow (1 - c H / log 7) of what is offered; nothing else follows order."""
    constants, derived = parameters().constants, child.derive(parameters().constants, at())
    state = newborn(regulation=0.5).child
    lived = body.EpisodeLoad(one(0.0), one(0.4), one(0.0), one(0.0), one(1.0), one(1.0))

    def grown(order: float, taken: float) -> ChildState:
        some = constants._replace(disorder_on_growth=one(taken), growth_floor=one(0.0))
        return body.develop(some, state, derived, lived._replace(order=one(order)))

    rate = float(constants.language_rate * derived.plasticity)
    free = 0.5 * (1.0 - float(grown(1.0, 0.3).autonomic_load))
    for order, share in ((1.0, 1.0), (0.0, 0.7), (0.4, 1.0 - 0.3 * 0.8295)):
        found = grown(order, 0.3)
        assert found.language - state.language == pytest.approx(rate * (0.4 * share - state.language), rel=1e-3)
        governed = float(constants.executive_rate * derived.plasticity) * (free * share - state.executive)
        assert found.executive - state.executive == pytest.approx(governed, rel=1e-3)
        assert found._replace(language=one(0.0), executive=one(0.0)) == grown(1.0, 0.3)._replace(
            language=one(0.0), executive=one(0.0)
        )
    assert grown(0.0, 0.0) == grown(1.0, 0.0)


def test_a_step_is_waiting_and_then_living():
    what = happened(event(), EpisodeGap(one(3.0), one(0.5), one(0.0)))
    who, state = parameters(), newborn().child
    whole = child.step(who, state, what, words())
    parts = child.live(who, child.wait(who, state, what, words()), what, words())
    assert whole == parts
    assert whole.threat_unprovoked > 0.0
    assert whole.relief_express > state.relief_express


@settings(max_examples=60, deadline=None)
@given(
    st.lists(words_of_chance, min_size=len(EpisodeWords._fields), max_size=len(EpisodeWords._fields)),
    st.floats(0.1, 200),
    st.floats(0.1, 24),
    st.randoms(use_true_random=False),
)
def test_every_state_stays_within_its_bounds(chance, age, elapsed, random):
    """From any state within bounds and any words, one episode leads to a state within bounds."""

    def anywhere(variable: StateVariable) -> float:
        if variable.unit == "0/1":
            return random.choice([0.0, 1.0])
        return random.uniform(max(variable.low, float(variable.unit == "episodes")), min(variable.high, 20.0))

    start = newborn(**{variable.name: anywhere(variable) for variable in VARIABLES})
    drawn = words(**dict(zip(words()._fields, chance, strict=True)))
    after, _ = episode(parameters(), start, at(age, elapsed, min(elapsed, 2.0)), drawn)
    for variable, value in zip(VARIABLES, leaves_of(after), strict=True):
        assert np.isfinite(value), variable.name
        assert variable.low - 1e-5 <= value <= variable.high + 20.0 * (variable.unit == "acts") + 1e-5, variable.name
