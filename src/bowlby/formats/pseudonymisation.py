"""Records and manifests in which pseudonyms stand for people: made at the door, so that nothing behind it knows more.

Replaced are children, caregivers, coders, sessions, files, and labels of actors that are not the plain word for a role.
Left out are examples of quality problems and what a file says about itself beyond what bowlby computes with, since both
quote the file. Times stay, and so do the words of the coding scheme (codes, channels, modifiers), save for labels of
actors that occur in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import polars as pl

from bowlby.formats.manifest import OBSERVED, RATINGS, Manifest
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.days import DAY, DAYS
from bowlby.records.pseudonyms import Pseudonyms
from bowlby.records.quality import Problem
from bowlby.records.record import Provenance, Record
from bowlby.records.role_words import ROLE_LABELS

PEOPLE = ("child", "caregiver", "coder")
"""Columns of a manifest, and keys of a record's metadata, that name somebody."""

PLAIN_COLUMNS = ("file", "path", "age_months", "visit", "group", "attachment_class", *RATINGS, *OBSERVED, DAY)
"""Columns of a manifest that stay as they are; every other one is replaced unless it is asked for by name."""

KEPT_METADATA = ("codable", "episodes", "age_months", "simulated", DAY)
"""What of a record's metadata is computed with; numbers of it stay, and words of bowlby's own."""

SCHEME_METADATA = ("modifier_names",)
"""What of a record's metadata belongs to the coding scheme, as codes and modifiers do: which names modifiers have."""

TIERS_NAMED_AFTER_SPEAKERS = ("elan", "textgrid")
"""Readers whose tiers often bear the name of who speaks on them, where no actor is stated."""

_WORDS_FOR_NOBODY = """
no focal subject unknown none na nonfocal other others both dyad partner stranger experimenter observer sibling sister
brother peer friend target key speaker context environment procedure session
"""
_NO_NAMES = ROLE_LABELS | set(_WORDS_FOR_NOBODY.split())
_SHORTEST_IN_WORDS = 3
_OWN_WORDS = frozenset(map(str, (*Construct, *Role)))


