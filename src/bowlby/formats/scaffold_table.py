"""A proposal for reading a plain table, from the names of its columns and the look of its cells."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from bowlby.errors import FormatError, InputError
from bowlby.formats.readers import table
from bowlby.formats.readers._clock import FrameRate, clock_seconds
from bowlby.formats.readers._delimited import header_row
from bowlby.formats.readers._header import is_data, stated_layout
from bowlby.formats.readers._numbers import Comma, is_either, notation_of, notation_of_program, number_of
from bowlby.formats.source import SourceFile, source_of
from bowlby.records.columns_by_content import columns_by_content
from bowlby.records.layout import TableLayout, TimeUnit

_NAMES: dict[str, str] = {
    "onset": "onset onsets onsettime onsettimes startsec start starttime starts begin begintime segmentonset "
    "segmentstart from time t timestamp tmin timerelativesf",
    "offset": "offset offsets offsettime endsec end endtime stop stoptime segmentoffset segmentend to finish tmax",
    "duration": "duration durationtime dur length durationsf",
    "code": "code codes behavior behaviour event label segtype type eventtype annotation value category action act",
    "actor": "actor speaker subject who person speakertype participantrole agent",
    "session": "session sessionid observation observationid recording recordingid dyad visit file filename rawfilename "
    "participant id",
    "channel": "channel tier layer modality stream",
    "partner": "partner addressee target receiver",
}
_UNIT_ENDINGS: tuple[tuple[TimeUnit, str], ...] = (
    (TimeUnit.MILLISECONDS, r"(ms|msec|millis|milliseconds)$"),
    (TimeUnit.MICROSECONDS, r"(us|usec|micros|microseconds)$"),
    (TimeUnit.FRAMES, r"frames?$"),
    (TimeUnit.SECONDS, r"(sec|secs|seconds)$"),
)
_VAGUE = frozenset(
    ("t", "from", "to", "begin", "finish", "type", "eventtype", "value", "category", "label", "annotation", "id")
)
"""Names that could be something else."""

_LOOKED_AT = 1000
_DAY_S = 86400
DEFAULT_FRAMES_PER_SECOND = 25.0
DROP_FRAMES_PER_SECOND = 29.97
_CLOCK_LIKE = r"[0-9][:;][0-9]"
_FRAMES_LIKE = r"[0-9][:;][0-9]+[:;][0-9]+([:;])[0-9]{2}\s*$"
_PROGRAM = notation_of_program(None)


def scaffold_table(path: str | Path) -> TableLayout:
    """Return a proposal for a plain table's layout; a person must check it, above all the unit.

    Args:
        path: csv, tsv, Parquet or Excel.

    Returns:
        The proposed layout.

    Raises:
        InputError: the file is missing or empty.
        FormatError: no column looks like an onset, or none like a code.
    """
    source = source_of(path)
    names = table.column_names(source)
    if is_data(names):
        return _headless_layout(table.read_table(source, header=False).frame, source)
    stated = stated_layout(names)
    cells = table.read_table(source)
    frame = cells.frame
    if stated is not None:
        return replace(stated, **_notation(frame, stated, cells.delimiter))
    found = {key: column for key in _NAMES if (column := _named(frame.columns, key)) is not None}
    found.setdefault("code", found.get("actor", ""))
    for key in ("onset", "code"):
        if not found.get(key):
            raise _not_found(key, frame.columns, source)
    if found["code"] == found.get("actor"):
        del found["actor"]
    if "offset" in found:
        found.pop("duration", None)
    unit = _unit(frame, found["onset"])
    rate = DROP_FRAMES_PER_SECOND if unit == TimeUnit.DROP_FRAME else DEFAULT_FRAMES_PER_SECOND
    rate = rate if unit.needs_rate else None
    stated = TableLayout(unit=unit, onset=found.pop("onset"), code=found.pop("code"), frames_per_second=rate)
    named = replace(stated, **{key: column for key, column in found.items() if column})
    return replace(named, **_notation(frame, named, cells.delimiter))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _bare(name: str) -> str:
    """A column's name without the unit at its end: "onset_ms", "Start (s)"."""
    lower = name.lower()
    unit = re.search(r"(?<=[_ (\[])s[)\]]?$", lower)
    plain = _plain(lower[: unit.start()] if unit else lower)
    return re.sub(r"(?<=[a-z])(ms|msec|millis|frames?|us|seconds?|secs?)$", "", plain)


