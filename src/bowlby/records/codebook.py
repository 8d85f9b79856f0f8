"""The codebook: a lab's own codes in the closed vocabulary, and what was codable at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import cast

import polars as pl

from bowlby.errors import CodebookError
from bowlby.records.coded_record import ACT_SCHEMA, LOST_SCHEMA, MASK_SCHEMA, CodedRecord, UnmappedCode, within_windows
from bowlby.records.constructs import Construct, Role
from bowlby.records.layout import Timing
from bowlby.records.modifiers import ModifierNames, ModifierTest
from bowlby.records.observed_time import ObservedTime
from bowlby.records.pairs import lost_persons, people_problems
from bowlby.records.pattern import pattern
from bowlby.records.person_labels import PersonLabels, is_nobody, with_persons
from bowlby.records.quality import EXAMPLES_KEPT, Problem, ProblemKind, problem
from bowlby.records.record import EVENT_SCHEMA, Record, WindowKind
from bowlby.records.selection import Selection, selection_matches, unmatched
from bowlby.records.unconfirmed_windows import unconfirmed_problem

_MOST_CONDITIONS = 1000
"""More than an entry can have: how closely the code is named comes first."""


class EventFate(StrEnum):
    """What a codebook makes of an event."""

    MAPPED = "mapped"
    IGNORED = "ignored"
    OTHERS = "others"
    """The act of somebody who is neither the child nor the caregiver."""
    OBSERVED = "observed"
    """It says when observation was, and is nobody's act."""
    UNMAPPED = "unmapped"


