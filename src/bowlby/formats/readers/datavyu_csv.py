"""Datavyu's csv exports: one row a cell, columns side by side as `name.ordinal, name.onset, name.offset, ...`.

Scripts also write one column alone, without its name before each title: `ordinal, onset, offset, code, ...`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from bowlby.errors import FormatError
from bowlby.formats.readers._cells import DatavyuCell, cells_as_events
from bowlby.formats.readers._events import in_time
from bowlby.formats.readers._text import head_text, read_text
from bowlby.formats.source import SourceFile
from bowlby.records.record import UncheckedRecord
from bowlby.records.resolution import MILLISECOND

NAME = "datavyu_csv"

_TIMES = ("onset", "offset")
_PARTS = ("ordinal", *_TIMES)
_DEFAULT_ARGUMENT = re.compile(r"code\d\d")
_CLOCK = re.compile(r"(-?)(\d{1,4}):([0-5]\d):([0-5]\d):(\d{3})")
"""Hours, minutes, seconds and thousandths, as Datavyu shows times."""


def recognises(source: SourceFile) -> bool:
    """Return whether this is a csv export of Datavyu.

    Args:
        source: the file.

    Returns:
        True where the header starts with a column's ordinal, onset and offset, with the column's name before each or
        alone; without ordinals, where the times or the arguments are written as only Datavyu does, and no layout says
        how to read them.
    """
    first, *rest = head_text(source).lstrip().split("\n", 2)
    titles = [title.strip().strip('"') for title in first.strip().split(",")]
    name = titles[0].rpartition(".")[0]
    prefix = f"{name}." if name else ""
    if [f"{prefix}{part}" for part in _PARTS] == titles[:3]:
        return True
    if [f"{prefix}{part}" for part in _TIMES] != titles[:2] or len(titles) < 3 or source.layout is not None:
        return False
    times = [cell.strip().strip('"') for cell in rest[0].split(",")[:2]] if rest else [""]
    return all(map(_CLOCK.fullmatch, times)) or _DEFAULT_ARGUMENT.fullmatch(titles[2]) is not None


def read(source: SourceFile) -> UncheckedRecord:
    """Return the cells of all columns, by the same rule as a project's.

    Args:
        source: the file.

    Returns:
        Events by onset.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is not Datavyu's csv, or a time in it is no whole number of milliseconds.
    """
    decoded = read_text(source)
    rows = _rows(decoded.text, source)
    _, header = next(rows, (1, []))
    groups = _groups(header, source)
    cells = [cell for row, values in rows for cell in _row_cells(row, values, groups, source)]
    events, uneven, dropped = cells_as_events(cells, source.path, source.keep_private)
    events, late = in_time(events)
    columns = {name: [argument for argument, _ in arguments] for name, (_, arguments) in groups.items()}
    metadata: dict[str, object] = {"columns": columns, "dropped": dropped}
    return UncheckedRecord(events, metadata=metadata, problems=decoded.problems + uneven + late, resolution=MILLISECOND)


_Groups = dict[str, tuple[dict[str, int], list[tuple[str, int]]]]
"""For each Datavyu column: where its ordinal, onset and offset stand, and its arguments with their places."""


def _rows(text: str, source: SourceFile) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines(keepends=True))
    try:
        for values in reader:
            if values:
                yield reader.line_num, values
    except csv.Error as error:
        raise FormatError(
            f"the csv is broken: {error}",
            file=source.path,
            row=reader.line_num,
            remedy="Export it from Datavyu again.",
        ) from None


def _groups(header: list[str], source: SourceFile) -> _Groups:
    groups: _Groups = {}
    alone = bool(header) and header[0].strip() in _PARTS
    for place, title in enumerate(header):
        name, _, part = title.strip().rpartition(".")
        if not title.strip():
            continue
        if not name and not alone:
            raise _broken(source, 1, title, None, "a column's title is not of the form name.argument")
        places, arguments = groups.setdefault(name, ({}, []))
        if part in _PARTS:
            places[part] = place
        else:
            arguments.append((part, place))
    for name, (places, _) in groups.items():
        if set(_TIMES) - set(places):
            raise _broken(source, 1, name, None, "a column lacks its onset or offset")
    return groups


def _row_cells(row: int, values: list[str], groups: _Groups, source: SourceFile) -> Iterator[DatavyuCell]:
    """Yield the cells of one row; shorter columns leave their places empty."""
    for name, (places, arguments) in groups.items():
        times = {part: _at(values, places[part]) for part in _TIMES}
        said = tuple(_at(values, place) for _, place in arguments)
        if not any(times.values()) and not any(said):
            continue
        onset, offset = (_milliseconds(source, row, f"{name}.{part}", text) for part, text in times.items())
        yield DatavyuCell(name, tuple(argument for argument, _ in arguments), said, onset, offset, row)


def _at(values: list[str], place: int) -> str:
    return values[place].strip() if place < len(values) else ""


def _milliseconds(source: SourceFile, row: int, column: str, text: str) -> int:
    clock = _CLOCK.fullmatch(text)
    if clock:
        sign, *digits = clock.groups()
        hours, minutes, seconds, thousandths = map(int, digits)
        return (-1 if sign else 1) * (((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths)
    if not re.fullmatch(r"-?\d{1,12}", text):
        raise _broken(source, row, column, text, "a time is no whole number of milliseconds")
    return int(text)


def _broken(source: SourceFile, row: int, column: str, value: str | None, what: str) -> FormatError:
    return FormatError(
        what, file=source.path, row=row, column=column, value=value, remedy="Export it from Datavyu again."
    )
