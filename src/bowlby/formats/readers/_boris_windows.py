"""Observed windows of BORIS exports, from the lengths they repeat in every row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from bowlby.formats.readers._rows import seconds
from bowlby.records.record import WINDOW_SCHEMA, ObservedFrom, WindowKind

_LENGTH = ("Media duration (s)", "Total length", "Observation duration")
_OFFSET = "Time offset (s)"


def stated_windows(rows: Iterable[tuple[str, Mapping[str, str]]], offset_text: str = "") -> pl.DataFrame:
    """Return one observed window a session from the first row that states a length.

    Args:
        rows: (session, cells by column).
        offset_text: the time offset of a heading block, seconds; a row's own comes first.

    Returns:
        Columns of `WINDOW_SCHEMA`; sessions whose rows state no single length (several simultaneous media) are
        left out.
    """
    windows: dict[str, tuple[float, float]] = {}
    for session, row in rows:
        lengths = (seconds(row[name].strip()) for name in _LENGTH if name in row)
        length = next((length for length in lengths if length is not None), None)
        offset = seconds(row.get(_OFFSET, "").strip() or offset_text) or 0.0
        if length is not None and length > 0:
            windows.setdefault(session, (offset, offset + length))
    recording = str(ObservedFrom.RECORDING)
    table = [
        (session, str(WindowKind.OBSERVED), None, None, start, stop, "length stated by the export", recording)
        for session, (start, stop) in windows.items()
    ]
    return pl.DataFrame(table, schema=WINDOW_SCHEMA, orient="row")
