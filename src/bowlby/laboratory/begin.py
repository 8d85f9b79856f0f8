"""A study begun from a folder: its sessions, who and when as far as names say it, and one codebook over all files."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bowlby.atomic import write_text, writing
from bowlby.errors import InputError
from bowlby.formats.load import same_twice
from bowlby.formats.manifest import SESSION
from bowlby.formats.read import read_record
from bowlby.formats.scaffold import Scaffold, scaffold
from bowlby.laboratory.guesses import AGE, CHILD, CODER, VISIT, NameGuess, guesses_of
from bowlby.laboratory.problem import StudyProblem, counted
from bowlby.laboratory.sessions import CODING, DOUBLE, MAIN, MONTH
from bowlby.laboratory.study_file import PRIMARY
from bowlby.records.days import DAY, days_of
from bowlby.records.identity import identity_codebook
from bowlby.records.record import Record
from bowlby.records.spreadsheet import write_for_people

TO_FILL_IN = (DAY, "group", MONTH, "sensitivity", "attachment_class")
"""Columns of a new manifest that are left empty for the laboratory where nothing says them."""
_FEWEST_GROUPS, _MOST_GROUPS = 2, 6
_OWN_SUFFIXES = (".toml", ".md", ".pdf", ".mp4", ".mov", ".avi", ".mpg", ".wav", ".html", ".sav", ".r")


@dataclass(frozen=True)
class Beginning:
    """A study as it can be begun.

    Args:
        rows: of the manifest, in the order of the files.
        codebook: over all files, or None where all of them speak bowlby's own constructs.
        problems: what was left out, and what was guessed.
    """

    rows: pl.DataFrame
    codebook: Scaffold | None
    problems: tuple[StudyProblem, ...]

    @property
    def pairs(self) -> int:
        """Return how many sessions are coded twice."""
        return int((self.rows[CODING] == DOUBLE).sum())


def begin_study(files: Sequence[Path], folder: Path, home: Path) -> Beginning:
    """Return a study of the coded files of a folder.

    Args:
        files: of the folder and its sub-folders.
        folder: the folder.
        home: folder of the manifest, from which it names files.

    Returns:
        Manifest, codebook and what is to be looked at.

    Raises:
        InputError: none of the files holds a record.
    """
    likely = [file for file in files if file.suffix.lower() not in _OWN_SUFFIXES]
    if not likely:
        raise InputError("the folder holds no coded file", file=folder, remedy="Name a folder of coded files.")
    draft = scaffold(likely, folder.resolve().name or "study", skip=True)
    read = [Path(name) for name in draft.files]
    records = {path: _record(path) for path in read}
    problems = [
        StudyProblem(str(one.path), f"left out: {one.error.message}", one.error.remedy) for one in draft.skipped
    ]
    twice = same_twice(read)
    problems += [
        StudyProblem(str(again), f"the same data as {first}, byte for byte", "It is left out.")
        for first, again in twice
    ]
    left = {again for _, again in twice}
    kept = {path: record for path, record in records.items() if path not in left}
    rows, guessed = _rows(kept, folder, home)
    own = all(record is not None and identity_codebook(record) is not None for record in kept.values())
    return Beginning(rows, None if own else draft, (*problems, *guessed))


def _record(path: Path) -> Record | None:
    """Return a record where it can be read without its codebook; a plain table's own columns are in the codebook."""
    try:
        return read_record(path)
    except InputError:
        return None


def _rows(records: Mapping[Path, Record | None], folder: Path, home: Path) -> tuple[pl.DataFrame, list[StudyProblem]]:
    places: list[tuple[Path, str | None]] = []
    for path, record in records.items():
        ids = () if record is None else record.sessions
        places += [(path, session) for session in ids] if len(ids) > 1 else [(path, None)]
    guesses = guesses_of([session or path.stem for path, session in places])
    groups = _groups([path.relative_to(folder) for path, _ in places])
    rows = [
        _row(path, session, records[path], guess) | {"file": _named(path, home), "group": group}
        for (path, session), guess, group in zip(places, guesses, groups, strict=True)
    ]
    _name_the_main(rows)
    columns = ["file", SESSION, CHILD, "caregiver", VISIT, CODER, CODING, AGE, *TO_FILL_IN]
    optional = {SESSION, "caregiver"}
    shown = [name for name in columns if name not in optional or any(row.get(name) for row in rows)]
    table = pl.DataFrame([{name: row.get(name) for name in shown} for row in rows], dict.fromkeys(shown, pl.String()))
    return table, _remarks(rows, guesses, home)


def _named(path: Path, home: Path) -> str:
    return Path(os.path.relpath(path.resolve(), home.resolve())).as_posix()


def _row(path: Path, session: str | None, record: Record | None, guess: NameGuess) -> dict[str, str | None]:
    """Return what a record itself and its name say; the record wins."""
    said = dict(guess.known) | (_stated(record, session) if record is not None else {})
    return {SESSION: session, CHILD: path.stem, VISIT: "1", **said}


