"""A window that nobody stated is doubted where what was coded does not bear it out, and seldom where it does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowlby.errors import QualityError
from bowlby.formats.load import LoadOptions, load_coded
from bowlby.records.codebook_file import codebook_from
from bowlby.records.coded_record import CodedRecord
from bowlby.records.quality import ProblemKind
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, UncheckedRecord, assemble
from bowlby.records.unconfirmed_windows import FALSE_ALARM, LEAST_SHARE, too_long, unconfirmed

Floats = npt.NDArray[np.float64]
BOOK = codebook_from(
    {
        "codable": {"caregiver": ["voice"]},
        "code": [{"code": "talk", "means": ["voice"]}, {"code": "gone", "means": ["uncodable"]}],
    }
)


def coded(
    onsets: Floats | list[float],
    window: tuple[float, float] | None,
    source: str = "recording",
    more: list[tuple[str, float, float | None]] | None = None,
) -> CodedRecord:
    """Return a coded record of points of talk, and further events, in one recording."""
    events = [("talk", float(onset), None) for onset in onsets] + (more or [])
    rows = [("s", "Mum", "", "", code, on, off, "", n) for n, (code, on, off) in enumerate(events, 1)]
    windows = [] if window is None else [("s", "observed", None, None, *window, "", source)]
    reading = UncheckedRecord(
        pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row"), pl.DataFrame(windows, schema=WINDOW_SCHEMA, orient="row")
    )
    return BOOK.apply(assemble(reading, Provenance("a.csv", "", "test", "0")))


def doubted(record: CodedRecord) -> bool:
    """Return whether the window of the only session is doubted, as the problem and the function say alike."""
    found = unconfirmed(record, "s") is not None
    assert found == any(entry.kind is ProblemKind.WINDOW_NOT_STATED for entry in record.record.quality)
    return found


EVEN = np.arange(5.0, 3600.0, 60.0)


def test_a_recording_that_was_coded_from_end_to_end_is_not_doubted():
    assert not doubted(coded(EVEN, (0.0, 3600.0)))


@pytest.mark.parametrize("shift", [0.0, 1500.0, 3300.0])
def test_acts_in_five_minutes_of_an_hour_leave_it_in_doubt(shift: float):
    found = unconfirmed(coded(shift + np.arange(2.0, 300.0, 20.0), (0.0, 3600.0)), "s")
    assert found is not None and len(found.silences) == (1 if shift in (0.0, 3300.0) else 2)
    assert found.occupied.tolist() == [[shift + 2.0, shift + 282.0]]


def test_clips_over_a_day_leave_it_in_doubt_also_without_a_recording():
    clips = np.concatenate([start + np.arange(3.0, 120.0, 6.0) for start in np.arange(0.0, 36000.0, 3600.0)])
    for window in ((0.0, 36000.0), None):
        found = unconfirmed(coded(clips, window), "s")
        assert found is not None and len(found.silences) >= 9


@pytest.mark.parametrize("source", ["stated", "clips", "codes"])
def test_what_is_stated_is_never_doubted(source: str):
    assert not doubted(coded([100.0], (0.0, 3600.0), source))


@pytest.mark.parametrize("count", [0, 1, 9])
def test_fewer_than_ten_acts_cannot_bear_a_window_out(count: int):
    assert doubted(coded(np.linspace(10.0, 590.0, count), (0.0, 600.0)))
    assert not doubted(coded(np.linspace(10.0, 590.0, 10), (0.0, 600.0)))


def test_time_that_was_coded_as_uncodable_was_looked_at():
    seen = np.arange(2.0, 300.0, 20.0)
    assert doubted(coded(seen, (0.0, 3600.0)))
    assert not doubted(coded(seen, (0.0, 3600.0), more=[("gone", 290.0, 3600.0)]))


def test_a_recording_that_is_labelled_without_a_hole_was_looked_at():
    """LENA labels every second; hours without the child's voice are hours in which it was silent."""
    seen = np.arange(2.0, 300.0, 20.0)
    tiles = [("noise", float(start), float(start) + 30.0) for start in range(300, 3600, 30)]
    assert not doubted(coded(seen, (0.0, 3600.0), more=tiles))
    assert doubted(coded(seen, (0.0, 3600.0), more=[("noise", 300.0, 3600.0)]))


def bursts(mean_size: int, ratio: float) -> Callable[[np.random.Generator, int], Floats]:
    """Return silences of acts in bursts, those between bursts so many times as long as those within."""
    return lambda random, n: random.exponential(1, n) * np.where(random.random(n) < 1 / mean_size, ratio, 1.0)


