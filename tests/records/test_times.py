"""Times as files write them: timecodes, midnight, decimal commas, thousands, text, negative ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.errors import FormatError
from bowlby.formats.load import LoadOptions, load_record
from bowlby.formats.manifest import read_manifest
from bowlby.formats.read import read_record
from bowlby.formats.readers._clock import FrameRate, clock_seconds, frame_rate
from bowlby.formats.scaffold import scaffold
from bowlby.records.codebook_file import load_codebook
from bowlby.records.layout import TableLayout, TimeUnit, Timing
from bowlby.records.quality import NOTES, EventLoss, Problem, ProblemKind
from bowlby.records.record import Record

Write = Callable[..., Path]
Found = Callable[[Record, ProblemKind], Problem]
CLOCK = TableLayout(TimeUnit.CLOCK, "start", "code", offset="end", actor="actor")
MS = replace(CLOCK, unit=TimeUnit.MILLISECONDS)
HEAD = "actor,code,start,end\n"
NTSC = FrameRate(30, ntsc=True)


def onsets(record: Record) -> list[float]:
    """Return the onsets, seconds."""
    return record.events["onset_s"].to_list()


@pytest.mark.parametrize(
    ("text", "rate", "seconds"),
    [
        ("00:00:01:12", 25.0, 1.48),
        ("01:00:00:00", 29.97, 3603.6),
        ("01:00:00;00", 29.97, 107892 * 1001 / 30000),
        ("00:00:59;29", 29.97, 1799 * 1001 / 30000),
        ("00:01:00;02", 29.97, 1800 * 1001 / 30000),
        ("00:10:00;00", 29.97, 17982 * 1001 / 30000),
        ("00;01;00;02", 29.97, 1800 * 1001 / 30000),
        ("00:01:00;04", 59.94, 3600 * 1001 / 60000),
        ("24:00:00;00", 29.97, 2589408 * 1001 / 30000),
        ("00:01:00;00", 29.97, None),
        ("00:11:00;01", 29.97, None),
        ("00:01:00;03", 59.94, None),
        ("00:00:01;00", 25.0, None),
        ("00:00:01:25", 25.0, None),
        ("00:00:01:12", None, None),
        ("-00:00:01:12", 25.0, -1.48),
    ],
)
def test_timecodes_are_those_of_smpte(write: Write, text: str, rate: float | None, seconds: float | None):
    found = clock_seconds(text, frame_rate(rate))
    assert found == (None if seconds is None else pytest.approx(seconds, abs=1e-12))
    path = write("a.csv", f"{HEAD}B,cry,{text},\n")
    layout = replace(CLOCK, frames_per_second=rate)
    if seconds is not None:
        assert onsets(read_record(path, layout)) == [found]
        return
    with pytest.raises(FormatError) as caught:
        read_record(path, layout)
    assert (caught.value.row, caught.value.column) == (2, "start")
    assert "frames_per_second" in (caught.value.remedy or "")


@pytest.mark.parametrize("nominal", [30, 60])
def test_drop_frame_labels_name_every_frame_once(nominal: int):
    """Labels in order, without those that are left out, count up by one frame each, through an hour."""
    rate = FrameRate(nominal, ntsc=True)
    labels = (
        f"00:{minute:02d}:{second:02d};{frame:02d}"
        for minute in range(60)
        for second in range(60)
        for frame in range(nominal)
        if second or minute % 10 == 0 or frame >= nominal // 15
    )
    numbers = [round((clock_seconds(label, rate) or 0.0) / rate.frame_s) for label in labels]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) == {30: 107892, 60: 215784}[nominal]


def clock(seconds: int) -> str:
    """Return a time of day."""
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def night(starts: list[int], actor: str = "B", code: str = "cry", length: int = 8) -> list[str]:
    """Return rows of states that begin at seconds since the first midnight."""
    return [f"{actor},{code},{clock(at)},{clock(at + length)}\n" for at in starts]


BEFORE = 23 * 3600 + 45 * 60 + 7
NIGHT = list(range(BEFORE, BEFORE + 1700, 120))


@pytest.mark.parametrize(
    "rows",
    [
        list(chain(*zip(night(NIGHT), night([at + 3 for at in NIGHT], "M", "soothe"), strict=True))),
        night(NIGHT) + night([at + 3 for at in NIGHT], "M", "soothe"),
        night(NIGHT[8:]) + night([at + 3 for at in NIGHT], "M", "soothe") + night(NIGHT[:8]),
    ],
    ids=["in order", "one actor after the other", "in disorder"],
)
def test_midnight_is_passed(write: Write, found: Found, rows: list[str]):
    record = read_record(write("a.csv", HEAD + "".join(rows)), CLOCK)
    assert sorted(onsets(record)) == sorted(chain(NIGHT, (at + 3 for at in NIGHT)))
    assert (record.events["offset_s"] > record.events["onset_s"]).all()
    assert record.observed("a").tolist() == [[BEFORE, max(NIGHT) + 11]]
    noted = found(record, ProblemKind.MIDNIGHT)
    assert noted.examples[0].startswith("row ")
    assert "is taken as the next day" in noted.examples[0]
    assert ProblemKind.MIDNIGHT in NOTES


def test_a_state_may_last_over_midnight(write: Write, found: Found):
    record = read_record(write("a.csv", f"{HEAD}B,cry,23:59:50,00:00:10\n"), CLOCK)
    assert record.events.select("onset_s", "offset_s").row(0) == (86390, 86410)
    assert "row 2" in found(record, ProblemKind.MIDNIGHT).examples[0]


def test_a_day_and_a_night_in_order_pass_midnight(write: Write):
    hours = range(7, 31)
    rows = night([hour * 3600 for hour in hours])
    assert onsets(read_record(write("a.csv", HEAD + "".join(rows)), CLOCK)) == [hour * 3600 for hour in hours]


def test_one_act_after_the_other_through_one_day_is_no_midnight(write: Write):
    hours = [hour * 3600 for hour in range(7, 22)]
    rows = night(hours) + night([at + 60 for at in hours], "M", "soothe")
    record = read_record(write("a.csv", HEAD + "".join(rows)), CLOCK)
    assert max(onsets(record)) < 86400
    assert ProblemKind.MIDNIGHT not in {entry.kind for entry in record.quality}


def boris_tabular(times: list[str]) -> str:
    """Return an export of starts and stops, one state a pair of times."""
    rows = [f"{time},Baby,cry,{'STOP' if place % 2 else 'START'}\n" for place, time in enumerate(times)]
    return "Time,Subject,Behavior,Status\n" + "".join(rows)


def boris_aggregated(times: list[str]) -> str:
    """Return an export of states, one a pair of times."""
    rows = [f"Baby,cry,STATE,{start},{stop}\n" for start, stop in zip(times[::2], times[1::2], strict=True)]
    return "Subject,Behavior,Behavior type,Start (s),Stop (s)\n" + "".join(rows)


def noldus(times: list[str]) -> str:
    """Return an export of starts and stops, one state a pair of times."""
    rows = [f"{time},Baby,cry,State {'stop' if place % 2 else 'start'}\n" for place, time in enumerate(times)]
    return "Time_Relative_hms,Subject,Behavior,Event_Type\n" + "".join(rows)


def interact(times: list[str]) -> str:
    """Return an export whose frame lasts from the first time to the last."""
    frame = [f"{level};{times[0]};{times[-1]};\n" for level in (1, 2)]
    rows = [f"3;{start};{stop};cry\n" for start, stop in zip(times[::2], times[1::2], strict=True)]
    return "Level;Onset Time;Offset Time;Affect\n" + "".join([*frame, *rows])


EXPORTS = pytest.mark.parametrize("export", [boris_tabular, boris_aggregated, noldus, interact])
OVER = list(range(BEFORE, BEFORE + 1700, 100))[:16]
"""Starts and stops in turn; midnight lies within a state, or, from the second on, between two."""


def hours_on(seconds: int) -> str:
    """Return a time whose hours go on beyond 24."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


