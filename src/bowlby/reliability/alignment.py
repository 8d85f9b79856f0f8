"""Which event of one coder is which event of the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.errors import ParameterError

MICROSECONDS = 1e6
"""Shifts are compared in whole microseconds, so that ties do not depend on rounding."""


@dataclass(frozen=True)
class Events:
    """One coder's events of one stream.

    Args:
        codes: shape (n,), one code an event.
        onset: shape (n,), seconds, not decreasing.
        offset: shape (n,), seconds, >= onset; equal to it for a point.
    """

    codes: tuple[str, ...]
    onset: npt.NDArray[np.float64]
    offset: npt.NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.codes)

    @property
    def lasting(self) -> npt.NDArray[np.bool_]:
        """Return which events last, shape (n,)."""
        return self.offset > self.onset


@dataclass(frozen=True)
class Alignment:
    """The best one-to-one pairing of two coders' events.

    Args:
        matched: (index in A, index in B) of the same code within the tolerance.
        confused: pairs of different codes within the tolerance.
        omitted: indices in A without a partner: coder B left them out.
        added: indices in B without a partner.
    """

    matched: tuple[tuple[int, int], ...]
    confused: tuple[tuple[int, int], ...]
    omitted: tuple[int, ...]
    added: tuple[int, ...]


def align(a: Events, b: Events, tolerance_s: float) -> Alignment:
    """Pair two coders' events by onset, as well as can be done.

    First the pairing with the most matches (same code, onsets at most the tolerance apart) and, among these, the
    least total shift; then, among the events left, the same for pairs of different codes. Events of one code never
    need to cross (exchanging the partners of a crossing pair keeps both within the tolerance and shifts no more), so
    the best chain of pairs per code is optimal; it is found exactly. Ties go to the earlier event: the result is the
    same at every run, and with A and B exchanged the counts are the same.

    Args:
        a: coder A's events.
        b: coder B's events.
        tolerance_s: largest difference of onsets, seconds, >= 0.

    Returns:
        The alignment; each event occurs once.

    Raises:
        ParameterError: the tolerance is negative or not a number.
    """
    if not 0 <= tolerance_s < float("inf"):
        raise ParameterError(
            "the tolerance must be a number of seconds, 0 or more",
            column="tolerance",
            value=tolerance_s,
            remedy="Give for example --tolerance 2.",
        )
    matched = [
        pair
        for code in sorted(set(a.codes) & set(b.codes))
        for pair in _chain(a, b, _of(a.codes, code), _of(b.codes, code), tolerance_s)
    ]
    left_a = _without(len(a), [i for i, _ in matched])
    left_b = _without(len(b), [j for _, j in matched])
    confused = list(_chain(a, b, left_a, left_b, tolerance_s))
    omitted = _without(len(a), [i for i, _ in matched + confused])
    added = _without(len(b), [j for _, j in matched + confused])
    return Alignment(tuple(sorted(matched)), tuple(sorted(confused)), tuple(omitted), tuple(added))


def _of(codes: Sequence[str], code: str) -> list[int]:
    return [index for index, own in enumerate(codes) if own == code]


def _without(count: int, taken: Sequence[int]) -> list[int]:
    gone = set(taken)
    return [index for index in range(count) if index not in gone]


Score = tuple[int, int]
"""(pairs, minus the total shift in microseconds): compared in this order."""


@dataclass(frozen=True)
class _Link:
    score: Score
    pair: tuple[int, int]
    before: _Link | None


class _BestBefore:
    """The best chain that ends before a place in B: prefix maximum in a binary indexed tree."""

    def __init__(self, size: int) -> None:
        self.links: list[_Link | None] = [None] * (size + 1)

    def put(self, place: int, link: _Link) -> None:
        place += 1
        while place < len(self.links):
            held = self.links[place]
            if held is None or link.score > held.score:
                self.links[place] = link
            place += place & -place

    def get(self, place: int) -> _Link | None:
        best: _Link | None = None
        while place > 0:
            held = self.links[place]
            if held is not None and (best is None or held.score > best.score):
                best = held
            place -= place & -place
        return best


def _chain(
    a: Events, b: Events, own: Sequence[int], other: Sequence[int], tolerance_s: float
) -> Iterator[tuple[int, int]]:
    if not own or not other:
        return
    onset = b.onset[list(other)]
    best = _BestBefore(len(other))
    for i in own:
        first = int(np.searchsorted(onset, a.onset[i] - tolerance_s - 1e-9, side="left"))
        last = int(np.searchsorted(onset, a.onset[i] + tolerance_s + 1e-9, side="right"))
        links = [(place, _extend(best.get(place), i, other[place], a, b)) for place in range(first, last)]
        for place, link in links:
            best.put(place, link)
    link = best.get(len(other))
    while link is not None:
        yield link.pair
        link = link.before


def _extend(before: _Link | None, i: int, j: int, a: Events, b: Events) -> _Link:
    pairs, shift = (0, 0) if before is None else before.score
    moved = round(abs(float(b.onset[j] - a.onset[i])) * MICROSECONDS)
    return _Link((pairs + 1, shift - moved), (i, j), before)