CODED_THROUGHOUT: dict[str, tuple[float, Callable[[np.random.Generator, int], Floats]]] = {
    "independent acts": (FALSE_ALARM, lambda random, n: random.exponential(1, n)),
    "bursts of five, 10 times as long between": (FALSE_ALARM, bursts(5, 10)),
    "bursts of ten, 10 times as long between": (FALSE_ALARM, bursts(10, 10)),
    "heavy tails: Weibull of shape 1/2": (2 * FALSE_ALARM, lambda random, n: random.weibull(0.5, n)),
    "heavy tails: lognormal of 1.5": (2 * FALSE_ALARM, lambda random, n: random.lognormal(0, 1.5, n)),
}


@pytest.mark.parametrize("kind", CODED_THROUGHOUT)
@pytest.mark.parametrize("acts", [10, 30, 200])
def test_false_alarms_are_as_rare_as_stated(kind: str, acts: int):
    """A binomial count of 4,000 records with a false alarm of 1 in 10^4 of its own."""
    random = np.random.default_rng([acts, len(kind)])
    rate, silences = CODED_THROUGHOUT[kind]
    alarms = sum(_is_doubted(silences(random, acts + 1)) for _ in range(4000))
    # The normal bound of a binomial count: mean + 3.72 sd, exceeded once in 10^4.
    assert alarms <= 4000 * rate + 3.72 * np.sqrt(4000 * rate * (1 - rate))


@pytest.mark.parametrize(("acts", "least"), [(20, 0.9), (60, 0.99)])
def test_five_minutes_of_an_hour_are_seldom_missed(acts: int, least: float):
    """Coding from 600 to 900 s of 3,600; measured 1.00 of 200 at both sizes, so the bounds fail once in 10^9."""
    random = np.random.default_rng(acts)
    found = [_is_doubted(np.concatenate([random.exponential(300 / acts, acts), [600.0, 2700.0]])) for _ in range(200)]
    assert np.mean(found) >= least


def test_clips_at_random_are_found_more_often_than_not():
    """Twenty clips of ten acts at random in a day: measured .67 of 300, and one half is missed once in 10^9."""
    random = np.random.default_rng(8)
    found = [
        _is_doubted(np.concatenate([random.exponential(6.0, 200).clip(max=60.0), random.exponential(1800.0, 20) + 20]))
        for _ in range(300)
    ]
    assert np.mean(found) > 0.5


def _is_doubted(silences: Floats) -> bool:
    longest = np.sort(silences)[::-1][: too_long(silences)]
    return float(longest.sum()) > LEAST_SHARE * float(silences.sum())


@given(st.lists(st.floats(0.1, 1000.0), min_size=1, max_size=60), st.integers(-9, 9))
@settings(deadline=None)
def test_the_rule_depends_on_no_unit_and_no_order(silences: list[float], power: int):
    lengths = np.array(silences)
    assert too_long(lengths) == too_long(lengths[::-1])
    assert too_long(lengths) == too_long(2.0**power * lengths)
    assert too_long(lengths) <= len(lengths) // 2


def test_several_sessions_are_doubted_each_by_itself():
    rows = [("a", "Mum", "", "", "talk", float(onset), None, "", n) for n, onset in enumerate(EVEN, 1)]
    rows += [("b", "Mum", "", "", "talk", 5.0, None, "", 1)]
    windows = [(session, "observed", None, None, 0.0, 3600.0, "", "recording") for session in "ab"]
    reading = UncheckedRecord(
        pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row"), pl.DataFrame(windows, schema=WINDOW_SCHEMA, orient="row")
    )
    found = BOOK.apply(assemble(reading, Provenance("a.csv", "", "test", "0")))
    doubts = [entry for entry in found.record.quality if entry.kind is ProblemKind.WINDOW_NOT_STATED]
    assert [entry.examples[0].split(":")[0] for entry in doubts] == ["b"]


def test_a_doubted_window_counts_under_strict_and_the_remedy_works(write: Callable[[str, str], object]):
    book = '[codebook]\nname = "b"\n[codable]\ncaregiver = ["voice"]\n[[code]]\ncode = "talk"\nmeans = ["voice"]\n'
    head = "Observation id,Media file,Total length,Subject,Behavior,Behavior type,Start (s),Stop (s)"
    visit = write("v.csv", f"{head}\nv1,a.mp4,3600,Mum,talk,STATE,600,660\n")
    plain = write("plain.toml", book)
    stated = write("stated.toml", book.replace("[codable]", "[observed]\nfrom_s = 600\nto_s = 900\n[codable]"))
    with pytest.raises(QualityError, match=r"window not stated.*\[observed\]"):
        load_coded([visit], LoadOptions(plain, strict=True))  # pyright: ignore[reportArgumentType]
    load_coded([visit], LoadOptions(stated, strict=True))  # pyright: ignore[reportArgumentType]
