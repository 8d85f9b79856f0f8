"""The preschool classes on courses written by hand."""

from __future__ import annotations

import pytest

from bowlby.measures.preschool import CLASSES, FOUR_WAY, PreschoolThresholds, classify, scales, shares
from tests.measures.strange_room import coded, crying

PEOPLE = (("separation", 180.0, 360.0), ("separation", 540.0, 840.0))
"""First reunion from 360 to 540 s, second from 840 to 1020."""
R5, R8 = 360.0, 840.0
END = (0.0, 1020.0)

Act = tuple[object, ...]


def glad() -> list[Act]:
    acts: list[Act] = []
    for at in (R5, R8):
        acts += [("approach", at + 2, at + 6, "caregiver"), ("contact.maintain", at + 7, at + 40, "caregiver")]
        acts += [("explore", at + 45, at + 170)]
    return acts


def away() -> list[Act]:
    return [("avoid", at + 1, at + 70, "caregiver") for at in (R5, R8)]


def angry() -> list[Act]:
    pushes = [("resist", at + start, at + start + 14, "caregiver") for at in (R5, R8) for start in (5, 40, 90)]
    return [*glad(), *pushes, *crying((R5, R5 + 60), (R8, R8 + 90))]


def in_charge(kind: str) -> list[Act]:
    return [*glad(), *(("control", at + 10, at + 40, "caregiver", f"kind={kind}") for at in (R5, R8))]


def torn() -> list[Act]:
    themes = [("disorganized", at + 2, at + 24, "caregiver", "theme=5;strength=2") for at in (R5, R8)]
    return [*glad(), *themes]


def unmoved() -> list[Act]:
    return [("cue.bid", at + 20, at + 21, "caregiver") for at in (R5, R8)] + [("explore", 5, 1000)]


COURSES = {
    "secure": glad(),
    "avoidant": away(),
    "dependent": angry(),
    "controlling": in_charge("punitive"),
    "insecure-other": torn(),
}


@pytest.mark.parametrize("name", COURSES)
def test_each_course_has_its_class(name: str):
    found = classify(scales(coded({"s": [*PEOPLE, *COURSES[name]]}, observed=END)))
    assert found["class"].to_list() == [name]
    assert found["four_way"].to_list() == [FOUR_WAY[name]]


def test_a_child_that_only_calls_as_it_calls_to_anyone_is_not_secure():
    found = classify(scales(coded({"s": [*PEOPLE, *unmoved()]}, observed=END)))
    assert found["class"].to_list() == ["insecure-other"]


def test_taking_charge_says_which_way():
    sessions = {kind: [*PEOPLE, *in_charge(kind)] for kind in ("punitive", "caregiving")}
    found = scales(coded({**sessions, "none": [*PEOPLE, *glad()]}, observed=END))
    assert found["punitive"].to_list() == [1.0, 0.0, None]
    assert found["control"][0] == found["control"][1] > 4
    assert found["control"][2] == 1.0


def test_what_was_not_codable_has_no_class():
    without = ["cue.bid", "approach", "contact.maintain", "resist", "hold"]
    found = scales(coded({"s": [*PEOPLE, *glad()]}, observed=END, codable=without))
    assert found["control"].to_list() == [None]
    assert classify(found)["class"].to_list() == [None]
    assert shares(classify(found))["secure"] == {"estimate": None, "low": None, "high": None, "n": 0}


def test_a_missing_reunion_gives_no_class():
    found = classify(scales(coded({"s": [*PEOPLE[:1], *glad()]}, observed=(0.0, 500.0))))
    assert found["class"].to_list() == [None]


def test_shares_add_up_and_thresholds_matter():
    record = coded({name: [*PEOPLE, *acts] for name, acts in COURSES.items()}, observed=END)
    found = shares(classify(scales(record)))
    assert list(found) == list(CLASSES)
    assert sum(row["estimate"] or 0 for row in found.values()) == pytest.approx(1.0)
    lenient = shares(classify(scales(record), PreschoolThresholds(controlling=8)))
    assert lenient["controlling"]["n"] == 0
    assert "taking charge 8 or more" in PreschoolThresholds(controlling=8).describe()
