"""Procedures among the measures of a session: there where they took place, silent elsewhere."""

from __future__ import annotations

import pytest

from bowlby.measures.procedures import measures_of
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.session import FAMILIES
from bowlby.measures.value import Measure, MeasureStatus
from bowlby.purpose import RESEARCH_ONLY
from tests.measures.strange_room import ROOM, STILL_FACE, STRATEGIES, coded, room, secure
from tests.measures.test_preschool import COURSES, END, PEOPLE


def rows(record, session: str = "s", seed: int = 0) -> dict[str, Measure]:
    return {found.name: found for found in measures_of(record, EpisodeRule(), session, seed)}


def test_an_ordinary_record_has_none_of_them(make_coded):
    ordinary = [("cue.bid", 10.0, 11.0), ("answer", 12.0, 13.0), ("stranger", 0.0, 60.0), ("ignore", 100.0, 300.0)]
    assert rows(make_coded(ordinary, observed=[(0.0, 1200.0)])) == {}
    assert rows(make_coded([])) == {}
    assert measures_of in FAMILIES


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_class_is_the_one_most_simulated_coders_name(name):
    course, expected = STRATEGIES[name]
    found = rows(coded({"s": course()}))
    shares = {own.name[-2:].strip(): own.estimate for own in found.values() if own.name.startswith("class")}
    assert set(shares) == {"A", "B", "C", "D", "CC"} and sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=shares.get) == expected and shares[expected] > 0.5
    assert f"without error {expected}" in found["class by simulated coders: A"].note


def test_every_score_warns_and_says_how_sure_it_is():
    found = rows(coded({"s": secure()}))
    for scale in ("proximity seeking", "contact maintaining", "avoidance", "resistance"):
        for episode in (5, 8):
            own = found[f"{scale}: episode {episode}"]
            assert own.low is not None and own.high is not None and 1 <= own.low <= own.estimate <= own.high <= 7
    assert all(RESEARCH_ONLY in own.note for own in found.values())
    assert found["time to settle: episode 8"].estimate == 25.0


def test_one_session_is_measured_the_same_in_any_company():
    together = coded({"first": STRATEGIES["avoidant"][0](), "s": secure(), "still": STILL_FACE})
    assert rows(together) == rows(coded({"s": secure()}))
    assert rows(together, seed=1) != rows(together)


def test_what_is_missing_is_said():
    broken = rows(coded({"s": ROOM[:2] + ROOM[3:]}))
    assert broken["avoidance: episode 8"].status is MeasureStatus.TOO_FEW
    assert "6, 7, 8" in broken["avoidance: episode 8"].note
    assert broken["class by simulated coders: CC"].estimate == 1.0
    blind = rows(coded({"s": room()}, codable=["approach", "contact.maintain", "resist", "separation", "stranger"]))
    assert blind["avoidance: episode 8"].status is MeasureStatus.NOT_ASSESSABLE
    assert blind["class by simulated coders: A"].status is MeasureStatus.NOT_ASSESSABLE


def test_a_still_face_is_shown_with_its_warning():
    found = rows(coded({"s": STILL_FACE}, observed=(0.0, 360.0)))
    assert found["still-face effect: gaze"].estimate == pytest.approx(-100 / 120)
    assert found["still-face recovery: gaze"].estimate == pytest.approx(80 / 120)
    assert RESEARCH_ONLY in found["still-face effect: gaze"].note
    assert rows(coded({"s": STILL_FACE}, observed=(0.0, 700.0))) == {}


@pytest.mark.parametrize("name", COURSES)
def test_the_preschool_class_is_the_one_most_simulated_coders_name(name):
    found = rows(coded({"s": [*PEOPLE, *COURSES[name]]}, observed=END))
    shares = {own.name.partition(": ")[2]: own.estimate for own in found.values() if "class by" in own.name}
    assert sum(shares.values()) == pytest.approx(1) and max(shares, key=shares.get) == name
    assert f"without error {name}" in found["preschool class by simulated coders: secure"].note
    assert ("taking charge, punitive share" in found) == (name == "controlling")
    assert found["taking charge"].estimate == pytest.approx(1.0) or name == "controlling"
    assert all(RESEARCH_ONLY in own.note for own in found.values())


def test_a_preschool_session_is_one_only_without_a_stranger_with_two_separations_and_control_coded():
    acts = [*PEOPLE, *COURSES["secure"]]
    assert "taking charge" in rows(coded({"s": acts}, observed=END))
    assert "taking charge" not in rows(coded({"s": acts[1:]}, observed=END))
    assert rows(coded({"s": acts}, observed=(0.0, 3600.0))) == {}
    assert "taking charge" not in rows(coded({"s": [*acts, ("stranger", 10.0, 60.0)]}, observed=END))
    codable = ["approach", "contact.maintain", "avoid", "resist", "separation", "hold"]
    assert rows(coded({"s": acts}, observed=END, codable=codable)) == {}
