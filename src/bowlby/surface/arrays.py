"""Tables as labelled arrays: named dimensions, and a unit under one spelling for every number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import polars as pl
    import xarray as xr

ENDINGS: Mapping[str, str] = {"_s": "s", "_months": "month", "_hours": "h", "_minutes": "min"}
"""Units by the end of a column's name."""
MEASURED = ("estimate", "low", "high", "baseline", "mean", "sd", "median", "prior_low", "prior_high", "prior_mean")
"""Columns whose unit stands in the column `unit`, where there is one."""
OF_ITS_ROW = "given by the coordinate unit"


def dataset(table: pl.DataFrame, dimensions: Sequence[str], units: Mapping[str, str]) -> xr.Dataset:
    """Return a table as labelled arrays.

    Args:
        table: one row an entry.
        dimensions: one name, along which the rows stand; or columns that together tell each row apart, which then span
            a grid with NaN where the table has no row.
        units: of columns whose names do not say theirs; "1" where nothing does.

    Returns:
        One variable a column of numbers, one coordinate a column of words, each number with its attribute `units`.
    """
    return _along(table, dimensions[0], units) if len(dimensions) == 1 else _grid(table, dimensions, units)


def _along(table: pl.DataFrame, dimension: str, units: Mapping[str, str]) -> xr.Dataset:
    import xarray as xr

    named = dimension in table.columns and table[dimension].n_unique() == table.height
    place = values(table[dimension]) if named else np.arange(table.height)
    found = xr.Dataset(coords={dimension: place})
    for name in (one for one in table.columns if one != dimension):
        column = xr.Variable((dimension,), values(table[name]), _unit(table, name, units))
        found = found.assign({name: column}) if column.dtype.kind in "fiub" else found.assign_coords({name: column})
    return found


def _grid(table: pl.DataFrame, dimensions: Sequence[str], units: Mapping[str, str]) -> xr.Dataset:
    import xarray as xr

    labels = [list(dict.fromkeys(table[name])) for name in dimensions]
    places = [_places(table[name], one) for name, one in zip(dimensions, labels, strict=True)]
    found = xr.Dataset(coords=dict(zip(dimensions, map(np.asarray, labels), strict=True)))
    for name in (one for one in table.columns if one not in dimensions):
        column = values(table[name])
        empty = np.full([len(one) for one in labels], _nothing(column), dtype=column.dtype)
        empty[tuple(places)] = column
        found = found.assign({name: (tuple(dimensions), empty, _unit(table, name, units))})
    return found


def _places(column: pl.Series, labels: Sequence[object]) -> npt.NDArray[np.int64]:
    place = {label: number for number, label in enumerate(labels)}
    return np.array([place[value] for value in column], dtype=np.int64)


def values(column: pl.Series) -> npt.NDArray[Any]:
    """Return a column as an array that Zarr and netCDF hold: missing numbers are NaN, missing words are empty.

    Args:
        column: numbers, truth values or words.

    Returns:
        Shape (rows,).
    """
    if column.dtype.is_numeric():
        whole = column.dtype.is_integer() and not column.null_count()
        return column.to_numpy() if whole else column.cast(float).fill_null(float("nan")).to_numpy()
    if str(column.dtype) == "Boolean":
        return column.fill_null(False).to_numpy().astype(bool)
    return np.asarray(["" if one is None else str(one) for one in column], dtype=str)


def _nothing(column: npt.NDArray[Any]) -> object:
    return {"f": np.nan, "i": -1, "u": 0, "b": False}.get(column.dtype.kind, "")


def _unit(table: pl.DataFrame, name: str, units: Mapping[str, str]) -> dict[str, str]:
    if not (table[name].dtype.is_numeric()):
        return {}
    if name in units:
        return {"units": units[name]}
    if name in MEASURED and "unit" in table.columns:
        own = table["unit"].unique()
        return {"units": str(own[0]) if len(own) == 1 else OF_ITS_ROW}
    return {"units": next((unit for end, unit in ENDINGS.items() if name.endswith(end)), "1")}
