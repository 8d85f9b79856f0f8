"""What every public function returns: a value with a face. It shows, tabulates, draws and saves itself."""

from __future__ import annotations

import html
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from bowlby.errors import InputError, MissingExtraError
from bowlby.purpose import PURPOSE_AND_LIMITS

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr

    from bowlby.reporting.figure import Figure
    from bowlby.reporting.plot import Plot

Held = TypeVar("Held", covariant=True)

SHOWN_LINES = 16
"""Lines of a `repr`, its first and last not counted."""
SHOWN_ROWS = 8
"""Rows of the table that a notebook shows."""
WIDEST_LINE = 118
ENDINGS = (".csv", ".parquet", ".json", ".nc", ".zarr", ".html", ".svg", ".png")


@dataclass(frozen=True)
class ResultOrigin:
    """What a result was made from and by.

    Args:
        function: the public function.
        settings: what it was asked for.
        inputs: file and SHA-256 of each input.
        notes: what a reader must know of how it was computed.
    """

    function: str = ""
    settings: Mapping[str, object] = field(default_factory=dict[str, object])
    inputs: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form, with versions and platform."""
        from bowlby.machine import platform_name, versions

        return {
            "function": self.function,
            "settings": dict(self.settings),
            "inputs": [{"file": file, "sha256": sha256} for file, sha256 in self.inputs],
            "notes": list(self.notes),
            "versions": versions(),
            "platform": platform_name(),
        }


@dataclass(frozen=True, repr=False, eq=False)
class Result(ABC, Generic[Held]):
    """A value with a face.

    Args:
        value: the whole of it, as bowlby's rooms compute it; nothing is copied from it.
        provenance: what it was made from and by.
    """

    value: Held
    provenance: ResultOrigin = field(default_factory=ResultOrigin, kw_only=True)

    dimensions: ClassVar[tuple[str, ...]] = ("row",)
    """Dimensions of `to_xarray`: one, along which rows stand, or columns of the table that span a grid."""
    units: ClassVar[Mapping[str, str]] = {}
    """Units of the table's columns, where their names and a column `unit` do not say them."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What it is, a few words."""

    @property
    @abstractmethod
    def lines(self) -> Sequence[str]:
        """What it says, a line each."""

    @abstractmethod
    def to_polars(self) -> pl.DataFrame:
        """Return it as a tidy table."""

    def figures(self) -> tuple[Figure, ...]:
        """Return its figures; none where there is nothing to draw."""
        return ()

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values: what the command of the same name prints with `--json`."""
        return cast("dict[str, object]", cast(Any, self.value).as_dict())

    def summary(self) -> str:
        """Return what it says in plain words."""
        return "\n".join([self.title, *self.lines])

    def to_pandas(self) -> pd.DataFrame:
        """Return the table of `to_polars` for pandas.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError:
            raise MissingExtraError("pandas") from None
        return pd.DataFrame(self.to_polars().to_dict(as_series=False))

    def to_xarray(self) -> xr.Dataset:
        """Return it as arrays with named dimensions and units."""
        from bowlby.surface.arrays import dataset

        return dataset(self.to_polars(), self.dimensions, self.units).assign_attrs(self._attributes())

    def plot(self) -> Plot:
        """Return its figures, which show themselves in a notebook and save themselves as svg, png or html.

        Raises:
            InputError: there is nothing to draw.
        """
        from bowlby.reporting.plot import Plot

        found = self.figures()
        if not found:
            raise InputError(
                "there is nothing to draw", value=self.title, remedy="See .summary() for what there is, and why."
            )
        return Plot(self.title, found)

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Save it as what the name's ending says, whole or not at all.

        Args:
            path: ends in .csv or .parquet for the table, .json for plain values with provenance, .nc or .zarr for
                arrays, .html, .svg or .png to look at.
            force: replace what is there.

        Returns:
            The path written; of several figures the folder's first.

        Raises:
            InputError: the ending is none of these.
            OverwriteError: there is something and force is False.
            OutputError: it cannot be written.
        """
        path = Path(path)
        match path.suffix.lower():
            case ".csv" | ".parquet":
                return _save_table(self.to_polars(), path, force=force)
            case ".json":
                return self._save_json(path, force=force)
            case ".nc" | ".zarr":
                return self._save_arrays(path, force=force)
            case ".html":
                return self.save_page(path, force=force)
            case ".svg" | ".png":
                return self.plot().save(path, force=force)
            case _:
                remedy = f"End the name in {', '.join(ENDINGS)}."
                raise InputError("the ending names no format", file=path, value=path.suffix, remedy=remedy)

    def _save_json(self, path: Path, *, force: bool) -> Path:
        from bowlby.atomic import write_text

        whole = {**self.as_dict(), "run": self.provenance.as_dict(), "purpose_and_limits": list(PURPOSE_AND_LIMITS)}
        text = json.dumps(whole, allow_nan=False, ensure_ascii=False, indent=2, default=str)
        return write_text(path, text + "\n", force=force)

    def _save_arrays(self, path: Path, *, force: bool) -> Path:
        import xarray as xr

        from bowlby.inference.draw_files import save_tree

        return save_tree(xr.DataTree(self.to_xarray()), path, force=force)

    def save_page(self, path: Path, *, force: bool = False) -> Path:
        """Save it as one HTML page, whatever the name's ending.

        Args:
            path: of the page.
            force: replace what is there.

        Returns:
            The path written.
        """
        return self.plot().save_page(path, force=force)

    def _attributes(self) -> dict[str, str]:
        """Return what an array file says of itself."""
        return {
            "title": self.title,
            "made_by": json.dumps(self.provenance.as_dict(), default=str),
            "purpose_and_limits": " ".join(PURPOSE_AND_LIMITS),
        }

    def __repr__(self) -> str:
        """Return the first lines of what it says."""
        lines = [line for text in self.lines for line in text.splitlines()]
        shown = [_cut(line) for line in lines[:SHOWN_LINES]]
        more = len(lines) - len(shown)
        rest = [f"... {more} more lines: .summary()"] if more else []
        return "\n".join([f"{type(self).__name__}: {self.title}", *(f"  {line}" for line in [*shown, *rest])])

    def _repr_html_(self) -> str:
        """Return what a notebook shows: what it says, and the head of its table."""
        lines = "".join(f"<li>{html.escape(line.strip())}</li>" for line in self.lines[:SHOWN_ROWS] if line.strip())
        more = len(self.lines) - SHOWN_ROWS
        rest = f"<p>{more} more lines: <code>.summary()</code></p>" if more > 0 else ""
        return (
            f'<div class="bowlby"><p><strong>{html.escape(self.title)}</strong></p><ul>{lines}</ul>{rest}'
            f"{table_html(self.to_polars())}</div>"
        )


def plain_rows(rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return rows with what fits into one cell of a table: numbers, words, truth values and nothing.

    Args:
        rows: values by name.

    Returns:
        The same rows without lists and tables.
    """
    kinds = int | float | str | bool | None
    return [{name: value for name, value in row.items() if isinstance(value, kinds)} for row in rows]


