"""What the server shows of a record, worked out in a process that is gone afterwards: it never has a record itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from bowlby.errors import InputError
from bowlby.formats.unstated_files import UnstatedFile, read_unstated
from bowlby.records import intervals
from bowlby.records.code_suggestions import CodeSuggestion
from bowlby.records.codebook_file import codebook_from
from bowlby.records.coded_record import CodedRecord
from bowlby.records.identity import identity_codebook
from bowlby.records.layout import TableLayout
from bowlby.records.quality import Problem
from bowlby.reporting.build import ReportOptions, build
from bowlby.reporting.chart import quantitative
from bowlby.reporting.figures.timeline import timeline
from bowlby.reporting.palette import THREAT
from bowlby.reporting.vega import legible, specification

MOST_CODES = 2000
MOST_COLUMNS = 1000
LONGEST = 300
"""Characters of a label or a code that is mapped on a page, and of a place that a problem names."""

_ROW = re.compile(r"row (\d+)")


@dataclass(frozen=True)
class UploadedFile:
    """A file as its owner has it read.

    Args:
        path: of its bytes.
        name: what its owner calls it.
        layout: of a plain table; None has it proposed.
        tables: sections of a codebook, as in TOML; None where nobody has said what its codes mean.
    """

    path: Path
    name: str
    layout: TableLayout | None = None
    tables: Mapping[str, Any] | None = None

    def read(self) -> UnstatedFile:
        """Return the file as read, under its owner's name."""
        found = read_unstated(self.path, self.layout, self.name)
        named = tuple(replace(one, file=self.name) for one in found.record.provenance)
        return replace(found, record=replace(found.record, provenance=named))

    def coded(self) -> CodedRecord:
        """Return the record in the closed vocabulary.

        Raises:
            InputError: its codes have no meaning yet.
        """
        coded = self.meant(self.read())
        if coded is None:
            raise InputError("the codes of this record have no meaning yet", remedy="Map its codes first.")
        return coded

    def meant(self, found: UnstatedFile) -> CodedRecord | None:
        """Return the record by its codebook, or as itself where it speaks bowlby's constructs; None where neither."""
        book = identity_codebook(found.record) if self.tables is None else codebook_from(self.tables)
        return None if book is None else book.apply(found.record)


@dataclass(frozen=True)
class RecordView:
    """What a page shows of a record: never more than a page can hold, however large the file.

    Args:
        reader: that read it.
        events: how many.
        sessions: how many.
        observed_s: observed time, seconds.
        speaks_bowlby: whether its codes are bowlby's own constructs.
        mapped: whether its codes have a meaning.
        codes: every code that can be mapped on a page and a suggestion where a word gives one, most frequent first.
        codes_left_out: codes that are too long, or too many.
        layout: of a plain table; None for other formats.
        columns: of a plain table, as far as they can be chosen on a page.
        quality: problems of the file.
        unmapped: codes that the codebook does not name.
        codable: constructs that could be seen.
    """

    reader: str
    events: int
    sessions: int
    observed_s: float
    speaks_bowlby: bool
    mapped: bool
    codes: list[dict[str, Any]] = field(repr=False)
    codes_left_out: int
    layout: TableLayout | None
    columns: list[str] = field(repr=False)
    quality: list[dict[str, Any]] = field(repr=False)
    unmapped: list[dict[str, Any]] = field(repr=False)
    codable: list[str]


@dataclass(frozen=True)
class SessionView:
    """A session in time.

    Args:
        title: of the drawing.
        caption: below it.
        alt: the drawing in words.
        spec: Vega-Lite.
        marked: quality problems that stand at a known time.
        counts: quality problems by kind.
    """

    title: str
    caption: str
    alt: str
    spec: dict[str, Any] = field(repr=False)
    marked: list[dict[str, Any]] = field(repr=False)
    counts: dict[str, int]


