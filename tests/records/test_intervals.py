"""Interval algebra against a brute-force grid of half-unit cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.records import intervals
from bowlby.records.intervals import Spans

TOP = 24
CELLS = np.arange(TOP * 2) / 2 + 0.25
"""Centres of half-unit cells: spans have whole-numbered ends, so each cell lies wholly in or out."""

span = st.tuples(st.integers(0, TOP), st.integers(0, TOP)).map(sorted)
some_spans = st.lists(span, max_size=8).map(lambda pairs: intervals.spans(np.array(pairs, dtype=float)))


def grid(array: Spans) -> np.ndarray:
    """Return for each cell whether any span holds it, without the code under test."""
    held = [any(a <= t < b for a, b in array) for t in CELLS]
    return np.array(held, dtype=bool)


def is_tidy(array: Spans) -> bool:
    """Return whether spans are sorted, apart from each other, and of positive length."""
    return bool((array[:, 1] > array[:, 0]).all() and (array[1:, 0] > array[:-1, 1]).all())


@given(some_spans)
def test_union_covers_the_same_cells_and_is_tidy(array: Spans):
    joined = intervals.union(array)
    assert is_tidy(joined)
    assert (grid(joined) == grid(array)).all()
    assert intervals.duration(joined) == grid(array).sum() / 2


@given(some_spans, some_spans)
def test_intersect_covers_cells_of_both(left: Spans, right: Spans):
    both = intervals.intersect(intervals.union(left), intervals.union(right))
    assert is_tidy(both)
    assert (grid(both) == (grid(left) & grid(right))).all()


@given(some_spans, some_spans)
def test_subtract_covers_cells_of_the_left_alone(left: Spans, right: Spans):
    rest = intervals.subtract(intervals.union(left), intervals.union(right))
    assert is_tidy(rest)
    assert (grid(rest) == (grid(left) & ~grid(right))).all()


@given(some_spans, some_spans)
def test_parts_add_up(left: Spans, right: Spans):
    left, right = intervals.union(left), intervals.union(right)
    parts = intervals.duration(intervals.subtract(left, right)) + intervals.duration(intervals.intersect(left, right))
    assert parts == intervals.duration(left)


@given(some_spans, st.lists(st.integers(0, TOP), min_size=1))
def test_covers_is_closed_at_the_start_and_open_at_the_end(array: Spans, times: list[int]):
    joined = intervals.union(array)
    expected = [any(a <= t < b for a, b in joined) for t in times]
    assert intervals.covers(joined, np.array(times, dtype=float)).tolist() == expected


@pytest.mark.parametrize("pairs", [[(0, float("nan"))], [(0, float("inf"))], [(2, 1)]])
def test_impossible_spans_are_refused(pairs: list[tuple[float, float]]):
    with pytest.raises(ValueError, match=r"finite|before it starts"):
        intervals.spans(pairs)


def test_no_spans_cover_nothing():
    assert intervals.duration(intervals.EMPTY) == 0
    assert intervals.union(intervals.spans([])).shape == (0, 2)
    assert not intervals.covers(intervals.EMPTY, np.array([0.0])).any()
