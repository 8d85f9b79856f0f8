"""Choices and outcomes of many children: trial by trial, with what is missing masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import FormatError, InputError
from bowlby.measures.episodes import Close, episodes
from bowlby.measures.rule import EpisodeRule
from bowlby.records.coded_record import CodedRecord

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

REQUIRED = ("child", "session", "trial", "act", "outcome")
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


def read_trials(path: str | Path, acts: Sequence[str] = ()) -> Trials:
    """Read a tidy csv: child, session, trial, act, outcome, and if there are any group, age, condition.

    An empty act or outcome is missing. Trials are ordered by `trial` within a session. A missing act leaves the
    trial out of learning too, since nobody knows what the outcome followed.

    Args:
        path: csv file with a header.
        acts: names of all acts; none takes those that occur.

    Returns:
        The trials.

    Raises:
        FormatError: a column is missing, or a value cannot be used; the error names row, column and value.
        InputError: fewer than two acts, or no act known.
    """
    path = Path(path)
    table = _table(path)
    table = table.with_columns(
        trial=_numbers(table, "trial", path),
        outcome=_numbers(table, "outcome", path),
        **({"age": _numbers(table, "age", path)} if "age" in table.columns else {}),
    )
    _check(table, path)
    named = tuple(acts) or tuple(sorted(table["act"].drop_nulls().unique()))
    _refuse(table, pl.col("act").is_not_null() & ~pl.col("act").is_in(list(named)), "act", "an unknown act", path)
    known = {"line", *REQUIRED, *OPTIONAL}
    unused = tuple(name for name in table.columns if name not in known)
    place = {act: number for number, act in enumerate(named)}
    parts = table.partition_by("child", maintain_order=True)
    rows = [_series(own, place) for part in parts for own in part.partition_by("session", maintain_order=True)]
    return Trials(named, tuple(rows), unused)


def _table(path: Path) -> pl.DataFrame:
    try:
        table = pl.read_csv(path, infer_schema=False, null_values=[""])
    except FileNotFoundError as error:
        raise InputError("there is no such file", file=path, remedy="Check the name.") from error
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise FormatError(
            f"not a csv table: {reason}", file=path, remedy="Save it as comma-separated UTF-8."
        ) from error
    missing = [name for name in REQUIRED if name not in table.columns]
    if missing:
        raise FormatError(
            "a column is missing",
            file=path,
            row=1,
            column=missing[0],
            value=", ".join(table.columns),
            remedy=f"Give the columns {', '.join(REQUIRED)}, and if there are any {', '.join(OPTIONAL)}.",
        )
    if table.height == 0:
        raise FormatError("no trial in the file", file=path, remedy="Give at least one row below the header.")
    stripped = table.with_columns(pl.col(pl.String).str.strip_chars()).with_columns(pl.col(pl.String).replace("", None))
    return stripped.with_row_index("line", offset=2)


def _numbers(table: pl.DataFrame, column: str, path: Path) -> pl.Series:
    values = table[column].cast(pl.Float64, strict=False)
    values = values.set(values.is_nan() | values.is_infinite(), None)
    wrong = values.is_null() & table[column].is_not_null()
    _refuse(table, wrong, column, "a number is wanted", path)
    return values


def _check(table: pl.DataFrame, path: Path) -> None:
    for column in ("child", "session", "trial"):
        _refuse(table, pl.col(column).is_null(), column, "this must not be empty", path)
    low = (pl.col("outcome") < 0) | (pl.col("outcome") > 1)
    _refuse(table, low.fill_null(False), "outcome", "an outcome from 0 (no relief) to 1 is wanted", path)
    key = pl.struct("child", "session", "trial")
    _refuse(table, ~key.is_first_distinct(), "trial", "this trial of the session stands in the file twice", path)
    for column, within in (("group", ["child"]), ("age", ["child", "session"]), ("condition", ["child", "session"])):
        if column in table.columns:
            _refuse(table, pl.col(column).is_null(), column, "this must not be empty", path)
            differs = pl.col(column) != pl.col(column).first().over(within)
            _refuse(table, differs, column, f"this must not change within a {within[-1]}", path)


def _refuse(table: pl.DataFrame, wrong: pl.Expr | pl.Series, column: str, message: str, path: Path) -> None:
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
