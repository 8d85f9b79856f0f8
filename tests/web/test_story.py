"""The story: ten steps that say the numbers of the lessons, each with claims and their two marks."""

from __future__ import annotations

import re

from bowlby.evidence.comparison.result import load_result
from bowlby.web.lessons.cares import CARES
from bowlby.web.lessons.result import lessons
from bowlby.web.story import middle, story
from tests.web.conftest import TestClient


def test_ten_steps_each_with_a_picture_an_equation_how_sure_and_marks():
    steps = story()
    assert [step.number for step in steps] == list(range(1, 11))
    for step in steps:
        assert step.picture.count("<svg") >= 1 and 'role="img"' in step.picture
        assert step.equation and step.sure.endswith(".") and 2 <= len(step.marks) <= 6


def test_marks_are_the_register_s():
    rows = {row["id"]: row for row in load_result()["claims"]}
    for step in story():
        for mark in step.marks:
            assert (mark.evidence, mark.model) == (rows[mark.id]["evidence"], rows[mark.id]["model_mark"])


def test_sentences_say_the_numbers_of_the_lessons():
    said = {step.number: " ".join(step.says) for step in story()}
    came = lessons()["cry"]["answered"]
    assert f"{came['minutes']:.1f} minutes" in said[1] and f"{came['relief_before']:.3f}" in said[2]
    assert f"{middle('comfort_expectation', 'neglect', 1095):.2f} of the comfort" in said[5]
    assert f"{middle('threat_expectation', 'trauma', 1095):.2f} of 1" in said[6]
    assert f"{lessons()['school']['new']['neglect']['stranger']['comfort']['mean']:.2f}" in said[8]


def test_what_the_story_says_of_order_holds_in_its_numbers():
    at = {key: {name: middle(name, key, 1095) for name in lessons()["months"]["cares"][key]} for key in CARES}
    assert (
        at["neglect"]["comfort_expectation"]
        < at["inconsistent"]["comfort_expectation"]
        < at["secure"]["comfort_expectation"]
    )
    assert at["trauma"]["threat_expectation"] > at["neglect"]["threat_expectation"] + 0.1
    assert at["neglect"]["minimising"] > at["secure"]["minimising"]
    assert at["inconsistent"]["intensifying"] < at["secure"]["intensifying"], "what the story says against the texts"
    assert at["trauma"]["intensifying"] < at["secure"]["intensifying"]
    assert at["trauma"]["freezing"] > at["secure"]["freezing"]


def test_no_letter_of_a_picture_is_smaller_than_nine_points():
    sizes = [int(size) for step in story() for size in re.findall(r'font-size="(\d+)"', step.picture)]
    assert min(sizes) >= 12


def test_the_story_as_json_holds_its_numbers(client: TestClient):
    told = client.get("/api/story").json()
    assert len(told["steps"]) == 10 and told["cry"] == lessons()["cry"]
    assert all(claim["evidence"] and claim["model"] for step in told["steps"] for claim in step["claims"])
