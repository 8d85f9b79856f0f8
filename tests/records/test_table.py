"""Plain tables: units stated or refused, bad cells named, nothing guessed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.records.layout import TableLayout, TimeUnit
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import Record

Write = Callable[..., Path]
Found = Callable[[Record, ProblemKind], Problem]
LAYOUT = TableLayout(TimeUnit.SECONDS, "onset", "code", offset="offset", actor="who")
TEXT = "who,onset,offset,code\nchild,1,2.5,cry\nmother,3.25,,pat\n"


def rows(record: Record) -> list[tuple[str, str, float, float | None, int]]:
    """Return actor, code, times and row of each event."""
    return record.events.select("actor", "code", "onset_s", "offset_s", "row").rows()


EXPECTED = [("child", "cry", 1, 2.5, 2), ("mother", "pat", 3.25, None, 3)]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(write: Write, mark: str):
    assert rows(read_record(write("a.csv", TEXT.replace(",", mark)), LAYOUT)) == EXPECTED


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_any_unicode_reads_the_same(write: Write, codec: str):
    assert rows(read_record(write("a.csv", TEXT.encode(codec)), LAYOUT)) == EXPECTED


def test_latin_letters_are_read_and_told(write: Write, found: Found):
    made = read_record(write("a.csv", TEXT.replace("pat", "tête").encode("latin-1")), LAYOUT)
    assert made.events["code"].to_list() == ["cry", "tête"]
    assert found(made, ProblemKind.ENCODING_ASSUMED).count == 1


@pytest.mark.parametrize("ends", ["\r\n", "\n\n", "\r"])
def test_line_ends_and_blank_lines_change_nothing(write: Write, ends: str):
    made = read_record(write("a.csv", TEXT.replace("\n", ends)), LAYOUT)
    assert [row[:4] for row in rows(made)] == [row[:4] for row in EXPECTED]


def test_quoted_cells_may_hold_the_delimiter(write: Write):
    made = read_record(write("a.csv", TEXT.replace("cry", '"cry, loud"')), LAYOUT)
    assert made.events["code"].to_list() == ["cry, loud", "pat"]


def test_decimal_commas_are_read_between_semicolons(write: Write):
    text = TEXT.replace(",", ";").replace(".", ",")
    assert rows(read_record(write("a.csv", text), LAYOUT)) == EXPECTED


UNITS = {
    TimeUnit.SECONDS: ("90.5", "91"),
    TimeUnit.MILLISECONDS: ("90500", "91000"),
    TimeUnit.MICROSECONDS: ("90500000", "91000000"),
    TimeUnit.FRAMES: ("2262.5", "2275"),
    TimeUnit.CLOCK: ("00:01:30.5", "01:31"),
    TimeUnit.TIMECODE: ("00:01:30:15", "00:01:31:00"),
    TimeUnit.DROP_FRAME: ("00:01:30;17", "00:01:31;02"),
}
RATES = {TimeUnit.TIMECODE: 30.0, TimeUnit.DROP_FRAME: 29.97}


@pytest.mark.parametrize("unit", list(TimeUnit))
def test_units_are_turned_into_seconds(write: Write, unit: TimeUnit):
    onset, offset = UNITS[unit]
    rate = RATES.get(unit, 25.0)
    path = write("a.csv", f"onset,offset,code\n{onset},{offset},cry\n")
    made = read_record(path, replace(LAYOUT, actor=None, unit=unit, frames_per_second=rate))
    frame = 1001 / 30000 if unit == TimeUnit.DROP_FRAME else 0.0
    expected = (2715 * frame, 2730 * frame) if frame else (90.5, 91)
    assert made.events.select("onset_s", "offset_s").row(0) == pytest.approx(expected, abs=1e-12)


def test_a_duration_is_added_to_its_onset(write: Write):
    path = write("a.csv", "onset,length,code\n1,0.5,cry\n2,,pat\n")
    made = read_record(path, TableLayout(TimeUnit.SECONDS, "onset", "code", duration="length"))
    assert made.events["offset_s"].to_list() == [1.5, None]


def test_all_columns_of_a_layout_are_used(write: Write):
    path = write("a.csv", "s,t,a,p,c,code,m,n\nv1,1,child,mother,voice,cry,loud,\nv2,2,,,,cry,,\n")
    layout = TableLayout(
        TimeUnit.SECONDS, "t", "code", session="s", actor="a", partner="p", channel="c", modifiers=("m", "n")
    )
    events = read_record(path, layout).events
    assert events.drop("row").row(0) == ("v1", "child", "mother", "voice", "cry", 1, None, "loud|")
    assert events["session"].to_list() == ["v1", "v2"]


@pytest.mark.parametrize("name", ["*", "^.*$", "_row", "row", "on set", "é"])
@pytest.mark.parametrize("value", ["1.5", '"1.5 "'])
def test_a_column_may_have_any_name(write: Write, name: str, value: str):
    path = write("a.csv", f"other,{name},code\n7,{value},cry\n")
    assert read_record(path, TableLayout(TimeUnit.SECONDS, name, "code")).events["onset_s"].to_list() == [1.5]


def test_a_table_without_a_header_is_numbered(write: Write):
    path = write("a.csv", "1,2,-1\n2,3,0\n")
    made = read_record(path, TableLayout(TimeUnit.SECONDS, "1", "3", offset="2", header=False))
    assert rows(made) == [("", "-1", 1, 2, 1), ("", "0", 2, 3, 2)]


def test_blank_rows_are_skipped_and_rows_keep_their_number(write: Write):
    made = read_record(write("a.csv", TEXT + "child,,,\n,,,\nchild,9,10,cry\n"), LAYOUT)
    assert rows(made)[-1] == ("child", "cry", 9, 10, 6)
    assert len(made.events) == 3


def test_a_timed_row_without_code_is_kept(write: Write):
    made = read_record(write("a.csv", TEXT + "child,9,10,\n"), LAYOUT)
    assert rows(made)[-1] == ("child", "", 9, 10, 4)


def test_offset_before_onset_is_told_not_refused(write: Write, found: Found):
    made = read_record(write("a.csv", TEXT + "child,9,8,cry\n"), LAYOUT)
    assert found(made, ProblemKind.OFFSET_BEFORE_ONSET).examples == ("row 4: child cry at 9-8 s",)


BAD = {
    "no number": ("child,x,2,cry", 4, "onset", "x"),
    "NaN": ("child,1,nan,cry", 4, "offset", "nan"),
    "infinity": ("child,inf,2,cry", 4, "onset", "inf"),
    "no onset": ("child,,2,cry", 4, "onset", None),
    "clock time for seconds": ("child,00:01,2,cry", 4, "onset", "00:01"),
    "too many cells": ("child,1,2,cry,again", 4, None, "again"),
}


@pytest.mark.parametrize(("line", "row", "column", "value"), BAD.values(), ids=BAD.keys())
def test_bad_cells_are_named(write: Write, line: str, row: int, column: str | None, value: str | None):
    path = write("a.csv", f"{TEXT}{line}\n")
    with pytest.raises(FormatError) as caught:
        read_record(path, LAYOUT)
    error = caught.value
    assert (error.file, error.row, error.column) == (str(path), row, column)
    assert value is None or (error.value or "").lower() == value
    assert error.remedy


def test_a_negative_duration_is_refused(write: Write):
    path = write("a.csv", "onset,length,code\n1,-0.5,cry\n")
    with pytest.raises(FormatError, match="negative") as caught:
        read_record(path, TableLayout(TimeUnit.SECONDS, "onset", "code", duration="length"))
    assert (caught.value.row, caught.value.column, caught.value.value) == (2, "length", "-0.5")


def test_frame_counts_without_a_rate_are_refused(write: Write):
    path = write("a.csv", TEXT.replace("1,2.5", "00:00:01:12,00:00:02"))
    with pytest.raises(FormatError, match="counts frames") as caught:
        read_record(path, replace(LAYOUT, unit=TimeUnit.CLOCK))
    assert caught.value.row == 2
    assert "frames_per_second" in (caught.value.remedy or "")


def test_a_missing_column_suggests_the_nearest(write: Write):
    with pytest.raises(FormatError, match="Did you mean 'onset'") as caught:
        read_record(write("a.csv", TEXT), replace(LAYOUT, onset="onset_s"))
    assert caught.value.column == "onset_s"


def test_a_delimiter_nobody_knows_is_told(write: Write):
    with pytest.raises(FormatError, match="single column"):
        read_record(write("a.csv", TEXT.replace(",", " ")), LAYOUT)


def test_twin_columns_are_refused(write: Write):
    with pytest.raises(FormatError, match="same name"):
        read_record(write("a.csv", TEXT.replace("who", "onset")), LAYOUT)


def test_an_open_quote_is_named(write: Write):
    with pytest.raises(FormatError):
        read_record(write("a.csv", TEXT + 'child,5,6,"cry\n'), LAYOUT)


def test_without_a_layout_the_remedy_is_the_scaffold(write: Write):
    with pytest.raises(FormatError, match=r"bowlby codebook init \S*a\.csv -o codes\.toml"):
        read_record(write("a.csv", TEXT))


def test_a_row_without_session_is_refused(write: Write):
    with pytest.raises(FormatError, match="session") as caught:
        read_record(write("a.csv", TEXT + ",4,5,cry\n"), replace(LAYOUT, actor=None, session="who"))
    assert caught.value.row == 4


def test_milliseconds_read_as_seconds_raise_a_doubt(write: Write, found: Found):
    text = "onset,offset,code\n0,500,a\n600000,601000,a\n"
    layout = replace(LAYOUT, actor=None)
    assert "ms" not in str(read_record(write("a.csv", text), replace(layout, unit=TimeUnit.MILLISECONDS)).quality)
    problem = found(read_record(write("a.csv", text), layout), ProblemKind.MIXED_UNITS)
    assert "601000 s when read as s" in problem.examples[0]


def test_seconds_read_as_milliseconds_raise_a_doubt(write: Write, found: Found):
    text = "onset,offset,code\n" + "".join(f"{second},{second + 1},a\n" for second in range(9))
    layout = replace(LAYOUT, actor=None, unit=TimeUnit.MILLISECONDS)
    assert found(read_record(write("a.csv", text), layout), ProblemKind.MIXED_UNITS).count == 1


def test_parquet_and_excel_read_as_csv_does(write: Write, tmp_path: Path):
    frame = pl.DataFrame(
        {"who": ["child", "mother"], "onset": [1.0, 3.25], "offset": [2.5, None], "code": ["cry", "pat"]}
    )
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_excel(tmp_path / "a.xlsx")
    assert [row[:4] for row in rows(read_record(tmp_path / "a.parquet", LAYOUT))] == [row[:4] for row in EXPECTED]
    assert rows(read_record(tmp_path / "a.xlsx", LAYOUT)) == EXPECTED


def test_parquet_times_must_be_numbers(tmp_path: Path):
    pl.DataFrame({"onset": [True], "code": ["a"]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(FormatError, match="Boolean"):
        read_record(tmp_path / "a.parquet", TableLayout(TimeUnit.SECONDS, "onset", "code"))


def test_damaged_parquet_is_refused(tmp_path: Path):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"onset": [1.0], "code": ["a"]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(FormatError, match="damaged"):
        read_record(path, TableLayout(TimeUnit.SECONDS, "onset", "code"))


times = st.floats(0, 1e5).map(lambda value: round(value, 3))


@given(st.lists(st.tuples(times, times, st.text(st.characters(categories=["L", "P"]), min_size=1)), min_size=1))
def test_the_quick_way_and_the_careful_way_agree(tmp_path_factory: pytest.TempPathFactory, table: list):
    """A header-less layout always goes the careful way; the same numbers must come out of both."""
    folder = tmp_path_factory.mktemp("ways")
    frame = pl.DataFrame(table, schema=["onset", "length", "code"], orient="row")
    frame.write_csv(folder / "a.csv")
    frame.write_csv(folder / "b.csv", include_header=False)
    quick = read_record(folder / "a.csv", TableLayout(TimeUnit.SECONDS, "onset", "code", duration="length")).events
    layout = TableLayout(TimeUnit.SECONDS, "1", "3", duration="2", header=False)
    careful = read_record(folder / "b.csv", layout).events
    assert quick.drop("session", "row").equals(careful.drop("session", "row"))
    assert math.isclose(quick["onset_s"].sum(), sum(row[0] for row in table), rel_tol=1e-9)