def table_html(table: pl.DataFrame, rows: int = SHOWN_ROWS) -> str:
    """Return the head of a table as HTML, columns without a value left out.

    Args:
        table: any table.
        rows: shown at most.

    Returns:
        A table element and how much more there is.
    """
    head = table.head(rows)
    names = [name for name in head.columns if head[name].null_count() < head.height]
    top = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell(value))}</td>' for value in row)}</tr>"
        for row in head.select(names).iter_rows()
    )
    more = table.height - head.height
    rest = f"<p>{more} more rows: <code>.to_polars()</code></p>" if more > 0 else ""
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>{rest}"


def cell(value: object) -> str:
    """Return a value as a table shows it.

    Args:
        value: of any column.

    Returns:
        Numbers with four significant digits; nothing for what is missing.
    """
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _cut(line: str) -> str:
    return line if len(line) <= WIDEST_LINE else f"{line[: WIDEST_LINE - 1]}…"


def _save_table(table: pl.DataFrame, path: Path, *, force: bool) -> Path:
    from bowlby.atomic import writing
    from bowlby.records.spreadsheet import write_for_people

    with writing(path, force=force) as draft:
        if path.suffix.lower() == ".csv":
            write_for_people(table, draft)
        else:
            table.write_parquet(draft)
    return path
