"""Joint attention: the child looks at an object, or at what is done with it, while the caregiver handles it."""

from __future__ import annotations

from dataclasses import replace

from bowlby.measures.clock import CodableClock
from bowlby.measures.definition import Definition
from bowlby.measures.rates import Occurrence, not_codable, occurrence, share_of_time
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role

JOINT_ATTENTION = "joint attention"


def measures_of(coded: CodedRecord, rule: EpisodeRule, session: str, seed: int) -> list[Measure]:
    """Return the share of time in which child and caregiver attend to an object together.

    Args:
        coded: a record in the closed vocabulary.
        rule: not read; every family takes it.
        session: a session id.
        seed: not used: nothing is drawn.

    Returns:
        One measure of the dyad, its baseline the product of the two shares.
    """
    gaze, handling = (Role.CHILD, Construct.GAZE_OBJECT), (Role.CAREGIVER, Construct.OBJECT)
    for role, construct in (gaze, handling):
        if not coded.is_codable(role, construct):
            return [not_codable(session, "dyad", JOINT_ATTENTION, "share", f"{role} {construct}")]
    seen, handled = occurrence(coded, session, *gaze), occurrence(coded, session, *handling)
    for one, (role, construct) in ((seen, gaze), (handled, handling)):
        if len(one.onset) and not one.timed:
            note = f"{role} {construct} was coded as points, without an end"
            return [missing(session, "dyad", JOINT_ATTENTION, "share", note, status=MeasureStatus.NOT_ASSESSABLE)]
    return [_share(seen, handled, session)]


def _share(seen: Occurrence, handled: Occurrence, session: str) -> Measure:
    both = intervals.intersect(seen.codable.spans, handled.codable.spans)
    together = intervals.intersect(seen.on, handled.on)
    found = share_of_time(
        Occurrence(together[:, 0], together, CodableClock(both), timed=True), session, "dyad", JOINT_ATTENTION
    )
    if found.estimate is None:
        return found
    total = intervals.duration(both)
    chance = [intervals.duration(intervals.intersect(one.on, both)) / total for one in (seen, handled)]
    return replace(found, baseline=chance[0] * chance[1])


DEFINITIONS: dict[str, Definition] = {
    JOINT_ATTENTION: Definition(
        "The share of time in which the child looked at an object, or at what the caregiver did with one, while the "
        "caregiver handled or showed one.",
        "seconds in which child gaze.object and caregiver object go on together / seconds in which both were codable",
        "supported joint engagement: Bakeman & Adamson 1984, Child Development 55:1278; interval: variance of an "
        "alternating renewal process: Takacs 1959, Theory of Probability and Its Applications 4:195",
        "share",
        "seconds in which both were codable",
        "the product of the two shares: the mean over all shifts of one stream against the other round codable time",
        "child gaze.object and caregiver object, coded as states",
        "that both attend to the same object is taken from the time, not seen; that the child knows of it is not told",
    )
}
