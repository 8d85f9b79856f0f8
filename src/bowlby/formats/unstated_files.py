"""A file of which nothing has been said: its format, and of a plain table a proposal for its columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bowlby.formats.read import choose_reader, read_record
from bowlby.formats.readers import table
from bowlby.formats.scaffold_table import scaffold_table
from bowlby.formats.source import source_of
from bowlby.records.code_suggestions import CodeSuggestion, suggest_codes
from bowlby.records.layout import TableLayout
from bowlby.records.record import Record


@dataclass(frozen=True)
class UnstatedFile:
    """A file read by what it looks like.

    Args:
        record: as read.
        layout: proposed for a plain table, which a person must check; None for other formats.
        codes: every code and a suggestion where a word gives one, most frequent first.
        columns: of a plain table.
    """

    record: Record
    codes: tuple[CodeSuggestion, ...] = ()
    layout: TableLayout | None = None
    columns: tuple[str, ...] = ()


def read_unstated(path: Path, layout: TableLayout | None = None, name: str | None = None) -> UnstatedFile:
    """Read a file of which nothing has been said, or nothing but its columns.

    Args:
        path: the file.
        layout: of a plain table, where a person has said it; None has it proposed.
        name: what its owner calls the file, where that is not its path.

    Returns:
        Its record, its codes, and how its columns were taken.

    Raises:
        InputError: the file is missing, empty or in no known format.
        FormatError: its content breaks its format, or no column of a plain table looks like an onset or a code.
    """
    source = source_of(path)
    reader = choose_reader(source)
    if reader.NAME != table.NAME and layout is None:
        record = read_record(path, format=reader.NAME)
        return UnstatedFile(record, suggest_codes(record, names=[name or path.name]))
    taken = layout or scaffold_table(path)
    record = read_record(path, taken, format=table.NAME)
    columns = table.read_table(source, header=taken.header).frame.columns
    return UnstatedFile(record, suggest_codes(record, names=[name or path.name]), taken, tuple(columns))
