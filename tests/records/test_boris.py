"""BORIS projects: pairing, windows, salvage, and the real test projects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.formats.readers._salvage import salvage
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import Record

Write = Callable[..., Path]
Real = Callable[[str], Path]
Found = Callable[[Record, ProblemKind], Problem]
ETHOGRAM = {"0": {"type": "State event", "code": "s"}, "1": {"type": "Point event", "code": "p"}}


def project(*events: list, offset: float = 0.0, **observation: object) -> str:
    """Return a project of one observation, "a"."""
    one = {"type": "LIVE", "time offset": offset, "events": list(events), **observation}
    head = {"project_format_version": "7.0", "behaviors_conf": ETHOGRAM}
    return json.dumps(head | {"observations": {"a": one}})


def spans(record: Record) -> list[tuple[str, str, float, float | None]]:
    """Return actor, code and times of each event."""
    return record.events.select("actor", "code", "onset_s", "offset_s").rows()


def test_states_pair_by_parity_per_subject_code_and_modifiers(write: Write):
    text = project(
        [1, "x", "s", "", ""],
        [2, "y", "s", "", ""],
        [3, "x", "s", "m", ""],
        [4, "x", "s", "", ""],
        [5, "y", "s", "", ""],
        [6, "x", "s", "m", ""],
        [7, "", "p", "", ""],
    )
    assert spans(read_record(write("a.boris", text))) == [
        ("x", "s", 1, 4),
        ("y", "s", 2, 5),
        ("x", "s", 3, 6),
        ("No focal subject", "p", 7, None),
    ]


def test_an_unpaired_state_stays_as_a_point_and_is_told(write: Write, found: Found):
    record = read_record(write("a.boris", project([1, "", "s", "", ""], [2, "", "s", "", ""], [3, "", "s", "", ""])))
    assert [span[2:] for span in spans(record)] == [(1, 2), (3, None)]
    assert "row 3" in found(record, ProblemKind.UNPAIRED_STATE).examples[0]


def test_events_of_five_to_seven_items_read(write: Write):
    text = project([1, "", "p", "", ""], [2, "", "p", "", "", 50], [3, "", "p", "", "", 75, "still.jpg"])
    assert len(read_record(write("a.boris", text)).events) == 3


def test_stored_times_hold_the_offset_already_and_the_window_starts_there(write: Write):
    media = {"type": "MEDIA", "file": {"1": ["a.mp4"]}, "media_info": {"length": {"a.mp4": 60.0}}}
    record = read_record(write("a.boris", project([100.0, "", "p", "", ""], offset=100.0, **media)))
    assert record.events["onset_s"].to_list() == [100.0]
    assert record.observed("a").tolist() == [[100, 160]]
    assert record.quality == ()


@pytest.mark.parametrize(
    ("files", "lengths", "window"),
    [
        ({"1": ["a", "b"]}, {"a": 60, "b": 30}, [[0, 90]]),
        ({"1": ["a"], "2": ["b"]}, {"a": 60, "b": 90}, [[0, 60]]),
        ({"1": [], "2": ["b"]}, {"b": 90}, [[0, 90]]),
        ({"1": ["a", "b"]}, {"a": 60}, [[1, 2]]),
        ([], {}, [[1, 2]]),
    ],
)
def test_media_of_one_player_add_up_and_a_missing_length_gives_no_window(
    write: Write, files: object, lengths: dict, window: list
):
    text = project([1, "", "s", "", ""], [2, "", "s", "", ""], file=files, media_info={"length": lengths})
    assert read_record(write("a.boris", text)).observed("a").tolist() == window


def test_an_interval_narrows_the_window(write: Write):
    media = {"file": {"1": ["a"]}, "media_info": {"length": {"a": 60.0}}, "observation time interval": [10, 30]}
    record = read_record(write("a.boris", project([15, "", "p", "", ""], **media)))
    assert record.observed("a").tolist() == [[10, 30]]


def test_codes_outside_the_ethogram_are_kept_and_told(write: Write, found: Found):
    record = read_record(write("a.boris", project([1, "", "zz", "", ""])))
    assert spans(record) == [("No focal subject", "zz", 1, None)]
    assert "'zz'" in found(record, ProblemKind.MISMATCH).examples[0]


@pytest.mark.parametrize("time", [None, "soon", True])
def test_untimed_events_are_told(write: Write, found: Found, time: object):
    record = read_record(write("a.boris", project([1, "", "p", "", ""], [time, "", "p", "", ""])))
    assert len(record.events) == 1
    assert found(record, ProblemKind.NO_TIME).examples == ("a, row 2: No focal subject p has no time",)


@pytest.mark.parametrize("event", ["text", [1], {"time": 1}, None])
def test_a_malformed_event_is_named(write: Write, event: object):
    with pytest.raises(FormatError) as caught:
        read_record(write("a.boris", project([1, "", "p", "", ""], event)))
    assert (caught.value.row, caught.value.column) == (2, "observations.a.events")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{}", "no observation"),
        ('{"observations": {}}', "no observation"),
        ('{"observations": {"a": 3}}', "no JSON object"),
        ('{"observations": {"a": {"events": 3}}}', "no list"),
        ('{"time_format": "hh', "breaks off at line 1"),
    ],
)
def test_empty_and_broken_projects_are_told_apart(write: Write, text: str, word: str):
    with pytest.raises(FormatError, match=word):
        read_record(write("a.boris", text))


def test_a_truncated_project_is_salvaged_up_to_the_break(write: Write, found: Found):
    media = {"file": {"1": ["a"]}, "media_info": {"length": {"a": 60.0}}}
    whole = project([1, "", "s", "", ""], [2, "", "s", "", ""], [33.25, "", "p", "", ""], **media)
    ordered = json.loads(whole)
    ordered["observations"]["a"] = {**media, "events": ordered["observations"]["a"]["events"]}
    text = json.dumps(ordered)
    record = read_record(write("a.boris", text[: text.index("33.25") + 4]))
    assert [span[2:] for span in spans(record)] == [(1, 2)]
    assert "inside observations > a > events > 3" in found(record, ProblemKind.SALVAGED).examples[0]
    # The rest of the film may have been coded: its length is no observed time here.
    assert record.observed("a").tolist() == [[1, 2]]


def test_a_lost_ethogram_makes_points_and_says_so(write: Write, found: Found):
    text = json.dumps({"observations": {"a": {"events": [[1, "", "s", "", ""], [2, "", "s", "", ""]]}}, "x": 1})
    record = read_record(write("a.boris", text))
    assert [span[2:] for span in spans(record)] == [(1, None), (2, None)]
    assert "ethogram" in found(record, ProblemKind.SALVAGED).examples[0]


@given(st.integers(0, 100_000))
def test_salvage_never_invents(length: int):
    """Whatever is salvaged of a cut text stands in the whole one."""
    whole = {"a": {"b": [[1.25, "x"], [22.5, "y"]], "c": {"d": 359.96}}, "e": [1, 2, {"f": None}]}
    text = json.dumps(whole)
    cut = salvage(text[: length % (len(text) + 1)]).value
    assert is_within(cut, whole)


def is_within(part: object, whole: object) -> bool:
    """Return whether a JSON value is a part of another: fewer keys or members, no other values."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and is_within(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) <= len(whole) and all(map(is_within, part, whole))
    return part is None or part == whole


