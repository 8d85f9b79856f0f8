"""Whether answers follow cues more often than they come anyway."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.clock import CodableClock
from bowlby.measures.confidence import JACKKNIFE_BLOCKS, T_BLOCKS, jackknife_error, share_interval
from bowlby.measures.episodes import answering, codable_for, episodes_of
from bowlby.measures.latency import CUE_CLASSES, CueClass, lacking
from bowlby.measures.rates import not_codable
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.streams import stream
from bowlby.measures.value import Measure, Status, missing
from bowlby.records import intervals
from bowlby.records.coded import CodedRecord
from bowlby.records.intervals import Spans

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Statistic: TypeAlias = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""A function of the eight counts, over the last axis."""
Counts: TypeAlias = npt.NDArray[np.float64]
"""Last axis: (bid, no bid) x (no answer act before, one before) x (not answered, answered), in C order: 8 counts."""

SHIFTS = 2000
NEAR_S = 300.0
"""Windows without a bid are matched to bids in time, no further off than this (assumed): else a day's sleep would count
as time in which nobody answers."""
SEGMENT_S = 1800.0
"""Longest stretch of codable time round which answers are shifted: a shift across a day would break the shared rhythm
of waking and sleep, and that would look like contingency (assumed)."""
FEWEST_WINDOWS = 5


@dataclass(frozen=True)
class Windows:
    """Windows of equal length in which an answer may start, in codable seconds.

    Args:
        bid: shape (b,), starts of windows that follow a bid, sorted.
        no_bid: shape (m,), starts of windows without a bid, sorted.
        length_s: length of each.
        clock: codable time.
    """

    bid: Floats
    no_bid: Floats
    length_s: float
    clock: CodableClock


@dataclass(frozen=True)
class Answers:
    """Answering acts in codable seconds.

    Args:
        onset: shape (n,), sorted.
        on: shape (m, 2), when an answering act goes on, sorted and disjoint.
    """

    onset: Floats
    on: Spans


@dataclass(frozen=True)
class Contingency:
    """Counts of windows, observed and under circular shifts of the answers.

    Args:
        counts: shape (8,), observed.
        shifted: shape (shifts, 8).
        blocks: shape (20, 8), observed, by block of codable time.
        window_s: window length, seconds.
    """

    counts: Counts
    shifted: Counts
    blocks: Counts
    window_s: float

    @property
    def bids(self) -> int:
        """Return the number of windows after a bid."""
        return int(self.counts[:4].sum())

    @property
    def no_bids(self) -> int:
        """Return the number of windows without a bid."""
        return int(self.counts[4:].sum())

    def p_value(self, statistic: Statistic) -> float:
        """Return the two-sided p: the share of shifts, the observed among them, as far from the shifts' mean."""
        null = statistic(self.shifted)
        centre = float(null.mean())
        extreme = np.abs(null - centre) >= abs(float(statistic(self.counts)) - centre) - 1e-12
        return (1 + int(extreme.sum())) / (1 + len(null))


def windows_of(onset: Floats, start: Floats, of_class: Bools, codable: Spans, length_s: float) -> Windows:
    """Return windows of one length after the bids of a class, and as many as fit where there is no bid at all.

    A bid's window runs from where its latency counts; it is used when it lies in codable time as a whole. Time from a
    bid's onset to its window's end, of any class, is no time without a bid; what is left within `NEAR_S` of a bid of
    the class is cut into windows.

    Args:
        onset: shape (k,), seconds, onsets of all bids.
        start: shape (k,), seconds, where latency counts from.
        of_class: shape (k,), whether the bid is of the class asked about.
        codable: shape (n, 2), seconds, sorted and disjoint.
        length_s: seconds, > 0.

    Returns:
        The windows in codable seconds.

    Raises:
        Nothing.
    """
    clock = CodableClock(codable)
    used = of_class & clock.holds(start, start + length_s)
    free = intervals.subtract(codable, intervals.union(np.column_stack([onset, start + length_s])))
    number = np.floor((free[:, 1] - free[:, 0]) / length_s + 1e-9).astype(np.int64)
    place = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    cut = np.repeat(free[:, 0], number) + place * length_s
    cut = cut[_distance(np.sort(start[used]), cut) <= NEAR_S]
    return Windows(np.sort(clock.reads(start[used])), np.sort(clock.reads(cut)), length_s, clock)


