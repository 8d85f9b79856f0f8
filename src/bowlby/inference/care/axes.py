"""The axes of care, and the scales on which they are estimated."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Axis(StrEnum):
    """What is said of care; each by itself."""

    THREAT = "threat"
    DEPRIVATION = "deprivation"
    UNPREDICTABILITY = "unpredictability"


STATED: tuple[Axis, ...] = (Axis.THREAT, Axis.DEPRIVATION)
"""Axes of which *above* or *below* can be said; the other has an estimate alone."""
CUT_AT = 0.90
"""An axis is high above this share of simulated low-risk families."""
UNITS: Mapping[Axis, str] = {
    Axis.THREAT: "threat a waking hour",
    Axis.DEPRIVATION: "share of bids without a fitting, warm answer",
    Axis.UNPREDICTABILITY: "share of changes of signal that leave their usual order",
}
_LEAST_THREAT = 1e-9


def free(axes: Floats) -> Floats:
    """Return axes on the scales on which they are estimated: log threat, logit of the other two.

    Args:
        axes: in the order of `Axis` in the last dimension, on their own scales.

    Returns:
        The same shape.
    """
    return np.stack([free_axis(axes[..., place], axis) for place, axis in enumerate(Axis)], axis=-1)


def free_axis(values: Floats, axis: Axis) -> Floats:
    """Return values of one axis on the scale on which it is estimated.

    Args:
        values: on its own scale.
        axis: which.

    Returns:
        The same shape.
    """
    if axis is Axis.THREAT:
        return np.log(np.maximum(values, _LEAST_THREAT))
    share = np.clip(values, 1e-6, 1.0 - 1e-6)
    return np.log(share / (1.0 - share))


def natural(values: Floats) -> Floats:
    """Return axes on their own scales; the inverse of `free`.

    Args:
        values: as `free` returns them.

    Returns:
        The same shape.
    """
    return np.concatenate([np.exp(values[..., :1]), 1.0 / (1.0 + np.exp(-values[..., 1:]))], axis=-1)
