"""Kappa against scikit-learn, quasi-independence against a Poisson regression, intervals against simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from bowlby.measures.independence import expected_counts
from bowlby.reliability.kappa import (
    block_length,
    kappa_of_table,
    kappas,
    time_unit_kappa,
    time_unit_tables,
)


def labels_of(table: np.ndarray) -> tuple[list[int], list[int]]:
    cells = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(int(count))]
    return [i for i, _ in cells], [j for _, j in cells]


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_kappa_equals_scikit_learn(rows: list[list[int]]):
    table = np.array(rows)
    mine = float(kappas(table))
    a, b = labels_of(table)
    if len(set(a) | set(b)) < 2:
        assert np.isnan(mine)
    else:
        assert mine == pytest.approx(cohen_kappa_score(a, b), abs=1e-9)


def test_kappa_of_a_table_worked_by_hand():
    # p_o = (20 + 15) / 50 = .7; p_e = (25 * 30 + 25 * 20) / 2500 = .5; kappa = .2 / .5
    found = kappa_of_table([[20, 5], [10, 15]])
    assert found.estimate == pytest.approx(0.4)
    assert found.low is not None and found.high is not None
    assert found.low < 0.4 < found.high


def test_quasi_independence_equals_poisson_regression():
    sm = pytest.importorskip("statsmodels.api")
    table = np.array([[0, 12, 7, 3], [9, 0, 4, 11], [5, 8, 0, 2], [6, 1, 13, 0]])
    possible = ~np.eye(4, dtype=bool)
    i, j = np.nonzero(possible)
    design = np.column_stack([np.ones(12), *[(i == k) for k in (1, 2, 3)], *[(j == k) for k in (1, 2, 3)]]).astype(
        float
    )
    fitted = sm.GLM(table[possible], design, family=sm.families.Poisson()).fit(tol=1e-12).fittedvalues
    assert expected_counts(table, possible)[possible] == pytest.approx(fitted, abs=1e-6)


def test_quasi_independence_keeps_margins_and_refuses_counts_in_zeros():
    table = np.array([[0, 3, 5], [2, 0, 6], [1, 4, 0]])
    fit = expected_counts(table, ~np.eye(3, dtype=bool))
    assert fit.sum(0) == pytest.approx(table.sum(0))
    assert fit.sum(1) == pytest.approx(table.sum(1))
    with pytest.raises(ValueError, match="structural zero"):
        expected_counts([[1, 0], [0, 0]], [[False, True], [True, True]])


def test_one_code_leaves_kappa_undefined():
    found = kappa_of_table([[7, 0], [0, 0]])
    assert found.estimate is None and found.low is None
    assert "0/0" in found.reason


def test_perfect_agreement_is_not_certain():
    few, many = kappa_of_table([[4, 0], [0, 4]]), kappa_of_table([[400, 0], [0, 400]])
    assert few.estimate == many.estimate == 1.0
    assert few.low is not None and many.low is not None
    assert few.low < 0.4 < 0.98 < many.low


def test_tolerance_forgives_a_late_coder_but_not_over_a_gap():
    a = np.array([0, 0, 1, 1, 0, 0], dtype=np.int64)
    b = np.array([0, 0, 0, 1, 1, 0], dtype=np.int64)
    one_span, two_spans = np.zeros(6, dtype=np.int64), np.array([0, 0, 0, 1, 1, 1])
    exact = time_unit_tables(a, b, 2, 0, one_span)
    near = time_unit_tables(a, b, 2, 1, one_span)
    assert np.bincount(exact[0], minlength=4).tolist() == [3, 1, 1, 1]
    assert np.bincount(near[0], minlength=4).tolist() == [4, 0, 0, 2]
    assert np.bincount(time_unit_tables(a, b, 2, 1, two_spans)[0], minlength=4).tolist() == [4, 0, 1, 1]
    exact_kappa = time_unit_kappa(exact, 2, 1).estimate
    assert exact_kappa == pytest.approx(cohen_kappa_score(a, b))
    assert time_unit_kappa(near, 2, 1).estimate == 1.0


def test_few_stretches_give_no_interval():
    a = np.repeat([0, 1, 0], 40)
    found = time_unit_kappa(time_unit_tables(a, np.roll(a, 3), 2, 0, np.zeros(120, dtype=np.int64)), 2, 40)
    assert found.estimate is not None and found.low is None
    assert "stretches" in found.reason


def test_table_interval_covers():
    # 300 tables of 80 units. True coverage 93 % or more: 270 or fewer hits come with probability < .03 %
    rng = np.random.default_rng(5)
    truth = np.array([[0.45, 0.05, 0.02], [0.06, 0.22, 0.03], [0.02, 0.05, 0.10]])
    kappa = float(kappas(truth))
    found = [kappa_of_table(rng.multinomial(80, truth.ravel()).reshape(3, 3), seed=i) for i in range(300)]
    hits = sum(f.low <= kappa <= f.high for f in found if f.low is not None and f.high is not None)
    assert hits > 266


def simulated_coders(rng: np.random.Generator, units: int) -> tuple[np.ndarray, np.ndarray]:
    """Two coders of a three-state stream with runs of 10 units; errors come in runs of 5."""
    stream = np.repeat(rng.integers(3, size=units // 10), 10)
    wrong = np.repeat(rng.random(units // 5) < 0.15, 5)
    other = np.repeat(rng.integers(3, size=units // 5), 5)
    return stream, np.where(wrong, other, stream)


def test_time_unit_interval_covers_where_units_depend_on_each_other():
    # 120 sessions of 15 minutes. At a true coverage of 91 % or more, 97 or fewer hits come with probability < .1 %.
    # Resampling single units covers about 60 %: of 20, 19 or more hits come with probability < .1 %
    rng = np.random.default_rng(11)
    truth = cohen_kappa_score(*simulated_coders(rng, 600_000))
    hits = {"blocks": 0, "units": 0}
    for index in range(120):
        a, b = simulated_coders(rng, 900)
        cells = time_unit_tables(a, b, 3, 0, np.zeros(900, dtype=np.int64))
        for name, block in [("blocks", block_length(a, b)), *([("units", 1)] if index < 20 else [])]:
            found = time_unit_kappa(cells, 3, block, seed=index)
            assert found.low is not None and found.high is not None
            hits[name] += found.low <= truth <= found.high
    assert hits["blocks"] > 97, hits
    assert hits["units"] < 19, hits
