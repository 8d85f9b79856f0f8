"""The data dictionary that goes with a table of measures: every column, and every measure in it."""

from __future__ import annotations

import polars as pl

from bowlby.formats.manifest import IDENTITY, RATINGS
from bowlby.laboratory.cells import CHILDREN
from bowlby.measures.definitions import definition_of
from bowlby.measures.value import MeasureStatus

DICTIONARY_SCHEMA: dict[str, pl.DataType] = {
    "item": pl.String(),
    "kind": pl.String(),
    "unit": pl.String(),
    "meaning": pl.String(),
    "formula": pl.String(),
    "source": pl.String(),
}

COLUMNS = {
    "file": "the coded file",
    "session": "session in that file",
    "actor": "whose acts: caregiver, child or dyad",
    "name": "the measure, a row of this dictionary",
    "estimate": "the value, in `unit`; empty where there is none, see `status`",
    "low": "lower end of the 95 % interval",
    "high": "upper end of the 95 % interval",
    "unit": "unit of estimate, low, high and baseline",
    "n": "number of events or episodes it rests on",
    "denominator": "what it is a share or rate of",
    "denominator_unit": "unit of the denominator",
    "baseline": "what chance alone would give; empty where chance has no meaning",
    "note": "the reservation a reader must know",
    "status": f"one of: {', '.join(MeasureStatus)}",
    "span": "what says when the session was observed; a rate is given over two spans where that is not stated",
    "children": "children that the row rests on",
    "mean": "mean over children, each child's sessions averaged first",
    "sd": "standard deviation over children (n - 1)",
    "q25": "lower quartile over children",
    "median": "median over children",
    "q75": "upper quartile over children",
    **dict.fromkeys(IDENTITY, "from the study manifest"),
    "child": "the child: the manifest's, else the label in the record; empty where neither names one",
    "caregiver": "the caregiver, likewise",
    "attachment_class": "from the study manifest: A, B, C, D or CC (cannot classify)",
}
"""What stands in each column of a table of measures."""


def data_dictionary(table: pl.DataFrame) -> pl.DataFrame:
    """Describe every column of a table of measures, and every measure that occurs in it.

    Args:
        table: columns of `MEASURE_SCHEMA` or `CELL_SCHEMA`, and whatever a manifest added.

    Returns:
        Columns of `DICTIONARY_SCHEMA`: first the columns, then the measures in their order of appearance.

    Raises:
        KeyError: a measure has no definition.
    """
    rows = [(name, "column", "", _column(name), "", "") for name in table.columns]
    for name in table["name"].unique(maintain_order=True):
        if name == CHILDREN:
            rows.append((name, "count", "children", "children of a group, whatever was measured of them", "", ""))
            continue
        found = definition_of(name)
        rows.append((name, "measure", found.unit, found.meaning, found.formula, found.source))
    return pl.DataFrame(rows, schema=DICTIONARY_SCHEMA, orient="row")


def _column(name: str) -> str:
    if name in RATINGS:
        low, high = RATINGS[name]
        return f"rating from the study manifest, {low:g} to {high:g}"
    return COLUMNS.get(name, "from the study manifest, kept as it was")
