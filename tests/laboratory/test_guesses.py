"""Child, visit and coder from names of files."""

from __future__ import annotations

import pytest

from bowlby.laboratory.guesses import guesses_of


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (
            ["c01_v1", "c01_v2", "c02_v1"],
            [
                {"child": "c01", "visit": "1"},
                {"child": "c01", "visit": "2"},
                {"child": "c02", "visit": "1"},
            ],
        ),
        (
            ["child_07-visit_2-coder_anna", "child_07-visit_2-coder_ben"],
            [
                {"child": "07", "visit": "2", "coder": "anna"},
                {"child": "07", "visit": "2", "coder": "ben"},
            ],
        ),
        (
            ["study 014 1 AB", "study 014 1 CD", "study 015 1 AB"],
            [
                {"child": "014", "visit": "1", "coder": "AB"},
                {"child": "014", "visit": "1", "coder": "CD"},
                {"child": "015", "visit": "1", "coder": "AB"},
            ],
        ),
        (
            ["c01_v1", "c01_v1_b", "c02_v1"],
            [
                {"child": "c01", "visit": "1", "coder": "main"},
                {"child": "c01", "visit": "1", "coder": "b"},
                {"child": "c02", "visit": "1"},
            ],
        ),
        (
            ["P3_12mo", "P4_24mo"],
            [{"child": "P3", "age_months": "12"}, {"child": "P4", "age_months": "24"}],
        ),
        (["3367goodman", "3414goodman"], [{"child": "3367goodman"}, {"child": "3414goodman"}]),
        (["datavyur_dyad1", "datavyur_dyad3"], [{"child": "dyad1"}, {"child": "dyad3"}]),
        (["play"], [{}]),
    ],
)
def test_names_are_taken_at_their_word_and_compared(names: list[str], known: list[dict[str, str]]):
    assert [one.known for one in guesses_of(names)] == known


def test_every_guess_says_what_it_was_made_from():
    for one in guesses_of(["c01_v1_a", "c01_v1_b", "x 02 1"]):
        assert set(one.sources) == set(one.known)
