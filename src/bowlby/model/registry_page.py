"""The registry as a page of docs: tables that can never disagree with the code."""

from __future__ import annotations

from itertools import groupby

from bowlby.model.generated import between
from bowlby.model.parameters import registry_table

BEGIN, END = "<!-- registry begins: made by bowlby.model.registry_page -->", "<!-- registry ends -->"


def registry_markdown() -> str:
    """Return the registry as markdown, one table a group.

    Returns:
        Headed tables of name, symbol, unit, prior, default, status and source.
    """
    rows = sorted(registry_table(), key=lambda row: _GROUPS.index(str(row["group"])))
    parts: list[str] = []
    for group, members in groupby(rows, key=lambda row: str(row["group"])):
        lines = [_line(row) for row in members]
        parts.append("\n".join([f"### {group.capitalize()}", "", *_HEAD, *lines]))
    return "\n\n".join(parts)


_GROUPS = ("caregiver", "session", "child", "model")
_HEAD = (
    "| name | symbol | unit | prior (on its scale) | default | status | meaning | source |",
    "|---|---|---|---|---|---|---|---|",
)


def _line(row: dict[str, object]) -> str:
    cells = (row["name"], f"`{row['symbol']}`", row["unit"], row["prior"], f"{row['default']:g}", row["status"])
    return "| " + " | ".join(str(cell) for cell in (*cells, row["meaning"], row["source"])) + " |"


def with_registry(page: str) -> str:
    """Return a page with the registry's tables between its two marks.

    Args:
        page: markdown that holds both marks once.

    Returns:
        The page with what stood between them replaced.

    Raises:
        ValueError: a mark is missing.
    """
    return between(page, (BEGIN, END), registry_markdown())
