"""Several children or caregivers in one session are never one: who acts, to whom, and what passes between two."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bowlby.errors import CodebookError, InputError
from bowlby.formats.load import LoadOptions, load_coded
from bowlby.formats.read import read_record
from bowlby.measures.session import measure
from bowlby.records.codebook_file import codebook_from
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.pairs import only_pair, pairs, refuse_several, select_pair
from bowlby.records.person_labels import persons_in, tier_speakers
from bowlby.records.quality import ProblemKind

SHARED = Path(os.environ.get("BOWLBY_SHARED", Path(__file__).parents[3] / "shared")) / "data"

Act = tuple[str, str, str, float, float]
"""Actor, partner, code, onset and offset, s."""

BOOK = {
    "codebook": {"name": "pairs"},
    "table": {"unit": "s", "onset": "on", "offset": "off", "code": "code", "actor": "who", "partner": "whom"},
    "codable": {"child": ["cue.distress", "explore"], "caregiver": ["answer"]},
    "code": [
        {"code": "cry", "means": ["cue.distress"]},
        {"code": "look round", "means": ["explore"]},
        {"code": "soothe", "means": ["answer"]},
    ],
}
TWINS: list[Act] = [
    act
    for at in range(0, 600, 60)
    for act in (("TwinB", "Mum", "cry", at + 5, at + 12), ("Mum", "TwinA", "soothe", at + 7, at + 12))
]


@pytest.fixture
def coded(tmp_path: Path) -> Callable[..., CodedRecord]:
    """Return a builder of coded records from acts, with further keys of [codebook]."""

    def build(acts: Sequence[Act], **head: object) -> CodedRecord:
        rows = [",".join(map(str, act)) for act in acts]
        file = tmp_path / "visit.csv"
        file.write_text("\n".join(["who,whom,code,on,off", *rows]) + "\n", encoding="utf-8")
        book = codebook_from({**BOOK, "codebook": {"name": "pairs", **head}})
        return book.apply(read_record(file, book.layout))

    return build


def shared(name: str) -> Path:
    """Return a shared file, or skip where there is none."""
    file = SHARED / name
    if not file.exists():
        pytest.skip("needs ../shared beside the clone, or BOWLBY_SHARED")
    return file


def named(coded: CodedRecord, session: str = "visit") -> list[tuple[str | None, str | None]]:
    """Return child and caregiver of each pair of a session."""
    return [(pair.child, pair.caregiver) for pair in pairs(coded, session)]


def answered(coded: CodedRecord) -> dict[tuple[str | None, str | None], tuple[float | None, int]]:
    """Return the share answered and its cues for each pair."""
    found = measure(coded, shifts=20).measures
    return {(m.child, m.caregiver): (m.estimate, m.n) for m in found if m.name == "share answered: distress"}


def test_an_answer_to_one_twin_answers_no_other(coded: Callable[..., CodedRecord]):
    assert answered(coded(TWINS)) == {("TwinB", "Mum"): (0.0, 10), ("TwinA", "Mum"): (None, 0)}


def test_each_of_two_caregivers_answers_for_itself(coded: Callable[..., CodedRecord]):
    acts: list[Act] = [
        act
        for at in range(0, 600, 60)
        for act in (
            ("Ann", "", "cry", at + 5, at + 12),
            (("Mum", "Dad")[at % 120 // 60], "Ann", "soothe", at + 7, at + 9),
        )
    ]
    found = answered(coded(acts))
    assert found == {("Ann", "Mum"): (pytest.approx(0.5), 10), ("Ann", "Dad"): (pytest.approx(0.5), 10)}


def test_without_partners_answers_count_for_each_child_and_say_so(coded: Callable[..., CodedRecord]):
    acts = [(who, "", code, on, off) for who, _, code, on, off in TWINS] + [("TwinA", "", "cry", 595.0, 599.0)]
    record = coded(acts)
    assert named(record) == [("TwinB", "Mum"), ("TwinA", "Mum")]
    notes = {found.note for found in measure(record, shifts=20).measures if found.name == "rate: answer"}
    assert all("10 acts of the caregiver do not say to which child: they count for each" in note for note in notes)


CRY, SOOTHE = ("cry", 1.0, 2.0), ("soothe", 2.0, 3.0)
PERSONS: dict[str, tuple[list[Act], dict[str, object], list[tuple[str | None, str | None]]]] = {
    "nobody is named": ([("", "", *CRY), ("", "", *SOOTHE)], {}, [(None, None)]),
    "an unnamed act is the only child's": ([("Ann", "", *CRY), ("", "", "cry", 4, 5)], {}, [("Ann", None)]),
    "no focal subject": ([("No focal subject", "", *CRY), ("Mum", "", *SOOTHE)], {}, [(None, "Mum")]),
    "a thing": ([("Ann", "ball", "look round", 1, 2), ("Mum", "", *SOOTHE)], {}, [("Ann", "Mum")]),
    "no one singled out": ([("Ann", "both", *CRY), ("Mum", "child", *SOOTHE)], {}, [("Ann", "Mum")]),
    "a stranger": ([("Ann", "", *CRY), ("stranger", "", *SOOTHE), ("Mum", "", *SOOTHE)], {}, [("Ann", "Mum")]),
    "classes": ([("KCHI", "", *CRY), ("FEM", "", *SOOTHE), ("MAL", "", *SOOTHE)], {}, [("KCHI", "FEM+MAL")]),
    "two by case": ([("Baby", "", *CRY), ("baby", "", "cry", 4, 5)], {}, [("Baby", None), ("baby", None)]),
    "the same": ([("Baby", "", *CRY), ("baby", "", *CRY)], {"same": [["Baby", "baby"]]}, [("Baby", None)]),
    "addressed": ([("A", "Mum", *CRY), ("A", "Dad", "cry", 4, 5)], {}, [("A", "Mum"), ("A", "Dad")]),
    "others": ([("Ann", "Gran", *CRY), ("Mum", "Ann", *SOOTHE)], {"others": ["Gran*"]}, [("Ann", "Mum")]),
    "to each other": ([("A", "B", *CRY), ("B", "A", "cry", 4, 5)], {}, [("A", None), ("B", None)]),
}


@pytest.mark.parametrize("name", PERSONS)
def test_who_counts_as_a_person(coded: Callable[..., CodedRecord], name: str):
    acts, head, expected = PERSONS[name]
    assert named(coded(acts, **head)) == expected


def test_an_act_of_nobody_in_particular_is_reported_where_there_are_several(coded: Callable[..., CodedRecord]):
    record = coded([*TWINS, ("TwinA", "", "cry", 598.0, 599.0), ("", "", "cry", 599.0, 599.5)])
    assert [(one.kind, one.count) for one in record.record.quality if one.kind is ProblemKind.PERSON_UNKNOWN] == [
        (ProblemKind.PERSON_UNKNOWN, 1)
    ]
    counts = {
        pair.child: len(pair.coded.of("visit", Role.CHILD, [Construct.CUE_DISTRESS])) for pair in pairs(record, "visit")
    }
    assert counts == {"TwinA": 1, "TwinB": 10}


def test_a_tier_listed_under_a_role_is_a_person_and_a_mapping_can_name_one():
    book = codebook_from(
        {
            "codebook": {"name": "tiers", "child": ["A"]},
            "codable": {"child": ["cue.vocal"]},
            "code": [{"code": "v", "means": ["cue.vocal"]}, {"code": "w", "means": ["cue.vocal"], "person": "B"}],
        }
    )
    assert [entry.person for entry in book.entries] == [None, "B"]
    with pytest.raises(CodebookError, match="person"):
        codebook_from({**BOOK, "code": [{"code": "cry", "means": ["cue.distress"], "person": 3}]})


def of_channels(tmp_path: Path, rows: str, **head: object) -> CodedRecord:
    """Return a coded record of a file that has channels in place of actors; code w says that it is Ben's."""
    layout = {"unit": "s", "onset": "on", "offset": "off", "code": "code", "channel": "tier"}
    book = codebook_from(
        {
            "codebook": {"name": "tiers", **head},
            "table": layout,
            "codable": {"child": ["cue.vocal"]},
            "code": [
                {"code": "v", "means": ["cue.vocal"]},
                {"code": "w", "means": ["cue.vocal"], "person": "Ben"},
                {"code": "out", "means": ["uncodable"]},
            ],
        }
    )
    file = tmp_path / "visit.csv"
    file.write_text("tier,code,on,off\n" + rows, encoding="utf-8")
    return book.apply(read_record(file, book.layout))


