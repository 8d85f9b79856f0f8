"""Measuring care, and how far two coders agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from bowlby.errors import InputError, suggestion
from bowlby.formats.load import load_manifest, load_record
from bowlby.measures.batch import Batch, FileWork, batch_of, measure_files
from bowlby.measures.manifest_columns import with_columns
from bowlby.measures.rule import changed
from bowlby.measures.session import measure as measure_record
from bowlby.progress import progress_bar
from bowlby.records.codebook import Codebook
from bowlby.records.coded_record import CodedRecord
from bowlby.records.record import Record
from bowlby.reliability.compare import Agreement, compare
from bowlby.reliability.roles import by_role
from bowlby.reporting.parts import ReportParts
from bowlby.surface.inputs import Given, PathLike, files_of, holds_frames, inputs
from bowlby.surface.records import CodedSessions, EventRecord, load, loading, problem_lines
from bowlby.surface.result import Result, ResultOrigin

if TYPE_CHECKING:
    from bowlby.reporting.figure import Figure


@dataclass(frozen=True, repr=False, eq=False)
class CareMeasures(Result[Batch]):
    """Measures of sessions: one row a measure, with interval, unit, chance baseline, and a status without one.

    Args:
        table: the tidy table.
        parts: the one record that was measured, for words and figures; None where there were several files.
    """

    table: pl.DataFrame = field(kw_only=True)
    parts: ReportParts | None = field(default=None, kw_only=True)

    dimensions: ClassVar = ("measure",)

    @property
    def title(self) -> str:
        """Return how many sessions and measures there are."""
        sessions = self.table.select("file", "session").unique().height
        assessed = self.table.filter(pl.col("estimate").is_not_null()).height
        several = "" if sessions == 1 else "s"
        return f"{sessions} session{several}, {assessed} of {self.table.height} measures have a number"

    @property
    def lines(self) -> Sequence[str]:
        """Return what the record amounts to, a line a measure that has a number, what failed and what is wrong."""
        numbers = of_caregiver_first(self.table.filter(pl.col("estimate").is_not_null())).iter_rows(named=True)
        several = self.table.select("file", "session").n_unique() > 1
        failed = [f"failed: {one.file}: {one.error}" for one in self.value.failures]
        problems = problem_lines([one for _, one in self.value.problems])
        return [*failed, *self._words(), *(_line(row, several) for row in numbers), *problems]

    def _words(self) -> Sequence[str]:
        if self.parts is None:
            return ()
        from bowlby.reporting.summary import summary

        return summary(self.parts)

    def named(self, name: str) -> pl.DataFrame:
        """Return the rows of one measure.

        Args:
            name: of the measure; see `docs/measures.md`.

        Raises:
            InputError: there is no such measure; the nearest is suggested.
        """
        known = self.table["name"].unique().to_list()
        if name not in known:
            remedy = f"{suggestion(name, known)}See .to_polars()['name']."
            raise InputError("there is no such measure", value=name, remedy=remedy)
        return self.table.filter(pl.col("name") == name)

    def to_polars(self) -> pl.DataFrame:
        """Return the tidy table: file, session, child, caregiver, actor, name, estimate, low, high, unit, n, status."""
        return self.table

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby measure --json` says."""
        batch = self.value
        return {
            "rule": batch.rule_as_dict(),
            "seed": self.provenance.settings.get("seed"),
            "sessions": list(batch.sessions),
            "measures": list(self.table.iter_rows(named=True)),
            "problems": [{"file": file, **one.as_dict()} for file, one in batch.problems],
            "failures": [one.as_dict() for one in batch.failures],
        }

    def figures(self) -> tuple[Figure, ...]:
        """Return the figures of the record, or of many files each measure that most of them have."""
        if self.parts is None:
            return _over_sessions(self.table)
        from bowlby.reporting.page import figures_of

        return figures_of(self.parts)


FIRST = {"caregiver": 0, "dyad": 1, "child": 2}
"""Whose measures stand first in words and figures."""


def of_caregiver_first(table: pl.DataFrame) -> pl.DataFrame:
    """Return rows of measures with those of the caregiver first, then of both, then of the child.

    Args:
        table: with the column `actor`.

    Returns:
        The same rows; those of one actor keep their order.
    """
    place = pl.col("actor").replace_strict(FIRST, default=len(FIRST), return_dtype=pl.Int64)
    return table.sort(place, maintain_order=True)


def _line(row: dict[str, object], several: bool) -> str:
    where = f"{row['file']} {row['session']}: " if several else ""
    between = "" if row["low"] is None or row["high"] is None else f" ({row['low']:.3g} to {row['high']:.3g})"
    chance = "" if row["baseline"] is None else f", chance {row['baseline']:.3g}"
    unit = "" if row["unit"] == "1" else f" {row['unit']}"
    return f"{where}{row['name']} ({row['actor']}): {row['estimate']:.3g}{unit}{between}, n {row['n']}{chance}"


