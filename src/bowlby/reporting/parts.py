"""What a report is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import polars as pl

from bowlby.inference.care.statement import CareStatement
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.session import Measures
from bowlby.measures.value import Measure
from bowlby.records.coded_record import CodedRecord
from bowlby.reporting.draft import Draft


@dataclass(frozen=True)
class ReportParts:
    """A record, what was measured in it, and what was inferred from it where anything was.

    Args:
        coded: the record in the closed vocabulary.
        measured: all measures of all its sessions, with their rule and episodes.
        seed: seed of every random number in them, >= 0.
        inference: what the record says of care, or None: then the page has no place for it.
        cache: folder in which the drawing script is kept between runs, or None.
        draft: the page of these very parts as drafted before the inference, or None to lay it out when it is written.
    """

    coded: CodedRecord
    measured: Measures
    seed: int = 0
    inference: CareStatement | None = None
    cache: Path | None = None
    draft: Draft | None = field(default=None, compare=False)

    @property
    def version(self) -> str:
        """Return bowlby's version."""
        return version("bowlby")

    @property
    def rule(self) -> EpisodeRule:
        """Return the episode rule."""
        return self.measured.rule

    @property
    def episodes(self) -> pl.DataFrame:
        """Return the episodes of all sessions."""
        return self.measured.episodes

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return the measures of all sessions."""
        return tuple(self.measured.measures)

    def measures_of(self, session: str) -> tuple[Measure, ...]:
        """Return the measures of one session."""
        return tuple(self.measured.of(session))

    def episodes_of(self, session: str) -> pl.DataFrame:
        """Return the episodes of one session."""
        return self.episodes.filter(pl.col("session") == session)
