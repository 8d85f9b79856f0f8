"""Which events an entry of a codebook speaks of: by code, actor, channel and modifiers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import polars as pl

from bowlby.errors import CodebookError, suggestion
from bowlby.records.modifiers import ANY_MODIFIER, ModifierNames, ModifierTest
from bowlby.records.pattern import Pattern, pattern

HIT_SCHEMA: dict[str, pl.DataType] = {
    "event": pl.UInt32(),
    "entry": pl.UInt32(),
    "rank": pl.UInt8(),
    "actor": pl.String(),
}
"""One row an event and an entry that speaks of it; `actor` is whose act the entry takes it for."""


class CodeRank(IntEnum):
    """How closely a code is named; the closest decides."""

    ANYTHING = 0
    PATTERN = 1
    LITERAL = 2


@dataclass(frozen=True)
class Selection:
    """The events of which one entry speaks.

    Args:
        codes: patterns of codes, of which one must match; as text.
        actor: pattern of the actor's label, or None for any.
        channel: pattern of the channel, or None for any.
        modifiers: tests that must all hold.
        actor_from: name of the modifier that says who acts, or None for the event's own actor.
        actors: with `actor_from` and no `actor`: patterns of the labels that may act.
    """

    codes: tuple[str, ...]
    actor: str | None = None
    channel: str | None = None
    modifiers: tuple[ModifierTest, ...] = ()
    actor_from: str | None = None
    actors: tuple[str, ...] = ()

    @property
    def conditions(self) -> int:
        """How many things beside the code must be so."""
        return (
            (self.actor is not None or self.actor_from is not None) + (self.channel is not None) + len(self.modifiers)
        )

    @property
    def is_conditional(self) -> bool:
        """Whether modifiers have to be looked at."""
        return bool(self.modifiers) or self.actor_from is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the modifiers to be looked at."""
        tested = [test.name for test in self.modifiers if test.name != ANY_MODIFIER]
        return (*tested, *([self.actor_from] if self.actor_from is not None else []))

    @property
    def who(self) -> tuple[Pattern, ...]:
        """Patterns of the actor, where it is read from a modifier; empty for any."""
        return tuple(map(pattern, self.actors if self.actor is None else (self.actor,)))

    @property
    def rank_of_anything(self) -> CodeRank:
        """How closely a lone star names a code: one that tests modifiers is about these, whatever the code means."""
        return CodeRank.LITERAL if self.modifiers else CodeRank.ANYTHING

    def concerns(self, actor: str) -> bool:
        """Return whether acts of this actor can be meant."""
        if self.actor_from is not None:
            return any(one.matches(actor) for one in self.who) or not self.who
        return self.actor is None or pattern(self.actor).matches(actor)


def selection_matches(
    events: pl.DataFrame, selections: Sequence[Selection], names: ModifierNames, others: Sequence[str] = ()
) -> pl.DataFrame:
    """Return which selections mean which events.

    Args:
        events: columns of the event table and `event`, the number of each row.
        selections: numbered from 0.
        names: of the record's modifiers.
        others: patterns of labels that `actor_from` may find although no selection is after them.

    Returns:
        Columns of `HIT_SCHEMA`, unsorted; acts of `others` among them.

    Raises:
        CodebookError: a modifier is asked for that the events meant cannot have.
    """
    found = pl.concat([_by_code(events, selections), *_by_place(events, selections)])
    conditional = [number for number, one in enumerate(selections) if one.is_conditional]
    if not conditional:
        return found.select(HIT_SCHEMA.keys())
    tested = pl.col("entry").is_in(conditional)
    kept = _conditional(found.filter(tested), selections, names, others)
    return pl.concat([found.filter(~tested).select(HIT_SCHEMA.keys()), *kept])


def unmatched(events: pl.DataFrame, selections: Sequence[Selection]) -> list[tuple[int, str]]:
    """Return the patterns with a wildcard that match no code of a record.

    Args:
        events: of the record.
        selections: numbered from 0.

    Returns:
        (Number of the selection, pattern).
    """
    wild = [(number, text) for number, one in enumerate(selections) for text in one.codes if _is_wild(text)]
    if not wild:
        return []
    codes = events["code"].unique()
    return [(number, text) for number, text in wild if pattern(text).among(codes).is_empty()]


def _is_wild(text: str) -> bool:
    return pattern(text).literal is None and not pattern(text).is_anything


def _by_code(events: pl.DataFrame, selections: Sequence[Selection]) -> pl.DataFrame:
    """Events by codes written out and by patterns."""
    table = pl.concat([_literal(events, selections), *_patterned(events, selections)])
    joined = events.join(table, on="code", how="inner", maintain_order="left")
    return joined.filter(
        (pl.col("only_actor").is_null() | (pl.col("only_actor") == pl.col("actor")))
        & (pl.col("only_channel").is_null() | (pl.col("only_channel") == pl.col("channel")))
    ).select(_HIT_COLUMNS)


