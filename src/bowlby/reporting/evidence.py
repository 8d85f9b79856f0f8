"""What a record shows, pooled over its sessions, in sentences that carry their own figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from bowlby.measures.confidence import poisson_interval, share_interval
from bowlby.measures.fright import rare_event_note
from bowlby.measures.latency import CUE_CLASSES, CueClass, missing_constructs
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.survival import curve_of, share_answered_by
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import THREAT_ACTS, Construct, Role
from bowlby.reporting.numbers import count_of, interval, length_of_time, listed, number
from bowlby.reporting.words import LABELS

HOUR_S = 3600.0


@dataclass(frozen=True)
class RecordEvidence:
    """What one record shows of one thing.

    Args:
        assessable: whether the record could have shown anything.
        text: the figures, or why there are none; plain text.
    """

    assessable: bool
    text: str


@dataclass(frozen=True)
class ActCounts:
    """Acts counted while they could be coded, over all sessions.

    Args:
        count: acts that began in codable time.
        seconds: codable time, > 0.
    """

    count: int
    seconds: float

    @property
    def rate(self) -> str:
        """Return the rate an hour with its exact interval."""
        low, high = poisson_interval(self.count, self.seconds / HOUR_S)
        return f"{interval(self.count / self.seconds * HOUR_S, low, high)} an hour"


def count_acts(coded: CodedRecord, role: Role, constructs: Sequence[Construct]) -> ActCounts | None:
    """Return how many of some acts began while all of them could be coded.

    Args:
        coded: a coded record.
        role: whose acts.
        constructs: codable constructs, taken as one.

    Returns:
        Count and codable time, or None where there was none.
    """
    count, seconds = 0, 0.0
    for session in coded.sessions:
        time = coded.codable_time(session, role, *constructs)
        seconds += intervals.duration(time)
        count += int(intervals.covers(time, coded.onsets(session, role, *constructs)).sum())
    return ActCounts(count, seconds) if seconds > 0 else None


def act_evidence(coded: CodedRecord, role: Role, constructs: Iterable[Construct]) -> RecordEvidence:
    """Return how often each of some acts was seen, and which of them could not be.

    Args:
        coded: a coded record.
        role: whose acts.
        constructs: which acts.

    Returns:
        Assessable where at least one of them was codable.
    """
    wanted = list(constructs)
    codable = [c for c in wanted if (role, c) in coded.codable]
    found = [(c, s) for c in codable if (s := count_acts(coded, role, [c])) is not None]
    lost = [LABELS[c] for c in wanted if c not in [c for c, _ in found]]
    if not found:
        return RecordEvidence(False, f"Not coded: {listed(lost)}.")
    text = "; ".join(f"{LABELS[c]} {s.count} in {length_of_time(s.seconds)}, {s.rate}" for c, s in found)
    return RecordEvidence(True, f"{text[0].upper()}{text[1:]}." + (f" Not coded: {listed(lost)}." if lost else ""))


def threat_evidence(coded: CodedRecord) -> RecordEvidence:
    """Return what was seen of frightening, harsh or abusive acts, with the bound that zero leaves open.

    Zero acts in T hours are compatible with up to -ln(.05) / T an hour (95 %; Hanley & Lippman-Hand 1983, JAMA
    249:1743).

    Args:
        coded: a coded record.

    Returns:
        Not assessable where no tier was codable.
    """
    codable = [c for c in THREAT_ACTS if (Role.CAREGIVER, c) in coded.codable]
    found = count_acts(coded, Role.CAREGIVER, codable) if codable else None
    if found is None:
        return RecordEvidence(False, "Frightening, harsh and abusive acts were not coded; not coded is not absent.")
    lost = [LABELS[c] for c in THREAT_ACTS if c not in codable]
    short = f" Not coded: {listed(lost)}." if lost else ""
    if found.count == 0:
        return RecordEvidence(True, rare_event_note(found.seconds) + short)
    noun = "frightening, harsh or abusive act"
    return RecordEvidence(
        True, f"{count_of(found.count, noun)} in {length_of_time(found.seconds)}: {found.rate}.{short}"
    )


def answer_evidence(coded: CodedRecord, episodes: pl.DataFrame, rule: EpisodeRule) -> RecordEvidence:
    """Return what share of cues was answered within the window, distress and other cues apart.

    Args:
        coded: a coded record.
        episodes: columns of `EPISODE_SCHEMA`, all sessions.
        rule: the windows.

    Returns:
        Not assessable where neither class of cues, or no answer, was codable.
    """
    found = [
        (cues, _answers_to(cues, episodes, rule)) for cues in CUE_CLASSES if not missing_constructs(coded, rule, cues)
    ]
    lost = [cues.name for cues in CUE_CLASSES if missing_constructs(coded, rule, cues)]
    if not found:
        return RecordEvidence(False, "Whether the child’s cues were answered: cues, answers or both were not coded.")
    text = " ".join(text for _, text in found)
    return RecordEvidence(True, text + (f" Answers to {listed(lost)}: not assessable." if lost else ""))


def _answers_to(cues: CueClass, episodes: pl.DataFrame, rule: EpisodeRule) -> str:
    own = episodes.filter((pl.col("distress") == cues.distress) & pl.col("informative"))
    noun = "distress cue" if cues.distress else "other cue" if _distress_in(episodes) else "cue"
    if own.is_empty():
        return f"No {noun} that could have been answered was seen."
    window = rule.distress_window_s if cues.distress else rule.window_s
    share, low, high = share_answered_by(curve_of(own), window)
    if low is None or high is None:
        low, high = share_interval(round(share * own.height), own.height)
    shown = interval(share, low, high)
    return f"Of {count_of(own.height, noun)} a share of {shown} was answered within {number(window)} s."


def _distress_in(episodes: pl.DataFrame) -> bool:
    return bool(episodes["distress"].any())