@EXPORTS
@pytest.mark.parametrize("first", [0, 100], ids=["within a state", "between states"])
def test_a_programs_export_passes_midnight(write: Write, found: Found, export: Callable[[list[str]], str], first: int):
    """As a table does: what is read is as if hours had been counted on."""
    times = [at + first for at in OVER]
    assert any(at // 86400 != times[0] // 86400 for at in times)
    record = read_record(write("a.csv", export([clock(at) for at in times])))
    same = read_record(write("b.csv", export([hours_on(at) for at in times])))
    assert record.events.drop("session").equals(same.events.drop("session"))
    assert record.windows.drop("session").equals(same.windows.drop("session"))
    assert onsets(record) == times[::2]
    assert "next day" in found(record, ProblemKind.MIDNIGHT).examples[0]
    assert ProblemKind.MIDNIGHT not in {entry.kind for entry in same.quality}


@EXPORTS
def test_a_programs_export_that_goes_back_by_hours_is_refused(write: Write, export: Callable[[list[str]], str]):
    times = [clock(hour * 3600 + second) for hour in (9, 18, 10, 19) for second in (0, 5)]
    with pytest.raises(FormatError, match="go back by hours") as caught:
        read_record(write("a.csv", export(times)))
    assert caught.value.row == {boris_aggregated: 4, interact: 6}.get(export, 6)
    assert clock(10 * 3600) in str(caught.value.value)


@EXPORTS
def test_a_programs_export_in_plain_seconds_is_left_as_it_is(write: Write, export: Callable[[list[str]], str]):
    record = read_record(write("a.csv", export(["50000", "50005", "80000", "80005", "90", "95"])))
    assert sorted(onsets(record)) == [90, 50000, 80000]
    assert ProblemKind.MIDNIGHT not in {entry.kind for entry in record.quality}


@pytest.mark.parametrize(("mark", "rate"), [(":", 29.97), (";", 29.97), (":", 25.0), (":", 23.976), (";", 59.94)])
@pytest.mark.parametrize("program", [False, True])
def test_a_day_of_timecode_is_as_long_as_its_frames(write: Write, mark: str, rate: float, program: bool):
    """At 29.97 frames a second a day of labels lasts 86.4 s more, or, where labels are dropped, 0.1 s less."""
    layout = replace(CLOCK, frames_per_second=rate)

    def read(name: str, times: list[str]) -> list[float]:
        codes = [f"{time}{mark}{frame:02d}" for time in times for frame in (10, 20)]
        pairs = list(zip(codes[::2], codes[1::2], strict=True))
        rows = HEAD + "".join(f"B,cry,{start},{stop}\n" for start, stop in pairs)
        return onsets(read_record(write(name, interact(codes) if program else rows), layout))

    if program and mark == ";":
        return
    passed = read("a.csv", ["23:59:58", "23:59:59", "00:00:00", "00:01:01"])
    # A day added to a time is rounded once more than a time whose hours were counted on: 1.5e-11 s at 86,400 s.
    assert passed == pytest.approx(read("b.csv", ["23:59:58", "23:59:59", "24:00:00", "24:01:01"]), rel=0, abs=3e-11)
    assert passed == sorted(passed)
    assert passed[2] - passed[1] == pytest.approx(round(rate) * frame_rate(rate).frame_s)


@pytest.mark.parametrize("hours", [[9, 18, 10, 19], [9, 21, 8, 20, 10, 19]])
def test_times_of_day_in_no_order_are_refused(write: Write, hours: list[int]):
    path = write("a.csv", HEAD + "".join(night([hour * 3600 for hour in hours])))
    with pytest.raises(FormatError, match="go back by hours") as caught:
        read_record(path, CLOCK)
    assert caught.value.row == 4
    assert "session" in (caught.value.remedy or "")


def test_the_remedies_of_refused_times_of_day_work(write: Write):
    rows = night([hour * 3600 for hour in (9, 18, 10, 19)])
    assert len(read_record(write("sorted.csv", HEAD + "".join(sorted(rows))), CLOCK).events) == 4
    days = "day," + HEAD + "".join(f"{1 + place // 2},{row}" for place, row in enumerate(rows))
    assert len(read_record(write("days.csv", days), replace(CLOCK, session="day")).sessions) == 2
    beyond = [row.replace("10:00", "34:00").replace("19:00", "43:00") for row in rows]
    assert max(onsets(read_record(write("beyond.csv", HEAD + "".join(beyond)), CLOCK))) == 43 * 3600


AMBIGUOUS = HEAD + 'B,cry,"1,500","2,500"\nM,soothe,"1,700","2,200"\n'


@pytest.mark.parametrize(("key", "first"), [('decimal = ","', 0.0015), ('thousands = ","', 1.5)])
def test_thousands_are_refused_unless_they_are_stated(write: Write, key: str, first: float):
    path = write("a.csv", AMBIGUOUS)
    with pytest.raises(FormatError) as caught:
        read_record(path, MS)
    assert (caught.value.row, caught.value.column, caught.value.value) == (2, "start", "1,500")
    assert key in (caught.value.remedy or "")
    table = f'[table]\nunit = "ms"\nonset = "start"\noffset = "end"\ncode = "code"\nactor = "actor"\n{key}\n'
    book = load_codebook(write("book.toml", table + "[codable]\n"))
    assert onsets(read_record(path, book.layout)) == pytest.approx([first, first * 17 / 15])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2,5;10,25", [2.5, 10.25]),
        ("10,500;12,750", [10.5, 12.75]),
        ("1.500;2.500", [1.5, 2.5]),
        ("1200,000;2400,000", [1200, 2400]),
    ],
)
def test_decimal_commas_are_read_where_semicolons_part_the_cells(write: Write, text: str, seconds: list[float]):
    path = write("a.csv", f"actor;code;start;end\nB;cry;{text}\n")
    made = read_record(path, replace(CLOCK, unit=TimeUnit.SECONDS))
    assert list(made.events.select("onset_s", "offset_s").row(0)) == seconds


