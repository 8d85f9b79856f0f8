"""A judged claim in words: the row of the command's JSON as a reader meets it in text, page and table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
"""A row of `bowlby claims --json`."""

UNITS = {
    "sd": "sd of the pooled population",
    "share": "of children",
    "r": "r",
    "d": "d",
    "bits": "bits",
    "of 1": "of 1",
}
"""Units of contrasts in words."""


def amount(row: Row) -> str:
    """Return the model's number with its interval and unit.

    Args:
        row: of the command's JSON.

    Returns:
        Such as "+.73 (.67 to .78) of children", or that there is none.
    """
    if row["model"] is None or row["low"] is None or row["high"] is None:
        return "not given (refused, or too few children)"
    times, digits = (100.0, 0) if row["unit"] == "share" else (1.0, 2)
    told = [f"{round(times * row[key], digits) + 0.0:+.{digits}f}" for key in ("model", "low", "high")]
    unit = "of 100 children" if row["unit"] == "share" else UNITS[row["unit"]]
    return f"{told[0]} ({told[1]} to {told[2]}) {unit}"


def marks(row: Row) -> str:
    """Return both marks of a claim in words.

    Args:
        row: of the command's JSON.

    Returns:
        Such as "Evidence: for; model: put in".
    """
    return f"Evidence: {row['evidence']}; model: {row['model_mark']}"


def reasons(row: Row) -> str:
    """Return why a claim has its two marks, with the finding that checks the size where there is one.

    Args:
        row: of the command's JSON.

    Returns:
        Two or three sentences.
    """
    size = f" Its size is checked by {row['checked_by']}." if row["checked_by"] else ""
    return f"{row['evidence_because']} {row['model_because']}{size}"


def findings(row: Row) -> list[str]:
    """Return the published findings of a claim in words.

    Args:
        row: of the command's JSON.

    Returns:
        One entry a finding: figure, citation, and whether it was read.
    """
    return [
        f"{one['figure']} ({one['citation']}{'' if one['read'] else '; known in general, not read here'})"
        for one in row["published"]
    ]


def published(row: Row) -> str:
    """Return the published findings of a claim as one text.

    Args:
        row: of the command's JSON.

    Returns:
        Findings, or that none is at hand.
    """
    found = "; ".join(findings(row)) or "nothing at hand"
    return f"{found}; by definition: {row['definition']}" if row["definition"] else found
