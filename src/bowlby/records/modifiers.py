"""Modifiers by name: sets of BORIS, arguments of Datavyu, attributes of LENA, modifier columns of tables.

The event table keeps a file's modifiers as one text, values joined by "|". A value is named in the text itself
("look=1", as Datavyu and LENA files give it), or by its place, when the reader knows the names of the places and says
so in the record's metadata:

- `modifier_names`: a list of {"names": [...]} with "code" where the names are those of one code, and "inline": true
  where the names stand in the text and are only listed here;
- `columns`: of Datavyu files, each column with its arguments, of which the first is the code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, cast

import polars as pl

from bowlby.records.pattern import Pattern
from bowlby.records.record import Record

ANY_MODIFIER = "*"
"""The name by which a codebook means a modifier of whatever name."""
NOT_GIVEN = "None"
"""BORIS's word for a set in which nothing was chosen."""
_TEXT = pl.col("modifiers")


@dataclass(frozen=True)
class ModifierScope:
    """Names of modifiers, and the events whose modifiers bear them.

    Args:
        names: in the order of the values.
        code: only events of this code, or None for all.
        channel: only events of this channel, or None for all.
        code_name: name of the argument whose value is the code itself, or None.
        inline: whether the names stand in the text of the modifiers, so that places say nothing.
    """

    names: tuple[str, ...]
    code: str | None = None
    channel: str | None = None
    code_name: str | None = None
    inline: bool = False

    @property
    def covers(self) -> pl.Expr:
        """Which events are meant."""
        hit = pl.lit(True)
        if self.code is not None:
            hit &= pl.col("code") == self.code
        if self.channel is not None:
            hit &= pl.col("channel") == self.channel
        return hit


@dataclass(frozen=True)
class ModifierNames:
    """What a record says about the names of its modifiers.

    Args:
        scopes: in the order of the record's metadata.
        file: of the record, named in errors, or None.
    """

    scopes: tuple[ModifierScope, ...]
    file: str | None = None

    @classmethod
    def of(cls, record: Record) -> ModifierNames:
        """Return the names that a record's metadata states; what is malformed in a hand-made file is passed over."""
        file = record.provenance[0].file if record.provenance else None
        return cls((*_stated(record.metadata.get("modifier_names")), *_columns(record.metadata.get("columns"))), file)

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Every name of any scope, once."""
        names = [name for one in self.scopes for name in (*one.names, *([one.code_name] if one.code_name else []))]
        return tuple(dict.fromkeys(names))

    def values(self, name: str) -> pl.Expr:
        """Return each event's values of one modifier as a list: [""] where it has none, several where repeated.

        Args:
            name: of the modifier, or the place of a value counted from 1.
        """
        placed = [*self._placed(name), *self._codes(name)]
        if name.isdecimal() and name not in self.known:
            placed.append(_place(int(name) - 1))
        one = pl.coalesce([*placed, pl.lit("")]).str.strip_chars().replace(NOT_GIVEN, "")
        inline = rf"(?:^|\|)\s*{re.escape(name)}="
        said = _TEXT.str.extract_all(rf"{inline}[^|]*")
        bare = pl.element().str.replace(inline, "").str.strip_chars()
        return pl.when(said.list.len() > 0).then(said.list.eval(bare)).otherwise(pl.concat_list(one))

    def _placed(self, name: str) -> list[pl.Expr]:
        """The value at the place that the name has; scopes of one code that agree on the place are taken together."""
        codes: dict[int, list[str]] = {}
        found: list[pl.Expr] = []
        for one in self.scopes:
            if one.inline or name not in one.names:
                continue
            place = one.names.index(name)
            if one.code is not None and one.channel is None:
                codes.setdefault(place, []).append(one.code)
            else:
                found.append(pl.when(one.covers).then(_place(place)))
        return found + [pl.when(pl.col("code").is_in(some)).then(_place(place)) for place, some in codes.items()]

    def _codes(self, name: str) -> list[pl.Expr]:
        """The code itself, where it is the value of the argument of that name; a column's own name says nothing."""
        channels = [one.channel for one in self.scopes if one.code_name == name]
        said = pl.col("channel").is_in(channels) & (pl.col("code") != pl.col("channel"))
        return [pl.when(said).then(pl.col("code"))] if channels else []

    def is_known(self, name: str, events: pl.DataFrame) -> bool | None:
        """Return whether any of some events can have a modifier of this name; None where the record does not say.

        Args:
            name: of the modifier.
            events: with columns code, channel and modifiers.
        """
        if name == ANY_MODIFIER or name.isdecimal():
            return True
        has = [one.covers for one in self.scopes if name in (*one.names, one.code_name)]
        inline = _TEXT.str.contains(rf"(?:^|\|)\s*{re.escape(name)}=")
        if events.select(pl.any_horizontal(pl.lit(False), inline, *has).any()).item():
            return True
        covered = [one.covers for one in self.scopes]
        nameless = (_TEXT != "") & ~_TEXT.str.contains("=", literal=True)
        told = pl.any_horizontal(pl.lit(False), nameless, *covered)
        return False if events.select(told.any()).item() else None

    def named(self, events: pl.DataFrame) -> pl.DataFrame:
        """Return events with their modifiers as "name=value", where the record names their places.

        Args:
            events: with columns code, channel and modifiers.
        """
        placed = [one for one in self.scopes if not one.inline and one.names]
        if not placed or not (events["modifiers"] != "").any():
            return events
        keys = ["code", "channel", "modifiers"]
        texts = events.filter(_TEXT != "").select(keys).unique()
        new = [_with_names(placed, *row) for row in texts.iter_rows()]
        texts = texts.with_columns(pl.Series("named", new, dtype=pl.String))
        joined = events.join(texts, on=keys, how="left", maintain_order="left")
        return joined.with_columns(modifiers=pl.coalesce("named", "modifiers")).drop("named")


