"""What is withheld cannot be worked out from what is shown, by a reader who tries every table that there could be."""

from __future__ import annotations

from collections.abc import Mapping, Set

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowlby.laboratory.suppression import Group, groups_of, withheld


def holds(group: Group, cell: Group) -> bool:
    return all(level in (None, own) for level, own in zip(group, cell, strict=True))


def size(group: Group, counts: Mapping[Group, int]) -> int:
    return sum(n for cell, n in counts.items() if holds(group, cell))


def possible(counts: Mapping[Group, int], hidden: Set[Group], most: int) -> list[dict[Group, int]]:
    """Return every table with the same published numbers, cells from 1 to `most`: what a patient reader finds."""
    cells = list(counts)
    ranges = [range(1, most + 1) if cell in hidden else [counts[cell]] for cell in cells]
    tried = np.array(np.meshgrid(*ranges, indexing="ij")).reshape(len(cells), -1)
    for group in groups_of(cells):
        if group not in hidden:
            inside = np.array([holds(group, cell) for cell in cells])
            tried = tried[:, tried[inside].sum(axis=0) == size(group, counts)]
    return [dict(zip(cells, map(int, one), strict=True)) for one in tried.T]


def complaints(counts: Mapping[Group, int], hidden: Set[Group], smallest: int) -> list[str]:
    """Return a line for each group that a reader of the published numbers can tell, or tell to be small."""
    told: list[str] = []
    tables = possible(counts, hidden, max(counts.values()) + smallest + 1)
    for group in groups_of(list(counts)):
        found = {size(group, table) for table in tables}
        if group not in hidden and size(group, counts) < smallest:
            told.append(f"{group} is shown and small")
        if group in hidden and (len(found) < 2 or max(found) < smallest):
            told.append(f"{group} can only be {sorted(found)}")
    return told


def table(rows: list[list[int]]) -> dict[Group, int]:
    return {(f"r{i}", f"c{j}"): n for i, row in enumerate(rows) for j, n in enumerate(row) if n}


ONE_WAY = st.lists(st.integers(1, 9), min_size=1, max_size=5).map(lambda ns: {(f"g{k}",): n for k, n in enumerate(ns)})
ROWS = st.sampled_from([(2, 2), (2, 3), (3, 2)]).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 7), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)
TWO_WAY = ROWS.map(table).filter(bool)


@settings(max_examples=25, deadline=None)
@given(counts=st.one_of(ONE_WAY, TWO_WAY), smallest=st.integers(2, 5))
def test_no_count_that_is_withheld_can_be_derived_from_those_that_are_shown(counts, smallest):
    assert complaints(counts, withheld(counts, smallest), smallest) == []


@pytest.mark.parametrize(
    "counts",
    [
        {("a",): 3, ("b",): 10, ("c",): 12},
        {("a",): 1, ("b",): 1, ("c",): 20},
        {("a",): 2, ("b",): 2, ("c",): 2, ("d",): 9},
        table([[3, 10], [12, 9]]),
        table([[3, 10, 8], [12, 9, 7], [6, 6, 2]]),
        table([[1, 0], [0, 9]]),
    ],
)
def test_hiding_the_small_cells_alone_would_give_them_away(counts):
    """What the test above rests on: the reader that it asks does find what is not protected."""
    small = {group for group in groups_of(list(counts)) if size(group, counts) < 5}
    assert complaints(counts, small, 5) != []
    assert complaints(counts, withheld(counts, 5), 5) == []


def test_nothing_is_withheld_where_nothing_is_small_or_nothing_is_asked():
    assert withheld(table([[5, 6], [7, 8]]), 5) == frozenset()
    assert withheld(table([[1, 2], [3, 4]]), 1) == frozenset()


def test_one_small_cell_of_a_large_table_costs_three_others_and_no_total():
    counts = table([[3, 10, 11], [12, 9, 13], [20, 18, 17]])
    hidden = withheld(counts, 5)
    assert ("r0", "c0") in hidden and len(hidden) == 4
    assert not any(None in group for group in hidden)


def test_a_group_with_one_cell_hides_its_total_with_it():
    hidden = withheld({("a", "x"): 2, ("b", "x"): 9, ("b", "y"): 9, ("c", "x"): 8, ("c", "y"): 7}, 5)
    assert {("a", "x"), ("a", None)} <= hidden and (None, None) not in hidden


def test_what_is_hidden_elsewhere_is_hidden_here_and_empty_cells_are_not():
    counts: dict[Group, int] = {("a",): 8, ("b",): 9, ("c",): 0}
    assert withheld(counts, 5, also={("a",), ("b",)}, known={("c",): 6, (None,): 23}) == {("a",), ("b",)}
    assert withheld(counts, 5) == frozenset()


@settings(max_examples=30, deadline=None)
@given(data=st.data(), counts=st.one_of(ONE_WAY, TWO_WAY), smallest=st.integers(2, 5))
def test_a_measure_of_some_of_the_children_gives_no_group_away_either(data, counts, smallest):
    """Counts of those assessed, shown beside the counts of all: hidden there is hidden here."""
    hidden = withheld(counts, smallest)
    some = {cell: data.draw(st.integers(0, n), label=str(cell)) for cell, n in counts.items()}
    shown = {group: size(group, counts) for group in groups_of(list(counts)) if group not in hidden}
    found = withheld(some, smallest, also=hidden, known=shown)
    assert hidden <= found
    assert [g for g in groups_of(list(counts)) if g not in found and 0 < size(g, some) < smallest] == []


def test_three_columns_are_refused():
    with pytest.raises(ValueError, match="at most two"):
        withheld({("a", "b", "c"): 9}, 5)


def test_few_groups_are_hidden_for_the_sake_of_others():
    """Forty tables with 85 small cells: two and a half groups withheld a small cell, or fewer; totals nearly never."""
    rng = np.random.default_rng(5)
    hidden: list[Group] = []
    small = 0
    for _ in range(40):
        shape = rng.integers(2, 7), rng.integers(2, 5)
        counts = table([[int(rng.poisson(rng.choice([5, 9, 14]))) for _ in range(shape[1])] for _ in range(shape[0])])
        hidden += withheld(counts, 5)
        small += sum(n < 5 for n in counts.values())
    assert small == 85 and len(hidden) <= 2.5 * small
    assert sum(None in group for group in hidden) <= 4
