"""Codebooks reach what was coded: modifiers by name, who speaks, whole tiers, patterns, and people who are neither."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from bowlby.errors import CodebookError
from bowlby.formats.read import read_record
from bowlby.formats.write import write_record
from bowlby.records.codebook import EventFate
from bowlby.records.codebook_file import load_codebook
from bowlby.records.coded_record import CodedRecord
from bowlby.records.pattern import Pattern, escaped
from bowlby.records.quality import ProblemKind
from bowlby.records.record import EVENT_SCHEMA, Provenance, Record, UncheckedRecord, assemble

Write = Callable[..., Path]

Row = tuple[str, str, str, str]
"""Actor, channel, code, modifiers."""


def record(rows: Sequence[Row], **metadata: object) -> Record:
    """Return one session with an event each second."""
    table = [
        ("s", who, "", where, code, float(i), i + 0.5, how, i + 1) for i, (who, where, code, how) in enumerate(rows)
    ]
    reading = UncheckedRecord(pl.DataFrame(table, schema=EVENT_SCHEMA, orient="row"), metadata=metadata)
    return assemble(reading, Provenance("made", "", "test", "0"))


def book(*entries: str, head: str = "", child: str = "", caregiver: str = "") -> str:
    """Return a codebook of some entries."""
    return f"[codebook]\n{head}\n[codable]\nchild = [{child}]\ncaregiver = [{caregiver}]\n" + "\n".join(entries)


def meant(coded: CodedRecord) -> list[tuple[float, str, str]]:
    """Return (onset, actor, construct) of every act."""
    return coded.acts.select("onset_s", "actor", "construct").rows()


def unmapped(coded: CodedRecord) -> list[tuple[str, int]]:
    """Return (code, count) of what is not mapped."""
    return sorted((one.code, one.count) for one in coded.unmapped)


# --- patterns ---------------------------------------------------------------------------------------------------------

MATCHES = [
    ("cry*", ["cry", "crying", "cry hard\nwith a second line"], ["Cry", "a cry", ""]),
    ("cry?", ["cry1", "cry?"], ["cry", "cry12"]),
    ("*", ["", "anything"], []),
    (r"cry\*", ["cry*"], ["cry", "crying"]),
    (r"what\?", ["what?"], ["whats"]),
    (r"a\\b", [r"a\b"], ["ab", r"a\\b"]),
    (r"a\b", [r"a\b"], ["ab"]),
    ("a.b(c)[d]+ e", ["a.b(c)[d]+ e"], ["axb(c)[d]+ e"]),
    ("ü*é", ["ü und é"], ["u und e"]),
]


@pytest.mark.parametrize(("text", "inside", "outside"), MATCHES)
def test_a_pattern_matches_whole_labels_alike_in_python_and_polars(text: str, inside: list[str], outside: list[str]):
    one = Pattern(text)
    labels = pl.Series([*inside, *outside], dtype=pl.String)
    assert [label for label in labels if one.matches(label)] == inside
    assert one.among(labels).to_list() == inside


@pytest.mark.parametrize("label", ["cry", "cry*", "what?", r"a\b", r"a\*b", r"a\\b", "\\", "\\\\", "*", ""])
def test_an_escaped_label_means_itself_alone(label: str):
    assert Pattern(escaped(label)).literal == label
    assert Pattern(escaped(label)).matches(label)


def test_patterns_reach_codes_and_a_code_written_out_wins(write: Write):
    text = book(
        '[[code]]\ncodes = ["cry*"]\nmeans = ["cue.distress"]',
        '[[code]]\ncode = "cry of joy"\nmeans = ["cue.positive"]',
        child='"cue.distress", "cue.positive"',
    )
    rows: list[Row] = [("B", "", code, "") for code in ("cry", "cry of joy", "cry of joy2", "whine")]
    coded = load_codebook(write("b.toml", text)).apply(record(rows))
    assert meant(coded) == [(0, "B", "cue.distress"), (1, "B", "cue.positive"), (2, "B", "cue.distress")]
    assert unmapped(coded) == [("whine", 1)]


def test_a_code_that_is_a_star_or_ends_in_a_question_mark_is_reached_by_an_escape(write: Write):
    text = book(
        r"""[[code]]
