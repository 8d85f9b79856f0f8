"""The study manifest: one row a file, who and when it shows, and ratings that stand beside the events."""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bowlby.errors import InputError, unreadable
from bowlby.records.observed_time import ObservedTime
from bowlby.records.readers._delimited import delimiter_of
from bowlby.records.readers._text import decode

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
DAY = "day"
"""Column that counts days from the first visit; never a date, which would point to somebody."""
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
    path = Path(path)
    rows = _table(path)
    if "file" not in rows.columns:
        raise InputError("the manifest has no column `file`", file=path, remedy="Add it, one coded file a row.")
    _refuse_near_misses(rows.columns, path)
    _refuse_repeats(rows, path)
    for name, (low, high) in RATINGS.items():
        if name in rows.columns:
            rows = rows.with_columns(_rating(rows, name, low, high, path))
    for name in OBSERVED:
        if name in rows.columns:
            rows = rows.with_columns(_seconds(rows, name, path))
    _refuse_backwards(rows, path)
    if DAY in rows.columns:
        rows = rows.with_columns(_days(rows, path))
    if "attachment_class" in rows.columns:
        _check_classes(rows, path)
    resolved = [str((path.parent / name).resolve()) for name in rows["file"]]
    return Manifest(rows.with_columns(pl.Series("path", resolved, dtype=pl.String)), path)


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


def _table(path: Path) -> pl.DataFrame:
    if path.is_dir():
        raise unreadable(IsADirectoryError(), path, "manifest")
    try:
        text = decode(path.read_bytes(), path)
        header = next((line for line in text.text.splitlines() if line.strip()), "")
        separator = text.delimiter or ("\t" if path.suffix.lower() in (".tsv", ".tab") else delimiter_of(header))
        body = text.text.lstrip("\r\n").encode()
        rows = pl.read_csv(body, separator=separator, infer_schema=False, encoding="utf8")
    except OSError as error:
        raise unreadable(error, path, "manifest") from None
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"the manifest cannot be read: {reason}", file=path, remedy="Save it as UTF-8 csv.") from None
    return rows.with_columns(pl.all().str.strip_chars().replace("", None))


def _refuse_near_misses(columns: list[str], path: Path) -> None:
    for name in columns:
        close = difflib.get_close_matches(name.lower(), _KNOWN, n=1, cutoff=0.85)
        if name not in _KNOWN and close:
            raise InputError(
                "this column's name is nearly one that bowlby checks",
                file=path,
                row=1,
                column=name,
                remedy=f"Call it {close[0]!r}, or something else altogether.",
            )


def _refuse_repeats(rows: pl.DataFrame, path: Path) -> None:
    seen: dict[str | None, int] = {}
    for line, name in _lines(rows["file"]):
        if name is None:
            raise InputError("a row names no file", file=path, row=line, column="file", remedy="Fill it in.")
        if name in seen:
            raise InputError(
                "a file stands in two rows", file=path, row=line, column="file", value=name, remedy="Remove one."
            )
        seen[name] = line


def _rating(rows: pl.DataFrame, name: str, low: float, high: float, path: Path) -> pl.Series:
    numbers = rows[name].cast(pl.Float64, strict=False)
    for (line, text), number in zip(_lines(rows[name]), numbers, strict=True):
        if text is not None and not (number is not None and low <= number <= high):
            raise InputError(
                "this is no rating on its scale",
                file=path,
                row=line,
                column=name,
                value=text,
                remedy=f"A number from {low:g} to {high:g}, or an empty cell where it was not rated.",
            )
    return numbers


def _check_classes(rows: pl.DataFrame, path: Path) -> None:
    for line, text in _lines(rows["attachment_class"]):
        if text is not None and text not in ATTACHMENT_CLASSES:
            raise InputError(
                "this is no attachment class",
                file=path,
                row=line,
                column="attachment_class",
                value=text,
                remedy=f"One of {', '.join(ATTACHMENT_CLASSES)}, or an empty cell.",
            )


def _seconds(rows: pl.DataFrame, name: str, path: Path) -> pl.Series:
    numbers = rows[name].cast(pl.Float64, strict=False)
    for (line, text), number in zip(_lines(rows[name]), numbers, strict=True):
        if text is not None and (number is None or not math.isfinite(number)):
            raise InputError(
                "this is no time in seconds",
                file=path,
                row=line,
                column=name,
                value=text,
                remedy="A number of seconds on the file's own clock, such as 600, or an empty cell.",
            )
    return numbers


def _refuse_backwards(rows: pl.DataFrame, path: Path) -> None:
    if not set(OBSERVED) <= set(rows.columns):
        return
    for line, (start, end) in enumerate(rows.select(OBSERVED).iter_rows(), start=2):
        if start is not None and end is not None and end <= start:
            raise InputError(
                "the observed window ends before it starts",
                file=path,
                row=line,
                column=OBSERVED[1],
                value=f"{end:g}",
                remedy=f"A time after {start:g} s.",
            )


def _days(rows: pl.DataFrame, path: Path) -> pl.Series:
    days = rows[DAY].cast(pl.Int64, strict=False)
    for (line, text), day in zip(_lines(rows[DAY]), days, strict=True):
        if text is not None and (day is None or day < 0):
            raise InputError(
                "a day is counted from the first visit, and is no date",
                file=path,
                row=line,
                column=DAY,
                value=text,
                remedy="Write 0 or 1 for the first visit, and add the days since then; dates point to people.",
            )
    return days


def _lines(column: pl.Series) -> Iterator[tuple[int, str | None]]:
    return enumerate(column, start=2)
