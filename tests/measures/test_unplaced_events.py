"""Events that could not be placed reach the numbers that rest on them, and no others."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bowlby.formats.read import read_record
from bowlby.formats.write import write_record
from bowlby.measures.definitions import all_definitions
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.session import Measures, measure
from bowlby.measures.unplaced_events import required_constructs, without_lossy_constructs
from bowlby.measures.value import Measure, MeasureStatus
from bowlby.records.codebook_file import codebook_from
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.modifiers import ModifierTest
from bowlby.records.pattern import pattern

BOOK = codebook_from(
    {
        "codebook": {"name": "lost"},
        "codable": {"child": ["cue.distress"], "caregiver": ["answer", "voice"]},
        "code": [
            {"code": "cry", "means": ["cue.distress"]},
            {"code": "soothe", "means": ["answer"]},
            {"code": "talk", "means": ["voice"]},
        ],
    }
)


def project(tmp_path: Path, cries: int, untimed: int, *, open_states: int = 0, cut: bool = False) -> Path:
    """Write a BORIS project of cries that are soothed, some without a time, and of talk, and return it."""
    events: list[list[object]] = []
    for number in range(cries):
        events += [[30.0 * number + 5, "Baby", "cry", "", ""], [30.0 * number + 8, "Mum", "soothe", "", ""]]
        events.append([30.0 * number + 20, "Mum", "talk", "", ""])
    events += [[None, "Baby", "cry", "", ""]] * untimed
    kinds = {"cry": "Point event", "soothe": "State event" if open_states else "Point event", "talk": "Point event"}
    conf = {str(place): {"type": kind, "code": code} for place, (code, kind) in enumerate(kinds.items())}
    observation = {"events": events, "media_info": {"length": {"a.mp4": 1200.0}}, "file": {"1": ["a.mp4"]}}
    whole = {
        "project_format_version": "7.0",
        "behaviors_conf": conf,
        "subjects_conf": {},
        "observations": {"o": {**observation, "type": "MEDIA", "time offset": 0.0}},
    }
    text = json.dumps(whole)
    file = tmp_path / "p.boris"
    file.write_text(text[: text.rindex('"media_info"')] if cut else text, encoding="utf-8")
    return file


def coded(*given: object, **options: bool | int) -> CodedRecord:
    return BOOK.apply(read_record(project(*given, **options)))  # pyright: ignore[reportArgumentType]


def by_name(table: Measures) -> dict[str, Measure]:
    return {one.name: one for one in table.measures}


def test_a_rate_is_a_lower_bound_and_what_may_lie_either_side_is_not_assessable(tmp_path: Path):
    found = by_name(measure(coded(tmp_path, 20, 6), shifts=20))
    rate = found["rate: cue.distress"]
    assert (rate.estimate, rate.n, rate.status, rate.high) == (60.0, 20, MeasureStatus.LOWER_BOUND, None)
    assert rate.low is not None and rate.low < 60
    assert rate.note.startswith("at least this: 6 events of what it rests on could not be placed (no time)")
    for name in ("share answered: distress", "response latency median: distress", "delta P: distress"):
        assert (found[name].estimate, found[name].status) == (None, MeasureStatus.NOT_ASSESSABLE)
        assert "6 events of what it rests on could not be placed (no time)" in found[name].note
    assert found["rate: voice"].status is MeasureStatus.ASSESSED and "placed" not in found["rate: voice"].note


def test_few_losses_leave_the_share_with_a_note(tmp_path: Path):
    found = by_name(measure(coded(tmp_path, 20, 1), shifts=20))
    assert found["rate: cue.distress"].status is MeasureStatus.LOWER_BOUND
    assert found["share answered: distress"].estimate == pytest.approx(1.0)
    assert "1 event of what it rests on could not be placed" in found["share answered: distress"].note


def test_a_bound_of_nothing_is_no_bound(tmp_path: Path):
    found = by_name(measure(coded(tmp_path, 0, 2), shifts=20))
    assert (found["rate: cue.distress"].estimate, found["rate: cue.distress"].status) == (
        None,
        MeasureStatus.NOT_ASSESSABLE,
    )


def test_states_without_a_stop_count_as_not_placed(tmp_path: Path):
    found = by_name(measure(coded(tmp_path, 9, 0, open_states=1), shifts=20))
    assert found["rate: answer"].status is MeasureStatus.LOWER_BOUND
    assert "unpaired state" in found["rate: answer"].note
    assert found["rate: cue.distress"].status is not MeasureStatus.LOWER_BOUND


def test_a_project_that_breaks_off_gives_lower_bounds(tmp_path: Path):
    found = by_name(measure(coded(tmp_path, 20, 0, cut=True), shifts=20))
    assert found["rate: cue.distress"].status is MeasureStatus.LOWER_BOUND
    assert "some events of what it rests on could not be placed (salvaged)" in found["rate: cue.distress"].note


def test_a_mapping_that_asks_for_modifiers_may_have_meant_what_was_lost(tmp_path: Path):
    loud = replace(BOOK, entries=(replace(BOOK.entries[0], modifiers=(ModifierTest("1", (pattern("loud"),)),)),))
    found = loud.apply(read_record(project(tmp_path, 3, 2)))
    assert found.acts.is_empty() and found.lost["count"].to_list() == [2]


def test_losses_survive_writing_and_reading(tmp_path: Path):
    record = read_record(project(tmp_path, 3, 2))
    write_record(record, tmp_path / "again.csv")
    again = read_record(tmp_path / "again.csv")
    assert [one.losses for one in again.quality] == [one.losses for one in record.quality]
    assert BOOK.apply(again).lost.equals(BOOK.apply(record).lost)


def test_inference_takes_what_lost_much_for_not_coded(tmp_path: Path):
    rule = EpisodeRule()
    much, little = (without_lossy_constructs(coded(tmp_path, 20, lost), rule) for lost in (6, 1))
    assert (Role.CHILD, Construct.CUE_DISTRESS) not in much.codable
    assert (Role.CHILD, Construct.CUE_DISTRESS) in little.codable
    assert (Role.CAREGIVER, Construct.VOICE) in much.codable


def test_every_measure_rests_on_something(tmp_path: Path):
    record, of = coded(tmp_path, 5, 0), {"scaring acts": ": fright.harsh", "rate": ": voice", "mean bout": ": voice"}
    for name in all_definitions():
        actor = "child" if name == "affect" else "caregiver"
        whole = name + of.get(name, ": voice" if name == "share of time" else "")
        assert required_constructs(Measure("o", actor, whole, 1.0, None, None, "per hour", 1), record, EpisodeRule()), (
            name
        )
