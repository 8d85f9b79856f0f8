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
from bowlby.measures.clusters import FEWEST_STRETCHES, clustered_share_interval, jackknife_half_width
from bowlby.measures.confidence import JACKKNIFE_BLOCKS, Z
from bowlby.measures.episodes import answering, codable_for, episodes_of
from bowlby.measures.latency import CUE_CLASSES, CueClass, missing_constructs
from bowlby.measures.rates import not_codable
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.streams import stream
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
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
EMPTY_MARGIN = "no window, or every window, was answered: how answers go with cues cannot be told"


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
        until: shape (m,), the end of the observed window in which each act ends; None for one window.
    """

    onset: Floats
    on: Spans
    until: Floats | None = None

    def remembered(self, length_s: float) -> Spans:
        """Return when an act goes on or has ended less than `length_s` ago, within its observed window."""
        end = self.on[:, 1] + length_s
        return np.column_stack([self.on[:, 0], end if self.until is None else np.minimum(end, self.until)])


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


def windows_of(
    onset: Floats, start: Floats, of_class: Bools, codable: Spans, length_s: float, observed: Spans | None = None
) -> Windows:
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
        observed: shape (m, 2), seconds, the observed windows of the session: nothing is near over a gap between them;
            None for one window.

    Returns:
        The windows in codable seconds.
    """
    clock = CodableClock(codable)
    used = of_class & clock.holds(start, start + length_s)
    gaps = np.empty(0) if observed is None else observed[1:, 0]
    after = np.minimum(start + length_s, np.append(gaps, np.inf)[np.searchsorted(gaps, onset, side="right")])
    free = intervals.subtract(codable, intervals.union(np.column_stack([onset, after])))
    number = np.floor((free[:, 1] - free[:, 0]) / length_s + 1e-9).astype(np.int64)
    place = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    cut = np.repeat(free[:, 0], number) + place * length_s
    cut = cut[_distance(_apart(np.sort(start[used]), gaps), _apart(cut, gaps)) <= NEAR_S]
    return Windows(np.sort(clock.reads(start[used])), np.sort(clock.reads(cut)), length_s, clock)


