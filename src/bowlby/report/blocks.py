"""What one session looks like on the page: blocks of words, figures and tables, in the order they are read."""

from __future__ import annotations

from dataclasses import dataclass, field

from bowlby.measures.value import Measure, Status
from bowlby.report.figure import Figure, Table
from bowlby.report.figures.latency import latency_figure
from bowlby.report.figures.timeline import timeline
from bowlby.report.numbers import listed
from bowlby.report.parts import ReportParts
from bowlby.report.tables import GroupedTable, measure_table, not_assessable


@dataclass(frozen=True)
class Block:
    """Words, figures and tables under one heading.

    Args:
        title: heading.
        text: paragraphs.
        figures: figures.
        tables: plain tables.
        grouped: a table of measures, or None.
    """

    title: str
    text: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    grouped: GroupedTable | None = field(default=None)


def blocks_of(parts: ReportParts, session: str, number: int) -> tuple[Block, ...]:
    """Return the blocks of one session; what there is nothing to say about is left out.

    Args:
        parts: the report's parts.
        session: a session id.
        number: its place in the record, from 1; figure names end with it.

    Returns:
        The blocks.

    Raises:
        Nothing.
    """
    found = (
        Block("The record in time", figures=(timeline(parts.coded, session, f"timeline-{number}"),)),
        _latency(parts, session, number),
        _measures(parts, session),
    )
    return tuple(block for block in found if block is not None)


def _latency(parts: ReportParts, session: str, number: int) -> Block | None:
    figure = latency_figure(parts.episodes_of(session), parts.rule, f"latency-{number}")
    return None if figure is None else Block("How soon the child was answered", figures=(figure,))


def _measures(parts: ReportParts, session: str) -> Block:
    own = parts.measures_of(session)
    lost = not_assessable(own)
    text = (f"Not assessable, because the coding scheme did not look for what they need: {listed(list(lost))}.",) if lost else ()
    shown = any(measure.status is not Status.NOT_ASSESSABLE for measure in own)
    table = measure_table("Measures with 95 % intervals.", _grouped(own)) if shown else None
    return Block("Measures", text=text, grouped=table)


def _grouped(measures: tuple[Measure, ...]) -> list[tuple[str, list[Measure]]]:
    groups: dict[str, list[Measure]] = {}
    for measure in measures:
        groups.setdefault(measure.name.partition(":")[0], []).append(measure)
    return list(groups.items())
