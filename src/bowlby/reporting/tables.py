"""Windows, quality and provenance as tables for the page."""

from __future__ import annotations

from collections.abc import Sequence

from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import VOCABULARY, Construct, Role
from bowlby.records.unconfirmed_windows import unconfirmed
from bowlby.reporting.figure import Table
from bowlby.reporting.numbers import NOTHING, in_thousands, length_of_time, percent
from bowlby.reporting.words import label


def observed_table(coded: CodedRecord) -> Table:
    """Return gross and codable time of every session.

    Codable here is the time in which every codable construct of that person could be coded.

    Args:
        coded: a coded record.

    Returns:
        One row a session.
    """
    rows: list[tuple[str, ...]] = []
    for session in coded.sessions:
        gross = intervals.duration(coded.observed(session))
        events = coded.record.events.filter(coded.record.events["session"] == session).height
        parts = [_codable_of_role(coded, session, role, gross) for role in (Role.CHILD, Role.CAREGIVER)]
        source = _source(coded, session)
        rows.append((session, in_thousands(gross, 1), length_of_time(gross), source, *parts, in_thousands(events)))
    head = ("session", "observed, s", "that is", "known from", "codable: child", "codable: caregiver", "events")
    return Table("Observed and codable time of each session.", head, tuple(rows), (1, 2, 4, 5, 6))


def _source(coded: CodedRecord, session: str) -> str:
    """Return what says when a session was observed, and in how many windows."""
    windows, source = len(coded.observed(session)), str(coded.record.observed_from(session))
    doubt = "" if unconfirmed(coded, session) is None else ", doubted"
    return f"{source} ({windows} windows){doubt}" if windows > 1 else f"{source}{doubt}"


def _codable_of_role(coded: CodedRecord, session: str, role: Role, gross: float) -> str:
    own = [construct for r, construct in coded.codable if r is role and construct is not Construct.UNCODABLE]
    if not own or gross == 0:
        return NOTHING
    seconds = intervals.duration(coded.codable_time(session, role, *own))
    return f"{in_thousands(seconds, 1)} s ({percent(seconds / gross)})"


def codable_tables(coded: CodedRecord) -> tuple[Table, ...]:
    """Return what the coding scheme could have caught with its codable time, and what it could not.

    Args:
        coded: a coded record.

    Returns:
        A table of codable constructs where there are any, and one of those that are not assessable.
    """
    pairs = [pair for pair in VOCABULARY if pair[1] is not Construct.UNCODABLE]
    seen = tuple(_codable_row(coded, role, c) for role, c in pairs if (role, c) in coded.codable)
    unseen = tuple(
        (
            str(role),
            ", ".join(
                label(role, c).removeprefix(f"{role}, ") for r, c in pairs if r is role and (r, c) not in coded.codable
            ),
        )
        for role in Role
    )
    unseen = tuple(row for row in unseen if row[1])
    tables: list[Table] = []
    if seen:
        head = ("codable", "key", "codable time", "share of observed", "acts")
        tables.append(Table("What the coders looked for.", head, seen, (2, 3, 4)))
    if unseen:
        caption = "Not coded, hence not assessable anywhere in this report: not zero, not small, unknown."
        tables.append(Table(caption, ("whose", "not assessable"), unseen))
    return tuple(tables)


def _codable_row(coded: CodedRecord, role: Role, construct: Construct) -> tuple[str, ...]:
    gross = sum(intervals.duration(coded.observed(session)) for session in coded.sessions)
    seconds = sum(intervals.duration(coded.codable_time(s, role, construct)) for s in coded.sessions)
    acts = sum(coded.of(session, role, [construct]).height for session in coded.sessions)
    share = percent(seconds / gross) if gross else NOTHING
    return (label(role, construct), str(construct), length_of_time(seconds), share, in_thousands(acts))


def quality_table(coded: CodedRecord) -> Table | None:
    """Return the quality problems found while reading, or None where there was none.

    Args:
        coded: a coded record.

    Returns:
        One row a problem with its count and examples.
    """
    rows = tuple((str(p.kind), in_thousands(p.count), "; ".join(p.examples)) for p in coded.record.quality)
    if not rows:
        return None
    return Table(
        "Problems found while reading; nothing was dropped in silence.", ("problem", "count", "examples"), rows, (1,)
    )


def unmapped_table(coded: CodedRecord) -> Table | None:
    """Return the codes that no entry of the codebook speaks of, or None where there is none.

    Args:
        coded: a coded record.

    Returns:
        One row a code.
    """
    rows = tuple((u.code, u.channel or NOTHING, u.actor or NOTHING, str(u.count)) for u in coded.unmapped)
    if not rows:
        return None
    return Table(
        "Codes in the file that the codebook does not mention.", ("code", "channel", "actor", "events"), rows, (3,)
    )


def provenance_table(coded: CodedRecord, settings: Sequence[tuple[str, str]]) -> Table:
    """Return where the record comes from and with which settings it was measured.

    Args:
        coded: a coded record.
        settings: further (name, value) rows.

    Returns:
        One row a fact.
    """
    rows: list[tuple[str, str]] = []
    for entry in coded.record.provenance:
        rows += [
            ("file", entry.file),
            ("SHA-256", entry.sha256),
            ("read as", entry.reader),
            ("read by", f"bowlby {entry.version}"),
        ]
    rows.append(("codebook", coded.codebook))
    return Table("File, reader, codebook and settings.", ("what", "value"), (*rows, *settings))
