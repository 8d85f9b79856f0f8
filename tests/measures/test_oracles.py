"""Contingency and lag tables against statsmodels and against formulas written out anew."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bowlby.measures import contingency
from bowlby.measures.contingency import Contingency, held_variance, log_odds_ratio_held
from bowlby.measures.independence import expected_counts
from bowlby.measures.latency import CUE_CLASSES

TABLES = [(12, 8, 5, 45), (0, 9, 7, 30), (11, 0, 3, 25), (4, 4, 20, 20)]
"""Answered and not after a cue, answered and not without one."""


def measured(a: int, b: int, c: int, d: int) -> dict[str, contingency.Measure]:
    """Return the measures of a fourfold table whose windows all lie in one stretch of time: taken as independent."""
    blocks = np.zeros((20, 8))
    blocks[0] = [b, a, 0, 0, d, c, 0, 0]
    found = contingency._measures(Contingency(blocks.sum(0), blocks[:1] + 0.0, blocks, 5.0), "s", CUE_CLASSES[0])
    return {own.name.partition(":")[0]: own for own in found}


@pytest.mark.parametrize("cells", TABLES)
def test_delta_p_and_its_interval_equal_statsmodels(cells: tuple[int, int, int, int]):
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    a, b, c, d = cells
    found = measured(*cells)["delta P"]
    low, high = proportion.confint_proportions_2indep(a, a + b, c, c + d, method="newcomb", compare="diff")
    assert found.estimate == pytest.approx(a / (a + b) - c / (c + d))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize("cells", TABLES)
def test_odds_ratio_and_yules_q_by_hand(cells: tuple[int, int, int, int]):
    """Q = (ad - bc) / (ad + bc), one half added to each cell; at an empty cell one end of the interval is open."""
    a, b, c, d = (cell + 0.5 for cell in cells)
    found = measured(*cells)
    assert found["odds ratio"].estimate == pytest.approx(a * d / (b * c))
    assert found["Yule's Q"].estimate == pytest.approx((a * d - b * c) / (a * d + b * c))
    ratio, q = found["odds ratio"], found["Yule's Q"]
    assert (ratio.low == 0) == (cells[0] == 0) and (ratio.high is None) == (cells[1] == 0)
    if cells[1]:
        assert q.high == pytest.approx((ratio.high - 1) / (ratio.high + 1))


def test_the_interval_of_the_odds_ratio_is_near_woolfs_where_no_cell_is_small():
    """Woolf's log interval is the textbook's; joined score intervals come to it as counts grow."""
    a, b, c, d = 400, 600, 300, 900
    found = measured(a, b, c, d)["odds ratio"]
    half = 1.959964 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    middle = math.log(a * d / (b * c))
    assert (math.log(found.low), math.log(found.high)) == pytest.approx((middle - half, middle + half), abs=0.003)


def test_pooled_odds_ratio_and_its_variance_equal_statsmodels():
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    counts = np.array([20.0, 30.0, 8.0, 17.0, 50.0, 22.0, 19.0, 9.0])
    cells = counts.reshape(2, 2, 2) + 0.5
    strata = [np.array([[cells[0, i, 1], cells[0, i, 0]], [cells[1, i, 1], cells[1, i, 0]]]) for i in (0, 1)]
    pooled = tables.StratifiedTable(strata)
    assert float(log_odds_ratio_held(counts)) == pytest.approx(pooled.logodds_pooled)
    assert math.sqrt(held_variance(counts, log_odds_ratio_held)) == pytest.approx(pooled.logodds_pooled_se)


@pytest.mark.parametrize("seed", range(6))
def test_structural_zeros_equal_a_log_linear_fit(seed: int):
    """Quasi-independence is a Poisson regression on rows and columns over the possible cells (Goodman 1968)."""
    api = pytest.importorskip("statsmodels.api")
    generator = np.random.default_rng(seed)
    k = 4 + seed % 2
    possible = ~np.eye(k, dtype=bool)
    possible[0, k - 1] = seed % 3 > 0
    counts = generator.poisson(9, (k, k)) * possible
    row, column = np.nonzero(possible)
    design = np.column_stack([row[:, None] == np.arange(k), column[:, None] == np.arange(1, k)]).astype(float)
    fit = api.GLM(counts[possible], design, family=api.families.Poisson()).fit(tol=1e-12)
    assert expected_counts(counts, possible)[possible] == pytest.approx(fit.fittedvalues, rel=1e-6)
    assert expected_counts(counts, possible)[possible] == pytest.approx(_fitted_by_loops(counts, possible), rel=1e-6)


def _fitted_by_loops(counts: np.ndarray, possible: np.ndarray) -> list[float]:
    """Iterative proportional fitting, cell by cell."""
    k = len(counts)
    fit = [[1.0 if possible[i, j] else 0.0 for j in range(k)] for i in range(k)]
    for _ in range(2000):
        for i in range(k):
            scale = counts[i].sum() / sum(fit[i])
            fit[i] = [value * scale for value in fit[i]]
        for j in range(k):
            scale = counts[:, j].sum() / sum(fit[i][j] for i in range(k))
            for i in range(k):
                fit[i][j] *= scale
    return [fit[i][j] for i in range(k) for j in range(k) if possible[i, j]]
