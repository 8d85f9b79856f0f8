"""An entropy rate on equal footing: what a fixed number of transitions would have given, however many were seen."""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]


class RarefiedRate(NamedTuple):
    """An entropy rate at a fixed number of transitions.

    Args:
        estimate: bits per transition.
        error: its standard error, or None with no transition to spare or where nothing varies.
    """

    estimate: float
    error: float | None


class _ExpectedCounts(NamedTuple):
    """What one count becomes in the smaller sample, each of the counts' shape.

    Args:
        bits: E[k log2 k].
        seen: P(k > 0).
    """

    bits: Floats
    seen: Floats


def rarefied(counts: Floats, number: int) -> RarefiedRate:
    """Return the entropy rate of `number` transitions drawn without replacement from those seen, in expectation.

    H = (1/m) (sum_i E[k_i log2 k_i] - sum_ij E[k_ij log2 k_ij]) + (E[pairs seen] - E[states seen]) / (2 m ln 2), with k
    hypergeometric: rarefaction (Hurlbert 1971, Ecology 52:577) of the plug-in, no random number needed, and the
    correction of Miller (1955) for each row. Whatever bias is left is that of m transitions, the same for all records.
    The standard error leaves out each transition in turn, transitions taken as independent.

    Args:
        counts: how often each state followed each, shape (states, states), whole numbers.
        number: m, transitions in the smaller sample, at least 1 and at most those seen.

    Returns:
        Estimate and standard error.

    Raises:
        ValueError: fewer transitions were seen.
    """
    total = int(counts.sum())
    if not 1 <= number <= total:
        raise ValueError(f"{total} transitions cannot be rarefied to {number}")
    rows = counts.sum(1)
    of_rows, of_pairs = _expected(rows, total, number), _expected(counts, total, number)
    bits = of_rows.bits.sum() - of_pairs.bits.sum()
    estimate = float(_rate(bits, of_pairs.seen.sum() - of_rows.seen.sum(), number))
    return RarefiedRate(estimate, _error(counts, number) if total > number else None)


def _rate(bits: Floats, free: Floats, number: int) -> Floats:
    return bits / number + free / (2 * number * math.log(2))


def _error(counts: Floats, number: int) -> float | None:
    """Return the standard error by leaving out each transition, or None where none of them makes a difference."""
    total = int(counts.sum())
    lost_row, lost_pair = (_lost(some, total - 1, number) for some in (counts.sum(1), counts))
    change = _rate(lost_pair.bits - lost_row.bits[:, None], lost_row.seen[:, None] - lost_pair.seen, number)
    mean = float((counts * change).sum()) / total
    squares = float((counts * (change - mean) ** 2).sum())
    error = math.sqrt((total - 1) / total * squares)
    return error if error > 1e-9 else None


def _lost(counts: Floats, total: int, number: int) -> _ExpectedCounts:
    """Return what a count loses when one of it is left out, out of `total` that remain."""
    whole, less = (_expected(np.clip(some, 0, total), total, number) for some in (counts, counts - 1))
    return _ExpectedCounts(whole.bits - less.bits, whole.seen - less.seen)


def _expected(counts: Floats, total: int, number: int) -> _ExpectedCounts:
    """Return E[k log2 k] and P(k > 0) for k hypergeometric: `number` drawn out of `total`, a count of them counted."""
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, total + 1)))])
    n, place = np.unique(counts.astype(np.int64), return_inverse=True)
    k = np.arange(number + 1)
    n_, k_ = n[:, None], k[None, :]
    possible = (k_ <= n_) & (number - k_ <= total - n_)
    logs = _log_choose(factorial, n_, k_) + _log_choose(factorial, total - n_, number - k_)
    chance: Floats = np.where(possible, np.exp(logs - _log_choose(factorial, np.array(total), np.array(number))), 0.0)
    size = np.maximum(k, 1).astype(np.float64)
    bits: Floats = (chance * (size * np.log2(size))).sum(1)
    return _ExpectedCounts(bits[place].reshape(counts.shape), (1 - chance[:, 0])[place].reshape(counts.shape))


def _log_choose(factorial: Floats, n: npt.NDArray[np.int64], k: npt.NDArray[np.int64]) -> Floats:
    """Return log of n over k; any value where k is not between 0 and n."""
    return factorial[n] - factorial[np.maximum(k, 0)] - factorial[np.maximum(n - k, 0)]
