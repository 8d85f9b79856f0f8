"""LENA recordings (.its): who was heard when, over a day.

A segment's speaker label is its code and its actor. Segments tile the day, so that latencies between them pile up at 0.
The device is no coder: a label says who made sound, not what it meant (see docs/formats-annotation.md).
"""

from __future__ import annotations

import re

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers._elements import attribute, elements
from bowlby.formats.readers._events import event_frame, observed
from bowlby.formats.readers._text import head_text
from bowlby.formats.source import SourceFile
from bowlby.records.record import UncheckedRecord
from bowlby.records.resolution import Resolution

NAME = "lena_its"

_TIME = r"^PT?(-?\d+(?:\.\d+)?)S$"
"""An ISO 8601 duration in seconds only, with or without the T, as LENA writes it."""

_DETAILS = ("childUttCnt", "childUttLen", "childCryVfxLen", "femaleAdultWordCnt", "maleAdultWordCnt")
_SOUNDS = {"childCryCnt": "startCry", "childVfxCnt": "startVfx"}
"""Our counts of what LENA lists one by one: cries, and vegetative and fixed sounds, which it sums up together."""
_NAMES = [*_DETAILS, *_SOUNDS]
_APART_S = 1e-6
_TICK = Resolution(0.01)
"""LENA writes hundredths of a second."""


def recognises(source: SourceFile) -> bool:
    """Return whether this is a LENA recording.

    Args:
        source: the file.

    Returns:
        True where the root element is ITS.
    """
    head = head_text(source)
    return head.lstrip().startswith("<") and re.search(r"<ITS[\s>]", head) is not None


def read(source: SourceFile) -> UncheckedRecord:
    """Return the segments of all recordings in a file, with what LENA counted in them as modifiers.

    Times are positions in the audio. Recordings follow each other there without a gap, although the recorder was off
    between them; their windows are kept apart by a microsecond so that no latency runs across such a pause.

    Args:
        source: the file.

    Returns:
        Events in order and one observed window a recording. Birth date, child key and device are left out.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is not well-formed, holds no segment, or a time in it is not in LENA's form.
    """
    found, problems = elements(source, ("Recording", "Segment", "ChildInfo"))
    segments = _times(found.filter(pl.col("name") == "Segment"), source)
    if segments.is_empty():
        raise FormatError("the file holds no segment", file=source.path, remedy="Export the recording from LENA again.")
    speaker = pl.col("speaker")
    rows = segments.select("onset_s", "offset_s", actor=speaker, code=speaker, modifiers=_modifiers(), row="line")
    session = source.path.stem
    events = event_frame(rows, source.path, session=session, channel="segment")
    windows, recordings = _recordings(found, source)
    metadata: dict[str, object] = {"recordings": recordings, "modifier_names": [{"names": _NAMES, "inline": True}]}
    if source.keep_private:
        child = found.filter(pl.col("name") == "ChildInfo").select(attribute("dob"), attribute("gender").alias("sex"))
        metadata |= {"birth": child.item(0, 0), "sex": child.item(0, 1)} if len(child) else {}
    return UncheckedRecord(
        events, observed(session, windows, "Recording"), metadata, problems, True, _TICK, is_speech=True
    )


def _times(rows: pl.DataFrame, source: SourceFile) -> pl.DataFrame:
    rows = rows.with_columns(speaker=attribute("spkr"), start=attribute("startTime"), stop=attribute("endTime"))
    rows = rows.with_columns(onset_s=_seconds("start"), offset_s=_seconds("stop"))
    lacking = rows.filter(pl.any_horizontal(pl.col("onset_s", "offset_s", "speaker").is_null()))
    if not lacking.is_empty():
        first = lacking.row(0, named=True)
        column = "startTime" if first["onset_s"] is None else "endTime" if first["offset_s"] is None else "spkr"
        raise FormatError(
            "a segment lacks its speaker, or a time in LENA's form",
            file=source.path,
            row=first["line"],
            column=column,
            value={"startTime": first["start"], "endTime": first["stop"], "spkr": None}[column],
            remedy='Times read "PT12.34S"; export the recording from LENA again.',
        )
    return rows


def _seconds(column: str) -> pl.Expr:
    return pl.col(column).str.extract(_TIME).cast(pl.Float64)


def _modifiers() -> pl.Expr:
    """Return LENA's counts as "name=value|...", lengths in seconds, where a segment has any."""
    counted = pl.col("tag").str.contains_any(list(_DETAILS))
    parts = [pl.format(f"{name}={{}}", attribute(name).str.replace(_TIME, "${1}")) for name in _DETAILS]
    listed = pl.col("tag").str.contains_any(list(_SOUNDS.values()))
    counts = [pl.format(f"{name}={{}}", _number_of(listing)) for name, listing in _SOUNDS.items()]
    parts += [pl.when(listed).then(count) for count in counts]
    return pl.when(counted).then(pl.concat_str(parts, separator="|", ignore_nulls=True)).otherwise(pl.lit(""))


def _number_of(listing: str) -> pl.Expr:
    """Return how many attributes of one kind a segment has: startCry1, startCry2, and so on."""
    return pl.col("tag").str.count_matches(rf"\s{listing}\d+\s*=")


def _recordings(found: pl.DataFrame, source: SourceFile) -> tuple[list[tuple[float, float]], list[dict[str, object]]]:
    """Return the windows of the recordings, and what the file says of each.

    The hourly summaries further down name every recording once more; only those that hold segments count.
    """
    holds = pl.col("name").shift(-1) == "Segment"
    rows = found.filter((pl.col("name") == "Recording") & holds.fill_null(False))
    rows = rows.with_columns(start=attribute("startTime"), stop=attribute("endTime"))
    rows = rows.with_columns(onset_s=_seconds("start"), offset_s=_seconds("stop")).drop_nulls(["onset_s", "offset_s"])
    windows: list[tuple[float, float]] = []
    for onset, offset in rows.select("onset_s", "offset_s").iter_rows():
        touches = bool(windows) and windows[-1][1] >= onset
        if touches:
            windows[-1] = (windows[-1][0], onset - _APART_S)
        windows.append((onset, offset))
    stated = [
        {"onset_s": onset, "offset_s": offset} for onset, offset in rows.select("onset_s", "offset_s").iter_rows()
    ]
    return windows, stated
