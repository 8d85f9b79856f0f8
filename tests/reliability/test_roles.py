"""A codebook says whose raw codes are and what neither coder could code; labels that differ in case only are noted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.formats.read import read_record
from bowlby.records.codebook_file import codebook_from
from bowlby.reliability.compare import Agreement, compare
from bowlby.reliability.roles import by_role

BOOK = codebook_from(
    {
        "codebook": {"name": "ag", "child": ["Baby", "baby"], "caregiver": ["Mum"]},
        "table": {"unit": "s", "onset": "start", "offset": "end", "code": "code", "actor": "actor"},
        "codable": {"child": ["cue.distress", "cue.positive"], "caregiver": ["voice"]},
        "code": [
            {"code": "x", "means": ["cue.distress"]},
            {"code": "y", "means": ["cue.positive"]},
            {"code": "talk", "means": ["voice"]},
            {"code": "out of view", "means": ["uncodable"]},
            {"code": "face hidden", "means": ["uncodable"], "blocks": ["child:cue.distress", "child:cue.positive"]},
        ],
    }
)
A = ("Baby,x,0,20", "Baby,y,20,50", "Baby,out of view,50,150", "Baby,x,150,180", "Baby,y,180,200")
B = ("Baby,x,0,20", "Baby,y,20,50", "Baby,y,50,150", "Baby,x,150,180", "Baby,y,180,200")

Compared = Callable[..., Agreement]


@pytest.fixture
def compared(tmp_path: Path) -> Compared:
    """Return what compares two codings, each rows of actor, code, start and end, under the codebook or raw."""

    def run(a: tuple[str, ...], b: tuple[str, ...], *, raw: bool = False) -> Agreement:
        records = []
        for name, rows in (("a", a), ("b", b)):
            file = tmp_path / f"{name}.csv"
            file.write_text("\n".join(["actor,code,start,end", *rows]) + "\n", encoding="utf-8")
            records.append(read_record(file, BOOK.layout))
        return compare(*(records if raw else by_role(records[0], records[1], BOOK)))

    return run


def kappa(found: Agreement, stream: str = "") -> tuple[float | None, int]:
    name = f"time-unit kappa: {stream}" if stream else "time-unit kappa"
    return next((figure.estimate, figure.n) for figure in found.agreement if figure.name == name)


def test_what_one_coder_could_not_code_counts_for_neither(compared: Compared):
    assert kappa(compared(A, B)) == (1.0, 100)
    assert kappa(compared(B, A)) == (1.0, 100)
    without = kappa(compared(A, B, raw=True))
    assert without[0] is not None and without[0] < 0.6 and without[1] == 200


def test_uncodable_stretches_of_both_add_up(compared: Compared):
    found = compared((*A, "Mum,talk,0,200"), (*B[:3], "Baby,out of view,140,160", *B[3:], "Mum,talk,0,200"))
    assert kappa(found, "child") == (1.0, 90)


def test_what_hides_the_child_leaves_the_caregiver(compared: Compared):
    a = (*A[:2], "Baby,face hidden,50,150", *A[3:], "Mum,talk,0,200")
    found = compared(a, (*B, "Mum,talk,0,100"))
    assert kappa(found, "child") == (1.0, 100)
    assert kappa(found, "caregiver")[1] == 200


def test_one_child_may_go_by_two_labels(compared: Compared):
    other = tuple(row.replace("Baby", "baby") for row in B)
    assert kappa(compared(A, other)) == (1.0, 100)


def test_two_children_of_a_session_stay_two(compared: Compared):
    a = (*A[:2], "baby,x,0,50")
    found = compared(a, (*B[:2], "baby,y,0,50"))
    assert kappa(found, "Baby") == (1.0, 50)
    assert kappa(found, "baby")[0] in (0.0, None)


@pytest.mark.parametrize(("old", "new", "what"), [("x", "X", "codes"), ("Baby", "BABY", "actors")])
def test_labels_that_differ_in_case_or_blanks_only_are_noted(compared: Compared, old: str, new: str, what: str):
    changed = tuple(row.replace(f"{old},", f'"{new}",') for row in B)
    notes = [note for note in compared(B, changed, raw=True).notes if "case or blanks" in note]
    assert len(notes) == 1 and notes[0].startswith(what) and repr(old) in notes[0]
    assert not [note for note in compared(A, B, raw=True).notes if "case or blanks" in note]


def test_a_coding_beside_itself_is_noted(compared: Compared):
    assert any("byte for byte" in note for note in compared(A, A).notes)
    assert not any("byte for byte" in note for note in compared(A, B).notes)
