"""What a report is made of."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure
from bowlby.records.coded import CodedRecord

if TYPE_CHECKING:
    from bowlby.report.inference import Inference


@dataclass(frozen=True)
class ReportParts:
    """A record, what was measured in it, and what was inferred from it where anything was.

    Args:
        coded: the record in the closed vocabulary.
        measures: all measures of all its sessions.
        episodes: columns of `EPISODE_SCHEMA`, all sessions.
        rule: the episode rule that they were measured with.
        seed: seed of every random number in them, >= 0.
        inference: the model run backward, or None: then the page has no place for it.
        cache: folder in which the drawing script is kept between runs, or None.
    """

    coded: CodedRecord
    measures: tuple[Measure, ...]
    episodes: pl.DataFrame
    rule: EpisodeRule
    seed: int = 0
    inference: Inference | None = None
    cache: Path | None = None

    @property
    def version(self) -> str:
        """Return bowlby's version."""
        return version("bowlby")

    def measures_of(self, session: str) -> tuple[Measure, ...]:
        """Return the measures of one session."""
        return tuple(measure for measure in self.measures if measure.session == session)

    def episodes_of(self, session: str) -> pl.DataFrame:
        """Return the episodes of one session."""
        return self.episodes.filter(pl.col("session") == session)
