"""Tables of a study as files: csv for people, Parquet, SPSS with labels, and a script that reads them in R."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import polars as pl

from bowlby.atomic import write_text, writing
from bowlby.laboratory.problem import StudyProblem
from bowlby.laboratory.tables import StudyTables
from bowlby.laboratory.variables import Missing
from bowlby.records.spreadsheet import write_for_people

WITHOUT_EXTRA = StudyProblem(
    "wide.sav",
    "SPSS files are not written: the part that writes them is not installed",
    "Install it with pip install 'bowlby[study]' and run the command again; the csv files hold the same.",
)
_LONGEST_LABEL = 250
"""Bytes of a label: SPSS takes 256."""


def write_tables(tables: StudyTables, output: Path, *, parquet: bool = False) -> tuple[list[Path], list[StudyProblem]]:
    """Write the tables of a study into a folder, each whole or not at all, over those of an earlier run.

    Args:
        tables: of the study.
        output: an existing folder.
        parquet: also write long, wide and person as Parquet.

    Returns:
        The paths written, and what could not be.

    Raises:
        OutputError: a file cannot be written.
    """
    frames = {"long": tables.long, "wide": tables.wide, "person": tables.person, "dictionary": tables.dictionary}
    written = [write_csv(frame, output / f"{name}.csv") for name, frame in frames.items()]
    if parquet:
        for name in ("long", "wide", "person"):
            with writing(output / f"{name}.parquet", force=True) as draft:
                frames[name].write_parquet(draft)
            written.append(output / f"{name}.parquet")
    problems: list[StudyProblem] = []
    if find_spec("pyreadstat") is None:
        problems.append(WITHOUT_EXTRA)
    else:
        written += [write_sav(frames[name], name, tables.dictionary, output) for name in ("wide", "person")]
    written.append(write_text(output / "read.R", r_script(tables), force=True))
    return written, problems


def write_csv(frame: pl.DataFrame, path: Path) -> Path:
    """Write a table as csv for people, over that of an earlier run.

    Args:
        frame: the table.
        path: of the file.

    Returns:
        The path.

    Raises:
        OutputError: it cannot be written.
    """
    with writing(path, force=True) as draft:
        write_for_people(frame, draft)
    return path


def write_sav(frame: pl.DataFrame, name: str, dictionary: pl.DataFrame, output: Path) -> Path:
    """Write a table for SPSS, with labels of its columns and of the codes of missing numbers.

    Args:
        frame: the table.
        name: "wide" or "person".
        dictionary: of the study.
        output: folder.

    Returns:
        The path.

    Raises:
        OutputError: it cannot be written.
    """
    import pyreadstat

    labels = dict(dictionary.filter(pl.col("table") == name).select("column", "label").iter_rows())
    codes: dict[int | float, str] = {int(code): code.label for code in Missing}
    values = {column: codes for column in frame.columns if column.endswith("_miss")}
    levels = {column: _level(frame.schema[column], column) for column in frame.columns}
    path = output / f"{name}.sav"
    with writing(path, force=True) as draft:
        pyreadstat.write_sav(
            cast(Any, frame.with_columns(pl.col(pl.Boolean).cast(pl.Int64))),
            str(draft),
            column_labels={column: _short(labels.get(column, column)) for column in frame.columns},
            variable_value_labels=values,
            variable_measure=levels,
        )
    return path


def _level(kind: pl.DataType, column: str) -> str:
    return "scale" if kind.is_numeric() and not column.endswith("_miss") else "nominal"


def _short(label: str) -> str:
    return label.encode()[:_LONGEST_LABEL].decode(errors="ignore")


def r_script(tables: StudyTables) -> str:
    """Return a script in base R that reads the csv files with the right types, labels and codes.

    Args:
        tables: of the study.

    Returns:
        R.
    """
    codes = [str(int(code)) for code in Missing]
    labels = [_text(code.label) for code in Missing]
    parts = [_R_OPENING.format(codes=", ".join(codes), labels=", ".join(labels))]
    for name in ("long", "wide", "person"):
        frame: pl.DataFrame = getattr(tables, name)
        factors = _factors(frame)
        parts.append(f'{name} <- read_bowlby("{name}.csv", c({_classes(frame)}))\n')
        parts += [
            f"{name}${column} <- factor({name}${column}, levels = {levels})\n" for column, levels in factors.items()
        ]
    return "".join([*parts, _R_CLOSING])


def _classes(frame: pl.DataFrame) -> str:
    kinds: Mapping[str, str] = {name: _r_class(kind) for name, kind in frame.schema.items()}
    return ", ".join(f'`{name}` = "{kind}"' for name, kind in kinds.items())


def _r_class(kind: pl.DataType) -> str:
    if kind.is_integer():
        return "integer"
    if kind == pl.Boolean:
        return "character"
    return "numeric" if kind.is_numeric() else "character"


def _factors(frame: pl.DataFrame) -> dict[str, str]:
    """Return the levels of columns that say a group or a class, in their order of appearance."""
    found: dict[str, str] = {}
    for name in ("group", "attachment_class", "actor", "coding"):
        if name in frame.columns:
            levels: list[Any] = frame[name].drop_nulls().unique(maintain_order=True).to_list()
            if levels:
                found[name] = f"c({', '.join(_text(str(level)) for level in levels)})"
    return found


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


_R_OPENING = """\
# Reads the tables of a study with their types, labels and codes. Run it in the folder of the tables.
missing_codes <- c({codes})
missing_labels <- c({labels})
dictionary <- read.csv("dictionary.csv", colClasses = "character", encoding = "UTF-8")

read_bowlby <- function(file, classes) {{
  found <- read.csv(file, colClasses = classes, na.strings = "", encoding = "UTF-8", check.names = FALSE)
  own <- dictionary[dictionary$table == sub("[.]csv$", "", file), ]
  for (column in names(found)) {{
    if (column == "missing" || grepl("_miss$", column)) {{
      found[[column]] <- factor(found[[column]], levels = missing_codes, labels = missing_labels)
    }}
    attr(found[[column]], "label") <- own$label[match(column, own$column)]
  }}
  found
}}

"""
_R_CLOSING = """
# An example: a mixed model with the child as random intercept (package lme4).
# lme4::lmer(cg_warm_acts_noticed ~ group + (1 | child), data = wide)
"""
