"""Choices and outcomes of many children: trial by trial, with what is missing masked."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import FormatError, InputError, suggestion
from bowlby.measures.episodes import Close, episodes
from bowlby.measures.rule import EpisodeRule
from bowlby.records.coded_record import CodedRecord

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

REQUIRED = ("child", "session", "trial", "act", "outcome")
NEEDED = ("child", "act", "outcome")
"""Columns without which there is nothing to fit; a missing session or trial number is made from the order of rows."""
OPTIONAL = ("group", "age", "condition")
RECORD_ACTS = ("bid", "distress")
"""What a coded record shows of a child's signal level: a bid at a distance, or distress."""


@dataclass(frozen=True)
class Series:
    """One child's trials in one session, in order; arrays of one length.

    Args:
        child: child id.
        session: session id.
        act: index of the act chosen; anything where it is missing.
        act_seen: whether it is known.
        outcome: in [0, 1]; anything where it is missing.
        outcome_seen: whether it is known.
        group: the child's group, or None.
        age: age in the session, any one unit, or None.
        condition: condition of the session, or None.
    """

    child: str
    session: str
    act: Ints
    act_seen: Bools
    outcome: Floats
    outcome_seen: Bools
    group: str | None = None
    age: float | None = None
    condition: str | None = None

    def __len__(self) -> int:
        """Return the number of trials."""
        return len(self.act)


