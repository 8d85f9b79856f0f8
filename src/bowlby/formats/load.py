"""From paths to coded records: read, translate, refuse what must not pass, put sessions together."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from bowlby.errors import BowlbyError, InputError, QualityError
from bowlby.formats.isolation import Isolation, is_isolated, read_isolated
from bowlby.formats.manifest import Manifest, read_manifest
from bowlby.formats.pseudonymisation import pseudonymous_coded, pseudonymous_manifest, pseudonymous_record
from bowlby.formats.read import file_hash, read_record
from bowlby.records.codebook import Codebook
from bowlby.records.codebook_file import load_codebook
from bowlby.records.coded_record import CodedRecord, UnmappedCode
from bowlby.records.days import DAY, DAYS, days_together
from bowlby.records.identity import coded_as_itself
from bowlby.records.observed_time import ObservedTime, observe
from bowlby.records.pairs import select_pair
from bowlby.records.pseudonyms import Pseudonyms
from bowlby.records.quality import NOTES, ProblemKind
from bowlby.records.record import Record


@dataclass(frozen=True)
class LoadOptions:
    """How files are to be loaded.

    Args:
        codebook: a codebook or its path, or None for files that speak bowlby's own constructs.
        format: a reader's name, or None to recognise the format by content.
        strict: refuse any quality problem that touches an event.
        keep_private: keep media paths, birth dates, comments and coder names.
        pseudonyms: that stand for people behind this door, or None to leave labels as they are.
        child: label of the child whose acts are wanted, or None for all.
        caregiver: label of the caregiver, likewise.
        observed: resolved path of a file to when a manifest says that it was observed; it wins over the codebook.
        isolation: which files are read in a process of their own.
    """

    codebook: Path | Codebook | None = None
    format: str | None = None
    strict: bool = False
    keep_private: bool = False
    pseudonyms: Pseudonyms | None = None
    child: str | None = None
    caregiver: str | None = None
    observed: Mapping[str, ObservedTime] = field(default_factory=dict[str, ObservedTime])
    isolation: Isolation = Isolation.NEVER

    def book(self) -> Codebook | None:
        """Return the codebook, read where it is given as a path.

        Raises:
            CodebookError: it is malformed.
        """
        return load_codebook(self.codebook) if isinstance(self.codebook, Path) else self.codebook

    def stated_for(self, path: Path, book: Codebook | None) -> ObservedTime | None:
        """Return what stands above a file of when it was observed: the manifest, else the codebook."""
        own = self.observed.get(str(path.resolve())) if self.observed else None
        return own or (None if book is None else book.observed)

    def with_manifest(self, manifest: Manifest | None) -> LoadOptions:
        """Return the same with the observed windows that a manifest states."""
        return self if manifest is None else replace(self, observed=manifest.observed)

    def named(self, path: str | Path) -> str:
        """Return what results call a file: its path as given, or its pseudonym, which depends on its content alone."""
        return str(path) if self.pseudonyms is None else self.pseudonyms.of("file", file_hash(Path(path)))


def load_record(path: str | Path, how: LoadOptions) -> Record:
    """Read one file, with the codebook's table layout where one is given.

    Args:
        path: the file.
        how: see `LoadOptions`.

    Returns:
        The record as the file says it.

    Raises:
        InputError: the file, its format or the codebook is wrong.
        QualityError: `strict` and a quality problem.
    """
    book = how.book()
    record = _load(Path(path), book, how)
    return record if how.pseudonyms is None else pseudonymous_record(record, how.pseudonyms)


def load_manifest(path: str | Path, how: LoadOptions, kept: Sequence[str] = ()) -> Manifest:
    """Read a study manifest, with pseudonyms where they are asked for.

    Args:
        path: of the manifest.
        how: see `LoadOptions`.
        kept: columns that point to nobody and stay under pseudonyms.

    Returns:
        The manifest.

    Raises:
        InputError: as `read_manifest`.
    """
    manifest = read_manifest(path)
    return manifest if how.pseudonyms is None else pseudonymous_manifest(manifest, how.pseudonyms, kept)


def load_coded(paths: Sequence[str | Path], how: LoadOptions) -> CodedRecord:
    """Read files and translate them into one coded record.

    Args:
        paths: one or more files.
        how: see `LoadOptions`.

    Returns:
        All sessions of all files; session ids that occur in several files are prefixed by the file's name.

    Raises:
        InputError: a file, its format or the codebook is wrong, or a codebook is needed and missing.
        QualityError: `strict` and a quality problem.
    """
    book = how.book()
    coded: list[CodedRecord] = []
    for path in map(Path, paths):
        record = _load(path, book, replace(how, strict=False))
        translated = coded_as_itself(record, path) if book is None else book.apply(record)
        if how.strict:
            _refuse_problems(translated.record, path)
        translated = select_pair(translated, how.child, how.caregiver)
        # After the codebook, which speaks of the labels as the file has them.
        coded.append(translated if how.pseudonyms is None else pseudonymous_coded(translated, how.pseudonyms))
    return coded[0] if len(coded) == 1 else merge(coded)


def merge(coded: Sequence[CodedRecord]) -> CodedRecord:
    """Put coded records of one coding scheme together.

    Args:
        coded: at least one coded record; all declare the same constructs codable.

    Returns:
        One coded record with the sessions of all.

    Raises:
        InputError: two of them differ in what was codable.
    """
    first = coded[0]
    for other in coded[1:]:
        if other.codable != first.codable:
            raise InputError(
                "the files differ in what was codable",
                file=other.record.provenance[0].file,
                remedy="Read files of different coding schemes apart, or state what was codable in one codebook.",
            )
    named = _with_unique_sessions(coded)
    records = [item.record for item in named]
    shifts = [0]
    for record in records[:-1]:
        shifts.append(shifts[-1] + record.events.height)
    acts = [item.acts.with_columns(event=pl.col("event") + shift) for item, shift in zip(named, shifts, strict=True)]
    return replace(
        first,
        record=Record(
            events=pl.concat([record.events for record in records]),
            windows=pl.concat([record.windows for record in records]),
            metadata=_metadata(records),
            provenance=tuple(entry for record in records for entry in record.provenance),
            quality=tuple(entry for record in records for entry in record.quality),
        ),
        acts=pl.concat(acts),
        masks=pl.concat([item.masks for item in named]),
        lost=pl.concat([item.lost for item in named]),
        unmapped=_added_up(named),
    )


def _metadata(records: Sequence[Record]) -> dict[str, object]:
    """Return the first record's metadata, with the days of all sessions."""
    own = {key: value for key, value in records[0].metadata.items() if key not in (DAY, DAYS)}
    return own | days_together(records)


