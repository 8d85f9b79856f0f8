"""JWatcher focal data files (.dat): one line an event, milliseconds and a key."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers._text import head_text, read_text
from bowlby.formats.source import SourceFile
from bowlby.records.quality import EventLoss, LostEvent, Problem, ProblemKind, problem
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, ObservedFrom, UncheckedRecord, WindowKind
from bowlby.records.resolution import MILLISECOND

NAME = "jwatcher"
_BEGIN = "#BEGIN DATA"
_END = "EOF"


def recognises(source: SourceFile) -> bool:
    """Return whether the first line says where the data begin, as JWatcher writes it.

    Args:
        source: the file.

    Returns:
        True for a focal data file.
    """
    text = head_text(source).lstrip()
    return text.startswith("FirstLineOfData=") or "# Format: Focal Data File" in text[:2000]


def read(source: SourceFile) -> UncheckedRecord:
    """Read a focal data file.

    The format gives onsets only: every event is a point, also of codes that the lab thinks of as states. Codes are
    the keys pressed; their names stand in the master file (.fmf), which bowlby does not read.

    Args:
        source: the file.

    Returns:
        Points, observed from 0 to the line that says EOF.

    Raises:
        FormatError: the data are not found, or a line is not a time in milliseconds and a key.
    """
    decoded = read_text(source)
    lines = decoded.text.splitlines()
    events: list[tuple[object, ...]] = []
    end: float | None = None
    for number, line in _data(lines, source):
        time, *words = (part.strip() for part in line.split(","))
        seconds = _seconds(time, words, number, source)
        if words[0].upper() == _END:
            end = seconds
            break
        events.append((source.path.stem, "", "", "", words[0], seconds, None, "|".join(words[1:]), number))
    return UncheckedRecord(
        events=pl.DataFrame(events, schema=EVENT_SCHEMA, orient="row"),
        windows=_window(end, source.path.stem),
        problems=decoded.problems + _unended(end),
        resolution=MILLISECOND,
    )


def _data(lines: Sequence[str], source: SourceFile) -> list[tuple[int, str]]:
    begins = next((number for number, line in enumerate(lines, start=1) if line.strip().upper() == _BEGIN), None)
    if begins is None:
        stated = lines[0].partition("=")[2].strip() if lines else ""
        if not stated.isascii() or not stated.isdigit():
            raise FormatError(
                "the file does not say where its data begin",
                file=source.path,
                row=1,
                remedy="Its first line should be FirstLineOfData=N, or a later one #BEGIN DATA.",
            )
        begins = int(stated[:9]) - 1
    rows = enumerate(lines[max(begins, 0) :], start=max(begins, 0) + 1)
    return [(number, line) for number, line in rows if line.strip() and not line.startswith("#")]


def _seconds(text: str, words: Sequence[str], number: int, source: SourceFile) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or not words or not words[0]:
        raise FormatError(
            "a line is not a time in milliseconds and a key",
            file=source.path,
            row=number,
            value=", ".join((text, *words))[:60],
            remedy="Lines read like `3300, s`.",
        )
    return value / 1000


def _window(end: float | None, session: str) -> pl.DataFrame:
    stated = str(ObservedFrom.STATED)  # the observer presses a key to end the session
    rows = [(session, str(WindowKind.OBSERVED), None, None, 0.0, end, "from 0 to EOF", stated)] if end else []
    return pl.DataFrame(rows, schema=WINDOW_SCHEMA, orient="row")


def _unended(end: float | None) -> tuple[Problem, ...]:
    if end is not None:
        return ()
    return problem(
        ProblemKind.SALVAGED,
        [LostEvent("no line says EOF: the file may have lost its end", EventLoss(None, None, count=None))],
    )
