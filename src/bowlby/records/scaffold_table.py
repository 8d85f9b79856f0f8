"""A proposal for reading a plain table, from the names of its columns and the look of its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from bowlby.errors import FormatError, InputError
from bowlby.records.layout import TableLayout, TimeUnit
from bowlby.records.read import Source, source_of
from bowlby.records.readers import table
from bowlby.records.readers._text import clock_seconds

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
_LOOKED_AT = 1000
_DAY_S = 86400
DEFAULT_FRAMES_PER_SECOND = 25.0


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
    frame = table.read_table(source).frame
    if _is_headless(frame.columns):
        return _headless_layout(table.read_table(source, header=False).frame, source)
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
    rate = DEFAULT_FRAMES_PER_SECOND if unit == TimeUnit.FRAMES else None
    stated = TableLayout(unit=unit, onset=found.pop("onset"), code=found.pop("code"), frames_per_second=rate)
    return replace(stated, **{key: column for key, column in found.items() if column})


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _bare(name: str) -> str:
    """A column's name without the unit at its end: "onset_ms", "Start (s)"."""
    plain = _plain(re.sub(r"[_ (\[]+s[)\]]?$", "", name.lower()))
    return re.sub(r"(?<=[a-z])(ms|msec|millis|frames?|us|seconds?|secs?)$", "", plain)


def _named(columns: Sequence[str], key: str) -> str | None:
    for wanted in _NAMES[key].split():
        for column in columns:
            if wanted in (_plain(column), _bare(column)):
                return column
    return None


def _is_headless(names: Sequence[str]) -> bool:
    return any(_number(name) is not None for name in names if name)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return clock_seconds(text)


def _headless_layout(frame: pl.DataFrame, source: Source) -> TableLayout:
    head = frame.head(_LOOKED_AT)
    numeric = [name for name in head.columns if _share_numeric(head[name]) > 0.99]
    others = [name for name in head.columns if name not in numeric]
    if not numeric:
        raise _not_found("onset", frame.columns, source)
    onset = numeric[0]
    offset = next((name for name in numeric[1:2] if _never_before(head[onset], head[name])), None)
    rest = [*others, *(name for name in numeric if name not in (onset, offset))]
    if not rest:
        raise _not_found("code", frame.columns, source)
    return TableLayout(unit=_unit(frame, onset), onset=onset, offset=offset, code=rest[-1], header=False)


def _share_numeric(column: pl.Series) -> float:
    texts = [text for text in column.cast(pl.String).to_list() if text]
    return sum(_number(text) is not None for text in texts) / len(texts) if texts else 0.0


def _never_before(onset: pl.Series, offset: pl.Series) -> bool:
    pairs = zip(onset.cast(pl.String).to_list(), offset.cast(pl.String).to_list(), strict=True)
    numbers = [(_number(start or ""), _number(stop or "")) for start, stop in pairs]
    return all(start is None or stop is None or stop >= start for start, stop in numbers)


def _unit(frame: pl.DataFrame, onset: str) -> TimeUnit:
    for unit, ending in _UNIT_ENDINGS:
        if re.search(ending, _plain(onset)):
            return unit
    texts = [text for text in frame[onset].head(_LOOKED_AT).cast(pl.String).to_list() if text]
    if texts and all(":" in text for text in texts):
        return TimeUnit.CLOCK
    numbers = [number for text in texts if (number := _number(text)) is not None]
    whole = bool(numbers) and all(number == int(number) for number in numbers if abs(number) < 1e300)
    return TimeUnit.MILLISECONDS if whole and max(numbers) > _DAY_S else TimeUnit.SECONDS


def _not_found(key: str, columns: Sequence[str], source: Source) -> InputError:
    return FormatError(
        f"no column looks like the {key}",
        file=source.path,
        row=1,
        remedy=f"Write a [table] section by hand (docs/codebooks.md); the columns are {', '.join(columns[:20])}.",
    )
