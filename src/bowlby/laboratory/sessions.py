"""A study as its files say it: its plan, and the sessions of its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from bowlby.errors import InputError
from bowlby.formats.load import LoadOptions
from bowlby.formats.manifest import SESSION, Manifest, looked_through
from bowlby.laboratory.study_file import StudyPlan, read_study

CODING = "coding"
"""Column of the manifest: "main" for the coding that enters the tables, "double" for a second one of its session."""
MAIN, DOUBLE = "main", "double"
MONTH = "coded_month"
"""Column of the manifest: the month in which a session was coded, such as 2026-03; drift is looked for along it."""


@dataclass(frozen=True)
class StudySession:
    """One coding of one session.

    Args:
        file: its path.
        name: the file as the manifest writes it.
        session: id of the session in its file, or None where the file is of one session.
        columns: the manifest's row.
    """

    file: Path
    name: str
    session: str | None
    columns: Mapping[str, Any]

    def said(self, column: str) -> str:
        """Return what the manifest says in a column, "" where it says nothing."""
        value = self.columns.get(column)
        return "" if value is None else str(value)

    @property
    def child(self) -> str:
        """Return the child."""
        return self.said("child")

    @property
    def dyad(self) -> tuple[str, str]:
        """Return child and caregiver."""
        return self.child, self.said("caregiver")

    @property
    def occasion(self) -> tuple[str, str, str]:
        """Return child, caregiver and visit, which two codings of one session share."""
        return *self.dyad, self.said("visit")

    @property
    def is_main(self) -> bool:
        """Return whether this coding enters the tables."""
        return self.said(CODING) in ("", MAIN)

    @property
    def label(self) -> str:
        """Return how messages call it."""
        return self.name if self.session is None else f"{self.name}: {self.session}"


@dataclass(frozen=True)
class OpenStudy:
    """A study whose files have been opened.

    Args:
        path: of the study file.
        plan: what it says.
        manifest: rows of the manifest.
        refusals: what is wrong in the manifest.
    """

    path: Path
    plan: StudyPlan
    manifest: Manifest
    refusals: tuple[InputError, ...] = ()

    @property
    def codebook(self) -> Path | None:
        """Return the path of the codebook, None where the files speak bowlby's own constructs."""
        return self.path.parent / self.plan.codebook if self.plan.codebook else None

    @cached_property
    def how(self) -> LoadOptions:
        """Return how files are to be loaded."""
        return LoadOptions(self.codebook).with_manifest(self.manifest)

    @property
    def rule(self) -> dict[str, object]:
        """Return the settings that override the codebook's episode rule."""
        window = self.plan.window_s
        return {} if window is None else {"window_s": window, "distress_window_s": window}

    @cached_property
    def sessions(self) -> tuple[StudySession, ...]:
        """Return every coding that the manifest lists."""
        return tuple(
            StudySession(Path(row["path"]), row["file"], row.get(SESSION), row)
            for row in self.manifest.rows.iter_rows(named=True)
        )

    @property
    def main(self) -> tuple[StudySession, ...]:
        """Return the codings that enter the tables."""
        return tuple(one for one in self.sessions if one.is_main)

    @property
    def pairs(self) -> tuple[tuple[StudySession, StudySession], ...]:
        """Return main and second coding of each session that was coded twice."""
        first = {one.occasion: one for one in reversed(self.main)}
        doubles = (one for one in self.sessions if not one.is_main)
        return tuple((first[one.occasion], one) for one in doubles if one.occasion in first)

    @property
    def children(self) -> tuple[str, ...]:
        """Return the children, in the order of the manifest."""
        return tuple(dict.fromkeys(one.child for one in self.main if one.child))

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files, each once."""
        return tuple(dict.fromkeys(one.file for one in self.sessions))

    def counts(self) -> dict[str, object]:
        """Return the counts of the command contract."""
        return {"sessions": len(self.main), "children": len(self.children), "pairs": len(self.pairs)}


def open_study(path: str | Path, *, strict: bool = True) -> OpenStudy:
    """Open a study file and its manifest.

    Args:
        path: of the study file.
        strict: refuse a manifest with mistakes; else they stand in the result.

    Returns:
        The study.

    Raises:
        InputError: the study file or the manifest cannot be read, or the manifest holds what cannot be.
    """
    path = Path(path)
    plan = read_study(path)
    manifest, refusals = looked_through(path.parent / plan.manifest, by_session=True)
    if strict and len(refusals) > 0:
        raise refusals[0]
    study = OpenStudy(path, plan, replace(manifest, rows=typed(manifest.rows, plan)), refusals)
    if strict:
        _refuse_unnamed(study)
    return study


def typed(rows: pl.DataFrame, plan: StudyPlan) -> pl.DataFrame:
    """Return rows of a manifest whose columns of numbers are numbers; what names somebody or something stays text.

    Args:
        rows: of a manifest.
        plan: names the columns of groups and classes.

    Returns:
        The same rows.
    """
    words = {*_NAMES, plan.groups.column, plan.associations.classes}
    free = [name for name in rows.columns if name not in words and rows.schema[name] == pl.String]
    numbers = {name: rows[name].cast(pl.Float64, strict=False) for name in free}
    whole = [one for name, one in numbers.items() if one.null_count() == rows[name].null_count() < rows.height]
    return rows.with_columns(whole)


_NAMES = frozenset({"file", "path", SESSION, "child", "caregiver", "visit", "coder", CODING, MONTH, "group"})


def _refuse_unnamed(study: OpenStudy) -> None:
    unnamed = next((one for one in study.sessions if not one.child), None)
    if unnamed is not None:
        raise InputError(
            "nothing says which child a session is of",
            file=study.manifest.source,
            column="child",
            value=unnamed.label,
            remedy="Fill in the column child of the manifest.",
        )
    if not study.main:
        remedy = "Write main, or nothing, in the column coding of those that enter the tables."
        raise InputError("no session of the manifest enters the tables", file=study.manifest.source, remedy=remedy)
