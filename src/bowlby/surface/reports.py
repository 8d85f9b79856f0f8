"""The report of one child with one caregiver, as one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from bowlby.cache import cache_folder
from bowlby.formats.dyads import dyads_of, one_of
from bowlby.formats.load import load_manifest
from bowlby.inference.choices.trials import refuse_trials
from bowlby.measures.batch import measure_table
from bowlby.records.codebook import Codebook
from bowlby.records.coded_record import CodedRecord
from bowlby.reporting.build import ReportOptions, build
from bowlby.reporting.page import figures_of, write_report
from bowlby.reporting.parts import ReportParts
from bowlby.reporting.summary import summary
from bowlby.surface.inputs import Given, PathLike, files_of, holds_frames, inputs
from bowlby.surface.measuring import coded_of
from bowlby.surface.records import CodedSessions, loading
from bowlby.surface.result import Result, ResultOrigin

if TYPE_CHECKING:
    from bowlby.reporting.figure import Figure


@dataclass(frozen=True, repr=False, eq=False)
class CareReport(Result[ReportParts]):
    """What was seen, the care in numbers, what may be inferred of it, and what is unknown.

    Args:
        path: the page, where it was written.
    """

    path: Path | None = field(default=None, kw_only=True)

    dimensions: ClassVar = ("measure",)

    @property
    def title(self) -> str:
        """Return where the page is."""
        return "Care as recorded" + ("" if self.path is None else f": {self.path}")

    @property
    def lines(self) -> Sequence[str]:
        """Return the five lines that a person reads first."""
        return summary(self.value)

    def to_polars(self) -> pl.DataFrame:
        """Return the measures."""
        return measure_table(self.value.measures)

    def as_dict(self) -> dict[str, object]:
        """Return measures, what was inferred, and the rule."""
        inferred = {} if self.value.inference is None else self.value.inference.as_dict()
        measures = [one.as_dict() for one in self.value.measures]
        return {**inferred, "measures": measures, "rule": self.value.rule.describe(), "seed": self.value.seed}

    def figures(self) -> tuple[Figure, ...]:
        """Return every figure of the page."""
        return figures_of(self.value)

    def save_page(self, path: Path, *, force: bool = False) -> Path:
        """Save its page, whatever the name's ending.

        Args:
            path: of the page.
            force: replace what is there.

        Returns:
            The path written.
        """
        return write_report(self.value, path, force=force)


def report(
    records: Given | CodedSessions | CodedRecord,
    path: PathLike | None = None,
    *,
    codebook: PathLike | Codebook | None = None,
    manifest: PathLike | None = None,
    one_dyad: bool = False,
    measures_only: bool = False,
    rule: Mapping[str, object] | None = None,
    force: bool = False,
    seed: int = 0,
) -> CareReport:
    """Report on the records of one child with one caregiver, on one page that opens offline.

    Args:
        records: one path or many, data frames, or what `bowlby.load` returned.
        path: the HTML file to write; None writes none, and `.save("report.html")` does so later.
        codebook: maps your codes; None where they are bowlby's own, or already mapped.
        manifest: says whose records they are, where there are several.
        one_dyad: all records are of one child with one caregiver.
        measures_only: infer nothing.
        rule: settings that override the codebook's episode rule, such as {"window_s": 5.0}.
        force: replace an existing file.
        seed: of every random number.

    Returns:
        The parts of the report.

    Raises:
        InputError: a record cannot be read so, or there are several dyads.
        OverwriteError: the file exists and force is False.

    Example:
        >>> import bowlby
        >>> bowlby.report(bowlby.example("play"), measures_only=True).lines[0]
        '20 min (1200.0 s) in 1 session were observed; 392 events were read.'
    """
    if isinstance(records, CodedSessions | CodedRecord) or holds_frames(records):
        loaded = coded_of(records, codebook=codebook)
        coded, hashes = loaded.value, loaded.provenance.inputs
    else:
        how = loading(codebook, None, None)
        with files_of(records) as paths:
            refuse_trials(paths)
            study = None if manifest is None else load_manifest(manifest, how)
            coded, hashes = one_of(dyads_of(paths, how, study, one_dyad=one_dyad)).coded, inputs(paths)
    settings = ReportOptions(dict(rule or {}), not measures_only, seed=seed, cache=cache_folder())
    parts = build(coded, settings, _say_nothing)
    written = None if path is None else write_report(parts, path, force=force)
    asked = {"measures_only": measures_only, "rule": dict(rule or {}), "seed": seed}
    return CareReport(parts, path=written, provenance=ResultOrigin("report", asked, hashes))


def _say_nothing(step: str) -> None:
    del step
