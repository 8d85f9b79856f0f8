"""Templates: what they suggest, what they leave alone, and that each gives a codebook that loads."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import InputError
from bowlby.formats.manifest import RATINGS
from bowlby.formats.scaffold import Scaffold, scaffold
from bowlby.formats.templates import TEMPLATES, template_of
from bowlby.records.code_suggestions import CodeSuggestion
from bowlby.records.codebook_file import load_codebook
from bowlby.records.constructs import roles_of
from tests.records.suggested import NEGATED

Write = Callable[..., Path]
ROOT = Path(__file__).parents[2]


def begun(template: str, *paths: Path) -> Scaffold:
    """Return the scaffold of files for a kind of scheme."""
    return scaffold(paths, "study", template=template)


def uncommented(text: str) -> str:
    """Return a scaffold with its suggestions taken."""
    return re.sub(r"(?m)^#(?=[^# ])", "", text)


def meanings(draft: Scaffold) -> dict[object, object]:
    """Return what is suggested for each code."""
    return {code["code"]: code["suggestion"] for code in draft.codes}


ROWS = "actor,code,onset_s\nBaby,crawls to mum,1\nBaby,mouthing,2\nMum,still face,3\nMum,waits,4\nRoom,mother out,5\n"


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_gives_a_codebook_that_loads_as_it_is_and_with_all_suggestions_taken(write: Write, name: str):
    draft = begun(name, write("v.csv", ROWS))
    for text in (draft.text, uncommented(draft.text)):
        load_codebook(write("b.toml", text))
    assert all(f"# {note}" in draft.text for note in TEMPLATES[name].notes)


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_code_means_what_its_role_can_do(name: str):
    for code in TEMPLATES[name].codes:
        assert all(code.role in roles_of(construct) for construct in code.means)


def test_a_template_knows_more_of_its_scheme_than_words_alone(write: Write):
    path = write("v.csv", ROWS)
    free, face, strange = (meanings(begun(name, path)) for name in ("free-play", "still-face", "strange-situation"))
    assert (free["crawls to mum"], free["mouthing"], free["waits"]) == ("approach", "explore", "support.autonomy")
    assert face["still face"] == "ignore" and face["mouthing"] is None
    assert strange["mother out"] == "separation"


@pytest.mark.parametrize("name", [name for name in TEMPLATES if not TEMPLATES[name].whole_tiers])
@pytest.mark.parametrize("actor", ["Mum", "Baby", ""])
def test_no_template_says_the_opposite_either(name: str, actor: str):
    codes = [CodeSuggestion(actor, "", code, {"f": 1}) for code in NEGATED if code != "unresponsive talk"]
    assert [one.code for one in TEMPLATES[name].suggest(codes) if one.construct is not None] == []


def test_an_act_whose_actor_is_not_known_gets_nothing_from_a_template():
    for actor in ("", "No focal subject", "Sister"):
        (found,) = TEMPLATES["free-play"].suggest([CodeSuggestion(actor, "", "hold", {"f": 1})])
        assert found.construct is None


def test_codes_that_were_not_found_are_listed_and_not_declared(write: Write):
    text = begun("still-face", write("v.csv", "actor,code,onset_s\nBaby,cry,1\n")).text
    assert '##means = ["ignore"]' in text and "# not found in the files" in text
    declared = re.findall(r"(?m)^#(child|caregiver) = (.*)$", text)
    assert declared == [("child", '["cue.distress"]')]


def test_tiers_of_speech_are_taken_whole_and_what_was_said_is_not_listed(write: Write):
    tiers = (
        "actor,channel,code,onset_s,offset_s\nBaby,s,mama Anna,1,2\nMum,s,hello dear,2,3\nMum,s,oh,4,5\nX,s,hm,5,6\n"
    )
    path = write("v.csv", tiers)
    draft = begun("transcribed-speech", path)
    assert [(code["actor"], code["code"], code["count"], code["suggestion"]) for code in draft.codes] == [
        ("Baby", "*", 1, "cue.vocal"),
        ("Mum", "*", 2, "voice"),
        ("X", "*", 1, None),
    ]
    assert "Anna" not in draft.text and "hello" not in draft.text
    book = load_codebook(write("b.toml", uncommented(draft.text)))
    assert {entry.codes for entry in book.entries} == {("*",)}


def test_the_entries_for_lena_are_those_of_the_example(write: Write, golden: Path):
    draft = begun("lena-its", golden / "play.its")
    example = load_codebook(ROOT / "examples" / "codebooks" / "lena-its.toml")
    book = load_codebook(write("b.toml", uncommented(draft.text)))
    assert book.codable == example.codable
    assert [(entry.codes, entry.means, entry.modifiers) for entry in book.entries] == [
        (entry.codes, entry.means, entry.modifiers) for entry in example.entries
    ]
    assert {code["suggestion"] for code in draft.codes} == {"template lena-its"} and not draft.unmapped


def test_columns_of_ratings_are_those_of_the_manifest():
    noted = "\n".join(TEMPLATES["ratings"].notes + TEMPLATES["strange-situation"].notes)
    assert [name for name in RATINGS if f"  {name}: " not in noted] == []


def test_an_unknown_template_is_refused_with_the_nearest():
    with pytest.raises(InputError) as caught:
        template_of("still-fase")
    assert "still-face" in str(caught.value.remedy)


@pytest.mark.parametrize(("actor", "code"), [("Mum", "hold toy"), ("Baby", "sad face"), ("Baby", "touched by mum")])
def test_a_pattern_of_one_word_is_not_taken_for_several(actor: str, code: str):
    for template in (TEMPLATES["still-face"], TEMPLATES["free-play"]):
        (found,) = template.suggest([CodeSuggestion(actor, "", code, {"f": 1})])
        assert found.construct is None