def _distance(bids: Floats, times: Floats) -> Floats:
    fenced = np.concatenate([[-np.inf], bids, [np.inf]])
    after = np.searchsorted(fenced, times, side="right")
    return np.minimum(times - fenced[after - 1], fenced[np.minimum(after, len(bids) + 1)] - times)


def contingency(windows: Windows, answers: Answers, shifts: int, generator: np.random.Generator) -> Contingency:
    """Return the counts of answered windows, observed and with the answers shifted round stretches of codable time.

    A circular shift keeps each stream's own clustering and breaks their relation (Lancaster et al. 2018, Physics
    Reports 748:1, on shift surrogates); clustering alone makes a fourfold test see contingency where there is none.

    Args:
        windows: where an answer may start.
        answers: answering acts.
        shifts: number of shifts, uniform over codable time, >= 1.
        generator: source of the shifts.

    Returns:
        Counts of windows by bid, answer act in the interval before, and answer.

    Raises:
        Nothing.
    """
    total = windows.clock.total_s
    bounds, code = _states(answers, windows.length_s, total)
    starts = np.concatenate([windows.bid, windows.no_bid])
    split = len(windows.bid)
    block = np.minimum((starts / total * JACKKNIFE_BLOCKS).astype(np.int64), JACKKNIFE_BLOCKS - 1)
    column = code[np.searchsorted(bounds, starts)] + 4 * (np.arange(len(starts)) >= split)
    blocks = np.zeros((JACKKNIFE_BLOCKS, 8))
    np.add.at(blocks, (block, column), 1.0)
    segments = segments_of(total)
    drawn = generator.uniform(0.0, total / segments, (shifts, segments))
    states = _segment_states(answers, windows.length_s, total, segments)
    shifted = _shifted_counts(starts, split, states, drawn, total / segments)
    return Contingency(blocks.sum(axis=0), shifted, blocks, windows.length_s)


def segments_of(total_s: float) -> int:
    """Return into how many equal stretches, none longer than `SEGMENT_S`, codable time is cut for shifting.

    Args:
        total_s: codable seconds, > 0.

    Returns:
        A number >= 1.

    Raises:
        Nothing.
    """
    return max(1, math.ceil(total_s / SEGMENT_S - 1e-9))


def _states(answers: Answers, length: float, total: float) -> tuple[Floats, npt.NDArray[np.int8]]:
    """Return where, over window starts x, the state 2 * (act before) + (answered) changes, and the states between.

    Answered: an onset t with t - length < x <= t. Act before: one from a to b with a < x <= b + length.
    """
    hit = _wrap(np.column_stack([answers.onset - length, answers.onset]), total)
    before = _wrap(np.column_stack([answers.on[:, 0], answers.on[:, 1] + length]), total)
    bounds = np.unique(np.concatenate([hit.ravel(), before.ravel()]))
    probes = np.concatenate([bounds, [np.inf]])
    code = _within(hit, probes) + 2 * _within(before, probes)
    return bounds, code.astype(np.int8)


