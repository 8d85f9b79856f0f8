"""CHAT: times and speakers, words only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.records.quality import Problem, ProblemKind
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
    assert read_record(write("x.cha", text.encode(codec))).events.height == 4


def test_latin_1_is_read_and_reported(golden: Path, write: Write, found: Found):
    text = (golden / "play.cha").read_bytes().replace(b"mama", b"m\xe8re")
    assert found(read_record(write("x.cha", text)), ProblemKind.ENCODING_ASSUMED).count == 2


def test_a_transcript_without_any_bullet_is_refused(write: Write):
    with pytest.raises(FormatError, match="none of 2 utterances"):
        read_record(write("x.cha", "@UTF8\n@Begin\n*CHI:\tda .\n*MOT:\tyes .\n@End\n"))


def test_reversed_bullets_are_reported(write: Write, found: Found):
    record = read_record(write("x.cha", "@Begin\n*CHI:\tda . \x15900_100\x15\n*CHI:\tda . \x151000_1100\x15\n"))
    assert found(record, ProblemKind.OFFSET_BEFORE_ONSET).count == 1


WORDS = [
    "xxx .",
    "yyy .",
    "www .",
    "0is going .",
    "&-uh .",
    "&~ga .",
    "+...",
    "10 .",
    ".",
    "mama 0 .",
    "hi [=! cries] .",
]
ACTS = {
    "0 .": ["0"],
    "0 [ods] .": ["0"],
    "0 [% Anna waits] .": ["0"],
    "<0> [=! cries] .": ["cries"],
    "0[=! smiles].": ["smiles"],
    "&=laughs .": ["laughs"],
    "(1.5) &=walks:away +...": ["walks:away"],
    "0is &=laughs .": ["laughs"],
    "&=claps &*MOT:yes .": ["claps"],
    "&{l=sings &}l=sings .": ["sings"],
    "&=laughs 0 [=! runs to Anna] .": ["laughs", "runs to ..."],
}


@pytest.mark.parametrize("line", WORDS)
def test_what_was_spoken_is_an_utterance_whatever_was_written_down(write: Write, line: str):
    events = read_record(write("x.cha", f"@Begin\n*CHI:\t{line} \x15100_900\x15\n")).events
    assert events.select("channel", "code").rows() == [("speech", "utterance")]


@pytest.mark.parametrize(("line", "codes"), ACTS.items())
def test_an_act_without_words_is_no_speech_and_says_what_it_is(write: Write, line: str, codes: list[str]):
    text = f"@Begin\n*CHI:\t{line} \x15100_900\x15\n*MOT:\tyes . \x15900_950\x15\n"
    events = read_record(write("x.cha", text)).events.filter(pl.col("actor") == "CHI")
    assert events["code"].to_list() == codes
    assert set(events["channel"]) == {"act"} and set(events["offset_s"]) == {0.9}
    assert "Anna" not in str(events)


def test_an_act_among_words_is_a_modifier_of_the_utterance(write: Write):
    text = "@Begin\n*CHI:\tmama &=cries no [=! whines] . \x15100_900\x15\n"
    assert read_record(write("x.cha", text)).events["modifiers"].to_list() == ["&=cries|&=whines"]
    (kept,) = read_record(write("x.cha", text.replace("whines", "calls Anna")), keep_private=True).events["modifiers"]
    assert kept.startswith("&=cries|&=calls Anna|mama")


def test_postcodes_are_modifiers_of_lines_with_and_without_words(write: Callable[..., Path]):
    text = (
        "@UTF8\n@Begin\n@Participants:\tCHI Target_Child, MOT Mother\n"
        "*MOT:\tlook at that [+ id] [+ cut1] . \x150_900\x15\n"
        "*CHI:\t&=whines . [+ r] \x151000_1900\x15\n"
        "*CHI:\t&=laughs mama [+to Anna] . \x152000_2900\x15\n@End\n"
    )
    record = read_record(write("x.cha", text))
    assert record.events["modifiers"].to_list() == [
        "postcode=id|postcode=cut1",
        "postcode=r",
        "&=laughs|postcode=to ...",
    ]
