"""Plain csv, tsv, Parquet and Excel tables, read through a column mapping that the user states."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from bowlby.errors import FormatError, suggestion
from bowlby.formats.readers import _delimited, _spreadsheet
from bowlby.formats.readers._delimited import Cells
from bowlby.formats.readers._header import is_data, stated_layout
from bowlby.formats.readers._text import announced, decode, head_text, read_lines
from bowlby.formats.readers._times import ROW, TimeTable, exact, resolution_of, time_columns
from bowlby.formats.source import SourceFile
from bowlby.records.layout import TableLayout, Timing
from bowlby.records.quality import Problem, ProblemKind, problem
from bowlby.records.record import UncheckedRecord, is_one_session, session_spans

NAME = "table"
PARQUET = b"PAR1"
LONGEST_SESSION_S = 86400.0
SHORTEST_SESSION_S = 1.0
_FEWEST_EVENTS = 5
_CONTROL = bytes(code for code in range(32) if chr(code) not in "\t\r\n\f")
_BLANKS = (b" ", b"\t", b"\v", b"\f", b'"')


def recognises(source: SourceFile) -> bool:
    """Return whether the file is a table of some kind.

    Args:
        source: the file.

    Returns:
        True for Parquet, Excel, and text without control characters that has columns or a table's file name.
    """
    if source.head.startswith(PARQUET) or _spreadsheet.is_workbook(source):
        return True
    text = head_text(source).encode()
    if len(text.translate(None, _CONTROL)) < len(text):
        return False
    named = source.path.suffix.lower() in (".csv", ".tsv", ".txt", ".tab")
    return named or len(_delimited.header_of(source)) > 1


def read(source: SourceFile) -> UncheckedRecord:
    """Read a plain table by its layout, or by a header that names a code and times with their unit.

    A row without code and without onset is blank and skipped. A row without offset or duration is a point. Times are
    divided by the stated unit's number per second.

    Args:
        source: the file and its layout.

    Returns:
        The events; no windows, since a plain table states none.

    Raises:
        FormatError: no layout, a column that does not exist, or a time that is missing, ambiguous, not finite or
            negative where a duration is meant; with row, column and value.
    """
    layout = source.layout if isinstance(source.layout, TableLayout) else _timed(layout_of(source), source.layout)
    cells = _quick(source, layout) or _cells(source, layout)
    frame = _trimmed(cells, layout).with_row_index(ROW, offset=cells.first_row)
    if _may_be_blank(frame, layout.onset):
        coded = pl.any_horizontal(_text(name, layout).ne("") for name in layout.codes)
        frame = frame.filter(coded | _is_filled(frame, layout))
    times = TimeTable(frame, layout, source, cells.delimiter)
    events, midnights = times.in_order(_of_columns(times) if layout.more_codes else _events(times, layout))
    metadata: dict[str, object] = {"modifier_names": [{"names": list(layout.modifiers)}]} if layout.modifiers else {}
    if not isinstance(source.layout, TableLayout):
        metadata |= _columns_read(layout, source)
    return UncheckedRecord(
        events=events,
        metadata=metadata,
        problems=cells.problems + midnights + _unit_doubts(events, layout),
        resolution=resolution_of(layout, frame),
    )


def _timed(layout: TableLayout, stated: Timing | None) -> TableLayout:
    """Return a header's layout with what a codebook states of times."""
    return layout if stated is None else replace(layout, **vars(stated))


def layout_of(source: SourceFile) -> TableLayout:
    """Return the layout that a table's own header states.

    Args:
        source: the file.

    Returns:
        The layout.

    Raises:
        FormatError: the header leaves a column or the unit open, or the first line is no header.
    """
    names = column_names(source)
    layout = stated_layout(names)
    if layout is None:
        raise FormatError(
            "the first line is no header" if is_data(names) else "a plain table does not say which column holds what",
            file=source.path,
            row=_delimited.header_row(source),
            value=", ".join(names)[:60],
            remedy=f"Run `bowlby codebook init {source.path} -o codes.toml`, check under [table] which column holds "
            "what, and give --codebook codes.toml. A header such as actor, code, onset_s, offset_s needs none.",
        )
    return layout


def column_names(source: SourceFile) -> list[str]:
    """Return the cells of a table's first row.

    Args:
        source: the file.

    Returns:
        Stripped texts.

    Raises:
        FormatError: the file is damaged.
    """
    if source.head.startswith(PARQUET):
        return _parquet(source.path).columns
    if _spreadsheet.is_workbook(source):
        rows = _spreadsheet.first_sheet(source.path, 1)
        return [cell.strip() for cell in rows[0]] if rows else []
    return _delimited.header_of(source)


