"""What the networks of the child's states read: what the child does, beside the features of care."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bowlby.inference.care.features import RecordContext, features, log_rate, logit_share, names
from bowlby.measures.care_blocks import CareBlocks
from bowlby.measures.child_blocks import CHILD_COUNTED, CHILD_LINES, CHILD_TIMED, ChildBlocks
from bowlby.records.constructs import Construct

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

CHILD_MASKS: dict[str, tuple[Construct, ...]] = {
    "distress": (Construct.CUE_DISTRESS,),
    "bids": (Construct.CUE_BID,),
    "closeness": (Construct.APPROACH, Construct.CONTACT_MAINTAIN),
    "distance": (Construct.AVOID, Construct.RESIST),
    "breakdown": (Construct.DISORGANIZED, Construct.CONTROL),
    "exploration": (Construct.EXPLORE,),
    "gaze": (Construct.GAZE_PARTNER, Construct.GAZE_AWAY),
    "child affect": (Construct.AFFECT,),
}
"""Constructs of the child that laboratories code together or not at all; the first two are masks of care too."""
BEFORE_H = 0.1
"""Hours in which half an act of each kind is taken to have come before the record."""
_PLACE = {line: place for place, line in enumerate(CHILD_LINES)}


def child_names() -> tuple[str, ...]:
    """Return the name of each feature, in the order of `child_features`.

    Returns:
        Names of those of the child, then of those of care.
    """
    nothing = np.zeros((1, 1, 1, len(CHILD_LINES)))
    return (*_table(ChildBlocks(nothing, nothing, nothing, nothing)), *names())


def child_features(child: ChildBlocks, care: CareBlocks, context: RecordContext) -> Floats:
    """Return the features of some records.

    Args:
        child: what children do.
        care: the care that they are given, of the same records.
        context: of each.

    Returns:
        Shape (records, features); NaN where a feature is missing, which is not 0.
    """
    return np.concatenate([np.stack(list(_table(child).values()), axis=1), features(care, context)], axis=1)


def _table(blocks: ChildBlocks) -> dict[str, Floats]:
    exposure, timed, count, seconds = (
        values.sum(axis=(1, 2)) for values in (blocks.exposure, blocks.timed, blocks.count, blocks.seconds)
    )
    found: dict[str, Floats] = {}
    for line in CHILD_COUNTED:
        own = exposure[:, _PLACE[line]]
        rate = log_rate(count[:, _PLACE[line]], own, BEFORE_H)
        found |= {f"child rate of {line}{more}": _where(own, values) for more, values in rate.items()}
        found[f"codable child {line}"] = (own > 0.0).astype(np.float64)
    for line in CHILD_TIMED:
        own = timed[:, _PLACE[line]]
        found[f"child time of {line}"] = _where(own, logit_share(seconds[:, _PLACE[line]], own))
        found[f"codable child time of {line}"] = (own > 0.0).astype(np.float64)
    return found


def _where(exposure: Floats, values: Floats) -> Floats:
    return np.where(exposure > 0.0, values, np.nan)


def child_masked(blocks: ChildBlocks, kept: Bools) -> ChildBlocks:
    """Return records of which some constructs of the child were not coded.

    Args:
        blocks: the records.
        kept: whether each group of `CHILD_MASKS` was coded, shape (records, groups).

    Returns:
        The same with no exposure to what was not.
    """
    of = {construct: kept[:, place] for place, group in enumerate(CHILD_MASKS.values()) for construct in group}
    lines = np.stack([of[line.construct] for line in CHILD_LINES], axis=1)[:, None, None, :]
    return replace(
        blocks,
        exposure=blocks.exposure * lines,
        timed=blocks.timed * lines,
        count=blocks.count * lines,
        seconds=blocks.seconds * lines,
    )