def _over_sessions(table: pl.DataFrame) -> tuple[Figure, ...]:
    """Return a figure a measure over sessions, the measures that most sessions have first."""
    from bowlby.reporting.figures.estimates import Estimate, estimates_figure

    known = table.filter(pl.col("estimate").is_not_null() & pl.col("low").is_not_null())
    counts = of_caregiver_first(known.group_by("name", "actor", "unit", maintain_order=True).len())
    most = counts.sort("len", descending=True, maintain_order=True)
    found: list[Figure] = []
    for place, (name, actor, unit, _) in enumerate(most.head(6).iter_rows()):
        rows = known.filter((pl.col("name") == name) & (pl.col("actor") == actor))
        points = [
            Estimate(
                f"{Path(row['file']).name} {row['session']}", row["estimate"], row["low"], row["high"], row["baseline"]
            )
            for row in rows.iter_rows(named=True)
        ]
        found.append(estimates_figure(f"{name} ({actor})", points, unit, f"measure-{place + 1}"))
    return tuple(found)


def measure(
    files: Given | CodedSessions | CodedRecord,
    *,
    codebook: PathLike | Codebook | None = None,
    manifest: PathLike | None = None,
    window_s: float | None = None,
    child: str | None = None,
    caregiver: str | None = None,
    workers: int = 1,
    seed: int = 0,
) -> CareMeasures:
    """Measure the care in coded records: rates, latency, contingency, the six caregiver behaviours.

    Args:
        files: one path or many, a folder, data frames, or what `bowlby.load` returned.
        codebook: maps your codes; None where they are bowlby's own, or already mapped.
        manifest: study manifest (csv), whose columns are added to the table.
        window_s: answer window, seconds, in place of the codebook's or the default.
        child: label of the child, where a record has several.
        caregiver: label of the caregiver, likewise.
        workers: processes for many files.
        seed: of the circular shifts behind each chance baseline.

    Returns:
        Measures; with several files those that fail are listed in `.value.failures` and do not stop the rest.

    Raises:
        InputError: a file or the codebook cannot be used; the error names place and remedy.

    Example:
        >>> import bowlby
        >>> measures = bowlby.measure(bowlby.example("play"))
        >>> measures.to_polars().columns[:5]
        ['file', 'session', 'child', 'caregiver', 'actor']
    """
    rule: dict[str, object] = {} if window_s is None else {"window_s": window_s, "distress_window_s": window_s}
    asked = {"window_s": window_s, "seed": seed}
    if isinstance(files, CodedSessions | CodedRecord) or (holds_frames(files) and manifest is None):
        loaded = coded_of(files, codebook=codebook, child=child, caregiver=caregiver)
        parts = _measured(loaded.value, rule, seed)
        batch = batch_of(parts.coded, parts.measured)
        origin = ResultOrigin("measure", asked, loaded.provenance.inputs)
        return CareMeasures(batch, table=batch.table, parts=parts, provenance=origin)
    how = loading(codebook, child, caregiver)
    study = None if manifest is None else load_manifest(manifest, how)
    how = how.with_manifest(study)
    with files_of(files) as paths, progress_bar("measuring") as progress:
        if len(paths) == 1 and study is None:
            return measure(
                load(paths, codebook=codebook, child=child, caregiver=caregiver), window_s=window_s, seed=seed
            )
        batch = measure_files(paths, FileWork(how, rule, seed), workers=workers, progress=progress)
        if batch.failures and len(paths) == 1:
            raise batch.failures[0].error
        table = batch.table if study is None else with_columns(batch, study.rows)
        return CareMeasures(batch, table=table, provenance=ResultOrigin("measure", asked, inputs(paths)))


def _measured(coded: CodedRecord, rule: dict[str, object], seed: int) -> ReportParts:
    # Words and figures read their rule from the record's settings, so it is changed there.
    coded = replace(coded, settings=changed(coded.settings, rule))
    return ReportParts(coded, measure_record(coded, seed=seed), seed)


def coded_of(
    files: Given | CodedSessions | CodedRecord,
    *,
    codebook: PathLike | Codebook | None = None,
    child: str | None = None,
    caregiver: str | None = None,
) -> CodedSessions:
    """Return coded sessions, loaded where they are not yet.

    Args:
        files: anything that `load` takes, or what it returned.
        codebook: for files.
        child: for files.
        caregiver: for files.

    Returns:
        The sessions.
    """
    if isinstance(files, CodedSessions):
        return files
    if isinstance(files, CodedRecord):
        return CodedSessions(files, provenance=ResultOrigin("load"))
    return load(files, codebook=codebook, child=child, caregiver=caregiver)


