"""Mangold INTERACT exports, made-up and real."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.records.codebook_file import load_codebook
from bowlby.records.constructs import Construct, Role
from bowlby.records.layout import TableLayout, TimeUnit

Write = Callable[..., Path]
Real = Callable[[str], Path]
HEAD = "Level,Description,Number,Onset_Time,Offset_Time,Duration_Time,Gaze\n"
FRAME = "1,a,1,0,60,60,\n"
DYADS = {"3367": ((2325.0, 2645.4), 320.4, 46), "3414": ((2921.0, 3224.0), 303.0, 15)}


@pytest.mark.parametrize(("dyad", "expected"), DYADS.items())
def test_the_real_dyads_have_their_window_and_affect(real: Real, dyad: str, expected: tuple):
    window, seconds, affects = expected
    record = read_record(real(f"mangold/mangold_{dyad}goodman.csv"))
    assert record.observed(f"mangold_{dyad}goodman").tolist() == [list(window)]
    book = Path(__file__).parents[2] / "examples" / "codebooks" / "affect-interact.toml"
    coded = load_codebook(book).apply(record)
    assert len(coded.acts) == affects
    assert coded.codable_s(coded.sessions[0]) == {"caregiver:affect": pytest.approx(seconds)}
    assert coded.is_codable(Role.CAREGIVER, Construct.AFFECT)
    assert not coded.is_codable(Role.CAREGIVER, Construct.TOUCH, Construct.FRIGHT_HARSH, Construct.ANSWER)


@pytest.mark.parametrize("dyad", DYADS)
def test_the_real_dyads_equal_an_independent_parse(real: Real, dyad: str):
    path = real(f"mangold/mangold_{dyad}goodman.csv")
    with path.open(newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["Level"] == "3"]
    cells = [
        (name, row[name], float(row["Onset_Time"]), float(row["Offset_Time"]))
        for row in rows
        for name in row
        if ("Affect" in name or "Problem" in name) and row[name]
    ]
    # Of two states of a class the first stops a frame before the second starts: at 25 a second, a hole of .04 s.
    starts = {(name, round(onset * 25)): onset for name, _, onset, _ in cells}
    closed = [(*rest, starts.get((rest[0], round(offset * 25) + 1), offset)) for *rest, offset in cells]
    record = read_record(path)
    assert sorted(record.events.select("channel", "code", "onset_s", "offset_s").rows()) == sorted(closed)
    assert record.provenance[0].resolution_s == 0.04
    assert closed != cells


@pytest.mark.parametrize("dyad", DYADS)
def test_the_event_lists_of_the_same_dyads_agree_to_a_tenth_of_a_second(real: Real, dyad: str):
    layout = TableLayout(TimeUnit.SECONDS, "1", "3", offset="2", header=False)
    listed = read_record(real(f"mother_infant_csv/fsit_MaternalAffect_Events_{dyad}.csv"), layout).events
    listed = listed.filter(pl.col("code") != "NaN").sort("onset_s")
    coded = read_record(real(f"mangold/mangold_{dyad}goodman.csv")).events
    coded = coded.filter(pl.col("channel") == "Maternal Affect").sort("onset_s")
    assert listed["code"].to_list() == coded["code"].to_list()
    # The lists are rounded to 0.1 s, so that a time differs by at most half of that.
    for column in ("onset_s", "offset_s"):
        late = 0.04 if column == "offset_s" else 0.0  # the frame between two states, closed in the coding alone
        assert (coded[column] - listed[column]).is_between(-0.05 - 1e-9, 0.05 + late + 1e-9).all()


def test_rater_names_are_dropped_and_counted(real: Real):
    record = read_record(real("mangold/mangold_3367goodman.csv"))
    assert "JR" not in str(record.metadata) + str(record.windows.rows()) + str(record.quality)
    assert record.metadata["coders"] == 2


def test_other_order_delimiter_and_clock_times_read_the_same(write: Write):
    plain = write("a.csv", HEAD + FRAME + "3,,2,1,2.5,1.5,away\n")
    turned = "Gaze\tDuration Time\tOffset Time\tOnset Time\tNumber\tLevel\n\t60\t60\t0\t1\t1\n"
    other = write("b.txt", turned + "away\t00:00:01.5\t00:00:02.5\t00:00:01\t2\t3\n")
    one, two = read_record(plain), read_record(other)
    assert two.provenance[0].reader == "mangold"
    columns = ["channel", "code", "onset_s", "offset_s", "row"]
    assert one.events.select(columns).rows() == two.events.select(columns).rows() == [("Gaze", "away", 1, 2.5, 3)]
    assert two.observed("b").tolist() == [[0, 60]]


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [
        ("3,,2,x,2,1,away", "Onset_Time", "x"),
        ("3,,2,1,,1,away", "Offset_Time", None),
        ("three,,2,1,2,1,away", "Level", "three"),
        ("3,,2,1,2,x,away", "Duration_Time", "x"),
        ("3,,2,nan,2,1,away", "Onset_Time", "nan"),
    ],
)
def test_bad_cells_are_named(write: Write, line: str, column: str, value: str | None):
    with pytest.raises(FormatError) as caught:
        read_record(write("a.csv", f"{HEAD}{FRAME}{line}\n"))
    assert (caught.value.row, caught.value.column, caught.value.value) == (3, column, value)


def test_a_file_of_frames_alone_is_an_empty_session(write: Write):
    record = read_record(write("a.csv", HEAD + FRAME))
    assert record.events.is_empty()
    assert record.observed("a").tolist() == [[0, 60]]


@pytest.mark.parametrize("name", ["*", "^.*$", "row", "level 2", "onset_s", "session"])
def test_a_class_may_have_any_name(write: Write, name: str):
    head = HEAD.replace("Gaze", name)
    record = read_record(write("a.csv", head + FRAME + "3,,2,1,2.5,1.5,away\n"))
    assert record.events.select("channel", "code", "onset_s", "row").rows() == [(name, "away", 1, 3)]
