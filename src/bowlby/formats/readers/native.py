"""bowlby's own files: csv with a commented heading, or Parquet with the same heading as key-value metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers import _delimited
from bowlby.formats.readers._salvage import whole_number
from bowlby.formats.readers._text import read_lines
from bowlby.formats.source import SourceFile
from bowlby.records.quality import EventLoss, Problem, ProblemKind
from bowlby.records.record import EVENT_SCHEMA, FIRST_TO_LAST, WINDOW_SCHEMA, ObservedFrom, UncheckedRecord
from bowlby.records.resolution import Resolution

NAME = "bowlby"
SIGNATURE = "# bowlby-record 1"
PARQUET_KEY = "bowlby-record"
HEADING_KEYS = ("metadata", "windows", "provenance", "quality")
_NEEDED = ("session", "code", "onset_s")
_RECHECKED = frozenset({ProblemKind.DUPLICATE, ProblemKind.OUTSIDE_OBSERVED})
"""Problems that reading finds again, so that a file must not hand them on as well."""


def recognises(source: SourceFile) -> bool:
    """Return whether the file begins with bowlby's signature, or is Parquet that carries it.

    Args:
        source: the file.

    Returns:
        True where it is bowlby's own.
    """
    if source.head.startswith(b"PAR1"):
        return PARQUET_KEY in _parquet_metadata(source.path)
    return source.head.removeprefix(b"\xef\xbb\xbf").startswith(SIGNATURE.encode())


def read(source: SourceFile) -> UncheckedRecord:
    """Read a file that `write_record` wrote, or a hand-made one of the same form.

    Args:
        source: the file.

    Returns:
        Events, windows, metadata and problems as written; the original's provenance stands in metadata as `origin`.

    Raises:
        FormatError: the heading is not JSON, a column is missing or unknown, or a value does not fit its column.
    """
    if source.head.startswith(b"PAR1"):
        heading, events = _parquet(source)
    else:
        heading, events = _csv(source)
    metadata = dict(cast(Mapping[str, object], heading.get("metadata", {})))
    if heading.get("provenance") and "origin" not in metadata:
        metadata["origin"] = heading["provenance"]
    return UncheckedRecord(
        _typed(events, source),
        _windows(heading, source),
        metadata,
        _problems(heading, source),
        resolution=_resolution(heading),
    )


def _parquet_metadata(path: Path) -> Mapping[str, str]:
    try:
        return pl.read_parquet_metadata(path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return {}


def _parquet(source: SourceFile) -> tuple[dict[str, object], pl.DataFrame]:
    heading = _heading([_parquet_metadata(source.path)[PARQUET_KEY]], source, 1)
    try:
        return heading, pl.read_parquet(source.path).with_columns(_place=pl.int_range(1, pl.len() + 1))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FormatError(f"the Parquet file is damaged: {first}", file=source.path, remedy="Write it again.") from None


def _csv(source: SourceFile) -> tuple[dict[str, object], pl.DataFrame]:
    data = read_lines(source.path).removeprefix(b"\xef\xbb\xbf")
    heading: list[str] = []
    count = start = 0
    while data.startswith(b"#", start):
        stop = data.find(b"\n", start)
        stop = len(data) if stop < 0 else stop
        count += 1
        if count > 1:
            heading.append(_utf8(data[start:stop], source, count).removeprefix("#").strip())
        start = stop + 1
    line, _, body = data[start:].partition(b"\n")
    names = _delimited.split_line(_utf8(line, source, count + 1).rstrip("\r"), ",")
    _delimited.check_names(names, source, count + 1)
    frame = _delimited.parse_utf8(body, ",", names, source, count + 2)
    frame = frame.with_columns(_place=pl.int_range(count + 2, pl.len() + count + 2))
    return _heading(heading, source, 2), frame


def _utf8(line: bytes, source: SourceFile, number: int) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise FormatError("the heading is not UTF-8", file=source.path, row=number, remedy="Save as UTF-8.") from None


def _heading(lines: Sequence[str], source: SourceFile, first: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for number, line in enumerate(lines, start=first):
        if not line.startswith("{"):
            continue
        try:
            value = json.loads(line, parse_int=whole_number)
        except (ValueError, RecursionError) as error:
            raise FormatError(
                f"the heading is not JSON: {error}", file=source.path, row=number, remedy="Write the record again."
            ) from None
        for key, part in value.items():
            _check_heading(key, part, source, number)
            found[key] = part
    return found


def _check_heading(key: str, part: object, source: SourceFile, number: int) -> None:
    wanted = dict if key == "metadata" else list
    if key not in HEADING_KEYS or not isinstance(part, wanted):
        raise FormatError(
            "the heading holds what does not belong there",
            file=source.path,
            row=number,
            column=key,
            remedy=f"Known: {', '.join(HEADING_KEYS)}; metadata is an object, the others are lists.",
        )


def _typed(frame: pl.DataFrame, source: SourceFile) -> pl.DataFrame:
    for name in (*_NEEDED, *frame.columns):
        if name not in frame.columns or name not in (*EVENT_SCHEMA, "_place"):
            raise FormatError(
                "a column is missing" if name in _NEEDED else "there is no such column",
                file=source.path,
                column=name,
                remedy=f"Columns are {', '.join(EVENT_SCHEMA)}; {', '.join(_NEEDED)} are needed.",
            )
    columns = [_column(frame, name, source) for name in EVENT_SCHEMA]
    events = pl.DataFrame(columns)
    _refuse(frame, "onset_s", ~events["onset_s"].is_finite().fill_null(False), source)
    _refuse(frame, "offset_s", ~events["offset_s"].is_finite().fill_null(True), source)
    return events


def _column(frame: pl.DataFrame, name: str, source: SourceFile) -> pl.Series:
    kind = EVENT_SCHEMA[name]
    if name not in frame.columns:
        missing = (
            frame["_place"] if name == "row" else pl.repeat(None if name == "offset_s" else "", len(frame), eager=True)
        )
        return missing.cast(kind).alias(name)
    column = frame[name]
    if column.dtype == pl.String:
        column = column.replace("", None)
    typed = column.cast(kind, strict=False)
    _refuse(frame, name, typed.is_null() & column.is_not_null(), source)
    return typed.fill_null("") if kind == pl.String else typed.fill_null(frame["_place"]) if name == "row" else typed


def _refuse(frame: pl.DataFrame, name: str, wrong: pl.Series, source: SourceFile) -> None:
    if wrong.any():
        row = frame.filter(wrong).row(0, named=True)
        raise FormatError(
            "a value does not fit its column",
            file=source.path,
            row=row["_place"],
            column=name,
            value=row[name],
            remedy="Times are finite numbers of seconds; an empty offset_s means a point.",
        )


def _windows(heading: Mapping[str, object], source: SourceFile) -> pl.DataFrame:
    rows = cast("list[object]", heading.get("windows", []))
    try:
        frame = pl.DataFrame([dict(cast(Mapping[str, object], row)) for row in rows], schema=WINDOW_SCHEMA)
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        frame = None
    known = {"observed", "uncodable"}
    sources = {*map(str, ObservedFrom), None}
    if frame is None or not set(frame["kind"]) <= known or not set(frame["observed_from"]) <= sources:
        frame = None
    if frame is None or frame["session"].has_nulls() or not _are_spans(frame):
        raise FormatError(
            "a window is malformed",
            file=source.path,
            column="windows",
            remedy="Each has session, kind (observed or uncodable), onset_s < offset_s, and actor, channel or null.",
        )
    said = pl.when(kind="observed").then(pl.col("observed_from").fill_null(_source_before()))
    return frame.with_columns(pl.col("reason").fill_null(""), observed_from=said)


def _source_before() -> pl.Expr:
    """Return what says when a session was observed, in files written before windows said so."""
    assumed = pl.col("reason") == FIRST_TO_LAST
    return pl.when(assumed).then(pl.lit(str(ObservedFrom.FIRST_TO_LAST))).otherwise(pl.lit(str(ObservedFrom.STATED)))


def _are_spans(frame: pl.DataFrame) -> bool:
    finite = pl.col("onset_s").is_finite() & pl.col("offset_s").is_finite() & (pl.col("onset_s") <= pl.col("offset_s"))
    return bool(frame.select(finite.fill_null(False).all()).item())


def _loss(row: object) -> EventLoss:
    known = cast("dict[str, str | int | None]", row)
    session, code, actor, channel, count = (known[key] for key in ("session", "code", "actor", "channel", "count"))
    if isinstance(session, int) or isinstance(code, int) or not isinstance(actor, str) or not isinstance(channel, str):
        raise TypeError(row)
    return EventLoss(session, code, actor, channel, None if count is None else int(count))


def _resolution(heading: Mapping[str, object]) -> Resolution | None:
    """Return the resolution of the file that a record was written from; one of several says nothing of the others."""
    entries = cast("list[object]", heading.get("provenance", []))
    if len(entries) != 1 or not isinstance(entries[0], Mapping):
        return None
    tick = cast("Mapping[str, object]", entries[0]).get("resolution_s")
    if isinstance(tick, bool) or not isinstance(tick, int | float) or not 0 < tick < float("inf"):
        return None
    return Resolution(float(tick))


def _problems(heading: Mapping[str, object], source: SourceFile) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    for row in cast("list[object]", heading.get("quality", [])):
        try:
            entry = cast(Mapping[str, object], row)
            kind = ProblemKind(cast(str, entry["kind"]))
            examples = tuple(str(line) for line in cast("list[object]", entry.get("examples", [])))
            losses = tuple(map(_loss, cast("list[object]", entry.get("losses", []))))
            problems.append(Problem(kind, int(cast(int, entry["count"])), examples, losses))
        except (TypeError, ValueError, OverflowError, KeyError, AttributeError):
            raise FormatError(
                "a problem in the heading is malformed", file=source.path, column="quality", value=str(row)[:60]
            ) from None
    return tuple(entry for entry in problems if entry.kind not in _RECHECKED)
