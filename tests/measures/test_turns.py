"""Turn-taking on exchanges worked by hand, and against its own chance."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.errors import CodebookError
from bowlby.measures.rule import EpisodeRule, changed
from bowlby.measures.turn_rule import Mode, TurnRule
from bowlby.measures.turns import (
    DEFINITIONS,
    GAP,
    OVERLAP,
    RATE,
    TAKEN_UP,
    interactional_sequences,
    measures_of,
    shuffled,
    turn_transitions,
)
from bowlby.measures.value import Measure, MeasureStatus


def spans(*pairs: tuple[float, float]) -> np.ndarray:
    return np.array(pairs, dtype=float).reshape(-1, 2)


def pairs(array: np.ndarray) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in array]


def test_gap_and_overlap_limits_are_closed():
    own = spans((10, 12))
    assert len(turn_transitions(own, spans((14, 15))).responses) == 1
    assert len(turn_transitions(own, spans((14.1, 15))).responses) == 0
    assert len(turn_transitions(own, spans((11, 15))).responses) == 1
    assert len(turn_transitions(own, spans((10.9, 15))).responses) == 0
    assert len(turn_transitions(own, spans((7, 8))).prompts) == 1
    assert len(turn_transitions(own, spans((7, 7.9))).prompts) == 0
    assert len(turn_transitions(own, spans((7, 11))).prompts) == 1
    assert len(turn_transitions(own, spans((7, 11.1))).prompts) == 0


def test_a_partner_heard_only_during_the_utterance_is_neither():
    inside = turn_transitions(spans((10, 14)), spans((13.5, 13.9)))
    assert len(inside) == 0


def test_gaps_are_signed():
    found = turn_transitions(spans((10, 12)), spans((8, 10.5), (12.8, 14)))
    assert found.prompt_gaps_s.tolist() == [-0.5]
    assert found.response_gaps_s.tolist() == pytest.approx([0.8])


@pytest.mark.parametrize(
    ("mode", "prompt", "response"),
    [(Mode.STRICT, 1, 2), (Mode.STRETCH, 0, 3), (Mode.STRETCH_LEFT, 0, 2), (Mode.STRETCH_RIGHT, 1, 3)],
)
def test_modes_choose_the_nearest_or_the_furthest(mode: Mode, prompt: int, response: int):
    partner = spans((7.5, 8.5), (9, 9.5), (12.5, 13), (13.5, 15))
    found = turn_transitions(spans((10, 12)), partner, TurnRule(mode=mode))
    assert pairs(found.prompts) == [(prompt, 0)]
    assert pairs(found.responses) == [(0, response)]


def test_each_of_the_partners_utterances_serves_once():
    found = turn_transitions(spans((10, 10.5), (11, 11.5)), spans((12, 13)))
    assert pairs(found.responses) == [(0, 0)]


def test_partners_who_overlap_stay_two_and_ties_go_as_in_chattr():
    """Of prompts that end together the one that began first, of responses that begin together the one that ends last,
    then the first speaker; a partner's utterance inside another's is a candidate of its own."""
    own = spans((10, 11))
    prompts = turn_transitions(own, spans((8, 9.5), (8.5, 9.5)), speaker=np.array([1, 0]))
    assert pairs(prompts.prompts) == [(0, 0)]
    responses = turn_transitions(own, spans((11.5, 12), (11.5, 13)), speaker=np.array([0, 1]))
    assert pairs(responses.responses) == [(0, 1)]
    alike = turn_transitions(own, spans((11.5, 12), (11.5, 12)), speaker=np.array([1, 0]))
    assert pairs(alike.responses) == [(0, 1)]
    inside = turn_transitions(own, spans((3, 20), (11.2, 12)), speaker=np.array([0, 1]))
    assert pairs(inside.responses) == [(0, 1)] and len(inside.prompts) == 0


def test_two_who_answer_at_once_each_take_up_one():
    both = turn_transitions(spans((0, 1), (1, 2)), spans((2, 3), (2.2, 4)), speaker=np.array([0, 1]))
    assert pairs(both.responses) == [(0, 0), (1, 1)]


def test_touching_utterances_stay_two(make_coded):
    """Two utterances of the child and one of the caregiver in turn, all touching: half of the child's are taken up."""
    child = [("cue.vocal", float(3 * i + j), float(3 * i + j + 1)) for i in range(24) for j in (0, 1)]
    caregiver = [("voice", 3.0 * i + 2, 3.0 * i + 3) for i in range(24)]
    found = measured(make_coded(child + caregiver, observed=[(0.0, 72.0)]))
    assert (found[TAKEN_UP].estimate, found[TAKEN_UP].n) == (0.5, 48)
    assert found[GAP].estimate == 1.0 and found[RATE].n == 47


