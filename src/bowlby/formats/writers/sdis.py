"""SDIS, the sequential data interchange standard that GSEQ reads (Bakeman and Quera, 1995, Analyzing Interaction)."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from bowlby.atomic import write_text
from bowlby.records.record import Record

LONGEST_CODE = 16
"""Characters of a code that GSEQ keeps apart."""


def write_sdis(record: Record, path: str | Path, *, force: bool = False) -> Path:
    """Write a record as timed sequential data.

    Args:
        record: the record.
        path: usually ends in .sds.
        force: replace an existing file.

    Returns:
        The path written.

    Raises:
        OverwriteError: the file exists and force is False.
        OutputError: it cannot be written.
    """
    return write_text(path, sdis_text(record), force=force)


def sdis_text(record: Record) -> str:
    """Return a record as timed sequential data: `code,onset-offset`, points as `code,onset`, seconds to three places.

    Each actor, channel and code becomes one SDIS code of at most 16 letters, digits and underscores; a comment at
    the head says which. Each observed window is a session of its own, from its first second to its last; what goes on
    beyond its end is cut there, and events in no window are left out, counted in a comment.

    Args:
        record: the record.

    Returns:
        The text.
    """
    names = _names(record.events)
    head = ["% Timed sequential data written by bowlby; times in seconds.", *_legend(names), "Timed;", ""]
    return "\n".join([*head, *(_session(record, session, names) for session in record.sessions)])


_Label = tuple[str, str, str]


def _names(events: pl.DataFrame) -> dict[_Label, str]:
    labels = events.select("actor", "channel", "code").unique(maintain_order=True).rows()
    names: dict[_Label, str] = {}
    taken: set[str] = set()
    for actor, channel, code in labels:
        name = _unused(_plain("_".join(part for part in (actor, channel, code) if part)), taken)
        taken.add(name.lower())
        names[(actor, channel, code)] = name
    return names


def _plain(label: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "_", label).strip("_") or "code"
    # GSEQ takes what begins with a digit for a time.
    return words if words[0].isalpha() else f"c_{words}"


def _unused(name: str, taken: set[str]) -> str:
    """Return a name of at most 16 characters that differs from those taken in more than the case of its letters."""
    short, number = name[:LONGEST_CODE], 1
    while short.lower() in taken:
        number += 1
        short = f"{name[: LONGEST_CODE - len(str(number)) - 1]}_{number}"
    return short


def _legend(names: dict[_Label, str]) -> list[str]:
    return [f"% {name} = {_comment(' / '.join(part for part in label if part))}" for label, name in names.items()]


def _comment(text: str) -> str:
    return re.sub(r"[%\s]+", " ", text)


def _session(record: Record, session: str, names: dict[_Label, str]) -> str:
    events = record.events.filter(pl.col("session") == session)
    parts: list[str] = []
    placed = 0
    for start, end in record.observed(session).tolist():
        own = events.filter(pl.col("onset_s").is_between(start, end))
        placed += own.height
        lines = [_event(row, names, end) for row in own.iter_rows(named=True)]
        parts.append("\n".join([f",{start:.3f}", *lines, f",{end:.3f}"]))
    label = re.sub(r"[<>%/;\s]+", " ", session).strip()
    left_out = f"% {events.height - placed} events lie in no observed window and are left out.\n"
    return (left_out if placed < events.height else "") + f"<{label}>\n" + ";\n".join(parts) + " /\n"


def _event(row: dict[str, object], names: dict[_Label, str], end: float) -> str:
    name = names[(str(row["actor"]), str(row["channel"]), str(row["code"]))]
    stop = "" if row["offset_s"] is None else f"-{min(float(str(row['offset_s'])), end):.3f}"
    return f"{name},{row['onset_s']:.3f}{stop}"
