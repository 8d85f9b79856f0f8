"""Cues and answers over the hours of a long record."""

from __future__ import annotations

import numpy as np
import polars as pl

from bowlby.measures.confidence import poisson_interval, share_interval
from bowlby.measures.episodes import answering, codable_for, episodes_of
from bowlby.measures.rates import HOUR_S
from bowlby.measures.rule import EpisodeRule
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord

DAY_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "hour": pl.UInt32(),
    "start_s": pl.Float64(),
    "end_s": pl.Float64(),
    "codable_s": pl.Float64(),
    "answers": pl.UInt32(),
    "answers_per_hour": pl.Float64(),
    "answers_low": pl.Float64(),
    "answers_high": pl.Float64(),
    "cues": pl.UInt32(),
    "answered": pl.UInt32(),
    "share_answered": pl.Float64(),
    "share_low": pl.Float64(),
    "share_high": pl.Float64(),
}
"""One row an hour of the record, counted from its first observed second; null where nothing could be coded."""


def answers_by_hour(coded: CodedRecord, rule: EpisodeRule, session: str, *, bin_s: float = HOUR_S) -> pl.DataFrame:
    """Return answers per codable hour and the share of cues answered, hour by hour, as a frame for a figure.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer.
        session: a session id.
        bin_s: length of a bin, seconds, > 0.

    Returns:
        Columns of `DAY_SCHEMA`; a cue counts in the bin of its onset, and only when its episode is informative.

    Raises:
        ValueError: bin_s is not positive.
    """
    if bin_s <= 0:
        raise ValueError("a bin has a length")
    observed = coded.observed(session)
    if len(observed) == 0:
        return pl.DataFrame(schema=DAY_SCHEMA)
    edges = np.append(np.arange(observed[0, 0], observed[-1, 1], bin_s), observed[-1, 1])
    codable = codable_for(coded, session, rule)
    answers = answering(coded, session, rule)["onset_s"].to_numpy()
    counts = np.histogram(answers[intervals.covers(codable, answers)], edges)[0]
    seen = episodes_of(coded, rule, session).filter(pl.col("informative"))
    cues = np.histogram(seen["onset_s"].to_numpy(), edges)[0]
    answered = np.histogram(seen.filter(pl.col("answered"))["onset_s"].to_numpy(), edges)[0]
    spans = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    rows = [
        (session, hour, *span, *_bin(codable, span, int(counts[hour]), int(cues[hour]), int(answered[hour])))
        for hour, span in enumerate(spans)
    ]
    return pl.DataFrame(rows, schema=DAY_SCHEMA, orient="row")


def _bin(
    codable: intervals.Spans, span: tuple[float, float], answers: int, cues: int, answered: int
) -> tuple[float | int | None, ...]:
    seconds = intervals.duration(intervals.intersect(codable, np.array([span])))
    per_hour = (
        (answers * HOUR_S / seconds, *poisson_interval(answers, seconds / HOUR_S)) if seconds > 0 else (None,) * 3
    )
    share = (answered / cues, *share_interval(answered, cues)) if cues else (None,) * 3
    return seconds, answers, *per_hour, cues, answered, *share
