"""The rule of all learning rules: from what was expected and what came to what is expected next."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from jaxtyping import Array, Float

Scalar: TypeAlias = Float[Array, "..."] | npt.NDArray[np.floating[Any]] | np.floating[Any] | float
"""One number inside the step; batches come in from outside, by vmap or as draws."""


def rescorla_wagner(expected: Scalar, outcome: Scalar, rate: Scalar, seen: Scalar) -> Scalar:
    """Return the updated expectation: V + seen * alpha * (outcome - V) (Rescorla & Wagner 1972).

    Args:
        expected: V, in the unit of the outcome.
        outcome: what came.
        rate: alpha in [0, 1].
        seen: how far the outcome was observed, in [0, 1]; 0 leaves V as it is.

    Returns:
        The new V, between expected and outcome.
    """
    return expected + seen * rate * (outcome - expected)
