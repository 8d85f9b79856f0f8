"""`compare` on cases worked by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from bowlby.errors import InputError, ParameterError
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, Record, UncheckedRecord, assemble
from bowlby.reliability.compare import Agreement, AgreementFigure, compare
from bowlby.reliability.streams import single_codes

Row = tuple[object, ...]


def record(events: list[Row], windows: list[Row] = [], session: str = "s") -> Record:  # noqa: B006
    """Events are (code, onset, offset or None[, actor[, channel]]); windows (kind, onset, offset)."""
    rows = [
        {
            "session": session,
            "actor": extra[0] if extra else "",
            "partner": "",
            "channel": extra[1] if len(extra) > 1 else "",
            "code": code,
            "onset_s": onset,
            "offset_s": offset,
            "modifiers": "",
            "row": number,
        }
        for number, (code, onset, offset, *extra) in enumerate(events, start=1)
    ]
    seen = [(session, kind, None, None, start, end, "", "stated") for kind, start, end in windows]
    reading = UncheckedRecord(
        pl.DataFrame(rows, schema=EVENT_SCHEMA), pl.DataFrame(seen, schema=WINDOW_SCHEMA, orient="row")
    )
    return assemble(reading, Provenance("test", "", "test", "0"))


def figure(found: Agreement, name: str) -> AgreementFigure:
    return next(own for own in found.agreement if own.name == name)


CLIPS_A = [("observed", 0, 60), ("observed", 120, 180)]


@pytest.mark.parametrize(
    ("windows", "told"),
    [
        (CLIPS_A, ""),
        ([("observed", 0, 60.04), ("observed", 120, 180)], ""),
        ([("observed", 0, 60), ("observed", 130, 190)], "B's 0-60 s, 130-190 s (stated); they share 110 of 120 s"),
        ([("observed", 0, 60)], "B's 0-60 s (stated); they share 60 of 120 s"),
        ([("observed", 0, 180)], "B's 0-180 s (stated); they share 120 of 180 s"),
        ([("observed", 60, 120)], "B's 60-120 s (stated); they share 0 of 120 s"),
        ([], ""),
    ],
    ids=["the same", "rounded", "one moved", "one lacks", "joined", "none shared", "only assumed"],
)
def test_observed_time_that_differs_is_named_for_both(windows: list[Row], told: str):
    events: list[Row] = [("x", 10, 20), ("y", 130, 140)]
    notes = [
        note for note in compare(record(events, CLIPS_A), record(events, windows)).notes if "observed time" in note
    ]
    assert len(notes) == bool(told)
    assert all(told in note and "s: " in note and "A's 0-60 s, 120-180 s (stated)" in note for note in notes)


def test_many_sessions_that_differ_are_named_in_part():
    def one(end: float) -> Record:
        parts = [record([("x", 1, 2)], [("observed", 0, end)], f"s{number}") for number in range(8)]
        events, windows = (pl.concat([getattr(part, name) for part in parts]) for name in ("events", "windows"))
        return Record(events, windows)

    notes = [note for note in compare(one(60), one(50)).notes if "observed time" in note]
    assert [note.partition(":")[0] for note in notes[:-1]] == ["s0", "s1", "s2", "s3", "s4"]
    assert notes[-1] == "and 3 sessions more in which observed time differs"


A_TIMES, B_TIMES = (155.105, 169.855, 264.855), (156.405, 170.852, 264.606)


def test_regression_case_of_the_design():
    a, b = record([("x", t, None) for t in A_TIMES]), record([("x", t, None) for t in B_TIMES])
    found = compare(a, b, 2.0)
    assert (found.matched, found.omitted, found.added, found.confused) == (3, 0, 0, 0)
    undefined = [own for own in found.agreement if "kappa" in own.name]
    assert len(undefined) >= 3
    assert all(own.estimate is None and own.low is None and own.reason for own in undefined)
    assert "only one code" in figure(found, "event-alignment kappa").reason
    assert figure(found, "events agreed, share").estimate == 1.0
    assert len(found.disagreements) == 0
    json.dumps(found.as_dict(), allow_nan=False)


def test_a_tighter_tolerance_parts_them_and_calls_it_timing():
    a, b = record([("x", t, None) for t in A_TIMES]), record([("x", t, None) for t in B_TIMES])
    found = compare(a, b, 1.0)
    assert (found.matched, found.omitted, found.added) == (2, 1, 1)
    row = found.disagreements.row(0, named=True)
    assert (row["kind"], row["code_a"], row["code_b"]) == ("timing", "x", "x")
    assert row["shift_s"] == pytest.approx(1.3)


def two_codes() -> tuple[Record, Record]:
    """20 paired events: 8 x-x, 2 x-y, 1 y-x, 9 y-y, ten seconds apart, B half a second late."""
    pairs = ["xx"] * 8 + ["xy"] * 2 + ["yx"] + ["yy"] * 9
    a = [(own, 10.0 * i, None) for i, (own, _) in enumerate(pairs)]
    b = [(other, 10.0 * i + 0.5, None) for i, (_, other) in enumerate(pairs)]
    return record(a), record(b)


def test_two_code_case_worked_by_hand():
    # p_o = 17/20 = .85; A: 10 x, 10 y; B: 9 x, 11 y; p_e = (10*9 + 10*11) / 400 = .5; kappa = .35 / .5 = .7
    found = compare(*two_codes(), 2.0)
    assert (found.matched, found.confused, found.omitted, found.added) == (17, 3, 0, 0)
    for name in ("event-alignment kappa", "event-alignment kappa, paired events only"):
        kappa = figure(found, name)
        assert kappa.estimate == pytest.approx(0.7, abs=1e-9)
        assert kappa.low is not None and kappa.high is not None and kappa.low < 0.7 < kappa.high
        assert kappa.n == 20
    cells = {(row["code_a"], row["code_b"]): row["count"] for row in found.confusion.iter_rows(named=True)}
    assert cells == {("x", "x"): 8, ("x", "y"): 2, ("y", "x"): 1, ("y", "y"): 9}
    assert found.disagreements["kind"].to_list() == ["confused"] * 3
    assert found.disagreements["time_s"].to_list() == [80.0, 90.0, 100.0]


def test_events_without_partner_enter_kappa_by_quasi_independence():
    # x: 4 agreed, 1 omitted; y: 4 agreed, 1 added. Expected by fitting with the empty corner (3 x 3):
    # by symmetry of the margins (5, 4, 1) and (4, 5, 1) the fit solves r_i c_j with corner 0; done by iteration here.
    a = [("x", 10.0 * i, None) for i in range(5)] + [("y", 100 + 10.0 * i, None) for i in range(4)]
    b = [("x", 10.0 * i, None) for i in range(4)] + [("y", 100 + 10.0 * i, None) for i in range(5)]
    found = compare(record(a), record(b), 1.0)
    assert (found.matched, found.omitted, found.added) == (8, 1, 1)
    fit = [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 0.0]]
    for _ in range(5000):
        fit = [[cell * total / sum(row) for cell in row] for row, total in zip(fit, (5, 4, 1), strict=True)]
        sums = [sum(column) for column in zip(*fit, strict=True)]
        fit = [[cell * total / s for cell, total, s in zip(row, (4, 5, 1), sums, strict=True)] for row in fit]
    chance = fit[0][0] + fit[1][1]
    assert figure(found, "event-alignment kappa").estimate == pytest.approx((8 - chance) / (10 - chance), abs=1e-6)
    assert figure(found, "event-alignment kappa, paired events only").estimate == 1.0


def test_time_units_of_states_worked_by_hand():
    # 20 s in units of 1 s; A: x 0-10, y 10-20; B: x 0-12, y 12-20. p_o = .9, p_e = (10*12 + 10*8) / 400 = .5
    window = [("observed", 0.0, 20.0)]
    a = record([("x", 0.0, 10.0), ("y", 10.0, 20.0)], window)
    b = record([("x", 0.0, 12.0), ("y", 12.0, 20.0)], window)
    found = compare(a, b, 2.0)
    assert figure(found, "time-unit kappa").estimate == pytest.approx(0.8)
    assert figure(found, "time-unit kappa").n == 20
    assert figure(found, "time-unit kappa, tolerance 2 s").estimate == pytest.approx(1.0)
    assert figure(found, "time-unit kappa of x").estimate == pytest.approx(0.8)
    # alpha: o = [[20, 2], [2, 16]], n = 40, n_x = 22, n_y = 18: 1 - 39 * 4 / (2 * 22 * 18)
    assert figure(found, "Krippendorff's alpha, time units").estimate == pytest.approx(1 - 39 * 4 / 792)
    assert figure(found, "gamma").estimate is not None


def test_a_code_with_a_plus_in_it_is_one_code():
    window = [("observed", 0.0, 20.0)]
    a = record([("affect +1", 0.0, 10.0), ("look", 5.0, 20.0)], window)
    b = record([("affect +1", 0.0, 12.0), ("look", 5.0, 20.0)], window)
    names = {one.name for one in compare(a, b, 2.0).agreement}
    assert {"time-unit kappa of affect +1", "time-unit kappa of look"} <= names
    assert not any(name.endswith(("kappa of 1", "kappa of affect ")) for name in names)


def test_an_act_of_two_constructs_counts_for_each_of_them():
    assert single_codes(("answer+hold", "affect=-1.0+voice")) == ("affect=-1.0", "answer", "hold", "voice")
    assert single_codes(("affect +1", "a+b")) == ("a+b", "affect +1")
    assert single_codes(()) == ()


def test_an_end_beyond_the_tolerance_is_a_timing_disagreement_of_a_match():
    window = [("observed", 0.0, 60.0)]
    found = compare(record([("x", 5.0, 10.0)], window), record([("x", 5.5, 20.0)], window), 2.0)
    assert found.matched == 1
    row = found.disagreements.row(0, named=True)
    assert (row["kind"], row["shift_s"], row["offset_shift_s"]) == ("timing", 0.5, 10.0)


def test_valence_is_ordered():
    a = record([(str(v), 10.0 * i, 10.0 * (i + 1)) for i, v in enumerate([-1, 0, 1, 2, 1, 0, -1, 0, 1, 2, 2, 1] * 3)])
    b = record([(str(v), 10.0 * i, 10.0 * (i + 1)) for i, v in enumerate([-1, 0, 1, 1, 1, 0, 0, 0, 1, 2, 1, 1] * 3)])
    found = compare(a, b)
    nominal = figure(found, "Krippendorff's alpha, time units").estimate
    interval = figure(found, "Krippendorff's alpha (interval), time units").estimate
    assert nominal is not None and interval is not None and interval > nominal


def test_streams_are_told_apart_and_labels_that_differ_are_bridged():
    a = record([("x", 1.0, None, "child", "voice"), ("x", 30.0, None, "adult", "voice")])
    b = record([("x", 1.0, None, "child", "voice"), ("x", 30.5, None, "adult", "voice")])
    names = {own.name for own in compare(a, b).agreement}
    assert {"event-alignment kappa: child/voice", "event-alignment kappa: adult/voice"} <= names
    renamed = record([("x", 1.0, None, "kid", "v2"), ("x", 30.5, None, "mum", "v2")])
    bridged = compare(a, renamed)
    assert bridged.matched == 2
    assert "share no actor" in bridged.notes[0]


def test_what_one_coder_could_not_see_is_left_out_and_counted():
    a = record([("x", 5.0, None), ("x", 25.0, None)], [("observed", 0.0, 30.0)])
    b = record([("x", 5.0, None)], [("observed", 0.0, 30.0), ("uncodable", 20.0, 30.0)])
    found = compare(a, b)
    assert (found.matched, found.omitted) == (1, 0)
    assert "1 events" in found.notes[0]


def test_one_coders_silence_before_an_assumed_window_is_an_omission():
    found = compare(record([("x", 5.0, None), ("x", 50.0, None)]), record([("x", 50.0, None)]))
    assert (found.matched, found.omitted) == (1, 1)


def test_sessions_are_paired_by_name_or_as_the_only_one():
    one, other = record([("x", 1.0, None)], session="s_coder1"), record([("x", 1.0, None)], session="s_coder2")
    assert compare(one, other).matched == 1
    both = Record(pl.concat([one.events, other.events]), pl.concat([one.windows, other.windows]), quality=one.quality)
    assert "left out: s_coder2" in compare(both, one).notes[0]
    third = record([("x", 1.0, None)], session="else")
    with pytest.raises(InputError, match="no session in common"):
        compare(both, third)


def test_coded_records_are_compared_by_construct(make_coded):
    a = make_coded([("voice", 1.0, None), (("answer", "voice"), 20.0, None), ("cue.bid", 19.0, None)])
    b = make_coded([("touch", 1.2, None), (("voice", "answer"), 20.5, None), ("cue.bid", 19.0, None)])
    found = compare(a, b)
    assert (found.matched, found.confused) == (2, 1)
    row = found.disagreements.row(0, named=True)
    assert (row["stream"], row["code_a"], row["code_b"]) == ("caregiver", "voice", "touch")
    with pytest.raises(InputError, match="one codebook"):
        compare(a, b.record)


def test_nothing_at_all_is_said_and_not_zero():
    empty = record([], [("observed", 0.0, 10.0)])
    found = compare(empty, empty)
    assert found.agreement == () and found.matched == 0
    with pytest.raises(ParameterError):
        compare(empty, empty, unit_s=0.0)


def annotators(name: str) -> dict[str, list[Row]]:
    path = Path(__file__).parents[3] / "shared" / "data" / "records" / "reliability" / name
    if not path.exists():
        pytest.skip(f"the public sample files are not here: {name}")
    coders: dict[str, list[Row]] = {}
    with path.open(newline="") as handle:
        for who, code, start, end in csv.reader(handle):
            coders.setdefault(who, []).append((code, float(start), float(end)))
    return coders


def test_real_annotators_counted_by_hand():
    # Alex 1@2 2@11 5@24-30 6@32 6@36 7@44; Paul 1@2 3@11 5@19-25 6@32-44
    coders = annotators("pygamma_AlexPaulSuzan.csv")
    found = compare(record(coders["Alex"]), record(coders["Paul"]), 2.0)
    assert (found.matched, found.confused, found.omitted, found.added) == (2, 1, 3, 1)
    rows = [(row["kind"], row["code_a"], row["code_b"]) for row in found.disagreements.iter_rows(named=True)]
    assert rows == [
        ("confused", "2", "3"),
        ("timing", "5", "5"),
        ("timing", "6", "6"),
        ("omitted", "6", None),
        ("omitted", "7", None),
    ]


def test_real_annotators_of_a_hundred_units():
    coders = annotators("pygamma_3by100.csv")
    one, two = (record(coders[who]) for who in ("annotator_1", "annotator_2"))
    found = compare(one, two, 5.0)
    assert found.matched + found.confused + found.omitted == len(coders["annotator_1"])
    assert found.matched + found.confused + found.added == len(coders["annotator_2"])
    for name in ("event-alignment kappa", "time-unit kappa", "Krippendorff's alpha, time units", "gamma"):
        own = figure(found, name)
        assert own.estimate is not None and own.low is not None and own.high is not None
        assert 0.3 < own.low < own.estimate < own.high < 1
