"""Every code of some records, with a suggestion where a word gives one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from bowlby.records.constructs import Construct, Role
from bowlby.records.modifiers import ModifierNames
from bowlby.records.record import Record
from bowlby.records.role_words import role_suggested
from bowlby.records.synonyms import meaning_suggested, valence_of

_LARGEST_VALENCE = 10
MOST_SUGGESTED = 5000
"""Codes up to which each is given a suggestion and its modifiers; a scheme has hundreds."""

LONGEST_SUGGESTED = 1000
"""Characters of a code and its labels up to which its words are looked at."""

_KEYS = ["actor", "channel", "code"]


@dataclass(frozen=True)
class CodeSuggestion:
    """One code and what it may mean.

    Args:
        actor: actor label, "" where the files have none.
        channel: channel, "" where the files have none.
        code: the code.
        files: number of events in each file that has it, >= 1.
        modifiers: texts of modifiers with their number of events, most frequent first.
        role: whose act, or None where no suggestion is made.
        construct: what it may mean, or None.
        value: affect valence, where the code is a number in a channel of affect.
        more: what else it may mean.
        whole_tier: whether it stands for whatever is on its channel.
    """

    actor: str
    channel: str
    code: str
    files: Mapping[str, int]
    modifiers: Mapping[str, int] = field(default_factory=dict)
    role: Role | None = None
    construct: Construct | None = None
    value: float | None = None
    more: tuple[Construct, ...] = ()
    whole_tier: bool = False

    @property
    def means(self) -> tuple[Construct, ...]:
        """All that it may mean."""
        return () if self.construct is None else (self.construct, *self.more)

    @property
    def count(self) -> int:
        """Number of events in all files."""
        return sum(self.files.values())

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "actor": self.actor,
            "channel": self.channel,
            "code": self.code,
            "count": self.count,
            "files": dict(self.files),
            "suggestion": None if self.construct is None else str(self.construct),
        }


def suggest_codes(*records: Record, names: Sequence[str] = ()) -> tuple[CodeSuggestion, ...]:
    """Return every code of some records, most frequent first, with a suggestion where a word gives one.

    Args:
        records: as read.
        names: of their files; those of their provenance where not given.

    Returns:
        One entry an actor, channel and code.
    """
    files = names or [record.provenance[0].file for record in records]
    rows = [_counted(record).with_columns(file=pl.lit(file)) for record, file in zip(records, files, strict=True)]
    if not rows:
        return ()
    counted = pl.concat(rows)
    if counted.select(_KEYS).n_unique() > MOST_SUGGESTED:
        return _without_suggestions(counted)
    found = [_suggested(part) for part in counted.partition_by(_KEYS, maintain_order=True)]
    return tuple(sorted(found, key=lambda code: (-code.count, code.actor, code.channel, code.code)))


def _without_suggestions(counted: pl.DataFrame) -> tuple[CodeSuggestion, ...]:
    """Return every code with its numbers alone: so many are free text, not a scheme."""
    totals = counted.group_by([*_KEYS, "file"], maintain_order=True).agg(pl.col("count").sum())
    files: dict[tuple[str, str, str], dict[str, int]] = {}
    for actor, channel, code, file, count in totals.iter_rows():
        files.setdefault((actor, channel, code), {})[file] = count
    return tuple(
        CodeSuggestion(*key, files[key]) for key in sorted(files, key=lambda key: (-sum(files[key].values()), key))
    )


def _counted(record: Record) -> pl.DataFrame:
    named = ModifierNames.of(record).named(record.events.select(*_KEYS, "modifiers"))
    return named.group_by([*_KEYS, "modifiers"], maintain_order=True).len("count")


def _suggested(rows: pl.DataFrame) -> CodeSuggestion:
    actor, channel, code = (str(rows[key][0]) for key in _KEYS)
    files = _totals(rows, "file")
    modifiers = _totals(rows.filter(pl.col("modifiers") != "").sort("count", descending=True), "modifiers")
    if len(actor) + len(channel) + len(code) > LONGEST_SUGGESTED:
        return CodeSuggestion(actor, channel, code, files, modifiers)
    role = role_suggested(actor, channel)
    value = _valence(channel, code)
    if role is not None and value is not None:
        return CodeSuggestion(actor, channel, code, files, modifiers, role, Construct.AFFECT, value)
    meaning = meaning_suggested(actor, channel, code)
    if meaning is None or meaning[1] == Construct.AFFECT:
        return CodeSuggestion(actor, channel, code, files, modifiers)
    return CodeSuggestion(actor, channel, code, files, modifiers, *meaning)


def _totals(rows: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(rows.group_by(column, maintain_order=True).agg(pl.col("count").sum()).iter_rows())


def _valence(channel: str, code: str) -> float | None:
    own = valence_of(code)
    if own is not None or "affect" not in channel.lower():
        return own
    try:
        value = float(code)
    except ValueError:
        return None
    return value if abs(value) <= _LARGEST_VALENCE else None
