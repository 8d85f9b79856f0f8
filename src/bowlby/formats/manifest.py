"""The study manifest: one row a file, who and when it shows, and ratings that stand beside the events."""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Callable, Iterator, Sequence
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
SESSION = "session"
"""Column that says which session of its file a row is of, where a study lists a file of several sessions."""
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


def read_manifest(path: str | Path, *, by_session: bool = False) -> Manifest:
    """Read and check a study manifest (csv, or tsv where the name ends so).

    Args:
        path: a table with a `file` column; `child`, `age_months`, `visit`, `coder`, `group`, ratings and
            `attachment_class` are checked where present; other columns are kept as text.
        by_session: a row is of one session of its file, named in the column `session`; a file of several sessions then
            has several rows.

    Returns:
        The manifest.

    Raises:
        InputError: it is missing, has no `file` column, names a file twice, or holds a rating outside its support.
    """
    manifest, refusals = looked_through(path, by_session=by_session)
    if refusals:
        raise refusals[0]
    return manifest


def looked_through(path: str | Path, *, by_session: bool = False) -> tuple[Manifest, tuple[InputError, ...]]:
    """Return a manifest with everything that is wrong in it, where `read_manifest` stops at the first.

    Args:
        path: as for `read_manifest`.
        by_session: likewise.

    Returns:
        The manifest, cells that cannot be used left empty; and an error a cell or row.

    Raises:
        InputError: it is missing, cannot be read as a table, or has no `file` column.
    """
    table = _table(Path(path))
    if "file" not in table.rows.columns:
        remedy = "Add it, one coded file a row."
        raise InputError("the manifest has no column `file`", file=table.path, row=table.header, remedy=remedy)
    key = ("file", SESSION) if by_session and SESSION in table.rows.columns else ("file",)
    found = [*_near_misses(table), *_repeats(table, key)]
    rows = table.rows
    for name in rows.columns:
        column, refusals = _checked(table, name)
        rows = rows.with_columns(column)
        found += refusals
    found += _backwards(replace(table, rows=rows))
    rows = rows.filter(pl.col("file").is_not_null())
    resolved = [str((table.path.parent / name).resolve()) for name in rows["file"]]
    return Manifest(rows.with_columns(pl.Series("path", resolved, dtype=pl.String)), table.path), tuple(found)


def _checked(table: _ManifestTable, name: str) -> tuple[pl.Series, list[InputError]]:
    """Return a column as its kind, and an error for each cell that is not of it."""
    if name in RATINGS:
        return _rating(table, name, *RATINGS[name])
    if name in OBSERVED:
        return _seconds(table, name)
    if name == DAY:
        return _days(table)
    return table.rows[name], _strange_classes(table) if name == "attachment_class" else []


@dataclass(frozen=True)
class _ManifestTable:
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
class UnmatchedFiles:
    """Where files and a manifest do not meet.

    Args:
        files: coded files that no row names.
        rows: what the manifest calls files that are not among those given.
    """

    files: tuple[Path, ...]
    rows: tuple[str, ...]


def unmatched(manifest: Manifest, files: Sequence[Path]) -> UnmatchedFiles:
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
    apart = UnmatchedFiles(
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


def _table(path: Path) -> _ManifestTable:
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
    return _ManifestTable(rows.with_columns(pl.all().str.strip_chars().replace("", None)), path, above + 1)


def _near_misses(table: _ManifestTable) -> Iterator[InputError]:
    for name in table.rows.columns:
        close = difflib.get_close_matches(name.lower(), _KNOWN, n=1, cutoff=0.85)
        if name not in _KNOWN and close:
            what = "this column's name is nearly one that bowlby checks"
            yield table.refusal(
                table.header, name, None, (what, f"Call it {close[0]!r}, or something else altogether.")
            )


def _repeats(table: _ManifestTable, key: Sequence[str]) -> Iterator[InputError]:
    seen: set[tuple[str | None, ...]] = set()
    what = "a file stands in two rows" if len(key) == 1 else "a session of a file stands in two rows"
    for line, row in enumerate(table.rows.select(key).iter_rows(), start=table.header + 1):
        if row[0] is None:
            yield table.refusal(line, "file", None, ("a row names no file", "Fill it in."))
        elif row in seen:
            yield table.refusal(line, "file", row[0], (what, "Remove one."))
        seen.add(row)


def _rating(table: _ManifestTable, name: str, low: float, high: float) -> tuple[pl.Series, list[InputError]]:
    what = (
        "this is no rating on its scale",
        f"A number from {low:g} to {high:g}, or an empty cell where it was not rated.",
    )
    return _numbers(table, name, pl.Float64(), lambda number: low <= number <= high, what)


def _numbers(
    table: _ManifestTable, name: str, kind: pl.DataType, fits: Callable[[float], bool], what: tuple[str, str]
) -> tuple[pl.Series, list[InputError]]:
    """Return a column as numbers, null where a cell holds none that fits, and an error for each of these."""
    numbers = table.rows[name].cast(kind, strict=False).to_list()
    wrong = [
        (line, text)
        for (line, text), number in zip(table.lines(name), numbers, strict=True)
        if text is not None and (number is None or not fits(number))
    ]
    lines = {line for line, _ in wrong}
    kept = [None if line in lines else number for line, number in enumerate(numbers, start=table.header + 1)]
    return pl.Series(name, kept, dtype=kind), [table.refusal(line, name, text, what) for line, text in wrong]


def _strange_classes(table: _ManifestTable) -> list[InputError]:
    what = ("this is no attachment class", f"One of {', '.join(ATTACHMENT_CLASSES)}, or an empty cell.")
    return [
        table.refusal(line, "attachment_class", text, what)
        for line, text in table.lines("attachment_class")
        if text is not None and text not in ATTACHMENT_CLASSES
    ]


def _seconds(table: _ManifestTable, name: str) -> tuple[pl.Series, list[InputError]]:
    remedy = "A number of seconds on the file's own clock, such as 600, or an empty cell."
    return _numbers(table, name, pl.Float64(), math.isfinite, ("this is no time in seconds", remedy))


def _backwards(table: _ManifestTable) -> Iterator[InputError]:
    if not set(OBSERVED) <= set(table.rows.columns):
        return
    for line, (start, end) in enumerate(table.rows.select(OBSERVED).iter_rows(), start=table.header + 1):
        if start is not None and end is not None and end <= start:
            what = ("the observed window ends before it starts", f"A time after {start:g} s.")
            yield table.refusal(line, OBSERVED[1], f"{end:g}", what)


def _days(table: _ManifestTable) -> tuple[pl.Series, list[InputError]]:
    what = "a day is counted from the first visit, and is no date"
    remedy = "Write 0 or 1 for the first visit, and add the days since then; dates point to people."
    return _numbers(table, DAY, pl.Int64(), lambda day: day >= 0, (what, remedy))