def test_tiers_listed_under_a_role_are_persons(tmp_path: Path):
    rows = "Ann,v,0,1\nBen,v,5,6\nAnn gaze,v,8,9\n"
    assert named(of_channels(tmp_path, rows)) == [(None, None)]
    assert named(of_channels(tmp_path, rows, child=["Ann", "Ben"])) == [("Ann", None), ("Ben", None)]


def test_a_mapping_says_whose_a_code_is(tmp_path: Path):
    found = of_channels(tmp_path, "Ann,v,0,1\nhands,w,5,6\n", child=["Ann"])
    assert named(found) == [("Ann", None), ("Ben", None)]


def test_a_twin_out_of_view_hides_nothing_of_the_other(tmp_path: Path):
    found = of_channels(tmp_path, "Ann,v,0,1\nBen,v,5,6\nAnn,out,10,60\nBen,v,99,100\n", child=["Ann", "Ben"])
    seconds = {
        one.child: one.denominator for one in measure(found, shifts=20).measures if one.name == "rate: cue.vocal"
    }
    assert seconds == {"Ann": 50.0, "Ben": 100.0}


@pytest.mark.parametrize("same", [["Baby", "baby"], [["Baby"]], [["Baby", 3]], [["a", "b"], ["b", "c"]]])
def test_same_wants_lists_of_labels(same: object):
    with pytest.raises(CodebookError, match='same = \\[\\["Baby", "baby"\\]\\]'):
        codebook_from({**BOOK, "codebook": {"same": same}})


