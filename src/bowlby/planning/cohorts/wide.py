"""The wide table of a data set, one row a child, and the same for SPSS and Stata."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import polars as pl

from bowlby.atomic import writing
from bowlby.errors import InputError
from bowlby.planning.trials.design import CLASS, CLASSES, StudyDesign
from bowlby.records.spreadsheet import without_formulas

FORMATS = ("wide", "sav", "dta")
"""Further tables that can be asked for: wide as csv, for SPSS and for Stata."""
MOST_ROWS = 2_000_000
"""Children of a wide table, which is held in memory whole."""
_LONGEST_NAME = 32
"""Characters of a column that Stata takes."""


def check_formats(formats: Sequence[str], children: int) -> None:
    """Refuse tables that could not be written in the end, before anything is lived.

    Args:
        formats: among `FORMATS`.
        children: of the data set.

    Raises:
        InputError: the part that writes them is not installed, or there are too many children.
    """
    if formats and children > MOST_ROWS:
        raise InputError(
            f"a wide table has up to {MOST_ROWS:,} children",
            column="-n",
            value=children,
            remedy="Leave --wide, --sav and --dta out; the long tables have no limit.",
        )
    if {"sav", "dta"} & set(formats) and find_spec("pyreadstat") is None:
        raise InputError(
            "files for SPSS and Stata need a part that is not installed",
            column="--sav or --dta",
            remedy="Install it with pip install 'bowlby[study]', or take --csv or --wide.",
        )


def column_of(measure: str, age: float) -> str:
    """Return the name of a measure at a visit: letters, digits and underscores, as SPSS, Stata and R take them.

    Args:
        measure: as the design names it.
        age: months.

    Returns:
        The name.
    """
    name = measure.replace(" ", "_").replace("-", "_")
    return f"{name[: _LONGEST_NAME - 6]}_{age:g}".replace(".", "_")


def wide(observed: pl.DataFrame, covariates: pl.DataFrame | None, design: StudyDesign) -> pl.DataFrame:
    """Return one row a child: arm, site, covariates, each measure at each visit, and until when it was seen.

    Args:
        observed: the long table.
        covariates: one row a child, or None.
        design: of the study.

    Returns:
        The table, by the children's numbers.
    """
    keys = ["child", "arm", "site"]
    visits = observed.select("measure", "age_months").unique().sort("measure", "age_months").rows()
    table = observed.select(keys).unique().sort("child")
    if covariates is not None:
        table = table.join(covariates, on="child", how="left", maintain_order="left")
    for measure, age in visits:
        own = observed.filter((pl.col("measure") == measure) & (pl.col("age_months") == age))
        column = own.select("child", pl.col("value").alias(column_of(measure, age)))
        table = table.join(column, on="child", how="left", maintain_order="left")
    left = observed.group_by("child").agg((pl.col("missing") == "left the study").any().alias("left"))
    table = table.join(left, on="child", how="left", maintain_order="left").with_columns(
        pl.col("left").fill_null(False)
    )
    return table if design.sites is not None else table.drop("site")


def write_wide(table: pl.DataFrame, folder: Path, formats: Sequence[str], labels: dict[str, str]) -> list[str]:
    """Write the wide table.

    Args:
        table: one row a child.
        folder: of the data set.
        formats: among `FORMATS`.
        labels: of columns, in words.

    Returns:
        Names of the files.

    Raises:
        OutputError: a file cannot be written.
    """
    written: list[str] = []
    for kind in formats:
        name = "wide.csv" if kind == "wide" else f"wide.{kind}"
        with writing(folder / name, force=True) as draft:
            if kind == "wide":
                without_formulas(table.lazy()).collect().write_csv(draft)
            else:
                _write_labelled(table, draft, kind, labels)
        written.append(name)
    return written


def _write_labelled(table: pl.DataFrame, path: Path, kind: str, labels: dict[str, str]) -> None:
    import pyreadstat

    plain = cast(Any, table.with_columns(pl.col(pl.Boolean).cast(pl.Int64), pl.col(pl.UInt32).cast(pl.Int64)))
    said: dict[str, str | None] = {name: labels.get(name, name)[:80] for name in table.columns}
    codes = {float(code): name for name, code in CLASSES.items()}
    classes = {name: codes for name in table.columns if name.startswith(f"{CLASS}_")}
    if kind == "sav":
        pyreadstat.write_sav(plain, str(path), column_labels=said, variable_value_labels=classes)
    else:
        pyreadstat.write_dta(plain, str(path), column_labels=said, variable_value_labels=cast(Any, classes))
