"""How often, how long and for what share of the time in which it could have been coded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.clock import CodableClock
from bowlby.measures.clusters import t_quantile
from bowlby.measures.confidence import mean_interval, poisson_interval, renewal_interval
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import VOCABULARY, Construct, Role
from bowlby.records.intervals import Spans

Floats = npt.NDArray[np.float64]

HOUR_S = 3600.0
PER_HOUR = "per hour"


@dataclass(frozen=True)
class Occurrence:
    """What was seen of some acts while they could be coded.

    Args:
        onset: sorted onsets, seconds, of the acts that began in codable time.
        on: time in which one of them went on, sorted disjoint spans, seconds, within codable time.
        codable: the time in which they could be coded.
        timed: whether any of them was coded with an end.
    """

    onset: Floats
    on: Spans
    codable: CodableClock
    timed: bool


def occurrence(coded: CodedRecord, session: str, role: Role, *constructs: Construct) -> Occurrence:
    """Return what was seen of acts in one session, taking several constructs as one.

    Args:
        coded: a record in the closed vocabulary.
        session: a session id.
        role: whose acts.
        constructs: which constructs, all of them codable.

    Returns:
        Onsets, bouts and codable time.
    """
    return occurrence_of(
        coded.of(session, role, constructs), CodableClock(coded.codable_time(session, role, *constructs))
    )


def occurrence_of(acts: pl.DataFrame, codable: CodableClock) -> Occurrence:
    """Return what was seen of these acts in this codable time.

    Args:
        acts: columns onset_s and offset_s, seconds; a null offset is a point.
        codable: the time in which they could be coded.

    Returns:
        Onsets, bouts and codable time.
    """
    begun, ended = acts["onset_s"].to_numpy(), acts["offset_s"].to_numpy()
    onset = np.sort(begun)
    lengthy = np.column_stack([begun, ended])[~np.isnan(ended)]
    on = intervals.intersect(intervals.union(lengthy), codable.spans)
    # A point act may mark the end of observation: the last instant belongs to it.
    inside = intervals.covers(codable.spans, onset) | np.isin(onset, codable.spans[:, 1])
    return Occurrence(onset[inside], on, codable, len(lengthy) > 0)


def rate(seen: Occurrence, session: str, actor: str, name: str, note: str = "") -> Measure:
    """Return events per codable hour: count / (codable seconds / 3600), Garwood's interval.

    Args:
        seen: the acts and their codable time.
        session: session id.
        actor: "caregiver", "child" or "dyad".
        name: the measure's name.
        note: a reservation to carry.

    Returns:
        A rate in "per hour", or "too few" where no time was codable.
    """
    total = seen.codable.total_s
    if total <= 0:
        return missing(session, actor, name, PER_HOUR, "no codable time", status=MeasureStatus.TOO_FEW)
    count, hours = len(seen.onset), total / HOUR_S
    dispersion = seen.codable.dispersion(seen.onset)
    low, high = poisson_interval(count, hours, dispersion)
    if dispersion > 1 and not note:
        note = f"the acts come in clusters: the interval is that of {count / dispersion:.3g} independent acts"
    return Measure(session, actor, name, count / hours, low, high, PER_HOUR, count, total, "codable s", note=note)


def share_of_time(seen: Occurrence, session: str, actor: str, name: str, note: str = "") -> Measure:
    """Return the share of codable time in which the acts went on, with the interval of a renewal process.

    Args:
        seen: the acts and their codable time.
        session: session id.
        actor: "caregiver", "child" or "dyad".
        name: the measure's name.
        note: a reservation to carry.

    Returns:
        A share of 0 to 1; without an interval where the state never or always held, "too few" without codable time,
        "not assessable" where all acts were coded as points.
    """
    total = seen.codable.total_s
    if total <= 0:
        return missing(session, actor, name, "share", "no codable time", status=MeasureStatus.TOO_FEW)
    if len(seen.onset) and not seen.timed:
        return missing(
            session,
            actor,
            name,
            "share",
            "coded as points, without an end",
            status=MeasureStatus.NOT_ASSESSABLE,
            n=len(seen.onset),
        )
    on = seen.on[:, 1] - seen.on[:, 0]
    off = intervals.subtract(seen.codable.spans, seen.on)
    share = min(1.0, float(on.sum()) / total)
    low, high = None, None
    if 0 < share < 1 and len(off):
        low, high = renewal_interval(on, off[:, 1] - off[:, 0], t_quantile(len(on) + 1.0))
    if low is None:
        why = f"{'always' if share > 0 else 'never'} seen: no variation to draw an interval from"
        note = f"{note}; {why}" if note else why
    return Measure(session, actor, name, share, low, high, "share", len(on), total, "codable s", note=note)


def bout_length(seen: Occurrence, session: str, actor: str, name: str) -> Measure:
    """Return the mean length of a bout; bouts that touch are one, and coding stops may cut them short.

    Args:
        seen: the acts and their codable time.
        session: session id.
        actor: "caregiver", "child" or "dyad".
        name: the measure's name.

    Returns:
        Seconds, or "too few" under two bouts.
    """
    length = seen.on[:, 1] - seen.on[:, 0]
    if len(length) < 2:
        return missing(session, actor, name, "s", "fewer than two bouts", status=MeasureStatus.TOO_FEW, n=len(length))
    low, high = mean_interval(length)
    return Measure(session, actor, name, float(length.mean()), low, high, "s", len(length), len(length), "bouts")


def measures_of(coded: CodedRecord, rule: EpisodeRule, session: str, seed: int) -> list[Measure]:
    """Return rate, share of time and mean bout of every codable construct, and which could not be assessed.

    Args:
        coded: a record in the closed vocabulary.
        rule: not used: rates depend on no episode.
        session: a session id.
        seed: not used: nothing is drawn.

    Returns:
        Measures named "rate: X", "share of time: X" and "mean bout: X"; affect is measured apart.
    """
    found: list[Measure] = []
    for role, construct in VOCABULARY:
        if construct in (Construct.AFFECT, Construct.UNCODABLE):
            continue
        found += _of_construct(coded, session, role, construct)
    return found


def _of_construct(coded: CodedRecord, session: str, role: Role, construct: Construct) -> list[Measure]:
    actor = "dyad" if role == Role.CONTEXT else str(role)
    if (role, construct) not in coded.codable:
        return [not_codable(session, actor, f"rate: {construct}", PER_HOUR, construct)]
    seen = occurrence(coded, session, role, construct)
    found = [rate(seen, session, actor, f"rate: {construct}")]
    if seen.timed:
        found.append(share_of_time(seen, session, actor, f"share of time: {construct}"))
        found.append(bout_length(seen, session, actor, f"mean bout: {construct}"))
    return found


def not_codable(session: str, actor: str, name: str, unit: str, *needed: str) -> Measure:
    """Return a measure that is not assessable because what it needs was not codable.

    Args:
        session: session id.
        actor: "caregiver", "child" or "dyad".
        name: the measure's name.
        unit: the unit it would have had.
        needed: constructs of which at least one would have been needed.

    Returns:
        The measure, its note naming the constructs.
    """
    note = f"not codable in this record: {' or '.join(needed)}; not coded is not absent"
    return missing(session, actor, name, unit, note, status=MeasureStatus.NOT_ASSESSABLE)
