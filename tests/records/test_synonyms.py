"""Suggestions never say the opposite of a code, nor give an act to the wrong person; and are not shy beyond that."""

from __future__ import annotations

import pytest

from bowlby.records.constructs import Construct, Role
from bowlby.records.label_words import stem, words_of
from bowlby.records.negation import is_negated
from bowlby.records.synonyms import meaning_suggested, valence_of
from tests.records.suggested import CLEAR, NEGATED, PERSON_NAMING


def suggested(actor: str, code: str) -> tuple[Role, Construct] | None:
    """Return what is suggested for a code of an actor, in a file without channels."""
    return meaning_suggested(actor, "", code)


@pytest.mark.parametrize("code", NEGATED)
@pytest.mark.parametrize("actor", ["Mum", "Baby", ""])
def test_a_code_that_negates_gets_no_suggestion(actor: str, code: str):
    assert suggested(actor, code) is None


def test_negated_codes_would_be_suggested_without_what_negates_them():
    """The list is no list of words that nobody knows: each holds one that means something."""
    silent = [
        code
        for code in NEGATED
        if not any(suggested(actor, word) for actor in ("Mum", "Baby") for word in _parts(code))
    ]
    assert silent == []


def _parts(code: str) -> list[str]:
    words = words_of(code)
    shorn = [word.removeprefix(part) for word in words for part in ("un", "non", "in", "no", "not", "dis")]
    return [*words, *shorn, *(word.removesuffix("less") for word in words)]


@pytest.mark.parametrize(("actor", "code", "meaning"), PERSON_NAMING)
def test_a_person_in_a_code_is_not_therefore_who_acts(actor: str, code: str, meaning: tuple[Role, Construct] | None):
    assert suggested(actor, code) == meaning


@pytest.mark.parametrize(("actor", "code", "construct"), CLEAR)
def test_what_is_clear_is_still_suggested(actor: str, code: str, construct: Construct):
    found = suggested(actor, code)
    assert found is not None and found[1] == construct


@pytest.mark.parametrize(
    "code", ["nose touch", "notice", "note", "unwrap gift", "Nonna", "noise", "friend", "weekend", "display"]
)
def test_words_that_only_begin_like_a_negation_negate_nothing(code: str):
    assert not is_negated(code, lambda word: word in ("touch", "play", "look", "gift"))


def test_valences_of_our_own_codes():
    assert [valence_of(code) for code in ("affect +1", "Affect -2", "affect 0", "affect", "affect x")] == [
        1,
        -2,
        0,
        None,
        None,
    ]


def test_one_stem_for_the_forms_of_a_word():
    assert {stem(word) for word in ("whimper", "whimpers", "whimpering", "whimpered")} == {"whimper"}
    assert stem("hitting") == stem("hit") and stem("carries") == stem("carry") != stem("car")