@dataclass(frozen=True)
class Trials:
    """Trials of many children, unequal in length.

    Args:
        acts: names of the acts that could be chosen, at least two.
        series: sessions, those of one child together.
        unused: columns of the file that nothing was made of.
    """

    acts: tuple[str, ...]
    series: tuple[Series, ...]
    unused: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no choice model can be fitted to."""
        if len(self.acts) < 2:
            raise InputError(
                "choices between fewer than two acts tell nothing",
                column="act",
                value=", ".join(self.acts) or None,
                remedy="Name every act that could have been chosen, also those that never were.",
            )
        if not any((one.act_seen).any() for one in self.series):
            raise InputError("no act is known", column="act", remedy="Give at least one trial with its act.")
        owners = [one.child for one in self.series]
        if sum(a != b for a, b in pairwise(owners)) != len(set(owners)) - 1:
            raise InputError("the sessions of a child do not stand together", remedy="Sort sessions by child.")

    @property
    def children(self) -> tuple[str, ...]:
        """Return child ids in order of appearance."""
        return tuple(dict.fromkeys(one.child for one in self.series))

    @property
    def groups(self) -> tuple[str, ...]:
        """Return group names, sorted; none where no child has a group."""
        return tuple(sorted({one.group for one in self.series if one.group is not None}))

    @property
    def length(self) -> int:
        """Return the number of trials of the longest session."""
        return max(len(one) for one in self.series)

    @property
    def trials(self) -> int:
        """Return the number of trials whose act is known."""
        return int(sum(one.act_seen.sum() for one in self.series))

    @property
    def missing_outcomes(self) -> int:
        """Return the number of known acts whose outcome is not."""
        return int(sum((one.act_seen & ~one.outcome_seen).sum() for one in self.series))

    def padded(self, name: str) -> npt.NDArray[np.generic]:
        """Return one column of all sessions, shape (trials, sessions), zero or False behind the last trial."""
        columns = [getattr(one, name) for one in self.series]
        table = np.zeros((self.length, len(columns)), dtype=columns[0].dtype)
        for place, column in enumerate(columns):
            table[: len(column), place] = column
        return table


def joined(trials: Trials) -> Trials:
    """Return the trials with each child's sessions in one row, so that what was learned carries over.

    Args:
        trials: any trials; where age or condition differ between sessions there is nothing to join them by.

    Returns:
        One series a child.

    Raises:
        InputError: a child's age or condition changes between its sessions.
    """
    rows: list[Series] = []
    for child in trials.children:
        own = [one for one in trials.series if one.child == child]
        if len({(one.age, one.condition) for one in own}) > 1:
            raise InputError(
                "age or condition changes between the sessions to be joined", value=child, remedy="Keep sessions apart."
            )
        columns = {name: np.concatenate([getattr(one, name) for one in own]) for name in _COLUMNS}
        first = own[0]
        rows.append(Series(child, "all", **columns, group=first.group, age=first.age, condition=first.condition))
    return Trials(trials.acts, tuple(rows), trials.unused)


_COLUMNS = ("act", "act_seen", "outcome", "outcome_seen")


@dataclass(frozen=True)
class TrialColumns:
    """How a table of trials is to be understood.

    Args:
        columns: bowlby's name (child, session, trial, act, outcome, group, age, condition) to the table's own, where
            they differ, as in {"child": "subjID", "act": "choice"}.
        rescale: move outcomes linearly from their own range, such as -1 to 1, to 0 to 1.
    """

    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    rescale: bool = False

    def __post_init__(self) -> None:
        """Refuse names that mean nothing here, and one column that is to be two things."""
        for name in self.columns:
            if name not in (*REQUIRED, *OPTIONAL):
                known = ", ".join((*REQUIRED, *OPTIONAL))
                remedy = f"{suggestion(name, (*REQUIRED, *OPTIONAL))}Known: {known}; write NAME=COLUMN."
                raise InputError("no column of trials is called so", column="columns", value=name, remedy=remedy)
        twice = [one for one, count in Counter(self.columns.values()).items() if count > 1]
        if twice:
            raise InputError(
                "one column cannot be two things", column="columns", value=twice[0], remedy="Name each once."
            )


def read_trials(path: str | Path, acts: Sequence[str] = (), layout: TrialColumns | None = None) -> Trials:
    """Read a tidy csv: child, act, outcome, and if there are any session, trial, group, age, condition.

    An empty act or outcome is missing. Trials are ordered by `trial` within a session, and by row where there is no
    such column; without a column `session` each child has one. A missing act leaves the trial out of learning too,
    since nobody knows what the outcome followed.

    Args:
        path: csv file with a header.
        acts: names of all acts; none takes those that occur.
        layout: what the columns are called, and whether outcomes are rescaled; None for bowlby's own names.

    Returns:
        The trials.

    Raises:
        FormatError: a column is missing, or a value cannot be used; the error names row, column and value.
        InputError: fewer than two acts, or no act known.
    """
    return trials_of(_table(Path(path)), Path(path), acts, layout)


def trials_of(
    table: pl.DataFrame, path: Path | None, acts: Sequence[str] = (), layout: TrialColumns | None = None
) -> Trials:
    """Return the trials of a table, as `read_trials` does of a file.

    Args:
        table: one row a trial.
        path: the file it comes from, for errors; None for a data frame.
        acts: names of all acts; none takes those that occur.
        layout: what the columns are called, and whether outcomes are rescaled.

    Returns:
        The trials.
    """
    how = layout or TrialColumns()
    table = _complete(_worded(table), path, how)
    table = table.with_columns(
        trial=_numbers(table, "trial", path),
        outcome=_numbers(table, "outcome", path),
        **({"age": _numbers(table, "age", path)} if "age" in table.columns else {}),
    )
    table = _rescaled(table, path) if how.rescale else table
    _check(table, path)
    named = tuple(acts) or tuple(sorted(table["act"].drop_nulls().unique()))
    _refuse(table, pl.col("act").is_not_null() & ~pl.col("act").is_in(list(named)), "act", "an unknown act", path)
    known = {"line", *REQUIRED, *OPTIONAL}
    unused = tuple(name for name in table.columns if name not in known)
    place = {act: number for number, act in enumerate(named)}
    parts = table.partition_by("child", maintain_order=True)
    rows = [_series(own, place) for part in parts for own in part.partition_by("session", maintain_order=True)]
    return Trials(named, tuple(rows), unused)


def _worded(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table of words, as a csv file would hold it; a whole number in a column of fractions is one of them."""
    whole = [
        name
        for name, kind in table.schema.items()
        if kind.is_float()
        and table[name].drop_nulls().drop_nans().round().eq(table[name].drop_nulls().drop_nans()).all()
    ]
    fine = table.with_columns(pl.col(whole).fill_nan(None).cast(pl.Int64, strict=False)) if whole else table
    fine = fine.cast(pl.String, strict=False)
    return fine.with_columns(pl.all().str.strip_chars()).with_columns(
        pl.all().replace({"": None, "NaN": None, "NA": None})
    )


