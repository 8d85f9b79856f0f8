"""Numerical trouble: which child, in which episode, of what kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from bowlby.model.life.partners import PLACES
from bowlby.model.life.state import VARIABLES

SLACK = 1e-3
"""Rounding may carry a share a little past its bounds; more than this is trouble."""

_HIGH = np.array([[variable.high] for variable in VARIABLES], np.float32) + np.float32(SLACK)
_LOW = np.array([[variable.low] for variable in VARIABLES], np.float32) - np.float32(SLACK)


class NumericalStatus(IntEnum):
    """How a child's numbers fared."""

    FINE = 0
    NOT_FINITE = 1
    OUT_OF_BOUNDS = 2


MESSAGES = {
    NumericalStatus.FINE: "every number stayed finite and within its bounds",
    NumericalStatus.NOT_FINITE: "a number became infinite or undefined",
    NumericalStatus.OUT_OF_BOUNDS: "a number left the bounds of its variable",
}


@dataclass(frozen=True)
class NumericalTrouble:
    """What went wrong for one child.

    Args:
        child: its number.
        episode: in which it was first seen, counted from 0.
        status: of what kind.
    """

    child: int
    episode: int
    status: NumericalStatus

    def __str__(self) -> str:
        return f"child {self.child}, episode {self.episode}: {MESSAGES[self.status]}"


def statuses(state: np.ndarray) -> np.ndarray:
    """Return the status of each child.

    Args:
        state: float32, shape (variables, n), those of further partners after `VARIABLES`.

    Returns:
        int8, shape (n,).
    """
    others = (len(state) - len(VARIABLES)) // len(PLACES)
    rows = [*range(len(VARIABLES)), *(list(PLACES) * others)]
    outside = ((state < _LOW[rows]) | (state > _HIGH[rows])).any(axis=0)
    status = np.where(outside, np.int8(NumericalStatus.OUT_OF_BOUNDS), np.int8(NumericalStatus.FINE))
    return np.where(np.isfinite(state).all(axis=0), status, np.int8(NumericalStatus.NOT_FINITE)).astype(np.int8)


def first_trouble(lived: Callable[[int], np.ndarray], count: int, child: int) -> tuple[int, NumericalStatus]:
    """Find the episode in which one child's numbers first failed, by bisection: no episode pays for the check.

    Args:
        lived: gives the state after so many episodes, shape (variables, n).
        count: episodes after which trouble was seen, >= 1.
        child: column of the state.

    Returns:
        Episode counted from 0 within the stretch, and the status then.
    """
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        if statuses(lived(middle))[child] == NumericalStatus.FINE:
            low = middle
        else:
            high = middle
    return high - 1, NumericalStatus(int(statuses(lived(high))[child]))