def _segment_states(
    answers: Answers, length: float, total: float, segments: int
) -> list[tuple[Floats, npt.NDArray[np.int8]]]:
    """Return the states of `_states` for each of the equal segments of codable time, closed to a circle.

    Each segment's own time runs from 0; its last bound is its end.
    """
    long = total / segments
    found: list[tuple[Floats, npt.NDArray[np.int8]]] = []
    for base in np.arange(segments) * long:
        onset = answers.onset[(answers.onset >= base) & (answers.onset < base + long)] - base
        on = np.clip(answers.on, base, base + long) - base
        on = on[(answers.on[:, 1] >= base) & (answers.on[:, 0] < base + long)]
        own, code = _states(Answers(onset, on), length, long)
        bounds = np.append(own[(own > 0) & (own < long)], long)
        found.append((bounds, code[np.searchsorted(own, bounds)]))
    return found


def _wrap(spans: Spans, total: float) -> Spans:
    turns = intervals.union(np.concatenate([spans - total, spans, spans + total]))
    return turns[(turns[:, 1] >= 0) & (turns[:, 0] <= total)]


def _within(spans: Spans, x: Floats) -> npt.NDArray[np.int64]:
    # Spans are open on the left and closed on the right here, as the definitions in `_states` are.
    return np.searchsorted(spans.ravel(), x, side="left") % 2


def _shifted_counts(
    starts: Floats, split: int, states: list[tuple[Floats, npt.NDArray[np.int8]]], shifts: Floats, long: float
) -> Counts:
    counts = np.zeros((len(shifts), 8))
    segment = np.minimum((starts / long).astype(np.int64), len(states) - 1)
    without_bid = np.arange(len(starts)) >= split
    for number, state in enumerate(states):
        for part in (False, True):
            own = starts[(segment == number) & (without_bid == part)] - number * long
            counts[:, 4 * part : 4 * part + 4] += _counts_by_shift(own, state, shifts[:, number], long)
    return counts


def _counts_by_shift(
    starts: Floats, state: tuple[Floats, npt.NDArray[np.int8]], shifts: Floats, long: float
) -> npt.NDArray[np.int64]:
    """Return how many of one segment's windows are in each of the four states under each shift.

    A window at u reads the state at u - shift, round the circle. As the shift grows that changes where u - shift passes
    a bound, hence as often as there are windows times bounds, however many shifts are asked for.
    """
    bounds, code = state
    following = np.roll(code, -1)
    changing = code != following
    passed = starts[:, None] - bounds[changing]
    passed[passed <= 0] += long
    order = np.argsort(shifts)
    place = np.searchsorted(shifts[order], passed)
    size = len(shifts) + 1
    entered, left = (
        np.bincount((codes[changing].astype(np.int64) * size + place).ravel(), minlength=4 * size).reshape(4, size)
        for codes in (code, following)
    )
    unshifted = np.bincount(code[np.searchsorted(bounds, starts)], minlength=4)
    counts = np.empty((len(shifts), 4), np.int64)
    counts[order] = (unshifted[:, None] + np.cumsum(entered - left, axis=1)[:, :-1]).T
    return counts


