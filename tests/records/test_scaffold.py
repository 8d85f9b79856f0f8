"""A first codebook: every code in it, nothing decided, acceptable as it is and uncommented."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.errors import FormatError, InputError
from bowlby.formats.read import read_record
from bowlby.formats.scaffold import Scaffold, codebook_text, name_of, scaffold
from bowlby.formats.scaffold_table import scaffold_table
from bowlby.records.code_suggestions import suggest_codes
from bowlby.records.codebook_file import load_codebook
from bowlby.records.constructs import Construct, Role, roles_of
from bowlby.records.label_words import words_of
from bowlby.records.layout import TableLayout, TimeUnit
from bowlby.records.record import EVENT_SCHEMA, Provenance, Record, UncheckedRecord, assemble
from bowlby.records.role_words import role_suggested
from bowlby.records.synonyms import _WORDS, construct_suggested
from tests.records.fuzzing import mutated, specimens
from tests.records.test_shared_files import FILES, SHARED

DAMAGED_COPIES = 4

Write = Callable[..., Path]
TEXT = "subject,start,end,behaviour\nBaby,1,2,Cry\nBaby,3,4,lookAway\nMother,2,5,talk_to\nMother,6,7,zzz\n"


def begun(*paths: Path) -> Scaffold:
    """Return the scaffold of files."""
    return scaffold(paths, name_of(paths))


def uncommented(text: str) -> str:
    """Return a scaffold with the # of its suggestions taken off, as a user would who agrees with all."""
    return re.sub(r"(?m)^#(?=[^# ])", "", text)


def record(labels: list[tuple[str, str, str]]) -> Record:
    """Return a record with one event an (actor, channel, code)."""
    rows = [("s", actor, "", channel, code, 1.0, None, "", 1) for actor, channel, code in labels]
    return assemble(UncheckedRecord(pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row")), Provenance("", "", "", ""))


def test_a_plain_table_gets_a_layout_codes_and_suggestions(write: Write):
    path = write("visit.csv", TEXT)
    draft = begun(path)
    suggestions = {code["code"]: code["suggestion"] for code in draft.codes}
    assert suggestions == {"Cry": "cue.distress", "lookAway": "gaze.away", "talk_to": "voice", "zzz": None}
    assert [code["code"] for code in draft.unmapped] == ["zzz"]
    book = load_codebook(write("book.toml", draft.text))
    assert book.codable == frozenset()
    assert book.layout == TableLayout(TimeUnit.SECONDS, "start", "behaviour", offset="end", actor="subject")


def test_uncommented_suggestions_map_and_the_rest_stays_listed(write: Write):
    path = write("visit.csv", TEXT)
    book = load_codebook(write("book.toml", uncommented(begun(path).text)))
    coded = book.apply(read_record(path, book.layout))
    assert coded.acts.sort("onset_s").select("role", "construct").rows() == [
        ("child", "cue.distress"),
        ("caregiver", "voice"),
        ("child", "gaze.away"),
    ]
    assert [code.code for code in coded.unmapped] == ["zzz"]


def test_it_says_what_codable_means(write: Write):
    text = begun(write("visit.csv", TEXT)).text
    assert 'not listed gives "not assessable", never zero' in " ".join(text.split()).replace("# ", "")


def test_affect_valence_is_suggested_for_numbers_of_a_known_person(golden: Path):
    draft = begun(golden / "mangold.csv")
    suggestions = {(code["channel"], code["code"]): code["suggestion"] for code in draft.codes}
    assert suggestions[("Caregiver Affect", "-1")] == "affect"
    assert suggestions[("Infant Affect", "N")] is None


@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]), max_size=8)] * 3), min_size=1))
def test_any_label_gives_a_loadable_codebook(tmp_path_factory: pytest.TempPathFactory, labels: list):
    codes = suggest_codes(record(labels))
    text = codebook_text(codes, 'folder with "quotes" and\nlines', ['file with "quotes" and\nlines.csv'])
    path = tmp_path_factory.mktemp("book") / "b.toml"
    for each in (text, uncommented(text)):
        path.write_text(each, encoding="utf-8")
        load_codebook(path)
    assert {(code.actor, code.channel, code.code) for code in codes} == set(labels)


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


NEGATED = (
    "session,actor,code,onset_s,offset_s\nv,Mum,NotHoldingBaby,0,10\nv,Mum,no smile,10,20\nv,Baby,not crying,0,10\n"
)
NEGATED += "v,Baby,LookAtMom,3,4\nv,Mum,HoldBaby,10,20\n"


def test_with_or_without_an_actor_no_opposite_and_no_wrong_role_is_suggested(write: Write):
    whole = begun(write("neg.csv", NEGATED))
    found = {code["code"]: code["suggestion"] for code in whole.codes}
    assert found == {
        "NotHoldingBaby": None,
        "no smile": None,
        "not crying": None,
        "LookAtMom": "gaze.partner",
        "HoldBaby": "hold",
    }
    bare = "\n".join(",".join(line.split(",")[:1] + line.split(",")[2:]) for line in NEGATED.splitlines())
    assert {code["suggestion"] for code in begun(write("bare.csv", bare)).codes} == {None}


