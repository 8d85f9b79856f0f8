"""CHAT: times and speakers, words only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.read import read_record
from bowlby.records.record import Record
from tests.records.golden_table import read_golden

Write = Callable[..., Path]
Found = Callable[[Record, ProblemKind], Problem]


def test_synthetic_transcript_gives_the_expected_table(golden: Path, found: Found):
    record = read_golden(golden, "play.cha")
    assert record.provenance[0].reader == "chat"
    assert record.metadata["roles"] == {"CHI": "Target_Child", "MOT": "Mother"}
    untimed = found(record, ProblemKind.NO_TIME)
    assert (untimed.count, untimed.examples) == (1, ("row 13: MOT has no time bullet, left out",))


def test_words_names_and_ages_only_when_asked_for(golden: Path):
    plain, private = (read_record(golden / "play.cha", keep_private=keep) for keep in (False, True))
    assert not [word for word in ("mama", "Anna", "2025", "1;02", "another_name") if word in str(plain)]
    assert private.events["modifiers"].to_list()[1] == "oh poor thing come here . there ."
    assert "Anna" in str(private.metadata)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_encodings(golden: Path, write: Write, codec: str):
    text = (golden / "play.cha").read_text(encoding="utf-8")
    assert read_record(write("x.cha", text.encode(codec))).events.height == 3


def test_latin_1_is_read_and_reported(golden: Path, write: Write, found: Found):
    text = (golden / "play.cha").read_bytes().replace(b"mama", b"m\xe8re")
    assert found(read_record(write("x.cha", text)), ProblemKind.ENCODING_ASSUMED).count == 2


def test_a_transcript_without_any_bullet_is_refused(write: Write):
    with pytest.raises(FormatError, match="none of 2 utterances"):
        read_record(write("x.cha", "@UTF8\n@Begin\n*CHI:\tda .\n*MOT:\tyes .\n@End\n"))


def test_reversed_bullets_are_reported(write: Write, found: Found):
    record = read_record(write("x.cha", "@Begin\n*CHI:\tda . \x15900_100\x15\n*CHI:\tda . \x151000_1100\x15\n"))
    assert found(record, ProblemKind.OFFSET_BEFORE_ONSET).count == 1