_TABLE: dict[str, pl.DataType] = {
    "code": pl.String(),
    "entry": pl.UInt32(),
    "rank": pl.UInt8(),
    "only_actor": pl.String(),
    "only_channel": pl.String(),
}
_HIT_COLUMNS = (*HIT_SCHEMA, "code", "channel", "modifiers")


def _literal(events: pl.DataFrame, selections: Sequence[Selection]) -> pl.DataFrame:
    rows = [
        (code, number, int(CodeRank.LITERAL), actor, channel)
        for number, one in enumerate(selections)
        for code in dict.fromkeys(pattern(text).literal for text in one.codes)
        if code is not None
        for actor in _labels(events, "actor", None if one.actor_from else one.actor)
        for channel in _labels(events, "channel", one.channel)
    ]
    return pl.DataFrame(rows, schema=_TABLE, orient="row")


def _patterned(events: pl.DataFrame, selections: Sequence[Selection]) -> Iterable[pl.DataFrame]:
    wild = {number: [text for text in one.codes if _is_wild(text)] for number, one in enumerate(selections)}
    codes = events["code"].unique() if any(wild.values()) else events["code"].clear()
    for number, texts in wild.items():
        if texts:
            one = selections[number]
            hit = pl.any_horizontal(pattern(text).within(pl.col("code")) for text in texts)
            places = [
                (number, int(CodeRank.PATTERN), actor, channel)
                for actor in _labels(events, "actor", None if one.actor_from else one.actor)
                for channel in _labels(events, "channel", one.channel)
            ]
            rest = {name: kind for name, kind in _TABLE.items() if name != "code"}
            places = pl.DataFrame(places, schema=rest, orient="row")
            yield codes.to_frame("code").filter(hit).join(places, how="cross")


def _labels(events: pl.DataFrame, column: str, text: str | None) -> Sequence[str | None]:
    """The labels that a condition names, as many as there are; [None] for any."""
    if text is None:
        return [None]
    one = pattern(text)
    return [one.literal] if one.literal is not None else one.among(events[column].unique()).to_list()


def _by_place(events: pl.DataFrame, selections: Sequence[Selection]) -> list[pl.DataFrame]:
    """Events of whatever code, on a channel or of an actor."""
    found: list[pl.DataFrame] = []
    for number, one in enumerate(selections):
        if any(pattern(text).is_anything for text in one.codes):
            hit = pl.lit(True)
            for column, text in (("actor", None if one.actor_from else one.actor), ("channel", one.channel)):
                if text is not None:
                    hit &= pattern(text).within(pl.col(column))
            here = events.filter(hit).with_columns(
                entry=pl.lit(number, pl.UInt32()), rank=pl.lit(int(one.rank_of_anything), pl.UInt8())
            )
            found.append(here.select(_HIT_COLUMNS))
    return found


def _conditional(
    found: pl.DataFrame, selections: Sequence[Selection], names: ModifierNames, others: Sequence[str]
) -> Iterable[pl.DataFrame]:
    wanted = {name for number in found["entry"].unique() for name in selections[number].names}
    columns = {name: f"modifier {name}" for name in sorted(wanted)}
    found = found.with_columns(names.values(name).alias(column) for name, column in columns.items())
    values = {name: pl.col(column) for name, column in columns.items()}
    for (number,), rows in found.partition_by("entry", as_dict=True).items():
        one = selections[int(number)]
        _refuse_unknown(one, rows, names)
        hit = [test.holds(values) for test in one.modifiers]
        if one.actor_from is not None:
            rows = rows.with_columns(actor=values[one.actor_from].list.first())
            hit.append(_any_of((*one.who, *map(pattern, others))) if one.who else pl.col("actor") != "")
        yield rows.filter(pl.all_horizontal(hit)).select(HIT_SCHEMA.keys())


def _any_of(patterns: Iterable[Pattern]) -> pl.Expr:
    return pl.any_horizontal(one.within(pl.col("actor")) for one in patterns)


def _refuse_unknown(one: Selection, rows: pl.DataFrame, names: ModifierNames) -> None:
    for name in one.names:
        if names.is_known(name, rows) is False:
            raise CodebookError(
                f"the events that the codebook means by {one.codes[0]!r} have no modifier of this name",
                file=names.file,
                column="modifiers" if name != one.actor_from else "actor_from",
                value=name,
                remedy=_names_there(name, names),
            )
        _refuse_twice(one, name, names)


def _names_there(name: str, names: ModifierNames) -> str:
    if not names.known:
        return "This file gives no names: name a modifier by its place, counted from 1."
    near = "Other codes have it. " if name in names.known else suggestion(name, names.known)
    return f"{near}This file's modifiers: {', '.join(filter(None, names.known))}."


def _refuse_twice(one: Selection, name: str, names: ModifierNames) -> None:
    """A place and the name of that place in one entry are two tests of one value."""
    for scope in names.scopes:
        place = str(scope.names.index(name) + 1) if name in scope.names else ""
        if place in one.names and not scope.inline:
            raise CodebookError(
                f"the modifier {name!r} stands at place {place}, which the same entry tests too",
                file=names.file,
                column="modifiers",
                value=f"{name}, {place}",
                remedy="Keep one of the two.",
            )
