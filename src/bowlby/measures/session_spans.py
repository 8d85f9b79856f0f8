"""Interval algebra over many sessions at once: the same as `records.intervals`, as table operations without a loop."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.record import WindowKind

SPAN_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "onset_s": pl.Float64(),
    "offset_s": pl.Float64(),
}

POINT_S = 1.0
"""Length given to an act coded as a point, where its duration is asked for (Davis et al. 2017, PNAS 114:10390)."""


def union(spans: pl.DataFrame, by: Sequence[str] = ("session",), bridge_s: float = 0.0) -> pl.DataFrame:
    """Return the disjoint spans that cover the same time within each group; spans that touch are joined.

    Args:
        spans: with `onset_s`, `offset_s` (seconds) and the columns of `by`.
        by: columns that a group shares.
        bridge_s: seconds, >= 0; gaps up to this length are filled.

    Returns:
        Columns of `by`, `onset_s`, `offset_s`, sorted by them; spans without length are dropped.
    """
    keys = list(by)
    ordered = spans.filter(pl.col("offset_s") > pl.col("onset_s")).sort(*keys, "onset_s", "offset_s")
    reach = pl.col("offset_s").cum_max().shift(1).over(keys)
    opens = (pl.col("onset_s") > reach + bridge_s).fill_null(True)
    numbered = ordered.with_columns(bout=opens.cum_sum())
    joined = numbered.group_by(*keys, "bout", maintain_order=True)
    return joined.agg(pl.col("onset_s").min(), pl.col("offset_s").max()).drop("bout")


def uncovered_spans(spans: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Return the time of each session that no span covers, from minus to plus infinity.

    Args:
        spans: columns of `SPAN_SCHEMA`, disjoint.
        sessions: one column, `session`.

    Returns:
        Columns of `SPAN_SCHEMA`; a session without spans has one infinite one.
    """
    edge = [pl.lit(-float("inf")).alias("onset_s"), pl.lit(-float("inf")).alias("offset_s")]
    rows = pl.concat([sessions.select("session", *edge), spans.select(SPAN_SCHEMA.keys())]).sort("session", "onset_s")
    following = pl.col("onset_s").shift(-1).over("session").fill_null(float("inf"))
    gaps = rows.select("session", onset_s=pl.col("offset_s"), offset_s=following)
    return gaps.filter(pl.col("offset_s") > pl.col("onset_s"))


def clip(acts: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of acts that lie in spans of the same session.

    Args:
        acts: with `session`, `onset_s` and `offset_s` > `onset_s`, seconds.
        spans: columns of `SPAN_SCHEMA`, disjoint, and any others, which the parts inherit.

    Returns:
        One row an act and span that overlap, times cut to the overlap.
    """
    pairs = acts.join(spans.rename({"onset_s": "from_s", "offset_s": "to_s"}), on="session")
    meeting = pairs.filter((pl.col("onset_s") < pl.col("to_s")) & (pl.col("offset_s") > pl.col("from_s")))
    return meeting.with_columns(
        onset_s=pl.max_horizontal("onset_s", "from_s"), offset_s=pl.min_horizontal("offset_s", "to_s")
    ).drop("from_s", "to_s")


def timed(acts: pl.DataFrame, point_s: float = POINT_S) -> pl.DataFrame:
    """Return acts with an end each: a point is given a length.

    Args:
        acts: with `onset_s` and `offset_s`, seconds; a null offset is a point.
        point_s: seconds, > 0.

    Returns:
        The same rows without a null offset.
    """
    return acts.with_columns(pl.col("offset_s").fill_null(pl.col("onset_s") + point_s))


def sessions_of(coded: CodedRecord) -> pl.DataFrame:
    """Return every session with the start and end of its observation.

    Args:
        coded: a record in the closed vocabulary.

    Returns:
        Columns `session`, `start_s` and `end_s`, in order of appearance.
    """
    windows = coded.record.windows
    observed = windows.filter(pl.col("kind") == WindowKind.OBSERVED).group_by("session")
    bounds = observed.agg(start_s=pl.col("onset_s").min(), end_s=pl.col("offset_s").max())
    every = windows.select(pl.col("session").unique(maintain_order=True))
    return every.join(bounds, on="session", how="left", maintain_order="left")


def codable_spans(coded: CodedRecord, wanted: Sequence[tuple[Role, Construct]]) -> pl.DataFrame:
    """Return the time of every session in which all of some constructs could be coded.

    Args:
        coded: a record in the closed vocabulary.
        wanted: pairs of role and construct; whether they were codable at all is the caller's to ask.

    Returns:
        Columns of `SPAN_SCHEMA`, disjoint and sorted: observed minus uncodable time.
    """
    windows = coded.record.windows
    observed = union(windows.filter(pl.col("kind") == WindowKind.OBSERVED))
    hits = [
        (pl.col("role").is_null() | (pl.col("role") == str(role)))
        & (pl.col("construct").is_null() | (pl.col("construct") == str(construct)))
        for role, construct in wanted
    ]
    hidden = union(coded.masks.filter(pl.any_horizontal(pl.lit(False), *hits)))
    if hidden.is_empty():
        return observed
    return clip(observed, uncovered_spans(hidden, observed.select("session").unique())).sort("session", "onset_s")
