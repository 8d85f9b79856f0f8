"""Gamma against figures that another implementation publishes for its own sample files, and against brute force."""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowlby.errors import ParameterError
from bowlby.reliability.alignment import Events
from bowlby.reliability.gamma import ABSENT, Weighting, best_alignment, dissimilarity, gamma

RELIABILITY = Path(__file__).parents[3] / "shared" / "data" / "records" / "reliability"


def units(rows: list[tuple[float, float, str]]) -> Events:
    rows = sorted(rows)
    return Events(
        tuple(code for *_, code in rows),
        np.array([start for start, *_ in rows], dtype=float),
        np.array([end for _, end, _ in rows], dtype=float),
    )


def sample(name: str) -> list[Events]:
    path = RELIABILITY / name
    if not path.exists():
        pytest.skip(f"the public sample files are not here: {path.name}")
    coders: dict[str, list[tuple[float, float, str]]] = {}
    with path.open(newline="") as handle:
        for who, code, start, end in csv.reader(handle):
            coders.setdefault(who, []).append((float(start), float(end), code))
    return [units(rows) for rows in coders.values()]


def test_three_annotators_of_a_short_continuum():
    # The tests of pygamma-agreement give disorder .96, six unitary alignments, gamma .44 to .47 (weights 3 and 1)
    found = gamma(sample("pygamma_AlexPaulSuzan.csv"), Weighting(place=3, category=1), seed=4)
    assert found.disorder == pytest.approx(0.96, abs=0.01)
    assert len(found.groups) == 6
    assert found.estimate is not None and 0.42 <= found.estimate <= 0.49


def test_three_annotators_of_a_hundred_units():
    # The same source: 127 unitary alignments, gamma .79 to .81
    found = gamma(sample("pygamma_3by100.csv"), Weighting(place=3, category=1), seed=4)
    assert len(found.groups) == 127
    assert found.estimate is not None and 0.78 <= found.estimate <= 0.82
    assert found.low is not None and found.high is not None and found.low < found.estimate < found.high


few_units = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 6), st.sampled_from("xy")).map(lambda u: (u[0], u[0] + u[1], u[2])),
    min_size=1,
    max_size=3,
)


def cheapest(coders: list[Events], weighting: Weighting) -> float:
    """The least total cost over all partitions, by trying every one."""
    k = len(coders)
    unlike = {(p, q): dissimilarity(coders[p], coders[q], weighting) for p in range(k) for q in range(p + 1, k)}

    def cost(group: tuple[int, ...]) -> float:
        pairs = [
            1.0 if ABSENT in (group[p], group[q]) else float(unlike[p, q][group[p], group[q]])
            for p in range(k)
            for q in range(p + 1, k)
        ]
        return sum(pairs) / len(pairs)

    def best(left: tuple[frozenset[int], ...]) -> float:
        first = next((coder for coder in range(k) if left[coder]), None)
        if first is None:
            return 0.0
        unit = min(left[first])
        choices = [[ABSENT]] * first + [[unit]] + [[ABSENT, *left[c]] for c in range(first + 1, k)]
        return min(cost(group) + best(tuple(left[c] - {group[c]} for c in range(k))) for group in product(*choices))

    return best(tuple(frozenset(range(len(events))) for events in coders))


@given(st.lists(few_units, min_size=2, max_size=3))
@settings(max_examples=60, deadline=None)
def test_no_partition_is_cheaper(rows: list[list[tuple[float, float, str]]]):
    coders = [units(own) for own in rows]
    groups, costs = best_alignment(coders, Weighting())
    assert costs.sum() == pytest.approx(cheapest(coders, Weighting()), abs=1e-6)
    for coder, events in enumerate(coders):
        assert sorted(group[coder] for group in groups if group[coder] != ABSENT) == list(range(len(events)))


def test_identical_coders_reach_one_and_unrelated_ones_about_zero():
    rng = np.random.default_rng(8)

    def coder() -> Events:
        start = np.sort(rng.uniform(0, 600, size=60))
        return Events(tuple(rng.choice(list("xyz"), size=60)), start, start + rng.uniform(1, 8, size=60))

    one = coder()
    assert gamma([one, one]).estimate == pytest.approx(1.0)
    # 20 unrelated pairs: the mean's standard error is about .01, so |mean| > .05 comes less than once in 10,000 runs
    unrelated = [gamma([coder(), coder()], seed=i).estimate for i in range(20)]
    assert abs(np.mean([value for value in unrelated if value is not None])) < 0.05


def test_points_are_refused_and_an_empty_coder_has_no_gamma():
    with pytest.raises(ParameterError, match="last"):
        gamma([units([(1, 1, "x")]), units([(1, 2, "x")])])
    with pytest.raises(ParameterError, match="two or more"):
        gamma([units([(1, 2, "x")])])
    assert gamma([units([]), units([(1, 2, "x")])]).estimate is None
