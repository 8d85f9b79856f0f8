"""A page begun while the model still runs: what was measured is laid out and drawn before anything is inferred."""

from __future__ import annotations

from dataclasses import dataclass

from bowlby.report.blocks import Block, blocks_of
from bowlby.report.drawer import Drawer
from bowlby.report.parts import ReportParts
from bowlby.report.vega import specification, static


@dataclass(frozen=True)
class Begun:
    """The blocks of every session, their drawings under way.

    Args:
        sessions: blocks of each session in the record's order.
        drawer: the process that draws them; it takes further figures.
    """

    sessions: tuple[tuple[Block, ...], ...]
    drawer: Drawer


def begin(parts: ReportParts, drawer: Drawer) -> Begun:
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
    return Begun(sessions, drawer)


def session_blocks(parts: ReportParts) -> tuple[tuple[Block, ...], ...]:
    """Return the blocks of every session.

    Args:
        parts: the report's parts.

    Returns:
        One entry a session, in the record's order.
    """
    return tuple(blocks_of(parts, session, number) for number, session in enumerate(parts.coded.sessions, 1))