@pytest.mark.parametrize(
    ("cells", "seconds"), [("1,500\t2,5", (1.5, 2.5)), ("0,500\t1,500", (0.5, 1.5)), ("1,500\t1200,000", (1.5, 1200))]
)
def test_one_number_that_has_a_single_reading_settles_the_others(write: Write, cells: str, seconds: tuple):
    path = write("a.tsv", HEAD.replace(",", "\t") + f"B\tcry\t{cells}\n")
    made = read_record(path, replace(CLOCK, unit=TimeUnit.SECONDS))
    assert made.events.select("onset_s", "offset_s").row(0) == seconds


@pytest.mark.parametrize(
    "rows", ["B\tcry\t1,500\t2,500\n", "B\tcry\t2,5\t1.500\n", "B\tcry\t1,234,567\t\n", "B\tcry\t1.234,5\t\n"]
)
def test_numbers_of_two_readings_are_refused(write: Write, rows: str):
    with pytest.raises(FormatError, match="thousands"):
        read_record(write("a.tsv", HEAD.replace(",", "\t") + rows), replace(CLOCK, unit=TimeUnit.SECONDS))


@pytest.mark.parametrize(
    ("decimal", "thousands", "text", "seconds"),
    [
        (",", None, "1,500", 1.5),
        (None, ",", "1,500", 1500),
        (None, ",", "1,234,567.5", 1234567.5),
        (None, ",", "999", 999),
        (None, ".", "1.500,25", 1500.25),
        (",", ".", "1.500", 1500),
        (".", "'", "1'500.25", 1500.25),
        (",", " ", "1 500,25", 1500.25),
        (None, ",", "15,00", None),
        (",", None, "1.5", None),
        (",", ".", "1.50", None),
        (".", None, "1,5", None),
    ],
)
def test_stated_marks_are_followed(
    write: Write, decimal: str | None, thousands: str | None, text: str, seconds: float | None
):
    layout = replace(CLOCK, unit=TimeUnit.SECONDS, decimal=decimal, thousands=thousands)
    path = write("a.tsv", HEAD.replace(",", "\t") + f"B\tcry\t{text}\t\n")
    if seconds is None:
        with pytest.raises(FormatError):
            read_record(path, layout)
    else:
        assert onsets(read_record(path, layout)) == [seconds]


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_excels_first_line_is_no_row(write: Write, tmp_path: Path, line: str, encoding: str):
    path = tmp_path / "a.csv"
    path.write_text(f"{line}\nactor;code;start;end\nB;cry;2,5;10,25\nM;soothe;x;9,75\n", encoding=encoding)
    with pytest.raises(FormatError) as caught:
        read_record(path, replace(CLOCK, unit=TimeUnit.SECONDS))
    assert (caught.value.row, caught.value.value) == (4, "x")
    path.write_text(path.read_text(encoding=encoding).replace(";x;", ";4,0;"), encoding=encoding)
    assert onsets(read_record(path, replace(CLOCK, unit=TimeUnit.SECONDS))) == [2.5, 4]


