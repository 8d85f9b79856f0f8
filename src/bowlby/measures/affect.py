"""Affect: its valence over time, for the child and for the caregiver."""

from __future__ import annotations

import numpy as np
import polars as pl

from bowlby.measures.clock import CodableClock
from bowlby.measures.clusters import blocks_for, jackknife_half_width
from bowlby.measures.rates import not_codable, occurrence_of, share_of_time
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role

VALENCES = ("negative", "neutral", "positive")
_SIGN = {"negative": pl.col("value") < 0, "neutral": pl.col("value") == 0, "positive": pl.col("value") > 0}


def measures_of(coded: CodedRecord, rule: EpisodeRule, session: str, seed: int) -> list[Measure]:
    """Return shares of time by valence, mean valence and the share of time with any affect code, for each role.

    Args:
        coded: a record in the closed vocabulary.
        rule: not used: affect depends on no episode.
        session: a session id.
        seed: not used: nothing is drawn.

    Returns:
        "affect: negative", "affect: neutral", "affect: positive", "affect coded" and "mean valence" of child and
        caregiver.
    """
    return [measure for role in (Role.CHILD, Role.CAREGIVER) for measure in _of_role(coded, session, role)]


def _of_role(coded: CodedRecord, session: str, role: Role) -> list[Measure]:
    shares = [f"affect: {valence}" for valence in VALENCES]
    if not coded.is_codable(role, Construct.AFFECT):
        found = [not_codable(session, str(role), name, "share", Construct.AFFECT) for name in (*shares, "affect coded")]
        return [*found, not_codable(session, str(role), "mean valence", "valence", Construct.AFFECT)]
    acts = coded.of(session, role, [Construct.AFFECT]).filter(pl.col("value").is_not_null())
    clock = CodableClock(coded.codable_time(session, role, Construct.AFFECT))
    found = [
        share_of_time(occurrence_of(acts.filter(_SIGN[valence]), clock), session, str(role), name)
        for valence, name in zip(VALENCES, shares, strict=True)
    ]
    coded_time = share_of_time(occurrence_of(acts, clock), session, str(role), "affect coded")
    return [*found, coded_time, _mean_valence(acts, clock, session, role)]


def _mean_valence(acts: pl.DataFrame, clock: CodableClock, session: str, role: Role) -> Measure:
    lengthy = acts.filter(pl.col("offset_s").is_not_null())
    sums = _sums_by_block(lengthy, clock)
    seconds = float(sums[:, 1].sum())
    if seconds <= 0:
        note = "no time with affect coded"
        return missing(session, str(role), "mean valence", "valence", note, status=MeasureStatus.TOO_FEW)

    def mean(totals: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return totals[..., 0] / totals[..., 1]

    estimate, half = float(mean(sums.sum(axis=0))), jackknife_half_width(sums, mean, sums[:, 1])
    low, high = (estimate - half, estimate + half) if np.isfinite(half) else (None, None)
    note = "over the time with affect coded; steps of the lab's scale are taken as equal"
    return Measure(
        session, str(role), "mean valence", estimate, low, high, "valence", len(lengthy), seconds, "coded s", note=note
    )


def _sums_by_block(acts: pl.DataFrame, clock: CodableClock) -> np.ndarray:
    """Return shape (blocks, 2): valence times seconds, and seconds, in each equal block of codable time."""
    length = (acts["offset_s"] - acts["onset_s"]).to_numpy()
    if not length.sum() > 0:
        return np.zeros((1, 2))
    blocks = blocks_for(clock.total_s, float(length.mean()))
    sums = np.zeros((blocks, 2))
    edges = np.linspace(0.0, clock.total_s, blocks + 1)
    for (value,), rows in acts.group_by("value", maintain_order=True):
        spans = intervals.intersect(intervals.union(rows.select("onset_s", "offset_s").to_numpy()), clock.spans)
        start, end = clock.reads(spans[:, 0]), clock.reads(spans[:, 1])
        for block in range(blocks):
            overlap = np.minimum(end, edges[block + 1]) - np.maximum(start, edges[block])
            seconds = float(np.maximum(overlap, 0).sum())
            sums[block] += (float(value) * seconds, seconds)  # pyright: ignore[reportArgumentType]
    return sums
