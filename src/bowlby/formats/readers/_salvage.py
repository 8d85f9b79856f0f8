"""JSON that stops too early: everything before the break, and where the break is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import cast

_BLANK = re.compile(r"[\s,]*")
_CLOSERS = (",", "]", "}", " ", "\t", "\r", "\n")
_DEEPEST = 64
LONGEST_WHOLE = 18
"""Digits of the largest whole numbers that every table holds; longer ones are read as floats, infinite at the worst."""


def whole_number(digits: str) -> int | float:
    """Return a JSON whole number, as a float where it is longer than a table's integers.

    Args:
        digits: as in the text, with a sign or without.

    Returns:
        The number.
    """
    return int(digits) if len(digits) <= LONGEST_WHOLE else float(digits)


_DECODER = json.JSONDecoder(parse_int=whole_number)


@dataclass(frozen=True)
class SalvagedJson:
    """What could be parsed of a JSON text.

    Args:
        value: the parsed part; objects and lists hold their whole members only.
        whole: whether nothing is missing.
        line: line of the break, counted from 1.
        column: character of the break in that line, counted from 1.
        inside: the keys and list positions that were open at the break.
    """

    value: object
    whole: bool
    line: int = 0
    column: int = 0
    inside: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Return the place of the break in words."""
        within = f", inside {' > '.join(self.inside)}" if self.inside else ""
        return f"line {self.line}, column {self.column}{within}"


class _Break(Exception):
    """The text cannot be parsed beyond a position; carries what stood before it."""

    def __init__(self, position: int, value: object = None, inside: tuple[str, ...] = ()) -> None:
        super().__init__(position)
        self.position = position
        self.value = value
        self.inside = inside


def salvage(text: str) -> SalvagedJson:
    """Parse JSON as far as it goes.

    Args:
        text: a JSON text, whole or broken off anywhere.

    Returns:
        The value, or the part of it before the break and the place of the break; None for a text that is not JSON.
    """
    try:
        return SalvagedJson(json.loads(text, parse_int=whole_number), True)
    except (ValueError, RecursionError):
        pass
    start = len(text) - len(text.lstrip())
    try:
        value, position = _value(text, start, 0)
    except _Break as broken:
        value, position, inside = broken.value, broken.position, broken.inside
    else:
        inside = ()
    before = text[:position]
    return SalvagedJson(value, False, before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1, inside)


def _value(text: str, start: int, depth: int) -> tuple[object, int]:
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        position = error.pos
    except (ValueError, RecursionError):
        raise _Break(start) from None
    else:
        # A number that nothing closes may have lost digits.
        if isinstance(value, int | float) and text[end : end + 1] not in _CLOSERS:
            raise _Break(start)
        return value, end
    opening = text[start : start + 1]
    if opening not in ("{", "[") or depth > _DEEPEST:
        raise _Break(position)
    return _object(text, start + 1, depth) if opening == "{" else _list(text, start + 1, depth)


def _object(text: str, position: int, depth: int) -> tuple[dict[str, object], int]:
    members: dict[str, object] = {}
    while True:
        position = _skip(text, position)
        if text[position : position + 1] == "}":
            return members, position + 1
        try:
            key, colon = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            raise _Break(position, members) from None
        after = _skip(text, colon)
        if not isinstance(key, str) or text[after : after + 1] != ":":
            raise _Break(position, members)
        try:
            members[key], position = _value(text, _skip(text, after + 1), depth + 1)
        except _Break as broken:
            if broken.value is not None:
                members[key] = broken.value
            raise _Break(broken.position, members, (key, *broken.inside)) from None


def _list(text: str, position: int, depth: int) -> tuple[list[object], int]:
    members: list[object] = []
    while True:
        position = _skip(text, position)
        if text[position : position + 1] == "]":
            return members, position + 1
        try:
            value, position = _value(text, position, depth + 1)
        except _Break as broken:
            # A broken scalar list, such as a half-written event, is left out: half an event is none.
            if isinstance(broken.value, dict) and broken.value:
                members.append(cast("dict[str, object]", broken.value))
            inside = (str(len(members) + 1), *broken.inside)
            raise _Break(broken.position, members, inside) from None
        members.append(value)


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return position if match is None else match.end()
