"""The episode rule reads a codebook's settings and refuses what it cannot mean."""

from __future__ import annotations

import pytest

from bowlby.errors import CodebookError
from bowlby.measures.rule import ANSWERS_WITHOUT_A_CODE, EpisodeRule
from bowlby.records.constructs import Construct


def test_settings_override_only_what_they_name():
    rule = EpisodeRule.from_settings({"window_s": 3, "answers": ["voice", "touch"], "cues": "cue.vocal"})
    assert rule == EpisodeRule(window_s=3, answers=(Construct.VOICE, Construct.TOUCH), cues=(Construct.CUE_VOCAL,))


@pytest.mark.parametrize(
    ("settings", "column", "hint"),
    [
        ({"windows_s": 3}, "episodes.windows_s", "'window_s'"),
        ({"answers": ["voise"]}, "episodes.answers", "'voice'"),
        ({"answers": ["fright.harsh"]}, "episodes.answers", "Possible"),
        ({"answers": ["intrude"]}, "episodes.answers", "Possible"),
        ({"cues": ["hold"]}, "episodes.cues", "cue.distress"),
        ({"cues": []}, "episodes.cues", ""),
        ({"cues": 3}, "episodes.cues", "Write cues"),
        ({"window_s": 0}, "episodes.window_s", "more than zero"),
        ({"window_s": True}, "episodes.window_s", "more than zero"),
        ({"window_s": "5"}, "episodes.window_s", "more than zero"),
        ({"distress_window_s": float("nan")}, "episodes.distress_window_s", "more than zero"),
        ({"merge_s": -1}, "episodes.merge_s", "zero or more"),
    ],
)
def test_mistakes_are_named_with_a_remedy(settings: dict[str, object], column: str, hint: str):
    with pytest.raises(CodebookError) as caught:
        EpisodeRule.from_settings(settings)
    assert caught.value.column == column
    assert hint in caught.value.remedy


def test_coded_answers_outrank_acts_that_could_be_answers(make_coded):
    both = make_coded([], codable=["cue.bid", "answer", "voice", "intrude"])
    acts = make_coded([], codable=["cue.bid", "voice", "play", "intrude"])
    assert EpisodeRule().answers_in(both) == (Construct.ANSWER,)
    assert EpisodeRule().answers_in(acts) == (Construct.VOICE, Construct.PLAY)
    assert EpisodeRule(answers=(Construct.HOLD, Construct.VOICE)).answers_in(acts) == (Construct.VOICE,)
    assert set(EpisodeRule().answers_in(make_coded([]))) == {Construct.ANSWER}
    assert Construct.ANSWER not in ANSWERS_WITHOUT_A_CODE


def test_description_names_every_choice():
    text = EpisodeRule(window_s=7.5, distress_window_s=45, prompt_s=4, merge_s=0.25).describe()
    for part in ("7.5 s", "45 s", "4 s", "0.25 s", "cue.distress", "from its end", "frightening"):
        assert part in text
    assert "voice or hold" in EpisodeRule(answers=(Construct.VOICE, Construct.HOLD)).describe()