def test_what_one_actor_says_at_once_is_one_utterance_and_overlap_joins_nothing(make_coded):
    child = [("cue.vocal", 10.0 * i, 10.0 * i + 1) for i in range(12)]
    twice = [("voice", 10.0 * i + 2, 10.0 * i + 3) for i in range(12)] * 2
    assert measured(make_coded(child + twice))[RATE].n == 12
    chained = [("cue.vocal", 2.0 * i, 2.0 * i + 2.5) for i in range(12)]
    answers = [("voice", 2.0 * i + 1.9, 2.0 * i + 3) for i in range(12)]
    assert measured(make_coded(chained + answers))[TAKEN_UP].n == 12


def test_shuffling_keeps_overlapping_utterances_together():
    own = spans((1, 3), (2, 4), (9, 9.5))
    moved = shuffled(own, 20.0, np.random.default_rng(1))
    pair = moved[np.flatnonzero(np.isclose(moved[:, 1] - moved[:, 0], 2.0))]
    assert pair[1, 0] - pair[0, 0] == pytest.approx(1.0)
    assert moved.min() >= 0 and moved.max() <= 20


def test_the_rule_comes_from_settings():
    rule = EpisodeRule.from_settings({"window_s": 4.0, "turns": {"gap_s": 0.5, "mode": "luqr"}})
    assert rule.turns == TurnRule(0.5, 1.0, Mode.STRETCH_LEFT)
    assert "0.5 s of silence or 1 s of overlap" in rule.describe() and "mode luqr" in rule.describe()
    merged = changed({"turns": {"gap_s": 0.5}}, {"turns": {"mode": "stretch"}})
    assert merged == {"turns": {"gap_s": 0.5, "mode": "stretch"}}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"gap": 1}, "no such key in turns"),
        ({"mode": "strech"}, "Did you mean 'stretch'"),
        ({"gap_s": "2"}, "zero or more"),
        ({"overlap_s": float("nan")}, "zero or more"),
        ("strict", "must be a table"),
    ],
)
def test_what_no_rule_can_mean_is_refused(settings: object, said: str):
    with pytest.raises(CodebookError, match=said):
        EpisodeRule.from_settings({"turns": settings})


def test_exchange_is_chained():
    own, partner = spans((0, 1), (4, 5), (30, 31)), spans((1.5, 3.5), (5.5, 6), (60, 61))
    found = turn_transitions(own, partner)
    assert pairs(found.responses) == [(0, 0), (1, 1)] and pairs(found.prompts) == [(0, 1)]
    assert interactional_sequences(own, partner, found).tolist() == [[0, 6]]


def test_negative_limits_are_refused():
    with pytest.raises(CodebookError, match="gap_s"):
        TurnRule(gap_s=-1)


def test_shuffling_keeps_utterances_and_silences():
    own = spans((1, 2), (5, 5.5), (9, 12))
    moved = shuffled(own, 20.0, np.random.default_rng(0))
    assert sorted(moved[:, 1] - moved[:, 0]) == pytest.approx([0.5, 1, 3])
    silences = np.diff(np.concatenate([[0], moved.ravel(), [20]]))[::2]
    assert sorted(silences) == pytest.approx([1, 3, 3.5, 8])
    assert (np.diff(moved.ravel()) >= 0).all()