_SIGNS: dict[str, Callable[[pl.Expr, float], pl.Expr]] = {
    "<": pl.Expr.lt,
    "<=": pl.Expr.le,
    "==": pl.Expr.eq,
    ">=": pl.Expr.ge,
    ">": pl.Expr.gt,
}


@dataclass(frozen=True)
class NumberCondition:
    """A number that a modifier's value is compared with; a value that is no number never holds.

    Args:
        sign: one of <, <=, ==, >=, >.
        number: finite.
    """

    sign: str
    number: float

    def within(self, column: pl.Expr) -> pl.Expr:
        """Return an expression that says which texts of a column hold."""
        return _SIGNS[self.sign](column.cast(pl.Float64, strict=False), self.number).fill_null(False)


Allowed: TypeAlias = Pattern | NumberCondition


@dataclass(frozen=True)
class ModifierTest:
    """What an event's modifier must be.

    Args:
        name: of the modifier; its place, counted from 1; or "*" for any modifier.
        allowed: patterns and comparisons of which one must hold, at least one.
    """

    name: str
    allowed: tuple[Allowed, ...]

    def holds(self, values: Mapping[str, pl.Expr]) -> pl.Expr:
        """Return an expression that says for which events the test holds.

        Args:
            values: the values of each named modifier, as `ModifierNames.values` gives them.
        """
        bare = pl.element().str.replace(r"^[^=]*=", "").str.strip_chars()
        said = _TEXT.str.split("|").list.eval(bare) if self.name == ANY_MODIFIER else values[self.name]
        allowed = pl.any_horizontal(one.within(pl.element()) for one in self.allowed)
        return said.list.eval(allowed).list.any()


def _place(place: int) -> pl.Expr:
    return _TEXT.str.split("|").list.get(place, null_on_oob=True)


def _stated(listed: object) -> Iterable[ModifierScope]:
    for row in cast("Sequence[object]", listed) if isinstance(listed, list | tuple) else ():
        if isinstance(row, Mapping):
            said = cast("Mapping[str, object]", row)
            code = said.get("code")
            yield ModifierScope(
                names=_texts(said.get("names")),
                code=code if isinstance(code, str) else None,
                inline=said.get("inline") is True,
            )


def _columns(columns: object) -> Iterable[ModifierScope]:
    for channel, arguments in cast("Mapping[str, object]", columns).items() if isinstance(columns, Mapping) else ():
        first, *rest = _texts(arguments) or ("",)
        yield ModifierScope(tuple(rest), channel=channel, code_name=first or None, inline=True)


def _texts(names: object) -> tuple[str, ...]:
    return tuple(map(str, cast("Sequence[object]", names))) if isinstance(names, list | tuple) else ()


def _with_names(scopes: Sequence[ModifierScope], code: str, channel: str, text: str) -> str:
    names = next((one.names for one in scopes if one.code in (None, code) and one.channel in (None, channel)), ())
    parts = text.split("|")
    pairs = zip((*names, *[""] * len(parts)), parts, strict=False)
    said = [(name, part) for name, part in pairs if part not in ("", NOT_GIVEN)]
    return "|".join(f"{name}={part}" if name and f"{name}=" not in part else part for name, part in said)