def _named(columns: Sequence[str], key: str) -> str | None:
    looked_at = {column: (_plain(column), _bare(column)) for column in columns}
    for wanted in _NAMES[key].split():
        for column, names in looked_at.items():
            if wanted in names:
                return column
    return None


def _number(text: str) -> float | None:
    number = number_of(text.strip(), _PROGRAM)
    return clock_seconds(text, FrameRate(60)) if number is None else number


def _notation(frame: pl.DataFrame, layout: TableLayout, delimiter: str) -> dict[str, str]:
    """Return what a comma is proposed to mean where the numbers leave it open: whole numbers have thousands."""
    columns = [frame[name] for name in (layout.onset, layout.offset, layout.duration) if name is not None]
    texts = [column.str.strip_chars() for column in columns if column.dtype == pl.String]
    known = Comma.DECIMAL if delimiter == ";" else Comma.UNKNOWN
    if layout.unit.is_clock or notation_of(texts, None, known).comma != Comma.UNKNOWN:
        return {}
    if not any(is_either(text) for column in texts for text in column):
        return {}
    return {"decimal": ","} if layout.unit == TimeUnit.SECONDS else {"thousands": ","}


def _headless_layout(frame: pl.DataFrame, source: SourceFile) -> TableLayout:
    found = columns_by_content(frame.head(_LOOKED_AT), _finite)
    for key in ("onset", "code"):
        if key not in found:
            raise _not_found(key, frame.columns, source)
    unit = _unit(frame, found["onset"])
    guessed = TableLayout(unit=unit, onset=found.pop("onset"), code=found.pop("code"), header=False)
    return replace(guessed, **found)


def _finite(text: str) -> float | None:
    number = _number(text)
    return number if number is not None and math.isfinite(number) else None


def doubts_of(layout: TableLayout) -> dict[str, str]:
    """Return what of a proposed layout is a guess.

    Args:
        layout: as proposed by `scaffold_table`.

    Returns:
        Layout key to what the guess rests on; empty where the header states everything.
    """
    columns = {key: column for column, key in table.columns_of(layout).items()}
    if not layout.header:
        return {"unit": "from the size of the numbers", **dict.fromkeys(columns, "from the values; there is no header")}
    if stated_layout(list(columns.values())) == replace(layout, modifiers=()):
        return {}
    vague = {key: "from the name" for key, column in columns.items() if _plain(column) in _VAGUE}
    if layout.unit == TimeUnit.CLOCK or any(re.search(end, _plain(layout.onset)) for _, end in _UNIT_ENDINGS):
        return vague
    return {"unit": "from the size of the numbers; no column says its unit", **vague}


def _unit(frame: pl.DataFrame, onset: str) -> TimeUnit:
    for unit, ending in _UNIT_ENDINGS:
        if re.search(ending, _plain(onset)):
            return unit
    texts = [text for text in frame[onset].head(_LOOKED_AT).cast(pl.String).to_list() if text]
    if texts and all(re.search(_CLOCK_LIKE, text) for text in texts):
        frames = [match[1] for text in texts if (match := re.search(_FRAMES_LIKE, text))]
        if len(frames) < len(texts):
            return TimeUnit.CLOCK
        return TimeUnit.DROP_FRAME if ";" in frames else TimeUnit.TIMECODE
    numbers = [number for text in texts if (number := _number(text)) is not None]
    whole = bool(numbers) and all(number == int(number) for number in numbers if abs(number) < 1e300)
    return TimeUnit.MILLISECONDS if whole and max(numbers) > _DAY_S else TimeUnit.SECONDS


def _not_found(key: str, columns: Sequence[str], source: SourceFile) -> InputError:
    return FormatError(
        f"no column looks like the {key}",
        file=source.path,
        row=header_row(source),
        remedy=f"Write a [table] section by hand (docs/codebooks.md); the columns are {', '.join(columns[:20])}.",
    )
