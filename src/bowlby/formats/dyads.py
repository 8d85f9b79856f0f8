"""Whose records files are: each dyad of one child and one caregiver, with all its sessions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bowlby.errors import InputError
from bowlby.formats.load import LoadOptions, load_coded, merge, refuse_same
from bowlby.formats.manifest import Manifest
from bowlby.records.coded_record import CodedRecord
from bowlby.records.days import DAY, on_day
from bowlby.records.pairs import refuse_several
from bowlby.records.quality import Problem

IDENTITY = ("child", "caregiver")
"""What distinguishes dyads, in the manifest or in a record's own metadata; a caregiver only where one is named."""


@dataclass(frozen=True)
class Dyad:
    """One child with one caregiver, and all their records.

    Args:
        name: of the dyad.
        files: as they were given, or their pseudonyms.
        coded: their sessions.
        columns: what the manifest says of each file, by column; empty without a manifest.
        problems: what is wrong with each file, by its name in `files`.
    """

    name: str
    files: tuple[str, ...]
    coded: CodedRecord
    columns: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    problems: tuple[tuple[str, Problem], ...] = ()


def dyads_of(
    files: Sequence[Path], how: LoadOptions, manifest: Manifest | None = None, *, one_dyad: bool = False
) -> tuple[Dyad, ...]:
    """Return the dyads of files that were given to one command.

    Args:
        files: one or more coded record files.
        how: how they are to be loaded.
        manifest: says whose they are, or None.
        one_dyad: all are of one child with one caregiver.

    Returns:
        The dyads, in the order of their first files.

    Raises:
        InputError: the same data is given twice, a manifest is given beside `one_dyad`, a file cannot be read, or
            nothing says whose record it is.
        QualityError: as `load_coded`.
    """
    how = how.with_manifest(manifest)
    refuse_same(files, how)
    if one_dyad and manifest is not None:
        raise InputError(
            "a manifest says whose records they are already", column="--one-dyad", remedy="Leave out --one-dyad."
        )
    if one_dyad or (manifest is None and len(files) == 1):
        each = [load_coded([path], how) for path in files]
        coded = each[0] if len(each) == 1 else merge(each)
        if not one_dyad:
            refuse_several(coded)
        names = tuple(map(how.named, files))
        return (Dyad("", names, coded, problems=_problems(names, each)),)
    return by_dyad(files, how, manifest)


def by_dyad(files: Sequence[Path], how: LoadOptions, manifest: Manifest | None = None) -> tuple[Dyad, ...]:
    """Return the dyads whose records the files are, in the order of their first files.

    Args:
        files: one or more coded record files.
        how: how they are to be loaded.
        manifest: says whose they are; None to take that from each record's own metadata.

    Returns:
        The dyads, each with all its sessions.

    Raises:
        InputError: a file cannot be read, stands in no row, or nothing says whose record it is.
        QualityError: as `load_coded`.
    """
    how = how.with_manifest(manifest)
    rows = {} if manifest is None else {str(row["path"]): row for row in manifest.rows.iter_rows(named=True)}
    found: dict[str, list[tuple[Path, CodedRecord, Mapping[str, str | None]]]] = {}
    for path in files:
        coded = load_coded([path], how)
        row = None if manifest is None else _row_of(path, rows, manifest)
        coded = coded if row is None else replace(coded, record=on_day(coded.record, _day(row)))
        name = _name(path, coded.record.metadata if row is None else row, manifest)
        found.setdefault(name, []).append((path, coded, row or {}))
    return tuple(_dyad(name, parts, how) for name, parts in found.items())


def _day(row: Mapping[str, str | None]) -> int | None:
    stated = row.get(DAY)
    return None if stated is None else int(stated)


def _row_of(path: Path, rows: Mapping[str, Mapping[str, str | None]], manifest: Manifest) -> Mapping[str, str | None]:
    row = rows.get(str(path.resolve()))
    if row is None:
        raise InputError(
            "the manifest has no row for this record",
            file=manifest.source,
            column="file",
            value=path,
            remedy="Add a row for it, or leave the record out.",
        )
    return row


def _name(path: Path, known: Mapping[str, object], manifest: Manifest | None) -> str:
    child, caregiver = (known.get(key) for key in IDENTITY)
    if child is None or not str(child).strip():
        raise InputError(
            "nothing says which child this record is of, and there are several records",
            file=path if manifest is None else manifest.source,
            column="child",
            value=None if manifest is None else path,
            remedy="Name the child of each file in a manifest (--manifest study.csv with columns file, child), or say "
            "--one-dyad if all are of one child with one caregiver.",
        )
    return f"{child}" if caregiver is None else f"{child} with {caregiver}"


def _dyad(name: str, parts: Sequence[tuple[Path, CodedRecord, Mapping[str, str | None]]], how: LoadOptions) -> Dyad:
    ages = [_age(row) for _, _, row in parts]
    known = [age for age in ages if age is not None]
    coded = [one for _, one, _ in parts]
    whole = coded[0] if len(coded) == 1 else merge(coded)
    if known and whole.record.metadata.get("age_months") is None:
        metadata = {**whole.record.metadata, "age_months": math.fsum(known) / len(known)}
        whole = replace(whole, record=replace(whole.record, metadata=metadata))
    columns = {key: tuple(row[key] for _, _, row in parts) for key in parts[0][2]}
    names = tuple(how.named(path) for path, _, _ in parts)
    return Dyad(name, names, whole, columns, _problems(names, coded))


def _problems(names: Sequence[str], coded: Sequence[CodedRecord]) -> tuple[tuple[str, Problem], ...]:
    return tuple((name, found) for name, one in zip(names, coded, strict=True) for found in one.record.quality)


def _age(row: Mapping[str, str | None]) -> float | None:
    text = row.get("age_months")
    value = None if text is None else number_of(text)
    if text is not None and (value is None or value < 0):
        raise InputError(
            "an age in months is wanted", file=row["file"], column="age_months", value=text, remedy="Write a number."
        )
    return value


def number_of(text: str) -> float | None:
    """Return the finite number that a text says, or None where it says none.

    Args:
        text: a cell of a table.

    Returns:
        The number, or None.
    """
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def one_of(dyads: Sequence[Dyad]) -> Dyad:
    """Return the dyad, where only one can be meant.

    Args:
        dyads: at least one.

    Returns:
        The only one.

    Raises:
        InputError: there are several.
    """
    if len(dyads) > 1:
        raise InputError(
            f"the records are of {len(dyads)} dyads, and a report is of one",
            value=", ".join(dyad.name for dyad in dyads),
            remedy="Give the files of one child with one caregiver, or say --one-dyad instead of the manifest.",
        )
    return dyads[0]