def test_a_whole_day_is_shuffled_within_half_hours(make_coded):
    # both talk in the first of eight hours only: chance over the whole day would be nearly none
    rng = np.random.default_rng(8)
    acts = talk(rng, "cue.vocal", 3600, 8) + talk(rng, "voice", 3600, 6)
    taken = measured(make_coded(acts, observed=[(0.0, 8 * 3600.0)]))[TAKEN_UP]
    alone = measured(make_coded(acts, observed=[(0.0, 3600.0)]))[TAKEN_UP]
    assert taken.baseline == pytest.approx(alone.baseline, abs=0.03)


def talk(rng: np.random.Generator, name: str, seconds: float, silence: float) -> list[tuple[object, ...]]:
    acts, time = [], rng.exponential(silence)
    while time < seconds - 2:
        length = float(rng.uniform(0.5, 1.5))
        acts.append((name, time, time + length))
        time += length + rng.exponential(silence)
    return acts


def measured(coded) -> dict[str, Measure]:
    return {own.name: own for own in measures_of(coded, EpisodeRule(), "s", 0)}


def test_answering_caregiver_is_above_chance_and_independent_talk_is_at_chance(make_coded):
    rng = np.random.default_rng(4)
    child = talk(rng, "cue.vocal", 600, 8)
    answers = [("voice", end + 0.6, end + 1.4) for _, _, end in child]
    taken = measured(make_coded(child + answers))
    assert taken[TAKEN_UP].estimate == pytest.approx(1.0, abs=0.05)
    assert taken[TAKEN_UP].low > taken[TAKEN_UP].baseline + 0.3
    assert taken[GAP].estimate == pytest.approx(0.6)
    # 20 independent sessions: the mean difference from chance has a standard error of about .017, so beyond .07 it
    # comes less than once in 10,000 runs
    differences = []
    for _ in range(20):
        own = measured(make_coded(talk(rng, "cue.vocal", 600, 8) + talk(rng, "voice", 600, 6)))[TAKEN_UP]
        assert own.estimate is not None and own.baseline is not None
        differences.append(own.estimate - own.baseline)
    assert abs(np.mean(differences)) < 0.07


def test_measures_carry_intervals_and_definitions(make_coded):
    rng = np.random.default_rng(5)
    found = measured(make_coded(talk(rng, "cue.vocal", 600, 4) + talk(rng, "voice", 600, 4)))
    assert set(found) == set(DEFINITIONS) == {RATE, TAKEN_UP, GAP, OVERLAP}
    for own in found.values():
        assert own.low is not None and own.high is not None and own.estimate is not None
        assert own.low <= own.estimate <= own.high
        assert own.denominator and own.baseline is not None and "gap up to 2 s" in own.note


def test_uncodable_talk_is_left_out(make_coded):
    rng = np.random.default_rng(5)
    acts = talk(rng, "cue.vocal", 600, 4) + talk(rng, "voice", 600, 4)
    half = measured(make_coded(acts, masks=[("voice", 0.0, 300.0)]))
    assert half[RATE].denominator == pytest.approx(300)
    assert half[TAKEN_UP].n < measured(make_coded(acts))[TAKEN_UP].n


def test_too_little_and_not_codable(make_coded):
    assert measured(make_coded([]))[RATE].status is MeasureStatus.TOO_FEW
    assert measured(make_coded([], codable=["voice"]))[RATE].status is MeasureStatus.NOT_ASSESSABLE
    apart = [("cue.vocal", 20.0 * i, 20.0 * i + 1) for i in range(12)]
    apart += [("voice", 20.0 * i + 10, 20.0 * i + 11) for i in range(12)]
    found = measured(make_coded(apart))
    assert found[TAKEN_UP].estimate == 0.0 and found[GAP].status is MeasureStatus.TOO_FEW
