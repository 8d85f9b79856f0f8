"""ELAN: slots, references, vocabularies; what breaks other readers; what must be refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import Record
from tests.records.golden_table import read_golden

Write = Callable[..., Path]
Found = Callable[[Record, ProblemKind], Problem]


@pytest.fixture
def play(golden: Path) -> str:
    """Return the text of the synthetic document."""
    return (golden / "play.eaf").read_text(encoding="utf-8")


def test_synthetic_document_gives_the_expected_table(golden: Path, found: Found):
    record = read_golden(golden, "play.eaf")
    assert record.provenance[0].reader == "elan"
    untimed = found(record, ProblemKind.NO_TIME)
    assert untimed.count == 4
    assert "never timed left out" in untimed.examples[0]
    assert all("between its neighbours" in line for line in untimed.examples[1:])
    assert found(record, ProblemKind.MISMATCH).examples == ("line 64: shows 'stale', means 'word'",)


def test_private_content_is_dropped_unless_asked_for(golden: Path):
    plain, private = (read_record(golden / "play.eaf", keep_private=keep) for keep in (False, True))
    assert "secret" not in str(plain.metadata) and "Coder" not in str(plain.metadata)
    assert "secret" in str(private.metadata) and "Coder" in str(private.metadata)
    assert plain.metadata["media_origin_ms"] == ["1500"]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
def test_encodings(play: str, write: Write, codec: str):
    text = play.replace("peak", "pic élevé").replace('encoding="UTF-8"', f'encoding="{codec}"')
    record = read_record(write("x.eaf", text.encode(codec)))
    assert "pic élevé" in record.events["code"].to_list()
    assert record.events.height == 9


def test_cdata_single_quotes_and_angle_brackets_in_values(play: str, write: Write):
    text = play.replace("fuss &amp; cry", "<![CDATA[a <b> & c]]>").replace('"voice parts"', "'voice > \"parts\"'")
    events = read_record(write("x.eaf", text)).events
    assert events["code"][0] == "a <b> & c"
    assert 'voice > "parts"' in events["channel"].to_list()


def test_frames_as_time_unit(play: str, write: Write):
    text = play.replace('TIME_UNITS="milliseconds"', 'TIME_UNITS="PAL-frames"')
    assert read_record(write("x.eaf", text)).events["onset_s"][0] == 40.0
    with pytest.raises(FormatError, match="time unit"):
        read_record(write("y.eaf", play.replace("milliseconds", "furlongs")))


def test_a_circle_of_references_is_reported_not_followed(play: str, write: Write, found: Found):
    text = play.replace('ANNOTATION_ID="c1" ANNOTATION_REF="a1"', 'ANNOTATION_ID="c1" ANNOTATION_REF="d2"')
    record = read_record(write("x.eaf", text))
    assert record.events.height == 7
    assert found(record, ProblemKind.NO_TIME).count == 6


def test_a_document_without_any_time_holds_no_event(play: str, write: Write):
    text = re.sub(r' TIME_VALUE="[^"]*"', "", play)
    with pytest.raises(FormatError, match="no event"):
        read_record(write("x.eaf", text))


def test_overlap_within_a_tier_is_reported(play: str, write: Write, found: Found):
    record = read_record(write("x.eaf", play.replace('TIME_VALUE="6000"', 'TIME_VALUE="3000"')))
    assert found(record, ProblemKind.OVERLAP).count == 1


BROKEN = {
    "cut short": lambda text: text[: len(text) // 2],
    "last tag cut": lambda text: text.rstrip()[:-1],
    "wrong nesting": lambda text: text.replace("</ANNOTATION_VALUE>", "</ANNOTATION>", 1),
    "other name": lambda text: text.replace("</ANNOTATION_VALUE>", "</ANNOTATION_VALUS>", 1),
    "two roots": lambda text: text + "<a/>",
    "text after the root": lambda text: text + "more",
    "text before the root": lambda text: "more" + text.split("?>", 1)[1],
    "attribute without quotes": lambda text: text.replace('TIME_VALUE="1000"', "TIME_VALUE=1000"),
    "comment without end": lambda text: text.replace("<HEADER", "<!-- <HEADER"),
    "time is no number": lambda text: text.replace('TIME_VALUE="1000"', 'TIME_VALUE="soon"'),
    "time is not finite": lambda text: text.replace('TIME_VALUE="1000"', 'TIME_VALUE="1e999"'),
    "time is NaN": lambda text: text.replace('TIME_VALUE="1000"', 'TIME_VALUE="NaN"'),
    "tier without a name": lambda text: text.replace('TIER_ID="words"', ""),
    "unknown entity": lambda text: text.replace("&amp;", "&home;"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_documents_are_refused(play: str, write: Write, name: str):
    path = write("x.eaf", BROKEN[name](play))
    with pytest.raises(FormatError) as caught:
        read_record(path, format="elan")
    assert caught.value.file == str(path)
    assert caught.value.remedy


BOMB = """<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
EXTERNAL = """<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>"""


