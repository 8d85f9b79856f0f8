"""A page drafted while the model still runs: what was measured is laid out and drawn before anything is inferred."""

from __future__ import annotations

from dataclasses import dataclass

from bowlby.reporting.block import ReportBlock
from bowlby.reporting.drawing_process import DrawingProcess


@dataclass(frozen=True)
class Draft:
    """The blocks of every session, their drawings under way.

    Args:
        sessions: blocks of each session in the record's order.
        drawer: the process that draws them; it takes further figures.
    """

    sessions: tuple[tuple[ReportBlock, ...], ...]
    drawer: DrawingProcess
