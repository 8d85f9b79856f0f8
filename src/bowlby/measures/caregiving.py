"""The six caregiver behaviours behind insecurity, as measures with intervals."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.clock import CodableClock
from bowlby.measures.contingency import observed_windows, segments_of
from bowlby.measures.episodes import POINT_S, episodes_of
from bowlby.measures.fright import frightening_rate
from bowlby.measures.latency import CUE_CLASSES, FEWEST, CueClass, missing_constructs
from bowlby.measures.rates import PER_HOUR, not_codable, occurrence, occurrence_of, rate, share_of_time
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.survival import curve_of, share_answered_by, share_of_episodes
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import FRIGHT_TIERS, Construct, Role

Floats: TypeAlias = npt.NDArray[np.float64]

HOLDING = (Construct.HOLD, Construct.TOUCH)
ENGAGING = (Construct.PLAY, Construct.VOICE, Construct.SMILE)


def measures_of(coded: CodedRecord, rule: EpisodeRule, session: str, seed: int) -> list[Measure]:
    """Return the six behaviours of one session; startling is reported apart from the threatening tiers.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue, answer and late.
        session: a session id.
        seed: not used: nothing is drawn.

    Returns:
        Measures whose names begin with "no response", "late response", "scaring acts", "no holding or cuddling", "no
        play, talk or smiles" and "own interests imposed".
    """
    return [
        *_responses(coded, rule, session),
        *_scaring(coded, session),
        _without(coded, session, "no holding or cuddling", HOLDING),
        _without(coded, session, "no play, talk or smiles", ENGAGING),
        *_imposing(coded, rule, session),
    ]


def _responses(coded: CodedRecord, rule: EpisodeRule, session: str) -> list[Measure]:
    table = episodes_of(coded, rule, session).filter(pl.col("informative"))
    found: list[Measure] = []
    for cues in CUE_CLASSES:
        names = (f"no response: {cues.name}", f"late response: {cues.name}")
        without = missing_constructs(coded, rule, cues)
        if without:
            found += [not_codable(session, "caregiver", name, "share", *without) for name in names]
            continue
        seen = table.filter(pl.col("distress") == cues.distress)
        chance = _answered_by_chance(coded, rule, session, cues)
        found += [_no_response(seen, rule, session, cues, chance), _late_response(seen, rule, session, cues)]
    return found


def _window(rule: EpisodeRule, cues: CueClass) -> float:
    return rule.distress_window_s if cues.distress else rule.window_s


def _answered_by_chance(coded: CodedRecord, rule: EpisodeRule, session: str, cues: CueClass) -> float | None:
    """Return the share of moments, in the stretches of time where the cues fell, that an answer starts within."""
    windows, answers = observed_windows(coded, rule, session, cues)
    total = windows.clock.total_s
    if total <= 0 or len(windows.bid) == 0:
        return None
    long = total / segments_of(total)
    segment, bids = np.unique((windows.bid / long).astype(np.int64), return_counts=True)
    shares: list[float] = []
    for base in segment * long:
        onset = answers.onset[(answers.onset >= base) & (answers.onset < base + long)] - base
        shares.append(covered_share(onset, _window(rule, cues), long))
    return float(np.average(shares, weights=bids))


def covered_share(onset: Floats, window_s: float, total_s: float) -> float:
    """Return the mean over all circular shifts of the share of windows in which an answer starts.

    Over uniform shifts every moment is as likely as any other, so the mean is the length of the union of (t - window,
    t] over answer onsets t, wrapped round, divided by codable time: exact, nothing is drawn.

    Args:
        onset: shape (n,), codable seconds from 0 to total_s, onsets of answering acts.
        window_s: window length, seconds, > 0.
        total_s: codable seconds, > 0.

    Returns:
        A share of 0 to 1.
    """
    spans = np.column_stack([onset - window_s, onset])
    wrapped = intervals.union(np.concatenate([spans, spans + total_s]))
    inside = intervals.intersect(wrapped, np.array([[0.0, total_s]]))
    return min(1.0, intervals.duration(inside) / total_s)


def _no_response(seen: pl.DataFrame, rule: EpisodeRule, session: str, cues: CueClass, chance: float | None) -> Measure:
    name, n, window = f"no response: {cues.name}", len(seen), _window(rule, cues)
    if n < FEWEST:
        return _few(session, name, n)
    answered, low, high = share_answered_by(curve_of(seen), window)
    if low is None or high is None:
        note = f"no cue stayed in view for {window:g} s, and none was answered before"
        return missing(session, "caregiver", name, "share", note, status=MeasureStatus.TOO_FEW, n=n)
    baseline = None if chance is None else 1 - chance
    note = f"cues without an answer by {window:g} s (Kaplan-Meier)"
    return Measure(
        session, "caregiver", name, 1 - answered, 1 - high, 1 - low, "share", n, n, "episodes", baseline, note
    )


def _late_response(seen: pl.DataFrame, rule: EpisodeRule, session: str, cues: CueClass) -> Measure:
    name, window = f"late response: {cues.name}", _window(rule, cues)
    if rule.prompt_s >= window:
        note = f"the window of {window:g} s ends before an answer counts as late ({rule.prompt_s:g} s)"
        return missing(session, "caregiver", name, "share", note, status=MeasureStatus.NOT_ASSESSABLE)
    answered = seen.filter(pl.col("answered"))
    n = len(answered)
    if n < FEWEST:
        return _few(session, name, n)
    is_late = answered["latency_s"] > rule.prompt_s
    late = int(is_late.sum())
    low, high = share_of_episodes(answered, is_late)
    note = f"answers after {rule.prompt_s:g} s; answers that a next cue cut off are not among them"
    return Measure(session, "caregiver", name, late / n, low, high, "share", n, n, "answered episodes", note=note)


def _few(session: str, name: str, n: int) -> Measure:
    note = f"{n} episodes; {FEWEST} are needed"
    return missing(session, "caregiver", name, "share", note, status=MeasureStatus.TOO_FEW, n=n)


def _scaring(coded: CodedRecord, session: str) -> list[Measure]:
    return [frightening_rate(coded, session, f"scaring acts: {tier}", (tier,)) for tier in FRIGHT_TIERS]


def _without(coded: CodedRecord, session: str, name: str, acts: tuple[Construct, ...]) -> Measure:
    known = [act for act in acts if coded.is_codable(Role.CAREGIVER, act)]
    if not known:
        return not_codable(session, "caregiver", name, "share", *acts)
    clock = CodableClock(coded.codable_time(session, Role.CAREGIVER, *known))
    # A point says that the act occurred, not that it took no time: 1 s, the padding of Davis et al. (2017).
    ends = pl.coalesce("offset_s", pl.col("onset_s") + POINT_S)
    seen = occurrence_of(coded.of(session, Role.CAREGIVER, known).with_columns(offset_s=ends), clock)
    note = f"codable time in which none of {', '.join(known)} went on"
    if len(known) < len(acts):
        note += f"; not codable: {', '.join(act for act in acts if act not in known)}"
    return complement(share_of_time(seen, session, "caregiver", name, note))


def complement(measure: Measure) -> Measure:
    """Return one minus a share, its interval turned round.

    Args:
        measure: a share of 0 to 1, or one without a number.

    Returns:
        The measure of the rest.
    """
    if measure.estimate is None:
        return measure
    low, high = measure.low, measure.high
    return replace(
        measure,
        estimate=1 - measure.estimate,
        low=None if high is None else 1 - high,
        high=None if low is None else 1 - low,
    )


def _imposing(coded: CodedRecord, rule: EpisodeRule, session: str) -> list[Measure]:
    per_hour, in_episodes = "own interests imposed", "own interests imposed: share of cues"
    if not coded.is_codable(Role.CAREGIVER, Construct.INTRUDE):
        return [
            not_codable(session, "caregiver", per_hour, PER_HOUR, Construct.INTRUDE),
            not_codable(session, "caregiver", in_episodes, "share", Construct.INTRUDE),
        ]
    found = [rate(occurrence(coded, session, Role.CAREGIVER, Construct.INTRUDE), session, "caregiver", per_hour)]
    if not rule.cues_in(coded):
        return [*found, not_codable(session, "caregiver", in_episodes, "share", *rule.cues)]
    known = episodes_of(coded, rule, session).filter(pl.col("intruded").is_not_null())
    n = len(known)
    if n < FEWEST:
        return [*found, _few(session, in_episodes, n)]
    hits = int(known["intruded"].sum())
    low, high = share_of_episodes(known, known["intruded"])
    note = "cues during which, instead of or with the answer, an intrusive act went on"
    return [
        *found,
        Measure(session, "caregiver", in_episodes, hits / n, low, high, "share", n, n, "episodes", note=note),
    ]
