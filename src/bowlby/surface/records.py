"""Reading coded files: `read` gives the event table, `load` its meaning under a codebook, `codebook_for` a codebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from bowlby.atomic import write_text
from bowlby.errors import InputError, suggestion
from bowlby.formats.isolation import Isolation
from bowlby.formats.load import LoadOptions, load_coded, load_record
from bowlby.formats.scaffold import Scaffold, name_of, scaffold
from bowlby.records.codebook import Codebook
from bowlby.records.coded_record import CodedRecord
from bowlby.records.intervals import duration
from bowlby.records.pseudonyms import Pseudonyms
from bowlby.records.quality import Problem
from bowlby.records.record import Record
from bowlby.surface.inputs import Given, PathLike, book_of, files_of, inputs
from bowlby.surface.result import Result, ResultOrigin

if TYPE_CHECKING:
    from bowlby.reporting.figure import Figure

EXAMPLES = Path(__file__).parents[1] / "examples"
CODES = ("actor", "code", "count", "suggestion")
"""Columns of a draft's table."""
FIGURES = 6
"""Sessions that `plot` draws; more are drawn from a part of the record."""


@dataclass(frozen=True, repr=False, eq=False)
class EventRecord(Result[Record]):
    """What a coded file holds, as the file says it."""

    dimensions: ClassVar = ("event",)

    @property
    def title(self) -> str:
        """Return format and size."""
        return record_title(self.value)

    @property
    def lines(self) -> Sequence[str]:
        """Return a line a session, and what is wrong with the file."""
        return [*_session_lines(self.value), *problem_lines(self.value.quality)]

    @property
    def events(self) -> pl.DataFrame:
        """Return the event table: session, actor, partner, channel, code, onset and offset in seconds, modifiers."""
        return self.value.events

    @property
    def sessions(self) -> tuple[str, ...]:
        """Return the session ids."""
        return self.value.sessions

    def to_polars(self) -> pl.DataFrame:
        """Return the event table."""
        return self.value.events

    def as_dict(self) -> dict[str, object]:
        """Return sessions, quality and where it comes from."""
        return record_dict(self.value)

    def figures(self) -> tuple[Figure, ...]:
        """Return the timeline of each session where the codes are bowlby's own; others need `bowlby.load`."""
        from bowlby.records.identity import coded_as_itself

        file = self.value.provenance[0].file if self.value.provenance else ""
        return timelines(coded_as_itself(self.value, Path(file)))


@dataclass(frozen=True, repr=False, eq=False)
class CodedSessions(Result[CodedRecord]):
    """Sessions in bowlby's closed vocabulary: what happened, what could have been seen, and what nobody mapped."""

    dimensions: ClassVar = ("act",)

    @property
    def title(self) -> str:
        """Return size and codebook."""
        return f"{record_title(self.value.record)}; codebook {self.value.codebook}"

    @property
    def lines(self) -> Sequence[str]:
        """Return a line a session, what could be coded, what is unmapped, and what is wrong with the files."""
        coded = self.value
        codable = [name for name, can in coded.codable_by_construct().items() if can]
        unmapped = [f"not mapped: {one.code} ({one.count})" for one in coded.unmapped[:5]]
        return [
            *_session_lines(coded.record),
            f"could be coded: {', '.join(codable) or 'nothing'}",
            *unmapped,
            *problem_lines(coded.record.quality),
        ]

    @property
    def acts(self) -> pl.DataFrame:
        """Return the acts: one row an event and construct, onset and offset in seconds."""
        return self.value.acts

    @property
    def sessions(self) -> tuple[str, ...]:
        """Return the session ids."""
        return self.value.sessions

    def to_polars(self) -> pl.DataFrame:
        """Return the acts."""
        return self.value.acts

    def as_dict(self) -> dict[str, object]:
        """Return sessions, what could be coded and what is unmapped."""
        coded = self.value
        known = {"codable": coded.codable_by_construct(), "unmapped": [one.as_dict() for one in coded.unmapped]}
        return record_dict(coded.record) | known

    def figures(self) -> tuple[Figure, ...]:
        """Return the timeline of each session."""
        return timelines(self.value)


