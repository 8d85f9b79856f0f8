"""What a record holds for the axes: what could be coded, for how long, on how many days."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from bowlby.errors import InputError
from bowlby.inference.care.axes import Axis
from bowlby.measures.care_blocks import ANSWER_SETS, LINES, CareBlocks, CareLine, care_blocks
from bowlby.measures.child_blocks import ChildBlocks
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import FRIGHT_TIERS, THREAT_ACTS, Construct, Role
from bowlby.records.days import days_of
from bowlby.records.pairs import only_pair

AGES: tuple[float, float] = (3.0, 60.0)
"""Months for which the networks were trained."""
ASSUMED_AGE = 12.0
"""Months, where no record says how old the child is."""
Blocks = TypeVar("Blocks", CareBlocks, ChildBlocks)
SENSORY = (Construct.OBJECT, Construct.TOUCH, Construct.VOICE)
OF_WARMTH = (Construct.PLAY, Construct.SMILE, Construct.VOICE, Construct.TOUCH, Construct.AFFECT)


@dataclass(frozen=True)
class CareEvidence:
    """All that a posterior of care rests on.

    Args:
        blocks: the sessions, as one record.
        sessions: their names.
        days: distinct days that are known, at least 1; a session of unknown day may lie on any of them.
        age_months: of the child, mean over the sessions that say it, else `ASSUMED_AGE`.
        age_known: whether any does.
        distress_cues: coded, whether answered or not.
        bids: coded.
        problems: readable sentences about what does not fit the networks.
    """

    blocks: CareBlocks
    sessions: tuple[str, ...]
    days: int
    age_months: float
    age_known: bool
    distress_cues: int
    bids: int
    problems: tuple[str, ...]

    @cached_property
    def hours(self) -> float:
        """Return hours in which anything of the caregiver could be coded."""
        return float(self.blocks.hours[0])

    @cached_property
    def fright(self) -> Mapping[Construct, int | None]:
        """Return coded acts by tier; None where the tier could not be coded."""
        return {tier: self._count(tier) for tier in FRIGHT_TIERS}

    @cached_property
    def fright_hours(self) -> float:
        """Return hours in which every tier that carries threat could be coded."""
        exposure = self.blocks.exposure[0]
        rows = [exposure[..., LINES.index(CareLine(tier))] for tier in THREAT_ACTS]
        return float(np.minimum.reduce(rows).sum()) / 3600.0

    @cached_property
    def codable(self) -> Mapping[Axis, bool]:
        """Return whether anything that the axis rests on could be coded."""
        return {
            Axis.THREAT: any(self._seen(tier) for tier in THREAT_ACTS),
            Axis.DEPRIVATION: bool(self.blocks.paired_s.sum() > 0.0) or any(self._seen(act) for act in OF_WARMTH),
            Axis.UNPREDICTABILITY: all(self._seen(act) for act in SENSORY),
        }

    @cached_property
    def events(self) -> Mapping[Axis, int]:
        """Return coded events that the axis rests on; for threat all, since it rests on what was not seen too."""
        answers = self.blocks.answered + self.blocks.waited
        cues = int(answers.sum(axis=(0, 1, 2)).max(axis=1).sum())
        return {
            Axis.THREAT: int(self.blocks.count.sum()) + cues if self.codable[Axis.THREAT] else 0,
            Axis.DEPRIVATION: cues + sum(self._count(act) or 0 for act in OF_WARMTH if act is not Construct.AFFECT),
            Axis.UNPREDICTABILITY: sum(self._count(act) or 0 for act in SENSORY),
        }

    def _seen(self, construct: Construct) -> bool:
        places = [place for place, line in enumerate(LINES) if line.construct is construct]
        return bool(self.blocks.exposure[..., places].sum() > 0.0)

    def _count(self, construct: Construct) -> int | None:
        if not self._seen(construct):
            return None
        places = [place for place, line in enumerate(LINES) if line.construct is construct]
        return int(self.blocks.count[..., places].sum())


def care_evidence(records: CodedRecord | Sequence[CodedRecord]) -> CareEvidence:
    """Return the evidence in one or more coded records of one child with one caregiver.

    Args:
        records: coded records; every session in them is a visit.

    Returns:
        The evidence.

    Raises:
        InputError: there is no record, nothing was observed, or a session has several children or caregivers.
    """
    parts = [records] if isinstance(records, CodedRecord) else list(records)
    if not parts:
        raise InputError("there is no record to infer from", remedy="Give at least one coded record.")
    for one in parts:
        for session in one.sessions:
            only_pair(one, session)
    blocks = join_sessions([care_blocks(one) for one in parts])
    if not blocks.exposure.any() and not blocks.paired_s.any():
        remedy = "Map the caregiver's codes in a codebook: `bowlby codebook init FILE` writes one to begin with."
        raise InputError("nothing of the caregiver could be coded", file=_file(parts[0]), remedy=remedy)
    ages = [age for one in parts for age in [_number(one, "age_months")] if age is not None]
    age = math.fsum(ages) / len(ages) if ages else ASSUMED_AGE
    days = [day for one in parts for day in days_of(one.record).values()]
    distress, bids = (sum(_cues(one, kind) for one in parts) for kind in (Construct.CUE_DISTRESS, Construct.CUE_BID))
    sessions = tuple(session for one in parts for session in one.sessions)
    return CareEvidence(
        blocks, sessions, _days(days), age, bool(ages), distress, bids, tuple(_problems(blocks, age, ages))
    )


def join_sessions(parts: list[Blocks]) -> Blocks:
    """Return the sessions of several records as one record.

    Args:
        parts: one record each, at least one.

    Returns:
        All sessions, with as many blocks as the longest.
    """
    longest = max(one.count.shape[2] for one in parts)

    def padded(values: np.ndarray) -> np.ndarray:
        return np.pad(values, [(0, 0), (0, 0), (0, longest - values.shape[2]), *[(0, 0)] * (values.ndim - 3)])

    joined = {
        field.name: np.concatenate([padded(getattr(one, field.name)) for one in parts], axis=1)
        for field in fields(parts[0])
    }
    return replace(parts[0], **joined)


def _file(coded: CodedRecord) -> str | None:
    return coded.record.provenance[0].file if coded.record.provenance else None


def _number(coded: CodedRecord, key: str) -> float | None:
    value = coded.record.metadata.get(key)
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0.0 else None


def _days(days: Sequence[int | None]) -> int:
    return max(len({day for day in days if day is not None}), 1)


def _cues(coded: CodedRecord, kind: Construct) -> int:
    return coded.acts.filter((coded.acts["role"] == str(Role.CHILD)) & (coded.acts["construct"] == str(kind))).height


def _problems(blocks: CareBlocks, age: float, known: list[float]) -> list[str]:
    found: list[str] = []
    if not known:
        found.append(f"No record says how old the child is: {ASSUMED_AGE:g} months is assumed.")
    elif not AGES[0] <= age <= AGES[1]:
        found.append(
            f"The child is {age:.3g} months old; the posterior was made for {AGES[0]:g} to {AGES[1]:g} months, "
            f"and this is an extrapolation from the nearer end."
        )
    if blocks.paired_s.any() and not blocks.paired_s[..., 0].any():
        found.append(f"No answers were coded as such: they are known by {_listed(blocks)}, which says less.")
    return found


def _listed(blocks: CareBlocks) -> str:
    held = blocks.paired_s.sum(axis=(0, 1, 2, 3)) > 0.0
    return " or ".join(str(act) for act in ANSWER_SETS[int(held.argmax())])
