"""The columns of a study manifest beside what was measured."""

from __future__ import annotations

import polars as pl

from bowlby.measures.batch import Batch

STATED = " in the manifest"


def with_columns(batch: Batch, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the table of a batch with the manifest's columns, joined by file.

    Args:
        batch: what was measured.
        rows: of the manifest, with `path`.

    Returns:
        The table; child and caregiver are the manifest's where it names them.
    """
    paths = {name: str(path.resolve()) for path, name in batch.names.items()}
    keyed = batch.table.with_columns(path=pl.col("file").replace(paths))
    stated = [name for name in ("child", "caregiver") if name in rows.columns]
    joined = keyed.join(rows.drop("file"), on="path", how="left", suffix=STATED).drop("path")
    return joined.with_columns(_identity(name) for name in stated).drop(f"{name}{STATED}" for name in stated)


def _identity(name: str) -> pl.Expr:
    """Return the manifest's child or caregiver, with the record's own label where the file has several of them."""
    several = pl.col(name).n_unique().over("file") > 1
    both = pl.concat_str(f"{name}{STATED}", name, separator=" ")
    return pl.when(several).then(both).otherwise(f"{name}{STATED}").alias(name)
