"""Raw codes under a codebook: whose they are by role, and what either coder could not code."""

from __future__ import annotations

import polars as pl

from bowlby.records.codebook import Codebook
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Role
from bowlby.records.person_labels import persons_in
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import WINDOW_SCHEMA, Record, WindowKind

_SPOKEN_OF = (Role.CHILD, Role.CAREGIVER)


def by_role(a: Record, b: Record, book: Codebook) -> tuple[Record, Record]:
    """Return two coders' records with roles in place of actor labels, and with the codebook's uncodable time.

    Coders may call one child by two labels. Where a session has several persons of a role their labels stay.

    Args:
        a: coder A's record, raw.
        b: coder B's record, raw.
        book: the codebook of both.

    Returns:
        Both records; codes stay as they are, save those that mean "uncodable", which become windows.

    Raises:
        CodebookError: the codebook does not fit one of the files.
    """
    coded = book.apply(a), book.apply(b)
    several = frozenset(role for role in _SPOKEN_OF for one in coded if _several(one, role))
    first, second = (_labelled(one, book, several) for one in coded)
    return first, second


def _several(coded: CodedRecord, role: Role) -> bool:
    return any(len(persons_in(coded.acts.filter(pl.col("session") == session), role)) > 1 for session in coded.sessions)


def _labelled(coded: CodedRecord, book: Codebook, several: frozenset[Role]) -> Record:
    record = coded.record
    events = record.events.with_row_index("event")
    whose = coded.acts.unique("event", keep="first", maintain_order=True).select("event", "role", "person")
    stated = {label: str(role) for label, role in book.roles.items()}
    role = pl.coalesce("role", pl.col("actor").replace_strict(stated, default=None, return_dtype=pl.String))
    person = pl.coalesce(pl.col("person").replace("", None), pl.col("actor").replace(dict(book.same)))
    labelled = events.join(whose, on="event", how="left", maintain_order="left").with_columns(of=role, who=person)
    single = pl.col("of").is_in([str(one) for one in _SPOKEN_OF if one not in several])
    labelled = labelled.with_columns(actor=pl.when(single).then("of").otherwise("who"))
    kept = labelled.filter(~pl.col("event").is_in(_uncodable(coded, book).implode())).select(record.events.columns)
    windows = pl.concat([record.windows, _windows(coded, several)])
    return Record(kept, windows, record.metadata, record.provenance, _quality(record.quality))


def _uncodable(coded: CodedRecord, book: Codebook) -> pl.Series:
    """Return the events that say that something could not be coded: those with a meaning that are no act."""
    fates = book.fates(coded.record)
    events = coded.record.events.with_row_index("event")
    return events.filter((fates == "mapped") & ~pl.col("event").is_in(coded.acts["event"].implode()))["event"]


def _windows(coded: CodedRecord, several: frozenset[Role]) -> pl.DataFrame:
    """Return uncodable time by role; what hides one construct hides all that its role does."""
    person = pl.when(pl.col("role").is_in([str(role) for role in several])).then(pl.col("person").replace("", None))
    rows = coded.masks.select(
        "session",
        "onset_s",
        "offset_s",
        kind=pl.lit(str(WindowKind.UNCODABLE)),
        actor=pl.coalesce(person, "role"),
        reason=pl.lit("uncodable by the codebook"),
    )
    return pl.concat([pl.DataFrame(schema=WINDOW_SCHEMA), rows.select(pl.all())], how="diagonal_relaxed").select(
        WINDOW_SCHEMA.keys()
    )


def _quality(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Leave out what is unmapped: raw codes are compared whether or not they mean anything."""
    return tuple(one for one in problems if one.kind not in (ProblemKind.UNMAPPED_CODE, ProblemKind.IDLE_PATTERN))
