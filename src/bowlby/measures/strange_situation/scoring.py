"""Every score of every session: what a coder of the procedure writes down before any class."""

from __future__ import annotations

import polars as pl

from bowlby.measures.strange_situation.anchors import Anchors
from bowlby.measures.strange_situation.disorganization import disorganization
from bowlby.measures.strange_situation.distress import distress_shares, exploring, settling
from bowlby.measures.strange_situation.formation import formation_signs
from bowlby.measures.strange_situation.procedure import EPISODES, REUNIONS, EpisodeCriteria
from bowlby.measures.strange_situation.reunion import SCALES, components, interactive_scales
from bowlby.measures.strange_situation.scored_acts import ScoredActs, watch
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct

SCALE_COLUMNS = tuple(f"{scale}_{episode}" for scale in SCALES for episode in REUNIONS)
"""The eight interactive scales, named as in the study manifest."""

NEEDED_CODES = (Construct.CONTACT_MAINTAIN, Construct.AVOID, Construct.RESIST)
"""Without one of these no class can be given."""


def scales(
    coded: CodedRecord, anchors: Anchors | None = None, procedure: EpisodeCriteria | None = None
) -> pl.DataFrame:
    """Return the scales of every Strange Situation in a record, and what stands beside them.

    A coder with the record alone: no parameter, no history. The functions are bowlby's own (`Anchors`), for
    constructs described by Ainsworth, Blehar, Waters & Wall (1978, Patterns of Attachment) and Main & Solomon (1990);
    no manual's text or cut points are used, and none are official.

    Args:
        coded: a record in the closed vocabulary; any number of sessions.
        anchors: the amounts that lie in the middle of each scale; None for the defaults.
        procedure: when a stretch counts as an episode; None for the defaults.

    Returns:
        One row a session, in the record's order: `session`; `missing` (episodes that did not take place or, for a
        reunion, were too short to score); `not_codable` (codes without which no class is given); `scorable_5`,
        `scorable_8` (seconds); the columns of `SCALE_COLUMNS` (1 to 7); `disorganization` (1 to 9), `themes`,
        `theme_events`; `first_seeking_5/8` (s to the first act of seeking, null for none); `contact_5/8` (s);
        `distress_2` to `distress_8` (shares); `settle_5/8` (s, null where not settled), `unsettled_5/8`;
        `explore_5/8` (shares), `explore_after_5/8` (s); `proximity_avoidance` and `anger_resistance`, the two
        dimensions; and the four signs of formation. What was not codable or not there is null.

    Raises:
        InputError: a theme or a strength of disorganization lies outside its support.
    """
    settings = procedure or EpisodeCriteria()
    watched = watch(coded, settings)
    weights = anchors or Anchors()
    parts = (
        _missing(watched, settings),
        _reunion_columns(watched, weights, settings),
        disorganization(watched, weights),
        distress_shares(watched),
        settling(watched),
        exploring(watched),
        formation_signs(watched),
    )
    rows = watched.sessions
    for part in parts:
        rows = rows.join(part, on="session", how="left", maintain_order="left")
    lacking = [str(code) for code in NEEDED_CODES if code not in watched.codable]
    lacking += [] if watched.codable & {Construct.APPROACH, Construct.CUE_BID} else [str(Construct.APPROACH)]
    codes = pl.lit(pl.Series([lacking], dtype=pl.List(pl.String()))).first()
    return rows.with_columns(*dimensions(), not_codable=codes)


def _missing(watched: ScoredActs, procedure: EpisodeCriteria) -> pl.DataFrame:
    reunion = pl.col("episode").is_in(REUNIONS)
    enough = watched.seconds().filter(~reunion | (pl.col("scorable_s") >= procedure.fewest_s))
    every = watched.sessions.join(pl.DataFrame({"episode": EPISODES}, schema={"episode": pl.Int64()}), how="cross")
    lacking = every.join(enough, on=["session", "episode"], how="anti")
    lists = lacking.group_by("session").agg(missing=pl.col("episode").sort())
    rows = watched.sessions.join(lists, on="session", how="left", maintain_order="left")
    return rows.with_columns(pl.col("missing").fill_null([]))


def _reunion_columns(watched: ScoredActs, anchors: Anchors, procedure: EpisodeCriteria) -> pl.DataFrame:
    found = components(watched, anchors)
    found = found.filter(pl.col("scorable_s") >= procedure.fewest_s)
    rows = found.join(interactive_scales(found, anchors, watched.codable), on=["session", "episode"])
    kept = {"scorable_s": "scorable", "first_s": "first_seeking", "contact_s": "contact"} | {s: s for s in SCALES}
    of_session = rows.group_by("session").agg(
        pl.col(column).filter(pl.col("episode") == episode).first().alias(f"{name}_{episode}")
        for column, name in kept.items()
        for episode in REUNIONS
    )
    return watched.sessions.join(of_session, on="session", how="left", maintain_order="left")


def dimensions() -> tuple[pl.Expr, pl.Expr]:
    """Return the two continuous dimensions, after Fraley & Spieker (2003, Developmental Psychology 39:387).

    They find two dimensions in these scales: proximity seeking against avoidance, and anger and resistance. Theirs
    are scores within a sample; these are plain means over both reunions, so that one session can have them.

    Returns:
        Expressions over `SCALE_COLUMNS`: `proximity_avoidance`, -6 to 6, the mean of the two scales of proximity less
        avoidance, and `anger_resistance`, 1 to 7, the mean resistance; null where a reunion is missing.
    """
    near = [pl.col(f"{scale}_{episode}") for scale in SCALES[:2] for episode in REUNIONS]
    far, angry = ([pl.col(f"{scale}_{episode}") for episode in REUNIONS] for scale in SCALES[2:])
    return (
        (sum(near[1:], near[0]) / 4.0 - (far[0] + far[1]) / 2.0).alias("proximity_avoidance"),
        ((angry[0] + angry[1]) / 2.0).alias("anger_resistance"),
    )
