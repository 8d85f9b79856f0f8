"""Records that were handed in: read, mapped and forgotten, in memory only."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from bowlby.confinement import MEBIBYTE, ConfinedProcess, ProcessLimits, SpareProcesses
from bowlby.errors import InputError
from bowlby.formats.isolation import READING, within_limits
from bowlby.records.layout import TableLayout
from bowlby.reporting.build import ReportOptions
from bowlby.web.absence import FullError, NotFoundError
from bowlby.web.jobs import Job
from bowlby.web.memory_files import path_of
from bowlby.web.settings import ServerSettings
from bowlby.web.view import RecordView, UploadedFile, record_view, report_view

T = TypeVar("T")


KEPT_READY = (READING, "bowlby.web.view")
"""What the process that will look at the next file has loaded before it is asked."""

REPORT_SECONDS = 1800.0
REPORT_SECONDS_A_MEBIBYTE = 120.0
REPORT_MEMORY = 4096 * MEBIBYTE
REPORT_TIMES_THE_FILE = 48
REPORT_ANSWER = 256 * MEBIBYTE


@dataclass(frozen=True)
class StoredRecord:
    """One record that is held: the bytes of its file, and what a page shows of it.

    Args:
        id: under which it is asked for; nobody can guess it.
        name: what its owner calls it.
        content: its bytes; whatever is asked of the record is read from them anew, in a process of its own.
        view: what a page shows.
        tables: sections of the codebook, as in TOML, or None while its codes are not mapped.
    """

    id: str
    name: str
    content: bytes = field(repr=False)
    view: RecordView = field(repr=False)
    tables: Mapping[str, Any] | None = field(default=None, repr=False)


class RecordStore:
    """All records that are held.

    Args:
        settings: how many and how large they may be.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._held: dict[str, StoredRecord] = {}
        self._lock = threading.Lock()
        self._ready = SpareProcesses(*KEPT_READY)

    def put(self, content: bytes, name: str) -> StoredRecord:
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
            LimitError: reading it took more than it may.
        """
        self._check_room(len(content))
        if not content:
            raise InputError("the file is empty", remedy="Check that coding was saved or exported.")
        named = name or "record"
        with _source(content, named) as source:
            view = self._apart(source, record_view)
        held = StoredRecord(secrets.token_urlsafe(12), named, content, view)
        with self._lock:
            self._check_room(len(content))
            self._held[held.id] = held
        return held

    def _apart(self, source: UploadedFile, function: Callable[..., T], *arguments: object) -> T:
        """Return what a function makes of a file, in a process that has read no other and is gone afterwards."""
        with self._ready.process() as process:
            found = within_limits(source.path, process, function, source, *arguments, named=source.name)
        self._ready.start()
        return found

    def look(self, number: str, function: Callable[..., T], *arguments: object) -> T:
        """Return what a function of a record's source makes of it.

        Args:
            number: the record's id.
            function: of a module; given the source.
            arguments: its further arguments.

        Returns:
            Its result.

        Raises:
            NotFoundError: there is no such record.
            InputError: as the function.
            LimitError: it took more than it may.
        """
        with _held_source(self.get(number)) as source:
            return self._apart(source, function, *arguments)

    def report(self, held: StoredRecord, how: ReportOptions, job: Job) -> bytes:
        """Return the report of a record, made in a process that ends with it.

        Args:
            held: the record.
            how: it is made.
            job: told how far it is; where it is cancelled the process is killed.

        Returns:
            The page, HTML.

        Raises:
            CancelledError: the job was cancelled.
            InputError: no report can be made of the record.
            LimitError: it took more than it may.
        """
        size = len(held.content)
        limits = ProcessLimits(
            max(REPORT_MEMORY, REPORT_TIMES_THE_FILE * size),
            REPORT_SECONDS + REPORT_SECONDS_A_MEBIBYTE * size / MEBIBYTE,
            REPORT_ANSWER,
            files=True,
        )
        process = ConfinedProcess(*KEPT_READY)
        try:
            with _held_source(held) as source:
                return process.call(report_view, source, how, limits=limits, progress=job.begin, stopped=job.cancelled)
        except InterruptedError:
            job.stop_if_cancelled()
            raise
        finally:
            process.close()

    def _check_room(self, more: int) -> None:
        bytes_held = sum(len(held.content) for held in self._held.values())
        if len(self._held) >= self._settings.most_records or bytes_held + more > self._settings.most_held:
            raise FullError("there is no room for another record", remedy="Delete one of those that are held.")

    def get(self, number: str) -> StoredRecord:
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

    def all(self) -> list[StoredRecord]:
        """Return all that are held, in the order in which they came."""
        return list(self._held.values())

    def get_mapped(self, number: str) -> StoredRecord:
        """Return a record whose codes have a meaning.

        Args:
            number: its id.

        Returns:
            The record.

        Raises:
            NotFoundError: there is none.
            InputError: its codes have no meaning yet.
        """
        held = self.get(number)
        if not held.view.mapped:
            raise InputError("the codes of this record have no meaning yet", remedy="Map its codes first.")
        return held

    def lay_out(self, number: str, layout: TableLayout) -> StoredRecord:
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
        if held.view.layout is None:
            raise InputError("this file is no plain table", remedy="Its format says itself which column holds what.")
        return self._seen_anew(replace(held, view=replace(held.view, layout=layout), tables=None))

    def map(self, number: str, tables: Mapping[str, Any]) -> StoredRecord:
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
        return self._seen_anew(replace(self.get(number), tables=tables))

    def _seen_anew(self, held: StoredRecord) -> StoredRecord:
        with _held_source(held) as source:
            return self._keep(replace(held, view=self._apart(source, record_view)))

    def _keep(self, held: StoredRecord) -> StoredRecord:
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
        self._ready.close()

    def clear(self) -> None:
        """Forget all records."""
        with self._lock:
            self._held.clear()


@contextmanager
def _source(
    content: bytes, name: str, layout: TableLayout | None = None, tables: Mapping[str, Any] | None = None
) -> Generator[UploadedFile]:
    with path_of(content, name) as path:
        yield UploadedFile(path, name, layout, tables)


def _held_source(held: StoredRecord) -> AbstractContextManager[UploadedFile]:
    return _source(held.content, held.name, held.view.layout, held.tables)
