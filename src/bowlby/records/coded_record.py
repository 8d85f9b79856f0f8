"""A record in the closed vocabulary: what happened, what could have been seen, and what nobody mapped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.records import intervals
from bowlby.records.constructs import VOCABULARY, Construct, Role
from bowlby.records.intervals import Spans
from bowlby.records.quality import ProblemKind
from bowlby.records.record import Record

ACT_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "event": pl.UInt32(),
    "role": pl.String(),
    "actor": pl.String(),
    "construct": pl.String(),
    "channel": pl.String(),
    "code": pl.String(),
    "onset_s": pl.Float64(),
    "offset_s": pl.Float64(),
    "value": pl.Float64(),
    "modifiers": pl.String(),
    "partner": pl.String(),
    "person": pl.String(),
}
"""One row an event and construct. `event` is the row index in the record's event table; `value` is affect valence;
`person` and `partner` say who acts and to whom, as `people.with_people` reads the labels; "" or null: not said."""

MASK_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "role": pl.String(),
    "construct": pl.String(),
    "onset_s": pl.Float64(),
    "offset_s": pl.Float64(),
    "person": pl.String(),
}
"""Time in which acts could not be coded. A null `role` or `construct` means all of them; a `person` is whose acts."""


LOST_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "role": pl.String(),
    "construct": pl.String(),
    "person": pl.String(),
    "kind": pl.String(),
    "count": pl.UInt32(),
}
"""Acts that could not be placed, by kind of problem. A null `role` and `construct` means any of them, a null `count`
that nobody can count them."""


@dataclass(frozen=True)
class UnmappedCode:
    """A code that no entry of the codebook speaks of.

    Args:
        actor: actor label in the file.
        channel: channel in the file.
        code: the code.
        count: number of events, >= 1.
    """

    actor: str
    channel: str
    code: str
    count: int

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {"actor": self.actor, "channel": self.channel, "code": self.code, "count": self.count}


@dataclass(frozen=True)
class CodedRecord:
    """A record translated by a codebook.

    Args:
        record: the record as read.
        acts: columns of `ACT_SCHEMA`, sorted by session and onset.
        masks: columns of `MASK_SCHEMA`.
        codable: the (role, construct) pairs that the coding scheme could have caught.
        unmapped: codes nobody mapped, most frequent first.
        codebook: name of the codebook.
        settings: the codebook's own choices for measures, such as its episode rule; plain values.
        lost: columns of `LOST_SCHEMA`.
    """

    record: Record
    acts: pl.DataFrame
    masks: pl.DataFrame
    codable: frozenset[tuple[Role, Construct]]
    unmapped: tuple[UnmappedCode, ...]
    codebook: str
    settings: Mapping[str, object]
    lost: pl.DataFrame = field(default_factory=pl.DataFrame(schema=LOST_SCHEMA).clone)

    @property
    def sessions(self) -> tuple[str, ...]:
        """Return the session ids in order of appearance."""
        return self.record.sessions

    def is_codable(self, role: Role, *constructs: Construct) -> bool:
        """Return whether the coding scheme could have caught any of these constructs of this role."""
        return any((role, construct) in self.codable for construct in constructs)

    def codable_by_construct(self) -> dict[str, bool]:
        """Return the JSON object of the command contract: each construct and whether it was codable."""
        return {str(c): any((role, c) in self.codable for role in Role) for c in Construct if c != Construct.UNCODABLE}

    def of(self, session: str, role: Role, constructs: Iterable[Construct]) -> pl.DataFrame:
        """Return one role's acts of some constructs in one session, one row an event, by onset.

        An event mapped to several of the constructs appears once.

        Args:
            session: a session id.
            role: whose acts.
            constructs: which constructs.

        Returns:
            Columns of `ACT_SCHEMA`.
        """
        keys = {(session, str(role), str(construct)) for construct in constructs}
        own = [self._rows[key] for key in keys if key in self._rows]
        rows = np.sort(np.concatenate([np.empty(0, np.int64), *own]))
        _, first = np.unique(self._events[rows], return_index=True)
        return self.acts[rows[np.sort(first)]]

    @cached_property
    def _rows(self) -> Mapping[tuple[str, str, str], npt.NDArray[np.int64]]:
        """Return which rows of `acts` each session, role and construct has, rising: it is asked for again and again."""
        keys = ("session", "role", "construct")
        groups = self.acts.select(keys).with_row_index("at").group_by(keys).agg("at").iter_rows()
        return {(session, role, construct): np.array(at, np.int64) for session, role, construct, at in groups}

    @cached_property
    def _events(self) -> npt.NDArray[np.uint32]:
        return self.acts["event"].to_numpy()

    def onsets(self, session: str, role: Role, *constructs: Construct) -> npt.NDArray[np.float64]:
        """Return the sorted onsets, seconds, of one role's acts of some constructs in one session."""
        return self.of(session, role, constructs)["onset_s"].to_numpy()

    def observed(self, session: str) -> Spans:
        """Return the gross observed time of one session as sorted disjoint spans, seconds."""
        return self.record.observed(session)

    def codable_time(self, session: str, role: Role, *constructs: Construct) -> Spans:
        """Return the time in which all of these constructs of one role could be coded.

        Args:
            session: a session id.
            role: whose acts.
            constructs: which constructs; those that were not codable at all leave no time.

        Returns:
            Observed minus uncodable time, sorted disjoint spans, seconds.
        """
        if not all((role, construct) in self.codable for construct in constructs):
            return intervals.EMPTY
        if self.masks.is_empty():
            return self.observed(session)
        wanted = [str(construct) for construct in constructs]
        rows = self.masks.filter(
            (pl.col("session") == session)
            & (pl.col("role").is_null() | (pl.col("role") == str(role)))
            & (pl.col("construct").is_null() | pl.col("construct").is_in(wanted))
        )
        hidden = intervals.union(rows.select("onset_s", "offset_s").to_numpy())
        return intervals.subtract(self.observed(session), hidden)

    def codable_s(self, session: str) -> dict[str, float]:
        """Return codable seconds of one session for each codable "role:construct"."""
        return {
            f"{role}:{construct}": intervals.duration(self.codable_time(session, role, construct))
            for role, construct in VOCABULARY
            if (role, construct) in self.codable and construct != Construct.UNCODABLE
        }


def within_windows(acts: pl.DataFrame, record: Record) -> pl.DataFrame:
    """Return the acts of which something lies in observed time; the others stay in the record's events alone.

    Args:
        acts: columns of `ACT_SCHEMA`.
        record: the record they are of, whose quality report says whether any event lies outside.

    Returns:
        The same rows, less those that nobody observed.
    """
    if not any(found.kind is ProblemKind.OUTSIDE_OBSERVED for found in record.quality):
        return acts
    parts = [
        own.filter(pl.Series(_met(own, record.observed(str(session)))))
        for (session,), own in acts.partition_by("session", as_dict=True, maintain_order=True).items()
    ]
    return pl.concat([acts.clear(), *parts])


def _met(acts: pl.DataFrame, observed: Spans) -> npt.NDArray[np.bool_]:
    onset = acts["onset_s"].to_numpy()
    offset = acts["offset_s"].fill_null(acts["onset_s"]).to_numpy()
    begun = np.searchsorted(observed[:, 0], offset, side="left")
    over = np.searchsorted(observed[:, 1], onset, side="right")
    within = intervals.covers(observed, onset) | np.isin(onset, observed[:, 1])
    return within | (begun > over)
