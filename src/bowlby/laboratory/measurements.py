"""The measures of every session of a study: in parallel, kept where they are finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bowlby.atomic import make_folder
from bowlby.formats.manifest import SESSION
from bowlby.laboratory.problem import StudyProblem, problem_of
from bowlby.laboratory.sessions import CODING, DOUBLE, MAIN, OpenStudy
from bowlby.laboratory.variables import CODE_OF, Variable, variables_of
from bowlby.measures.batch import Batch, FileWork, measure_files
from bowlby.records.record import ObservedFrom

KEPT = ".finished"
"""Folder within the results that keeps each finished session and dyad."""


@dataclass(frozen=True)
class StudyMeasurements:
    """Every measure of every coding of a study.

    Args:
        long: one row a coding, actor and measure: the manifest's columns, `variable`, the measure's own, `missing`.
        variables: by actor and measure, in the order of the measures.
        problems: files that could not be measured, and rows that match no session.
        reused: number of files that an earlier run had finished.
        rule: the episode rule, as plain values.
    """

    long: pl.DataFrame
    variables: dict[tuple[str, str], Variable]
    problems: tuple[StudyProblem, ...]
    reused: int
    rule: object

    @property
    def main(self) -> pl.DataFrame:
        """Return the rows of main codings over the span that stands first."""
        return of_coding(self.long, MAIN)


def of_coding(long: pl.DataFrame, coding: str) -> pl.DataFrame:
    """Return the rows of main or of second codings.

    A measure over a window that nobody stated has a second row, from the first event to the last; it stays in the long
    table alone.

    Args:
        long: as `StudyMeasurements` has it.
        coding: "main" or "double".

    Returns:
        Rows.
    """
    second_span = (pl.col("span") == str(ObservedFrom.FIRST_TO_LAST)) & pl.col("other_span")
    return long.filter((pl.col(CODING) == coding) & ~second_span)


def measure_study(
    study: OpenStudy, output: Path, workers: int = 2, progress: Callable[[int, int], None] | None = None
) -> StudyMeasurements:
    """Measure every session of a study.

    Args:
        study: opened.
        output: folder of the results; finished files are kept in it.
        workers: number of processes, >= 1.
        progress: called with files done and in all.

    Returns:
        The measures.

    Raises:
        OutputError: finished files cannot be kept.
        InputError: two files have the same content, or the codebook is broken.
    """
    make_folder(output)
    there = [path for path in study.files if path.is_file()]
    work = FileWork(study.how, study.rule, study.plan.seed, output / KEPT)
    batch = measure_files(there, work, workers=workers, progress=progress)
    return _joined(study, batch)


def _joined(study: OpenStudy, batch: Batch) -> StudyMeasurements:
    variables = variables_of(batch.table.select("actor", "name", "unit").iter_rows())
    names = {f"{actor}\t{measure}": one.name for (actor, measure), one in variables.items()}
    codes = {status: int(code) for status, code in CODE_OF.items()}
    long = _with_manifest(study, batch).with_columns(
        pl.concat_str("actor", "name", separator="\t").replace_strict(names, return_dtype=pl.String).alias("variable"),
        pl.col("status").replace_strict(codes, return_dtype=pl.Int64).alias("missing"),
    )
    named = {str(one.file): one.name for one in study.sessions}
    problems = [problem_of(one.error, named.get(str(Path(one.file).resolve()), one.file)) for one in batch.failures]
    problems += [
        StudyProblem(one.label, "there is no such file", "Correct its path in the manifest.")
        for one in study.sessions
        if not one.file.is_file()
    ]
    return StudyMeasurements(long, variables, tuple(problems), batch.reused, batch.rule_as_dict())


def _with_manifest(study: OpenStudy, batch: Batch) -> pl.DataFrame:
    """Return the measures beside who, when and by whom; a row without a session takes the whole file."""
    names = {str(path.resolve()): name for path, name in batch.names.items()}
    coding = [MAIN if one.is_main else DOUBLE for one in study.sessions]
    rows = study.manifest.rows.with_columns(
        pl.Series(CODING, coding, dtype=pl.String),
        pl.col("path").replace_strict(names, default=None, return_dtype=pl.String).alias(_FILE),
    )
    absent = [name for name in (SESSION, "caregiver", "visit", "coder") if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    own = _labelled(batch.table.rename({"file": _FILE}))
    whole = rows.filter(pl.col(SESSION).is_null()).drop(SESSION)
    parts = rows.filter(pl.col(SESSION).is_not_null())
    joined = [
        some.join(own, on=key, how="inner", maintain_order="left_right")
        for some, key in ((whole, [_FILE]), (parts, [_FILE, SESSION]))
    ]
    both = pl.concat(joined, how="diagonal_relaxed")
    both = both.with_columns(
        pl.concat_str(name, pl.col(f"{name}{_LABEL}"), separator=" ", ignore_nulls=True).alias(name)
        for name in ("child", "caregiver")
    )
    first = [name for name in rows.columns if name not in ("path", _FILE)]
    last = [name for name in both.columns if name not in (*first, "path", _FILE) and not name.endswith(_LABEL)]
    return both.select(*first, *last)


_FILE, _LABEL = " file", " label"


def _labelled(table: pl.DataFrame) -> pl.DataFrame:
    """Return measures with the record's own labels only where a session is of several children or caregivers."""
    session = [_FILE, SESSION]
    several = {name: pl.col(name).n_unique().over(session) > 1 for name in ("child", "caregiver")}
    again = pl.struct(*session, "child", "caregiver", "actor", "name").is_first_distinct().not_()
    labels = [pl.when(holds).then(pl.col(name)).alias(f"{name}{_LABEL}") for name, holds in several.items()]
    return table.with_columns(*labels, other_span=again).drop("child", "caregiver")
