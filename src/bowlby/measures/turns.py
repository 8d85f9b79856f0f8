"""Turn-taking: who takes up whom, how fast, and how often by chance."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import ParameterError
from bowlby.measures.clock import CodableClock
from bowlby.measures.confidence import T_BLOCKS, jackknife_error, poisson_interval, share_interval
from bowlby.measures.definitions import Definition
from bowlby.measures.rates import not_codable
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.streams import stream
from bowlby.measures.value import Measure, Status, missing
from bowlby.records import intervals
from bowlby.records.coded import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.intervals import Spans

Floats: TypeAlias = npt.NDArray[np.float64]

SHUFFLES = 100
SEGMENT_S = 1800.0
SIMULTANEOUS_S = 1e-6
"""Gaps above minus this are no overlap: times are added up in floating point."""
FEWEST_UTTERANCES = 10
RATE, TAKEN_UP, GAP, OVERLAP = "turn transitions", "utterances taken up", "turn gap", "turns in overlap"
UNITS = {RATE: "per minute", TAKEN_UP: "share", GAP: "s", OVERLAP: "share"}


class Mode(StrEnum):
    """Which utterance is the prompt or response where several qualify; the four modes of chattr."""

    STRICT = "strict"
    """The nearest before and the nearest after."""
    STRETCH = "stretch"
    """The furthest before and the furthest after: the exchange is as long as it can be."""
    STRETCH_LEFT = "luqr"
    """The furthest before, the nearest after."""
    STRETCH_RIGHT = "qulr"
    """The nearest before, the furthest after."""

    @property
    def furthest_prompt(self) -> bool:
        """Return whether the prompt is the furthest that qualifies."""
        return self in (Mode.STRETCH, Mode.STRETCH_LEFT)

    @property
    def furthest_response(self) -> bool:
        """Return whether the response is the furthest that qualifies."""
        return self in (Mode.STRETCH, Mode.STRETCH_RIGHT)


@dataclass(frozen=True)
class TurnRule:
    """When one utterance takes up another; the defaults are those of Casillas & Scaff (2021).

    Args:
        gap_s: longest silence between two turns, seconds, >= 0.
        overlap_s: longest overlap of two turns, seconds, >= 0.
        mode: which utterance is taken where several qualify.
    """

    gap_s: float = 2.0
    overlap_s: float = 1.0
    mode: Mode = Mode.STRICT

    def __post_init__(self) -> None:
        """Refuse what no rule can mean."""
        for name in ("gap_s", "overlap_s"):
            value = getattr(self, name)
            if not 0 <= value < float("inf"):
                raise ParameterError(f"{name} is a number of seconds, 0 or more", column=name, value=value)


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


def turn_transitions(own: Spans, partner: Spans, rule: TurnRule = TurnRule()) -> Transitions:
    """Return who takes up whom around one person's utterances.

    A prompt starts before the own utterance and ends between gap_s before its onset and overlap_s after it (no later
    than its end); a response ends after the own utterance and starts between overlap_s before its end (no earlier than
    its onset) and gap_s after it. Own utterances choose in order of time; each of the partner's utterances serves once
    as prompt and once as response (Casillas & Scaff 2021, Proceedings of the Cognitive Science Society 43, "Analyzing
    contingent interactions in R with chattr").

    Args:
        own: shape (n, 2), utterances of the person in focus (the child), seconds, sorted and disjoint.
        partner: shape (m, 2), the partner's utterances, seconds, sorted and disjoint.
        rule: gap, overlap and mode.

    Returns:
        The transitions.

    Raises:
        Nothing.
    """
    prompts = _chosen(
        np.searchsorted(partner[:, 1], own[:, 0] - rule.gap_s - 1e-9, side="left"),
        np.minimum(
            np.searchsorted(partner[:, 1], np.minimum(own[:, 1], own[:, 0] + rule.overlap_s) + 1e-9, side="right"),
            np.searchsorted(partner[:, 0], own[:, 0], side="left"),
        ),
        last=not rule.mode.furthest_prompt,
    )
    responses = _chosen(
        np.maximum(
            np.searchsorted(partner[:, 0], np.maximum(own[:, 0], own[:, 1] - rule.overlap_s) - 1e-9, side="left"),
            np.searchsorted(partner[:, 1], own[:, 1], side="right"),
        ),
        np.searchsorted(partner[:, 0], own[:, 1] + rule.gap_s + 1e-9, side="right"),
        last=rule.mode.furthest_response,
    )
    return Transitions(
        prompts[:, ::-1],
        responses,
        own[prompts[:, 0], 0] - partner[prompts[:, 1], 1],
        partner[responses[:, 1], 0] - own[responses[:, 0], 1],
    )


def _chosen(first: npt.NDArray[np.int64], stop: npt.NDArray[np.int64], *, last: bool) -> npt.NDArray[np.int64]:
    """Return (own, partner) pairs: for each own utterance the first or last of its candidates that is still free."""
    pairs: list[tuple[int, int]] = []
    used: set[int] = set()
    for own, (low, high) in enumerate(zip(first.tolist(), stop.tolist(), strict=True)):
        candidates = range(high - 1, low - 1, -1) if last else range(low, high)
        for candidate in candidates:
            if candidate not in used:
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

    Raises:
        Nothing.
    """
    forward = [(partner[i, 0], max(own[j, 1], partner[i, 1])) for i, j in found.prompts]
    back = [(own[i, 0], max(partner[j, 1], own[i, 1])) for i, j in found.responses]
    return intervals.union(intervals.spans([*forward, *back]))


def shuffled(utterances: Spans, total_s: float, generator: np.random.Generator) -> Spans:
    """Return the same utterances with their order and the silences between them shuffled.

    Args:
        utterances: shape (n, 2), seconds within [0, total_s], sorted and disjoint.
        total_s: length of the stretch, seconds.
        generator: random numbers.

    Returns:
        Shape (n, 2), seconds, sorted and disjoint.

    Raises:
        Nothing.
    """
    if len(utterances) == 0:
        return utterances
    silences = np.diff(np.concatenate([[0.0], utterances.ravel(), [total_s]]))[::2]
    lengths = generator.permutation(utterances[:, 1] - utterances[:, 0])
    silences = generator.permutation(silences)
    start = np.cumsum(silences[:-1]) + np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    return np.column_stack([start, start + lengths])


@dataclass(frozen=True)
class _Talk:
    """Both persons' utterances on the codable clock."""

    child: Spans
    caregiver: Spans
    total_s: float


def measures_of(coded: CodedRecord, rule: EpisodeRule, session: str, seed: int) -> list[Measure]:
    """Return turn-taking around the child's vocal cues, strict mode, with shuffled utterances as chance baseline.

    Args:
        coded: a record in the closed vocabulary.
        rule: not read: turn-taking has limits of its own (`TurnRule`).
        session: a session id.
        seed: of the shuffles.

    Returns:
        Transitions per minute, the share of the child's utterances taken up, the median gap of the caregiver's
        responses, and the share of transitions in overlap.

    Raises:
        Nothing.
    """
    if not coded.is_codable(Role.CHILD, Construct.CUE_VOCAL) or not coded.is_codable(Role.CAREGIVER, Construct.VOICE):
        needed = "child cue.vocal and caregiver voice"
        return [not_codable(session, "dyad", name, UNITS[name], needed) for name in UNITS]
    talk = _talk(coded, session)
    if min(len(talk.child), len(talk.caregiver)) < FEWEST_UTTERANCES:
        note = f"{len(talk.child)} and {len(talk.caregiver)} utterances; fewer than {FEWEST_UTTERANCES} of one"
        return [missing(session, "dyad", name, UNITS[name], note, status=Status.TOO_FEW) for name in UNITS]
    generator = stream(seed, session, "turns")
    chance = [_values(talk, _shuffled_transitions(talk, generator)) for _ in range(SHUFFLES)]
    means = {name: _mean([own[name] for own in chance]) for name in UNITS}
    found = turn_transitions(talk.child, talk.caregiver)
    return [_measure(session, name, talk, found, means[name]) for name in UNITS]


def _talk(coded: CodedRecord, session: str) -> _Talk:
    codable = intervals.intersect(
        coded.codable_time(session, Role.CHILD, Construct.CUE_VOCAL),
        coded.codable_time(session, Role.CAREGIVER, Construct.VOICE),
    )
    clock = CodableClock(codable)
    child = _utterances(coded.of(session, Role.CHILD, (Construct.CUE_VOCAL,)), clock)
    caregiver = _utterances(coded.of(session, Role.CAREGIVER, (Construct.VOICE,)), clock)
    return _Talk(child, caregiver, clock.total_s)


def _utterances(acts: pl.DataFrame, clock: CodableClock) -> Spans:
    """Return utterances in codable seconds, overlapping ones joined; a point is an utterance without length."""
    onset = acts["onset_s"].to_numpy()
    offset = acts["offset_s"].fill_null(acts["onset_s"]).to_numpy()
    inside = intervals.covers(clock.spans, onset)
    onset, offset = clock.reads(onset[inside]), clock.reads(offset[inside])
    if len(onset) == 0:
        return intervals.EMPTY
    reach = np.maximum.accumulate(offset)
    opens = np.concatenate([[True], onset[1:] > reach[:-1]])
    last = np.concatenate([np.flatnonzero(opens)[1:] - 1, [len(onset) - 1]])
    return np.column_stack([onset[opens], reach[last]])


def _shuffled_transitions(talk: _Talk, generator: np.random.Generator) -> Transitions:
    child = _shuffled_in_segments(talk.child, talk.total_s, generator)
    return turn_transitions(child, _shuffled_in_segments(talk.caregiver, talk.total_s, generator))


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


def _measure(session: str, name: str, talk: _Talk, found: Transitions, baseline: float | None) -> Measure:
    estimate = _values(talk, found)[name]
    if estimate is None:
        note = "no utterance was taken up"
        return missing(session, "dyad", name, UNITS[name], note, status=Status.TOO_FEW)
    rule = TurnRule()
    note = f"{rule.mode}: gap up to {rule.gap_s:g} s, overlap up to {rule.overlap_s:g} s"
    blank = Measure(session, "dyad", name, estimate, None, None, UNITS[name], len(found), baseline=baseline, note=note)
    low, high = _interval(name, talk, found)
    match name:
        case "turn transitions":
            return replace(blank, low=low, high=high, denominator=talk.total_s, denominator_unit="s")
        case "utterances taken up":
            n = len(talk.child)
            return replace(blank, low=low, high=high, n=n, denominator=float(n), denominator_unit="utterances")
        case "turn gap":
            n = len(found.responses)
            return replace(blank, low=low, high=high, n=n, denominator=float(n), denominator_unit="responses")
        case _:
            return replace(blank, low=low, high=high, denominator=float(len(found)), denominator_unit="transitions")


def _interval(name: str, talk: _Talk, found: Transitions) -> tuple[float | None, float | None]:
    match name:
        case "turn transitions":
            return _rate_interval(talk, found)
        case "utterances taken up":
            return share_interval(len(found.responses), len(talk.child))
        case "turn gap":
            return _median_interval(found.response_gaps_s)
        case _:
            overlaps = int(
                (found.prompt_gaps_s < -SIMULTANEOUS_S).sum() + (found.response_gaps_s < -SIMULTANEOUS_S).sum()
            )
            return share_interval(overlaps, len(found))


def _rate_interval(talk: _Talk, found: Transitions) -> tuple[float, float]:
    """Return the wider of Poisson's interval and one that leaves out each twentieth of the time: exchanges cluster."""
    times = np.concatenate([talk.child[found.prompts[:, 1], 0], talk.child[found.responses[:, 0], 1]])
    blocks = np.histogram(times, bins=np.linspace(0.0, talk.total_s, 21))[0].astype(float)
    low, high = poisson_interval(len(found), talk.total_s / 60)
    sums = np.column_stack([blocks, np.full(20, talk.total_s / 60 / 20)])
    half = T_BLOCKS * jackknife_error(sums, lambda s: s[..., 0] / s[..., 1])
    rate = len(found) / (talk.total_s / 60)
    return min(low, max(0.0, rate - half)), max(high, rate + half)


def _median_interval(gaps: Floats) -> tuple[float | None, float | None]:
    """Return the order-statistic interval of a median (Conover 1999, Practical Nonparametric Statistics, ch. 3)."""
    n = len(gaps)
    reach = 1.959964 * np.sqrt(n) / 2
    low, high = int(np.floor(n / 2 - reach)), int(np.ceil(n / 2 + reach))
    if low < 0 or high >= n:
        return None, None
    ordered = np.sort(gaps)
    return float(ordered[low]), float(ordered[high])


_SOURCE = "Casillas & Scaff 2021, Proceedings of the Cognitive Science Society 43 (chattr: its windows and modes)"
_CHANCE = f"mean over {SHUFFLES} shuffles of each person's utterances and silences within half hours of codable time"
_NEEDS = "child cue.vocal and caregiver voice"
_LIMITS = "hangs on the limits of gap and overlap; "

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
        "child utterances, overlapping ones joined",
        _CHANCE,
        _NEEDS,
        _LIMITS + "says nothing of whether the response was fitting",
    ),
    GAP: Definition(
        "The median time from the end of a child's utterance to the caregiver's response; negative in overlap.",
        "median of response onset - utterance end",
        f"{_SOURCE}; order statistics: Conover 1999, Practical Nonparametric Statistics",
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
