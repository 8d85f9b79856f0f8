"""The tables of a study: a row a measure, a row a visit, a row a person, and what each column is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from bowlby.formats.manifest import RATINGS, SESSION
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.words import ABOUT, NO_EVIDENCE
from bowlby.laboratory.axes import StudyAxes, axis_columns
from bowlby.laboratory.dictionary import COLUMNS
from bowlby.laboratory.measurements import StudyMeasurements
from bowlby.laboratory.sessions import CODING, MONTH, OpenStudy
from bowlby.laboratory.variables import Missing, Variable
from bowlby.measures.clusters import t_quantile

KEY = ("child", "caregiver", "visit")
"""What tells the rows of the wide table apart."""
WIDE_ENDINGS: dict[str, str] = {
    "": "{label}",
    "_low": "{label}, lower end of the 95 % interval",
    "_high": "{label}, upper end of the 95 % interval",
    "_n": "{label}, number of events or episodes it rests on",
    "_miss": "{label}, why a number is missing or what it is",
}
"""Columns of a measure in the wide table, by what is put behind its name."""
PERSON_ENDINGS: dict[str, str] = {
    "": "{label}, mean over visits",
    "_low": "{label}, mean over visits, lower end of the 95 % interval",
    "_high": "{label}, mean over visits, upper end of the 95 % interval",
    "_n": "{label}, visits with a number",
}
"""The same of the table of persons."""
PERSON_INTERVAL = (
    "mean -+ t sqrt(pooled variance between visits of one child / visits); t has as many degrees of freedom as visits "
    "less children, over children with two visits or more; no mean where a visit has a lower bound alone"
)
AXIS_SENTENCE = f"{ABOUT} {NO_EVIDENCE}"
"""What stands beside every axis, in the dictionary too."""
DICTIONARY_SCHEMA: dict[str, pl.DataType] = dict.fromkeys(
    ("table", "column", "kind", "label", "unit", "meaning", "computed", "source", "values"), pl.String()
)
AS_MEASURED = ("low", "high", "unit", "n", "denominator", "denominator_unit", "baseline", "note")
"""Columns that a study's long table takes from the table of measures as they are."""

_LONG: dict[str, str] = {
    "file": "the coded file, as the manifest names it",
    SESSION: "session in that file",
    "child": "the child",
    "caregiver": "the caregiver; empty where the study has one a child",
    "visit": "which visit",
    "coder": "who coded",
    CODING: "main: enters the tables of visits and persons; double: a second coding, for agreement",
    MONTH: "month in which it was coded",
    "age_months": "age of the child, months",
    "day": "days since the first visit",
    "group": "group of the child, from the manifest",
    "attachment_class": "attachment class of the child, from the manifest",
    "actor": COLUMNS["actor"],
    "name": "the measure",
    "variable": "column of the measure in the other tables",
    "estimate": "the value, in `unit`; empty where there is none, see `missing`",
    **{name: COLUMNS[name] for name in AS_MEASURED},
    "status": "the same as `missing`, in words",
    "span": "what says when the session was observed",
    "other_span": "whether this is a second row of a measure, over another span, since no window was stated",
    "missing": "why there is no number, or what it has to be read with",
    "visits": "visits of this child with a main coding",
}


@dataclass(frozen=True)
class StudyTables:
    """The tables of a study.

    Args:
        long: a row a measure of each coding.
        wide: a row a child and visit.
        person: a row a child.
        dictionary: columns of `DICTIONARY_SCHEMA`, a row a column of each table.
        variables: measures that have a number somewhere, in the order of the columns.
    """

    long: pl.DataFrame
    wide: pl.DataFrame
    person: pl.DataFrame
    dictionary: pl.DataFrame
    variables: tuple[Variable, ...]


def study_tables(study: OpenStudy, measured: StudyMeasurements, axes: StudyAxes) -> StudyTables:
    """Return the tables of a study.

    Args:
        study: opened.
        measured: its measures.
        axes: of its dyads.

    Returns:
        The tables.
    """
    known = set(measured.main.filter(pl.col("estimate").is_not_null())["variable"])
    variables = tuple(one for one in measured.variables.values() if one.name in known)
    wide = wide_table(study, measured.main, variables)
    person = person_table(wide, variables, axes)
    long = measured.long
    dictionary = dictionary_of({"long": long, "wide": wide, "person": person}, variables)
    return StudyTables(long, wide, person, dictionary, variables)