def _stated(record: Record, session: str | None) -> dict[str, str]:
    found = {name: str(record.metadata[name]) for name in (CHILD, "caregiver", VISIT, AGE) if name in record.metadata}
    coder = record.metadata.get(CODER)
    if isinstance(coder, Mapping) and "name" in coder:
        found[CODER] = str(coder["name"])
    days = days_of(record)
    day = days.get(session or record.sessions[0])
    return found | ({} if day is None else {DAY: str(day)})


def _groups(paths: Sequence[Path]) -> list[str | None]:
    """Return the first folder of each file, where a few folders hold them all."""
    first = [path.parts[0] if len(path.parts) > 1 else None for path in paths]
    names = set(first)
    return first if None not in names and _FEWEST_GROUPS <= len(names) <= _MOST_GROUPS else [None] * len(first)


def _name_the_main(rows: list[dict[str, str | None]]) -> None:
    """Call one coding of each session main: that of the coder who has most of them."""
    work = Counter(row.get(CODER) or "" for row in rows)
    best: dict[tuple[str | None, ...], dict[str, str | None]] = {}
    for row in sorted(rows, key=lambda row: (-work[row.get(CODER) or ""], row.get(CODER) or "")):
        best.setdefault((row[CHILD], row.get("caregiver"), row[VISIT]), row)
    for row in rows:
        row[CODING] = MAIN if best[row[CHILD], row.get("caregiver"), row[VISIT]] is row else DOUBLE


def _remarks(rows: Sequence[Mapping[str, str | None]], guesses: Sequence[NameGuess], home: Path) -> list[StudyProblem]:
    """Return what a person has to look at: guesses, and columns that nothing says."""
    found: list[StudyProblem] = []
    for what in (CHILD, VISIT, CODER, AGE):
        sources = Counter(one.sources[what] for one in guesses if what in one.sources)
        for source, count in sources.items():
            kind = f"guessed: {what} of {count} sessions, from {source}"
            found.append(StudyProblem(str(home), kind, f"Look at the column {what} of the manifest."))
    alone = [str(row["file"]) for row, one in zip(rows, guesses, strict=True) if CHILD not in one.known]
    if alone:
        kind = f"guessed: each a child of its own: {counted(alone)}"
        found.append(StudyProblem(str(home), kind, "Write the child of each session in the manifest."))
    empty = [name for name in TO_FILL_IN if not any(row.get(name) for row in rows)]
    if empty:
        kind = f"nothing says {counted(empty, len(empty))}"
        found.append(StudyProblem(str(home), kind, "Fill in these columns of the manifest, or delete them."))
    return found


def write_beginning(found: Beginning, output: Path, title: str, *, force: bool = False) -> list[Path]:
    """Write study file, manifest and codebook.

    Args:
        found: the study.
        output: the study file; the others stand beside it and bear its name.
        title: of the study.
        force: replace existing files.

    Returns:
        The paths written, the study file last.

    Raises:
        OverwriteError: a target exists and force is False.
        OutputError: one cannot be written.
    """
    manifest, book = beside(output)
    written = [manifest]
    with writing(manifest, force=force) as draft:
        write_for_people(found.rows, draft)
    if found.codebook is not None:
        write_text(book, found.codebook.text, force=force)
        written.append(book)
    text = study_text(title, manifest.name, book.name if found.codebook is not None else "", found.rows)
    return [*written, write_text(output, text, force=force)]


def beside(output: Path) -> tuple[Path, Path]:
    """Return where manifest and codebook of a new study stand.

    Args:
        output: the study file.

    Returns:
        Manifest, codebook.
    """
    return output.with_name(f"{output.stem}.sessions.csv"), output.with_name(f"{output.stem}.codebook.toml")


def study_text(title: str, manifest: str, codebook: str, rows: pl.DataFrame) -> str:
    """Return a study file.

    Args:
        title: of the study.
        manifest: name of the manifest.
        codebook: name of the codebook, "" for none.
        rows: of the manifest.

    Returns:
        TOML.
    """
    grouped = rows["group"].drop_nulls().n_unique() > 1
    rated = not rows["sensitivity"].is_null().all()
    classed = not rows["attachment_class"].is_null().all()
    return _STUDY.format(
        title=json.dumps(title, ensure_ascii=False),
        manifest=json.dumps(manifest, ensure_ascii=False),
        codebook=json.dumps(codebook, ensure_ascii=False),
        group='"group"' if grouped else '""',
        outcomes="".join(f'  "{name}",\n' for name in PRIMARY),
        ratings='["sensitivity"]' if rated else "[]",
        classes='"attachment_class"' if classed else '""',
    )


_STUDY = """\
# A study, begun by `bowlby study init`. docs/study.md says what each key means.
# Correct the manifest and the codebook first, then run `bowlby study check` on this file.
title = {title}
manifest = {manifest}
codebook = {codebook}
ethics = ""  # committee and number of the approval; the report prints it
seed = 0

[groups]
column = {group}  # of the manifest, one word a child; "" compares nothing
# Primary outcomes: fix them before you look at the data. All others count as exploratory.
outcomes = [
{outcomes}]
covariates = []  # numeric columns of the manifest, such as age_months

[associations]
ratings = {ratings}  # numeric columns of the manifest
classes = {classes}  # a column with a class a child

[agreement]
tolerance_s = 2.0
unit_s = 1.0

[inference]
axes = true
population = "pooled"  # or low-risk, at-risk
"""
