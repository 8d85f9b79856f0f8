"""The codebook of records that already speak the closed vocabulary: bowlby's own files and simulations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from bowlby.errors import InputError
from bowlby.records.codebook import Codebook, Entry
from bowlby.records.codebook_file import codable_pairs
from bowlby.records.coded import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.record import Record


def identity_codebook(record: Record) -> Codebook | None:
    """Return the codebook of a record whose codes are bowlby's own constructs, as its own files and simulations are.

    Args:
        record: a record whose metadata says what was codable (`codable`: {role: [construct, ...]}).

    Returns:
        The codebook, or None where the metadata does not say.

    Raises:
        CodebookError: the metadata names what is not in the vocabulary.
    """
    declared = record.metadata.get("codable")
    if not isinstance(declared, Mapping):
        return None
    codable = codable_pairs(cast(Mapping[str, object], declared), None)
    actors = cast(Mapping[str, Sequence[str]], record.metadata.get("actors", {}))
    entries: list[Entry] = []
    for role, construct in sorted(codable):
        for actor in actors.get(role, [None]) if role != Role.CONTEXT else [None]:
            entries += _identity_entries(role, construct, actor)
    entries.append(Entry(("uncodable",), (Construct.UNCODABLE,), Role.CONTEXT))
    settings = cast(Mapping[str, object], record.metadata.get("episodes", {}))
    roles = {label: Role(role) for role, labels in actors.items() for label in labels}
    return Codebook("bowlby's own constructs", codable, tuple(entries), settings=settings, roles=roles)


def coded_as_itself(record: Record, path: Path | None = None) -> CodedRecord:
    """Translate a record whose codes are bowlby's own constructs.

    Args:
        record: a record whose metadata says what was codable.
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


def _identity_entries(role: Role, construct: Construct, actor: str | None) -> list[Entry]:
    if construct != Construct.AFFECT:
        return [Entry((str(construct),), (construct,), role, actor)]
    return [Entry((f"affect {value:+d}",), (construct,), role, actor, value=float(value)) for value in range(-3, 4)]