def _columns_read(layout: TableLayout, source: SourceFile) -> dict[str, object]:
    """What was taken for what where nobody but the header said it."""
    read_as = columns_of(layout)
    left_out = [name for name in column_names(source) if name and name not in read_as]
    return {"columns_read_as": read_as, "unit": str(layout.unit), "columns_left_out": left_out}


def columns_of(layout: TableLayout) -> dict[str, str]:
    """Return the columns a layout needs, each with the role it plays.

    Args:
        layout: the mapping.

    Returns:
        Column name to layout key, in the layout's order.
    """
    keys = ("onset", "offset", "duration", "code", "session", "actor", "partner", "channel")
    named = {getattr(layout, key): key for key in keys if getattr(layout, key) is not None}
    return named | dict.fromkeys(layout.more_codes, "code") | dict.fromkeys(layout.modifiers, "modifiers")


def read_table(source: SourceFile, *, header: bool = True) -> Cells:
    """Return a plain table's cells without a layout, as texts (Parquet keeps its types).

    Args:
        source: the file.
        header: False names the columns "1", "2", and so on.

    Returns:
        The cells.

    Raises:
        FormatError: the table cannot be divided into rows and columns.
    """
    if source.head.startswith(PARQUET):
        return Cells(_parquet(source.path), 1, "")
    if _spreadsheet.is_workbook(source):
        return _workbook(source, header)
    return _delimited.read_cells(source) if header else _headless(source)


def _quick(source: SourceFile, layout: TableLayout) -> Cells | None:
    """The common case at full speed: UTF-8 csv in which every time is a number. None sends it the careful way."""
    if source.head.startswith((PARQUET, _spreadsheet.MAGIC)):
        return None
    encoding, mark = announced(source.head)
    names = _delimited.header_of(source)
    wanted = columns_of(layout)
    first = source.head[mark:].split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    stated = layout.decimal not in (None, ".") or layout.thousands is not None
    if stated or encoding != "utf-8" or not layout.header:
        return None
    if not set(wanted) <= set(names) or len(set(names)) < len(names):
        return None
    delimiter = _delimited.delimiter_in(source)
    if (
        not first.strip()
        or delimiter == ";"
        or _delimited.split_line(first, delimiter) != first.replace('"', "").split(delimiter)
    ):
        return None
    times = [] if layout.unit.is_clock else time_columns(layout)
    schema = {name: pl.Float64() if name in times else pl.String() for name in wanted}
    some = list(wanted) if len(wanted) < len(names) else None
    data = read_lines(source.path)
    try:
        quote = '"' if b'"' in data else None
        frame = pl.read_csv(
            data, separator=delimiter, quote_char=quote, columns=some, schema_overrides=schema, infer_schema=False
        )
    except pl.exceptions.PolarsError:
        return None
    if not set(wanted) <= set(frame.columns) or frame[layout.onset].has_nulls():
        return None
    return Cells(frame, 2, delimiter, trimmed=_holds_no_blank(data, delimiter))


def _holds_no_blank(data: bytes, delimiter: str) -> bool:
    """Return whether no cell can hold a blank: the bytes show it several times faster than the cells.

    A quotation mark counts as one, since a quoted cell may hold a line end; so does all that is not ASCII.
    """
    if any(mark in data for mark in _BLANKS if mark != delimiter.encode()) or not data.isascii():
        return False
    return b"\r" not in data or data.count(b"\r") == data.count(b"\r\n")


def _trimmed(cells: Cells, layout: TableLayout) -> pl.DataFrame:
    """Return the cells with blanks around each text taken off and "" where there was none; times as they stand."""
    named = {layout.session, layout.actor, layout.partner, layout.channel, *layout.codes, *layout.modifiers}
    given = [cells.frame[name] for name in named.difference(time_columns(layout)) if name is not None]
    texts = [text.cast(pl.String) for text in given if not (cells.trimmed and _is_whole_text(text))]
    stripped = texts if cells.trimmed else [text.str.strip_chars() for text in texts]
    return cells.frame.with_columns(text.fill_null("") for text in stripped) if stripped else cells.frame


def _is_whole_text(column: pl.Series) -> bool:
    return column.dtype == pl.String and not column.has_nulls()


def _cells(source: SourceFile, layout: TableLayout) -> Cells:
    cells = read_table(source, header=layout.header)
    names = cells.frame.columns
    for name, key in columns_of(layout).items():
        if name not in names:
            raise _no_column(source, name, key, names)
    return cells