def wide_table(study: OpenStudy, main: pl.DataFrame, variables: Sequence[Variable]) -> pl.DataFrame:
    """Return one row a child and visit, with five columns a measure.

    Args:
        study: opened; a visit whose file could not be measured has a row too.
        main: rows of main codings.
        variables: measures that become columns.

    Returns:
        The manifest's columns, then `WIDE_ENDINGS` of each measure.
    """
    columns = _manifest_columns(study, main)
    keys, values = dict[tuple[Any, ...], dict[str, Any]](), dict[tuple[Any, ...], dict[str, dict[str, Any]]]()
    for row in main.iter_rows(named=True):
        key = tuple(row[name] or "" for name in KEY)
        keys.setdefault(key, {name: row.get(name) for name in columns})
        values.setdefault(key, {})[row["variable"]] = row
    measured_files = {(row["file"], row[SESSION]) for row in main.select("file", SESSION).iter_rows(named=True)}
    files = {file for file, _ in measured_files}
    for one in study.main:
        if one.name not in files or (one.session is not None and (one.name, one.session) not in measured_files):
            keys.setdefault((*one.dyad, one.said("visit")), {name: one.columns.get(name) for name in columns})
    rows = [about | _wide_cells(values.get(key, {}), variables, key in values) for key, about in keys.items()]
    schema = {name: main.schema.get(name, pl.String()) for name in columns}
    return pl.DataFrame(rows, schema | _wide_schema(variables))


def _wide_cells(
    own: Mapping[str, Mapping[str, Any]], variables: Sequence[Variable], measured: bool
) -> dict[str, float | int | None]:
    cells: dict[str, float | int | None] = {}
    absent = Missing.NO_SUCH_PAIR if measured else Missing.NOT_MEASURED
    for one in variables:
        row = own.get(one.name)
        values = (None, None, None, None, int(absent)) if row is None else (
            row["estimate"], row["low"], row["high"], row["n"], row["missing"]
        )  # fmt: skip
        cells |= dict(zip((f"{one.name}{ending}" for ending in WIDE_ENDINGS), values, strict=True))
    return cells


def _wide_schema(variables: Sequence[Variable]) -> dict[str, pl.DataType]:
    whole = ("_n", "_miss")
    return {
        f"{one.name}{ending}": pl.Int64() if ending in whole else pl.Float64()
        for one in variables
        for ending in WIDE_ENDINGS
    }


def _manifest_columns(study: OpenStudy, main: pl.DataFrame) -> list[str]:
    """Return the columns of the manifest, who and when first; the path of the machine is not among them."""
    every = [name for name in study.manifest.rows.columns if name not in ("path", CODING)]
    return [*KEY, *(name for name in every if name not in KEY and name in main.columns)]


def person_table(wide: pl.DataFrame, variables: Sequence[Variable], axes: StudyAxes) -> pl.DataFrame:
    """Return one row a child and caregiver: means over visits with intervals, and the axes.

    With s^2 the variance between visits of one child, pooled over the children who have two or more, and f its degrees
    of freedom, the interval of a mean of k visits is -+ t_f s / sqrt(k).

    Args:
        wide: a row a child and visit.
        variables: its measures.
        axes: of the dyads.

    Returns:
        Who, `visits`, the manifest's columns (numbers averaged, words where all visits say the same),
        `PERSON_ENDINGS` of each measure, and the columns of the axes.
    """
    who = [name for name in KEY if name != "visit"]
    groups = [(key, rows) for key, rows in wide.group_by(who, maintain_order=True)]
    spreads = {one.name: _spread_between_visits([exact(rows, one.name) for _, rows in groups]) for one in variables}
    about = [name for name in wide.columns if name not in (*KEY, "file", SESSION, "coder", "day", MONTH)]
    about = about[: about.index(variables[0].name)] if variables else about
    measured = axes.rows()
    rows: list[dict[str, Any]] = []
    for key, own in groups:
        row: dict[str, Any] = dict(zip(who, key, strict=True)) | {"visits": own.height}
        row |= {name: _shared(own[name]) for name in about}
        for one in variables:
            row |= _person_cells(one.name, exact(own, one.name), spreads[one.name])
        row |= measured.get((key[0] or "", key[1] or ""), {})
        rows.append(row)
    return pl.DataFrame(rows, _person_schema(wide, who, about, variables, axes), strict=False)


def exact(wide: pl.DataFrame, name: str) -> pl.Series:
    """Return the numbers of a measure that can be averaged: none at all where one of them is a lower bound.

    Leaving the bounds out would keep the small values and lose the large ones.

    Args:
        wide: rows of a wide table.
        name: of the variable.

    Returns:
        The column, or one of nulls.
    """
    bounds = (wide[f"{name}_miss"] == int(Missing.LOWER_BOUND)).any()
    return pl.Series(name, [None] * wide.height, dtype=pl.Float64()) if bounds else wide[name]


def _shared(column: pl.Series) -> object:
    """Return what holds of all visits of a child: the mean of numbers, a word where all say the same."""
    known = column.drop_nulls()
    if known.is_empty():
        return None
    if known.dtype.is_numeric():
        return float(known.mean())  # pyright: ignore[reportArgumentType]
    numbers = known.cast(pl.Float64, strict=False)
    if numbers.null_count() == 0:
        return str(round(float(numbers.mean()), 6))  # pyright: ignore[reportArgumentType]
    return known[0] if known.n_unique() == 1 else None


