"""The episodes of a Strange Situation, found in a record from who was in the room."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bowlby.measures import session_spans
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role

EPISODE_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "episode": pl.Int64(),
    "onset_s": pl.Float64(),
    "offset_s": pl.Float64(),
}
"""One row an episode that took place. Episode 2 holds the introduction (1) too, which nothing in a record parts."""

EPISODES = (2, 3, 4, 5, 6, 7, 8)
REUNIONS = (5, 8)
SEPARATIONS = (4, 6, 7)


@dataclass(frozen=True)
class EpisodeCriteria:
    """When a stretch counts as an episode; assumed.

    Args:
        stranger_share: share of time, 0 to 1, that the stranger must be there in episode 4, and must not exceed in a
            reunion.
        fewest_s: seconds, > 0, of scorable time under which a reunion counts as missing.
    """

    stranger_share: float = 0.5
    fewest_s: float = 30.0


def episodes_of_procedure(coded: CodedRecord, procedure: EpisodeCriteria | None = None) -> pl.DataFrame:
    """Return the episodes that took place in each session (the order of Ainsworth, Blehar, Waters & Wall 1978).

    Two context states decide: `separation` (the caregiver is out of the room) and `stranger` (the stranger is in it).
    Episode 2 runs from the start to the stranger's first entrance, 3 from there to the first separation, 4 is the
    first separation with the stranger there, 5 from its end to the second separation, 6 the second separation until
    the stranger enters, 7 the rest of it, 8 from its end to the next separation or the end.

    Args:
        coded: a record in the closed vocabulary.
        procedure: when a stretch counts; None for the defaults.

    Returns:
        Columns of `EPISODE_SCHEMA`, by session and episode; a missing episode has no row.
    """
    settings = procedure or EpisodeCriteria()
    stranger = _states(coded, Construct.STRANGER)
    room = _room(coded, stranger)
    bounds = pl.concat([_bounds(room, episode) for episode in EPISODES])
    there = bounds.filter(pl.col("offset_s") > pl.col("onset_s"))
    share = _share_with_stranger(there, stranger)
    alone = ~pl.col("episode").is_in(REUNIONS) | (pl.col("share") <= settings.stranger_share)
    joined = (pl.col("episode") != 4) | (pl.col("share") >= settings.stranger_share)
    return share.filter(alone & joined).select(EPISODE_SCHEMA.keys()).sort("session", "episode")


def _states(coded: CodedRecord, construct: Construct) -> pl.DataFrame:
    context = (pl.col("role") == str(Role.CONTEXT)) & (pl.col("construct") == str(construct))
    return session_spans.union(coded.acts.filter(context & pl.col("offset_s").is_not_null()))


def _room(coded: CodedRecord, stranger: pl.DataFrame) -> pl.DataFrame:
    """Return one row a session with the moments at which somebody comes or goes; null where nobody did."""
    away = _states(coded, Construct.SEPARATION).group_by("session", maintain_order=True)
    away = away.agg(
        *(pl.col("onset_s").get(k, null_on_oob=True).alias(f"out_{k + 1}") for k in range(3)),
        *(pl.col("offset_s").get(k, null_on_oob=True).alias(f"back_{k + 1}") for k in range(2)),
    )
    room = session_spans.sessions_of(coded).join(away, on="session", how="left")
    entries = stranger.join(room.select("session", "out_1", "out_2", "back_2"), on="session")
    onset = pl.col("onset_s")
    second = (onset < pl.col("back_2")) & (pl.col("offset_s") > pl.col("out_2"))
    entries = entries.group_by("session").agg(
        enters=onset.filter(onset < pl.col("out_1")).min(),
        enters_again=pl.max_horizontal(onset, "out_2").filter(second).min(),
    )
    return room.join(entries, on="session", how="left")


def _bounds(room: pl.DataFrame, episode: int) -> pl.DataFrame:
    end = pl.col("end_s")
    alone_until = pl.coalesce("enters_again", "back_2")
    onset, offset = {
        2: (pl.col("start_s"), pl.coalesce("enters", "out_1", end)),
        3: (pl.col("enters"), pl.col("out_1")),
        4: (pl.col("out_1"), pl.col("back_1")),
        5: (pl.col("back_1"), pl.coalesce("out_2", end)),
        6: (pl.col("out_2"), alone_until),
        7: (pl.col("enters_again"), pl.col("back_2")),
        8: (pl.col("back_2"), pl.coalesce("out_3", end)),
    }[episode]
    number = pl.lit(episode, dtype=pl.Int64)
    return room.select("session", episode=number, onset_s=onset, offset_s=pl.min_horizontal(offset, end))


def _share_with_stranger(episodes: pl.DataFrame, stranger: pl.DataFrame) -> pl.DataFrame:
    parts = session_spans.clip(stranger, episodes).group_by("session", "episode")
    seconds = parts.agg(with_s=(pl.col("offset_s") - pl.col("onset_s")).sum())
    length = pl.col("offset_s") - pl.col("onset_s")
    joined = episodes.join(seconds, on=["session", "episode"], how="left")
    return joined.with_columns(share=pl.col("with_s").fill_null(0.0) / length)
