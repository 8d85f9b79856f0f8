"""Turn-taking: who takes up whom, how fast, and how often by chance."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.clock import CodableClock
from bowlby.measures.clusters import FEWEST_STRETCHES, clustered_share_interval, jackknife_half_width
from bowlby.measures.confidence import JACKKNIFE_BLOCKS, LEVEL, poisson_interval
from bowlby.measures.definition import Definition
from bowlby.measures.rates import not_codable
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.streams import stream
from bowlby.measures.turn_rule import CHATTR, TurnRule
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.intervals import Spans

Floats: TypeAlias = npt.NDArray[np.float64]

SHUFFLES = 100
SEGMENT_S = 1800.0
SIMULTANEOUS_S = 1e-6
"""Gaps above minus this are no overlap: times are added up in floating point."""
SLACK_S = 1e-9
"""By which a limit of gap or overlap may be missed, for the same reason."""
FEWEST_UTTERANCES = 10
RATE, TAKEN_UP, GAP, OVERLAP = "turn transitions", "utterances taken up", "turn gap", "turns in overlap"
UNITS = {RATE: "per minute", TAKEN_UP: "share", GAP: "s", OVERLAP: "share"}


@dataclass(frozen=True)
class Transitions:
    """Turn transitions around one person's utterances, by index.

    Args:
        prompts: shape (n, 2), (partner's utterance, own utterance): the partner, then this person.
        responses: shape (m, 2), (own utterance, partner's utterance): this person, then the partner.
        prompt_gaps_s: shape (n,), own onset less the partner's end, seconds; negative in overlap.
        response_gaps_s: shape (m,), the partner's onset less own end, seconds; negative in overlap.
    """

    prompts: npt.NDArray[np.int64]
    responses: npt.NDArray[np.int64]
    prompt_gaps_s: Floats
    response_gaps_s: Floats

    def __len__(self) -> int:
        """Return the number of transitions both ways."""
        return len(self.prompts) + len(self.responses)


def turn_transitions(
    own: Spans, partner: Spans, rule: TurnRule = CHATTR, speaker: npt.NDArray[np.int64] | None = None
) -> Transitions:
    """Return who takes up whom around one person's utterances.

    A prompt starts before the own utterance and ends between gap_s before its onset and overlap_s after it (no later
    than its end); a response ends after the own utterance and starts between overlap_s before its end (no earlier than
    its onset) and gap_s after it. Own utterances choose in order of time; each of the partners' utterances serves once
    as prompt and once as response. Partners may overlap: their utterances stay apart, of prompts that end together the
    one that began first is taken, of responses that begin together the one that ends last, then the first speaker
    (Casillas & Scaff 2021, Proceedings of the Cognitive Science Society 43, "Analyzing contingent interactions in R
    with chattr").

    Args:
        own: shape (n, 2), utterances of the person in focus (the child), seconds, sorted by onset.
        partner: shape (m, 2), the partners' utterances, seconds.
        rule: gap, overlap and mode.
        speaker: shape (m,), whose utterance each of the partners' is; None for one partner.

    Returns:
        The transitions.
    """
    who = np.zeros(len(partner), dtype=np.int64) if speaker is None else speaker
    prompts = _chosen(
        _Candidates(
            _ranked(partner[:, 1], partner[:, 0], who, falling=not rule.mode.furthest_prompt),
            partner[:, 1],
            own[:, 0] - rule.gap_s - SLACK_S,
            np.minimum(own[:, 1], own[:, 0] + rule.overlap_s) + SLACK_S,
        ),
        lambda i, j: bool(partner[j, 0] < own[i, 0]),
    )
    responses = _chosen(
        _Candidates(
            _ranked(partner[:, 0], -partner[:, 1], who, falling=rule.mode.furthest_response),
            partner[:, 0],
            np.maximum(own[:, 0], own[:, 1] - rule.overlap_s) - SLACK_S,
            own[:, 1] + rule.gap_s + SLACK_S,
        ),
        lambda i, j: bool(partner[j, 1] > own[i, 1]),
    )
    return Transitions(
        prompts[:, ::-1],
        responses,
        own[prompts[:, 0], 0] - partner[prompts[:, 1], 1],
        partner[responses[:, 1], 0] - own[responses[:, 0], 1],
    )


@dataclass(frozen=True)
class _Candidates:
    """Partners' utterances in the order in which they are preferred, and the limits of their times for each own one."""

    order: npt.NDArray[np.int64]
    time: Floats
    earliest: Floats
    latest: Floats

    def windows(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return, for each own utterance, the first place in `order` within the limits and the place after the last."""
        times = self.time[self.order]
        if len(times) > 1 and times[0] > times[-1]:
            return np.searchsorted(-times, -self.latest, "left"), np.searchsorted(-times, -self.earliest, "right")
        return np.searchsorted(times, self.earliest, "left"), np.searchsorted(times, self.latest, "right")


def _ranked(time: Floats, second: Floats, speaker: npt.NDArray[np.int64], *, falling: bool) -> npt.NDArray[np.int64]:
    """Return indices by time, rising or falling; equal times by the second key, then the speaker, both rising."""
    return np.lexsort((speaker, second, -time if falling else time))


def _chosen(candidates: _Candidates, eligible: Callable[[int, int], bool]) -> npt.NDArray[np.int64]:
    """Return (own, partner) pairs: for each own utterance the first of its candidates that qualifies and is free."""
    pairs: list[tuple[int, int]] = []
    used: set[int] = set()
    order = candidates.order.tolist()
    first, stop = candidates.windows()
    for own, (low, high) in enumerate(zip(first.tolist(), stop.tolist(), strict=True)):
        for candidate in order[low:high]:
            if candidate not in used and eligible(own, candidate):
                used.add(candidate)
                pairs.append((own, candidate))
                break
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def interactional_sequences(own: Spans, partner: Spans, found: Transitions) -> Spans:
    """Return the unbroken exchanges: stretches chained by turn transitions, from first onset to last end.

    Args:
        own: shape (n, 2), as in `turn_transitions`.
        partner: shape (m, 2), as in `turn_transitions`.
        found: the transitions.

    Returns:
        Shape (k, 2), seconds, sorted and disjoint.
    """
    forward = [(partner[i, 0], max(own[j, 1], partner[i, 1])) for i, j in found.prompts]
    back = [(own[i, 0], max(partner[j, 1], own[i, 1])) for i, j in found.responses]
    return intervals.union(intervals.spans([*forward, *back]))


def shuffled(utterances: Spans, total_s: float, generator: np.random.Generator) -> Spans:
    """Return one speaker's utterances with their order and the silences between them shuffled.

    Utterances of one speaker that overlap stay together, as they lie.

    Args:
        utterances: shape (n, 2), seconds within [0, total_s], sorted by onset.
        total_s: length of the stretch, seconds.
        generator: random numbers.

    Returns:
        Shape (n, 2), seconds, sorted by onset.
    """
    if len(utterances) == 0:
        return utterances
    reach = np.maximum.accumulate(utterances[:, 1])
    first = np.flatnonzero(np.concatenate([[True], utterances[1:, 0] >= reach[:-1]]))
    onset, end = utterances[first, 0], reach[np.append(first[1:], len(reach)) - 1]
    silences = generator.permutation(np.concatenate([onset, [total_s]]) - np.concatenate([[0.0], end]))
    order = generator.permutation(len(first))
    lengths = (end - onset)[order]
    moved = np.empty(len(first))
    moved[order] = np.cumsum(silences[:-1]) + np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    block = np.cumsum(np.isin(np.arange(len(reach)), first)) - 1
    there = utterances + (moved - onset)[block][:, None]
    return there[np.lexsort((there[:, 1], there[:, 0]))]


@dataclass(frozen=True)
class _Speech:
    """The utterances of one role on the codable clock, by onset, and whose each is."""

    spans: Spans
    speaker: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.spans)

    def shuffled(self, total_s: float, generator: np.random.Generator) -> _Speech:
        """Shuffle each speaker's utterances and silences within half hours."""
        who = np.unique(self.speaker)
        parts = [_shuffled_in_segments(self.spans[self.speaker == own], total_s, generator) for own in who]
        speaker = np.repeat(who, [len(part) for part in parts])
        spans = np.concatenate([intervals.EMPTY, *parts])
        order = np.argsort(spans[:, 0], kind="stable")
        return _Speech(spans[order], speaker[order])


@dataclass(frozen=True)
class _Talk:
    """Both roles' utterances."""

    child: _Speech
    caregiver: _Speech
    total_s: float

    def transitions(self, rule: TurnRule) -> Transitions:
        return turn_transitions(self.child.spans, self.caregiver.spans, rule, self.caregiver.speaker)

    def shuffled(self, generator: np.random.Generator) -> _Talk:
        child = self.child.shuffled(self.total_s, generator)
        return _Talk(child, self.caregiver.shuffled(self.total_s, generator), self.total_s)


def measures_of(
    coded: CodedRecord, rule: EpisodeRule, session: str, seed: int, *, shuffles: int = SHUFFLES
) -> list[Measure]:
    """Return turn-taking around the child's vocal cues, with shuffled utterances as chance baseline.

    Args:
        coded: a record in the closed vocabulary.
        rule: its `turns` say what takes up what.
        session: a session id.
        seed: of the shuffles.
        shuffles: how many, >= 1; they make the chance baseline and nothing else.

    Returns:
        Transitions per minute, the share of the child's utterances taken up, the median gap of the caregiver's
        responses, and the share of transitions in overlap.
    """
    if not coded.is_codable(Role.CHILD, Construct.CUE_VOCAL) or not coded.is_codable(Role.CAREGIVER, Construct.VOICE):
        needed = "child cue.vocal and caregiver voice"
        return [not_codable(session, "dyad", name, UNITS[name], needed) for name in UNITS]
    talk = _talk(coded, session)
    if min(len(talk.child), len(talk.caregiver)) < FEWEST_UTTERANCES:
        note = f"{len(talk.child)} and {len(talk.caregiver)} utterances; fewer than {FEWEST_UTTERANCES} of one"
        return [missing(session, "dyad", name, UNITS[name], note, status=MeasureStatus.TOO_FEW) for name in UNITS]
    generator = stream(seed, session, "turns")
    chance = [_values(shuffle, shuffle.transitions(rule.turns)) for shuffle in _shuffles(talk, generator, shuffles)]
    means = {name: _mean([own[name] for own in chance]) for name in UNITS}
    seen = _TurnSession(talk, talk.transitions(rule.turns), rule.turns)
    return [_measure(session, name, seen, means[name]) for name in UNITS]


def _shuffles(talk: _Talk, generator: np.random.Generator, number: int) -> Iterator[_Talk]:
    return (talk.shuffled(generator) for _ in range(number))


def _talk(coded: CodedRecord, session: str) -> _Talk:
    codable = intervals.intersect(
        coded.codable_time(session, Role.CHILD, Construct.CUE_VOCAL),
        coded.codable_time(session, Role.CAREGIVER, Construct.VOICE),
    )
    clock = CodableClock(codable)
    child = _utterances(coded.of(session, Role.CHILD, (Construct.CUE_VOCAL,)), clock)
    caregiver = _utterances(coded.of(session, Role.CAREGIVER, (Construct.VOICE,)), clock)
    return _Talk(child, caregiver, clock.total_s)


def _utterances(acts: pl.DataFrame, clock: CodableClock) -> _Speech:
    """Return utterances in codable seconds; none is joined to another, a point is an utterance without length.

    What one actor says from one moment to another is one utterance, however many events code it.
    """
    timed = acts.with_columns(end=pl.coalesce("offset_s", "onset_s"), actor=pl.col("actor").fill_null(""))
    each = timed.unique(["actor", "onset_s", "end"], keep="first").sort("onset_s", "end", "actor")
    onset, end = each["onset_s"].to_numpy(), each["end"].to_numpy()
    inside = intervals.covers(clock.spans, onset)
    speaker = each["actor"].rank("dense").to_numpy().astype(np.int64)
    return _Speech(np.column_stack([clock.reads(onset[inside]), clock.reads(end[inside])]), speaker[inside])


def _shuffled_in_segments(utterances: Spans, total_s: float, generator: np.random.Generator) -> Spans:
    """Shuffle within half hours: over a whole day a shuffle would break the shared rhythm of waking and sleep."""
    count = max(1, round(total_s / SEGMENT_S))
    edges = np.linspace(0.0, total_s, count + 1)
    parts: list[Spans] = []
    for start, end in itertools.pairwise(edges):
        own = utterances[(utterances[:, 0] >= start) & (utterances[:, 0] < end)]
        own = np.minimum(own, end) - start
        parts.append(shuffled(own, float(end - start), generator) + start)
    return np.concatenate(parts)


def _values(talk: _Talk, found: Transitions) -> dict[str, float | None]:
    gaps = np.concatenate([found.prompt_gaps_s, found.response_gaps_s])
    return {
        RATE: len(found) / (talk.total_s / 60),
        TAKEN_UP: len(found.responses) / len(talk.child),
        GAP: float(np.median(found.response_gaps_s)) if len(found.responses) else None,
        OVERLAP: float((gaps < -SIMULTANEOUS_S).mean()) if len(gaps) else None,
    }


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


@dataclass(frozen=True)
class _TurnSession:
    talk: _Talk
    found: Transitions
    rule: TurnRule

    @property
    def denominators(self) -> dict[str, tuple[int, float, str]]:
        """Return for each measure the number it rests on, its denominator and the denominator's unit."""
        n, utterances, responses = len(self.found), len(self.talk.child), len(self.found.responses)
        return {
            RATE: (n, self.talk.total_s, "s"),
            TAKEN_UP: (utterances, float(utterances), "utterances"),
            GAP: (responses, float(responses), "responses"),
            OVERLAP: (n, float(n), "transitions"),
        }

    @property
    def gaps(self) -> Floats:
        """Return the gaps of all transitions, seconds."""
        return np.concatenate([self.found.prompt_gaps_s, self.found.response_gaps_s])

    @property
    def answered_at(self) -> Floats:
        """Return the onsets of the child's utterances that were taken up, codable seconds."""
        return self.talk.child.spans[self.found.responses[:, 0], 0]

    @property
    def times(self) -> Floats:
        """Return for each transition the onset of the child's utterance in it, codable seconds."""
        return np.concatenate([self.talk.child.spans[self.found.prompts[:, 1], 0], self.answered_at])


def _measure(session: str, name: str, seen: _TurnSession, baseline: float | None) -> Measure:
    estimate = _values(seen.talk, seen.found)[name]
    if estimate is None:
        note = "no utterance was taken up"
        return missing(session, "dyad", name, UNITS[name], note, status=MeasureStatus.TOO_FEW)
    rule = seen.rule
    note = f"{rule.mode}: gap up to {rule.gap_s:g} s, overlap up to {rule.overlap_s:g} s"
    low, high = _interval(name, seen)
    return Measure(
        session, "dyad", name, estimate, low, high, UNITS[name], *seen.denominators[name], baseline=baseline, note=note
    )


def _interval(name: str, seen: _TurnSession) -> tuple[float | None, float | None]:
    match name:
        case "turn transitions":
            return _rate_interval(seen.times, seen.talk.total_s)
        case "utterances taken up":
            return _share_interval(seen.answered_at, seen.talk.child.spans[:, 0], seen.talk.total_s)
        case "turn gap":
            return _median_interval(seen.found.response_gaps_s)
        case _:
            return _share_interval(seen.times[seen.gaps < -SIMULTANEOUS_S], seen.times, seen.talk.total_s)


def _by_stretch(times: Floats, total_s: float) -> Floats:
    return np.histogram(times, bins=np.linspace(0.0, total_s, JACKKNIFE_BLOCKS + 1))[0].astype(float)


def _share_interval(hits: Floats, times: Floats, total_s: float) -> tuple[float, float]:
    """Return Wilson's interval of a share of what came at some times, over twentieths of time: exchanges cluster."""
    return clustered_share_interval(_by_stretch(hits, total_s), _by_stretch(times, total_s), FEWEST_STRETCHES)


def _rate_interval(times: Floats, total_s: float) -> tuple[float, float]:
    """Return the wider of Poisson's interval and one that leaves out each twentieth of the time: exchanges cluster."""
    low, high = poisson_interval(len(times), total_s / 60)
    sums = np.column_stack([_by_stretch(times, total_s), np.full(JACKKNIFE_BLOCKS, total_s / 60 / JACKKNIFE_BLOCKS)])
    half = jackknife_half_width(sums, lambda s: s[..., 0] / s[..., 1])
    rate = len(times) / (total_s / 60)
    return min(low, max(0.0, rate - half)), max(high, rate + half)


def _median_interval(gaps: Floats) -> tuple[float | None, float | None]:
    """Return the order-statistic interval of a median, interpolated between neighbours to 95 %.

    Hettmansperger & Sheather (1986, Statistics & Probability Letters 4:75): between x_(d) and x_(d+1), d the last with
    a coverage 1 - 2 P(B < d) of .95 or more, B binomial (n, 1/2). None where there are too few gaps for it, or where it
    would have no width because they are tied.
    """
    n, ordered = len(gaps), np.sort(gaps)
    coverage = _coverage_of_order_statistics(n)
    d = int((coverage >= LEVEL).sum())
    if d == 0:
        return None, None
    left = (coverage[d - 1] - LEVEL) / (coverage[d - 1] - coverage[d]) if d < len(coverage) else 0.0
    share = (n - d) * left / (d + (n - 2 * d) * left)
    low = (1 - share) * ordered[d - 1] + share * ordered[min(d, n - 1)]
    high = (1 - share) * ordered[n - d] + share * ordered[max(n - d - 1, 0)]
    return (float(low), float(high)) if low < high else (None, None)


def _coverage_of_order_statistics(n: int) -> Floats:
    """Return the chance that the d-th smallest and d-th largest of n hold the median, d = 1 to n / 2, falling."""
    smaller = np.arange(max(n // 2, 1))
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    chance = np.exp(factorial[n] - factorial[smaller] - factorial[n - smaller] - n * math.log(2))
    return 1 - 2 * np.cumsum(chance)


_SOURCE = "Casillas & Scaff 2021, Proceedings of the Cognitive Science Society 43 (chattr: its windows and modes)"
_CHANCE = f"mean over {SHUFFLES} shuffles of each person's utterances and silences within half hours of codable time"
_NEEDS = "child cue.vocal and caregiver voice"
_LIMITS = "depends on the limits of gap and overlap; "

DEFINITIONS: dict[str, Definition] = {
    RATE: Definition(
        "How often the turn passed from one to the other, either way, per minute.",
        "(prompts + responses around the child's utterances) / codable minutes",
        f"{_SOURCE}; the wider of a Poisson interval and one that leaves out each twentieth of the time",
        UNITS[RATE],
        "codable seconds of both",
        _CHANCE,
        _NEEDS,
        _LIMITS + "two who talk a lot take turns by chance: read the baseline",
    ),
    TAKEN_UP: Definition(
        "The share of the child's utterances that the caregiver's voice followed in turn.",
        "child utterances with a response / child utterances",
        f"{_SOURCE}; score interval: Wilson 1927, Journal of the American Statistical Association 22:209",
        UNITS[TAKEN_UP],
        "child utterances; touching and overlapping ones stay apart",
        _CHANCE,
        _NEEDS,
        _LIMITS + "says nothing of whether the response was fitting",
    ),
    GAP: Definition(
        "The median time from the end of a child's utterance to the caregiver's response; negative in overlap.",
        "median of response onset - utterance end",
        f"{_SOURCE}; order statistics, interpolated: Hettmansperger & Sheather 1986, Statistics & Probability Letters "
        "4:75",
        UNITS[GAP],
        "responses",
        _CHANCE,
        _NEEDS,
        "taken up utterances only: cut at the limits of gap and overlap, so it is not the response latency",
    ),
    OVERLAP: Definition(
        "The share of turn transitions in which the next began before the last had ended.",
        "transitions with a negative gap / transitions",
        f"{_SOURCE}; score interval: Wilson 1927, Journal of the American Statistical Association 22:209",
        UNITS[OVERLAP],
        "turn transitions",
        _CHANCE,
        _NEEDS,
        _LIMITS + "recorders that cannot tell overlapping voices apart make it 0",
    ),
}
