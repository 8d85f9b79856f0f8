"""One figure: a chart without a width, the words that go with it, and the numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass

from bowlby.reporting.chart import Chart

UPRIGHT_COLUMNS = 5
"""Columns of words that an upright A4 page holds."""


@dataclass(frozen=True)
class Table:
    """A small table for the page, cells already in words.

    Args:
        caption: what it shows, one sentence.
        head: column titles.
        rows: one tuple of cells a row, each as long as `head`; the first cell names the row.
        numeric: positions of columns that are set flush right.
        notes: reservations that stand below it.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether paper has to lie on its side for it."""
        return len(self.head) - len(self.numeric) > UPRIGHT_COLUMNS


@dataclass(frozen=True)
class Figure:
    """A chart with its title, caption, text equivalent and numbers.

    Args:
        name: file name without suffix, unique in a report.
        title: what it shows, a few words.
        caption: how to read it and what to beware of, plain text.
        alt: what a reader who cannot see it must know, one or two sentences with the figures.
        chart: Vega-Lite, its width left open.
        numbers: the numbers behind it, or None where a table of the report holds them.
        small: two of it stand in a row where there is room.
    """

    name: str
    title: str
    caption: str
    alt: str
    chart: Chart
    numbers: Table | None = None
    small: bool = False