def test_one_of_several_can_be_named(coded: Callable[..., CodedRecord]):
    record = coded(TWINS)
    with pytest.raises(InputError, match="--child TwinB or --child TwinA"):
        only_pair(record, "visit")
    with pytest.raises(InputError, match="2 children"):
        refuse_several(record)
    alone = select_pair(record, "TwinB", None)
    assert named(alone) == [("TwinB", "Mum")]
    assert alone.acts["construct"].to_list() == ["cue.distress"] * 10
    refuse_several(alone)
    with pytest.raises(InputError, match="Did you mean 'TwinB'"):
        select_pair(record, "Twinb", None)


def test_a_tier_that_depends_on_another_is_of_the_same_person():
    file = shared("records/eaf/childproject_solis.eaf")
    speakers = tier_speakers(read_record(file))
    assert speakers["vcm@CHI"] == speakers["CHI"] == "Child"
    assert "code_periodic" not in speakers


@pytest.mark.parametrize(
    ("file", "book"),
    [
        ("cha/childproject_vandam.cha", "chat-utterances"),
        ("eaf/childproject_any_tier.eaf", "elan-tiers"),
        ("eaf/childproject_solis.eaf", "elan-vcm"),
        ("its/rlena_test.its", "lena-its"),
        ("lena_segments/warlaumont_0300_000607_segments.csv", "lena-segments"),
        ("conversations/laac_example_2.csv", "speakers-table"),
        ("rttm/childproject_vcm.rttm", "kinds-rttm"),
        ("rttm/childproject_vtc.rttm", "speakers-rttm"),
        ("mangold/mangold_3367goodman.csv", "affect-interact"),
        ("opf/datavyur_dyad1.opf", "datavyu-hands"),
        ("opf/pyvyu_DatavyuSampleSpreadsheet.opf", "datavyu-objects"),
    ],
)
def test_a_session_of_one_child_and_one_caregiver_is_one_pair(file: str, book: str):
    examples = Path(__file__).parents[2] / "examples" / "codebooks"
    record = load_coded([shared(f"records/{file}")], LoadOptions(examples / f"{book}.toml"))
    assert not record.acts.is_empty()
    assert [len(pairs(record, session)) for session in record.sessions] == [1] * len(record.sessions)


def test_the_shared_case_of_one_twin_answered():
    file = shared("cases/addressee/one_twin_answered.csv")
    assert answered(load_coded([file], LoadOptions())) == {("TwinB", "Mum"): (0.0, 10), ("TwinA", "Mum"): (None, 0)}


def test_persons_are_in_order_of_appearance(coded: Callable[..., CodedRecord]):
    acts = coded(TWINS).acts
    assert persons_in(acts, Role.CHILD) == ("TwinB", "TwinA")
    assert persons_in(acts, Role.CAREGIVER) == ("Mum",)