def test_a_whole_number_of_any_length_is_read():
    assert salvage("[" + "9" * 400 + ", 12]").value == [float("inf"), 12]
    assert salvage("[" + "9" * 400 + ", 12, 3").value == [float("inf"), 12]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 5_000, "", "nope", "[1 2", '{"a":1,,,'])
def test_hostile_json_ends(text: str):
    assert salvage(text).whole is False


def test_the_real_project_equals_an_independent_count(real: Real):
    path = real("boris/test.boris")
    raw = json.loads(path.read_text())
    states = {row["code"] for row in raw["behaviors_conf"].values() if row["type"] == "State event"}
    record = read_record(path)
    assert len(record.sessions) == 11
    for name, observation in raw["observations"].items():
        times: dict[tuple, list[float]] = {}
        for event in observation["events"]:
            key = tuple(event[1:4]) if event[2] in states else (event[2], "point", len(times))
            times.setdefault(key, []).append(event[0])
        seconds = sum(b - a for marks in times.values() for a, b in zip(marks[::2], marks[1::2], strict=False))
        rows = record.events.filter(session=name)
        assert len(rows) == sum((len(marks) + 1) // 2 for marks in times.values())
        assert (rows["offset_s"] - rows["onset_s"]).sum() == pytest.approx(seconds)


def test_the_exports_of_the_real_project_agree_with_it(real: Real):
    project_events = read_record(real("boris/test.boris")).events
    columns = ["session", "actor", "code", "onset_s", "offset_s"]
    for name, session in (
        ("test_export_events_tabular.tsv", "observation #1"),
        ("test_export_events_tabular.xlsx", "observation #1"),
        ("test_export_aggregated_events_test_full_1.tsv", "observation #2"),
    ):
        exported = read_record(real(f"boris_exports/{name}")).events
        own = project_events.filter(session=session)
        assert exported.select(columns).rows() == own.select(columns).rows()


def test_blanks_around_modifiers_are_taken_off(real: Real):
    record = read_record(real("boris/test_with_leading_trailing_spaces_in_modifiers.boris"))
    assert record.events["modifiers"].to_list() == ["a|c", "a|None", "None|111", "None|c"]
