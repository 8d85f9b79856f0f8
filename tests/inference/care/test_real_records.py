"""Real records, read as a user would: nothing of what nobody coded, and nothing of usual care from one visit."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowlby.errors import InputError
from bowlby.formats.read import read_record
from bowlby.inference.care import words
from bowlby.inference.care.axes import STATED, Axis
from bowlby.inference.care.reading import read_care
from bowlby.inference.care.rule import StatementCode
from bowlby.inference.care.statement import care_statement
from bowlby.records.codebook_file import load_codebook
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import THREAT_ACTS, Role

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "data" / "records"
CODED = {
    "mangold/mangold_3367goodman.csv": "affect-interact.toml",
    "mangold/mangold_3414goodman.csv": "affect-interact.toml",
    "lena_segments/warlaumont_0300_000607_segments.csv": "lena-segments.toml",
}


def coded(path: str, codebook: str) -> CodedRecord:
    """Return a shared record, or skip where the shared data are absent."""
    if not (SHARED / path).exists():
        pytest.skip(f"shared record {path} is not beside this checkout")
    book = load_codebook(ROOT / "examples" / "codebooks" / codebook)
    return book.apply(read_record(SHARED / path, book.layout))


@pytest.mark.parametrize(("path", "codebook"), CODED.items())
def test_nothing_is_said_of_threat_where_it_was_not_coded(path: str, codebook: str):
    record = coded(path, codebook)
    assert not record.is_codable(Role.CAREGIVER, *THREAT_ACTS)
    found = care_statement(read_care(record))
    assert found.axes[Axis.THREAT].told is StatementCode.NOT_ASSESSABLE
    assert found.axes[Axis.THREAT].above is None and found.threat_below is None
    assert all(found.axes[axis].told in (StatementCode.NOT_TOLD, StatementCode.NOT_ASSESSABLE) for axis in STATED)
    assert words.NO_EVIDENCE in found.lines


def test_the_example_is_one_visit():
    from bowlby.records.identity import coded_as_itself

    found = care_statement(read_care(coded_as_itself(read_record(ROOT / "examples" / "records" / "play.csv"))))
    assert all(found.axes[axis].told is StatementCode.NOT_TOLD for axis in STATED)
    assert all(words.ONE_VISIT in " ".join(found.lines) for _ in STATED)


def test_a_record_of_the_child_alone_is_refused(tmp_path: Path):
    from bowlby.records.identity import coded_as_itself

    plain = tmp_path / "child.csv"
    plain.write_text("actor,code,onset_s,offset_s\nchild,cue.distress,1,2\nchild,cue.bid,5,6\n", encoding="utf-8")
    with pytest.raises(InputError, match="nothing of the caregiver"):
        read_care(coded_as_itself(read_record(plain), plain))