@dataclass(frozen=True)
class CodebookEntry:
    """One mapping: events that match all that is given mean these constructs.

    Args:
        codes: codes as they stand in the file, or patterns (see `Pattern`).
        means: what they mean; one event may mean several things.
        role: whose act it is.
        actor: only events of actors that match, or None for any.
        channel: only events of channels that match, or None for any.
        value: affect valence, or None.
        blocks: for `uncodable`: the (role, construct) pairs it hides; empty for everything.
        modifiers: tests of the event's modifiers, which must all hold.
        actor_from: name of the modifier that says who acts, or None for the event's own actor.
        person: whose act it is, where the file does not say; None to take that from the file.
    """

    codes: tuple[str, ...]
    means: tuple[Construct, ...]
    role: Role
    actor: str | None = None
    channel: str | None = None
    value: float | None = None
    blocks: tuple[tuple[Role, Construct], ...] = ()
    modifiers: tuple[ModifierTest, ...] = ()
    actor_from: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class Codebook:
    """A lab's codes, their meaning, and what its scheme could have caught.

    Args:
        name: shown with every result.
        codable: (role, construct) pairs the coders looked for; what is not here is "not assessable", never zero.
        entries: the mappings.
        ignored: events left out on purpose.
        layout: how to read plain tables, or None.
        settings: choices for measures (the `[episodes]` and `[turns]` tables), plain values.
        description: free text.
        roles: actor labels whose role the codebook states.
        others: patterns of the labels of people who are neither the child nor the caregiver.
        same: labels of one person to the first of them.
        observed: when sessions were observed, where the codebook states it; its events are context.
    """

    name: str
    codable: frozenset[tuple[Role, Construct]]
    entries: tuple[CodebookEntry, ...]
    ignored: tuple[Selection, ...] = ()
    layout: Timing | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    description: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    same: Mapping[str, str] = field(default_factory=dict)
    observed: ObservedTime | None = None

    def apply(self, record: Record) -> CodedRecord:
        """Return the record in the closed vocabulary; unmapped codes are listed and reported, never dropped.

        Args:
            record: any record.

        Returns:
            The coded record, its quality report extended by unmapped codes and by patterns without a match.

        Raises:
            CodebookError: the codebook asks for a modifier or a code that the file cannot have, or gives one event
                two valences.
        """
        events = record.events.with_row_index("event")
        mapped, fates = self._judged(events, record)
        unmapped = _unmapped(events.filter(~pl.col("event").is_in(fates["event"].implode())))
        record = record.with_quality(*_unmapped_problem(unmapped), *self._idle_patterns(record))
        acts = self._acts(ModifierNames.of(record).named(events), mapped)
        acts = with_persons(acts, record, PersonLabels(self.roles, self.same, self.others))
        lost = pl.concat([self._lost(record), lost_persons(acts)])
        record = record.with_quality(*people_problems(record.events, acts))
        uncodable = acts.filter(pl.col("construct") == Construct.UNCODABLE)
        masks = pl.concat([self._masks_of_acts(uncodable), self._masks_of_windows(record)])
        acts = _once(acts.filter(pl.col("construct") != Construct.UNCODABLE)).select(ACT_SCHEMA.keys())
        acts = within_windows(acts, record)
        coded = CodedRecord(record, acts, masks, self.codable, unmapped, self.name, self.settings, lost)
        return replace(coded, record=record.with_quality(*unconfirmed_problem(coded)))

    def _lost(self, record: Record) -> pl.DataFrame:
        """Return what the losses that the reader reported mean: their codes are known, their modifiers are not.

        A mapping that asks for modifiers may have meant them, and counts as if it had.
        """
        losses = [(found.kind, loss) for found in record.quality for loss in found.losses]
        named = [(kind, loss) for kind, loss in losses if loss.code is not None]
        rows = [(loss.session or "", loss.actor, "", loss.channel, loss.code, 0.0, None, "", 1) for _, loss in named]
        events = pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row").with_row_index("event")
        entries = tuple(replace(entry, modifiers=(), actor_from=None) for entry in self.entries)
        mapped, _ = replace(self, entries=entries)._judged(events, record)
        acts = self._acts(ModifierNames.of(record).named(events), mapped)
        acts = with_persons(acts, record, PersonLabels(self.roles, self.same, self.others))
        why = pl.DataFrame(
            [(str(kind), loss.count) for kind, loss in named], {"kind": pl.String(), "count": pl.UInt32()}, orient="row"
        ).with_row_index("event")
        any_code = [
            (session, None, None, "", str(kind), loss.count)
            for kind, loss in losses
            if loss.code is None
            for session in ([loss.session] if loss.session is not None else record.sessions)
        ]
        unknown = pl.DataFrame(any_code, schema=LOST_SCHEMA, orient="row")
        return pl.concat([acts.join(why, on="event").select(LOST_SCHEMA.keys()), unknown])

    def fates(self, record: Record) -> pl.Series:
        """Return what becomes of each event of a record.

        Args:
            record: any record.

        Returns:
            One `EventFate` an event, as text, in the order of the event table.

        Raises:
            CodebookError: the codebook asks for a modifier that the file cannot have.
        """
        events = record.events.with_row_index("event")
        _, fates = self._judged(events, record)
        joined = events.join(fates, on="event", how="left", maintain_order="left")
        return joined["fate"].fill_null(str(EventFate.UNMAPPED))

    def selection(self, entry: CodebookEntry) -> Selection:
        """Return which events an entry speaks of; `actor_from` without an actor takes those of the entry's role."""
        own = [label for label, role in self.roles.items() if role == entry.role]
        actors = tuple(own) if entry.actor_from is not None and entry.actor is None else ()
        return Selection(entry.codes, entry.actor, entry.channel, entry.modifiers, entry.actor_from, actors)

    def _judged(self, events: pl.DataFrame, record: Record) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the hits that give events a meaning, and the fate of every event that anything speaks of."""
        selections = [*map(self.selection, self.entries), *self.ignored]
        found = selection_matches(events, selections, ModifierNames.of(record), self.others)
        found, bystanders = self._without_others(found, events)
        context = self._context(events)
        found = self._without_context(found, context)
        own = pl.col("entry") < len(self.entries)
        mapped, ignored = _closest(found.filter(own)), found.filter(~own)
        if not ignored.is_empty():
            mapped = _unless_ignored(mapped, ignored, selections)
        parts = {
            EventFate.MAPPED: mapped["event"],
            EventFate.IGNORED: ignored["event"],
            EventFate.OTHERS: bystanders,
            EventFate.OBSERVED: context,
        }
        fates = pl.concat([part.to_frame("event").with_columns(fate=pl.lit(str(fate))) for fate, part in parts.items()])
        return mapped, fates.unique("event", keep="first", maintain_order=True)

    def _context(self, events: pl.DataFrame) -> pl.Series:
        """Return the events that say when observation was, which need no other mapping."""
        if self.observed is None or not self.observed.patterns:
            return events["event"].clear()
        return events.filter(self.observed.context())["event"]

    def _without_context(self, found: pl.DataFrame, context: pl.Series) -> pl.DataFrame:
        """Return the hits without events that say when observation was, unless an entry names their very code."""
        if context.is_empty():
            return found
        wild = [i for i, entry in enumerate(self.entries) if any(pattern(code).literal is None for code in entry.codes)]
        return found.filter(~(pl.col("event").is_in(context.implode()) & pl.col("entry").is_in(wild)))

    def _without_others(self, found: pl.DataFrame, events: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """Return the hits that are not acts of others, and the events that are.

        What an entry says of the context may name one of them: a stranger who enters. Where a file names no actor, its
        tiers are named after people, and an entry that names the tier knows whose it is.
        """
        if not self.others:
            return found, found["event"].clear()
        named = [i for i, one in enumerate(self.entries) if one.role == Role.CONTEXT and one.actor is not None]
        anywhere = [i for i, one in enumerate(self.entries) if one.channel is None]
        other, on_tier = self._other("actor"), self._other("channel") & is_nobody(pl.col("actor"))
        tiers = events.filter(on_tier)["event"]
        strange = other & (pl.col("entry") < len(self.entries)) & ~pl.col("entry").is_in(named)
        strange |= pl.col("event").is_in(tiers.implode()) & pl.col("entry").is_in(anywhere)
        bystanders = pl.concat([found.filter(strange)["event"], events.filter(other)["event"], tiers])
        return found.filter(~strange), bystanders

    def _other(self, column: str) -> pl.Expr:
        return pl.any_horizontal(pattern(text).within(pl.col(column)) for text in self.others)

    def _acts(self, events: pl.DataFrame, mapped: pl.DataFrame) -> pl.DataFrame:
        rows = [
            (number, str(entry.role), str(construct), entry.value, entry.person)
            for number, entry in enumerate(self.entries)
            for construct in entry.means
        ]
        schema = {"entry": pl.UInt32(), **{key: ACT_SCHEMA[key] for key in ("role", "construct", "value", "person")}}
        meanings = pl.DataFrame(rows, schema=schema, orient="row")
        joined = mapped.join(events.drop("actor"), on="event").join(meanings, on="entry", maintain_order="left_right")
        return joined.select(*ACT_SCHEMA, "entry").sort("session", "onset_s", "event", "entry", maintain_order=True)

    def _idle_patterns(self, record: Record) -> tuple[Problem, ...]:
        """Report patterns that match no code, and refuse those that match none the file declares either."""
        idle = unmatched(record.events, [self.selection(entry) for entry in self.entries])
        declared = record.metadata.get("codes_declared")
        if isinstance(declared, list | tuple):
            codes = [str(code) for code in cast("Sequence[object]", declared)]
            idle = [(number, text) for number, text in idle if not any(map(pattern(text).matches, codes))]
            for number, text in idle:
                raise CodebookError(
                    "the pattern matches no code that the file declares",
                    file=record.provenance[0].file if record.provenance else None,
                    row=number + 1,
                    column="codes",
                    value=text,
                    remedy=f"Correct it, or take it out. The file's codes: {', '.join(codes[:20])}.",
                )
        return problem(ProblemKind.IDLE_PATTERN, [f"{text!r} ([[code]] {number + 1})" for number, text in idle])

    def _masks_of_acts(self, uncodable: pl.DataFrame) -> pl.DataFrame:
        rows: list[tuple[object, ...]] = []
        for act in uncodable.filter(pl.col("offset_s").is_not_null()).iter_rows(named=True):
            for role, construct in self.entries[act["entry"]].blocks or ((None, None),):
                rows.append((act["session"], role, construct, act["onset_s"], act["offset_s"], act["person"]))
        return pl.DataFrame(rows, schema=MASK_SCHEMA, orient="row")

    def _masks_of_windows(self, record: Record) -> pl.DataFrame:
        rows: list[tuple[object, ...]] = []
        for window in record.windows.filter(pl.col("kind") == WindowKind.UNCODABLE).iter_rows(named=True):
            for role, construct in self._hidden_by(window["actor"], window["channel"]):
                whose = self.same.get(window["actor"], window["actor"])
                rows.append((window["session"], role, construct, window["onset_s"], window["offset_s"], whose))
        return pl.DataFrame(rows, schema=MASK_SCHEMA, orient="row")

    def _hidden_by(self, actor: str | None, channel: str | None) -> Iterable[tuple[Role | None, Construct | None]]:
        if actor is None and channel is None:
            return ((None, None),)
        return {
            (entry.role, construct)
            for entry in self.entries
            for construct in entry.means
            if (actor is None or (self._may_act(entry, actor)))
            and (channel is None or entry.channel is None or pattern(entry.channel).matches(channel))
        }

    def _may_act(self, entry: CodebookEntry, actor: str) -> bool:
        return self.selection(entry).concerns(actor) and self.roles.get(actor, entry.role) == entry.role


def _closest(mapped: pl.DataFrame) -> pl.DataFrame:
    """Keep, of the entries that speak of an event, those that name its code most closely."""
    if mapped["rank"].n_unique() < 2:
        return mapped
    return mapped.filter(pl.col("rank") == pl.col("rank").max().over("event"))


def _unless_ignored(mapped: pl.DataFrame, ignored: pl.DataFrame, selections: Sequence[Selection]) -> pl.DataFrame:
    """Drop what an [[ignore]] speaks of more closely, or as closely under more conditions, than any mapping."""
    conditions = pl.Series([one.conditions for one in selections], dtype=pl.Int64)
    weighed = [
        part.with_columns(weight=pl.col("rank").cast(pl.Int64) * _MOST_CONDITIONS + conditions.gather(part["entry"]))
        .group_by("event")
        .agg(pl.col("weight").max())
        for part in (mapped, ignored)
    ]
    outweighed = (
        weighed[0].join(weighed[1], on="event", suffix="_ignored").filter(pl.col("weight_ignored") > pl.col("weight"))
    )
    return mapped.join(outweighed, on="event", how="anti", maintain_order="left")


def _once(acts: pl.DataFrame) -> pl.DataFrame:
    """Return acts that several entries give one event once; an event has one valence for each role."""
    keys = ["event", "role", "construct"]
    again = acts.select(pl.struct(keys).is_duplicated()).to_series()
    if not again.any():
        return acts
    valences = acts.filter(again).group_by(keys, maintain_order=True).agg(pl.col("value").n_unique().alias("values"))
    clash = acts.join(valences.filter(pl.col("values") > 1), on=keys, how="semi", maintain_order="left")
    if not clash.is_empty():
        act = clash.row(0, named=True)
        raise CodebookError(
            f"two mappings give one act of the {act['role']} different valences",
            column="value",
            value=f"{act['code']!r} at {act['onset_s']:g} s: {', '.join(f'{one:g}' for one in clash['value'][:2])}",
            remedy="Give the two mappings conditions of which one holds at a time.",
        )
    return acts.unique(keys, keep="first", maintain_order=True)


def _unmapped(events: pl.DataFrame) -> tuple[UnmappedCode, ...]:
    counts = (
        events.group_by("actor", "channel", "code")
        .len("count")
        .sort(["count", "actor", "channel", "code"], descending=[True, False, False, False])
    )
    return tuple(UnmappedCode(*row) for row in counts.rows())


def _unmapped_problem(unmapped: Sequence[UnmappedCode]) -> tuple[Problem, ...]:
    if not unmapped:
        return ()
    lines = tuple(_unmapped_line(code) for code in unmapped[:EXAMPLES_KEPT])
    return (Problem(ProblemKind.UNMAPPED_CODE, sum(code.count for code in unmapped), lines),)


def _unmapped_line(code: UnmappedCode) -> str:
    where = " ".join(part for part in (code.actor, code.channel) if part)
    return f"{code.code!r}{f' ({where})' if where else ''}: {code.count} events"
