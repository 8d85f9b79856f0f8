"""The five lines that a reader in a hurry reads, and what the record leaves unknown."""

from __future__ import annotations

from bowlby.measures.latency import CUE_CLASSES, missing_constructs
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import THREAT_ACTS, Construct, Role
from bowlby.records.unconfirmed_windows import unconfirmed
from bowlby.reporting.care_section import short_statement
from bowlby.reporting.evidence import answer_evidence, count_acts, threat_evidence
from bowlby.reporting.numbers import count_of, length_of_time, listed
from bowlby.reporting.parts import ReportParts
from bowlby.reporting.words import LABELS

_CARE = {
    "answers to the child": (Construct.ANSWER, Construct.VOICE, Construct.TOUCH, Construct.HOLD),
    "touch and holding": (Construct.TOUCH, Construct.HOLD),
    "play, talk and smiles": (Construct.PLAY, Construct.VOICE, Construct.SMILE),
    "intrusion": (Construct.INTRUDE,),
    "frightening acts": THREAT_ACTS,
}
"""What a report on care would want to know, and the constructs of which at least one must be codable."""


def summary(parts: ReportParts) -> tuple[str, ...]:
    """Return five lines in plain words, every figure computed from the record.

    Args:
        parts: the report's parts.

    Returns:
        What was observed, what could be coded, answers, threat, and what it amounts to.
    """
    return (
        _observed(parts.coded),
        _codable(parts.coded),
        _answers(parts),
        _threat(parts.coded),
        short_statement(parts.inference) if parts.inference is not None else _short(parts),
    )


def unknowns(parts: ReportParts) -> tuple[str, ...]:
    """Return what this record cannot tell, and why.

    Args:
        parts: the report's parts.

    Returns:
        One sentence each.
    """
    coded = parts.coded
    total = _total_s(coded)
    lost = [name for name, wanted in _CARE.items() if not coded.is_codable(Role.CAREGIVER, *wanted)]
    lines = [
        f"How far {length_of_time(total)} in {count_of(len(coded.sessions), 'session')} stand for usual care: days "
        "differ, and being watched changes what people do.",
        "What the child feels, expects or has become. Acts in a record are not states, and states are not causes.",
        "Body, brain and development: no channel of a coded record holds them.",
        "Anything that lies before or after the record: history, loss, illness, other caregivers, present stress.",
    ]
    if lost:
        lines.insert(
            0, f"{listed(lost).capitalize()}: the coding scheme did not look for them. Not coded is not absent."
        )
    if missing_constructs(coded, parts.rule, CUE_CLASSES[0]):
        lines.insert(1, "Answers to distress, which attachment statements rest on.")
    found = _threat_seconds(coded)
    if found:
        lines.append(f"Rare events: {threat_evidence(coded).text}")
    return tuple(lines)


def _total_s(coded: CodedRecord) -> float:
    return sum(intervals.duration(coded.observed(session)) for session in coded.sessions)


def _observed(coded: CodedRecord) -> str:
    total, events = _total_s(coded), coded.record.events.height
    sessions = count_of(len(coded.sessions), "session")
    seconds = f" ({total:.1f} s)" if total >= 60 else ""
    doubted = sum(unconfirmed(coded, session) is not None for session in coded.sessions)
    which = "" if len(coded.sessions) == 1 else f" in {count_of(doubted, 'session')}"
    doubt = f" Nothing states which part of that was coded{which}." if doubted else ""
    read = count_of(events, "event")
    return f"{length_of_time(total)}{seconds} in {sessions} were observed; {read} were read.{doubt}"


def _codable(coded: CodedRecord) -> str:
    found = {
        role: [LABELS[c] for c in LABELS if (role, c) in coded.codable and c is not Construct.UNCODABLE]
        for role in Role
    }
    texts = [f"of the {role}: {listed(names)}" for role, names in found.items() if names and role is not Role.CONTEXT]
    if found[Role.CONTEXT]:
        texts.append(f"of the situation: {listed(found[Role.CONTEXT])}")
    lost = [name for name, wanted in _CARE.items() if not coded.is_codable(Role.CAREGIVER, *wanted)]
    tail = f" Not assessable, because nobody coded them: {listed(lost)}." if lost else ""
    return f"What could be coded, {'; '.join(texts)}.{tail}" if texts else f"Nothing could be coded.{tail}"


def _answers(parts: ReportParts) -> str:
    found = answer_evidence(parts.coded, parts.episodes, parts.rule)
    return found.text if found.assessable else f"{found.text.rstrip('.')}, so that is not assessable."


def _threat(coded: CodedRecord) -> str:
    found = threat_evidence(coded)
    return found.text if found.assessable else f"{found.text.rstrip('.')}, so threat is not assessable."


def _threat_seconds(coded: CodedRecord) -> float:
    codable = [c for c in THREAT_ACTS if (Role.CAREGIVER, c) in coded.codable]
    found = count_acts(coded, Role.CAREGIVER, codable) if codable else None
    return found.seconds if found else 0.0


def _short(parts: ReportParts) -> str:
    lost = [name for name, wanted in _CARE.items() if not parts.coded.is_codable(Role.CAREGIVER, *wanted)]
    if lost:
        return (
            "This is a description of what was coded. It is not enough to judge threat and deprivation, and it is no "
            "judgement of anyone."
        )
    return "This is a description of what was seen, not of usual care and not a judgement of anyone."