def test_several_files_are_counted_each(write: Write):
    one = write("one.csv", "actor,code,onset_s\nBaby,cry,1\nBaby,cry,2\n")
    two = write("two.csv", "actor,code,onset_s\nBaby,cry,1\nMum,talk,2\n")
    draft = begun(one, two)
    assert [(code["code"], code["count"], code["files"]) for code in draft.codes] == [
        ("cry", 3, {str(one): 2, str(two): 1}),
        ("talk", 1, {str(two): 1}),
    ]
    assert "# 3 events in 2 of 2 files" in draft.text and "# 1 event in 1 of 2 files" in draft.text
    assert load_codebook(write("b.toml", uncommented(draft.text))).name == one.parent.name


def test_it_is_named_for_what_it_covers(tmp_path: Path):
    (tmp_path / "study" / "a").mkdir(parents=True)
    assert name_of([tmp_path / "study"]) == "study"
    assert name_of([tmp_path / "visit1.csv"]) == "visit1"
    assert name_of([tmp_path / "study" / "a" / "1.csv", tmp_path / "study" / "2.csv"]) == "study"


def test_tables_whose_headers_state_all_need_not_have_the_same_columns(write: Write):
    one = write("one.csv", "actor,code,onset_s\nBaby,cry,1\n")
    two = write("two.csv", "who,event,start_ms\nBaby,cry,1\n")
    book = load_codebook(write("b.toml", begun(one, two).text))
    assert book.layout is None
    with pytest.raises(InputError, match="one codebook has one"):
        begun(one, write("three.csv", "who,event,start\nBaby,cry,1\n"))


def test_what_cannot_be_read_is_skipped_only_where_that_is_asked(write: Write):
    one, other = write("one.csv", "actor,code,onset_s\nBaby,cry,1\n"), write("notes.md", "prose\n")
    with pytest.raises(InputError):
        begun(one, other)
    draft = scaffold([one, other], "study", skip=True)
    assert draft.files == (str(one),)
    assert [skipped.path for skipped in draft.skipped] == [other]
    with pytest.raises(InputError, match="none of the files"):
        scaffold([other, other], "study", skip=True)


def test_a_guess_is_marked_in_its_line_and_what_is_stated_is_not(write: Write):
    stated = begun(write("a.csv", "actor,code,onset_s\nBaby,cry,1\n")).text
    assert "a guess" not in stated and "as the header states it" in stated
    unit = begun(write("b.csv", "actor,code,onset\nBaby,cry,1\n")).text
    assert [line.split(" = ")[0] for line in unit.splitlines() if "# a guess" in line] == ["unit"]
    values = begun(write("c.csv", "Baby,cry,1,2\nMum,talk,2,3\nBaby,fuss,4,5\n")).text
    assert [line.split(" = ")[0] for line in values.splitlines() if "# a guess" in line] == [
        *("unit", "onset", "offset", "code", "actor")
    ]


HEADLESS = {
    "Alex,1,2,9\nAlex,2,11,17\nAlex,5,24,30\nPaul,1,2,5\nPaul,5,12,18\nPaul,2,24,25\n": ("3", "4", "2", "1"),
    "Baby,cry,1,2\nMum,hold,2,4\nBaby,cry,5,6\nMum,talk,5.5,9\n": ("3", "4", "2", "1"),
    "v1,1.0,2.0,-1\nv1,2.5,3,0\nv1,4,5,1\nv1,6,7,0\n": ("2", "3", "4", None),
    "2.0,1.0,cry\n4,3,look\n9,5,cry\n": ("2", "1", "3", None),
    "1,1.5,cry\n2,2.5,look\n3,7,cry\n": ("2", None, "3", None),
    "b,cry,9,11\nb,look,12,13\na,cry,1,2\na,look,3,8\n": ("3", "4", "2", "1"),
}


@pytest.mark.parametrize(("text", "columns"), HEADLESS.items())
def test_columns_without_a_header_are_guessed_from_their_values(write: Write, text: str, columns: tuple):
    layout = scaffold_table(write("a.csv", text))
    assert (layout.onset, layout.offset, layout.code, layout.actor) == columns


def test_a_duration_without_a_header_is_told_from_an_offset(write: Write):
    layout = scaffold_table(write("a.csv", "cry,10,2\nfuss,20,5\ncry,30,1\nlook,50,7\n"))
    assert (layout.onset, layout.offset, layout.duration, layout.code) == ("2", None, "3", "1")


GOLDEN = sorted(path for path in (Path(__file__).parents[1] / "golden").iterdir() if path.is_file())


@pytest.mark.parametrize("path", [*GOLDEN, *(SHARED / name for name in FILES)], ids=lambda path: path.name)
def test_whatever_reads_gives_a_codebook_that_loads(tmp_path: Path, path: Path):
    try:
        read_record(path)
    except InputError:
        return
    draft = begun(path)
    for text in (draft.text, uncommented(draft.text)):
        (tmp_path / "b.toml").write_text(text, encoding="utf-8")
        load_codebook(tmp_path / "b.toml")


def test_a_damaged_file_that_still_reads_gives_a_codebook_that_loads(tmp_path: Path):
    """Of each format damaged copies, of which some read: whatever stands in them is quoted, or refused by its type."""
    rng = random.Random(11)
    (tmp_path / "own").mkdir()
    read = 0
    for specimen in specimens(tmp_path / "own"):
        for _ in range(DAMAGED_COPIES):
            path = tmp_path / f"damaged{Path(specimen.name).suffix}"
            path.write_bytes(mutated(specimen, rng))
            try:
                read_record(path)
            except InputError:
                continue
            read += 1
            text = begun(path).text
            for each in (text, uncommented(text)):
                (tmp_path / "b.toml").write_text(each, encoding="utf-8")
                load_codebook(tmp_path / "b.toml")
    assert read >= DAMAGED_COPIES
