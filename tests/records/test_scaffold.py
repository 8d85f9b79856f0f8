"""A first codebook: every code in it, nothing decided, acceptable as it is and uncommented."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.errors import FormatError
from bowlby.records.codebook_file import load_codebook
from bowlby.records.constructs import Construct, Role, roles_of
from bowlby.records.label_words import words_of
from bowlby.records.layout import TableLayout, TimeUnit
from bowlby.records.persons import role_suggested
from bowlby.records.read import read_record
from bowlby.records.record import EVENT_SCHEMA, Provenance, Reading, Record, assemble
from bowlby.records.scaffold import scaffold, scaffold_record
from bowlby.records.scaffold_table import scaffold_table
from bowlby.records.synonyms import _WORDS, construct_suggested

Write = Callable[..., Path]
TEXT = "subject,start,end,behaviour\nBaby,1,2,Cry\nBaby,3,4,lookAway\nMother,2,5,talk_to\nMother,6,7,zzz\n"


def uncommented(text: str) -> str:
    """Return a scaffold with the # of its suggestions taken off, as a user would who agrees with all."""
    return re.sub(r"(?m)^#(?=[^# ])", "", text)


def record(labels: list[tuple[str, str, str]]) -> Record:
    """Return a record with one event an (actor, channel, code)."""
    rows = [("s", actor, "", channel, code, 1.0, None, "", 1) for actor, channel, code in labels]
    return assemble(Reading(pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row")), Provenance("", "", "", ""))


def test_a_plain_table_gets_a_layout_codes_and_suggestions(write: Write):
    path = write("visit.csv", TEXT)
    draft = scaffold(path)
    suggestions = {code["code"]: code["suggestion"] for code in draft.codes}
    assert suggestions == {"Cry": "cue.distress", "lookAway": "gaze.away", "talk_to": "voice", "zzz": None}
    assert [code["code"] for code in draft.unmapped] == ["zzz"]
    book = load_codebook(write("book.toml", draft.text))
    assert book.codable == frozenset()
    assert book.layout == TableLayout(TimeUnit.SECONDS, "start", "behaviour", offset="end", actor="subject")


def test_uncommented_suggestions_map_and_the_rest_stays_listed(write: Write):
    path = write("visit.csv", TEXT)
    book = load_codebook(write("book.toml", uncommented(scaffold(path).text)))
    coded = book.apply(read_record(path, book.layout))
    assert coded.acts.sort("onset_s").select("role", "construct").rows() == [
        ("child", "cue.distress"),
        ("caregiver", "voice"),
        ("child", "gaze.away"),
    ]
    assert [code.code for code in coded.unmapped] == ["zzz"]


def test_it_says_what_codable_means(write: Write):
    text = scaffold(write("visit.csv", TEXT)).text
    assert 'not listed gives "not assessable", never zero' in " ".join(text.split()).replace("# ", "")


def test_affect_valence_is_suggested_for_numbers_of_a_known_person(golden: Path):
    draft = scaffold(golden / "mangold.csv")
    suggestions = {(code["channel"], code["code"]): code["suggestion"] for code in draft.codes}
    assert suggestions[("Caregiver Affect", "-1")] == "affect"
    assert suggestions[("Infant Affect", "N")] is None


@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]), max_size=8)] * 3), min_size=1))
def test_any_label_gives_a_loadable_codebook(tmp_path_factory: pytest.TempPathFactory, labels: list):
    draft = scaffold_record(record(labels), 'file with "quotes" and\nlines.csv')
    path = tmp_path_factory.mktemp("book") / "b.toml"
    for text in (draft.text, uncommented(draft.text)):
        path.write_text(text, encoding="utf-8")
        load_codebook(path)
    assert {(code["actor"], code["channel"], code["code"]) for code in draft.codes} == set(labels)


def test_every_synonym_is_an_act_of_its_role():
    assert all(role in roles_of(construct) for role, words in _WORDS.items() for construct in words)


@pytest.mark.parametrize(
    ("code", "role", "meaning"),
    [
        ("crying", None, (Role.CHILD, Construct.CUE_DISTRESS)),
        ("fuss_2", Role.CHILD, (Role.CHILD, Construct.CUE_DISTRESS)),
        ("smile", Role.CAREGIVER, (Role.CAREGIVER, Construct.SMILE)),
        ("smile", Role.CHILD, (Role.CHILD, Construct.CUE_POSITIVE)),
        ("smile", None, None),
        ("whimpering", Role.CHILD, (Role.CHILD, Construct.CUE_DISTRESS)),
        ("stranger enters", Role.CHILD, (Role.CONTEXT, Construct.STRANGER)),
        ("qqq", Role.CHILD, None),
        ("", None, None),
    ],
)
def test_suggestions(code: str, role: Role | None, meaning: tuple[Role, Construct] | None):
    assert construct_suggested(code, role) == meaning


@pytest.mark.parametrize(("role", "construct"), [(role, one) for role, known in _WORDS.items() for one in known])
def test_a_construct_by_its_own_name_is_that_construct(role: Role, construct: Construct):
    assert construct_suggested(f" {construct} ", role) == (role, construct)


def test_roles_come_from_actor_then_channel():
    assert role_suggested("Mother", "Infant Affect") == Role.CAREGIVER
    assert role_suggested("", "Infant Affect") == Role.CHILD
    assert role_suggested("", "mother infant") is None
    assert role_suggested("", "LookAtMom") is role_suggested("", "gaze_mother") is None
    assert words_of("lookAway_2 HELD") == ["look", "away", "2", "held"]


PROPOSALS = {
    "segment_onset,segment_offset,speaker_type\n10,99,CHI\n100000,100500,FEM\n": (
        "segment_onset",
        TimeUnit.MILLISECONDS,
    ),
    "startsec,endsec,segtype\n0.0,1.5,SIL\n": ("startsec", TimeUnit.SECONDS),
    "Start (ms),code\n10,a\n": ("Start (ms)", TimeUnit.MILLISECONDS),
    "onset_frames,code\n10,a\n": ("onset_frames", TimeUnit.FRAMES),
    "time,event\n00:01:00,a\n": ("time", TimeUnit.CLOCK),
    "1.5,2.5,a\n3,4,b\n": ("1", TimeUnit.SECONDS),
}


@pytest.mark.parametrize(("text", "proposal"), PROPOSALS.items())
def test_columns_and_units_are_proposed(write: Write, text: str, proposal: tuple[str, TimeUnit]):
    path = write("a.csv", text)
    layout = scaffold_table(path)
    assert (layout.onset, layout.unit) == proposal
    assert not read_record(path, layout).events.is_empty()


@pytest.mark.parametrize("text", ["a,b\nx,y\n", "onset,b\n1,y\n", "prose without any table\n"])
def test_a_table_nobody_can_guess_is_refused(write: Write, text: str):
    with pytest.raises(FormatError, match="looks like the"):
        scaffold_table(write("a.csv", text))
