"""The simulated children against whom signs are read: their states, and nothing of the care they lived under."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import NormalDist
from zipfile import BadZipFile

import numpy as np

from bowlby.errors import InputError, OutputError
from bowlby.model.signs.states import SIGN_STATES, End

FILE = Path(__file__).parent / "reference.npz"
REMAKE = "python -m bowlby.simulation.sign_reference"
HARD_TENTH = 0.9
"""Quantile, from the easy end, beyond which a state counts as hard."""


@dataclass(frozen=True)
class ReferenceChildren:
    """The reference children at one age.

    Args:
        age: months.
        values: state by name, each of shape (children,), in the model's unit.
        scores: normal scores of the values, Phi^-1(rank), by name.
        hard: True in the hardest tenth of a state, by name.
    """

    age: float
    values: Mapping[str, np.ndarray]
    scores: Mapping[str, np.ndarray] = field(default_factory=dict)
    hard: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many children."""
        return len(next(iter(self.values.values())))


@dataclass(frozen=True)
class SignReference:
    """The shipped table.

    Args:
        ages: months, ascending.
        values: float32, shape (ages, states, children), states in the order of `SIGN_STATES`.
        made: how it was made: version of the table, design, command.
    """

    ages: tuple[float, ...]
    values: np.ndarray
    made: Mapping[str, object]

    def nearest(self, age: float) -> float:
        """Return the tabulated age nearest to an age, as a ratio."""
        return min(self.ages, key=lambda known: abs(np.log(known / age)))

    def at(self, age: float) -> ReferenceChildren:
        """Return the children at the tabulated age nearest to an age in months."""
        known = self.nearest(age)
        rows = self.values[self.ages.index(known)].astype(np.float64)
        return ranked(known, dict(zip(SIGN_STATES, rows, strict=True)))


def ranked(age: float, values: Mapping[str, np.ndarray]) -> ReferenceChildren:
    """Return children with normal scores and hard tenths worked out from their own ranks.

    Args:
        age: months.
        values: state by name, each of shape (children,).

    Returns:
        The children.
    """
    scores = {name: normal_scores(row) for name, row in values.items()}
    hard = {name: _hard(name, row) for name, row in values.items()}
    return ReferenceChildren(age, values, scores, hard)


def normal_scores(values: np.ndarray) -> np.ndarray:
    """Return Phi^-1((rank - 1/2) / n); equal values share the mean of their scores.

    Args:
        values: shape (n,).

    Returns:
        Scores, shape (n,).
    """
    ladder = _ladder(len(values))
    _, level, size = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(size)
    sums = np.concatenate([[0.0], np.cumsum(ladder)])
    return ((sums[ends] - sums[ends - size]) / size)[level]


@cache
def _ladder(count: int) -> np.ndarray:
    quantile = NormalDist().inv_cdf
    return np.array([quantile((rank + 0.5) / count) for rank in range(count)])


def _hard(name: str, row: np.ndarray) -> np.ndarray:
    toward = row if SIGN_STATES[name].end == End.HIGH else -row
    return toward > np.quantile(toward, HARD_TENTH)


@cache
def load_reference(file: Path = FILE) -> SignReference:
    """Return the shipped table.

    Args:
        file: of the table.

    Returns:
        The reference.

    Raises:
        InputError: the file is missing or does not hold the states that signs load on.
    """
    try:
        with file.open("rb") as handle, np.load(handle, allow_pickle=False) as held:
            made = json.loads(str(held["made"]))
            found = SignReference(tuple(float(age) for age in held["ages"]), held["values"], made)
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise InputError("the table of reference children cannot be read", file=file, remedy=_remedy()) from error
    if made.get("states") != list(SIGN_STATES):
        raise InputError("the table of reference children holds other states", file=file, remedy=_remedy())
    return found


def _remedy() -> str:
    return f"Install bowlby again, or remake it: {REMAKE}"


def save_reference(reference: SignReference, file: Path = FILE) -> None:
    """Write the table.

    Args:
        reference: to keep.
        file: where.

    Raises:
        OutputError: the file cannot be written.
    """
    made = json.dumps({**reference.made, "states": list(SIGN_STATES)}, sort_keys=True)
    try:
        with file.open("wb") as handle:
            np.savez_compressed(handle, ages=np.array(reference.ages), values=reference.values, made=np.array(made))
    except OSError as error:
        raise OutputError("the table of reference children cannot be written", file=file) from error