@dataclass(frozen=True)
class _Names:
    """What one record calls people, each with its pseudonym.

    Args:
        labels: of actors.
        tiers: names of tiers taken for labels of actors.
        sessions: ids.
    """

    labels: Mapping[str, str]
    tiers: Mapping[str, str]
    sessions: Mapping[str, str]

    def renamed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return a table of events, windows, acts or masks with pseudonyms."""
        exact = {"session": self.sessions, "actor": self.labels, "partner": self.labels, "person": self.labels}
        within = [name for name in ("channel", "code", "modifiers", "reason") if name in frame.columns]
        return frame.with_columns(
            *(pl.col(name).replace(known) for name, known in exact.items() if name in frame.columns),
            *(pl.col(name).replace(self._within(frame[name])) for name in within),
        )

    def in_words(self, text: str) -> str:
        """Return words of a coding scheme with each label of an actor in them replaced."""
        if text in self.tiers or not self._long:
            return self.tiers.get(text, text)
        return self._pattern.sub(lambda found: self._long.get(found[0].casefold(), "actor"), text)

    @cached_property
    def _long(self) -> dict[str, str]:
        """Labels long enough not to be taken for a code; longest first, so that none hides within another."""
        known = {name.casefold(): new for name, new in {**self.tiers, **self.labels}.items()}
        ordered = sorted(known.items(), key=lambda item: -len(item[0]))
        return {name: new for name, new in ordered if len(name) >= _SHORTEST_IN_WORDS}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, self._long))})(?![^\W_])", re.IGNORECASE)

    def in_scheme(self, value: object) -> object:
        """Return words of a coding scheme, however they are nested, with each label of an actor in them replaced."""
        if isinstance(value, str):
            return self.in_words(value)
        if isinstance(value, Mapping):
            inner = cast("Mapping[str, object]", value)
            return {self.in_words(key): self.in_scheme(one) for key, one in inner.items()}
        return [self.in_scheme(one) for one in cast("Sequence[object]", value)] if isinstance(value, list) else value

    def _within(self, column: pl.Series) -> dict[str, str]:
        return {text: self.in_words(text) for text in column.drop_nulls().unique()}


def pseudonymous_record(record: Record, pseudonyms: Pseudonyms) -> Record:
    """Return a record in which pseudonyms stand for people.

    Args:
        record: as it was read; one that this key's pseudonyms stand in already keeps them.
        pseudonyms: of the key.

    Returns:
        The record; the times, the order and the number of its events as they were.

    Raises:
        CollisionError: two of its identities have one pseudonym.
    """
    return _record(record, _names(record, pseudonyms), pseudonyms)


def pseudonymous_coded(coded: CodedRecord, pseudonyms: Pseudonyms) -> CodedRecord:
    """Return a coded record in which pseudonyms stand for people.

    Args:
        coded: translated with the labels of its file, which a codebook may speak of.
        pseudonyms: of the key.

    Returns:
        The coded record, its acts and masks as they were.

    Raises:
        CollisionError: two of its identities have one pseudonym.
    """
    names = _names(coded.record, pseudonyms)
    return replace(
        coded,
        record=_record(coded.record, names, pseudonyms),
        acts=names.renamed(coded.acts),
        masks=names.renamed(coded.masks),
        lost=names.renamed(coded.lost),
        unmapped=tuple(
            replace(
                one,
                actor=names.labels.get(one.actor, one.actor),
                channel=names.in_words(one.channel),
                code=names.in_words(one.code),
            )
            for one in coded.unmapped
        ),
    )


def pseudonymous_manifest(manifest: Manifest, pseudonyms: Pseudonyms, kept: Sequence[str] = ()) -> Manifest:
    """Return a study manifest in which pseudonyms stand for people.

    Args:
        manifest: as it was read.
        pseudonyms: of the key.
        kept: columns that the user says point to nobody; `PLAIN_COLUMNS` stay anyway.

    Returns:
        The manifest; `path` and `file` stay, to find the records by.

    Raises:
        CollisionError: two of its identities have one pseudonym.
    """
    rows = manifest.rows
    hidden = [name for name in rows.columns if name in PEOPLE or name not in (*PLAIN_COLUMNS, *kept)]
    known = {name: _pseudonyms_of(rows[name].drop_nulls().unique(), name, pseudonyms.of) for name in hidden}
    return replace(manifest, rows=rows.with_columns(pl.col(name).replace(new) for name, new in known.items()))


def _names(record: Record, pseudonyms: Pseudonyms) -> _Names:
    if record.metadata.get("pseudonyms") == pseudonyms.key_id:
        return _Names({}, {}, {})
    frames = (record.events, record.windows)
    labels = [label for frame in frames for label in frame["actor"].drop_nulls().unique()]
    labels += [*record.events["partner"].drop_nulls().unique(), *_labels_of_roles(record)]
    sessions = [session for frame in frames for session in frame["session"].drop_nulls().unique()]
    return _Names(
        labels=_pseudonyms_of([label for label in labels if not _is_plain(label)], "actor", pseudonyms.of),
        tiers=_pseudonyms_of([tier for tier in _tiers(record) if not _is_plain(tier)], "actor", pseudonyms.of),
        sessions=_pseudonyms_of(sessions, "session", pseudonyms.of),
    )


def _pseudonyms_of(names: Iterable[str], kind: str, of: Callable[[str, str], str]) -> dict[str, str]:
    return {name: of(kind, name) for name in names}


def _is_plain(label: str) -> bool:
    """Return whether every word of a label is the word for a role and none a name or number."""
    return all(word in _NO_NAMES for word in re.split(r"[\W_]+", label.casefold()) if word)


def _tiers(record: Record) -> list[str]:
    if not any(entry.reader in TIERS_NAMED_AFTER_SPEAKERS for entry in record.provenance):
        return []
    return record.events.filter(pl.col("actor") == "")["channel"].unique().to_list()


def _record(record: Record, names: _Names, pseudonyms: Pseudonyms) -> Record:
    return Record(
        events=names.renamed(record.events),
        windows=names.renamed(record.windows),
        metadata=_metadata(record, names, pseudonyms),
        provenance=tuple(_source(entry, pseudonyms) for entry in record.provenance),
        quality=tuple(Problem(found.kind, found.count) for found in record.quality),
    )


def _source(entry: Provenance, pseudonyms: Pseudonyms) -> Provenance:
    file = pseudonyms.of("file", entry.sha256)
    return replace(entry, file=file, sha256=pseudonyms.fingerprint(entry.sha256))


def _metadata(record: Record, names: _Names, pseudonyms: Pseudonyms) -> dict[str, object]:
    own = record.metadata
    told: dict[str, object] = {key: _nameless(own[key]) for key in KEPT_METADATA if key in own}
    done = own.get("pseudonyms") == pseudonyms.key_id
    people = {key: own[key] for key in PEOPLE if isinstance(own.get(key), str | int)}
    told |= {key: name if done else pseudonyms.of(key, str(name)) for key, name in people.items()}
    labels = {role: [names.labels.get(one, one) for one in stated] for role, stated in _actors(record).items()}
    told |= {key: names.in_scheme(own[key]) for key in SCHEME_METADATA if key in own}
    told |= {DAYS: {names.sessions.get(str(one), one): day for one, day in _days(own).items()}} if DAYS in own else {}
    return told | ({"actors": labels} if labels else {}) | {"pseudonyms": pseudonyms.key_id}


def _days(own: Mapping[str, object]) -> Mapping[object, object]:
    stated = own.get(DAYS)
    known = cast("Mapping[object, object]", stated) if isinstance(stated, Mapping) else {}
    return {session: day for session, day in known.items() if isinstance(day, int)}


def _nameless(value: object) -> object:
    """Return what a file says, without any word that is not in bowlby's own vocabulary."""
    if isinstance(value, Mapping):
        inner = cast("Mapping[str, object]", value)
        return {key: _nameless(one) for key, one in inner.items() if not _is_foreign(one)}
    if isinstance(value, list | tuple):
        return [_nameless(one) for one in cast("Sequence[object]", value) if not _is_foreign(one)]
    return None if _is_foreign(value) else value


def _is_foreign(value: object) -> bool:
    return isinstance(value, str) and value not in _OWN_WORDS


def _labels_of_roles(record: Record) -> list[str]:
    return [label for labels in _actors(record).values() for label in labels]


def _actors(record: Record) -> Mapping[str, Sequence[str]]:
    stated = record.metadata.get("actors")
    known = cast("Mapping[str, Sequence[str]]", stated) if isinstance(stated, Mapping) else {}
    return {role: labels for role, labels in known.items() if role in _OWN_WORDS}