@dataclass(frozen=True, repr=False, eq=False)
class CodersAgreement(Result[Agreement]):
    """What two coders agree on: kappas, alpha, gamma, what was omitted, added and confused."""

    dimensions: ClassVar = ("figure",)

    @property
    def title(self) -> str:
        """Return the counts."""
        found = self.value
        return (
            f"{found.matched} events matched, {found.omitted} omitted, {found.added} added, {found.confused} confused "
            f"(tolerance {found.tolerance_s:g} s)"
        )

    @property
    def lines(self) -> Sequence[str]:
        """Return a line a figure."""
        return [
            *map(_figure_line, self.to_polars().iter_rows(named=True)),
            *(f"note: {one}" for one in self.value.notes),
        ]

    @property
    def disagreements(self) -> pl.DataFrame:
        """Return each disagreement with its time."""
        return self.value.disagreements

    def to_polars(self) -> pl.DataFrame:
        """Return the figures of agreement: figure, estimate, low, high, n, reason."""
        rows = [
            {"figure": one.name, **{key: value for key, value in vars(one).items() if key != "name"}}
            for one in self.value.agreement
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    def figures(self) -> tuple[Figure, ...]:
        """Return figures of agreement, the confusion matrix and the disagreements over time."""
        from bowlby.reporting.figures.agreement import agreement_figures
        from bowlby.reporting.figures.estimates import Estimate, estimates_figure

        known = [one for one in self.value.agreement if one.estimate is not None]
        points = [Estimate(one.name, one.estimate, one.low, one.high) for one in known if one.estimate is not None]
        own = (estimates_figure("Agreement", points, "1", "agreement"),) if points else ()
        return (*own, *agreement_figures(self.value))

    def coder_error(self) -> dict[str, object] | None:
        """Return how far each coder errs, for `bowlby.infer(coder=...)`; None where they coded too little."""
        return None if self.value.difference is None else self.value.difference.as_dict()


def _figure_line(row: dict[str, object]) -> str:
    if row["estimate"] is None:
        return f"{row['figure']}: undefined, {row['reason']}"
    between = "" if row["low"] is None or row["high"] is None else f" ({row['low']:.2f} to {row['high']:.2f})"
    return f"{row['figure']}: {row['estimate']:.3f}{between}, n {row['n']}"


def agree(
    coder_a: PathLike | EventRecord | CodedSessions,
    coder_b: PathLike | EventRecord | CodedSessions,
    *,
    codebook: PathLike | Codebook | None = None,
    tolerance_s: float = 2.0,
    constructs: bool = False,
    seed: int = 0,
) -> CodersAgreement:
    """Compare two codings of the same sessions: alignment within a tolerance, kappas, alpha, gamma, each disagreement.

    Args:
        coder_a: coder A's file, frame or loaded record; the reference for omitted and added.
        coder_b: coder B's.
        codebook: says whose acts they are; needed for `constructs` where codes are not bowlby's own.
        tolerance_s: largest difference of onsets that is the same event, seconds.
        constructs: compare constructs instead of raw codes.
        seed: of resampling.

    Returns:
        The figures, the counts, and each disagreement.

    Raises:
        InputError: the records cannot be laid side by side.

    Example:
        >>> import bowlby
        >>> found = bowlby.agree(bowlby.example("coder-a"), bowlby.example("coder-b"))
        >>> found.value.matched > 200
        True
    """
    sides = [_side(one, codebook, constructs) for one in (coder_a, coder_b)]
    hashes = tuple(pair for _, origin in sides for pair in origin)
    a, b = sides[0][0], sides[1][0]
    if isinstance(a, Record) and isinstance(b, Record) and not constructs:
        book = loading(codebook, None, None).book()
        a, b = (a, b) if book is None else by_role(a, b, book)
    found = compare(a, b, tolerance_s, seed=seed)
    asked = {"tolerance_s": tolerance_s, "constructs": constructs, "seed": seed}
    return CodersAgreement(found, provenance=ResultOrigin("agree", asked, hashes))


def _side(
    one: PathLike | EventRecord | CodedSessions, codebook: PathLike | Codebook | None, constructs: bool
) -> tuple[Record | CodedRecord, tuple[tuple[str, str], ...]]:
    if isinstance(one, EventRecord | CodedSessions):
        return one.value, one.provenance.inputs
    if constructs:
        loaded = load(one, codebook=codebook)
        return loaded.value, loaded.provenance.inputs
    with files_of(one) as paths:
        return load_record(paths[0], loading(codebook, None, None)), inputs(paths)
