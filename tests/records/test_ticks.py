"""Holes of one tick between states: closed once, at load, and never between utterances."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bowlby.formats.read import read_record
from bowlby.formats.write import write_record
from bowlby.records.layout import TableLayout, TimeUnit, Timing
from bowlby.records.quality import NOTES, ProblemKind
from bowlby.records.record import Record

Write = Callable[..., Path]
MS = TableLayout(TimeUnit.MILLISECONDS, "start", "code", offset="end", actor="actor")
HEAD = "actor,code,start,end\n"


def holes(record: Record) -> int:
    """Return how many holes the record says were closed."""
    return sum(found.count for found in record.quality if found.kind == ProblemKind.TICKS_CLOSED)


def ends(record: Record) -> list[float | None]:
    """Return the offsets of a record, seconds, by onset."""
    return record.events["offset_s"].to_list()


@pytest.mark.parametrize(
    ("rows", "expected", "count"),
    [
        ("B,fuss,1000,1999\nB,cry,2000,3000\n", [2.0, 3.0], 1),
        ("B,fuss,1000,1999\nB,fuss,2000,3000\n", [2.0, 3.0], 1),
        ("B,fuss,1000,1998\nB,cry,2000,3000\n", [1.998, 3.0], 0),
        ("B,fuss,1000,2000\nB,cry,2000,3000\n", [2.0, 3.0], 0),
        ("B,fuss,1000,1999\nM,cry,2000,3000\n", [1.999, 3.0], 0),
        ("B,fuss,1000,1999\nB,cry,2000,\n", [1.999, None], 0),
        ("B,fuss,1000,1999\nB,cry,2000,2000\n", [1.999, None], 0),
        ("B,fuss,1000,1999\nB,fuss,1500,2500\nB,cry,2000,3000\n", [1.999, 2.5, 3.0], 0),
        ("B,fuss,1000,1999\nB,look,1500,2500\nB,cry,2000,3000\n", [2.0, 2.5, 3.0], 1),
        ("B,cry,2000,3000\nB,fuss,1000,1999\n", [2.0, 3.0], 1),
    ],
    ids=[
        "two codes", "one code", "two ticks", "touching", "two actors", "a point after", "zero length after",
        "covered by its own code", "covered by another", "unsorted",
    ],
)  # fmt: skip
def test_a_hole_of_one_tick_is_closed_between_states_of_one_actor(
    write: Write, rows: str, expected: list[float | None], count: int
):
    record = read_record(write("a.csv", HEAD + rows), MS)
    assert ends(record) == expected
    assert holes(record) == count
    assert ProblemKind.TICKS_CLOSED in NOTES


def test_channels_and_sessions_are_apart(write: Write):
    layout = replace(MS, channel="tier", session="visit")
    text = "visit,tier,actor,code,start,end\n"
    text += "1,a,B,x,0,999\n1,b,B,y,1000,2000\n2,a,B,y,1000,2000\n2,a,B,z,0,999\n"
    record = read_record(write("a.csv", text), layout)
    assert ends(record) == [0.999, 2.0, 1.0, 2.0]
    assert holes(record) == 1


@pytest.mark.parametrize(("tick", "count"), [(None, 0), (0.04, 1), (0.039, 0)])
def test_a_table_in_seconds_has_the_tick_that_is_stated(write: Write, tick: float | None, count: int):
    # 1000.04 - 1000 is .03999999999996362 in binary: the numbers' own rounding must not decide.
    layout = replace(MS, unit=TimeUnit.SECONDS, tick=tick)
    record = read_record(write("a.csv", HEAD + "B,x,1,1000\nB,y,1000.04,1001\n"), layout)
    assert holes(record) == count
    assert record.provenance[0].resolution_s == tick


def test_a_tick_that_is_stated_goes_for_files_of_any_format(write: Write):
    text = "Level,Onset Time,Offset Time,Gaze\n1,0,10,\n3,1,2,at\n3,2.1,3,away\n"
    path = write("a.csv", text)
    assert holes(read_record(path)) == 0
    assert holes(read_record(path, Timing(tick=0.1))) == 1


@pytest.mark.parametrize("rate", [25.0, 30.0])
def test_frames_have_a_tick_of_one_frame(write: Write, rate: float):
    layout = replace(MS, unit=TimeUnit.FRAMES, frames_per_second=rate)
    record = read_record(write("a.csv", HEAD + "B,x,100001,123456\nB,y,123457,123500\nB,z,123502,123600\n"), layout)
    assert holes(record) == 1
    assert ends(record)[0] == 123457 / rate


def test_timecodes_have_a_tick_of_one_frame(write: Write):
    layout = replace(MS, unit=TimeUnit.DROP_FRAME, frames_per_second=29.97)
    record = read_record(write("a.csv", HEAD + "B,x,00:00:00;00,00:00:59;29\nB,y,00:01:00;02,00:01:10;00\n"), layout)
    assert holes(record) == 1


@pytest.mark.parametrize(("rate", "places"), [(25.0, 2), (30000 / 1001, 3), (30000 / 1001, 2), (60.0, 3)])
def test_an_interact_export_has_the_frame_that_its_times_are_multiples_of(write: Write, rate: float, places: int):
    def time(frame: int) -> str:
        return f"{frame / rate:.{places}f}"

    rows = "".join(f"3,{time(at)},{time(at + 6)},c{at % 3}\n" for at in range(1000, 1350, 7))
    record = read_record(write("a.csv", f"Level,Onset Time,Offset Time,Affect\n1,{time(0)},{time(2000)},\n{rows}"))
    assert record.provenance[0].resolution_s == pytest.approx(1 / rate, abs=1e-12)
    assert holes(record) == 49


def test_times_that_know_no_frame_have_no_tick(write: Write):
    rows = "".join(f"3,{at}.{at % 97:03d},{at}.{at % 97 + 800:03d},c\n" for at in range(1, 60))
    record = read_record(write("a.csv", f"Level,Onset Time,Offset Time,Affect\n1,0,100,\n{rows}"))
    assert record.provenance[0].resolution_s is None


def test_boris_elan_and_datavyu_count_milliseconds(write: Write):
    ethogram = {str(n): {"type": "State event", "code": code, "category": "affect"} for n, code in enumerate("ab")}
    events = [[1, "B", "a"], [1.999, "B", "a"], [2, "B", "b"], [3, "B", "b"]]
    text = json.dumps({"behaviors_conf": ethogram, "observations": {"o": {"events": events}}})
    made = {
        "boris": read_record(write("a.boris", text)),
        "datavyu_csv": read_record(write("a.csv", "c.ordinal,c.onset,c.offset,c.code\n1,1000,1999,a\n2,2000,3000,b\n")),
        "boris_aggregated": read_record(
            write("b.csv", "Subject,Behavior,Behavior type,Start (s),Stop (s)\nB,a,STATE,1,1.999\nB,b,STATE,2,3\n")
        ),
    }
    for name, record in made.items():
        assert record.provenance[0].reader == name
        assert ends(record) == [2.0, 3.0], name
        assert record.provenance[0].resolution_s == 0.001


SPEECH = {
    "a.rttm": "SPEAKER r 1 1.0 0.99 <NA> <NA> CHI <NA> <NA>\nSPEAKER r 1 2.0 1.0 <NA> <NA> CHI <NA> <NA>\n",
    "a.cha": "@UTF8\n@Begin\n*CHI:\tba . \x151000_1999\x15\n*CHI:\tda . \x152000_3000\x15\n@End\n",
    "a.its": '<ITS><Recording startTime="PT0S" endTime="PT9S"><Segment spkr="CHN" startTime="PT1S" endTime="PT1.99S"/>'
    '<Segment spkr="CHN" startTime="PT2S" endTime="PT3S"/></Recording></ITS>',
}


@pytest.mark.parametrize("name", SPEECH)
@pytest.mark.parametrize("timing", [None, Timing(tick=0.01)])
def test_utterances_are_never_joined(write: Write, name: str, timing: Timing | None):
    record = read_record(write(name, SPEECH[name]), timing)
    assert ends(record)[0] == pytest.approx(1.99, abs=0.01)
    assert ends(record)[0] < 2
    assert holes(record) == 0


def test_transcribed_words_are_left_alone(write: Write):
    codes = ["look at that", "a dog", "yes", "where is it", "over there", "so big"]
    rows = "".join(f"B,{code},{1000 * at},{1000 * at + 999}\n" for at, code in enumerate(codes))
    assert holes(read_record(write("a.csv", HEAD + rows), MS)) == 0
    said = rows.replace("a dog", "look at that").replace("where is it", "over there").replace("so big", "over there")
    assert holes(read_record(write("b.csv", HEAD + said), MS)) == 5


def test_praat_draws_its_holes_by_hand(write: Write):
    rows = '0 1.999 "a" 1.999 2 "" 2 3 "b"'.replace(" ", "\n")
    text = f'"ooTextFile"\n"TextGrid"\n0\n3\n<exists>\n1\n"IntervalTier"\n"t"\n0\n3\n3\n{rows}\n'
    record = read_record(write("a.TextGrid", text))
    assert ends(record) == [1.999, 3]
    assert record.provenance[0].resolution_s is None


def test_a_record_that_was_written_keeps_its_resolution_and_its_note(write: Write, tmp_path: Path):
    record = read_record(write("a.csv", HEAD + "B,fuss,1000,1999\nB,cry,2000,3000\n"), MS)
    again = read_record(write_record(record, tmp_path / "kept.csv"))
    assert again.provenance[0].resolution_s == 0.001
    assert holes(again) == 1
    assert again.events.equals(record.events)