codes = ['cry\?', '\*']
means = ["cue.distress"]""",
        child='"cue.distress"',
    )
    coded = load_codebook(write("b.toml", text)).apply(
        record([("", "", code, "") for code in ("cry?", "*", "cry1", "x")])
    )
    assert [onset for onset, _, _ in meant(coded)] == [0, 1]


def test_a_star_takes_the_rest_of_a_channel_and_nothing_of_another(write: Write):
    text = book(
        '[[code]]\ncode = "*"\nchannel = "mum speech"\nmeans = ["voice"]',
        '[[code]]\ncode = "(coughs)"\nchannel = "mum speech"\nmeans = ["present"]',
        '[[ignore]]\ncodes = ["[*"]\nchannel = "mum speech"\nreason = "remarks of the transcriber"',
        caregiver='"voice", "present"',
    )
    rows: list[Row] = [
        ("", "mum speech", "well hello there", ""),
        ("", "mum speech", "(coughs)", ""),
        ("", "mum speech", "[unclear]", ""),
        ("", "dad speech", "hello", ""),
    ]
    lab = load_codebook(write("b.toml", text))
    assert meant(lab.apply(record(rows))) == [(0, "", "voice"), (1, "", "present")]
    assert lab.fates(record(rows)).to_list() == [
        EventFate.MAPPED,
        EventFate.MAPPED,
        EventFate.IGNORED,
        EventFate.UNMAPPED,
    ]


def test_actors_and_channels_may_be_patterns(write: Write):
    text = book(
        '[[code]]\ncode = "*"\nchannel = "vcm@FA*"\nmeans = ["voice"]',
        '[[code]]\ncode = "C"\nactor = "CHI?"\nmeans = ["cue.vocal"]',
        child='"cue.vocal"',
        caregiver='"voice"',
    )
    rows: list[Row] = [
        ("", "vcm@FA1", "C", ""),
        ("", "vcm@MA1", "C", ""),
        ("CHI1", "x", "C", ""),
        ("CHI", "x", "C", ""),
    ]
    coded = load_codebook(write("b.toml", text)).apply(record(rows))
    assert meant(coded) == [(0, "", "voice"), (2, "CHI1", "cue.vocal")]


def test_two_patterns_that_say_the_same_of_an_event_give_one_act(write: Write):
    text = book(
        '[[code]]\ncodes = ["cry*"]\nmeans = ["cue.distress"]',
        '[[code]]\ncodes = ["*loud"]\nmeans = ["cue.distress", "cue.vocal"]',
        child='"cue.distress", "cue.vocal"',
    )
    coded = load_codebook(write("b.toml", text)).apply(record([("", "", "cry loud", "")]))
    assert meant(coded) == [(0, "", "cue.distress"), (0, "", "cue.vocal")]


def test_two_valences_of_one_act_are_refused(write: Write):
    one = '[[code]]\ncodes = ["{}"]\nrole = "child"\nmeans = ["affect"]\nvalue = {}'
    lab = load_codebook(write("b.toml", book(one.format("up*", 1), one.format("*high", 2), child='"affect"')))
    assert lab.apply(record([("", "", "up", ""), ("", "", "high", "")])).acts["value"].to_list() == [1, 2]
    with pytest.raises(CodebookError, match="different valences") as caught:
        lab.apply(record([("", "", "up high", "")]))
    assert "1, 2" in str(caught.value) and "'up high'" in str(caught.value)


def test_a_pattern_without_a_match_is_noted_and_refused_where_the_file_declares_its_codes(write: Write):
    lab = load_codebook(
        write("b.toml", book('[[code]]\ncodes = ["cri*"]\nmeans = ["cue.distress"]', child='"cue.distress"'))
    )
    noted = [
        one for one in lab.apply(record([("", "", "cry", "")])).record.quality if one.kind is ProblemKind.IDLE_PATTERN
    ]
    assert [one.examples for one in noted] == [("'cri*' ([[code]] 1)",)]
    assert not lab.apply(record([("", "", "look", "")], codes_declared=["cries", "look"])).acts.height
    with pytest.raises(CodebookError, match="matches no code that the file declares") as caught:
        lab.apply(record([("", "", "look", "")], codes_declared=["cry", "look"]))
    assert "cry, look" in str(caught.value)


# --- ignore -----------------------------------------------------------------------------------------------------------

CRY = '[[code]]\ncode = "cry"\nmeans = ["cue.distress"]\n'
IGNORED = [
    ('[[ignore]]\ncode = "cry"\nactor = "Sib"', {"B": True, "Sib": False}),
    ('[[ignore]]\ncodes = ["cr*"]', {"B": True, "Sib": True}),
    ('[[ignore]]\ncodes = ["cr*"]\nactor = "Sib"\nchannel = ""', {"B": True, "Sib": True}),
    ('[[ignore]]\ncode = "*"\nactor = "Sib"', {"B": True, "Sib": True}),
    ('[[ignore]]\ncode = "cry"\nmodifiers = { how = "fake" }', {"B": True, "Sib": True}),
]


@pytest.mark.parametrize(("ignore", "mapped"), IGNORED)
def test_what_names_an_event_more_closely_decides_between_mapping_and_ignoring(
    write: Write, ignore: str, mapped: dict[str, bool]
):
    lab = load_codebook(write("b.toml", book(CRY, ignore, child='"cue.distress"')))
    rows: list[Row] = [(who, "", "cry", "how=true") for who in mapped]
    assert [fate == EventFate.MAPPED for fate in lab.fates(record(rows))] == list(mapped.values())
    assert lab.fates(record([("B", "", "cry", "how=fake")])).to_list() == [
        EventFate.IGNORED if "how" in ignore else EventFate.MAPPED
    ]


def test_a_mapping_with_a_condition_wins_over_ignoring_the_rest(write: Write):
    mine = CRY.replace("means", 'actor = "B"\nmeans')
    lab = load_codebook(write("b.toml", book(mine, '[[ignore]]\ncode = "cry"', child='"cue.distress"')))
    assert lab.fates(record([("B", "", "cry", ""), ("C", "", "cry", "")])).to_list() == [
        EventFate.MAPPED,
        EventFate.IGNORED,
    ]


def test_an_event_is_mapped_where_mapping_and_ignoring_are_as_close(write: Write):
    mine = CRY.replace("means", 'actor = "B"\nmeans')
    lab = load_codebook(write("b.toml", book(mine, '[[ignore]]\ncode = "cry"\nchannel = "x"', child='"cue.distress"')))
    assert lab.fates(record([("B", "x", "cry", ""), ("C", "x", "cry", "")])).to_list() == [
        EventFate.MAPPED,
        EventFate.IGNORED,
    ]


def test_an_ignored_code_written_out_wins_over_a_mapped_pattern(write: Write):
    many = CRY.replace('"cry"', '"cry*"')
    lab = load_codebook(write("b.toml", book(many, '[[ignore]]\ncode = "cry wolf"', child='"cue.distress"')))
    assert lab.fates(record([("", "", "cry", ""), ("", "", "cry wolf", "")])).to_list() == [
        EventFate.MAPPED,
        EventFate.IGNORED,
    ]


# --- modifiers --------------------------------------------------------------------------------------------------------

LOOK = '[[code]]\ncode = "hold"\nmodifiers = {{ {} }}\nmeans = ["hold"]'


def held(write: Write, test: str, texts: Sequence[str], **metadata: object) -> list[int]:
    """Return which events with these modifiers are holds under a test."""
    lab = load_codebook(write("b.toml", book(LOOK.format(test), caregiver='"hold"')))
    coded = lab.apply(record([("", "", "hold", text) for text in texts], **metadata))
    return [int(onset) for onset, _, _ in meant(coded)]


TEXTS = ["look=1|hand=left", "hand=right|look=0", "hand=left", "outlook=1", "look=1.0", ""]
TESTS = [
    ('look = "1"', [0]),
    ("look = 1", [0, 4]),
    ('look = ">0"', [0, 4]),
    ('look = "<= 0"', [1]),
    ('look = ["0", "1"]', [0, 1]),
    ('look = ""', [2, 3, 5]),
    ('look = "?*"', [0, 1, 4]),
    ('hand = "l*"', [0, 2]),
    ('look = "1", hand = "left"', [0]),
    ('"*" = "left"', [0, 2]),
    ('"*" = 0', [1]),
]
REPEATED = [
    ('postcode = "cut*"', [0]),
    ('postcode = "id"', [0, 1]),
    ('postcode = ["x", "id"]', [0, 1]),
    ("postcode = 2", [2]),
]


@pytest.mark.parametrize(("test", "expected"), REPEATED)
def test_a_modifier_given_twice_holds_by_either(write: Write, test: str, expected: list[int]):
    assert held(write, test, ["postcode=id|postcode=cut1", "postcode=id", "postcode=1|postcode=2.0"]) == expected


@pytest.mark.parametrize(("test", "expected"), TESTS)
def test_modifiers_with_names_in_the_file(write: Write, test: str, expected: list[int]):
    assert held(write, test, TEXTS) == expected


def test_a_star_that_tests_modifiers_adds_to_what_the_code_means(write: Write):
    text = book(
        '[[code]]\ncodes = ["left", "both"]\nmeans = ["explore"]',
        '[[code]]\ncode = "*"\nmodifiers = { look = "1" }\nmeans = ["gaze.object"]',
        '[[ignore]]\ncode = "*"\nmodifiers = { "*" = "unsure" }',
        child='"explore", "gaze.object"',
    )
    rows: list[Row] = [
        ("", "", code, how) for code, how in (("left", "look=1"), ("both", "look=0"), ("left", "unsure"))
    ]
    coded = load_codebook(write("b.toml", text)).apply(record(rows))
    assert meant(coded) == [(0, "", "explore"), (0, "", "gaze.object"), (1, "", "explore")]


PLACED = ["near|left", "None|left", "far|None", " near |right", ""]
SETS = [{"code": "hold", "names": ["distance", "side"]}, {"code": "look", "names": ["side"]}]


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ('distance = "near"', [0, 3]),
        ('side = "left"', [0, 1]),
        ('distance = ""', [1, 4]),
        ('1 = "near"', [0, 3]),
        ('2 = "left"', [0, 1]),
        ('"*" = "left"', [0, 1]),
    ],
)
def test_modifiers_by_the_names_of_their_places(write: Write, test: str, expected: list[int]):
    assert held(write, test, PLACED, modifier_names=SETS) == expected


def test_names_of_places_belong_to_their_code(write: Write):
    text = book(LOOK.format('side = "left"').replace('code = "hold"', 'codes = ["hold", "look"]'), caregiver='"hold"')
    rows: list[Row] = [("", "", "hold", "left|x"), ("", "", "look", "left"), ("", "", "hold", "x|left")]
    coded = load_codebook(write("b.toml", text)).apply(record(rows, modifier_names=SETS))
    assert [onset for onset, _, _ in meant(coded)] == [1, 2]


def test_acts_carry_their_modifiers_by_name_for_the_measures_that_read_them(write: Write):
    text = book('[[code]]\ncode = "freeze"\nmeans = ["disorganized"]', child='"disorganized"')
    names = [{"code": "freeze", "names": ["theme", "", "strength"]}]
    coded = load_codebook(write("b.toml", text)).apply(record([("", "", "freeze", "5|x|None")], modifier_names=names))
    assert coded.acts["modifiers"].to_list() == ["theme=5|x"]
    assert coded.record.events["modifiers"].to_list() == ["5|x|None"]


REFUSED = [
    ('lok = "1"', ["look=1"], {"columns": {"": ["hand", "look"]}}, "Did you mean 'look'"),
    ('distance = "1"', ["near|left"], {}, "This file gives no names"),
    ('height = "1"', ["near|left"], {"modifier_names": SETS}, "distance, side"),
    ('distance = "near", 1 = "far"', ["near|left"], {"modifier_names": SETS}, "stands at place 1"),
]


@pytest.mark.parametrize(("test", "texts", "metadata", "said"), REFUSED)
def test_a_modifier_that_cannot_be_is_refused(
    write: Write, test: str, texts: list[str], metadata: dict[str, object], said: str
):
    with pytest.raises(CodebookError) as caught:
        held(write, test, texts, **metadata)
    assert said in str(caught.value) and caught.value.file == "made"


def test_a_modifier_that_a_file_may_leave_out_is_not_refused(write: Write):
    assert held(write, 'look = "1"', ["hand=left", ""]) == []
    assert held(write, 'look = "1"', []) == []


# --- who acts ---------------------------------------------------------------------------------------------------------

SPEECH = """
[[code]]
code = "*"
channel = "talk"
actor_from = "speaker"
means = ["voice"]
[[code]]
code = "*"
channel = "talk"
actor_from = "speaker"
means = ["cue.vocal"]
"""
TALK: list[Row] = [("", "talk", f"words {n}", f"speaker={who}") for n, who in enumerate(["m", "c", "sib", "x", "f"])]
PEOPLE = 'child = ["c"]\ncaregiver = ["m", "f"]\nothers = ["sib*"]'


def test_the_actor_comes_from_a_modifier(write: Write):
    lab = load_codebook(write("b.toml", book(SPEECH, head=PEOPLE, child='"cue.vocal"', caregiver='"voice"')))
    coded = lab.apply(record(TALK))
    assert meant(coded) == [(0, "m", "voice"), (1, "c", "cue.vocal"), (4, "f", "voice")]
    assert unmapped(coded) == [("words 3", 1)]
    assert lab.fates(record(TALK)).to_list() == [
        EventFate.MAPPED,
        EventFate.MAPPED,
        EventFate.OTHERS,
        EventFate.UNMAPPED,
        EventFate.MAPPED,
    ]


def test_an_actor_named_in_the_entry_is_the_value_of_the_modifier(write: Write):
    one = SPEECH.split("[[code]]")[1].replace("means", 'actor = "f"\nmeans')
    coded = load_codebook(write("b.toml", book("[[code]]" + one, caregiver='"voice"'))).apply(record(TALK))
    assert meant(coded) == [(4, "f", "voice")]


def test_acts_of_others_are_nobodys_and_not_unmapped(write: Write):
    entries = (
        '[[code]]\ncode = "talk"\nmeans = ["voice"]',
        '[[code]]\ncode = "in"\nactor = "Stranger"\nmeans = ["stranger"]',
    )
    text = book(*entries, head='others = ["Sister", "Stranger"]', caregiver='"voice"') + ""
    text = text.replace("[codable]\n", '[codable]\ncontext = ["stranger"]\n')
    rows: list[Row] = [(who, "", code, "") for who in ("Mum", "Sister", "Stranger") for code in ("talk", "in", "odd")]
    coded = load_codebook(write("b.toml", text)).apply(record(rows))
    assert meant(coded) == [(0, "Mum", "voice"), (7, "Stranger", "stranger")]
    assert [(one.actor, one.code) for one in coded.unmapped] == [("Mum", "in"), ("Mum", "odd")]


def test_a_tier_named_after_somebody_else_is_theirs_where_no_actor_is_named(write: Write):
    entries = (
        '[[code]]\ncode = "talk"\nmeans = ["voice"]',
        '[[code]]\ncode = "both"\nchannel = "sister"\nmeans = ["present"]',
    )
    lab = load_codebook(write("b.toml", book(*entries, head='others = ["s*"]', caregiver='"voice", "present"')))
    rows: list[Row] = [
        ("", "sister", "talk", ""),
        ("", "mother", "talk", ""),
        ("", "sister", "both", ""),
        ("No focal subject", "sister", "runs", ""),
        ("Mum", "speech", "talk", ""),
    ]
    coded = lab.apply(record(rows))
    assert meant(coded) == [(1, "", "voice"), (2, "", "present"), (4, "Mum", "voice")]
    assert coded.unmapped == ()
    assert lab.fates(record(rows)).to_list()[:1] == [EventFate.OTHERS]


MISTAKES = [
    ('[[code]]\ncode = "*"\nmeans = ["voice"]', "", "every event of a file"),
    (SPEECH, "", "which values of the modifier"),
    ('[[code]]\ncode = "a"\nmeans = ["voice"]\nactor_from = "s"\nmodifiers = { s = "m" }', "", "same modifier"),
    ('[[code]]\ncode = "a"\nmeans = ["voice"]\nmodifiers = { s = [] }', "", "modifiers.s"),
    ('[[code]]\ncode = "a"\nmeans = ["voice"]\nmodifiers = { s = true }', "", "modifiers.s"),
    ('[[code]]\ncode = "a"\nmeans = ["voice"]\nmodifiers = { s = nan }', "", "modifiers.s"),
    ('[[code]]\ncode = "a"\nmeans = ["voice"]\nmodifiers = "s"', "", "no table"),
    ('[[code]]\ncode = "a"\nmeans = ["voice"]\nactor = 3', "", "one text is wanted"),
    ('[[code]]\ncode = "a"\nmeans = ["voice"]\nmodifier = { s = "1" }', "", "Did you mean 'modifiers'"),
    ('[[code]]\ncode = "a"\nmeans = ["voice"]\nactor = "Sib"', 'others = ["S*"]', "listed under others"),
    ('[[code]]\ncode = "a"\nmeans = ["voice"]', 'caregiver = ["Mum"]\nothers = ["M*"]', "and for others"),
    ('[[code]]\ncode = "a"\nmeans = ["voice"]\n[[ignore]]\ncode = "a"', "", "mapped and ignored"),
]


@pytest.mark.parametrize(("entries", "head", "said"), MISTAKES)
def test_mistakes_are_named_with_a_remedy(write: Write, entries: str, head: str, said: str):
    path = write(
        "b.toml", book(entries, head=head, child='"cue.vocal"' if "cue" in entries else "", caregiver='"voice"')
    )
    with pytest.raises(CodebookError) as caught:
        load_codebook(path)
    assert said in str(caught.value)
    assert caught.value.remedy and caught.value.file == str(path)


# --- formats ----------------------------------------------------------------------------------------------------------

HELD = book(LOOK.format('distance = "near"'), caregiver='"hold"')


def boris(write: Write) -> Path:
    """Return a project whose `hold` has two modifier sets with names."""
    sets = {"0": {"name": "distance", "type": 0, "values": ["near", "far"]}, "1": {"name": "side", "type": 0}}
    conf = {"0": {"type": "Point event", "code": "hold", "category": "", "modifiers": sets}}
    events = [[1.0, "", "hold", "near|None", ""], [2.0, "", "hold", "far|left", ""]]
    whole = {"project_format_version": "7.0", "behaviors_conf": conf, "observations": {"v": {"events": events}}}
    return write("p.boris", json.dumps(whole))


def test_boris_sets_have_the_names_of_the_ethogram(write: Write, tmp_path: Path):
    record_ = read_record(boris(write))
    lab = load_codebook(write("b.toml", HELD))
    assert lab.apply(record_).acts["onset_s"].to_list() == [1.0]
    again = read_record(write_record(record_, tmp_path / "again.csv"))
    assert again.events.equals(record_.events)
    assert lab.apply(again).acts["onset_s"].to_list() == [1.0]


def test_a_pattern_is_held_against_the_codes_of_the_ethogram(write: Write):
    text = book('[[code]]\ncodes = ["cry*"]\nmeans = ["cue.distress"]', child='"cue.distress"')
    with pytest.raises(CodebookError, match="declares"):
        load_codebook(write("b.toml", text)).apply(read_record(boris(write)))


def test_modifier_columns_of_a_table_have_the_names_of_the_columns(write: Write):
    table = '[table]\nunit = "s"\nonset = "t"\ncode = "what"\nmodifiers = ["side", "distance"]\n'
    lab = load_codebook(write("b.toml", HELD + "\n" + table))
    path = write("t.csv", "t,what,side,distance\n1,hold,left,near\n2,hold,near,far\n3,hold,,\n")
    assert lab.apply(read_record(path, lab.layout)).acts["onset_s"].to_list() == [1.0]


def test_exports_of_boris_and_noldus_name_their_columns(golden: Path, write: Write):
    for name, test in {"boris_tabular_wide.csv": '"Modifier #1" = "near"', "noldus.csv": 'Modifier_1 = "loud"'}.items():
        text = book(
            LOOK.format(test).replace('"hold"', '"*"', 1).replace("means", 'channel = ""\nmeans'), caregiver='"hold"'
        )
        coded = load_codebook(write("b.toml", text)).apply(read_record(golden / name))
        assert coded.acts.height == 1, name


def test_datavyu_arguments_have_the_names_of_the_column_and_the_first_is_the_code(golden: Path, write: Write):
    for test in ('loud = "1"', 'act = "cry"', 'act = "cry", loud = ">0"'):
        one = f'[[code]]\ncode = "*"\nchannel = "childacts"\nmodifiers = {{ {test} }}\nmeans = ["cue.distress"]'
        lab = load_codebook(write("b.toml", book(one, child='"cue.distress"')))
        assert lab.apply(read_record(golden / "play_datavyu.csv")).acts["code"].to_list() == ["cry"], test


ITS = """<ITS><Recording startTime="PT0.00S" endTime="PT9.00S">
<Segment spkr="CHN" childUttCnt="0" childUttLen="P0.00S" startCry1="PT0.10S" endCry1="PT0.60S" startCry2="PT0.7S"
 endCry2="PT0.9S" childCryVfxLen="PT0.70S" startTime="PT0.00S" endTime="PT1.00S" />
