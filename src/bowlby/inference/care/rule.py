"""When a record says that care lies above or below the cut of an axis: one rule, on arrays of records.

Fixed in docs/decisions.md before it was judged; a change of any number here asks for seeds that were never used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SURE = 0.9
"""Least posterior probability of the side of the cut that is stated."""
EVIDENCE = 9.0
"""Least Bayes factor in favour of that side."""
ODDS = (0.5, 1.0, 2.0)
"""Multiples of the base odds at which a statement must hold."""
DAYS = 2
"""Days on which a dyad must have been watched for any statement about usual care; a visit is such a day."""
DAYS_THREAT_BELOW = 3
"""The same for "threat below"."""
DISTRESS_CUES = 5
"""Distress cues for "threat below": with none followed by fright, .45 or more of them being so is unlikely (.05)."""
WATCHED_SHARE = 0.25
"""Share of frightening acts that happen while watched, under which "threat below" must still hold."""
CODABLE_THROUGHOUT = 0.99
"""Least share of the observed time in which frightening acts must be codable, to be so throughout."""
FEWEST_EFFECTIVE = 200
"""Fewest effective draws on which stated base rates may rest."""


class StatementCode(IntEnum):
    """What a record says of an axis, as a code in arrays."""

    BELOW = -1
    NOT_TOLD = 0
    ABOVE = 1
    NOT_ASSESSABLE = 2

    @property
    def words(self) -> str:
        """What is printed."""
        return self.name.lower().replace("_", " ")


class StatementCondition(StrEnum):
    """What a statement asks for, in the order in which it is shown."""

    EVENTS = "codable events on the axis"
    DAYS = "watched on enough different days"
    FIT = "no misfit"
    SURE = (
        "P of the stated side at least .9, at half, once and twice the base odds and at both ends of the coder's error"
    )
    EVIDENCE = "Bayes factor for the stated side at least 9, at both ends of the coder's error"
    THROUGHOUT = "frightening, harsh and abusive acts codable throughout"
    UNSEEN = "no frightening, harsh or abusive act coded"
    DISTRESS = "enough distress cues"
    SPARSE = "holds if one frightening act in four happens while watched"


@dataclass(frozen=True)
class AxisProbability:
    """P(above the cut) of an axis for some records; the first axis of every array is the record.

    Args:
        above: after the record, at the stated base rates, shape (records, views): first with the coder's error as it is
            known or integrated out, then at its two ends.
        prior: before the record, at the same base rates, in (0, 1), shape (records,).
    """

    above: Floats
    prior: Floats

    @property
    def bayes_factors(self) -> Floats:
        """Odds of above after the record over those before, shape (records, views)."""
        return odds(self.above) / odds(self.prior)[:, None]

    def at_odds(self, multiple: float) -> Floats:
        """Return P(above) at a multiple of the base odds, shape (records, views).

        Args:
            multiple: > 0.
        """
        return at_odds(self.above, multiple)


@dataclass(frozen=True)
class StatementGround:
    """What some records hold that a statement on one axis rests on; every array has shape (records,).

    Args:
        codable: whether the axis could be coded at all.
        events: codable events that the axis rests on.
        days: different days on which the dyad was surely watched; sessions of unknown day add none to known ones.
        misfit: whether the record is unlike all that the model writes.
    """

    codable: Bools
    events: Ints
    days: Ints
    misfit: Bools


@dataclass(frozen=True)
class FrightGround:
    """What "threat below" rests on beside, of the same records.

    Args:
        throughout: whether frightening, harsh and abusive acts could be coded in all of the observed time.
        acts: such acts that were coded, shape (records,).
        distress_cues: of the child while they could be, shape (records,).
        sparse: the belief with `WATCHED_SHARE` of the watched time of frightening acts and the same counts: by the
            Poisson law the same as a rate while watched of that share of the usual one.
    """

    throughout: Bools
    acts: Ints
    distress_cues: Ints
    sparse: AxisProbability


def odds(probability: Floats) -> Floats:
    """Return odds.

    Args:
        probability: in [0, 1].

    Returns:
        The same shape, in [0, inf].
    """
    with np.errstate(divide="ignore"):
        return np.asarray(probability) / (1.0 - np.asarray(probability))


def at_odds(probability: Floats, multiple: float) -> Floats:
    """Return a probability after its prior odds were multiplied, p m / (p m + 1 - p).

    Args:
        probability: in [0, 1].
        multiple: > 0.

    Returns:
        The same shape.
    """
    weighed = np.asarray(probability) * multiple
    return weighed / (weighed + 1.0 - np.asarray(probability))


def probable_enough(belief: AxisProbability, side: StatementCode) -> Bools:
    """Return whether a side of the cut is probable enough at every view and at every multiple of the base odds.

    Args:
        belief: of some records.
        side: above or below.

    Returns:
        Shape (records,).
    """
    return np.all([(_share(belief.at_odds(by), side) >= SURE).all(axis=1) for by in ODDS], axis=0)


def supported_by_records(belief: AxisProbability, side: StatementCode) -> Bools:
    """Return whether the records themselves speak for a side of the cut, at every view of the coder.

    Args:
        belief: of some records.
        side: above or below.

    Returns:
        Shape (records,).
    """
    factors = belief.bayes_factors
    return np.all(factors >= EVIDENCE if side is StatementCode.ABOVE else factors <= 1.0 / EVIDENCE, axis=1)


def conditions(
    belief: AxisProbability, ground: StatementGround, side: StatementCode, fright: FrightGround | None = None
) -> dict[StatementCondition, Bools]:
    """Return what a statement of one side asks for, and whether each record has it.

    Args:
        belief: of one axis.
        ground: what the records hold.
        side: above or below.
        fright: given for the axis of threat, and for it alone.

    Returns:
        By condition, shape (records,).
    """
    below_threat = fright is not None and side is StatementCode.BELOW
    found = {
        StatementCondition.EVENTS: ground.events > 0,
        StatementCondition.DAYS: ground.days >= (DAYS_THREAT_BELOW if below_threat else DAYS),
        StatementCondition.FIT: ~ground.misfit,
        StatementCondition.SURE: probable_enough(belief, side),
        StatementCondition.EVIDENCE: supported_by_records(belief, side),
    }
    return found | _unseen(fright) if fright is not None and below_threat else found


def statement_codes(belief: AxisProbability, ground: StatementGround, fright: FrightGround | None = None) -> Ints:
    """Return what each record says of an axis.

    Args:
        belief: of one axis.
        ground: what the records hold.
        fright: given for the axis of threat, and for it alone.

    Returns:
        Codes of `StatementCode`, shape (records,).
    """
    told = np.full(len(ground.codable), int(StatementCode.NOT_TOLD), np.int64)
    for side in (StatementCode.ABOVE, StatementCode.BELOW):
        told[all_met(conditions(belief, ground, side, fright))] = int(side)
    told[~ground.codable] = int(StatementCode.NOT_ASSESSABLE)
    return told


def all_met(asked: Mapping[StatementCondition, Bools]) -> Bools:
    """Return whether every condition holds, shape (records,).

    Args:
        asked: conditions.

    Returns:
        Shape (records,).
    """
    return np.all(list(asked.values()), axis=0)


def _share(above: Floats, side: StatementCode) -> Floats:
    return above if side is StatementCode.ABOVE else 1.0 - above


def _unseen(fright: FrightGround) -> dict[StatementCondition, Bools]:
    """What "threat below" asks for beside: it rests on acts that were not seen."""
    sparse = probable_enough(fright.sparse, StatementCode.BELOW) & supported_by_records(
        fright.sparse, StatementCode.BELOW
    )
    return {
        StatementCondition.THROUGHOUT: fright.throughout,
        StatementCondition.UNSEEN: fright.acts == 0,
        StatementCondition.DISTRESS: fright.distress_cues >= DISTRESS_CUES,
        StatementCondition.SPARSE: sparse,
    }
