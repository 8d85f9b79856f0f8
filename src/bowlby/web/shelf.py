"""Records that were handed in: read, mapped and forgotten, in memory only."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bowlby.confinement import Spare
from bowlby.errors import InputError
from bowlby.records.codebook_file import codebook_from
from bowlby.records.coded import CodedRecord
from bowlby.records.found_codes import FoundCode
from bowlby.records.identity import identity_codebook
from bowlby.records.isolated import READING, within_limits
from bowlby.records.layout import TableLayout
from bowlby.records.record import Record
from bowlby.records.unstated import UnstatedFile, read_unstated
from bowlby.web.endpoint import FullError, NotFoundError
from bowlby.web.in_memory import path_of
from bowlby.web.settings import Settings


@dataclass(frozen=True)
class Held:
    """One record that is held.

    Args:
        id: under which it is asked for; nobody can guess it.
        name: what its owner calls it.
        content: its bytes, for a plain table that is to be read anew with other columns.
        record: as read.
        codes: every code and a suggestion where a word gives one, most frequent first.
        layout: which column holds what, of a plain table; None for other formats.
        coded: in the closed vocabulary, or None while its codes are not mapped.
        columns: of a plain table.
        speaks: whether its codes are bowlby's own constructs, so that nothing is left to map.
    """

    id: str
    name: str
    content: bytes = field(repr=False)
    record: Record = field(repr=False)
    codes: tuple[FoundCode, ...] = field(repr=False)
    layout: TableLayout | None
    coded: CodedRecord | None = field(repr=False)
    columns: tuple[str, ...] = ()
    speaks: bool = False


class Shelf:
    """All records that are held.

    Args:
        settings: how many and how large they may be.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held: dict[str, Held] = {}
        self._lock = threading.Lock()
        self._reading = Spare(READING)

    def put(self, content: bytes, name: str) -> Held:
        """Read a file and hold it.

        Args:
            content: its bytes.
            name: what its owner calls it.

        Returns:
            The record as held.

        Raises:
            FullError: there is no room.
            InputError: the file is empty or in no known format.
            FormatError: its content breaks its format.
        """
        self._check_room(len(content))
        if not content:
            raise InputError("the file is empty", remedy="Check that coding was saved or exported.")
        held = _held(content, name, self._read(content, name))
        with self._lock:
            self._check_room(len(content))
            self._held[held.id] = held
        return held

    def _read(self, content: bytes, name: str, layout: TableLayout | None = None) -> UnstatedFile:
        """Read a file in a process that has read no other, and that is gone afterwards."""
        named = name or "record"
        with path_of(content, name) as path, self._reading.process() as process:
            found = within_limits(path, process, read_unstated, path, layout, named, named=named)
        self._reading.start()
        return found

    def _check_room(self, more: int) -> None:
        bytes_held = sum(len(held.content) for held in self._held.values())
        if len(self._held) >= self._settings.most_records or bytes_held + more > self._settings.most_held:
            raise FullError("there is no room for another record", remedy="Delete one of those that are held.")

    def get(self, number: str) -> Held:
        """Return a record by its id.

        Args:
            number: its id.

        Returns:
            The record.

        Raises:
            NotFoundError: there is none.
        """
        if number not in self._held:
            raise NotFoundError("there is no such record", remedy="It may have been deleted: hand it in again.")
        return self._held[number]

    def all(self) -> list[Held]:
        """Return all that are held, in the order in which they came."""
        return list(self._held.values())

    def lay_out(self, number: str, layout: TableLayout) -> Held:
        """Read a plain table anew, with other columns or another unit.

        Args:
            number: its id.
            layout: which column holds what.

        Returns:
            The record as read now; what its codes meant is forgotten.

        Raises:
            NotFoundError: there is no such record.
            InputError: it is no plain table, or the columns do not fit.
        """
        held = self.get(number)
        if held.layout is None:
            raise InputError("this file is no plain table", remedy="Its format says itself which column holds what.")
        found = self._read(held.content, held.name, layout)
        record = replace(found.record, provenance=held.record.provenance)
        return self._keep(replace(held, record=record, codes=found.codes, layout=layout, coded=None))

    def map(self, number: str, tables: Mapping[str, Any]) -> Held:
        """Translate a record by a codebook.

        Args:
            number: its id.
            tables: sections of a codebook, as in TOML.

        Returns:
            The record, coded.

        Raises:
            NotFoundError: there is no such record.
            CodebookError: the codebook is wrong.
        """
        held = self.get(number)
        return self._keep(replace(held, coded=codebook_from(tables).apply(held.record)))

    def _keep(self, held: Held) -> Held:
        with self._lock:
            if held.id not in self._held:
                raise NotFoundError("there is no such record", remedy="It was deleted meanwhile.")
            self._held[held.id] = held
        return held

    def drop(self, number: str) -> None:
        """Forget a record; nothing happens where there is none."""
        with self._lock:
            self._held.pop(number, None)

    def close(self) -> None:
        """Forget all records and end the process that waits for the next."""
        self.clear()
        self._reading.close()

    def clear(self) -> None:
        """Forget all records."""
        with self._lock:
            self._held.clear()


def _held(content: bytes, name: str, found: UnstatedFile) -> Held:
    named = tuple(replace(one, file=name or "record") for one in found.record.provenance)
    record = replace(found.record, provenance=named)
    book = identity_codebook(record)
    coded = None if book is None else book.apply(record)
    return Held(
        id=secrets.token_urlsafe(12),
        name=name or "record",
        content=content,
        record=record,
        codes=found.codes,
        layout=found.layout,
        coded=coded,
        columns=found.columns,
        speaks=coded is not None,
    )