def _complete(table: pl.DataFrame, path: Path | None, how: TrialColumns) -> pl.DataFrame:
    """Return a table under bowlby's names, with a session and trial numbers where it has none."""
    for own in how.columns.values():
        if own not in table.columns:
            raise _without(own, table, path)
    theirs = {own: name for name, own in how.columns.items()}
    clash = [name for name in how.columns if name in table.columns and name not in how.columns.values()]
    table = table.drop(clash).rename(theirs)
    for name in NEEDED:
        if name not in table.columns:
            raise _without(name, table, path)
    if table.height == 0:
        raise FormatError("no trial in the file", file=path, remedy="Give at least one row below the header.")
    table = table.with_row_index("line", offset=2)
    if "session" not in table.columns:
        table = table.with_columns(session=pl.lit("1"))
    if "trial" not in table.columns:
        table = table.with_columns(trial=pl.int_range(1, pl.len() + 1).over("child", "session").cast(pl.String))
    return table


def _without(name: str, table: pl.DataFrame, path: Path | None) -> FormatError:
    asked = f"Give the columns {', '.join(NEEDED)}, and if there are any session, trial, {', '.join(OPTIONAL)}"
    return FormatError(
        "a column is missing",
        file=path,
        row=1,
        column=name,
        value=", ".join(table.columns),
        remedy=f"{asked}; where they have other names say --columns {name}=NAME, in Python columns={{{name!r}: NAME}}.",
    )


def _rescaled(table: pl.DataFrame, path: Path | None) -> pl.DataFrame:
    """Return outcomes moved from their own range to 0 to 1."""
    low, high = table["outcome"].min(), table["outcome"].max()
    if low is None or low == high:
        remedy = "Leave out the rescaling, and code no relief as 0 and relief as 1."
        raise FormatError(
            "all outcomes are the same, so they have no range", file=path, column="outcome", value=low, remedy=remedy
        )
    return table.with_columns(outcome=(pl.col("outcome") - low) / (pl.col("outcome").max() - low))


SAID_OF_CHOICES = ("act", "choice", "action")
SAID_OF_OUTCOMES = ("outcome", "reward", "feedback")
"""Columns by which a file of trials is known, as this and other programs name them."""


def refuse_trials(paths: Sequence[Path]) -> None:
    """Refuse a table of choices and outcomes where a coded record is wanted, and name what reads it.

    Args:
        paths: given as coded records; what cannot be read is left to who reads it.

    Raises:
        InputError: the header of one of them names a choice and an outcome.
    """
    for path in paths:
        names = _header_of(path)
        if set(SAID_OF_CHOICES) & names and set(SAID_OF_OUTCOMES) & names:
            raise InputError(
                "this is a table of choices and outcomes, not a coded record",
                file=path,
                row=1,
                value=", ".join(sorted(names)),
                remedy=f"Fit learning rules: bowlby compare-models {shlex.quote(str(path))}, or bowlby.fit in Python.",
            )


