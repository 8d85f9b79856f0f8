"""Measures, windows, quality and provenance as tables for the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bowlby.measures.value import Measure, Status
from bowlby.records import intervals
from bowlby.records.coded import CodedRecord
from bowlby.records.constructs import VOCABULARY, Construct, Role
from bowlby.report.figure import Table
from bowlby.report.grouping import RATES, name_of
from bowlby.report.numbers import NOTHING, interval, length_of_time, number, percent
from bowlby.report.words import label

MEASURE_HEAD = ("measure", "estimate (95 % interval)", "unit", "by chance", "rests on", "note")


@dataclass(frozen=True)
class MeasureRow:
    """One measure in words.

    Args:
        name: the measure.
        estimate: value with interval, or None where there is none.
        unit: its unit.
        baseline: what chance would give, or a dash.
        rests_on: number of events or episodes and their denominator.
        note: the reservation.
        status: why there is no number, where there is none.
        n: number of events.
    """

    name: str
    estimate: str | None
    unit: str
    baseline: str
    rests_on: str
    note: str
    status: str
    n: int


@dataclass(frozen=True)
class MeasureGroup:
    """Measures that belong together.

    Args:
        name: heading.
        rows: measures with a number, or with too few events for one.
    """

    name: str
    rows: tuple[MeasureRow, ...]


@dataclass(frozen=True)
class GroupedTable:
    """Measures of one session in groups.

    Args:
        caption: what they are.
        head: column titles.
        groups: groups that hold a row.
        numeric: positions of columns that are set flush right.
    """

    caption: str
    head: tuple[str, ...]
    groups: tuple[MeasureGroup, ...]
    numeric: tuple[int, ...] = (1, 3, 4)


def measure_table(
    caption: str, groups: Iterable[tuple[str, Sequence[Measure]]], *, with_missing: bool = False
) -> GroupedTable:
    """Return measures as a grouped table.

    Args:
        caption: what the table shows.
        groups: (heading, measures).
        with_missing: show what is not assessable as rows too, instead of leaving it to `missing_table`.

    Returns:
        The table; groups without a row are left out.

    Raises:
        Nothing.
    """
    shown = [
        MeasureGroup(
            name, tuple(measure_row(m) for m in measures if with_missing or m.status is not Status.NOT_ASSESSABLE)
        )
        for name, measures in groups
    ]
    return GroupedTable(caption, MEASURE_HEAD, tuple(group for group in shown if group.rows))


def measure_row(measure: Measure) -> MeasureRow:
    """Return one measure in words.

    Args:
        measure: the measure.

    Returns:
        Its row.

    Raises:
        Nothing.
    """
    estimate = None
    if measure.status is Status.ASSESSED:
        estimate = interval(measure.estimate, measure.low, measure.high)
    return MeasureRow(
        name=name_of(measure),
        estimate=estimate,
        unit=measure.unit,
        baseline=number(measure.baseline),
        rests_on=_rests_on(measure),
        note=measure.note,
        status=str(measure.status),
        n=measure.n,
    )


def _rests_on(measure: Measure) -> str:
    count = f"{measure.n:,}".replace(",", "\u202f")
    if measure.denominator is None:
        return count
    unit = measure.denominator_unit
    if unit in ("s", "codable s", "seconds"):
        return f"{count} in {length_of_time(measure.denominator)}"
    if measure.denominator == measure.n:
        return f"{count} {unit}".strip()
    return f"{count} of {number(measure.denominator)} {unit}".strip()


def missing_table(groups: Iterable[tuple[str, Sequence[Measure]]]) -> Table | None:
    """Return what the coding scheme could not give, one row a heading; acts are left to the table of what was coded.

    Args:
        groups: (heading, measures).

    Returns:
        The table, or None where everything could be assessed.

    Raises:
        Nothing.
    """
    rows: list[tuple[str, str]] = []
    for heading, measures in groups:
        lost = [m for m in measures if m.status is Status.NOT_ASSESSABLE and not m.name.startswith(RATES)]
        if lost:
            rows.append((heading, "; ".join(dict.fromkeys(name_of(measure) for measure in lost))))
    if not rows:
        return None
    return Table(
        "Not assessable: the coding scheme did not look for what these need.", ("what", "measures"), tuple(rows)
    )


def observed_table(coded: CodedRecord) -> Table:
    """Return gross and codable time of every session.

    Codable here is the time in which every codable construct of that person could be coded.

    Args:
        coded: a coded record.

    Returns:
        One row a session.

    Raises:
        Nothing.
    """
    rows: list[tuple[str, ...]] = []
    for session in coded.sessions:
        gross = intervals.duration(coded.observed(session))
        events = coded.record.events.filter(coded.record.events["session"] == session).height
        parts = [_codable_of_role(coded, session, role, gross) for role in (Role.CHILD, Role.CAREGIVER)]
        rows.append((session, f"{gross:,.1f}".replace(",", "\u202f"), length_of_time(gross), *parts, f"{events:,}"))
    head = ("session", "observed, s", "that is", "codable: child", "codable: caregiver", "events")
    return Table("Observed and codable time of each session.", head, tuple(rows), (1, 2, 3, 4, 5))


def _codable_of_role(coded: CodedRecord, session: str, role: Role, gross: float) -> str:
    own = [construct for r, construct in coded.codable if r is role and construct is not Construct.UNCODABLE]
    if not own or gross == 0:
        return NOTHING
    seconds = intervals.duration(coded.codable_time(session, role, *own))
    return f"{seconds:,.1f} s ({percent(seconds / gross)})".replace(",", "\u202f")


def codable_tables(coded: CodedRecord) -> tuple[Table, ...]:
    """Return what the coding scheme could have caught with its codable time, and what it could not.

    Args:
        coded: a coded record.

    Returns:
        A table of codable constructs where there are any, and one of those that are not assessable.

    Raises:
        Nothing.
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
    return (label(role, construct), str(construct), length_of_time(seconds), share, f"{acts:,}".replace(",", "\u202f"))


def quality_table(coded: CodedRecord) -> Table | None:
    """Return the quality problems found while reading, or None where there was none.

    Args:
        coded: a coded record.

    Returns:
        One row a problem with its count and examples.

    Raises:
        Nothing.
    """
    rows = tuple(
        (str(p.kind), f"{p.count:,}".replace(",", "\u202f"), "; ".join(p.examples)) for p in coded.record.quality
    )
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

    Raises:
        Nothing.
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

    Raises:
        Nothing.
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