def _apart(times: Floats, gaps: Floats) -> Floats:
    """Return times with those of different observed windows farther apart than anything that is near."""
    return times + 2 * NEAR_S * np.searchsorted(gaps, times, side="right")


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
    """
    return max(1, math.ceil(total_s / SEGMENT_S - 1e-9))


def _states(answers: Answers, length: float, total: float) -> tuple[Floats, npt.NDArray[np.int8]]:
    """Return where, over window starts x, the state 2 * (act before) + (answered) changes, and the states between.

    Answered: an onset t with t - length < x <= t. Act before: one from a to b with a < x <= b + length.
    """
    hit = _wrap(np.column_stack([answers.onset - length, answers.onset]), total)
    before = _wrap(answers.remembered(length), total)
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
        here = (answers.on[:, 1] >= base) & (answers.on[:, 0] < base + long)
        on = np.clip(answers.on[here], base, base + long) - base
        until = None if answers.until is None else np.maximum(answers.until[here] - base, on[:, 1])
        own, code = _states(Answers(onset, on, until), length, long)
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
    """
    found: list[Measure] = []
    for cues in CUE_CLASSES:
        without = missing_constructs(coded, rule, cues)
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
    """
    table = episodes_of(coded, rule, session)
    codable, observed = codable_for(coded, session, rule), coded.observed(session)
    of_class = table["distress"].to_numpy() == cues.distress
    onset, start = (table[name].to_numpy() for name in ("onset_s", "start_s"))
    windows = windows_of(onset, start, of_class, codable, rule.prompt_s, observed)
    acts = answering(coded, session, rule)
    onset = acts["onset_s"].to_numpy()
    ends = acts.select("onset_s", pl.coalesce("offset_s", "onset_s").alias("end")).to_numpy()
    clock = windows.clock
    on = np.column_stack([clock.reads(ends[:, 0]), clock.reads(ends[:, 1])])
    window = np.searchsorted(observed[:, 0], ends[:, 1], side="left") - 1
    until = clock.reads(observed[np.maximum(window, 0), 1]) if len(observed) > 1 else None
    return windows, Answers(clock.reads(onset[intervals.covers(codable, onset)]), on, until)


def _too_few(windows: Windows, session: str, cues: CueClass) -> list[Measure]:
    note = (
        f"{len(windows.bid)} windows after a cue and {len(windows.no_bid)} without lie in codable time; "
        f"{FEWEST_WINDOWS} of each are needed"
    )
    return [
        missing(session, "dyad", f"{name}: {cues.name}", unit, note, status=MeasureStatus.TOO_FEW, n=len(windows.bid))
        for name, unit in NAMES
    ]


def _measures(result: Contingency, session: str, cues: CueClass) -> list[Measure]:
    names = [f"{name}: {cues.name}" for name, _ in NAMES]
    sides = (_side(result, 0), _side(result, 1))
    bounded: tuple[_Shown, ...] = (_difference, _ratio, _q)
    return [
        _conditional(result, session, names[0], sides[0]),
        _conditional(result, session, names[1], sides[1]),
        *(_compared(result, session, name, show(*sides)) for name, show in zip(names[2:5], bounded, strict=True)),
        _held(result, session, names[5], (delta_p_held, _bounded)),
        _held(result, session, names[6], (log_odds_ratio_held, np.exp)),
        _p(result, session, names[7]),
    ]


@dataclass(frozen=True)
class _Side:
    """Windows after a cue, or those without one: how many were answered, and the interval of that share."""

    hits: int
    n: int
    low: float
    high: float
    baseline: float

    @property
    def log_odds(self) -> float:
        """Return the log odds of an answer, one half added to either count (Haldane 1956)."""
        return math.log((self.hits + 0.5) / (self.n - self.hits + 0.5))

    @property
    def logits(self) -> tuple[float, float]:
        """Return the interval on the logit scale; minus or plus infinity where none or all were answered."""
        low = -math.inf if self.hits == 0 else math.log(self.low / (1 - self.low))
        return low, math.inf if self.hits == self.n else math.log(self.high / (1 - self.high))


def _side(result: Contingency, side: int) -> _Side:
    hits, n = _answered(result.blocks)[:, side], _windows(result.blocks)[:, side]
    low, high = clustered_share_interval(hits, n, FEWEST_STRETCHES)
    baseline = float((_answered(result.shifted)[:, side] / n.sum()).mean())
    return _Side(int(hits.sum()), int(n.sum()), low, high, baseline)


@dataclass(frozen=True)
class _Comparison:
    """A comparison of the two sides; an end that is infinite, or an estimate that is undefined, is None."""

    unit: str
    estimate: float | None
    low: float | None
    high: float | None
    baseline: Statistic
    note: str = ""


_Shown: TypeAlias = Callable[[_Side, _Side], _Comparison]


def _difference(cue: _Side, without: _Side) -> _Comparison:
    """Return delta-P; its interval joins those of both shares (Newcombe 1998, Statistics in Medicine 17:873)."""
    shares = cue.hits / cue.n, without.hits / without.n
    estimate = shares[0] - shares[1]
    below = math.hypot(shares[0] - cue.low, without.high - shares[1])
    above = math.hypot(cue.high - shares[0], shares[1] - without.low)
    low, high = max(-1.0, estimate - below), min(1.0, estimate + above)
    return _Comparison(NAMES[2][1], estimate, low, high, lambda sums: _bounded(delta_p(sums)))


def _log_odds(cue: _Side, without: _Side) -> tuple[float, float, float] | None:
    """Return the log odds ratio and its interval, joined from the two sides'; None where nothing or all was answered.

    Zou & Donner (2008, Statistics in Medicine 27:1693). Where one side has an empty cell the interval has one end.
    """
    if cue.hits + without.hits in (0, cue.n + without.n):
        return None
    estimate = cue.log_odds - without.log_odds
    (low, high), (other_low, other_high) = cue.logits, without.logits
    below = math.hypot(cue.log_odds - low, other_high - without.log_odds)
    above = math.hypot(high - cue.log_odds, without.log_odds - other_low)
    return estimate, estimate - below, estimate + above


def _ratio(cue: _Side, without: _Side) -> _Comparison:
    found, unit = _log_odds(cue, without), NAMES[3][1]
    if found is None:
        return _Comparison(unit, None, None, None, log_odds_ratio, EMPTY_MARGIN)
    estimate, low, high = (math.exp(value) if value < math.inf else None for value in found)
    note = "" if high is not None else "an empty cell: no upper bound"
    if low == 0:
        note = "an empty cell: no lower bound above 0"
    return _Comparison(unit, estimate, low, high, lambda sums: np.exp(log_odds_ratio(sums)), note)


def _q(cue: _Side, without: _Side) -> _Comparison:
    found, unit = _log_odds(cue, without), NAMES[4][1]
    if found is None:
        return _Comparison(unit, None, None, None, log_odds_ratio, EMPTY_MARGIN)
    estimate, low, high = (math.tanh(value / 2) for value in found)
    return _Comparison(unit, estimate, low, high, lambda sums: _yules_q(log_odds_ratio(sums)))


def _compared(result: Contingency, session: str, name: str, found: _Comparison) -> Measure:
    if found.estimate is None:
        return missing(session, "dyad", name, found.unit, found.note, status=MeasureStatus.TOO_FEW, n=result.bids)
    # Summed, not averaged: the halves that log odds add to each cell then weigh nothing.
    baseline = float(found.baseline(result.shifted.sum(axis=0)))
    note = found.note
    if found.unit == "ratio" and baseline > 0:
        against = f"{found.estimate / baseline:.3g} times what chance alone gives"
        note = f"{against}; {note}" if note else against
    return Measure(
        session,
        "dyad",
        name,
        found.estimate,
        found.low,
        found.high,
        found.unit,
        result.bids,
        result.bids + result.no_bids,
        "windows",
        baseline,
        note,
    )


def _conditional(result: Contingency, session: str, name: str, side: _Side) -> Measure:
    note = f"an answer starts within {result.window_s:g} s"
    ends = (side.low, side.high, "share", side.n, side.n, "windows", side.baseline)
    return Measure(session, "dyad", name, side.hits / side.n, *ends, note)


def _p(result: Contingency, session: str, name: str) -> Measure:
    if _answered(result.shifted).sum() == 0:
        return missing(session, "dyad", name, "p", EMPTY_MARGIN, status=MeasureStatus.TOO_FEW, n=result.bids)
    note = "baseline: the same windows with the answers shifted round"
    p = result.p_value(delta_p)
    return Measure(session, "dyad", name, p, None, None, "p", result.bids, len(result.shifted), "shifts", note=note)


def _held(result: Contingency, session: str, name: str, how: tuple[Statistic, Callable[[Floats], Floats]]) -> Measure:
    statistic, shown = how
    unit = NAMES[5][1] if statistic is delta_p_held else NAMES[6][1]
    answered = _answered(result.counts).sum()
    estimate = float(statistic(result.counts))
    note = ""
    if answered in (0, result.counts.sum()):
        note = EMPTY_MARGIN
    elif not np.isfinite(estimate):
        note = "an answer act was always, or never, under way before: the previous interval cannot be held"
    if note:
        return missing(session, "dyad", name, unit, note, status=MeasureStatus.TOO_FEW, n=result.bids)
    half = _held_half_width(result, statistic)
    low, high = (float(shown(np.array(estimate + sign * half))) for sign in (-1, 1))
    ends: tuple[float | None, float | None] = low, high
    if statistic is log_odds_ratio_held:
        ends, note = _with_empty_cells(low, high, result.counts)
    baseline = float(shown(statistic(result.shifted.sum(axis=0))))
    return Measure(
        session,
        "dyad",
        name,
        float(shown(np.array(estimate))),
        ends[0],
        ends[1],
        unit,
        result.bids,
        result.bids + result.no_bids,
        "windows",
        baseline if np.isfinite(baseline) else None,
        note,
    )


def _with_empty_cells(low: float, high: float, counts: Counts) -> tuple[tuple[float | None, float | None], str]:
    """Return the ends of the pooled odds ratio's interval, open where its sums without the halves are empty."""
    table = counts.reshape(2, 2, 2)
    for_, against = (table[0, :, i] * table[1, :, 1 - i] for i in (1, 0))
    if against.sum() == 0:
        return (low, None), "an empty cell: no upper bound"
    return ((0.0, high), "an empty cell: no lower bound above 0") if for_.sum() == 0 else ((low, high), "")


