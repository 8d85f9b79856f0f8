"""The design: every child is a point of it, with a value of its own of every constant that is in doubt.

A design of one change at a time would live each study once a constant, and a supersaturated one of few runs confounds
constants. Here the children of one study are the runs: each draws every constant from its width of doubt,
independently, so that thousands of points stand for some hundred and forty factors and no two of them are confounded.
Each child lives twice, the second time with every constant as far on the other side: what is its own, its family's and
its chances' is the same in both lives and cancels (a fold-over with common random numbers). Factors that stand for
nothing are carried along, so that what chance alone does is seen and not computed. What a constant does to a figure
is the slope of the figure in it (`slopes`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bowlby.model.parameter import Doubt, Group, Parameter, Transform
from bowlby.model.registry import CHILD, CONSTANTS, MOMENTS
from bowlby.simulation.draws import standard
from bowlby.simulation.engine.design import CohortDesign, Value

Floats = npt.NDArray[np.float64]

HELD = {"waking_hours": "both clocks count their hours by it"}
"""Constants in doubt that are not moved, and why."""

FACTORS: tuple[Parameter, ...] = tuple(
    entry for entry in (*CHILD, *CONSTANTS, *MOMENTS) if entry.doubt is not None and entry.name not in HELD
)
"""What is moved: centres of the child's traits, constants of a life, and those of the moment clock."""

NOTHING = tuple(f"nothing {number}" for number in range(1, 41))
"""Names of factors that no equation reads."""

NAMES = (*(entry.name for entry in FACTORS), *NOTHING)
"""Rows of the deviates: first what is moved, then what stands for nothing."""

REACH = 1.0
"""Widths of doubt by which each child's constants are drawn."""

_MOST_FREE = 8.0
"""Of a logit that is moved; beyond it single precision no longer distinguishes a share from 0 or 1."""


def deviates(numbers: np.ndarray, seed: int) -> Floats:
    """Return how far each constant of each child lies from where it is put, in widths of its doubt.

    Args:
        numbers: of the children, uint32, shape (children,).
        seed: of the design.

    Returns:
        Standard normal, a row for each of `NAMES`, shape (rows, children); a child has the same in every study.
    """
    return np.stack([standard(numbers, seed, f"screening/{name}") for name in NAMES])


def moved_to(entry: Parameter, doubt: Doubt, from_value: Value, widths: Floats) -> Floats:
    """Return a constant moved by widths of its doubt: g^-1(g(value) + sd widths).

    On its own scale (g the identity) a share stays between 0 and 1.

    Args:
        entry: the constant.
        doubt: its width and the scale g.
        from_value: where it is put, a number or one a child.
        widths: by how many, shape (children,).

    Returns:
        Shape (children,), on the constant's own scale.
    """
    start = np.broadcast_to(np.asarray(from_value, np.float64), np.shape(widths))
    match doubt.scale:
        case Transform.LOG:
            return start * np.exp(doubt.sd * widths)
        case Transform.LOGIT:
            free = np.log(start) - np.log1p(-start) + doubt.sd * widths
            return 1.0 / (1.0 + np.exp(-np.clip(free, -_MOST_FREE, _MOST_FREE)))
        case Transform.IDENTITY:
            plain = start + doubt.sd * widths
            return np.clip(plain, 0.0, 1.0) if entry.unit == "1" else plain


def with_own_constants(design: CohortDesign, seed: int, reach: float = REACH) -> CohortDesign:
    """Return a design in which every child has constants of its own.

    Args:
        design: of a study.
        seed: of the screening.
        reach: widths of doubt by which constants are drawn; 0 leaves each where it is, for every child
            alike, and a negative one is the other side.

    Returns:
        The same children under the same care.
    """
    widths = reach * deviates(design.child_numbers(), seed)
    child: dict[str, Value] = dict(design.child)
    own: dict[str, np.ndarray] = {}
    for entry, row in zip(FACTORS, widths, strict=False):
        if entry.doubt is None:
            continue
        if entry.group is Group.CHILD:
            child[entry.name] = moved_to(entry, entry.doubt, design.child.get(entry.name, entry.default), row)
        else:
            own[entry.name] = moved_to(entry, entry.doubt, design.constants.get(entry.name, entry.default), row)
    return replace(design, child=child, own_constants=own)
