"""Crying in each episode, and whether and when the child settled and went back to exploring."""

from __future__ import annotations

import polars as pl

from bowlby.measures import session_spans
from bowlby.measures.strange_situation.procedure import EPISODES, REUNIONS
from bowlby.measures.strange_situation.scored_acts import ScoredActs
from bowlby.records.constructs import Construct

QUIET_S = 30.0
"""A child is settled from the moment after which it does not cry for so many seconds; assumed."""

LAST_S = 15.0
"""A child that cries within so many seconds of a reunion's end is not settled; assumed."""

PLAY_S = 5.0
"""Exploring that lasts so many seconds is a return to exploring; assumed."""

_KEYS = ["session", "episode"]


def distress_shares(watched: ScoredActs) -> pl.DataFrame:
    """Return the share of each episode's scorable time in distress.

    Args:
        watched: what is scored.

    Returns:
        One row a session: `session`, `distress_2` to `distress_8`, 0 to 1; null where the episode did not take place
        or distress was not codable.
    """
    crying = _seconds(session_spans.union(watched.of(Construct.CUE_DISTRESS), _KEYS))
    shares = watched.seconds().join(crying, on=_KEYS, how="left")
    share = pl.col("seconds").fill_null(0.0) / pl.col("scorable_s")
    rows = shares.with_columns(share=share if Construct.CUE_DISTRESS in watched.codable else pl.lit(None, pl.Float64()))
    return _wide(watched, rows, "share", "distress", EPISODES)


def settling(watched: ScoredActs) -> pl.DataFrame:
    """Return seconds until the child settled in each reunion, null where it did not.

    Settled: the first moment of the reunion, 0 included, after which it does not cry for 30 s, provided it does not
    cry in the last 15 s. Time that could not be coded inside such a stretch counts as quiet.

    Args:
        watched: what is scored.

    Returns:
        One row a session: `session`, `settle_5`, `settle_8` (seconds), `unsettled_5`, `unsettled_8` (true where it
        did not settle; null where the reunion did not take place or distress was not codable).
    """
    reunions = watched.episodes.filter(pl.col("episode").is_in(REUNIONS))
    crying = session_spans.union(watched.of(Construct.CUE_DISTRESS), _KEYS)
    last = crying.group_by(_KEYS).agg(last_s=pl.col("offset_s").max())
    quiet = _quiet(reunions, crying).group_by(_KEYS).agg(settled_at_s=pl.col("onset_s").min())
    rows = reunions.join(quiet, on=_KEYS, how="left").join(last, on=_KEYS, how="left")
    calm_at_end = pl.col("last_s").is_null() | (pl.col("last_s") <= pl.col("offset_s") - LAST_S)
    settle = pl.when(calm_at_end).then(pl.col("settled_at_s") - pl.col("onset_s"))
    rows = rows.with_columns(settle=settle).with_columns(unsettled=pl.col("settle").is_null())
    if Construct.CUE_DISTRESS not in watched.codable:
        rows = rows.with_columns(settle=pl.lit(None, pl.Float64()), unsettled=pl.lit(None, pl.Boolean()))
    when = _wide(watched, rows, "settle", "settle", REUNIONS)
    return when.join(_wide(watched, rows, "unsettled", "unsettled", REUNIONS), on="session", maintain_order="left")


def exploring(watched: ScoredActs) -> pl.DataFrame:
    """Return the share of each reunion spent exploring, and seconds until the child went back to it.

    Args:
        watched: what is scored.

    Returns:
        One row a session: `session`, `explore_5`, `explore_8` (shares), `explore_after_5`, `explore_after_8` (seconds
        to the first bout of 5 s or more, null for none); null too where the reunion did not take place or exploring
        was not codable.
    """
    bouts = session_spans.union(watched.of(Construct.EXPLORE), _KEYS)
    begins = bouts.filter(pl.col("offset_s") - pl.col("onset_s") >= PLAY_S)
    first = begins.group_by(_KEYS).agg(first_s=pl.col("onset_s").min())
    began = watched.episodes.select(*_KEYS, began_s="onset_s")
    rows = watched.seconds().join(_seconds(bouts), on=_KEYS, how="left").join(first, on=_KEYS, how="left")
    share = pl.col("seconds").fill_null(0.0) / pl.col("scorable_s")
    rows = rows.join(began, on=_KEYS).with_columns(share=share, after=pl.col("first_s") - pl.col("began_s"))
    if Construct.EXPLORE not in watched.codable:
        rows = rows.with_columns(share=pl.lit(None, pl.Float64()))
    shares = _wide(watched, rows, "share", "explore", REUNIONS)
    return shares.join(_wide(watched, rows, "after", "explore_after", REUNIONS), on="session", maintain_order="left")


def _seconds(bouts: pl.DataFrame) -> pl.DataFrame:
    return bouts.group_by(_KEYS).agg(seconds=(pl.col("offset_s") - pl.col("onset_s")).sum())


def _quiet(reunions: pl.DataFrame, crying: pl.DataFrame) -> pl.DataFrame:
    """Return the stretches of the reunions without crying that are long enough."""
    start = reunions.select(*_KEYS, onset_s=pl.col("onset_s"), offset_s=pl.col("onset_s"))
    stop = reunions.select(*_KEYS, onset_s=pl.col("offset_s"), offset_s=pl.col("offset_s"))
    inside = crying.filter(pl.col("episode").is_in(REUNIONS)).select(*_KEYS, "onset_s", "offset_s")
    edges = pl.concat([start, inside, stop]).sort(*_KEYS, "onset_s", "offset_s")
    until = pl.col("onset_s").shift(-1).over(_KEYS)
    gaps = edges.select(*_KEYS, onset_s=pl.col("offset_s"), offset_s=until).drop_nulls()
    return gaps.filter(pl.col("offset_s") - pl.col("onset_s") >= QUIET_S)


def _wide(watched: ScoredActs, rows: pl.DataFrame, column: str, name: str, episodes: tuple[int, ...]) -> pl.DataFrame:
    """Return one row a session and one column an episode."""
    cell = pl.col(column)
    cells = rows.group_by("session").agg(
        cell.filter(pl.col("episode") == episode).first().alias(f"{name}_{episode}") for episode in episodes
    )
    return watched.sessions.join(cells, on="session", how="left", maintain_order="left")
