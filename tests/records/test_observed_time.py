"""Observed time is stated by codebook or manifest, and every way of stating it badly has its own name."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.errors import CodebookError, InputError, QualityError
from bowlby.formats.load import LoadOptions, load_coded, load_record
from bowlby.formats.manifest import read_manifest
from bowlby.records.codebook import Codebook, EventFate
from bowlby.records.codebook_file import load_codebook
from bowlby.records.observed_time import EventPattern, ObservedTime, observe
from bowlby.records.quality import ProblemKind
from bowlby.records.record import (
    EVENT_SCHEMA,
    WINDOW_SCHEMA,
    ObservedFrom,
    Provenance,
    Record,
    UncheckedRecord,
    assemble,
)

Write = Callable[[str, str], Path]
HERE = Path("visit.eaf")
BOOK = """
[codebook]
name = "clips"
{observed}
[codable]
child = ["cue.vocal"]
[[code]]
code = "v"
means = ["cue.vocal"]
"""

Event = tuple[str, str, str, float, float | None]
"""Actor, channel, code, onset and offset."""


def record(
    events: Sequence[Event], recording: tuple[float, float] | None = (0.0, 100.0), session: str = "s", *more: str
) -> Record:
    """Return a record whose recording is as long as said, with the same events in each session."""
    rows = [
        (name, actor, "", channel, code, onset, offset, "", number)
        for name in (session, *more)
        for number, (actor, channel, code, onset, offset) in enumerate(events, 1)
    ]
    windows = [
        (name, "observed", None, None, *recording, "media", "recording")
        for name in (session, *more)
        if recording is not None
    ]
    reading = UncheckedRecord(
        pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row"), pl.DataFrame(windows, schema=WINDOW_SCHEMA, orient="row")
    )
    return assemble(reading, Provenance("visit.eaf", "", "test", "0"))


def spans(found: Record, session: str = "s") -> list[list[float]]:
    """Return the observed windows of a session."""
    return found.observed(session).tolist()


def kinds(found: Record) -> set[ProblemKind]:
    """Return the kinds of problem found."""
    return {entry.kind for entry in found.quality} - {ProblemKind.UNSORTED}


CLIPS = ObservedTime(clips=EventPattern(channel="clip"))
CODES = ObservedTime(start=EventPattern(("go",)), stop=EventPattern(("halt",)))
VOICE: Event = ("CHI", "CHI", "v", 12.0, 13.0)


def clip(onset: float, offset: float | None, channel: str = "clip", actor: str = "") -> Event:
    """Return one clip."""
    return (actor, channel, "c", onset, offset)


def points(**times: Sequence[float]) -> list[Event]:
    """Return points of some codes."""
    return [("", "", code, float(time), None) for code, own in times.items() for time in own]


def test_stated_bounds_are_the_window():
    found = observe(record([VOICE]), ObservedTime(10.0, 60.0), HERE)
    assert spans(found) == [[10.0, 60.0]]
    assert found.observed_from("s") is ObservedFrom.STATED
    assert kinds(found) == set()


@pytest.mark.parametrize(
    ("stated", "window"), [(ObservedTime(from_s=10.0), [10.0, 100.0]), (ObservedTime(to_s=60.0), [0.0, 60.0])]
)
def test_one_stated_end_leaves_the_other_to_the_file(stated: ObservedTime, window: list[float]):
    found = observe(record([VOICE]), stated, HERE)
    assert spans(found) == [window]
    assert found.observed_from("s") is ObservedFrom.RECORDING


def test_each_clip_is_a_window_and_nothing_is_joined_over_a_gap():
    found = observe(record([clip(10, 20), clip(20.001, 30), clip(50, 60), VOICE]), CLIPS, HERE)
    assert spans(found) == [[10.0, 20.0], [20.001, 30.0], [50.0, 60.0]]
    assert found.observed_from("s") is ObservedFrom.CLIPS
    assert kinds(found) == set()


def test_start_and_stop_codes_bound_windows():
    found = observe(record([*points(go=[10, 50], halt=[20, 70]), VOICE]), CODES, HERE)
    assert spans(found) == [[10.0, 20.0], [50.0, 70.0]]
    assert found.observed_from("s") is ObservedFrom.CODES
    assert kinds(found) == set()


def test_coding_may_stop_and_start_at_one_time():
    found = observe(record(points(go=[10, 20], halt=[20, 30])), CODES, HERE)
    assert spans(found) == [[10.0, 30.0]]
    assert kinds(found) == set()


@pytest.mark.parametrize(
    ("stated", "events", "kind", "left"),
    [
        (CLIPS, [clip(10, 30), clip(20, 40)], ProblemKind.CLIP_OVERLAP, [[10.0, 40.0]]),
        (CLIPS, [clip(10, 30), clip(50, None)], ProblemKind.CLIP_EMPTY, [[10.0, 30.0]]),
        (CLIPS, [clip(10, 30), clip(90, 140)], ProblemKind.CLIP_BEYOND, [[10.0, 30.0], [90.0, 100.0]]),
        (CLIPS, [clip(10, 30), clip(120, 140)], ProblemKind.CLIP_BEYOND, [[10.0, 30.0]]),
        (CLIPS, [clip(-5, 30)], ProblemKind.CLIP_BEYOND, [[0.0, 30.0]]),
        (CODES, points(go=[10, 50], halt=[20]), ProblemKind.UNSTOPPED, [[10.0, 20.0]]),
        (CODES, points(go=[10, 15], halt=[20]), ProblemKind.UNSTOPPED, [[15.0, 20.0]]),
        (CODES, points(go=[10], halt=[5, 20]), ProblemKind.UNSTARTED, [[10.0, 20.0]]),
        (ObservedTime(50.0, 140.0), [VOICE], ProblemKind.CLIP_BEYOND, [[50.0, 100.0]]),
    ],
)
def test_bad_windows_are_reported_by_their_own_name(
    stated: ObservedTime, events: list[Event], kind: ProblemKind, left: list[list[float]]
):
    found = observe(record(events), stated, HERE)
    assert kind in kinds(found)
    assert spans(found) == left


def test_clips_of_two_coders_that_differ_are_reported():
    pattern = ObservedTime(clips=EventPattern(("c",)))
    same = observe(record([clip(10, 30, "A"), clip(10, 30, "B")]), pattern, HERE)
    differing = observe(record([clip(10, 30, "A"), clip(10, 25, "B")]), pattern, HERE)
    apart = observe(record([clip(10, 30, "A"), clip(50, 60, "B")]), pattern, HERE)
    assert ProblemKind.CLIPS_DIFFER not in kinds(same) | kinds(apart)
    assert ProblemKind.CLIPS_DIFFER in kinds(differing)
    assert spans(apart) == [[10.0, 30.0], [50.0, 60.0]]


@pytest.mark.parametrize(
    ("stated", "events"),
    [
        (CLIPS, [clip(10, None)]),
        (CLIPS, [clip(200, 300)]),
        (CODES, points(go=[20], halt=[10])),
        (ObservedTime(200.0, 300.0), [VOICE]),
        (ObservedTime(clips=EventPattern(channel="clips")), [clip(10, 20)]),
        (CODES, points(go=[10])),
    ],
)
def test_no_window_at_all_is_refused(stated: ObservedTime, events: list[Event]):
    with pytest.raises(InputError) as error:
        observe(record(events), stated, HERE)
    assert error.value.remedy
    assert error.value.value


def test_the_nearest_channel_is_suggested():
    with pytest.raises(InputError, match="Did you mean 'clip'"):
        observe(record([clip(10, 20)]), ObservedTime(clips=EventPattern(channel="clips")), HERE)


def test_a_session_without_a_clip_keeps_the_window_of_the_file():
    both = record([clip(10, 20)], (0.0, 100.0), "a", "b")
    lone = both.events.filter(pl.col("session") == "a")
    found = observe(Record(lone, both.windows, {}, both.provenance), CLIPS, HERE)
    assert (spans(found, "a"), spans(found, "b")) == ([[10.0, 20.0]], [[0.0, 100.0]])
    assert [str(found.observed_from(session)) for session in found.sessions] == ["clips", "recording"]
    assert ProblemKind.NO_WINDOW in kinds(found)


def test_events_outside_the_windows_are_reported_and_clips_are_not():
    found = observe(record([clip(10, 20), VOICE, ("CHI", "CHI", "v", 50.0, 51.0)]), CLIPS, HERE)
    outside = [entry for entry in found.quality if entry.kind is ProblemKind.OUTSIDE_OBSERVED]
    assert [entry.count for entry in outside] == [1]


def test_a_window_assumed_before_is_assumed_no_longer():
    assumed = record([clip(10, 20), VOICE], None)
    assert ProblemKind.OBSERVED_ASSUMED in kinds(assumed)
    assert ProblemKind.OBSERVED_ASSUMED not in kinds(observe(assumed, CLIPS, HERE))


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 10)), min_size=1, max_size=8))
def test_the_union_of_clips_is_what_is_observed(clips: list[tuple[int, int]]):
    found = observe(record([clip(a, a + length) for a, length in clips]), CLIPS, HERE)
    seen = {second for a, length in clips for second in range(a, a + length)}
    assert {second for a, b in spans(found) for second in range(int(a), int(b))} == seen
    assert sum(b - a for a, b in spans(found)) == len(seen)


SECTIONS = {
    "from_s = 10\nto_s = 60": ObservedTime(10.0, 60.0),
    'clips = { channel = "code_periodic" }': ObservedTime(clips=EventPattern(channel="code_periodic")),
    'clips = { code = ["a", "b"], actor = "x" }': ObservedTime(clips=EventPattern(("a", "b"), actor="x")),
    'clips = "clip*"': ObservedTime(clips=EventPattern(("clip*",))),
    'start = "go"\nstop = "halt"': CODES,
    'start = { code = "x", channel = "a" }\nstop = { code = "x", channel = "b" }': ObservedTime(
        start=EventPattern(("x",), "a"), stop=EventPattern(("x",), "b")
    ),
}


@pytest.mark.parametrize("section", SECTIONS)
def test_each_way_of_stating_is_read(write: Write, section: str):
    book = load_codebook(write("b.toml", BOOK.format(observed=f"[observed]\n{section}")))
    assert book.observed == SECTIONS[section]


def test_a_codebook_without_the_section_states_nothing(write: Write):
    assert load_codebook(write("b.toml", BOOK.format(observed=""))).observed is None


@pytest.mark.parametrize(
    "section",
    [
        "",
        "from = 10",
        "from_s = 60\nto_s = 10",
        "from_s = 10\nto_s = 10",
        'from_s = "10"',
        "from_s = nan",
        "from_s = true",
        'from_s = 1\nclips = "c"',
        'start = "go"',
        'start = "go"\nstop = "go"',
        "clips = {}",
        "clips = 3",
        'clips = { tier = "x" }',
        "clips = { channel = 3 }",
        'clips = "c"\nstart = "a"\nstop = "b"',
    ],
)
def test_each_mistake_in_the_section_is_named_with_a_remedy(write: Write, section: str):
    with pytest.raises(CodebookError) as error:
        load_codebook(write("b.toml", BOOK.format(observed=f"[observed]\n{section}")))
    assert error.value.column and "observed" in error.value.column
    assert error.value.remedy


def test_codes_that_state_observation_are_context_and_not_unmapped(write: Write):
    book = load_codebook(write("b.toml", BOOK.format(observed='[observed]\nstart = "go"\nstop = "halt"')))
    made = record([*points(go=[10], halt=[20]), VOICE])
    assert [code.code for code in book.apply(made).unmapped] == []
    assert book.fates(made).to_list() == [EventFate.OBSERVED, EventFate.MAPPED, EventFate.OBSERVED]


def test_a_pattern_of_codes_does_not_take_a_clip_for_an_act(write: Write):
    text = BOOK.format(observed='[observed]\nclips = "clip*"').replace('code = "v"', 'code = "?*"')
    book: Codebook = load_codebook(write("b.toml", text))
    assert book.apply(record([("", "", "clip 1", 0.0, 50.0), VOICE])).acts["code"].to_list() == ["v"]


BORIS = {
    "behaviors_conf": {
        "0": {"type": "Point event", "code": "v", "category": ""},
        "1": {"type": "State event", "code": "clip", "category": ""},
    },
    "subjects_conf": {},
}


def boris(write: Write, name: str = "p.boris", *observations: str) -> Path:
    """Return a project with one clip from 10 to 40 s and an act at 20 s in each observation of 600 s."""
    events = [[10.0, "", "clip", "", ""], [20.0, "", "v", "", ""], [40.0, "", "clip", "", ""]]
    about = {"events": events, "file": {"1": ["a"]}, "media_info": {"length": {"a": 600}}, "time offset": 0.0}
    return write(name, json.dumps({**BORIS, "observations": dict.fromkeys(observations or ("v1",), about)}))


def test_the_manifest_wins_over_the_codebook_and_both_over_the_file(write: Write):
    book = write("b.toml", BOOK.format(observed='[observed]\nclips = "clip"'))
    project = boris(write)
    manifest = read_manifest(write("m.csv", "file,child,day,observed_from_s,observed_to_s\np.boris,c1,0,15,45\n"))
    plain = write("plain.toml", BOOK.format(observed=""))
    assert spans(load_record(project, LoadOptions(plain)), "v1") == [[0.0, 600.0]]
    assert spans(load_record(project, LoadOptions(book)), "v1") == [[10.0, 40.0]]
    assert spans(load_record(project, LoadOptions(book).with_manifest(manifest)), "v1") == [[15.0, 45.0]]


def test_an_empty_cell_leaves_it_to_the_codebook(write: Write):
    book = write("b.toml", BOOK.format(observed='[observed]\nclips = "clip"'))
    manifest = read_manifest(write("m.csv", "file,observed_from_s,observed_to_s\np.boris,,\n"))
    assert spans(load_record(boris(write), LoadOptions(book).with_manifest(manifest)), "v1") == [[10.0, 40.0]]


def test_one_window_for_a_file_of_several_sessions_is_refused(write: Write):
    manifest = read_manifest(write("m.csv", "file,observed_from_s,observed_to_s\np.boris,15,45\n"))
    with pytest.raises(InputError, match="several sessions"):
        load_record(boris(write, "p.boris", "v1", "v2"), LoadOptions().with_manifest(manifest))


@pytest.mark.parametrize(
    ("header", "cell", "column"),
    [
        ("observed_from_s", "ten", "observed_from_s"),
        ("observed_to_s", "inf", "observed_to_s"),
        ("observed_from_s,observed_to_s", "60,10", "observed_to_s"),
        ("day", "2024-05-01", "day"),
        ("day", "-1", "day"),
        ("day", "1.5", "day"),
        ("observed_from", "10", "observed_from"),
    ],
)
def test_the_manifests_columns_are_checked(write: Write, header: str, cell: str, column: str):
    with pytest.raises(InputError) as error:
        read_manifest(write("m.csv", f"file,{header}\na.boris,{cell}\n"))
    assert (error.value.column, error.value.row) in ((column, 2), (column, 1))
    assert error.value.remedy


def test_bad_clips_are_refused_under_strict(write: Write):
    book = write("b.toml", BOOK.format(observed="[observed]\nfrom_s = 10\nto_s = 700"))
    with pytest.raises(QualityError, match="window beyond the recording"):
        load_coded([boris(write)], LoadOptions(book, strict=True))