def delta_p(counts: Counts) -> Floats:
    """Return P(answer | bid) - P(answer | no bid).

    Delta-P as the measure of contingency: Allan (1980, Bulletin of the Psychonomic Society 15:147).

    Args:
        counts: shape (..., 8).

    Returns:
        Shape (...), in [-1, 1].

    Raises:
        Nothing.
    """
    answered, n = _answered(counts), _windows(counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        return answered[..., 0] / n[..., 0] - answered[..., 1] / n[..., 1]


def log_odds_ratio(counts: Counts) -> Floats:
    """Return the log odds ratio, one half added to each cell so that an empty one gives a number.

    Haldane (1956, Annals of Human Genetics 20:309).

    Args:
        counts: shape (..., 8).

    Returns:
        Shape (...).

    Raises:
        Nothing.
    """
    answered, n = _answered(counts), _windows(counts)
    odds = (answered + 0.5) / (n - answered + 0.5)
    return np.log(odds[..., 0] / odds[..., 1])


def delta_p_held(counts: Counts) -> Floats:
    """Return delta-P with the previous interval held: pooled over windows with and without an answer act before.

    sum_i (a_i n0_i - b_i n1_i) / N_i / sum_i n1_i n0_i / N_i over the two strata (Mantel & Haenszel's weights for a
    risk difference: Greenland & Robins 1985, Biometrics 41:55).

    Args:
        counts: shape (..., 8).

    Returns:
        Shape (...), in [-1, 1]; nan where no stratum holds windows of both kinds.

    Raises:
        Nothing.
    """
    table = counts.reshape(*counts.shape[:-1], 2, 2, 2)
    n = table.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.nan_to_num(n[..., 0, :] * n[..., 1, :] / n.sum(axis=-2))
        share = np.nan_to_num(table[..., 1] / n)
        return (weight * (share[..., 0, :] - share[..., 1, :])).sum(axis=-1) / weight.sum(axis=-1)


def log_odds_ratio_held(counts: Counts) -> Floats:
    """Return the Mantel-Haenszel log odds ratio over windows with and without an answer act before.

    log of sum_i a_i d_i / N_i over sum_i b_i c_i / N_i (Mantel & Haenszel 1959, Journal of the National Cancer
    Institute 22:719), one half added to each cell.

    Args:
        counts: shape (..., 8).

    Returns:
        Shape (...).

    Raises:
        Nothing.
    """
    table = counts.reshape(*counts.shape[:-1], 2, 2, 2) + 0.5
    n = table.sum(axis=(-1, -3))
    for_ = (table[..., 0, :, 1] * table[..., 1, :, 0] / n).sum(axis=-1)
    against = (table[..., 0, :, 0] * table[..., 1, :, 1] / n).sum(axis=-1)
    return np.log(for_ / against)


def _answered(counts: Counts) -> Counts:
    return np.stack([counts[..., 1] + counts[..., 3], counts[..., 5] + counts[..., 7]], axis=-1)


def _windows(counts: Counts) -> Counts:
    return np.stack([counts[..., :4].sum(axis=-1), counts[..., 4:].sum(axis=-1)], axis=-1)


NAMES = (
    ("P(answer | cue)", "share"),
    ("P(answer | no cue)", "share"),
    ("delta P", "difference of shares"),
    ("odds ratio", "ratio"),
    ("Yule's Q", "-1 to 1"),
    ("delta P, previous interval held", "difference of shares"),
    ("odds ratio, previous interval held", "ratio"),
    ("contingency p", "p"),
)


def measures_of(
    coded: CodedRecord, rule: EpisodeRule, session: str, seed: int, *, shifts: int = SHIFTS
) -> list[Measure]:
    """Return the contingency of answers on cues, distress and other cues apart.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer; `prompt_s` is the window.
        session: a session id.
        seed: of the circular shifts.
        shifts: how many, >= 1.

    Returns:
        Eight measures for each class of cues.

    Raises:
        Nothing.
    """
    found: list[Measure] = []
    for cues in CUE_CLASSES:
        without = lacking(coded, rule, cues)
        if without:
            found += [not_codable(session, "dyad", f"{name}: {cues.name}", unit, *without) for name, unit in NAMES]
            continue
        windows, answers = observed_windows(coded, rule, session, cues)
        if min(len(windows.bid), len(windows.no_bid)) < FEWEST_WINDOWS:
            found += _too_few(windows, session, cues)
            continue
        generator = stream(seed, session, f"contingency: {cues.name}")
        found += _measures(contingency(windows, answers, shifts, generator), session, cues)
    return found


def observed_windows(coded: CodedRecord, rule: EpisodeRule, session: str, cues: CueClass) -> tuple[Windows, Answers]:
    """Return the windows and answers of one session that a contingency is counted from.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer; `prompt_s` is the window.
        session: a session id.
        cues: the class of cues asked about; windows without a cue hold none of any class.

    Returns:
        Windows and answers in codable seconds.

    Raises:
        Nothing.
    """
    table = episodes_of(coded, rule, session)
    codable = codable_for(coded, session, rule)
    of_class = table["distress"].to_numpy() == cues.distress
    windows = windows_of(table["onset_s"].to_numpy(), table["start_s"].to_numpy(), of_class, codable, rule.prompt_s)
    acts = answering(coded, session, rule)
    onset = acts["onset_s"].to_numpy()
    ends = acts.select("onset_s", pl.coalesce("offset_s", "onset_s").alias("end")).to_numpy()
    clock = windows.clock
    on = np.column_stack([clock.reads(ends[:, 0]), clock.reads(ends[:, 1])])
    return windows, Answers(clock.reads(onset[intervals.covers(codable, onset)]), on)


def _too_few(windows: Windows, session: str, cues: CueClass) -> list[Measure]:
    note = (
        f"{len(windows.bid)} windows after a cue and {len(windows.no_bid)} without lie in codable time; "
        f"{FEWEST_WINDOWS} of each are needed"
    )
    return [
        missing(session, "dyad", f"{name}: {cues.name}", unit, note, status=Status.TOO_FEW, n=len(windows.bid))
        for name, unit in NAMES
    ]


def _measures(result: Contingency, session: str, cues: CueClass) -> list[Measure]:
    names = [f"{name}: {cues.name}" for name, _ in NAMES]
    p = result.p_value(delta_p)
    note = "baseline: the same windows with the answers shifted round"
    return [
        _conditional(result, session, names[0], 0),
        _conditional(result, session, names[1], 1),
        _estimate(result, session, names[2], NAMES[2][1], (delta_p, _bounded)),
        _estimate(result, session, names[3], NAMES[3][1], (log_odds_ratio, np.exp)),
        _estimate(result, session, names[4], NAMES[4][1], (log_odds_ratio, _yules_q)),
        _estimate(result, session, names[5], NAMES[5][1], (delta_p_held, _bounded)),
        _estimate(result, session, names[6], NAMES[6][1], (log_odds_ratio_held, np.exp)),
        Measure(session, "dyad", names[7], p, None, None, "p", result.bids, len(result.shifted), "shifts", note=note),
    ]


def _conditional(result: Contingency, session: str, name: str, side: int) -> Measure:
    hits, n = int(_answered(result.counts)[side]), int(_windows(result.counts)[side])
    baseline = float((_answered(result.shifted)[:, side] / n).mean())
    low, high = share_interval(hits, n)
    note = f"an answer starts within {result.window_s:g} s"
    return Measure(session, "dyad", name, hits / n, low, high, "share", n, n, "windows", baseline, note)


def _estimate(
    result: Contingency, session: str, name: str, unit: str, how: tuple[Statistic, Callable[[Floats], Floats]]
) -> Measure:
    statistic, shown = how
    estimate = float(statistic(result.counts))
    if not np.isfinite(estimate):
        note = "an answer act was always, or never, under way before: the previous interval cannot be held"
        return missing(session, "dyad", name, unit, note, status=Status.TOO_FEW, n=result.bids)
    half = T_BLOCKS * jackknife_error(result.blocks, statistic)
    low, high = (float(shown(np.array(estimate + sign * half))) for sign in (-1, 1))
    known = np.isfinite(low) and np.isfinite(high)
    # Summed, not averaged: the halves that log odds add to each cell then weigh nothing.
    baseline = float(shown(statistic(result.shifted.sum(axis=0))))
    return Measure(
        session,
        "dyad",
        name,
        float(shown(np.array(estimate))),
        low if known else None,
        high if known else None,
        unit,
        result.bids,
        result.bids + result.no_bids,
        "windows",
        baseline if np.isfinite(baseline) else None,
        "" if known else "the bids lie too close together in time for an interval",
    )


def _bounded(difference: Floats) -> Floats:
    return np.clip(difference, -1.0, 1.0)


def _yules_q(log_odds: Floats) -> Floats:
    return np.tanh(log_odds / 2)
