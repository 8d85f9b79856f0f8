"""BORIS projects, so that a record, real or simulated, opens in BORIS."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from bowlby.atomic import write_text
from bowlby.errors import InputError
from bowlby.formats.readers.boris import NO_SUBJECT
from bowlby.records.intervals import Spans
from bowlby.records.record import Record, place

_UNDATED = "1970-01-01T00:00:00"
_KEYS = "abcdefghijklmnopqrstuvwxyz0123456789"


def write_boris(record: Record, path: str | Path, *, force: bool = False) -> Path:
    """Write a record as a BORIS project: sessions become live observations with their observed interval.

    Args:
        record: the record.
        path: usually ends in .boris.
        force: replace an existing file.

    Returns:
        The path written.

    Raises:
        InputError: two events of one actor, code and modifiers overlap, or a session has several windows, which BORIS
            cannot say.
        OverwriteError: the file exists and force is False.
        OutputError: it cannot be written.
    """
    return write_text(path, boris_project(record), force=force)


def boris_project(record: Record) -> str:
    """Return a record as the text of a BORIS project, format version 7.0.

    A code with both lengthy events and points becomes two behaviours, the second named "CODE (point)", since BORIS
    knows a behaviour as one or the other. Partners have no place in BORIS and are left out.

    Args:
        record: the record.

    Returns:
        JSON.

    Raises:
        InputError: two events of one actor, code and modifiers overlap, or a session has several windows, which BORIS
            cannot say.
    """
    _refuse_windows(record)
    events = _with_behaviours(record.events)
    _refuse_overlaps(events)
    actors = [actor for actor in events["actor"].unique(maintain_order=True) if actor]
    project = {
        "time_format": "s",
        "project_date": _UNDATED,
        "project_name": "",
        "project_description": "Written by bowlby.",
        "project_format_version": "7.0",
        "subjects_conf": {
            str(index): {"key": "", "name": actor, "description": ""} for index, actor in enumerate(actors)
        },
        "behaviors_conf": _ethogram(events),
        "observations": {session: _observation(record, events, session) for session in record.sessions},
        "behavioral_categories": [channel for channel in events["channel"].unique(maintain_order=True) if channel],
        "independent_variables": {},
        "coding_map": {},
        "behaviors_coding_map": [],
        "converters": {},
    }
    return json.dumps(project, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _with_behaviours(events: pl.DataFrame) -> pl.DataFrame:
    lengthy = pl.col("offset_s").is_not_null()
    mixed = (lengthy.any() & (~lengthy).any()).over("code")
    return events.with_columns(
        behaviour=pl.when(mixed & ~lengthy).then(pl.col("code") + " (point)").otherwise("code"),
        actor=pl.when(pl.col("actor") == NO_SUBJECT).then(pl.lit("")).otherwise("actor"),
    )


def _refuse_windows(record: Record) -> None:
    for session in record.sessions:
        windows = record.observed(session)
        if len(windows) > 1:
            raise InputError(
                "several observed windows of one session, which a BORIS observation cannot say",
                value=f"{session}: {', '.join(f'{start:g}-{end:g} s' for start, end in windows[:5])}",
                remedy="Write bowlby's own csv (a name that ends in .csv), or SDIS.",
            )


def _refuse_overlaps(events: pl.DataFrame) -> None:
    state = ["session", "actor", "behaviour", "modifiers"]
    lengthy = events.filter(pl.col("offset_s").is_not_null())
    clash = lengthy.filter(pl.col("onset_s") < pl.col("offset_s").cum_max().shift(1).over(state))
    if not clash.is_empty():
        raise InputError(
            "two events of one actor and code overlap, which a BORIS project cannot say",
            value=place(clash.row(0, named=True)),
            remedy="Give them different modifiers, or write bowlby's own csv.",
        )


def _ethogram(events: pl.DataFrame) -> dict[str, Mapping[str, object]]:
    behaviours = events.group_by("behaviour", maintain_order=True).agg(
        pl.col("offset_s").is_not_null().any().alias("state"),
        pl.col("channel").unique(maintain_order=True),
        pl.col("modifiers").unique(maintain_order=True),
    )
    return {
        str(index): {
            "type": "State event" if row["state"] else "Point event",
            "key": _KEYS[index] if index < len(_KEYS) else "",
            "code": row["behaviour"],
            "description": "",
            "category": row["channel"][0] if len(row["channel"]) == 1 else "",
            "modifiers": _modifier_sets(row["modifiers"]),
            "excluded": "",
            "coding map": "",
        }
        for index, row in enumerate(behaviours.iter_rows(named=True))
    }


def _modifier_sets(modifiers: Sequence[str]) -> dict[str, Mapping[str, object]]:
    sets: dict[int, dict[str, None]] = {}
    for text in modifiers:
        for index, value in enumerate(text.split("|") if text else []):
            sets.setdefault(index, {})[value] = None
    return {
        str(index): {"name": f"set {index + 1}", "type": 0, "values": [value for value in values if value != "None"]}
        for index, values in sets.items()
    }


def _observation(record: Record, events: pl.DataFrame, session: str) -> Mapping[str, object]:
    return {
        "file": {},
        "type": "LIVE",
        "date": _UNDATED,
        "description": "",
        "time offset": 0.0,
        "events": _event_list(events.filter(pl.col("session") == session)),
        "observation time interval": _interval(record.observed(session)),
        "independent_variables": {},
        "visualize_spectrogram": False,
        "visualize_waveform": False,
        "close_behaviors_between_videos": False,
        "scan_sampling_time": 0,
        "start_from_current_time": False,
    }


def _event_list(events: pl.DataFrame) -> list[list[object]]:
    """Starts and stops by time; at one time a stop comes first, so that a state may end and begin again."""
    marks: list[tuple[float, int, list[object]]] = []
    for row in events.iter_rows(named=True):
        said = [row["actor"], row["behaviour"], row["modifiers"], ""]
        marks.append((row["onset_s"], 1, [row["onset_s"], *said]))
        if row["offset_s"] is not None:
            marks.append((row["offset_s"], 0, [row["offset_s"], *said]))
    return [event for _, _, event in sorted(marks, key=lambda mark: mark[:2])]


def _interval(observed: Spans) -> list[float]:
    return [float(observed[0, 0]), float(observed[-1, 1])] if len(observed) else [0.0, 0.0]
