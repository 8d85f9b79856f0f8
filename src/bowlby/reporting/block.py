"""Words, figures and tables under one heading."""

from __future__ import annotations

from dataclasses import dataclass

from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.measure_tables import GroupedTable


@dataclass(frozen=True)
class ReportBlock:
    """Words, figures and tables under one heading.

    Args:
        title: heading.
        text: paragraphs.
        figures: figures.
        tables: plain tables.
        grouped: a table of measures, or None.
        bullets: a list of sentences.
    """

    title: str
    text: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    grouped: GroupedTable | None = None
    bullets: tuple[str, ...] = ()
