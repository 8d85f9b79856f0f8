"""The codebook: a lab's own codes in the closed vocabulary, and what was codable at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from bowlby.records.coded import ACT_SCHEMA, MASK_SCHEMA, CodedRecord, UnmappedCode
from bowlby.records.constructs import Construct, Role
from bowlby.records.layout import TableLayout
from bowlby.records.quality import EXAMPLES_KEPT, Problem, ProblemKind
from bowlby.records.record import Record, WindowKind


@dataclass(frozen=True)
class Entry:
    """One mapping: events that match `codes` (and `actor`, `channel` where given) mean these constructs.

    Args:
        codes: codes as they stand in the file.
        means: what they mean; one event may mean several things.
        role: whose act it is.
        actor: only events of this actor label, or None for any.
        channel: only events of this channel, or None for any.
        value: affect valence, or None.
        blocks: for `uncodable`: the (role, construct) pairs it hides; empty for everything.
    """

    codes: tuple[str, ...]
    means: tuple[Construct, ...]
    role: Role
    actor: str | None = None
    channel: str | None = None
    value: float | None = None
    blocks: tuple[tuple[Role, Construct], ...] = ()


@dataclass(frozen=True)
class Codebook:
    """A lab's codes, their meaning, and what its scheme could have caught.

    Args:
        name: shown with every result.
        codable: (role, construct) pairs the coders looked for; what is not here is "not assessable", never zero.
        entries: the mappings.
        ignored: (actor or None, channel or None, code) left out on purpose.
        layout: how to read plain tables, or None.
        settings: choices for measures (the `[episodes]` table), plain values.
        description: free text.
        roles: actor labels whose role the codebook states.
    """

    name: str
    codable: frozenset[tuple[Role, Construct]]
    entries: tuple[Entry, ...]
    ignored: tuple[tuple[str | None, str | None, str], ...] = ()
    layout: TableLayout | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    description: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)

    def apply(self, record: Record) -> CodedRecord:
        """Return the record in the closed vocabulary; unmapped codes are listed and reported, never dropped.

        Args:
            record: any record.

        Returns:
            The coded record, its quality report extended by unmapped codes.

        Raises:
            Nothing.
        """
        events = record.events.with_row_index("event")
        entries = self._entry_table()
        acts = _match(events, entries)
        heard = pl.concat([acts["event"], _match_ignored(events, self.ignored)]).unique()
        unmapped = _unmapped(events.filter(~pl.col("event").is_in(heard.implode())))
        record = record.with_quality(*_unmapped_problem(unmapped))
        uncodable = acts.filter(pl.col("construct") == Construct.UNCODABLE)
        masks = pl.concat([self._masks_of_acts(uncodable), self._masks_of_windows(record)])
        acts = acts.filter(pl.col("construct") != Construct.UNCODABLE).select(ACT_SCHEMA.keys())
        return CodedRecord(record, acts, masks, self.codable, unmapped, self.name, self.settings)

    def _entry_table(self) -> pl.DataFrame:
        rows = [
            (index, code, entry.actor, entry.channel, str(entry.role), str(construct), entry.value)
            for index, entry in enumerate(self.entries)
            for code in entry.codes
            for construct in entry.means
        ]
        schema = {
            "entry": pl.UInt32(),
            "code": pl.String(),
            "only_actor": pl.String(),
            "only_channel": pl.String(),
            "role": pl.String(),
            "construct": pl.String(),
            "value": pl.Float64(),
        }
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _masks_of_acts(self, uncodable: pl.DataFrame) -> pl.DataFrame:
        rows: list[tuple[object, ...]] = []
        for act in uncodable.filter(pl.col("offset_s").is_not_null()).iter_rows(named=True):
            for role, construct in self.entries[act["entry"]].blocks or ((None, None),):
                rows.append((act["session"], role, construct, act["onset_s"], act["offset_s"]))
        return pl.DataFrame(rows, schema=MASK_SCHEMA, orient="row")

    def _masks_of_windows(self, record: Record) -> pl.DataFrame:
        rows: list[tuple[object, ...]] = []
        for window in record.windows.filter(pl.col("kind") == WindowKind.UNCODABLE).iter_rows(named=True):
            for role, construct in self._hidden_by(window["actor"], window["channel"]):
                rows.append((window["session"], role, construct, window["onset_s"], window["offset_s"]))
        return pl.DataFrame(rows, schema=MASK_SCHEMA, orient="row")

    def _hidden_by(self, actor: str | None, channel: str | None) -> Iterable[tuple[Role | None, Construct | None]]:
        if actor is None and channel is None:
            return ((None, None),)
        return {
            (entry.role, construct)
            for entry in self.entries
            for construct in entry.means
            if (actor is None or (entry.actor in (None, actor) and self.roles.get(actor, entry.role) == entry.role))
            and (channel is None or entry.channel in (None, channel))
        }


def _match(events: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    joined = events.join(entries, on="code", how="inner").filter(
        (pl.col("only_actor").is_null() | (pl.col("only_actor") == pl.col("actor")))
        & (pl.col("only_channel").is_null() | (pl.col("only_channel") == pl.col("channel")))
    )
    return joined.select(*ACT_SCHEMA, "entry").sort("session", "onset_s", "event", "entry", maintain_order=True)


def _match_ignored(events: pl.DataFrame, ignored: Sequence[tuple[str | None, str | None, str]]) -> pl.Series:
    hit = pl.lit(False)
    for actor, channel, code in ignored:
        this = pl.col("code") == code
        if actor is not None:
            this &= pl.col("actor") == actor
        if channel is not None:
            this &= pl.col("channel") == channel
        hit |= this
    return events.filter(hit)["event"]


def _unmapped(events: pl.DataFrame) -> tuple[UnmappedCode, ...]:
    counts = (
        events.group_by("actor", "channel", "code")
        .len("count")
        .sort(["count", "actor", "channel", "code"], descending=[True, False, False, False])
    )
    return tuple(UnmappedCode(**row) for row in counts.iter_rows(named=True))


def _unmapped_problem(unmapped: Sequence[UnmappedCode]) -> tuple[Problem, ...]:
    if not unmapped:
        return ()
    lines = tuple(_unmapped_line(code) for code in unmapped[:EXAMPLES_KEPT])
    return (Problem(ProblemKind.UNMAPPED_CODE, sum(code.count for code in unmapped), lines),)


def _unmapped_line(code: UnmappedCode) -> str:
    where = " ".join(part for part in (code.actor, code.channel) if part)
    return f"{code.code!r}{f' ({where})' if where else ''}: {code.count} events"