def same_twice(files: Sequence[Path]) -> tuple[tuple[Path, Path], ...]:
    """Return files whose content another of them has already, byte for byte.

    Args:
        files: any; those that cannot be read are passed over, since reading them says why.

    Returns:
        (First, further) for each further one.
    """
    sizes: dict[int, list[Path]] = {}
    for path in files:
        if path.is_file() and os.access(path, os.R_OK):
            sizes.setdefault(path.stat().st_size, []).append(path)
    found: list[tuple[Path, Path]] = []
    for alike in (group for group in sizes.values() if len(group) > 1):
        first: dict[str, Path] = {}
        for path in alike:
            earlier = first.setdefault(file_hash(path), path)
            found += [(earlier, path)] if earlier is not path else []
    return tuple(found)


def refuse_same(files: Sequence[Path], how: LoadOptions) -> None:
    """Refuse the same data twice, which would count every event twice.

    Args:
        files: given to one command.
        how: they are to be loaded; files that fail to load count for nothing, and may be the same.

    Raises:
        InputError: two of the files hold the same bytes.
    """
    for first, again in same_twice(files):
        if _loads(first, how):
            raise InputError(
                "two files hold the same data, byte for byte",
                file=again,
                value=first,
                remedy=f"Leave {again} out, or take it out of the folder.",
            )


def _loads(path: Path, how: LoadOptions) -> bool:
    try:
        load_coded([path], how)
    except BowlbyError:
        return False
    return True


def _load(path: Path, book: Codebook | None, how: LoadOptions) -> Record:
    layout = None if book is None else book.layout
    read = read_isolated if is_isolated(path, how.isolation) else read_record
    record = read(path, layout, format=how.format, keep_private=how.keep_private)
    stated = how.stated_for(path, book)
    if stated is not None:
        record = observe(record, stated, path)
    if how.strict:
        _refuse_problems(record, path)
    return record


_MENDING = {
    ProblemKind.WINDOW_NOT_STATED: "State what was coded, in [observed] of the codebook or in observed_from_s and "
    "observed_to_s of the manifest",
}


def _refuse_problems(record: Record, path: Path) -> None:
    for found in record.quality:
        if found.kind not in NOTES:
            raise QualityError(
                f"{found.kind} ({found.count})",
                file=path,
                value="; ".join(found.examples),
                remedy=f"{_MENDING.get(found.kind, 'Mend the coding')}, or leave --strict out to have it reported.",
            )


def _with_unique_sessions(coded: Sequence[CodedRecord]) -> list[CodedRecord]:
    seen = [session for item in coded for session in item.sessions]
    if len(seen) == len(set(seen)):
        return list(coded)
    return [_prefixed(item, f"{number}:{item.record.provenance[0].file}/") for number, item in enumerate(coded, 1)]


def _prefixed(coded: CodedRecord, prefix: str) -> CodedRecord:
    renamed = pl.concat_str(pl.lit(prefix), pl.col("session")).alias("session")
    record = replace(
        coded.record,
        events=coded.record.events.with_columns(renamed),
        windows=coded.record.windows.with_columns(renamed),
    )
    tables = {name: getattr(coded, name).with_columns(renamed) for name in ("acts", "masks", "lost")}
    return replace(coded, record=record, **tables)


def _added_up(coded: Sequence[CodedRecord]) -> tuple[UnmappedCode, ...]:
    counts: dict[tuple[str, str, str], int] = {}
    for code in (code for item in coded for code in item.unmapped):
        key = (code.actor, code.channel, code.code)
        counts[key] = counts.get(key, 0) + code.count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(UnmappedCode(*key, count) for key, count in ordered)
