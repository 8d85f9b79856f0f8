"""The study manifest: one row a file, who and when it shows, and ratings that stand beside the events."""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from bowlby.errors import InputError, unreadable
from bowlby.formats.readers._delimited import delimiter_of, line_feeds
from bowlby.formats.readers._text import decode
from bowlby.records.days import DAY
from bowlby.records.observed_time import ObservedTime

IDENTITY = ("child", "age_months", "visit", "coder", "group")
"""Columns that say whose record a file is."""

RATINGS: dict[str, tuple[float, float]] = {
    "sensitivity": (1, 9),
    "qsort_security": (-1, 1),
    "qsort_sensitivity": (-1, 1),
    "disorganization": (1, 9),
    **{
        f"{scale}_{episode}": (1, 7)
        for scale in ("proximity_seeking", "contact_maintaining", "avoidance", "resistance")
        for episode in (5, 8)
    },
}
"""Rating columns and their support: sensitivity (Ainsworth et al. 1978), Q-sort correlations (Waters & Deane 1985),
Strange Situation scales of the two reunions (Ainsworth et al. 1978), disorganization (Main & Solomon 1990)."""

ATTACHMENT_CLASSES = ("A", "B", "C", "D", "CC")
OBSERVED = ("observed_from_s", "observed_to_s")
"""Columns that say when a file of one session was observed, seconds on its own clock."""
_KNOWN = ("file", *IDENTITY, *RATINGS, "attachment_class", *OBSERVED, DAY)


