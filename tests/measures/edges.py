"""Records at the edge of what can be measured, and what kind of result each measure then gives."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from bowlby.measures.episodes import episodes
from bowlby.measures.pooled_latency import pooled_latency
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.session import measure
from bowlby.measures.value import Measure, MeasureStatus
from tests.measures.conftest import build

CUES = [("cue.distress" if k % 2 else "cue.vocal", 30.0 * k, 30.0 * k + 1) for k in range(20)]
ANSWER = ("answer", "voice")


def _answered(latency: Callable[[int], float]) -> list[tuple[object, ...]]:
    return [(ANSWER, start + latency(k), start + latency(k) + 1) for k, (_, start, _) in enumerate(CUES)]


SITUATIONS: dict[str, tuple[list[tuple[object, ...]], float]] = {
    "no event": ([], 600.0),
    "no cue": ([(ANSWER, 30.0 * k, 30.0 * k + 1) for k in range(20)], 600.0),
    "no answer": ([*CUES], 600.0),
    "all answered": (CUES + _answered(lambda k: 1.5 + 0.1 * (k % 7)), 600.0),
    "one event": ([("cue.distress", 100.0, 101.0)], 600.0),
    "one second": ([("cue.distress", 0.1, 0.2), (ANSWER, 0.3, 0.4)], 1.0),
    "all ties": (CUES + _answered(lambda k: 2.0), 600.0),
    "all censored": ([(name, 3.0 * k, 3.0 * k + 0.5) for k, (name, _, _) in enumerate(CUES)], 600.0),
}
"""Acts and observed seconds. All constructs are codable; affect, objects and procedures do not occur."""


def results(situation: str) -> list[Measure]:
    """Return every measure of a session in a situation, and those pooled over four such sessions."""
    acts, seconds = SITUATIONS[situation]
    found = measure(build(acts, observed=[(0.0, seconds)]), shifts=200)
    four = [build(acts, observed=[(0.0, seconds)], sessions=[f"s{k}"]) for k in range(4)]
    table = pl.concat([episodes(coded, EpisodeRule()) for coded in four])
    return found.measures + pooled_latency(table, EpisodeRule())


def kind(found: Measure) -> str:
    """Return in a word what a measure says: its status, or where its estimate lies in its interval."""
    if found.status is MeasureStatus.TOO_FEW:
        return "few"
    if found.status is MeasureStatus.LOWER_BOUND:
        assert (
            found.low is not None and found.estimate is not None and found.high is None and found.low <= found.estimate
        )
        return "past"
    if found.status is not MeasureStatus.ASSESSED:
        return "unseen"
    assert found.estimate is not None
    ends = (found.low, found.high)
    match ends:
        case (None, None):
            return "bare"
        case (low, None):
            return "from"
        case (None, high):
            return "upto"
        case (low, high):
            assert low <= found.estimate <= high and low < high, found
            if found.estimate == low:
                return "floor"
            return "top" if found.estimate == high else "in"