def test_excels_first_line_is_known_wherever_a_header_is_looked_for(write: Write):
    plain = write("plain.csv", "sep=;\nactor;code;start;end\nB;cry;2,5;10,25\n")
    made = scaffold([plain], "plain")
    assert 'onset = "start"' in made.text
    assert [code["code"] for code in made.codes] == ["cry"]
    names = "Subject;Behavior;Behavior type;Start (s);Stop (s)"
    assert (
        read_record(write("b.csv", f"sep=;\n{names}\nB;s;STATE;1,5;2,5\n")).provenance[0].reader == "boris_aggregated"
    )
    mangold = write("m.csv", "sep=;\nLevel;Onset Time;Offset Time;Gaze\n1;0;10,5;\n3;1,5;2,5;at\n")
    assert onsets(read_record(mangold)) == [1.5]
    manifest = write("manifest.csv", "sep=;\nfile;child\nplain.csv;c1\n")
    assert read_manifest(manifest).rows["child"].to_list() == ["c1"]


@pytest.mark.parametrize(("above", "row"), [("", 1), ("sep=;\n", 2), ("\n\n", 3), ("sep=;\r\n\r\n", 3)])
@pytest.mark.parametrize(
    "header",
    [
        "actor;code;from;end\nB;cry;1;2\n",
        "actor;code;start;end;end\nB;cry;1;2;3\n",
        f"actor;code;start;{'e' * 10_001}\nB;cry;1;2\n",
        "B;cry;1;2\nM;pat;3;4\n",
        "Behavior;Behavior type;Behavior\ncry;POINT;x\n",
        "Level;Onset Time;Gaze\n1;0;at\n",
    ],
    ids=[
        "no such column",
        "one name twice",
        "a long name",
        "no header",
        "a program's, twice",
        "INTERACT's, one lacking",
    ],
)
def test_an_error_in_a_header_names_the_row_where_it_stands(write: Write, above: str, row: int, header: str):
    with pytest.raises(FormatError) as caught:
        read_record(write("a.csv", above + header), replace(CLOCK, unit=TimeUnit.SECONDS))
    assert caught.value.row == row


