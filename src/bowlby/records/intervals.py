"""Interval algebra on sorted, disjoint [start, end) spans in seconds."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Spans: TypeAlias = npt.NDArray[np.float64]
"""Shape (n, 2), seconds; sorted and disjoint once it has passed through `union`."""

EMPTY: Spans = np.empty((0, 2))


def spans(pairs: npt.ArrayLike) -> Spans:
    """Return pairs of (start, end) as an (n, 2) array, empty ones included.

    Args:
        pairs: shape (n, 2), seconds, end >= start.

    Returns:
        A float array of shape (n, 2).

    Raises:
        ValueError: a span is not finite or ends before it starts.
    """
    array = np.asarray(pairs, dtype=float).reshape(-1, 2)
    if not np.isfinite(array).all():
        raise ValueError("spans must be finite")
    if (array[:, 1] < array[:, 0]).any():
        raise ValueError("a span ends before it starts")
    return array


def union(array: Spans) -> Spans:
    """Return the sorted disjoint spans that cover the same time; touching spans are joined.

    Args:
        array: shape (n, 2), seconds, in any order.

    Returns:
        Shape (m, 2) with m <= n; zero-length spans are dropped.
    """
    array = array[array[:, 1] > array[:, 0]]
    if len(array) == 0:
        return EMPTY
    array = array[np.argsort(array[:, 0], kind="stable")]
    reach = np.maximum.accumulate(array[:, 1])
    opens = np.concatenate([[True], array[1:, 0] > reach[:-1]])
    last = np.concatenate([np.flatnonzero(opens)[1:] - 1, [len(array) - 1]])
    return np.column_stack([array[opens, 0], reach[last]])


def intersect(left: Spans, right: Spans) -> Spans:
    """Return the time in both.

    Args:
        left: shape (n, 2), seconds, disjoint and sorted.
        right: shape (m, 2), seconds, disjoint and sorted.

    Returns:
        Sorted disjoint spans.
    """
    pieces, in_left, in_right = _pieces(left, right)
    return union(pieces[in_left & in_right])


def subtract(left: Spans, right: Spans) -> Spans:
    """Return the time in `left` that is not in `right`.

    Args:
        left: shape (n, 2), seconds, disjoint and sorted.
        right: shape (m, 2), seconds, disjoint and sorted.

    Returns:
        Sorted disjoint spans.
    """
    pieces, in_left, in_right = _pieces(left, right)
    return union(pieces[in_left & ~in_right])


def _pieces(left: Spans, right: Spans) -> tuple[Spans, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    edges = np.unique(np.concatenate([left.ravel(), right.ravel()]))
    middle = (edges[:-1] + edges[1:]) / 2
    return np.column_stack([edges[:-1], edges[1:]]), covers(left, middle), covers(right, middle)


def covers(array: Spans, times: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return for each time whether a span holds it: start <= t < end.

    Args:
        array: shape (n, 2), seconds, disjoint and sorted.
        times: shape (k,), seconds.

    Returns:
        Shape (k,), boolean.
    """
    if len(array) == 0:
        return np.zeros(len(times), dtype=bool)
    index = np.searchsorted(array[:, 0], times, side="right") - 1
    return (index >= 0) & (times < array[np.maximum(index, 0), 1])


def duration(array: Spans) -> float:
    """Return the total length in seconds.

    Args:
        array: shape (n, 2), seconds, disjoint.

    Returns:
        Seconds, >= 0.
    """
    return float((array[:, 1] - array[:, 0]).sum())
