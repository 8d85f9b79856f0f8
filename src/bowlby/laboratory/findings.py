"""What a study finds: reliability, contrasts of groups and classes, associations with ratings, axes by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from bowlby.laboratory.agreement import AgreementRow, Drift, IccRow, StudyAgreement, agree_study
from bowlby.laboratory.associations import Association, AxisContrast, associations, axis_contrasts
from bowlby.laboratory.contrasts import WITHOUT_EXTRA, GroupContrast, can_compare, group_contrasts
from bowlby.laboratory.problem import StudyProblem
from bowlby.laboratory.run import StudyRun, Watching
from bowlby.laboratory.table_files import write_csv


@dataclass(frozen=True)
class StudyFindings:
    """What a study finds.

    Args:
        run: measures, axes and tables.
        agreement: reliability of the coding.
        contrasts: of groups, by outcome.
        classes: the same of classes.
        associations: of measures and axes with ratings.
        axes: contrasts of groups on the axes.
        problems: what could not be done.
    """

    run: StudyRun
    agreement: StudyAgreement
    contrasts: tuple[GroupContrast, ...] = ()
    classes: tuple[GroupContrast, ...] = ()
    associations: tuple[Association, ...] = ()
    axes: tuple[AxisContrast, ...] = ()
    problems: tuple[StudyProblem, ...] = ()


def study_findings(run: StudyRun, watching: Watching) -> StudyFindings:
    """Return what a study finds.

    Args:
        run: measures, axes and tables.
        watching: shows progress.

    Returns:
        Findings.
    """
    study, tables = run.study, run.tables
    plan = study.plan
    with watching("comparing coders") as progress:
        agreement = agree_study(study, run.measured, progress)
    problems = _unknown_outcomes(run)
    compared: dict[str, tuple[GroupContrast, ...]] = {"groups": (), "classes": ()}
    for what, column in (("groups", plan.groups.column), ("classes", plan.associations.classes)):
        if not _can_split(tables.wide, column):
            continue
        if not can_compare():
            problems = [*problems, WITHOUT_EXTRA]
            break
        with watching(f"comparing {what}") as progress:
            compared[what] = group_contrasts(
                tables.wide, tables.variables, column, plan.groups.outcomes, plan.groups.covariates, progress
            )
    ratings = [name for name in plan.associations.ratings if name in tables.person.columns]
    held = associations(tables.person, tables.variables, plan.groups.outcomes, ratings, run.axes)
    by_group = axis_contrasts(run.axes, _groups(tables.person, plan.groups.column), plan.seed)
    return StudyFindings(run, agreement, compared["groups"], compared["classes"], held, by_group, tuple(problems))


def _can_split(wide: pl.DataFrame, column: str) -> bool:
    return bool(column) and column in wide.columns and wide[column].drop_nulls().n_unique() > 1


def _unknown_outcomes(run: StudyRun) -> list[StudyProblem]:
    """Return primary outcomes that no table has: misspelt, or without a number in the whole study."""
    known = {one.name for one in run.tables.variables}
    every = {one.name for one in run.measured.variables.values()}
    found: list[StudyProblem] = []
    for name in run.study.plan.groups.outcomes:
        if name not in known:
            kind = "has no number in the whole study" if name in every else "is no variable of this study"
            remedy = "long.csv says why." if name in every else "dictionary.csv lists the variables."
            found.append(StudyProblem(str(run.study.path), f"the primary outcome {name} {kind}", remedy))
    return found


def _groups(person: pl.DataFrame, column: str) -> Mapping[tuple[str, str], str]:
    if column not in person.columns:
        return {}
    rows = person.select("child", pl.col("caregiver").fill_null(""), column).drop_nulls()
    return {(child, caregiver): str(group) for child, caregiver, group in rows.iter_rows()}


def write_agreement(found: StudyAgreement, output: Path) -> list[Path]:
    """Write the reliability of a study: figures, correlations of measures, and where coders part.

    Args:
        found: the reliability.
        output: an existing folder.

    Returns:
        The paths written.

    Raises:
        OutputError: a file cannot be written.
    """
    tables = {
        "agreement": frame(found.rows, AgreementRow),
        "icc": frame(found.icc, IccRow),
        "drift": frame(found.drift, Drift),
        "disagreements": found.disagreements,
    }
    return [write_csv(table, output / f"{name}.csv") for name, table in tables.items()]


def write_findings(found: StudyFindings, output: Path) -> list[Path]:
    """Write contrasts, associations and axes by group.

    Args:
        found: of the study.
        output: an existing folder.

    Returns:
        The paths written; what was not asked for is not written.

    Raises:
        OutputError: a file cannot be written.
    """
    tables: dict[str, tuple[Sequence[object], type]] = {
        "contrasts": (found.contrasts, GroupContrast),
        "classes": (found.classes, GroupContrast),
        "associations": (found.associations, Association),
        "axes": (found.axes, AxisContrast),
    }
    return [write_csv(frame(rows, kind), output / f"{name}.csv") for name, (rows, kind) in tables.items() if rows]


_KINDS = {
    "str": pl.String(),
    "int": pl.Int64(),
    "bool": pl.Boolean(),
    "float": pl.Float64(),
    "float | None": pl.Float64(),
}


def frame(rows: Sequence[object], kind: type) -> pl.DataFrame:
    """Return rows of one kind as a table.

    Args:
        rows: of the kind.
        kind: a dataclass of texts, numbers and truth values.

    Returns:
        A column a field.
    """
    schema = {name: _KINDS[str(said)] for name, said in kind.__annotations__.items()}
    return pl.DataFrame([asdict(row) for row in rows], schema)  # pyright: ignore[reportArgumentType, reportCallIssue]
