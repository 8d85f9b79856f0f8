"""What a plain table's header says by itself: which column holds what, and the unit of its times."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import ascii_lowercase

from bowlby.records.layout import TableLayout, TimeUnit

_COLUMNS: Mapping[str, str] = {
    "onset": "onset onsettime start starttime begin begintime time",
    "offset": "offset offsettime stop stoptime end endtime finish",
    "duration": "duration dur",
    "code": "code behavior behaviour event act action",
    "actor": "actor subject person speaker who agent role",
    "session": "session sessionid observation observationid recording recordingid visit",
    "partner": "partner addressee recipient",
    "channel": "channel tier layer",
    "modifiers": "modifier modifiers",
}
_KEYS: Mapping[str, str] = {name: key for key, names in _COLUMNS.items() for name in names.split()}
_TIMES = ("onset", "offset", "duration")

_UNITS: Mapping[str, TimeUnit] = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), TimeUnit.SECONDS),
    **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), TimeUnit.MILLISECONDS),
    **dict.fromkeys(("us", "usec", "microsecond", "microseconds"), TimeUnit.MICROSECONDS),
    **dict.fromkeys(("hms", "hhmmss", "hh:mm:ss"), TimeUnit.CLOCK),
}
_JOINED = ("seconds", "msecs", "msec", "usec", "secs", "sec", "ms", "us")
"""onset (s), onset_s, onsetms: "s" by itself is a unit only where something parts it from the name."""

_DATUM = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?|-?\d+(?::\d+){1,3}(?:[.,;]\d+)?|nan", re.IGNORECASE)


def stated_layout(names: Sequence[str]) -> TableLayout | None:
    """Return the layout that a header states: a code, an onset, and one unit beside every time.

    Args:
        names: of the columns.

    Returns:
        The layout, or None where a name, or the unit, is left open, where units differ, or where two columns could be
        the same thing: then a person must say.
    """
    found: dict[str, str] = {}
    units: set[TimeUnit | None] = set()
    for name in names:
        key, unit = _meaning(name)
        if key is None:
            continue
        if key in found:
            return None
        found[key] = name
        if key in _TIMES:
            units.add(unit)
    unit = units.pop() if len(units) == 1 else None
    if unit is None or "onset" not in found or "code" not in found:
        return None
    if "offset" in found:
        found.pop("duration", None)
    modifiers = (found.pop("modifiers"),) if "modifiers" in found else ()
    stated = TableLayout(unit=unit, onset=found.pop("onset"), code=found.pop("code"), modifiers=modifiers)
    return replace(stated, **found)


def is_data(names: Sequence[str]) -> bool:
    """Return whether what should be column names are values: some of them are numbers or clock times.

    Args:
        names: cells of the first line.

    Returns:
        True where the first line is no header.
    """
    return any(_DATUM.fullmatch(name.strip()) for name in names)


def _meaning(name: str) -> tuple[str | None, TimeUnit | None]:
    """What a column is, and the unit that its name states."""
    plain = name.strip().lower()
    bare, unit = _parted(plain)
    if unit in _UNITS:
        key = _KEYS.get(_joined(bare))
        if key in _TIMES:
            return key, _UNITS[unit]
    return _KEYS.get(_joined(plain)), None


def _parted(name: str) -> tuple[str, str]:
    """Return what may be a name and its unit, from the end on: a pattern would try each run of separators anew."""
    if name.endswith((")", "]")):
        before = name[:-1].rstrip(f"{ascii_lowercase}:")
        if before.endswith(("(", "[")):
            return before[:-1], name[len(before) : -1]
    before = name.rstrip(ascii_lowercase)
    if before and (before[-1] in "_.-" or before[-1].isspace()):
        return before, name[len(before) :]
    unit = next((one for one in _JOINED if name.endswith(one)), "")
    return name.removesuffix(unit), unit


def _joined(name: str) -> str:
    return re.sub(r"[\s_.\-]", "", name)
