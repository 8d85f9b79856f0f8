"""Numbers are written as a reader wants them."""

from __future__ import annotations

import pytest

from bowlby.reporting.numbers import count_of, interval, length_of_time, listed, number, percent


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0, "0"),
        (0.42, "0.42"),
        (0.4237, "0.42"),
        (0.0064, "0.0064"),
        (0.0009995, "0.0010"),
        (0.99951, "1.0"),
        (1.9, "1.90"),
        (30, "30"),
        (142.31, "142"),
        (6508.4, "6\u202f508"),
        (-0.5, "−0.50"),
        (3e-7, "3e−07"),
    ],
)
def test_number(value: float | None, text: str):
    assert number(value) == text


def test_interval_in_words():
    assert interval(0.42, 0.31, 0.55) == "0.42 (0.31 to 0.55)"
    assert interval(0.42, None, None) == "0.42"
    assert interval(4.0, 2.0, None) == "4 (at least 2)"
    assert interval(4.0, 3.11, 5.15) == "4.00 (3.11 to 5.15)"
    assert interval(None, 0.1, 0.2) == "—"


@pytest.mark.parametrize(("share", "text"), [(0, "0 %"), (1, "100 %"), (0.004, "under 1 %"), (0.997, "over 99 %")])
def test_percent_never_rounds_to_none_or_all(share: float, text: str):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1 s"), (320.4, "5 min 20 s"), (1200, "20 min"), (57599.99, "16 h"), (5400, "1 h 30 min")]
)
def test_length_of_time(seconds: float, text: str):
    assert length_of_time(seconds) == text


def test_counts_and_lists():
    assert [count_of(n, "cue") for n in (0, 1, 2, 1500)] == ["no cue", "1 cue", "2 cues", "1\u202f500 cues"]
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
