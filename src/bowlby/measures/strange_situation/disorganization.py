"""Disorganization, 1 to 9, from the theme events of both reunions."""

from __future__ import annotations

import polars as pl

from bowlby.errors import InputError
from bowlby.measures.strange_situation.anchors import Anchors, on_scale, promptness
from bowlby.measures.strange_situation.procedure import REUNIONS
from bowlby.measures.strange_situation.scored_acts import ScoredActs
from bowlby.records.constructs import Construct

THEMES = range(1, 8)
"""The seven themes of Main & Solomon (1990, in Greenberg, Cicchetti & Cummings, Attachment in the Preschool Years)."""

STRONGEST = 3.0
"""Strengths run from 0 to this; 1 where the record does not say."""


def disorganization(watched: ScoredActs, anchors: Anchors) -> pl.DataFrame:
    """Return the score of each session, and what it rests on.

    The amount is the sum over events of strength * (1 + seconds / theme_s) * (1 + exp(-t / early_s)) / 2, t seconds
    since the reunion began; 1 + 8 (1 - 2^(-amount / middle)) is the score. Not a share of time: one strong event is
    as much in a long reunion as in a short one. No theme weighs more than another.

    Args:
        watched: what is scored.
        anchors: the amount that lies in the middle, and the weights.

    Returns:
        `session`, `disorganization` (1 to 9; null where disorganized acts were not codable), `themes` (the themes
        that occurred, sorted) and `theme_events` (their number).

    Raises:
        InputError: a theme or a strength lies outside its support.
    """
    events = _events(watched)
    seconds = pl.col("offset_s") - pl.col("onset_s")
    early = (1.0 + promptness(pl.col("onset_s") - pl.col("began_s"), anchors.early_s)) / 2.0
    value = pl.col("strength") * (1.0 + seconds / anchors.theme_s) * early
    amounts = events.group_by("session").agg(
        amount=value.sum(),
        themes=pl.col("theme").drop_nulls().unique().sort(),
        theme_events=pl.len().cast(pl.Int64()),
    )
    rows = watched.sessions.join(amounts, on="session", how="left", maintain_order="left")
    score = on_scale(pl.col("amount").fill_null(0.0), anchors.disorganization, 9.0)
    if Construct.DISORGANIZED not in watched.codable:
        score = pl.lit(None, pl.Float64())
    return rows.select(
        "session",
        disorganization=score,
        themes=pl.col("themes").fill_null([]),
        theme_events=pl.col("theme_events").fill_null(0),
    )


def _events(watched: ScoredActs) -> pl.DataFrame:
    """Return one row a theme event of the reunions; one cut in two by a mask keeps its first part."""
    acts = watched.to_caregiver(Construct.DISORGANIZED).filter(pl.col("episode").is_in(REUNIONS))
    once = acts.sort("session", "onset_s").unique(["session", "episode", "event"], keep="first", maintain_order=True)
    said = once.with_columns(
        theme=pl.col("modifiers").str.extract(r"theme=([^;|\s]+)").cast(pl.Int64(), strict=False),
        strength=pl.col("modifiers").str.extract(r"strength=([^;|\s]+)").cast(pl.Float64(), strict=False),
    )
    _refuse("theme", said, ~pl.col("theme").is_between(THEMES[0], THEMES[-1]), f"{THEMES[0]} to {THEMES[-1]}")
    _refuse("strength", said, ~pl.col("strength").is_between(0.0, STRONGEST), f"0 to {STRONGEST:g}")
    return said.with_columns(pl.col("strength").fill_null(1.0))


def _refuse(name: str, said: pl.DataFrame, outside: pl.Expr, support: str) -> None:
    unread = pl.col("modifiers").str.contains(f"{name}=") & pl.col(name).is_null()
    odd = said.filter(outside.fill_null(False) | unread)
    if not odd.is_empty():
        raise InputError(
            f"this is no {name} of disorganization",
            row=odd["event"][0] + 1,
            column="modifiers",
            value=odd["modifiers"][0],
            remedy=f"Write {name}= and a number from {support}.",
        )