def _held_half_width(result: Contingency, statistic: Statistic) -> float:
    """Return half of the interval: by leaving out stretches of time, and never less than with windows independent."""
    independent = Z * math.sqrt(held_variance(result.counts, statistic))
    bids = result.blocks[:, :4].sum(axis=1)
    with_bids = result.blocks[bids > 0]
    if len(with_bids) < FEWEST_STRETCHES:
        return independent
    jackknife = jackknife_half_width(result.blocks, statistic, bids)
    return max(independent, jackknife) if np.isfinite(jackknife) else independent


def held_variance(counts: Counts, statistic: Statistic) -> float:
    """Return the variance of `delta_p_held` or `log_odds_ratio_held` with windows taken as independent.

    Of the difference: sum_i (n1 n0 / N)^2 (p1 (1 - p1) / n1 + p0 (1 - p0) / n0) over (sum_i n1 n0 / N)^2, p with one
    half added to either count (Greenland & Robins 1985, Biometrics 41:55, after Mantel & Haenszel's weights); of the
    log ratio: Robins, Breslow & Greenland (1986, Biometrics 42:311), one half added to each cell.

    Args:
        counts: shape (8,).
        statistic: which of the two.

    Returns:
        The variance, > 0.
    """
    table = counts.reshape(2, 2, 2)
    if statistic is delta_p_held:
        n = table.sum(axis=-1)
        share = (table[..., 1] + 0.5) / (n + 1)
        weight = np.nan_to_num(n[0] * n[1] / np.maximum(n.sum(axis=0), 1))
        each = (share * (1 - share) / np.maximum(n, 1)).sum(axis=0)
        return float((weight**2 * each).sum() / weight.sum() ** 2)
    a, b, c, d = (table[i, :, j] + 0.5 for i, j in ((0, 1), (0, 0), (1, 1), (1, 0)))
    total = a + b + c + d
    p, q, r, s = (a + d) / total, (b + c) / total, a * d / total, b * c / total
    mixed = (p * s + q * r).sum() / (2 * r.sum() * s.sum())
    return float((p * r).sum() / (2 * r.sum() ** 2) + mixed + (q * s).sum() / (2 * s.sum() ** 2))


def _bounded(difference: Floats) -> Floats:
    return np.clip(difference, -1.0, 1.0)


def _yules_q(log_odds: Floats) -> Floats:
    return np.tanh(log_odds / 2)
