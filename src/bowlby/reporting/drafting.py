"""How a draft of a page is begun: the sessions laid out, their figures handed to the drawing process."""

from __future__ import annotations

from bowlby.reporting.block import ReportBlock
from bowlby.reporting.blocks import blocks_of
from bowlby.reporting.draft import Draft
from bowlby.reporting.drawing_process import DrawingProcess
from bowlby.reporting.parts import ReportParts
from bowlby.reporting.vega import specification, static


def draft_of(parts: ReportParts, drawer: DrawingProcess) -> Draft:
    """Lay out the sessions of a report and have their figures drawn.

    Args:
        parts: the report's parts; an inference is not looked at.
        drawer: a process that has not served yet.

    Returns:
        The blocks and the process; it is the caller's to close where no page is made.
    """
    sessions = session_blocks(parts)
    figures = [figure for blocks in sessions for block in blocks for figure in block.figures]
    drawer.ask([static(figure, specification(figure, "container")) for figure in figures])
    return Draft(sessions, drawer)


def session_blocks(parts: ReportParts) -> tuple[tuple[ReportBlock, ...], ...]:
    """Return the blocks of every session.

    Args:
        parts: the report's parts.

    Returns:
        One entry a session, in the record's order.
    """
    return tuple(blocks_of(parts, session, number) for number, session in enumerate(parts.coded.sessions, 1))
