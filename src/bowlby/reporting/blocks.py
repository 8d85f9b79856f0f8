"""What one session looks like on the page: blocks of words, figures and tables, in the order they are read."""

from __future__ import annotations

from bowlby.reporting.block import ReportBlock
from bowlby.reporting.figures.contingency import contingency_figure
from bowlby.reporting.figures.day import day_figures
from bowlby.reporting.figures.latency import latency_figure
from bowlby.reporting.figures.timeline import timeline
from bowlby.reporting.grouping import groups_of, six_behaviours
from bowlby.reporting.measure_tables import acts_table, measure_table, missing_table
from bowlby.reporting.parts import ReportParts


def blocks_of(parts: ReportParts, session: str, number: int) -> tuple[ReportBlock, ...]:
    """Return the blocks of one session; what there is nothing to say about is left out.

    Args:
        parts: the report's parts.
        session: a session id.
        number: its place in the record, from 1; figure names end with it.

    Returns:
        The blocks.
    """
    coded, episodes = parts.coded, parts.episodes_of(session)
    drawn = (
        ("", (timeline(coded, session, f"timeline-{number}"),)),
        ("How soon the child was answered", (latency_figure(episodes, parts.rule, f"latency-{number}"),)),
        ("Whether answers follow cues", (contingency_figure(parts, session, f"contingency-{number}"),)),
        ("Over the day", day_figures(parts, session, str(number))),
    )
    found = [(title, tuple(figure for figure in figures if figure is not None)) for title, figures in drawn]
    figures = [ReportBlock(title, figures=own) for title, own in found if own]
    return (*figures, _behaviours(parts, session), _measures(parts, session))


def _behaviours(parts: ReportParts, session: str) -> ReportBlock:
    caption = "The caregiver behaviours that the source names behind insecurity, as this record shows them."
    table = measure_table(caption, six_behaviours(parts.measures_of(session)), with_missing=True)
    text = (
        "Each is a matter of degree and each occurs in every home; none makes insecurity by itself. An act that was "
        "not coded is not assessable, which is not the same as absent.",
    )
    return ReportBlock("Six caregiver behaviours", text=text, grouped=table)


def _measures(parts: ReportParts, session: str) -> ReportBlock:
    own = parts.measures_of(session)
    groups = groups_of(own)
    caption = "Measures with 95 % intervals and, where chance has a meaning, what it would give."
    table = measure_table(caption, groups)
    tables = tuple(found for found in (acts_table(own), missing_table(groups)) if found is not None)
    return ReportBlock("Measures", grouped=table if table.groups else None, tables=tables)
