"""Whether behaviour distinguishes the caregiver from the stranger: four signs that an attachment was formed."""

from __future__ import annotations

import polars as pl

from bowlby.measures import session_spans
from bowlby.measures.strange_situation.procedure import REUNIONS
from bowlby.measures.strange_situation.scored_acts import STRANGER, ScoredActs
from bowlby.records.constructs import Construct

GREETING_S = 15.0
"""An act that begins within so many seconds of somebody's entrance greets them; assumed."""

SIGNS = ("seeking_preference", "separation_distress", "greeting_preference", "reunion_change")
"""The signs, in the order of the columns."""

_SEEKING = (Construct.APPROACH, Construct.CUE_BID, Construct.CONTACT_MAINTAIN)
_NEARING = (Construct.APPROACH, Construct.CONTACT_MAINTAIN)
_GREETING = (Construct.APPROACH, Construct.CUE_BID, Construct.CUE_POSITIVE)
_NEGATIVE = (Construct.AVOID, Construct.RESIST)
_WITH_STRANGER = (3, 4, 7)
_BEFORE = (2, 3)


def formation_signs(watched: ScoredActs) -> pl.DataFrame:
    """Return how far a session distinguishes the caregiver from the stranger, and from before the separations.

    An attachment shows in behaviour that is for one person (Bowlby 1969, Attachment; its formation is rated apart
    where care was institutional: Zeanah, Smyke, Koga & Carlson 2005, Child Development 76:1015). Four signs, each 0
    where there is no difference:

    - `seeking_preference`: acts of seeking a minute towards the caregiver in the reunions, less those towards the
      stranger in episodes 3, 4 and 7. An act whose partner the record does not name is for the caregiver in a
      reunion; with the stranger alone, an approach or a hold is for the stranger and a signal for nobody.
    - `separation_distress`: share of time in distress with the stranger and without the caregiver (4 and 7), less
      that before the separations (2 and 3). Crying while alone (6) says nothing of a person.
    - `greeting_preference`: reunions greeted by an approach, a signal or a positive cue, less entrances of the
      stranger (3 and 7) so greeted; -2 to 2.
    - `reunion_change`: share of the reunions in avoidance or resistance of the caregiver, less that before the
      separations. An avoidant child neither seeks, cries nor greets; it does avoid, and whom it avoids matters to it.

    Args:
        watched: what is scored.

    Returns:
        One row a session: `session` and the columns of `SIGNS`; null where the episodes or the codes are missing.
    """
    rows = watched.sessions
    for sign in (_seeking(watched), _distress(watched), _greeting(watched), _change(watched)):
        rows = rows.join(sign, on="session", how="left", maintain_order="left")
    return rows


def _seconds_in(watched: ScoredActs, episodes: tuple[int, ...], name: str) -> pl.DataFrame:
    rows = watched.seconds().filter(pl.col("episode").is_in(episodes))
    return rows.group_by("session").agg(pl.col("scorable_s").sum().alias(name))


def _codable(watched: ScoredActs, acts: tuple[Construct, ...], value: pl.Expr) -> pl.Expr:
    return value if watched.codable & set(acts) else pl.lit(None, pl.Float64())


def _seeking(watched: ScoredActs) -> pl.DataFrame:
    to_caregiver = watched.to_caregiver(*_SEEKING).filter(pl.col("episode").is_in(REUNIONS))
    to_stranger = _for_stranger(watched, _SEEKING)
    rows = _seconds_in(watched, REUNIONS, "with_caregiver_s").join(
        _seconds_in(watched, _WITH_STRANGER, "with_stranger_s"), on="session"
    )
    for name, acts in (("to_caregiver", to_caregiver), ("to_stranger", to_stranger)):
        count = acts.group_by("session").agg(pl.struct("episode", "event").n_unique().alias(name))
        rows = rows.join(count, on="session", how="left")
    rates = [60.0 * pl.col(f"to_{whom}").fill_null(0) / pl.col(f"with_{whom}_s") for whom in ("caregiver", "stranger")]
    return rows.select("session", seeking_preference=_codable(watched, _SEEKING, rates[0] - rates[1]))


def _for_stranger(watched: ScoredActs, constructs: tuple[Construct, ...]) -> pl.DataFrame:
    """Return acts for the stranger: named so, or coming near somebody while only the stranger was there."""
    rows = watched.of(*constructs).filter(pl.col("episode").is_in(_WITH_STRANGER))
    nearing = pl.col("construct").is_in([str(act) for act in _NEARING])
    alone = (pl.col("partner") == "") & pl.col("episode").is_in((4, 7)) & nearing
    return rows.filter((pl.col("partner") == STRANGER) | alone)


def _share(watched: ScoredActs, acts: pl.DataFrame, episodes: tuple[int, ...], name: str) -> pl.DataFrame:
    inside = session_spans.union(acts.filter(pl.col("episode").is_in(episodes)))
    seconds = inside.group_by("session").agg(on_s=(pl.col("offset_s") - pl.col("onset_s")).sum())
    rows = _seconds_in(watched, episodes, "all_s").join(seconds, on="session", how="left")
    return rows.select("session", (pl.col("on_s").fill_null(0.0) / pl.col("all_s")).alias(name))


def _distress(watched: ScoredActs) -> pl.DataFrame:
    crying = watched.of(Construct.CUE_DISTRESS)
    apart, before = _share(watched, crying, (4, 7), "apart"), _share(watched, crying, _BEFORE, "before")
    difference = _codable(watched, (Construct.CUE_DISTRESS,), pl.col("apart") - pl.col("before"))
    return apart.join(before, on="session").select("session", separation_distress=difference)


def _change(watched: ScoredActs) -> pl.DataFrame:
    negative = watched.to_caregiver(*_NEGATIVE)
    after, before = _share(watched, negative, REUNIONS, "after"), _share(watched, negative, _BEFORE, "before")
    difference = _codable(watched, _NEGATIVE, pl.col("after") - pl.col("before"))
    return after.join(before, on="session").select("session", reunion_change=difference)


def _greeting(watched: ScoredActs) -> pl.DataFrame:
    early = pl.col("onset_s") - pl.col("began_s") < GREETING_S
    returns = watched.to_caregiver(*_GREETING).filter(early & pl.col("episode").is_in(REUNIONS))
    entrances = watched.of(*_GREETING).filter(early & pl.col("episode").is_in((3, 7)) & _greets_stranger())
    rows = watched.episodes.filter(pl.col("episode").is_in((3, 5, 7, 8))).group_by("session").agg(entered=pl.len())
    for name, acts in (("returns", returns), ("entrances", entrances)):
        greeted = acts.group_by("session").agg(pl.col("episode").n_unique().cast(pl.Float64()).alias(name))
        rows = rows.join(greeted, on="session", how="left")
    difference = pl.col("returns").fill_null(0.0) - pl.col("entrances").fill_null(0.0)
    return rows.filter(pl.col("entered") == 4).select(
        "session", greeting_preference=_codable(watched, _GREETING, difference)
    )


def _greets_stranger() -> pl.Expr:
    """Return whether an act at an entrance is for the stranger: named so, or neither named nor a call in episode 7."""
    call = pl.col("construct") == str(Construct.CUE_BID)
    return (pl.col("partner") == STRANGER) | ((pl.col("partner") == "") & (pl.col("episode") == 7) & ~call)
