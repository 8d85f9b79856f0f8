"""The codebook of records that already speak the closed vocabulary: bowlby's own files and simulations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from bowlby.errors import InputError
from bowlby.records.codebook import Codebook, CodebookEntry
from bowlby.records.codebook_file import codable_pairs
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role, roles_of
from bowlby.records.pattern import escaped
from bowlby.records.record import Record
from bowlby.records.role_words import role_suggested
from bowlby.records.synonyms import valence_of

_NAME = "bowlby's own constructs"


def identity_codebook(record: Record) -> Codebook | None:
    """Return the codebook of a record whose codes are bowlby's own constructs.

    Its own files and simulations say in their metadata what was codable (`codable`: {role: [construct, ...]}). A plain
    table does not: there what was coded was codable, and nothing else.

    Args:
        record: any record.

    Returns:
        The codebook, or None where a code is a lab's own, or an actor is of another role or of both.

    Raises:
        CodebookError: the metadata names what is not in the vocabulary.
    """
    declared = record.metadata.get("codable")
    if not isinstance(declared, Mapping):
        return _codebook_of_codes(record)
    codable = codable_pairs(cast(Mapping[str, object], declared), None)
    actors = cast(Mapping[str, Sequence[str]], record.metadata.get("actors", {}))
    entries: list[CodebookEntry] = []
    for role, construct in sorted(codable):
        for actor in actors.get(role, [None]) if role != Role.CONTEXT else [None]:
            entries += _identity_entries(role, construct, actor)
    entries.append(CodebookEntry((str(Construct.UNCODABLE),), (Construct.UNCODABLE,), Role.CONTEXT))
    settings = cast(Mapping[str, object], record.metadata.get("episodes", {}))
    roles = {label: Role(role) for role, labels in actors.items() for label in labels}
    return Codebook(_NAME, codable, tuple(entries), settings=settings, roles=roles)


def _codebook_of_codes(record: Record) -> Codebook | None:
    rows = record.events.select("actor", "code").unique(maintain_order=True).rows()
    entries = {(actor, code): _own_entry(actor, code) for actor, code in rows}
    found = tuple(entry for entry in entries.values() if entry is not None)
    if len(found) < len(entries) or not found:
        return None
    codable = {(entry.role, entry.means[0]) for entry in found if entry.means[0] != Construct.UNCODABLE}
    persons = {
        (actor, entry.role)
        for (actor, _), entry in entries.items()
        if entry is not None and actor and entry.role != Role.CONTEXT
    }
    if len(dict(persons)) < len(persons):
        return None
    return Codebook(_NAME, frozenset(codable), found, roles=dict(persons))


def _own_entry(actor: str, code: str) -> CodebookEntry | None:
    """The meaning of a code that is a construct's own name, by an actor who can have acted so."""
    known = role_suggested(actor, "")
    value = valence_of(code)
    construct = Construct.AFFECT if value is not None else _named(code)
    if construct is None or (construct == Construct.AFFECT and (value is None or known is None)):
        return None
    roles = roles_of(construct)
    role = known if construct == Construct.AFFECT else next(iter(roles))
    if role is None or (known is not None and role != Role.CONTEXT and role != known):
        return None
    return CodebookEntry((escaped(code),), (construct,), role, escaped(actor) or None, value=value)


def _named(code: str) -> Construct | None:
    return next((construct for construct in Construct if code == str(construct)), None)


def coded_as_itself(record: Record, path: Path | None = None) -> CodedRecord:
    """Translate a record whose codes are bowlby's own constructs.

    Args:
        record: a record that speaks them, see `identity_codebook`.
        path: named in the error.

    Returns:
        The coded record.

    Raises:
        InputError: the codes are a lab's own, so that a codebook is needed.
    """
    book = identity_codebook(record)
    if book is None:
        name = "FILE" if path is None else path
        raise InputError(
            "this file needs a codebook: its codes are a lab's own",
            file=path,
            remedy=f"Run `bowlby codebook init {name} -o codes.toml`, fill it in, and give --codebook codes.toml.",
        )
    return book.apply(record)


def _identity_entries(role: Role, construct: Construct, actor: str | None) -> list[CodebookEntry]:
    if construct != Construct.AFFECT:
        return [CodebookEntry((str(construct),), (construct,), role, actor)]
    return [
        CodebookEntry((f"affect {value:+d}",), (construct,), role, actor, value=float(value)) for value in range(-3, 4)
    ]
