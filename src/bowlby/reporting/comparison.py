"""Threat and deprivation row by row: what the source says, restated, and what this record shows of it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bowlby.evidence.claims_register.aspects import LINES, Aspect, AspectLine
from bowlby.measures.rule import EpisodeRule
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.reporting.evidence import RecordEvidence, act_evidence, answer_evidence, threat_evidence
from bowlby.reporting.numbers import count_of


@dataclass(frozen=True)
class ComparedRow:
    """One line of the comparison with what a record shows of it.

    Args:
        line: of the comparison.
        threat: the record's evidence on threat.
        deprivation: the record's evidence on deprivation.
    """

    line: AspectLine
    threat: RecordEvidence
    deprivation: RecordEvidence

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "name": str(self.line.key),
            "trauma": self.line.trauma,
            "neglect": self.line.neglect,
            "both": self.line.both,
            "published": self.line.published,
            "evidence": {"threat": _cell(self.threat), "deprivation": _cell(self.deprivation)},
        }


def compare(coded: CodedRecord, episodes: pl.DataFrame, rule: EpisodeRule) -> tuple[ComparedRow, ...]:
    """Return the source's comparison with what this record shows of each row.

    Args:
        coded: a coded record.
        episodes: columns of `EPISODE_SCHEMA`, all sessions.
        rule: the windows.

    Returns:
        One row a line; body, long term and therapy are never assessable from a record.
    """
    cells = {
        Aspect.DEFINITION: (threat_evidence(coded), _withheld(coded, episodes, rule)),
        Aspect.CAUSES: (_harm(coded), _unheeded(coded)),
        Aspect.EMOTION: (_distress(coded), _feeling(coded)),
        Aspect.BEHAVIOUR: (
            act_evidence(coded, Role.CHILD, _THREAT_SIGNS),
            act_evidence(coded, Role.CHILD, _DEPRIVATION_SIGNS),
        ),
        Aspect.BODY: (_NO_BODY, _NO_BODY),
        Aspect.LONG_TERM: (_NO_FUTURE, _NO_FUTURE),
        Aspect.THERAPY: (_NO_THERAPY, _NO_THERAPY),
    }
    return tuple(ComparedRow(line, *cells[line.key]) for line in LINES)


_THREAT_SIGNS = (Construct.CONTACT_MAINTAIN, Construct.RESIST, Construct.DISORGANIZED)
_DEPRIVATION_SIGNS = (Construct.APPROACH, Construct.AVOID, Construct.GAZE_AWAY)
_ENGAGEMENT = (Construct.PLAY, Construct.VOICE, Construct.SMILE, Construct.HOLD, Construct.TOUCH)

_NO_BODY = RecordEvidence(
    False, "A coded record has no channel for body or brain; the model can only simulate them forward."
)
_NO_FUTURE = RecordEvidence(False, "A record of an interval holds no future.")
_NO_THERAPY = RecordEvidence(False, "A record of an interval ranks no intervention.")


def _cell(evidence: RecordEvidence) -> dict[str, object]:
    return {"assessable": evidence.assessable, "text": evidence.text}


def _both(first: RecordEvidence, second: RecordEvidence) -> RecordEvidence:
    return RecordEvidence(first.assessable or second.assessable, f"{first.text} {second.text}")


def _withheld(coded: CodedRecord, episodes: pl.DataFrame, rule: EpisodeRule) -> RecordEvidence:
    return _both(answer_evidence(coded, episodes, rule), act_evidence(coded, Role.CAREGIVER, _ENGAGEMENT))


def _harm(coded: CodedRecord) -> RecordEvidence:
    harm = act_evidence(coded, Role.CAREGIVER, (Construct.FRIGHT_HARSH, Construct.FRIGHT_ABUSIVE, Construct.LEAVE))
    return RecordEvidence(harm.assessable, f"{harm.text} A record shows acts, not what brought them about.")


def _unheeded(coded: CodedRecord) -> RecordEvidence:
    found = act_evidence(coded, Role.CAREGIVER, (Construct.IGNORE, Construct.PRESENT))
    return RecordEvidence(found.assessable, f"{found.text} A record shows acts, not what brought them about.")


def _distress(coded: CodedRecord) -> RecordEvidence:
    found = act_evidence(coded, Role.CHILD, (Construct.CUE_DISTRESS,))
    return RecordEvidence(
        found.assessable, f"{found.text} Fear, watchfulness and volatility have no code of their own."
    )


def _feeling(coded: CodedRecord) -> RecordEvidence:
    found = _both(act_evidence(coded, Role.CHILD, (Construct.CUE_POSITIVE,)), _affect(coded))
    return RecordEvidence(
        found.assessable, f"{found.text} Numbness, self-esteem and feeling unseen have no code of their own."
    )


def _affect(coded: CodedRecord) -> RecordEvidence:
    own = coded.acts.filter((pl.col("role") == str(Role.CHILD)) & (pl.col("construct") == str(Construct.AFFECT)))
    if (Role.CHILD, Construct.AFFECT) not in coded.codable:
        return RecordEvidence(False, "The child’s affect was not coded.")
    positive = own.filter(pl.col("value") > 0).height
    return RecordEvidence(True, f"The child’s affect: {count_of(own.height, 'act')}, {positive} of them positive.")
