"""Codebooks: what they map, what they hide, and how they name mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bowlby.errors import CodebookError
from bowlby.records.codebook_file import load_codebook
from bowlby.records.constructs import Construct, Role
from bowlby.records.layout import TimeUnit
from bowlby.records.quality import ProblemKind
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, Record, UncheckedRecord, assemble

Write = Callable[[str, str], Path]
BOOK = """
[codebook]
name = "play"
child = ["Baby"]
caregiver = ["Mum"]
[codable]
child = ["cue.distress", "affect"]
caregiver = ["answer", "hold"]
[[code]]
code = "cry"
means = ["cue.distress"]
[[code]]
code = "up"
channel = "affect"
actor = "Baby"
means = ["affect"]
value = 1
[[code]]
codes = ["pick up", "rock"]
means = ["answer", "hold"]
[[code]]
code = "hidden"
means = ["uncodable"]
blocks = ["child:cue.distress"]
[[ignore]]
code = "door"
reason = "not an act"
"""
ROWS = [
    ("s", "Baby", "", "", "cry", 1.0, 2.0),
    ("s", "Mum", "", "", "rock", 2.5, 4.0),
    ("s", "Baby", "", "affect", "up", 5.0, None),
    ("s", "Baby", "", "other", "up", 6.0, None),
    ("s", "", "", "", "door", 7.0, None),
    ("s", "", "", "", "hidden", 8.0, 10.0),
]


def record() -> Record:
    """Return one session of 20 s in which the caregiver cannot be seen for the last 5."""
    table = [(*row, "", number) for number, row in enumerate(ROWS, start=1)]
    spans = [
        ("s", "observed", None, None, 0.0, 20.0, "", "stated"),
        ("s", "uncodable", "Mum", None, 15.0, 20.0, "out of view", None),
    ]
    reading = UncheckedRecord(
        pl.DataFrame(table, schema=EVENT_SCHEMA, orient="row"), pl.DataFrame(spans, schema=WINDOW_SCHEMA, orient="row")
    )
    return assemble(reading, Provenance("made", "", "test", "0"))


def test_codes_become_acts_and_the_rest_is_listed(write: Write):
    coded = load_codebook(write("b.toml", BOOK)).apply(record())
    assert coded.acts.select("code", "role", "construct", "value").rows() == [
        ("cry", "child", "cue.distress", None),
        ("rock", "caregiver", "answer", None),
        ("rock", "caregiver", "hold", None),
        ("up", "child", "affect", 1.0),
    ]
    assert [(code.code, code.channel, code.count) for code in coded.unmapped] == [("up", "other", 1)]
    unmapped = [problem for problem in coded.record.quality if problem.kind == ProblemKind.UNMAPPED_CODE]
    assert unmapped[0].count == 1


def test_an_act_of_two_meanings_counts_once(write: Write):
    coded = load_codebook(write("b.toml", BOOK)).apply(record())
    assert len(coded.of("s", Role.CAREGIVER, [Construct.ANSWER, Construct.HOLD])) == 1


def test_uncodable_acts_and_windows_hide_what_they_block(write: Write):
    coded = load_codebook(write("b.toml", BOOK)).apply(record())
    assert coded.codable_time("s", Role.CHILD, Construct.CUE_DISTRESS).tolist() == [[0, 8], [10, 20]]
    assert coded.codable_time("s", Role.CAREGIVER, Construct.HOLD).tolist() == [[0, 15]]
    assert coded.codable_s("s")["child:affect"] == 20


def test_a_window_of_an_actor_nobody_placed_hides_acts_of_any_role(write: Write):
    book = write("b.toml", BOOK.replace('caregiver = ["Mum"]\n', ""))
    coded = load_codebook(book).apply(record())
    assert coded.codable_time("s", Role.CHILD, Construct.CUE_DISTRESS).tolist() == [[0, 8], [10, 15]]
    assert coded.codable_time("s", Role.CHILD, Construct.AFFECT).tolist() == [[0, 20]]


def test_what_is_not_codable_has_no_time_and_is_said(write: Write):
    coded = load_codebook(write("b.toml", BOOK)).apply(record())
    assert coded.codable_time("s", Role.CAREGIVER, Construct.FRIGHT_HARSH).tolist() == []
    assert coded.codable_by_construct()["fright.harsh"] is False
    assert coded.codable_by_construct()["hold"] is True


MISTAKES = {
    "construct": ('means = ["cue.distress"]', 'means = ["cue.distres"]', "cue.distress"),
    "section": ("[codable]", "[codeable]", "codable"),
    "key": ("reason", "reasn", "reason"),
    "role": ('child = ["cue', 'chld = ["cue', "child"),
    "no codable": ('[codable]\nchild = ["cue.distress", "affect"]\ncaregiver = ["answer", "hold"]\n', "", "[codable]"),
    "mapped but not codable": ('"cue.distress", "affect"', '"affect"', "cue.distress"),
    "codable but not mapped": ('"answer", "hold"]\n[[', '"answer", "hold", "play"]\n[[', "play"),
    "act of the other role": ('"cue.distress", "affect"', '"cue.distress", "affect", "hold"', "hold"),
    "no meaning": ('means = ["cue.distress"]', "means = []", "means"),
    "no code": ('code = "cry"', "", "code"),
    "valence no number": ("value = 1", 'value = "up"', "up"),
    "not TOML": ("[codebook]", "[codebook", "TOML"),
}


@pytest.mark.parametrize(("old", "new", "named"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_are_named(write: Write, old: str, new: str, named: str):
    assert old in BOOK
    path = write("b.toml", BOOK.replace(old, new, 1))
    with pytest.raises(CodebookError) as caught:
        load_codebook(path)
    assert named in str(caught.value)
    assert caught.value.file == str(path)
    assert caught.value.exit_code == 2


def test_affect_needs_a_role_where_nothing_says_whose_it_is(write: Write):
    with pytest.raises(CodebookError, match="whose act"):
        load_codebook(write("b.toml", BOOK.replace('actor = "Baby"\n', "")))


TABLE = '[table]\nunit = "frames"\nframes_per_second = 25\nonset = "on"\ncode = "what"\nmodifiers = ["m"]\n'


def test_a_table_section_is_a_layout(write: Write):
    layout = load_codebook(write("b.toml", BOOK + TABLE)).layout
    assert layout is not None
    assert (layout.unit, layout.frames_per_second, layout.modifiers) == (TimeUnit.FRAMES, 25, ("m",))


@pytest.mark.parametrize(
    ("old", "new"),
    [('unit = "frames"', 'unit = "sec"'), ("frames_per_second = 25\n", ""), ('code = "what"\n', ""), ("= 25", "= -25")],
)
def test_a_table_section_states_its_unit_and_columns(write: Write, old: str, new: str):
    with pytest.raises(CodebookError):
        load_codebook(write("b.toml", BOOK + TABLE.replace(old, new)))


@pytest.mark.parametrize("name", ["affect-interact", "lena-its", "lena-segments"])
def test_the_example_codebooks_load(name: str):
    path = Path(__file__).parents[2] / "examples" / "codebooks" / f"{name}.toml"
    assert load_codebook(path).codable
