"""Measures as tables: estimate with interval, what it rests on, what chance would give, and numbered reservations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bowlby.measures.unplaced_events import LOST
from bowlby.measures.value import Measure, MeasureStatus
from bowlby.reporting.figure import Table
from bowlby.reporting.grouping import RATES, name_of
from bowlby.reporting.numbers import NOTHING, in_thousands, interval, length_of_time, number

MEASURE_HEAD = ("measure", "estimate (95 % interval)", "unit", "by chance", "rests on")

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SECONDS = ("s", "codable s", "coded s")


@dataclass(frozen=True)
class MeasureRow:
    """One measure in words.

    Args:
        name: the measure.
        estimate: value with interval and the mark of its note, or None where there is none.
        unit: its unit.
        baseline: what chance would give, or a dash.
        rests_on: number of events or episodes and their denominator.
        status: why there is no number, where there is none.
    """

    name: str
    estimate: str | None
    unit: str
    baseline: str
    rests_on: str
    status: str


@dataclass(frozen=True)
class MeasureGroup:
    """Measures that belong together.

    Args:
        name: heading.
        rows: its measures.
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
        notes: reservations, in the order of their marks.
        numeric: positions of columns that are set flush right.
    """

    caption: str
    head: tuple[str, ...]
    groups: tuple[MeasureGroup, ...]
    notes: tuple[str, ...]
    numeric: tuple[int, ...] = (1, 3, 4)


class Notes:
    """Reservations numbered in order of first use, each told once."""

    def __init__(self) -> None:
        """Begin without a note."""
        self._texts: dict[str, int] = {}

    def mark(self, text: str) -> str:
        """Return the raised number of a note, with a thin space before it, or nothing for no note."""
        if not text:
            return ""
        place = self._texts.setdefault(text, len(self._texts) + 1)
        return f"\u2009{str(place).translate(_SUPERSCRIPTS)}"

    def told(self) -> tuple[str, ...]:
        """Return every note behind its raised number."""
        return tuple(f"{str(place).translate(_SUPERSCRIPTS)}\u2009{text}" for text, place in self._texts.items())


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
    """
    notes = Notes()
    shown: list[MeasureGroup] = []
    for name, measures in groups:
        wanted = [m for m in measures if with_missing or m.status is not MeasureStatus.NOT_ASSESSABLE or LOST in m.note]
        if wanted:
            shown.append(MeasureGroup(name, tuple(_row(measure, notes) for measure in wanted)))
    return GroupedTable(caption, MEASURE_HEAD, tuple(shown), notes.told())


def _row(measure: Measure, notes: Notes) -> MeasureRow:
    estimate, status = None, str(measure.status)
    if measure.estimate is not None:
        estimate = _estimate(measure) + notes.mark(measure.note)
    elif measure.note:
        status = f"{status}: {measure.note}"
    return MeasureRow(name_of(measure), estimate, measure.unit, number(measure.baseline), _rests_on(measure), status)


def _estimate(measure: Measure) -> str:
    if measure.status is MeasureStatus.LOWER_BOUND:
        return f"at least {interval(measure.estimate, measure.low, measure.high)}"
    return interval(measure.estimate, measure.low, measure.high)


def _rests_on(measure: Measure) -> str:
    count = in_thousands(measure.n)
    if measure.denominator is None:
        return count
    unit = measure.denominator_unit
    if unit in _SECONDS:
        return f"{count} in {length_of_time(measure.denominator)}"
    if measure.denominator == measure.n:
        return f"{count} {unit}".strip()
    return f"{count} of {number(measure.denominator)} {unit}".strip()


def acts_table(measures: Iterable[Measure]) -> Table | None:
    """Return how often each codable act was seen, for what share of the time and for how long, one row an act.

    Args:
        measures: measures of one session.

    Returns:
        The table, or None where no act was codable.
    """
    acts: dict[tuple[str, str, str], dict[str, Measure]] = {}
    for measure in measures:
        start, _, construct = measure.name.partition(": ")
        if start in RATES and (measure.status is not MeasureStatus.NOT_ASSESSABLE or LOST in measure.note):
            acts.setdefault((measure.actor, construct, measure.span), {})[start] = measure
    if not acts:
        return None
    notes = Notes()
    rows = tuple(_act_row(found, notes) for found in acts.values())
    head = ("act", "seen", "per codable hour (95 %)", "share of time (95 %)", "mean bout, s (95 %)")
    return Table("How often and for how long each act was seen.", head, rows, (1, 2, 3, 4), notes.told())


def _act_row(found: dict[str, Measure], notes: Notes) -> tuple[str, ...]:
    first = next(iter(found.values()))
    cells = [_act_cell(found.get(start), notes) for start in RATES]
    return (name_of(first), _rests_on(first), *cells)


def _act_cell(measure: Measure | None, notes: Notes) -> str:
    if measure is None:
        return NOTHING
    if measure.estimate is None:
        return f"{measure.status}{notes.mark(measure.note)}"
    return _estimate(measure) + notes.mark(measure.note)


def missing_table(groups: Iterable[tuple[str, Sequence[Measure]]]) -> Table | None:
    """Return what the coding scheme could not give, one row a heading; acts are left to the table of what was coded.

    Args:
        groups: (heading, measures).

    Returns:
        The table, or None where everything could be assessed.
    """
    rows: list[tuple[str, str]] = []
    for heading, measures in groups:
        absent = [
            measure
            for measure in measures
            if measure.status is MeasureStatus.NOT_ASSESSABLE and LOST not in measure.note
        ]
        if absent:
            rows.append((heading, "; ".join(dict.fromkeys(name_of(measure) for measure in absent))))
    if not rows:
        return None
    caption = "Not assessable: the coding scheme did not look for what these need."
    return Table(caption, ("what", "measures"), tuple(rows))