def _spread_between_visits(columns: Sequence[pl.Series]) -> tuple[float, int] | None:
    """Return the pooled standard deviation between visits of one child and its degrees of freedom; None for none."""
    squares, freedom = 0.0, 0
    for column in columns:
        known = column.drop_nulls().to_list()
        if len(known) > 1:
            mean = math.fsum(known) / len(known)
            squares += math.fsum((value - mean) ** 2 for value in known)
            freedom += len(known) - 1
    return (math.sqrt(squares / freedom), freedom) if freedom else None


def _person_cells(name: str, column: pl.Series, spread: tuple[float, int] | None) -> dict[str, float | int | None]:
    known = column.drop_nulls().to_list()
    if not known:
        return {name: None, f"{name}_low": None, f"{name}_high": None, f"{name}_n": 0}
    mean = math.fsum(known) / len(known)
    reach = None if spread is None else t_quantile(float(spread[1])) * spread[0] / math.sqrt(len(known))
    ends = (None, None) if reach is None else (mean - reach, mean + reach)
    return {name: mean, f"{name}_low": ends[0], f"{name}_high": ends[1], f"{name}_n": len(known)}


def _person_schema(
    wide: pl.DataFrame, who: Sequence[str], about: Sequence[str], variables: Sequence[Variable], axes: StudyAxes
) -> dict[str, pl.DataType]:
    schema: dict[str, pl.DataType] = {**dict.fromkeys(who, pl.String()), "visits": pl.Int64()}
    schema |= {name: pl.Float64() if wide.schema[name].is_numeric() else pl.String() for name in about}
    for one in variables:
        endings = ((f"{one.name}{ending}", ending) for ending in PERSON_ENDINGS)
        schema |= {name: pl.Int64() if ending == "_n" else pl.Float64() for name, ending in endings}
    shown = Axis if axes.dyads else ()
    return schema | {name: pl.Float64() for axis in shown for name in axis_columns(axis)}


def dictionary_of(tables: Mapping[str, pl.DataFrame], variables: Sequence[Variable]) -> pl.DataFrame:
    """Return what every column of every table is.

    Args:
        tables: by name: long, wide and person.
        variables: measures that are columns.

    Returns:
        Columns of `DICTIONARY_SCHEMA`.
    """
    rows = [row for name, table in tables.items() for row in _described(name, table, variables)]
    return pl.DataFrame(rows, DICTIONARY_SCHEMA, orient="row")


def _described(table: str, frame: pl.DataFrame, variables: Sequence[Variable]) -> Iterator[tuple[str, ...]]:
    endings = PERSON_ENDINGS if table == "person" else WIDE_ENDINGS
    measures = {f"{one.name}{ending}": (one, ending) for one in variables for ending in endings}
    of_axes = {column: (axis, label) for axis in Axis for column, label in axis_columns(axis).items()}
    for column in frame.columns:
        if table != "long" and column in measures:
            yield _measure_row(table, column, *measures[column])
        elif table != "long" and column in of_axes:
            axis, label = of_axes[column]
            how = "posterior of all visits of the dyad, each dyad by its own records (docs/differential.md)"
            yield table, column, "axis", label, "", AXIS_SENTENCE, how, f"bowlby infer, {axis}", ""
        else:
            values = missing_values() if column == "missing" else ""
            yield (
                table,
                column,
                "column",
                column_label(column),
                "",
                _LONG.get(column, "from the manifest"),
                "",
                "",
                values,
            )


def _measure_row(table: str, column: str, one: Variable, ending: str) -> tuple[str, ...]:
    endings = PERSON_ENDINGS if table == "person" else WIDE_ENDINGS
    label = endings[ending].format(label=one.label)
    counts = ending in ("_n", "_miss")
    computed = (
        f"{one.computed}; {PERSON_INTERVAL}" if table == "person" and ending in ("_low", "_high") else one.computed
    )
    values = missing_values() if ending == "_miss" else ""
    return table, column, "measure", label, "" if counts else one.unit, one.meaning, computed, one.source, values


def column_label(column: str) -> str:
    """Return what a column of the manifest or of the long table is, in a few words.

    Args:
        column: its name.

    Returns:
        The label.
    """
    if column in RATINGS:
        low, high = RATINGS[column]
        return f"rating {column}, {low:g} to {high:g}"
    return _LONG.get(column, f"{column}, from the manifest")


def missing_values() -> str:
    """Return the codes of missing numbers with their words.

    Returns:
        "0 = a number; 1 = ..." .
    """
    return "; ".join(f"{int(code)} = {code.label}" for code in Missing)
