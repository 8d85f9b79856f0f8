"""Hundreds of files at once: in parallel, resumable, and one bad file never stops the rest."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from bowlby.atomic import make_folder, writing
from bowlby.errors import BowlbyError, InputError, OutputError
from bowlby.formats.load import LoadOptions, load_coded, refuse_same
from bowlby.formats.read import file_hash
from bowlby.measures.pooled_latency import pooled_latency
from bowlby.measures.rule import EpisodeRule, changed
from bowlby.measures.session import PAIR_EPISODE_SCHEMA, Measures, measure
from bowlby.measures.value import Measure
from bowlby.records.coded_record import CodedRecord
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import Record

MEASURE_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "child": pl.String(),
    "caregiver": pl.String(),
    "actor": pl.String(),
    "name": pl.String(),
    "estimate": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "unit": pl.String(),
    "n": pl.Int64(),
    "denominator": pl.Float64(),
    "denominator_unit": pl.String(),
    "baseline": pl.Float64(),
    "note": pl.String(),
    "status": pl.String(),
    "span": pl.String(),
}
"""One row a measure: the tidy table that `bowlby measure` writes, after the file and the manifest's columns."""

QUOTES = "left out, since it may quote the file; standard error has it"

SERIAL_UP_TO = 3
"""Files up to which a new process costs more than it saves."""


@dataclass(frozen=True)
class FileWork:
    """What is to be done with each file.

    Args:
        how: how files are loaded.
        rule: settings that override the codebook's episode rule, such as {"window_s": 5.0}.
        seed: seed of every random number.
        parts: folder that keeps each finished file's rows, so that an interrupted run goes on; None keeps none.
    """

    how: LoadOptions
    rule: dict[str, object] = field(default_factory=dict)
    seed: int = 0
    parts: Path | None = None