@dataclass(frozen=True)
class Manifest:
    """The rows of a study manifest.

    Args:
        rows: `path` (absolute or relative to the manifest's folder, resolved), `file` as written, the identity columns
            (text, null where absent), ratings (float, null where not rated), and every other column as text.
        source: the manifest's own path.
    """

    rows: pl.DataFrame
    source: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files in the order of the manifest."""
        return tuple(Path(path) for path in self.rows["path"])

    @property
    def observed(self) -> dict[str, ObservedTime]:
        """Return when files were observed, by resolved path, where the manifest says so."""
        if not set(OBSERVED) & set(self.rows.columns):
            return {}
        given = [name for name in OBSERVED if name in self.rows.columns]
        found: dict[str, ObservedTime] = {}
        for row in self.rows.select("path", *given).iter_rows(named=True):
            ends = [row.get(name) for name in OBSERVED]
            if any(end is not None for end in ends):
                found[row["path"]] = ObservedTime(*ends, one_session=True)
        return found


def read_manifest(path: str | Path) -> Manifest:
    """Read and check a study manifest (csv, or tsv where the name ends so).

    Args:
        path: a table with a `file` column; `child`, `age_months`, `visit`, `coder`, `group`, ratings and
            `attachment_class` are checked where present; other columns are kept as text.

    Returns:
        The manifest.

    Raises:
        InputError: it is missing, has no `file` column, names a file twice, or holds a rating outside its support.
    """
    table = _table(Path(path))
    rows = table.rows
    if "file" not in rows.columns:
        remedy = "Add it, one coded file a row."
        raise InputError("the manifest has no column `file`", file=table.path, row=table.header, remedy=remedy)
    _refuse_near_misses(table)
    _refuse_repeats(table)
    checked = [_rating(table, name, *support) for name, support in RATINGS.items() if name in rows.columns]
    checked += [_seconds(table, name) for name in OBSERVED if name in rows.columns]
    checked += [_days(table)] if DAY in rows.columns else []
    rows = rows.with_columns(checked)
    _refuse_backwards(replace(table, rows=rows))
    if "attachment_class" in rows.columns:
        _check_classes(table)
    resolved = [str((table.path.parent / name).resolve()) for name in rows["file"]]
    return Manifest(rows.with_columns(pl.Series("path", resolved, dtype=pl.String)), table.path)


@dataclass(frozen=True)
class _Table:
    """The rows of a manifest as text, null where a cell is empty, and in which row of the file its header stands."""

    rows: pl.DataFrame
    path: Path
    header: int

    def lines(self, column: str) -> Iterator[tuple[int, str | None]]:
        return enumerate(self.rows[column], start=self.header + 1)

    def refusal(self, line: int, column: str, value: str | None, what: tuple[str, str]) -> InputError:
        """Return the error for a cell: what is wrong, and what to do."""
        message, remedy = what
        return InputError(message, file=self.path, row=line, column=column, value=value, remedy=remedy)


@dataclass(frozen=True)
class Unmatched:
    """Where files and a manifest do not meet.

    Args:
        files: coded files that no row names.
        rows: what the manifest calls files that are not among those given.
    """

    files: tuple[Path, ...]
    rows: tuple[str, ...]


def unmatched(manifest: Manifest, files: Sequence[Path]) -> Unmatched:
    """Return which files no row of a manifest names, and which rows name none of the files.

    Args:
        manifest: of the study.
        files: coded files, as they were given.

    Returns:
        Both, in their order.

    Raises:
        InputError: no row names any of the files.
    """
    named = dict(zip(manifest.rows["path"], manifest.rows["file"], strict=True))
    given = {str(file.resolve()): file for file in files}
    apart = Unmatched(
        tuple(file for path, file in given.items() if path not in named),
        tuple(name for path, name in named.items() if path not in given),
    )
    if given and len(apart.files) == len(given):
        there = os.path.relpath(next(iter(given)), manifest.source.parent.resolve())
        raise InputError(
            "the manifest names none of the files",
            file=manifest.source,
            column="file",
            value=manifest.rows["file"].first(),
            remedy=f"Names are counted from the manifest's own folder: write {there}.",
        )
    return apart


def _table(path: Path) -> _Table:
    if path.is_dir():
        raise unreadable(IsADirectoryError(), path, "manifest")
    try:
        decoded = decode(path.read_bytes(), path)
        text = line_feeds(decoded.text)
        body = text.lstrip("\r\n")
        header = next((line for line in text.splitlines() if line.strip()), "")
        separator = decoded.delimiter or ("\t" if path.suffix.lower() in (".tsv", ".tab") else delimiter_of(header))
        rows = pl.read_csv(body.encode(), separator=separator, infer_schema=False, encoding="utf8")
    except OSError as error:
        raise unreadable(error, path, "manifest") from None
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"the manifest cannot be read: {reason}", file=path, remedy="Save it as UTF-8 csv.") from None
    above = text.removesuffix(body).count("\n")  # blank lines, or Excel's own
    return _Table(rows.with_columns(pl.all().str.strip_chars().replace("", None)), path, above + 1)


def _refuse_near_misses(table: _Table) -> None:
    for name in table.rows.columns:
        close = difflib.get_close_matches(name.lower(), _KNOWN, n=1, cutoff=0.85)
        if name not in _KNOWN and close:
            what = "this column's name is nearly one that bowlby checks"
            raise table.refusal(
                table.header, name, None, (what, f"Call it {close[0]!r}, or something else altogether.")
            )


def _refuse_repeats(table: _Table) -> None:
    seen: set[str] = set()
    for line, name in table.lines("file"):
        if name is None:
            raise table.refusal(line, "file", None, ("a row names no file", "Fill it in."))
        if name in seen:
            raise table.refusal(line, "file", name, ("a file stands in two rows", "Remove one."))
        seen.add(name)


def _rating(table: _Table, name: str, low: float, high: float) -> pl.Series:
    remedy = f"A number from {low:g} to {high:g}, or an empty cell where it was not rated."
    numbers = table.rows[name].cast(pl.Float64, strict=False)
    for (line, text), number in zip(table.lines(name), numbers, strict=True):
        if text is not None and not (number is not None and low <= number <= high):
            raise table.refusal(line, name, text, ("this is no rating on its scale", remedy))
    return numbers


def _check_classes(table: _Table) -> None:
    remedy = f"One of {', '.join(ATTACHMENT_CLASSES)}, or an empty cell."
    for line, text in table.lines("attachment_class"):
        if text is not None and text not in ATTACHMENT_CLASSES:
            raise table.refusal(line, "attachment_class", text, ("this is no attachment class", remedy))


def _seconds(table: _Table, name: str) -> pl.Series:
    remedy = "A number of seconds on the file's own clock, such as 600, or an empty cell."
    numbers = table.rows[name].cast(pl.Float64, strict=False)
    for (line, text), number in zip(table.lines(name), numbers, strict=True):
        if text is not None and (number is None or not math.isfinite(number)):
            raise table.refusal(line, name, text, ("this is no time in seconds", remedy))
    return numbers


def _refuse_backwards(table: _Table) -> None:
    if not set(OBSERVED) <= set(table.rows.columns):
        return
    for line, (start, end) in enumerate(table.rows.select(OBSERVED).iter_rows(), start=table.header + 1):
        if start is not None and end is not None and end <= start:
            what = ("the observed window ends before it starts", f"A time after {start:g} s.")
            raise table.refusal(line, OBSERVED[1], f"{end:g}", what)


def _days(table: _Table) -> pl.Series:
    what = "a day is counted from the first visit, and is no date"
    remedy = "Write 0 or 1 for the first visit, and add the days since then; dates point to people."
    days = table.rows[DAY].cast(pl.Int64, strict=False)
    for (line, text), day in zip(table.lines(DAY), days, strict=True):
        if text is not None and (day is None or day < 0):
            raise table.refusal(line, DAY, text, (what, remedy))
    return days
