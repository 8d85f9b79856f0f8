"""The alignment against an independent assignment solver, and on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from bowlby.errors import ParameterError
from bowlby.reliability.alignment import Events, align


def points(pairs: list[tuple[float, str]]) -> Events:
    pairs = sorted(pairs)
    onset = np.array([time for time, _ in pairs], dtype=float)
    return Events(tuple(code for _, code in pairs), onset, onset.copy())


A_TIMES, B_TIMES = (155.105, 169.855, 264.855), (156.405, 170.852, 264.606)


def test_regression_case():
    found = align(points([(t, "x") for t in A_TIMES]), points([(t, "x") for t in B_TIMES]), 2.0)
    assert found.matched == ((0, 0), (1, 1), (2, 2))
    assert (found.confused, found.omitted, found.added) == ((), (), ())


def test_nearest_first_would_lose_a_match():
    # Taking the nearest pair (10, 10.5) first leaves 8.9 and 11.9 apart; both can be matched.
    found = align(points([(10.0, "x"), (11.5, "x")]), points([(8.9, "x"), (10.5, "x")]), 1.2)
    assert found.matched == ((0, 0), (1, 1))


def test_codes_may_cross_in_time():
    found = align(points([(1.0, "x"), (1.5, "y")]), points([(1.2, "y"), (1.6, "x")]), 2.0)
    assert len(found.matched) == 2 and not found.confused


def test_confusion_only_among_what_is_left():
    found = align(points([(1.0, "x"), (9.0, "y")]), points([(1.1, "y"), (9.1, "y")]), 0.5)
    assert found.matched == ((1, 1),)
    assert found.confused == ((0, 0),)


def test_tolerance_is_closed():
    assert align(points([(0.0, "x")]), points([(2.0, "x")]), 2.0).matched
    assert not align(points([(0.0, "x")]), points([(2.01, "x")]), 2.0).matched


@pytest.mark.parametrize("tolerance", [-1.0, float("nan"), float("inf")])
def test_tolerance_outside_its_support_is_refused(tolerance: float):
    with pytest.raises(ParameterError):
        align(points([]), points([]), tolerance)


events = st.lists(st.tuples(st.integers(0, 80).map(lambda t: t / 4), st.sampled_from("xyz")), max_size=14)


@given(events, events, st.sampled_from([0.0, 0.5, 1.75, 4.0]))
@settings(max_examples=200, deadline=None)
def test_most_matches_and_least_shift(a: list[tuple[float, str]], b: list[tuple[float, str]], tolerance: float):
    left, right = points(a), points(b)
    found = align(left, right, tolerance)
    shift = np.abs(left.onset[:, None] - right.onset[None, :])
    same = np.array([[x == y for y in right.codes] for x in left.codes], dtype=bool).reshape(shift.shape)
    gain = np.where(same & (shift <= tolerance), 1e4 - shift, 0.0)
    rows, columns = linear_sum_assignment(-gain)
    best = float(gain[rows, columns].sum())
    assert sum(1e4 - shift[i, j] for i, j in found.matched) == pytest.approx(best, abs=1e-6)
    used_a = [i for i, _ in found.matched + found.confused] + list(found.omitted)
    used_b = [j for _, j in found.matched + found.confused] + list(found.added)
    assert sorted(used_a) == list(range(len(left))) and sorted(used_b) == list(range(len(right)))
    assert all(shift[i, j] <= tolerance and not same[i, j] for i, j in found.confused)


@given(events, events)
@settings(max_examples=100, deadline=None)
def test_exchanging_the_coders_exchanges_omitted_and_added(a: list[tuple[float, str]], b: list[tuple[float, str]]):
    one, other = align(points(a), points(b), 1.0), align(points(b), points(a), 1.0)
    assert len(one.matched) == len(other.matched)
    assert len(one.omitted) + len(one.confused) == len(other.added) + len(other.confused)