def _no_column(source: SourceFile, name: str, key: str, names: list[str]) -> FormatError:
    if is_data(names):
        return _delimited.no_header(names, source)
    if len(names) == 1 and names[0] != name:
        return FormatError(
            "the table has a single column: its delimiter is none of comma, tab, semicolon and bar",
            file=source.path,
            row=_delimited.header_row(source),
            column=names[0][:60],
            remedy="Export it as comma- or tab-separated text.",
        )
    there = suggestion(name, names, 0.5)
    return FormatError(
        f"there is no column {name!r}, which the layout names as {key}",
        file=source.path,
        row=_delimited.header_row(source),
        column=name,
        remedy=f"{there}The columns are {', '.join(map(repr, names[:20]))}.",
    )


def _headless(source: SourceFile) -> Cells:
    decoded = decode(read_lines(source.path), source.path)
    text = _delimited.line_feeds(decoded.text)
    line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = decoded.delimiter or _delimited.delimiter_of(line)
    names = [str(number) for number, _ in enumerate(_delimited.split_line(line, delimiter), start=1)]
    frame = _delimited.parse(text.encode(), delimiter, names, source, 1)
    return Cells(frame, 1, delimiter, decoded.problems)


def _workbook(source: SourceFile, header: bool) -> Cells:
    rows = _spreadsheet.first_sheet(source.path)
    if not rows:
        raise FormatError("the workbook's first sheet is empty", file=source.path, remedy="Export it again.")
    names = [cell.strip() for cell in rows[0]] if header else [str(number + 1) for number in range(len(rows[0]))]
    _delimited.check_names(names, source)
    body = [[cell or None for cell in row] for row in rows[int(header) :]]
    return Cells(pl.DataFrame(body, schema=dict.fromkeys(names, pl.String()), orient="row"), 1 + int(header), "")


def _parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FormatError(f"the Parquet file is damaged: {first}", file=path, remedy="Write it again.") from None


def _of_columns(times: TimeTable) -> pl.DataFrame:
    """One event for each cell of a column of codes; a row without any keeps one under the empty code."""
    layout = times.layout
    parts = [_events(times, replace(layout, code=name)).with_columns(channel=pl.lit(name)) for name in layout.codes]
    coded = pl.concat(parts).filter(pl.col("code") != "")
    bare = parts[0].join(coded, on="row", how="anti").with_columns(channel=pl.lit(""))
    return pl.concat([coded, bare]).sort("row", maintain_order=True)


def _events(times: TimeTable, layout: TableLayout) -> pl.DataFrame:
    onset = times.onset()
    return times.frame.select(
        session=_sessions(times.frame, layout, times.source),
        actor=_text(layout.actor, layout),
        partner=_text(layout.partner, layout),
        channel=_text(layout.channel, layout),
        code=_text(layout.code, layout),
        onset_s=onset,
        offset_s=times.offset(onset),
        modifiers=pl.concat_str([_text(name, layout) for name in layout.modifiers], separator="|")
        if layout.modifiers
        else pl.lit(""),
        row=pl.col(ROW),
    )


def _text(column: str | None, layout: TableLayout) -> pl.Expr:
    """A column as text; those that are no times have been trimmed."""
    if column is None:
        return pl.lit("")
    if column in time_columns(layout):
        return exact(column).cast(pl.String).str.strip_chars().fill_null("")
    return exact(column)


def _may_be_blank(frame: pl.DataFrame, column: str) -> bool:
    return frame.schema[column] == pl.String or frame[column].has_nulls()


def _is_filled(frame: pl.DataFrame, layout: TableLayout) -> pl.Expr:
    if frame.schema[layout.onset] == pl.String:
        return _text(layout.onset, layout).ne("")
    return exact(layout.onset).is_not_null()


def _sessions(frame: pl.DataFrame, layout: TableLayout, source: SourceFile) -> pl.Expr:
    if layout.session is None:
        return pl.lit(source.path.stem)
    if frame.select(_text(layout.session, layout).eq("").any()).item():
        empty = frame.filter(_text(layout.session, layout).eq(""))
        raise FormatError(
            "a row names no session", file=source.path, row=empty[ROW][0], column=layout.session, remedy="Fill it in."
        )
    return _text(layout.session, layout)


def _unit_doubts(events: pl.DataFrame, layout: TableLayout) -> tuple[Problem, ...]:
    """Spans that no coded session has say that the stated unit is probably not the file's."""
    spans = session_spans(events, layout.session is None or is_one_session(events))
    return problem(
        ProblemKind.MIXED_UNITS,
        [
            f"{session}: {count} events span {last - first:g} s when read as {layout.unit}; "
            "is the unit in [table] right?"
            for session, first, last, count in spans
            if last - first > LONGEST_SESSION_S or (last - first < SHORTEST_SESSION_S and count >= _FEWEST_EVENTS)
        ],
    )