<Segment spkr="CHN" childUttCnt="2" childUttLen="P0.80S" startUtt1="PT1.1S" endUtt1="PT1.9S" startCry1="PT2.0S"
 endCry1="PT2.2S" childCryVfxLen="PT0.20S" startTime="PT1.00S" endTime="PT3.00S" />
<Segment spkr="CHN" childUttCnt="0" childUttLen="P0.00S" startVfx1="PT3.10S" endVfx1="PT3.60S"
 childCryVfxLen="PT0.50S" startTime="PT3.00S" endTime="PT4.00S" />
<Segment spkr="CHN" childUttCnt="1" childUttLen="P0.50S" childCryVfxLen="PT0.00S"
 startTime="PT4.00S" endTime="PT5.00S" />
<Segment spkr="CXN" startTime="PT5.00S" endTime="PT6.00S" />
<Segment spkr="FAN" femaleAdultWordCnt="3.5" startTime="PT6.00S" endTime="PT9.00S" />
</Recording></ITS>"""


def test_a_segment_of_cries_alone_is_distress(write: Write):
    lab = load_codebook(Path(__file__).parents[2] / "examples" / "codebooks" / "lena-its.toml")
    day = read_record(write("day.its", ITS))
    coded = lab.apply(day)
    child = coded.acts.filter(pl.col("role") == "child").select("onset_s", "construct").rows()
    assert child == [(0, "cue.distress"), (1, "cue.vocal"), (4, "cue.vocal")]
    assert coded.unmapped == ()
    fates = lab.fates(day).to_list()
    assert (fates[2], fates[4]) == (EventFate.IGNORED, EventFate.OTHERS)
