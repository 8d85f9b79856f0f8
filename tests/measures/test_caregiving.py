"""The six behaviours, the frightening tiers, and what not having seen them means."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.measures.caregiving import covered_share, measures_of
from bowlby.measures.density import measures_of as density_of
from bowlby.measures.episodes import EpisodeRule
from bowlby.measures.fright import rare_event_note
from bowlby.measures.value import MeasureStatus
from bowlby.records.constructs import FRIGHT_TIERS


def named(coded, rule=None):
    return {m.name: m for m in measures_of(coded, rule or EpisodeRule(), "s", 0)}


def test_all_six_are_there_and_not_assessable_where_nothing_was_codable(make_coded):
    found = named(make_coded([], codable=["child:affect"]))
    starts = {name.partition(": ")[0] for name in found}
    assert starts == {
        "no response",
        "late response",
        "scaring acts",
        "no holding or cuddling",
        "no play, talk or smiles",
        "own interests imposed",
    }
    assert all(m.status == MeasureStatus.NOT_ASSESSABLE and m.estimate is None and m.note for m in found.values())


def test_no_response_and_late_response(make_coded):
    acts = [("cue.distress", 60.0 * k, None) for k in range(10)]
    acts += [("answer", 60.0 * k + (2 if k < 4 else 12), None) for k in range(7)]
    found = named(make_coded(acts))
    none, late = found["no response: distress"], found["late response: distress"]
    assert none.estimate == pytest.approx(0.3)
    assert none.low is not None and none.high is not None and none.low < 0.3 < none.high
    assert (late.estimate, late.n) == (pytest.approx(3 / 7), 7)
    assert found["no response: other cues"].status == MeasureStatus.TOO_FEW


def test_no_response_baseline_is_the_share_of_moments_without_an_answer_ahead(make_coded):
    acts = [("cue.bid", 60.0 * k, None) for k in range(10)] + [("answer", 100.0, None), ("answer", 300.0, None)]
    assert named(make_coded(acts))["no response: other cues"].baseline == pytest.approx(1 - 20 / 600)


def test_its_baseline_is_that_of_the_stretch_in_which_the_cues_fell(make_coded):
    # All is silent but the first half hour of eight: the day's share of moments near an answer would be an eighth.
    acts = [("cue.bid", 90.0 * k + 40, None) for k in range(18)] + [("answer", 60.0 * k, None) for k in range(30)]
    coded = make_coded(acts, observed=[(0, 4 * 3600)])
    assert named(coded)["no response: other cues"].baseline == pytest.approx(1 - 30 * 10 / 1800, abs=0.01)


def test_covered_share_equals_the_mean_over_many_shifts():
    onset = np.sort(np.random.default_rng(0).uniform(0, 100, 12))
    shifted = (np.linspace(0, 100, 20_001)[:-1, None] - onset) % 100
    found = covered_share(onset, 7.0, 100.0)
    assert found == pytest.approx((((-shifted) % 100) < 7).any(axis=1).mean(), abs=2e-3)


def test_late_is_not_assessable_where_the_window_ends_first(make_coded):
    found = named(make_coded([("cue.bid", 1, None)]), EpisodeRule(window_s=5, prompt_s=5))
    assert found["late response: other cues"].status == MeasureStatus.NOT_ASSESSABLE


def test_rare_events_in_the_words_of_the_design_and_the_figures_of_the_record():
    assert rare_event_note(1200) == ("Zero frightening acts in 20 minutes is compatible with up to 9 an hour (95 %).")
    assert "5.34 minutes" in rare_event_note(320.4)
    assert "up to 34 an hour" in rare_event_note(320.4)
    assert "16 hours" in rare_event_note(57600)


def test_unseen_frightening_acts_carry_the_rare_event_sentence(make_coded):
    coded = make_coded([("hold", 0, 5)], observed=[(0, 1200)])
    found = named(coded) | {m.name: m for m in density_of(coded, EpisodeRule(), "s", 0)}
    for name in (*(f"scaring acts: {tier}" for tier in FRIGHT_TIERS), "threat density"):
        assert found[name].estimate == 0
        assert found[name].high == pytest.approx(8.99, abs=0.01)
        assert "up to 9 an hour (95 %)" in found[name].note


def test_startling_alone_never_raises_threat(make_coded):
    startled = make_coded([("fright.startle", 10.0 * k, None) for k in range(9)])
    (threat,) = [m for m in density_of(startled, EpisodeRule(), "s", 0) if m.name == "threat density"]
    assert threat.estimate == 0
    assert named(startled)["scaring acts: fright.startle"].n == 9
    acts = [("fright.harsh", 10, None), ("fright.abusive", 20, None), ("fright.frightening", 30, None)]
    (threat,) = [m for m in density_of(make_coded(acts), EpisodeRule(), "s", 0) if m.name == "threat density"]
    assert (threat.n, threat.estimate) == (3, 18)


def test_threat_density_names_the_tiers_it_could_not_see(make_coded):
    coded = make_coded([("fright.harsh", 10, None)], codable=["fright.harsh"])
    (threat,) = [m for m in density_of(coded, EpisodeRule(), "s", 0) if m.name == "threat density"]
    assert threat.n == 1
    assert "fright.frightening, fright.abusive" in threat.note


def test_time_without_holding_and_without_engagement(make_coded):
    acts = [("hold", 0, 100), ("touch", 90, 120), ("play", 200, 260), ("voice", 250, 270), ("smile", 400, None)]
    found = named(make_coded(acts))
    assert found["no holding or cuddling"].estimate == pytest.approx(1 - 120 / 600)
    assert found["no play, talk or smiles"].estimate == pytest.approx(1 - 71 / 600)
    low, high = found["no holding or cuddling"].low, found["no holding or cuddling"].high
    assert low is not None and high is not None and 0 < low < 0.8 < high < 1
    partly = named(make_coded([("voice", 0, 60)], codable=["voice"]))["no play, talk or smiles"]
    assert partly.estimate == pytest.approx(0.9)
    assert "not codable: play, smile" in partly.note


def test_imposing_per_hour_and_per_cue(make_coded):
    acts = [("cue.bid", 50.0 * k, None) for k in range(10)] + [
        ("intrude", 50.0 * k + 2, 50.0 * k + 4) for k in range(3)
    ]
    found = named(make_coded(acts))
    assert found["own interests imposed"].estimate == pytest.approx(18)
    assert found["own interests imposed: share of cues"].estimate == pytest.approx(0.3)