def test_a_delimiter_that_is_stated_wins_over_one_that_is_counted(write: Write):
    path = write("a.csv", "sep=|\nactor|code, as seen|start, ms|end, ms\nB|cry|1|2\n")
    layout = TableLayout(TimeUnit.MILLISECONDS, "start, ms", "code, as seen", offset="end, ms")
    assert onsets(read_record(path, layout)) == [0.001]


ETHOGRAM = {"0": {"type": "State event", "code": "cry"}, "1": {"type": "Point event", "code": "touch"}}


def project(*times: object, code: str = "cry", **observation: object) -> str:
    """Return a project whose one child starts and stops crying at these times."""
    events = [[time, "Baby", code, "", ""] for time in times]
    return json.dumps({"behaviors_conf": ETHOGRAM, "observations": {"o": {"events": events, **observation}}})


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["5.000", "9,5"], (5, 9.5)),
        (["5", 9.5], (5, 9.5)),
        (["00:00:05.000", "00:01:09.500"], (5, 69.5)),
        (["0,500", "1,500"], (0.5, 1.5)),
    ],
)
def test_times_as_text_are_read_and_noted(write: Write, found: Found, times: list[object], expected: tuple):
    record = read_record(write("a.boris", project(*times)))
    assert record.events.select("onset_s", "offset_s").row(0) == expected
    assert found(record, ProblemKind.TEXT_TIME).examples[0].startswith("o, row 1: ")
    assert ProblemKind.TEXT_TIME in NOTES


def test_a_text_of_two_readings_is_refused_with_a_remedy_that_works(write: Write):
    path = write("a.boris", project("1,500", "9,500"))
    with pytest.raises(FormatError) as caught:
        read_record(path)
    assert (caught.value.row, caught.value.column) == (1, "observations.o.events")
    for line, onset in (('decimal = ","', 1.5), ('thousands = ","', 1500)):
        assert line in (caught.value.remedy or "")
        book = write("book.toml", f"[codebook]\n[codable]\n[table]\n{line}\n")
        assert onsets(load_record(path, LoadOptions(codebook=book))) == [onset]


