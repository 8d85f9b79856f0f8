"""Which column of a table without a header holds what, from its values alone: guesses for a person to check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from bowlby.records.label_words import words_of
from bowlby.records.role_words import roles_named

_LEAST_NUMERIC = 0.99
_LEAST_IN_ORDER = 0.9
_FEWEST_ROWS_TO_COUNT = 3
_NOTHING = ("nan", "na", "null", "none")


@dataclass(frozen=True)
class ContentColumn:
    """One column.

    Args:
        name: of the column.
        texts: its cells, "" where empty.
        numbers: the same as finite numbers, None where a cell is none.
    """

    name: str
    texts: Sequence[str]
    numbers: Sequence[float | None]

    @property
    def is_constant(self) -> bool:
        """Whether it holds one value throughout."""
        return len(set(self.texts)) <= 1

    @property
    def is_numeric(self) -> bool:
        """Whether nearly all cells that are filled are finite numbers."""
        filled = [number for text, number in zip(self.texts, self.numbers, strict=True) if text]
        return bool(filled) and sum(number is not None for number in filled) >= _LEAST_NUMERIC * len(filled)

    @property
    def counts_rows(self) -> bool:
        """Whether it numbers the rows."""
        pairs = [(a, b) for a, b in pairwise(self.numbers) if a is not None and b is not None]
        steps = {after - before for before, after in pairs}
        return len(self.texts) >= _FEWEST_ROWS_TO_COUNT and steps == {1.0}

    @property
    def names_persons(self) -> bool:
        """Whether every value names the child or a caregiver."""
        return all(roles_named(words_of(text)) for text in set(self.texts))

    @property
    def may_label(self) -> bool:
        """Whether its values can be labels: words, or a few whole numbers."""
        whole = all(number is None or number == int(number) for number in self.numbers)
        return not self.is_numeric or (whole and len(set(self.texts)) <= max(2, len(self.texts) // 2))

    @property
    def changes(self) -> int:
        """How often its value changes from row to row."""
        return sum(before != after for before, after in pairwise(self.texts))


def columns_by_content(frame: pl.DataFrame, number: Callable[[str], float | None]) -> dict[str, str]:
    """Return which column may hold the onset, offset or duration, code and actor.

    Args:
        frame: the rows looked at, columns of texts.
        number: a cell as a finite number, None where it is none.

    Returns:
        Layout key to column; a key that nothing speaks for is left out.
    """
    columns = [_column(frame[name], number) for name in frame.columns]
    groups = [column for column in columns if not column.is_numeric and not column.is_constant]
    times = [column for column in columns if column.is_numeric and not column.counts_rows]
    times = [column for column in times if not column.is_constant or len(column.texts) == 1]
    found = _times(times, groups)
    rest = [column for column in columns if column.name not in found.values() and not column.counts_rows]
    return found | _labels(rest)


def _column(series: pl.Series, number: Callable[[str], float | None]) -> ContentColumn:
    texts = [(text or "").strip() for text in series.cast(pl.String).to_list()]
    texts = ["" if text.lower() in _NOTHING else text for text in texts]
    return ContentColumn(series.name, texts, [number(text) if text else None for text in texts])


def _times(columns: Sequence[ContentColumn], groups: Sequence[ContentColumn]) -> dict[str, str]:
    """The onset goes up; an offset is never before it, and a span rarely runs into the next of its group."""
    timed = [column for column in columns if len(_filled(column)) >= _LEAST_NUMERIC * len(column.texts)]
    whole = [column for column in timed if _ordered(column, [_filled(column)]) >= _LEAST_IN_ORDER]
    onsets = whole or [column for column in timed if _order(column, groups) >= _LEAST_IN_ORDER]
    spans = [(onset, other) for onset in onsets for other in columns if other is not onset]
    ends = [(onset, end, _apart(onset, end.numbers, groups)) for onset, end in spans if _never_before(onset, end)]
    if ends:
        onset, end, _ = max(ends, key=lambda found: found[2])
        return {"onset": onset.name, "offset": end.name}
    if not onsets:
        return {}
    found = {"onset": onsets[0].name}
    lengths = [(other, _apart(onset, _added(onset, other), groups)) for onset, other in spans if onset is onsets[0]]
    lengths = [(other, apart) for other, apart in lengths if _is_length(other) and apart >= _LEAST_IN_ORDER]
    if lengths:
        found["duration"] = max(lengths, key=lambda pair: pair[1])[0].name
    return found


def _labels(rest: Sequence[ContentColumn]) -> dict[str, str]:
    """The code is what varies most; who acts is a column of words for persons, or one that comes in longer runs."""
    varying = [column for column in rest if not column.is_constant] or list(rest)
    persons = [column for column in varying if column.names_persons]
    others = [column for column in varying if column not in persons] or persons[:1]
    if not others:
        return {}
    actor = next((column for column in [*persons, *rest] if column.names_persons and column not in others), None)
    code = max(others, key=lambda column: (column.may_label, column.changes))
    found = {"code": code.name}
    runs = [one for one in others if one is not code and not one.is_numeric and one.changes < code.changes]
    if actor is not None:
        found["actor"] = actor.name
    elif runs:
        found["actor"] = runs[0].name
    return found


def _in_groups(column: ContentColumn, groups: Sequence[ContentColumn]) -> dict[tuple[str, ...], list[int]]:
    """Rows by what the columns of labels say; a column of its own label in every row parts nothing."""
    rows: dict[tuple[str, ...], list[int]] = {}
    parting = [group for group in groups if len(set(group.texts)) <= len(group.texts) // 2]
    for row, value in enumerate(column.numbers):
        if value is not None:
            rows.setdefault(tuple(group.texts[row] for group in parting), []).append(row)
    return rows


def _order(column: ContentColumn, groups: Sequence[ContentColumn]) -> float:
    """Share of steps that go up or stay, within whatever grouping keeps most of them in order."""
    return max((_ordered(column, list(_in_groups(column, [group]).values())) for group in groups), default=0.0)


def _ordered(column: ContentColumn, groups: Sequence[Sequence[int]]) -> float:
    steps = [(column.numbers[a] or 0.0) <= (column.numbers[b] or 0.0) for rows in groups for a, b in pairwise(rows)]
    return sum(steps) / len(steps) if steps else 1.0


def _filled(column: ContentColumn) -> list[int]:
    return [row for row, value in enumerate(column.numbers) if value is not None]


def _never_before(onset: ContentColumn, end: ContentColumn) -> bool:
    pairs = [(a, b) for a, b in zip(onset.numbers, end.numbers, strict=True) if a is not None and b is not None]
    return bool(pairs) and all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def _added(onset: ContentColumn, length: ContentColumn) -> list[float | None]:
    pairs = zip(onset.numbers, length.numbers, strict=True)
    return [None if a is None or b is None else a + b for a, b in pairs]


def _is_length(column: ContentColumn) -> bool:
    return all(value is None or value >= 0 for value in column.numbers)


def _apart(onset: ContentColumn, ends: Sequence[float | None], groups: Sequence[ContentColumn]) -> float:
    """Share of spans that end before the next of their group begins."""
    rows = [_filled(onset)] if not groups else list(_in_groups(onset, groups[:1]).values())
    pairs = [(ends[a], onset.numbers[b]) for group in rows for a, b in pairwise(group)]
    known = [(end, start) for end, start in pairs if end is not None and start is not None]
    return sum(end <= start for end, start in known) / len(known) if known else 1.0
