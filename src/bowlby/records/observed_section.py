"""The `[observed]` section of a codebook, with every mistake named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from bowlby.errors import CodebookError, suggestion
from bowlby.records.observed_time import EventPattern, ObservedTime

_BOUNDS, _CODES, _PATTERN = ("from_s", "to_s"), ("start", "stop"), ("code", "codes", "channel", "actor")
_KEYS = (*_BOUNDS, "clips", *_CODES)
_NAMED = 'Write { channel = "..." }, { code = "..." } or { actor = "..." }.'
_WAYS = 'Give from_s and to_s, or clips = { channel = "..." }, or start = "..." and stop = "...".'


def observed_section(table: Mapping[str, object], path: Path | None) -> ObservedTime:
    """Return what the `[observed]` section of a codebook says.

    Args:
        table: the parsed section.
        path: named in errors.

    Returns:
        The time observed, in one of three ways.

    Raises:
        CodebookError: a key is unknown, two ways are mixed, one is incomplete, or a value is not what it should be.
    """
    for key in table:
        if key not in _KEYS:
            near = suggestion(key, _KEYS, 0.5)
            raise _wrong("there is no such key in observed", path, key, key, f"{near}{_WAYS}")
    ways = [way for way in (_BOUNDS, ("clips",), _CODES) if any(key in table for key in way)]
    if len(ways) != 1:
        what = "[observed] says nothing" if not ways else "[observed] says in two ways what was observed"
        raise _wrong(what, path, "observed", ", ".join(table), _WAYS)
    match ways[0]:
        case ("clips",):
            return ObservedTime(clips=_pattern(table, "clips", path))
        case ("start", "stop"):
            return _start_and_stop(table, path)
        case _:
            from_s, to_s = (_second(table.get(key), key, path) for key in _BOUNDS)
            return bounds(from_s, to_s, path)


def bounds(from_s: float | None, to_s: float | None, path: Path | None) -> ObservedTime:
    """Return a window from one second to another, either of which may be the file's own.

    Args:
        from_s: start, seconds, or None.
        to_s: end, seconds, or None.
        path: named in errors.

    Returns:
        The time observed.

    Raises:
        CodebookError: it ends before it starts.
    """
    if from_s is not None and to_s is not None and to_s <= from_s:
        raise _wrong("the observed window ends before it starts", path, "to_s", to_s, f"A time after {from_s:g} s.")
    return ObservedTime(from_s, to_s)


def _start_and_stop(table: Mapping[str, object], path: Path | None) -> ObservedTime:
    for key in _CODES:
        if key not in table:
            raise _wrong(f"[observed] does not say {key}", path, key, None, "Codes of start and stop go together.")
    start, stop = (_pattern(table, key, path) for key in _CODES)
    if start == stop:
        remedy = "Give each a code of its own, or code clips as states and name them under clips."
        raise _wrong("one code cannot both start and stop", path, "stop", str(stop), remedy)
    return ObservedTime(start=start, stop=stop)


def _pattern(table: Mapping[str, object], key: str, path: Path | None) -> EventPattern:
    value = table[key]
    said = cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {"codes": value}
    for name in said:
        if name not in _PATTERN:
            near = suggestion(name, _PATTERN, 0.5)
            raise _wrong(f"there is no such key in observed.{key}", path, key, name, near or _NAMED)
    codes = _texts(said.get("codes", said.get("code", ())), path, key)
    channel, actor = (_label(said.get(name), path, f"{key}.{name}") for name in ("channel", "actor"))
    if not codes and channel is None and actor is None:
        raise _wrong(f"observed.{key} names no event", path, key, None, _NAMED)
    return EventPattern(codes, channel, actor)


def _texts(value: object, path: Path | None, key: str) -> tuple[str, ...]:
    texts = (value,) if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(t, str) for t in cast("list[object]", texts)):
        raise _wrong("a code or a list of codes is wanted", path, key, value, f'Write {key} = "..." with the code.')
    return tuple(cast("list[str]", texts))


def _label(value: object, path: Path | None, key: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _wrong("a text is wanted", path, key, value, "Put the label in quotation marks.")
    return value


def _second(value: object, key: str, path: Path | None) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong("a time in seconds is wanted", path, key, value, f"Write {key} = 600 or {key} = 600.5.")
    return float(value)


def _wrong(what: str, path: Path | None, key: str, value: object, remedy: str) -> CodebookError:
    column = key if key == "observed" else f"observed.{key}"
    return CodebookError(what, file=path, column=column, value=value, remedy=remedy)