@pytest.mark.parametrize("lost", [None, "soon", True])
def test_a_lost_stop_does_not_lend_its_state_another(write: Write, found: Found, lost: object):
    """Cry from 5 to an unknown time, then from 20 to 25: never from 5 to 20."""
    record = read_record(write("a.boris", project(5, lost, 20, 25)))
    assert record.events.select("onset_s", "offset_s").rows() == [(5, None), (20, 25)]
    assert found(record, ProblemKind.NO_TIME).losses == (EventLoss("o", "cry", "Baby"),)
    assert found(record, ProblemKind.UNPAIRED_STATE).losses == (EventLoss("o", "cry", "Baby"),)


@pytest.mark.parametrize("observation", [{"time offset": "soon"}, {"observation time interval": [0, "x"]}])
def test_an_observations_time_that_cannot_be_read_is_no_zero(write: Write, observation: dict):
    with pytest.raises(FormatError, match="no number of seconds"):
        read_record(write("a.boris", project(5, 9, **observation)))


def test_what_has_no_place_in_time_is_reported_by_code(write: Write, found: Found):
    lost = {
        "a.csv": "Subject,Behavior,Behavior type,Start (s),Stop (s)\nx,s,STATE,NA,NA\nx,s,STATE,1,2\n",
        "b.csv": "Time,Subject,Behavior,Status\n,x,s,START\n1,x,s,START\n2,x,s,STOP\n",
        "c.csv": "Time_Relative_sf,Duration_sf,Subject,Behavior,Event_Type\n,1,x,s,State start\n1,1,x,s,State start\n",
    }
    for name, text in lost.items():
        record = read_record(write(name, text))
        assert found(record, ProblemKind.NO_TIME).losses == (EventLoss(name[0], "s", "x"),), name
        assert record.events.select("onset_s", "offset_s").rows() == [(1, 2)]


@pytest.mark.parametrize(
    "text",
    [
        "Subject,Behavior,Behavior type,Start (s),Stop (s)\nx,s,STATE,1,NA\nx,p,POINT,2,NA\n",
        "Subject,Behavior,Start (s),Stop (s)\nx,s,0,0.5\nx,s,1,NA\nx,p,2,NA\n",
        "Time,Subject,Behavior,Status\n1,x,s,START\n2,x,p,POINT\n",
        "Time_Relative_sf,Subject,Behavior,Event_Type\n1,x,s,State start\n2,x,p,Point\n",
    ],
    ids=["aggregated", "aggregated without types", "tabular", "noldus"],
)
def test_a_state_without_a_stop_is_unpaired_in_exports(write: Write, found: Found, text: str):
    record = read_record(write("a.csv", text))
    assert found(record, ProblemKind.UNPAIRED_STATE).losses == (EventLoss("a", "s", "x"),)
    assert record.events.filter(code="s", onset_s=1)["offset_s"].to_list() == [None]


def textgrid(*intervals: str) -> str:
    """Return a TextGrid of 30.67 s."""
    head = '"ooTextFile"\n"TextGrid"\n0\n30.67\n<exists>\n1\n"IntervalTier"\n"Baby"\n0\n30.67\n'
    return head + f"{len(intervals)}\n" + "\n".join(intervals) + "\n"


def test_an_offset_beyond_the_window_is_reported(write: Write, found: Found):
    record = read_record(write("a.TextGrid", textgrid('1 2 "fuss"', '17.255 45 "cry"')))
    outside = found(record, ProblemKind.OUTSIDE_OBSERVED)
    assert outside.count == 1
    assert "17.255-45 s, beyond 30.67 s" in outside.examples[0]
    assert record.events["offset_s"].to_list() == [2, 45]
    assert read_record(write("b.TextGrid", textgrid('17.255 30.67 "cry"'))).quality == ()


