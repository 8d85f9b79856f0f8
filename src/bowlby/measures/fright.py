"""How often the caregiver frightens, and what it means when it was never seen."""

from __future__ import annotations

import math

from bowlby.measures.confidence import LEVEL
from bowlby.measures.rates import HOUR_S, PER_HOUR, not_codable, occurrence, rate
from bowlby.measures.value import Measure
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role


def frightening_rate(coded: CodedRecord, session: str, name: str, tiers: tuple[Construct, ...]) -> Measure:
    """Return frightening acts of some tiers per codable hour; none seen carries what that rules out.

    Args:
        coded: a record in the closed vocabulary.
        session: a session id.
        name: the measure's name.
        tiers: tiers counted together, unweighted; those that were not codable are named and left out.

    Returns:
        A rate in "per hour", or "not assessable" where none of the tiers was codable.
    """
    known = [tier for tier in tiers if coded.is_codable(Role.CAREGIVER, tier)]
    if not known:
        return not_codable(session, "caregiver", name, PER_HOUR, *tiers)
    seen = occurrence(coded, session, Role.CAREGIVER, *known)
    total = seen.codable.total_s
    note = rare_event_note(total) if len(seen.onset) == 0 and total > 0 else ""
    lacking_tiers = [str(tier) for tier in tiers if tier not in known]
    if lacking_tiers:
        note = f"{note} not codable, hence not counted: {', '.join(lacking_tiers)}".strip()
    return rate(seen, session, "caregiver", name, note)


def rare_event_note(codable_s: float) -> str:
    """Return what it means that no frightening act was seen, in the record's own figures.

    Zero events in t hours are compatible, at 95 %, with up to -ln(.05) / t an hour.

    Args:
        codable_s: seconds in which such acts could have been coded, > 0.

    Returns:
        One sentence.
    """
    bound = -math.log(1 - LEVEL) * HOUR_S / codable_s
    length = f"{codable_s / 60:.3g} minutes" if codable_s < 2 * HOUR_S else f"{codable_s / HOUR_S:.3g} hours"
    return f"Zero frightening acts in {length} is compatible with up to {bound:.2g} an hour (95 %)."
