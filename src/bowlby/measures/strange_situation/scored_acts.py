"""The acts that are scored, cut to the episodes and to the time in which they could be coded."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bowlby.measures import session_spans
from bowlby.measures.strange_situation.procedure import REUNIONS, EpisodeCriteria, episodes_of_procedure
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role

STRANGER = "stranger"
"""The label by which a record names the stranger as actor or partner, in any case of letters."""

SCORED = (
    Construct.APPROACH,
    Construct.CUE_BID,
    Construct.CONTACT_MAINTAIN,
    Construct.AVOID,
    Construct.RESIST,
    Construct.DISORGANIZED,
    Construct.CUE_DISTRESS,
    Construct.CUE_POSITIVE,
    Construct.EXPLORE,
)
"""What is scored of the child; of the caregiver, `hold`."""

CONTACT_BRIDGE_S = 1.0
"""Gaps in contact up to this length, seconds, are a change of grip, not an end of contact."""


@dataclass(frozen=True)
class ScoredActs:
    """What a coder of the procedure looks at.

    Args:
        sessions: one column, `session`, every session of the record.
        episodes: the episodes that took place: `session`, `episode`, `onset_s`, `offset_s`.
        pieces: the scorable time of the episodes, in the same columns, several rows where a mask cuts one; and
            `began_s`, the episode's onset.
        acts: acts cut to the pieces: `session`, `episode`, `began_s`, `construct`, `event`, `onset_s`, `offset_s`,
            `partner` ("caregiver", "stranger" or "" where not said), `modifiers`; a state that went on before or after
            an episode is cut to it, a point lasts 1 s.
        codable: the scored constructs that the coding scheme could have caught.
    """

    sessions: pl.DataFrame
    episodes: pl.DataFrame
    pieces: pl.DataFrame
    acts: pl.DataFrame
    codable: frozenset[Construct]

    def of(self, *constructs: Construct) -> pl.DataFrame:
        """Return the acts of some constructs, whoever they were for."""
        return self.acts.filter(pl.col("construct").is_in([str(construct) for construct in constructs]))

    def to_caregiver(self, *constructs: Construct) -> pl.DataFrame:
        """Return the acts of some constructs that were not for the stranger."""
        return self.of(*constructs).filter(pl.col("partner") != STRANGER)

    def seconds(self) -> pl.DataFrame:
        """Return the scorable seconds of each episode: `session`, `episode`, `scorable_s`."""
        length = (pl.col("offset_s") - pl.col("onset_s")).sum()
        return self.pieces.group_by("session", "episode", maintain_order=True).agg(scorable_s=length)


def watch(coded: CodedRecord, procedure: EpisodeCriteria | None = None) -> ScoredActs:
    """Return the scored acts of every session, cut to episodes and scorable time.

    Time counts as scorable where every scored construct that was codable at all could be coded: the scales are
    compared with each other, and so must rest on the same time.

    Args:
        coded: a record in the closed vocabulary.
        procedure: when a stretch counts as an episode; None for the defaults.

    Returns:
        What is scored.
    """
    scored = [(Role.CHILD, construct) for construct in SCORED] + [(Role.CAREGIVER, Construct.HOLD)]
    looked_for = [pair for pair in scored if pair in coded.codable]
    episodes = episodes_of_procedure(coded, procedure)
    codable = session_spans.codable_spans(coded, looked_for)
    pieces = session_spans.clip(codable, episodes.with_columns(began_s=pl.col("onset_s")))
    acts = session_spans.timed(_acts(coded))
    return ScoredActs(
        sessions=session_spans.sessions_of(coded).select("session"),
        episodes=episodes,
        pieces=pieces.sort("session", "onset_s"),
        acts=session_spans.clip(acts, pieces),
        codable=frozenset(construct for _, construct in looked_for),
    )


def contact(watched: ScoredActs) -> pl.DataFrame:
    """Return the bouts of bodily contact with the caregiver in the reunions: held, or holding on.

    Args:
        watched: what is scored.

    Returns:
        Columns `session`, `episode`, `onset_s`, `offset_s`, `began_s`; one row a bout.
    """
    rows = watched.to_caregiver(Construct.HOLD, Construct.CONTACT_MAINTAIN)
    reunions = rows.filter(pl.col("episode").is_in(REUNIONS))
    return session_spans.union(reunions, ("session", "episode", "began_s"), CONTACT_BRIDGE_S)


def _acts(coded: CodedRecord) -> pl.DataFrame:
    child = (pl.col("role") == str(Role.CHILD)) & pl.col("construct").is_in([str(construct) for construct in SCORED])
    held = (pl.col("role") == str(Role.CAREGIVER)) & (pl.col("construct") == str(Construct.HOLD))
    by_stranger = held & (pl.col("actor").str.to_lowercase() == STRANGER)
    rows = coded.acts.filter((child | held) & ~by_stranger)
    named = _partners(coded, rows["event"]).fill_null("").str.to_lowercase()
    columns = ("session", "event", "construct", "onset_s", "offset_s", "modifiers")
    partner = pl.when(pl.col("partner").is_in(["", STRANGER])).then("partner").otherwise(pl.lit("caregiver"))
    return rows.select(*columns).with_columns(partner=named).with_columns(partner=partner)


def _partners(coded: CodedRecord, event: pl.Series) -> pl.Series:
    """Return the partner that the record's own event table names for each act; null where it has no such event."""
    partners = coded.record.events["partner"]
    inside = event.is_not_null() & (event < len(partners))
    if not inside.any():
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(event))
    return partners.gather(event.to_frame().select(pl.when(inside).then(pl.first())).to_series())