def test_a_state_over_a_gap_between_windows_is_reported(write: Write, found: Found):
    windows = [
        {"session": "s", "kind": "observed", "onset_s": onset, "offset_s": onset + 10, "reason": ""}
        for onset in (0, 20)
    ]
    head = f"# bowlby-record 1\n# {json.dumps({'windows': windows})}\nsession,code,onset_s,offset_s\n"
    record = read_record(write("a.csv", head + "s,cry,5,25\ns,cry,21,30\n"))
    assert found(record, ProblemKind.OUTSIDE_OBSERVED).count == 1
    assert "beyond 10 s" in found(record, ProblemKind.OUTSIDE_OBSERVED).examples[0]


NEGATIVE: dict[str, tuple[str, Timing | None]] = {
    "a.csv": ("c.ordinal,c.onset,c.offset,c.code\n1,-3840,1000,cry\n2,1001,1500,fuss\n", None),
    "b.csv": (HEAD + "B,cry,-3840,1000\n", MS),
    "c.csv": (HEAD + "B,cry,-00:00:03.84,00:00:01\n", CLOCK),
    "d.rttm": ("SPEAKER r 1 -3.84 4.84 <NA> <NA> CHI <NA> <NA>\n", None),
    "e.cha": ("@UTF8\n@Begin\n*CHI:\tba . \x15-3840_1000\x15\n@End\n", None),
    "f.boris": (project(-3.84, 1), None),
    "g.csv": ("Subject,Behavior,Behavior type,Start (s),Stop (s)\nx,s,STATE,-3.84,1\n", None),
    "h.csv": ("Time,Subject,Behavior,Status\n-3.84,x,s,START\n1,x,s,STOP\n", None),
    "i.csv": ("Time_Relative_sf,Duration_sf,Subject,Behavior,Event_Type\n-3.84,4.84,x,s,State start\n", None),
    "j.csv": ("Level,Onset Time,Offset Time,Gaze\n3,-3.84,1,at\n", None),
    "k.TextGrid": (textgrid('-3.84 1 "cry"'), None),
    "l.dat": ("FirstLineOfData=2\n-3840, s\n", None),
    "m.csv": ("# bowlby-record 1\nsession,code,onset_s,offset_s\ns,cry,-3.84,1\n", None),
    "n.its": (
        '<ITS><Recording startTime="PT-4S" endTime="PT9S"><Segment spkr="CHN" startTime="PT-3.84S" endTime="PT1S"/>'
        "</Recording></ITS>",
        None,
    ),
    "o.eaf": (
        '<ANNOTATION_DOCUMENT><HEADER TIME_UNITS="milliseconds"/><TIME_ORDER>'
        '<TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="-3840"/><TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="1000"/></TIME_ORDER>'
        '<TIER TIER_ID="t"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="x" TIME_SLOT_REF1="a" TIME_SLOT_REF2="b">'
        "<ANNOTATION_VALUE>cry</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>",
        None,
    ),
}


@pytest.mark.parametrize("name", NEGATIVE)
def test_negative_onsets_are_read_in_every_format(write: Write, name: str):
    text, layout = NEGATIVE[name]
    record = read_record(write(name, text), layout)
    assert record.events["onset_s"][0] == pytest.approx(-3.84)


def test_negative_onsets_of_a_datavyu_project_are_read(tmp_path: Path):
    import zipfile

    path = tmp_path / "a.opf"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("db", "#4\nc (MATRIX,true,)-code|NOMINAL\n-00:00:03:840,00:00:01:000,(cry)\n")
    assert read_record(path).events.select("onset_s", "offset_s").row(0) == (-3.84, 1)


@given(st.lists(st.integers(0, 3_000_000), min_size=2, max_size=20, unique=True))
def test_decimal_commas_and_points_read_alike(tmp_path_factory: pytest.TempPathFactory, thousandths: list[int]):
    folder = tmp_path_factory.mktemp("marks")
    values = [f"{at / 1000:.3f}" for at in thousandths]
    layout = TableLayout(TimeUnit.SECONDS, "t", "c")
    found: list[list[float]] = []
    for mark in ".,":
        path = folder / f"{ord(mark)}.csv"
        path.write_text("t;c\n" + "".join(f"{value.replace('.', mark)};x\n" for value in values))
        found.append(onsets(read_record(path, layout)))
    assert found[0] == found[1]
