"""The posterior over states against enumeration, and what no list of signs may do to it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from bowlby.inference.signs.information import (
    bits_by_state,
    bits_unexplained,
    next_looks,
    shown_chance,
    telling_apart_bits,
)
from bowlby.inference.signs.posterior import Responses, prior_weights, summarise, weigh_children
from bowlby.inference.signs.result import shipped_responses
from bowlby.model.signs.accuracy import UNEXPLAINED_PRIOR, Informant, unexplained_grid
from bowlby.model.signs.observation import Observation, ObservedValue, SignEvidence, chance_of_report, weigh_reports
from bowlby.model.signs.reference import ranked
from bowlby.model.signs.registry import SIGNS
from bowlby.model.signs.response import GENERAL_WEIGHTS
from bowlby.model.signs.sign import Family, Setting
from bowlby.model.signs.states import SIGN_STATES

FEAR, PASSIVE, DETACHED = "fear", "passivity", "detachment"
REPORTS = {FEAR: SignEvidence(np.log(0.6), np.log(0.1)), PASSIVE: SignEvidence(np.log(0.2), np.log(0.7))}
EVERYWHERE = (
    (Informant.CAREGIVER, Setting.HOME),
    (Informant.TEACHER, Setting.PRESCHOOL),
    (Informant.OBSERVER, Setting.VISIT),
)
RANDOM_LISTS = 60


@pytest.fixture(scope="module")
def tiny() -> Responses:
    """Six children whose states are drawn at random."""
    rng = np.random.default_rng(5)
    return Responses(ranked(36.0, {name: rng.normal(size=6) for name in SIGN_STATES}))


def enumerated(tiny: Responses, reports: dict[str, SignEvidence]) -> dict[tuple[object, ...], float]:
    """Probability of every (part, child, node or rate, truth of each sign), by plain loops and Bayes' rule."""
    joint: dict[tuple[object, ...], float] = {}
    rates = unexplained_grid()
    for child in range(6):
        for node, weight in enumerate(GENERAL_WEIGHTS):
            for truth in product([True, False], repeat=len(reports)):
                p = (1 - UNEXPLAINED_PRIOR) / 6 * float(weight)
                joint[("in", child, node, truth)] = p * _told(reports, truth, lambda n: tiny.of(n)[child, node])  # noqa: B023
        for number, rate in enumerate(rates):
            for truth in product([True, False], repeat=len(reports)):
                p = UNEXPLAINED_PRIOR / len(rates) / 6
                joint[("out", child, number, truth)] = p * _told(reports, truth, lambda _: rate)  # noqa: B023
    total = sum(joint.values())
    return {key: value / total for key, value in joint.items()}


def _told(reports: dict[str, SignEvidence], truth: tuple[bool, ...], chance) -> float:
    p = 1.0
    for (name, said), shows in zip(reports.items(), truth, strict=True):
        c = float(chance(name))
        p *= c * np.exp(said.shown) if shows else (1 - c) * np.exp(said.not_shown)
    return p


def test_the_posterior_is_that_of_plain_enumeration(tiny: Responses):
    joint = enumerated(tiny, REPORTS)
    found = weigh_children(tiny, REPORTS)
    for child in range(6):
        expected = sum(p for key, p in joint.items() if key[1] == child)
        assert found.child[child] == pytest.approx(expected, rel=1e-10)
    assert found.left_over == pytest.approx(sum(p for key, p in joint.items() if key[0] == "out"), rel=1e-10)
    fear = sum(p for key, p in joint.items() if key[3][0])
    assert shown_chance(tiny, found, FEAR, REPORTS[FEAR]) == pytest.approx(fear, rel=1e-10)


def test_the_expected_gain_is_that_of_plain_enumeration(tiny: Responses):
    """Mutual information of child and report: entropy of the child before, less the mean entropy after."""
    weights = weigh_children(tiny, REPORTS)
    look = next(row for row in next_looks(tiny, weights, 36, set(REPORTS)) if row.sign == DETACHED)
    joint = enumerated(tiny, {**REPORTS, DETACHED: SignEvidence(0.0, 0.0)})
    hit, false = chance_of_report(look.informant)
    present, absent = np.zeros(6), np.zeros(6)
    for (_, child, _, truth), p in joint.items():
        said = hit if truth[2] else false
        present[child] += p * said
        absent[child] += p * (1 - said)

    def entropy(p: np.ndarray) -> float:
        return float(-(p * np.log2(p)).sum())

    after = sum(part.sum() * entropy(part / part.sum()) for part in (present, absent))
    assert look.bits == pytest.approx(entropy(present + absent) - after, rel=1e-8)


def test_bits_are_the_likelihood_ratio_of_plain_enumeration(tiny: Responses):
    said = {FEAR: REPORTS[FEAR]}
    joint = enumerated(tiny, said)
    hard = tiny.children.hard["threat_expectation"]
    odds = [sum(p for key, p in joint.items() if hard[key[1]] == mark) for mark in (True, False)]
    expected = np.log2(odds[0] / odds[1]) - np.log2(hard.sum() / (~hard).sum())
    assert bits_by_state(tiny, FEAR, REPORTS[FEAR])["threat_expectation"] == pytest.approx(expected, rel=1e-8)
    out = sum(p for key, p in joint.items() if key[0] == "out")
    expected = np.log2(out / (1 - out)) - np.log2(UNEXPLAINED_PRIOR / (1 - UNEXPLAINED_PRIOR))
    assert bits_unexplained(tiny, FEAR, REPORTS[FEAR]) == pytest.approx(expected, rel=1e-8)