@pytest.mark.parametrize("doctype", [BOMB, EXTERNAL])
def test_entities_are_refused(play: str, write: Write, doctype: str):
    text = play.replace("<ANNOTATION_DOCUMENT", doctype + "<ANNOTATION_DOCUMENT").replace("fuss &amp;", "&b;")
    with pytest.raises(FormatError, match="entities"):
        read_record(write("x.eaf", text))


def test_real_file_that_breaks_a_common_reader(real: Callable[[str], Path]):
    record = read_record(real("eaf/speach_test.eaf"))
    chunks = record.events.filter(record.events["channel"] == "Person1 (ChunkLanguage)")
    assert set(chunks["code"]) == {"en", "jp"}
    assert set(chunks["actor"]) == {"P001"}


def test_annotations_on_one_line_of_the_file_are_told_apart(play: str, golden: Path, tmp_path: Path):
    joined = tmp_path / "play.eaf"
    joined.write_text(re.sub(r">\s*\n\s*<", "> <", play), encoding="utf-8")
    ours, theirs = read_record(joined), read_record(golden / "play.eaf")
    keys = ["onset_s", "channel", "code", "offset_s"]
    assert ours.events.drop("row").sort(keys).equals(theirs.events.drop("row").sort(keys))
    counts = [[(one.kind, one.count) for one in record.quality] for record in (ours, theirs)]
    assert counts[0] == counts[1]


def _same_events(play: str, other: str, write: Write) -> None:
    ours, theirs = (read_record(write("x.eaf", text)).events for text in (other, play))
    assert ours.equals(theirs)


def test_names_longer_than_a_machine_word_refer_as_short_ones_do(play: str, write: Write):
    _same_events(
        play, re.sub(r'((?:TIME_SLOT_\w+|ANNOTATION_(?:ID|REF)|PREVIOUS_ANNOTATION)=")', r"\1averylong", play), write
    )


def test_values_within_a_machine_word_are_read_as_longer_ones_are(play: str, write: Write):
    brief = play.replace("fuss &amp; cry", "fuss").replace("never timed", "never")
    ours, theirs = (read_record(write("x.eaf", text)).events for text in (brief, play))
    assert ours["code"].to_list() == theirs["code"].replace("fuss & cry", "fuss").to_list()


def test_a_vocabulary_entry_without_a_name_lends_its_value_to_no_other(play: str, write: Write):
    nameless = '<CV_ENTRY_ML><CVE_VALUE LANG_REF="eng">other</CVE_VALUE></CV_ENTRY_ML>'
    _same_events(
        play, play.replace('<CV_ENTRY_ML CVE_ID="cv1">', f'{nameless}\n        <CV_ENTRY_ML CVE_ID="cv1">'), write
    )
    after = play.replace("</CV_ENTRY_ML>", f"</CV_ENTRY_ML>\n{nameless}").replace(
        ">mot</ANNOTATION", ">other</ANNOTATION"
    )
    codes = read_record(write("x.eaf", after)).events["code"].to_list()
    assert codes.count("word") == 2 and "other" not in codes


def test_elements_unlike_all_others_are_read_as_well(play: str, write: Write):
    numbers = iter(range(10_000))
    _same_events(play, re.sub(r" ANNOTATION_ID=", lambda found: f' X{next(numbers)}="1"{found[0]}', play), write)
    _same_events(play, re.sub(r' ANNOTATION_ID="([^"]*)"', r" ANNOTATION_ID='\1'", play), write)


def test_a_tag_that_only_looks_like_its_neighbours_is_refused(play: str, write: Write):
    head, tail = play.rsplit(' ANNOTATION_ID="', 1)
    with pytest.raises(FormatError, match="no proper tag"):
        read_record(write("x.eaf", f"{head} ANNOTATION_ID='\"{tail}"))