@dataclass(frozen=True)
class Failure:
    """A file that could not be measured, and why.

    Args:
        file: its path.
        error: the typed error, which may quote the file.
        pseudonym: of the file, "" where it cannot be read, None where no pseudonyms are asked for.
    """

    file: str
    error: BowlbyError
    pseudonym: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form; under pseudonyms without anything that may quote the file."""
        if self.pseudonym is None:
            return self.error.as_dict() | {"file": self.file}
        known = {"kind": self.error.kind, "message": QUOTES, "file": self.pseudonym, "row": self.error.row}
        return {**known, "column": None, "value": None, "remedy": ""}


@dataclass(frozen=True)
class FileMeasures:
    """One file's rows.

    Args:
        table: columns of `MEASURE_SCHEMA`.
        episodes: columns of `PAIR_EPISODE_SCHEMA`.
        rule: the episode rule they rest on.
        reused: whether an earlier, interrupted run had finished them.
        mapped: whether any event has a meaning, or there is none.
        problems: what is wrong with the record, what its codebook left unmapped included.
        pseudonyms: those in the rows, each with the whole hash behind it.
        sessions: what is known of each session, as `session_rows` says it.
    """

    table: pl.DataFrame
    episodes: pl.DataFrame
    rule: EpisodeRule
    reused: bool
    mapped: bool = True
    problems: tuple[Problem, ...] = ()
    pseudonyms: Mapping[str, str] = field(default_factory=dict)
    sessions: Sequence[Mapping[str, object]] = ()


@dataclass(frozen=True)
class Batch:
    """The outcome of many files.

    Args:
        table: `file` and the columns of `MEASURE_SCHEMA`, in the order of the files given.
        episodes: `file` and the columns of `PAIR_EPISODE_SCHEMA`, likewise.
        rules: the episode rules in use; more than one where files carry rules of their own.
        failures: files that could not be measured.
        names: each file that was measured, by its path, and what the tables call it.
        reused: number of files whose rows an earlier, interrupted run had finished.
        problems: what is wrong with each file that was measured, by what the tables call it.
        unmapped: files none of whose events has a meaning.
        sessions: `file` and what is known of each session.
    """

    table: pl.DataFrame
    episodes: pl.DataFrame
    rules: tuple[EpisodeRule, ...]
    failures: tuple[Failure, ...]
    names: Mapping[Path, str]
    reused: int
    problems: tuple[tuple[str, Problem], ...] = ()
    unmapped: tuple[str, ...] = ()
    sessions: Sequence[Mapping[str, object]] = ()

    def rule_as_dict(self) -> object:
        """Return the episode rule as plain values, a list where files carry rules of their own."""
        rules = [rule.describe() for rule in self.rules]
        return rules[0] if len(rules) == 1 else rules


def measure_table(measures: Sequence[Measure]) -> pl.DataFrame:
    """Return measures as a table, one row each.

    Args:
        measures: any number of measures.

    Returns:
        Columns of `MEASURE_SCHEMA`.
    """
    return pl.DataFrame([item.as_dict() for item in measures], schema=MEASURE_SCHEMA)


def session_rows(record: Record) -> list[dict[str, object]]:
    """Return when each session was observed and what says so, as the JSON of `measure` and `report` gives it.

    Args:
        record: any record.

    Returns:
        One object a session; `windows` are [start, end] in seconds.
    """
    return [
        {
            "session": session,
            "observed_from": str(record.observed_from(session)),
            "resolution_s": record.provenance[0].resolution_s if record.provenance else None,
            "windows": record.observed(session).tolist(),
        }
        for session in record.sessions
    ]


def coded_files(folder: str | Path) -> list[Path]:
    """Return the files of a folder and its sub-folders that may be coded records.

    Args:
        folder: the folder.

    Returns:
        Sorted paths, hidden files left out.

    Raises:
        InputError: the folder holds no file.
    """
    folder = Path(folder)
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not found:
        raise InputError("the folder holds no file", file=folder, remedy="Name a folder of coded files.")
    return found


def batch_of(coded: CodedRecord, found: Measures) -> Batch:
    """Return the measures of one record in the form that those of many files have.

    Args:
        coded: any coded record.
        found: what was measured of it.

    Returns:
        The same as of a file; of several files put together it is called by their number.
    """
    files = [entry.file for entry in coded.record.provenance]
    name = files[0] if len(files) == 1 else f"{len(files)} files"
    unmapped = coded.acts.is_empty() and not coded.record.events.is_empty()
    return Batch(
        table=_stacked([(name, measure_table(found.measures))], MEASURE_SCHEMA),
        episodes=_stacked([(name, found.episodes)], PAIR_EPISODE_SCHEMA),
        rules=(found.rule,),
        failures=(),
        names={Path(name): name},
        reused=0,
        problems=tuple((name, one) for one in coded.record.quality),
        unmapped=(name,) if unmapped else (),
        sessions=[{"file": name, **row} for row in session_rows(coded.record)],
    )


def measure_files(
    files: Sequence[Path], work: FileWork, *, workers: int, progress: Callable[[int, int], None] | None = None
) -> Batch:
    """Measure many files; the result does not depend on the number of workers or on interruptions.

    Args:
        files: the files.
        work: what to do with each.
        workers: number of processes, >= 1.
        progress: called with (files done, files in all).

    Returns:
        One table, and the failures.

    Raises:
        OutputError: finished parts cannot be kept.
        CodebookError: the codebook is broken.
        InputError: two files have the same content.
        CollisionError: two identities have one pseudonym.
    """
    work.how.book()  # a broken one is reported once, not for each file
    refuse_same(files, work.how)
    if work.parts is not None:
        make_folder(work.parts)
    outcomes: dict[Path, FileMeasures | Failure] = {}
    for path, outcome in _run(files, work, workers):
        outcomes[path] = outcome
        if progress is not None:
            progress(len(outcomes), len(files))
    ordered = [(path, outcomes[path]) for path in files]
    measured = [(path, item) for path, item in ordered if isinstance(item, FileMeasures)]
    names = _names(dict(measured), work.how)
    return Batch(
        table=_stacked([(names[path], item.table) for path, item in measured], MEASURE_SCHEMA),
        episodes=_stacked([(names[path], item.episodes) for path, item in measured], PAIR_EPISODE_SCHEMA),
        rules=tuple(dict.fromkeys(item.rule for _, item in measured)),
        failures=tuple(item for _, item in ordered if isinstance(item, Failure)),
        names=names,
        reused=sum(item.reused for _, item in measured),
        problems=tuple((names[path], found) for path, item in measured for found in item.problems),
        unmapped=tuple(names[path] for path, item in measured if not item.mapped),
        sessions=[{"file": names[path], **row} for path, item in measured for row in item.sessions],
    )


def _names(measured: Mapping[Path, FileMeasures], how: LoadOptions) -> dict[Path, str]:
    names: dict[Path, str] = {}
    for path, item in measured.items():
        name = how.named(path)
        if how.pseudonyms is not None:
            how.pseudonyms.admit(item.pseudonyms)
        names[path] = name
    return names


def pooled(batch: Batch, dyads: Mapping[str, str]) -> list[Measure]:
    """Return response latency over all sessions of a batch, with what differs between sessions and between dyads.

    Args:
        batch: the outcome of many files.
        dyads: file to dyad, as the study manifest says; a file without one is a dyad of its own.

    Returns:
        Measures of the session "all sessions"; none where there is but one session, or where files carry different
        rules and their episodes cannot be put together.
    """
    named = pl.concat_str("file", pl.lit(" "), "session", _who(batch.episodes))
    dyad = pl.col("file").replace_strict(dyads, default=None, return_dtype=pl.String) + _who(batch.episodes)
    episodes = batch.episodes.with_columns(session=named, dyad=pl.coalesce(dyad, named))
    left_out = episodes.filter(~pl.col("whole"))["session"].n_unique()
    episodes = episodes.filter("whole")
    if len(batch.rules) != 1 or episodes["session"].n_unique() < 2:
        return []
    of_session = dict(episodes.select("session", "dyad").unique().iter_rows())
    found = pooled_latency(episodes.drop("file", "dyad"), batch.rules[0], of_session)
    if not left_out:
        return found
    note = f"{left_out} sessions are left out, since too many of their events could not be placed"
    return [replace(one, note="; ".join(part for part in (note, one.note) if part)) for one in found]


def _who(episodes: pl.DataFrame) -> pl.Expr:
    """Return " child with caregiver" in files of several children or caregivers, and nothing elsewhere."""
    pair = pl.concat_str(pl.col("child", "caregiver").fill_null(""), separator=" with ")
    apart = episodes.group_by("file").agg(pair.unique().alias("pair"))
    several = apart.filter(pl.col("pair").list.len() > 1)["file"]
    return pl.when(pl.col("file").is_in(several.implode())).then(pl.concat_str(pl.lit(" "), pair)).otherwise(pl.lit(""))


def _stacked(tables: Sequence[tuple[str, pl.DataFrame]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    named = [table.select(pl.lit(name).alias("file"), pl.all()) for name, table in tables]
    return pl.concat([pl.DataFrame(schema={"file": pl.String(), **schema}), *named])


def _run(files: Sequence[Path], work: FileWork, workers: int) -> Iterator[tuple[Path, FileMeasures | Failure]]:
    if workers == 1 or len(files) <= SERIAL_UP_TO:
        yield from ((path, _outcome(work, path)) for path in files)
        return
    # Forking a process that holds polars' threads can dead-lock; a fresh one costs half a second.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(partial(_outcome, work), path): path for path in files}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _outcome(work: FileWork, path: Path) -> FileMeasures | Failure:
    try:
        return _kept(work, path) or _measured(work, path)
    except OutputError:  # a part that cannot be kept is no fault of the file: the run ends, and goes on another time
        raise
    except BowlbyError as error:
        return Failure(str(path), error, _pseudonym(path, work.how))


def _pseudonym(path: Path, how: LoadOptions) -> str | None:
    if how.pseudonyms is None:
        return None
    return how.named(path) if path.is_file() and os.access(path, os.R_OK) else ""


def _kept(work: FileWork, path: Path) -> FileMeasures | None:
    part = _part(work, path)
    if part is None or not part.exists():
        return None
    try:
        about = pl.read_parquet_metadata(part)
        rule = EpisodeRule.from_settings(json.loads(about["settings"]))
        table, episodes = pl.read_parquet(part), pl.read_parquet(_episodes_beside(part))
        return FileMeasures(
            table,
            episodes,
            rule,
            reused=True,
            mapped=json.loads(about["mapped"]),
            problems=_problems(about["problems"]),
            pseudonyms=json.loads(about["pseudonyms"]),
            sessions=json.loads(about["sessions"]),
        )
    except (OSError, KeyError, ValueError, pl.exceptions.PolarsError):  # damaged: measured anew
        return None


def _measured(work: FileWork, path: Path) -> FileMeasures:
    coded = load_coded([path], work.how)
    settings = changed(coded.settings, work.rule)
    found = measure(coded, EpisodeRule.from_settings(settings), seed=work.seed)
    made = {} if work.how.pseudonyms is None else dict(work.how.pseudonyms.made)
    measured = FileMeasures(
        measure_table(found.measures),
        found.episodes,
        found.rule,
        reused=False,
        mapped=not coded.acts.is_empty() or coded.record.events.is_empty(),
        problems=coded.record.quality,
        pseudonyms=made,
        sessions=session_rows(coded.record),
    )
    part = _part(work, path)
    if part is not None:
        with writing(_episodes_beside(part), force=True) as draft:
            measured.episodes.write_parquet(draft)
        # Written last: where it stands, its episodes stand too.
        with writing(part, force=True) as draft:
            measured.table.write_parquet(
                draft,
                metadata={
                    "settings": json.dumps(settings),
                    "pseudonyms": json.dumps(made),
                    "sessions": json.dumps(measured.sessions),
                    "mapped": json.dumps(measured.mapped),
                    "problems": json.dumps([problem.as_dict() for problem in measured.problems]),
                },
            )
    return measured


def _problems(text: str) -> tuple[Problem, ...]:
    return tuple(Problem(ProblemKind(row["kind"]), row["count"], tuple(row["examples"])) for row in json.loads(text))


def _episodes_beside(part: Path) -> Path:
    return part.with_suffix(".episodes.parquet")


def _part(work: FileWork, path: Path) -> Path | None:
    if work.parts is None or not path.exists():
        return None
    how = {
        "codebook": file_hash(book) if isinstance(book := work.how.codebook, Path) else repr(book),
        "format": work.how.format,
        "strict": work.how.strict,
        "observed": repr(work.how.stated_for(path, None)),
        "keep_private": work.how.keep_private,
        "pair": (work.how.child, work.how.caregiver),
        "pseudonyms": None if work.how.pseudonyms is None else work.how.pseudonyms.key_id,
    }
    settings = [version("bowlby"), how, work.rule, work.seed, path.name, file_hash(path)]
    key = hashlib.sha256(json.dumps(settings, default=str, sort_keys=True).encode()).hexdigest()[:32]
    return work.parts / f"{key}.parquet"
