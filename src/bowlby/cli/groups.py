"""`bowlby measure --by`: a study told in groups of children, none of them small."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bowlby.cli.output import emit, log
from bowlby.errors import InputError, suggestion

if TYPE_CHECKING:
    import polars as pl

    from bowlby.formats.manifest import Manifest
    from bowlby.measures.batch import Batch


@dataclass(frozen=True)
class GroupRequest:
    """The groups that are asked for.

    Args:
        columns: of the manifest, one or two.
        smallest: least number of children that a cell may show.
    """

    columns: tuple[str, ...]
    smallest: int


def requested_groups(by: str, smallest: int | None) -> GroupRequest:
    """Return the groups that `--by` and `--smallest-cell` ask for.

    Args:
        by: columns by commas.
        smallest: least number of children in a cell, or None for the default.

    Returns:
        The groups.

    Raises:
        InputError: no column is named, or more than two.
    """
    from bowlby.laboratory.cells import SMALLEST, check_columns

    columns = tuple(name for word in by.split(",") if (name := word.strip()))
    check_columns(columns)
    return GroupRequest(columns, SMALLEST if smallest is None else smallest)


def columns_of(asked: GroupRequest | None) -> tuple[str, ...]:
    """Return the columns that make the groups, none where none are asked for.

    Args:
        asked: the groups, or None.

    Returns:
        Names of columns.
    """
    return () if asked is None else asked.columns


def refuse_missing(asked: GroupRequest | None, study: Manifest | None) -> None:
    """Fail before long work where the manifest does not say who is in which group.

    Args:
        asked: the groups, or None.
        study: the manifest, or None.

    Raises:
        InputError: there is no manifest, or it has no child or no such column.
    """
    if asked is None:
        return
    if study is None:
        remedy = "Add --manifest study.csv, with columns file, child and those of --by."
        raise InputError("nothing says which group a child is in", column="--by", remedy=remedy)
    known = [name for name in study.rows.columns if name not in ("file", "path")]
    for name in ("child", *asked.columns):
        if name not in known:
            remedy = f"{suggestion(name, known)}Columns: {', '.join(known)}."
            raise InputError("the manifest has no such column", file=study.source, column=name, remedy=remedy)


def group_rows(table: pl.DataFrame, asked: GroupRequest) -> pl.DataFrame:
    """Return a table of measures in groups of children.

    Args:
        table: measures and the manifest's columns, a row a session and measure.
        asked: the groups.

    Returns:
        The columns of the groups and `CELL_SCHEMA`.

    Raises:
        InputError: as `bowlby.laboratory.cells.cells`.
    """
    import polars as pl

    from bowlby.laboratory.cells import cells

    return cells(table.cast(dict.fromkeys(asked.columns, pl.String())), asked.columns, asked.smallest)


def show_groups(
    batch: Batch, table: pl.DataFrame, asked: GroupRequest, output: Path | None, *, seed: int, as_json: bool
) -> None:
    """Print the groups; files that failed are counted and not named.

    Args:
        batch: what was measured.
        table: as `grouped` returns it.
        asked: the groups.
        output: where the table was written, or None.
        seed: of the random numbers.
        as_json: one JSON object instead of text.
    """
    result: dict[str, object] = {
        "rule": batch.rule_as_dict(),
        "seed": seed,
        "by": list(asked.columns),
        "smallest_cell": asked.smallest,
        "cells": list(table.iter_rows(named=True)),
        "files_failed": len(batch.failures),
        "written": None if output is None else str(output),
    }
    text = _text(table, asked) if output is None else [f"wrote {output}: {table.height} rows"]
    emit(result, text, as_json=as_json)
    if asked.smallest == 1:
        log("nothing is withheld: this table is for those who may see each child")


def _text(table: pl.DataFrame, asked: GroupRequest) -> list[str]:
    lines: list[str] = []
    for levels, rows in table.group_by(*asked.columns, maintain_order=True):
        lines.append(", ".join(f"{name} {level}" for name, level in zip(asked.columns, levels, strict=True)))
        lines += [_line(row) for row in rows.iter_rows(named=True)]
    return lines


def _line(row: dict[str, object]) -> str:
    if row["children"] is None:
        return f"  {row['name']:<44} {row['note']}"
    spread = "" if row["mean"] is None else f"  mean {row['mean']:.3g} {row['unit']}"
    spread += "" if row["sd"] is None else f", sd {row['sd']:.3g}"
    return f"  {row['name']:<44} children {row['children']}{spread}"
