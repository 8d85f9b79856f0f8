"""Lasting chances of a child outside its episodes: a number of its own for each name, whatever cohort it is in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bowlby.model.life.arithmetic import standard_normal
from bowlby.simulation.streams import seed_words, stream_key, trait_stream, uniform, word

Floats = npt.NDArray[np.float64]


def chance(numbers: np.ndarray, seed: int, name: str, occasion: int = 0) -> Floats:
    """Return a uniform number of each child that depends on seed, child, name and occasion alone.

    Args:
        numbers: of the children, uint32, shape (children,).
        seed: 0 <= seed < 2**64.
        name: of what it decides.
        occasion: which time, >= 0.

    Returns:
        Shape (children,), in (0, 1).

    Raises:
        InputError: the seed has more than 64 bits.
    """
    return np.asarray(_uniform(numbers, seed, name, occasion), np.float64)


def standard(numbers: np.ndarray, seed: int, name: str, occasion: int = 0) -> Floats:
    """Return a standard normal number of each child that depends on seed, child, name and occasion alone.

    Args:
        numbers: of the children, uint32, shape (children,).
        seed: 0 <= seed < 2**64.
        name: of what it decides.
        occasion: which time, >= 0.

    Returns:
        Shape (children,).

    Raises:
        InputError: the seed has more than 64 bits.
    """
    return np.asarray(standard_normal(_uniform(numbers, seed, name, occasion)), np.float64)


def _uniform(numbers: np.ndarray, seed: int, name: str, occasion: int) -> np.ndarray:
    key = stream_key(seed_words(seed), numbers, np.uint32(trait_stream(name)))
    return np.asarray(uniform(word(key, np.full(1, occasion, np.uint32))))