@dataclass(frozen=True, repr=False, eq=False)
class CodebookDraft(Result[Scaffold]):
    """A codebook to be finished by a person: every code found, with a suggestion where there is one.

    Args:
        text: TOML.
    """

    dimensions: ClassVar = ("code",)

    @property
    def text(self) -> str:
        """Return the TOML text."""
        return self.value.text

    @property
    def title(self) -> str:
        """Return how many codes there are."""
        return f"{len(self.value.codes)} codes, {len(self.value.unmapped)} without a suggestion"

    @property
    def lines(self) -> Sequence[str]:
        """Return a line a code, and what is to be done."""
        codes = [
            f"{one['actor'] or '?'}: {one['code']} ({one['count']}) -> {one['suggestion'] or '?'}"
            for one in self.value.codes
        ]
        skipped = [f"left out {one.path.name}: {one.error.message}" for one in self.value.skipped]
        todo = "Nothing is mapped yet: .save('codes.toml'), take the # off what you agree with, and fill in the rest."
        return [todo, *codes, *skipped]

    def to_polars(self) -> pl.DataFrame:
        """Return the codes."""
        return pl.DataFrame(list(self.value.codes), infer_schema_length=None).select(CODES)

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Save the codebook as .toml, or the table of codes as any other result is saved.

        Args:
            path: of the codebook.
            force: replace what is there.

        Returns:
            The path written.
        """
        path = Path(path)
        return write_text(path, self.text, force=force) if path.suffix == ".toml" else super().save(path, force=force)


def read(
    file: PathLike | pl.DataFrame,
    *,
    codebook: PathLike | Codebook | None = None,
    format: str | None = None,
    strict: bool = False,
    keep_private: bool = False,
    pseudonyms: Pseudonyms | None = None,
) -> EventRecord:
    """Read one coded file of any known format, or a data frame, as the file says it.

    Args:
        file: the file; or a data frame with a row an event.
        codebook: says which column holds what, where the file is a plain table with other names.
        format: a reader's name, to skip recognition by content.
        strict: refuse any quality problem.
        keep_private: keep media paths, birth dates, comments and coder names.
        pseudonyms: that stand for people, or None to leave labels as they are.

    Returns:
        The event table with its sessions, quality and provenance.

    Raises:
        InputError: it cannot be read; the error names place and remedy.

    Example:
        >>> import bowlby
        >>> record = bowlby.read(bowlby.example("play"))
        >>> record.sessions
        ('0',)
        >>> record.events.columns[:3]
        ['session', 'actor', 'partner']
    """
    how = LoadOptions(
        book_of(codebook), format, strict, keep_private, pseudonyms=pseudonyms, isolation=Isolation.CONTAINERS
    )
    with files_of(file) as paths:
        if len(paths) != 1:
            raise InputError("read takes one file", value=len(paths), remedy="Give several files to bowlby.load.")
        record = load_record(paths[0], how)
        return EventRecord(record, provenance=ResultOrigin("read", {"format": format, "strict": strict}, inputs(paths)))


def load(
    files: Given,
    *,
    codebook: PathLike | Codebook | None = None,
    child: str | None = None,
    caregiver: str | None = None,
    format: str | None = None,
    strict: bool = False,
    pseudonyms: Pseudonyms | None = None,
) -> CodedSessions:
    """Read coded files and translate them by a codebook into bowlby's constructs.

    Args:
        files: one path or many, a folder, or data frames of polars or pandas with a row an event.
        codebook: maps your codes (`bowlby.codebook_for`); None where they are bowlby's own.
        child: label of the child whose acts are wanted, where a record has several.
        caregiver: label of the caregiver, likewise.
        format: a reader's name, to skip recognition by content.
        strict: refuse any quality problem.
        pseudonyms: that stand for people, or None to leave labels as they are.

    Returns:
        All sessions of all files.

    Raises:
        InputError: a file or the codebook cannot be used; the error names place and remedy.

    Example:
        >>> import bowlby
        >>> coded = bowlby.load(bowlby.example("play"))
        >>> coded.acts["construct"].unique().sort()[:2].to_list()
        ['affect', 'answer']
    """
    how = loading(codebook, child, caregiver, format, strict, pseudonyms)
    with files_of(files) as paths:
        coded = load_coded(paths, how)
        asked = {"child": child, "caregiver": caregiver, "format": format, "strict": strict}
        return CodedSessions(coded, provenance=ResultOrigin("load", asked, inputs(paths)))


def loading(
    codebook: PathLike | Codebook | None,
    child: str | None,
    caregiver: str | None,
    format: str | None = None,
    strict: bool = False,
    pseudonyms: Pseudonyms | None = None,
) -> LoadOptions:
    """Return how files are loaded; zip archives and XML are read in a process of their own.

    Args:
        codebook: itself, its path, or None.
        child: label, or None.
        caregiver: label, or None.
        format: a reader's name, or None.
        strict: refuse any quality problem.
        pseudonyms: or None.

    Returns:
        The settings.
    """
    return LoadOptions(
        book_of(codebook),
        format,
        strict,
        pseudonyms=pseudonyms,
        child=child,
        caregiver=caregiver,
        isolation=Isolation.CONTAINERS,
    )


def codebook_for(files: Given, *, template: str | None = None, format: str | None = None) -> CodebookDraft:
    """Return a first codebook for your files: every code found, each with a suggestion where there is one.

    Args:
        files: one path or many, a folder, or data frames.
        template: kind of scheme to suggest by, such as "still-face" or "free-play".
        format: a reader's name, to skip recognition by content.

    Returns:
        The draft; `.save("codes.toml")`, fill it in, and give it to `bowlby.load`.

    Raises:
        InputError: the files cannot be read.

    Example:
        >>> import bowlby
        >>> bowlby.codebook_for(bowlby.example("play")).to_polars()["code"].len() > 10
        True
    """
    with files_of(files) as paths:
        draft = scaffold(paths, name_of(paths), format=format, skip=len(paths) > 1, template=template)
        return CodebookDraft(draft, provenance=ResultOrigin("codebook_for", {"template": template}, inputs(paths)))


def example(name: str = "play") -> Path:
    """Return the path of an example that bowlby brings along; all are simulated, no real child.

    Args:
        name: "play", twenty minutes at home; "coder-a" and "coder-b", one visit as two coders coded it; "reversal",
            choices of twenty children in a learning task.

    Returns:
        The path of the file.

    Raises:
        InputError: there is no such example.

    Example:
        >>> import bowlby
        >>> bowlby.example("play").name
        'play.csv'
    """
    known = {path.stem: path for path in sorted(EXAMPLES.glob("*.csv"))}
    if name not in known:
        raise InputError(
            "there is no such example", value=name, remedy=f"{suggestion(name, known)}Known: {', '.join(known)}."
        )
    return known[name]


def timelines(coded: CodedRecord) -> tuple[Figure, ...]:
    """Return the timeline of each session, of the first few where there are many.

    Args:
        coded: any coded record.

    Returns:
        A figure a session.
    """
    from bowlby.reporting.figures.timeline import timeline

    chosen = coded.sessions[:FIGURES]
    return tuple(timeline(coded, session, f"timeline-{number}") for number, session in enumerate(chosen, 1))


def record_title(record: Record) -> str:
    """Return how much a record holds, and where it is from.

    Args:
        record: any record.

    Returns:
        A few words.
    """
    files = [entry.file for entry in record.provenance]
    name = files[0] if len(files) == 1 else f"{len(files)} files"
    count = len(record.sessions)
    return f"{name}: {count} session{'' if count == 1 else 's'}, {record.events.height} events"


def record_dict(record: Record) -> dict[str, object]:
    """Return sessions, quality and provenance of a record as plain values.

    Args:
        record: any record.

    Returns:
        JSON-ready.
    """
    from bowlby.measures.batch import session_rows

    provenance = [{"file": one.file, "sha256": one.sha256, "reader": one.reader} for one in record.provenance]
    quality = [found.as_dict() for found in record.quality]
    return {"sessions": session_rows(record), "quality": quality, "provenance": provenance}


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """Return what is wrong with files, a line a kind.

    Args:
        problems: of any files.

    Returns:
        Lines; none where nothing is wrong.
    """
    counts: Counter[str] = Counter()
    for one in problems:
        counts[str(one.kind)] += one.count
    return [f"problem: {kind} ({count})" for kind, count in counts.items()]


def _session_lines(record: Record) -> list[str]:
    return [
        f"session {session or '(no id)'}: {rows.height} events, {rows['code'].n_unique()} codes, "
        f"{duration(record.observed(session)) / 60:.1f} min observed ({record.observed_from(session)})"
        for session in record.sessions
        for rows in [record.events.filter(session=session)]
    ]