def test_nothing_looked_for_leaves_exactly_the_prior(tiny: Responses):
    found, prior = weigh_children(tiny, {}), prior_weights(6)
    assert np.array_equal(found.explained, prior.explained) and np.array_equal(found.unexplained, prior.unexplained)
    assert found.child == pytest.approx(np.full(6, 1 / 6), rel=1e-12)
    assert found.left_over == pytest.approx(UNEXPLAINED_PRIOR)


def test_a_report_that_says_nothing_changes_nothing(tiny: Responses):
    silent = weigh_children(tiny, {**REPORTS, DETACHED: SignEvidence(-3.0, -3.0)})
    assert silent.child == pytest.approx(weigh_children(tiny, REPORTS).child, rel=1e-12)


def test_the_order_of_signs_changes_no_bit(tiny: Responses):
    turned = weigh_children(tiny, dict(reversed(REPORTS.items())))
    assert np.array_equal(turned.child, weigh_children(tiny, REPORTS).child)


def looks(name: str, said: list[bool], who: tuple[tuple[Informant, Setting], ...]) -> SignEvidence:
    reports = [
        Observation(name, ObservedValue.PRESENT if yes else ObservedValue.ABSENT, informant, setting)
        for yes, (informant, setting) in zip(said, who, strict=True)
        if setting in SIGNS[name].settings
    ]
    return weigh_reports(reports)


def kinds_of_list(rng: np.random.Generator) -> dict[str, list[bool]]:
    coin = bool(rng.random() < 0.5)
    return {"all present": [True] * 3, "coin": [coin] * 3, "coin a rater": [bool(x) for x in rng.random(3) < 0.5]}


@pytest.mark.parametrize("age", [18.0, 36.0, 60.0])
@pytest.mark.parametrize("kind", ["all present", "coin", "coin a rater"])
def test_a_random_half_of_the_signs_takes_no_probability_above_four_fifths(age: float, kind: str):
    """No chance enters the bound: it holds for each of these lists (and, tried once, for 1,700 others; largest .65)."""
    responses = shipped_responses(age)
    rng = np.random.default_rng([int(age), len(kind)])
    names = [name for name, sign in SIGNS.items() if sign.shows_at(age)]
    hard = np.array(list(responses.children.hard.values()))
    for _ in range(RANDOM_LISTS):
        half = rng.choice(names, len(names) // 2, replace=False)
        evidence = {str(name): looks(str(name), kinds_of_list(rng)[kind], EVERYWHERE) for name in half}
        assert (hard @ weigh_children(responses, evidence).child).max() < 0.8


def test_a_consistent_list_seen_by_three_can_tell():
    """The bound above would be empty if nothing could ever be told."""
    responses = shipped_responses(60.0)

    def family(which: Family, said: bool) -> dict[str, SignEvidence]:
        own = [name for name, sign in SIGNS.items() if sign.family == which]
        return {name: looks(name, [said] * 3, EVERYWHERE) for name in own}

    for shown, other, state in (
        (Family.THREAT, Family.LITTLE, "threat_expectation"),
        (Family.LITTLE, Family.THREAT, "comfort_expectation"),
    ):
        weights = weigh_children(responses, {**family(shown, True), **family(other, False)})
        assert summarise(responses.children, weights.child)[state].probability > 0.85
        assert weights.left_over < UNEXPLAINED_PRIOR


def test_signs_from_everywhere_raise_what_is_unexplained():
    responses = shipped_responses(60.0)
    weights = weigh_children(responses, {name: looks(name, [True] * 3, EVERYWHERE) for name in SIGNS})
    assert weights.left_over > UNEXPLAINED_PRIOR
    assert summarise(responses.children, weights.child)["threat_expectation"].probability < 0.8


def test_contradiction_widens_instead_of_failing():
    """Half the raters say present: the interval is wider than where all agree that nothing shows."""
    responses = shipped_responses(36.0)
    names = [name for name, sign in SIGNS.items() if sign.family == Family.THREAT]

    def width(said: list[bool]) -> float:
        weights = weigh_children(responses, {name: looks(name, said, EVERYWHERE) for name in names})
        found = summarise(responses.children, weights.child)["threat_expectation"]
        return found.high - found.low

    assert width([True, False, False]) > width([False] * 3)


@pytest.mark.parametrize("age", [18.0, 36.0, 60.0])
def test_shared_signs_tell_less_between_threat_and_little_than_any_other(age: float):
    responses = shipped_responses(age)
    bits = {name: telling_apart_bits(responses, name) for name in SIGNS}
    shared = max(bits[name] for name, sign in SIGNS.items() if sign.family == Family.SHARED)
    others = min(bits[name] for name, sign in SIGNS.items() if sign.family != Family.SHARED)
    assert shared < others


@pytest.mark.parametrize("name", SIGNS)
def test_a_sign_of_a_family_moves_its_own_side_most(name: str):
    responses = shipped_responses(60.0)
    bits = bits_by_state(responses, name, weigh_reports([Observation(name, ObservedValue.PRESENT)]))
    match SIGNS[name].family:
        case Family.THREAT:
            assert bits["threat_expectation"] > max(bits["comfort_expectation"], bits["worth"], 0)
        case Family.LITTLE:
            side = max(bits[state] for state in ("comfort_expectation", "worth", "efficacy", "attachment_formed"))
            assert side > max(bits["threat_expectation"], 0)
        case Family.SHARED:
            assert bits["threat_expectation"] > 0