def _header_of(path: Path) -> set[str]:
    """Return the names in the first line of a plain table, none of any other file."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt") or not path.is_file():
        return set()
    with path.open("rb") as handle:
        line = handle.readline(65536).decode("utf-8-sig", errors="replace")
    return {name.strip().strip("\"'") for name in re.split(r"[,;\t]", line.rstrip("\r\n"))}


def _table(path: Path) -> pl.DataFrame:
    try:
        return pl.read_csv(path, infer_schema=False, null_values=[""])
    except FileNotFoundError as error:
        raise InputError("there is no such file", file=path, remedy="Check the name.") from error
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise FormatError(
            f"not a csv table: {reason}", file=path, remedy="Save it as comma-separated UTF-8."
        ) from error


def _numbers(table: pl.DataFrame, column: str, path: Path | None) -> pl.Series:
    values = table[column].cast(pl.Float64, strict=False)
    values = values.set(values.is_nan() | values.is_infinite(), None)
    wrong = values.is_null() & table[column].is_not_null()
    _refuse(table, wrong, column, "a number is wanted", path)
    return values


def _check(table: pl.DataFrame, path: Path | None) -> None:
    for column in ("child", "session", "trial"):
        _refuse(table, pl.col(column).is_null(), column, "this must not be empty", path)
    low = (pl.col("outcome") < 0) | (pl.col("outcome") > 1)
    wanted = "an outcome from 0 (no relief) to 1 is wanted; --rescale, or rescale=True, moves other ranges there"
    _refuse(table, low.fill_null(False), "outcome", wanted, path)
    key = pl.struct("child", "session", "trial")
    _refuse(table, ~key.is_first_distinct(), "trial", "this trial of the session stands in the file twice", path)
    for column, within in (("group", ["child"]), ("age", ["child", "session"]), ("condition", ["child", "session"])):
        if column in table.columns:
            _refuse(table, pl.col(column).is_null(), column, "this must not be empty", path)
            differs = pl.col(column) != pl.col(column).first().over(within)
            _refuse(table, differs, column, f"this must not change within a {within[-1]}", path)


def _refuse(table: pl.DataFrame, wrong: pl.Expr | pl.Series, column: str, message: str, path: Path | None) -> None:
    found = table.filter(wrong)
    if found.height:
        raise FormatError(
            message,
            file=path,
            row=int(found["line"][0]),
            column=column,
            value=found[column][0],
            remedy=f"Correct this row ({found.height} like it); leave an unknown act or outcome empty.",
        )


def _series(own: pl.DataFrame, place: Mapping[str, int]) -> Series:
    own = own.sort("trial", maintain_order=True)
    act = own["act"].replace_strict(place, default=None, return_dtype=pl.Int64)

    def first(column: str) -> object:
        return own[column][0] if column in own.columns else None

    age = first("age")
    return Series(
        str(own["child"][0]),
        str(own["session"][0]),
        act.fill_null(0).to_numpy().astype(np.int64),
        act.is_not_null().to_numpy().astype(bool),
        own["outcome"].fill_null(0.0).to_numpy().astype(float),
        own["outcome"].is_not_null().to_numpy().astype(bool),
        _text(first("group")),
        float(age) if isinstance(age, float) else None,
        _text(first("condition")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def trials_of_records(records: Mapping[str, Sequence[CodedRecord]]) -> Trials:
    """Return trials from coded records: the child's signal level as act, whether it was answered as outcome.

    An episode that was cut short before the window's end, by the next cue, the end or an uncodable stretch, has a
    known act and a missing outcome.

    Args:
        records: coded records by child.

    Returns:
        Trials between `RECORD_ACTS`.

    Raises:
        InputError: no record, or no cue in any.
    """
    rows = [
        _of_record(child, coded, name) for child, own in records.items() for coded in own for name in coded.sessions
    ]
    rows = [row for row in rows if len(row)]
    if not rows:
        raise InputError("no cue of a child in these records", remedy="Give records with coded cues.")
    return Trials(RECORD_ACTS, tuple(rows))


def _of_record(child: str, coded: CodedRecord, session: str) -> Series:
    found = episodes(coded, EpisodeRule.from_settings(coded.settings)).filter(pl.col("session") == session)
    seen = found["censored_by"].is_in([str(Close.ANSWER), str(Close.WINDOW)]).to_numpy().astype(bool)
    age = coded.record.metadata.get("age_months")
    return Series(
        child,
        session,
        found["distress"].to_numpy().astype(np.int64),
        np.ones(found.height, dtype=bool),
        np.where(seen, found["answered"].to_numpy(), False).astype(float),
        seen,
        age=float(age) if isinstance(age, int | float) and not isinstance(age, bool) else None,
    )