def record_view(source: UploadedFile) -> RecordView:
    """Return what a page shows of a record.

    Args:
        source: the file.

    Returns:
        The view.

    Raises:
        InputError: the file is empty, in no known format, or has several people where one is needed.
        FormatError: its content breaks its format.
        CodebookError: the codebook is wrong.
    """
    found = source.read()
    coded, record = source.meant(found), found.record
    codes = list(islice(filter(_fits, found.codes), MOST_CODES))
    return RecordView(
        reader=record.provenance[0].reader,
        events=record.events.height,
        sessions=len(record.sessions),
        observed_s=round(sum(intervals.duration(record.observed(session)) for session in record.sessions), 3),
        speaks_bowlby=coded is not None and source.tables is None,
        mapped=coded is not None,
        codes=[_code(one) for one in codes],
        codes_left_out=len(found.codes) - len(codes),
        layout=found.layout,
        columns=[name for name in found.columns if len(name) <= LONGEST][:MOST_COLUMNS],
        quality=[_problem(one) for one in (coded.record if coded else record).quality],
        unmapped=[] if coded is None else [_clipped(one.as_dict()) for one in coded.unmapped[:MOST_CODES]],
        codable=[] if coded is None else [name for name, can in coded.codable_by_construct().items() if can],
    )


def _fits(one: CodeSuggestion) -> bool:
    """Return whether a code is short enough to be mapped on a page."""
    return max(len(one.actor or ""), len(one.channel or ""), len(one.code)) <= LONGEST


def _code(one: CodeSuggestion) -> dict[str, Any]:
    return {
        "actor": one.actor,
        "channel": one.channel,
        "code": one.code,
        "count": one.count,
        "role": None if one.role is None else str(one.role),
        "suggestion": None if one.construct is None else str(one.construct),
        "value": one.value,
    }


def _problem(one: Problem) -> dict[str, Any]:
    return {"kind": str(one.kind), "count": one.count, "examples": [_short(line) for line in one.examples]}


def _clipped(texts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _short(value) if isinstance(value, str) else value for key, value in texts.items()}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def session_view(source: UploadedFile, number: int) -> SessionView:
    """Return a session in time.

    Args:
        source: the file.
        number: of the session, from 0.

    Returns:
        The view.

    Raises:
        InputError: there is no such session, or the codes have no meaning yet.
    """
    coded = source.coded()
    if number >= len(coded.sessions):
        raise InputError("there is no such session", column="session", value=number, remedy="Count from 0.")
    session = coded.sessions[number]
    figure = timeline(coded, session)
    marked = _marked(coded, session)
    spec = _with_marks(legible(specification(figure, "container")), marked)
    counts = {str(one.kind): one.count for one in coded.record.quality}
    return SessionView(figure.title, figure.caption, figure.alt, spec, marked, counts)


def _marked(coded: CodedRecord, session: str) -> list[dict[str, Any]]:
    """Return the quality problems whose rows are known, in seconds from the start of observation."""
    events = coded.record.events.filter(pl.col("session") == session)
    onsets = dict(zip(events["row"], events["onset_s"], strict=True))
    start = float(coded.observed(session)[0, 0])
    return [
        {"second": round(onsets[row] - start, 3), "row": row, "kind": str(one.kind), "where": _short(line)}
        for one in coded.record.quality
        for line in one.examples
        if (found := _ROW.match(line)) and (row := int(found[1])) in onsets
    ]


def _with_marks(spec: dict[str, Any], marked: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a timeline with a rule at each quality problem; a long record counts in hours, a short one in seconds."""
    if not marked:
        return spec
    dense = "layer" not in spec
    axis, seconds = ("from", 3600.0) if dense else ("onset", 1.0)
    own = {key: spec[key] for key in ("data", "mark", "encoding", "transform") if key in spec} if dense else {}
    rule = {
        "data": {"values": [{axis: one["second"] / seconds} for one in marked]},
        "mark": {"type": "rule", "color": THREAT, "strokeDash": [3, 2], "strokeWidth": 1.5},
        "encoding": {"x": quantitative(axis)},
    }
    rest = {key: value for key, value in spec.items() if key not in own}
    return {**rest, "layer": [*([own] if dense else spec["layer"]), rule]}


def report_view(source: UploadedFile, how: ReportOptions, progress: Callable[[str], None]) -> bytes:
    """Return the report of a record.

    Args:
        source: the file.
        how: it is made.
        progress: called with the name of each step as it begins.

    Returns:
        The page, HTML.

    Raises:
        InputError: a session has several children or caregivers, or the codes have no meaning yet.
    """
    from bowlby.reporting.page import report_html

    parts = build(source.coded(), how, progress)
    progress("drawing")
    return report_html(parts).encode()
