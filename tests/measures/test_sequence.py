"""Lag-sequential figures against scipy and statsmodels to 6 digits, and their behaviour under independence."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bowlby.errors import ParameterError
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.sequence import (
    CUE_ANSWER,
    DEFINITIONS,
    ORDER,
    LagTable,
    acts_in_order,
    adjusted_residuals,
    collapsed,
    cramers_v,
    lag_table,
    measures_of,
    q_interval,
    transitions,
    window_table,
    yules_q,
)
from bowlby.measures.value import Measure, MeasureStatus

TABLE = np.array([[11.0, 29, 8, 4], [23, 2, 19, 7], [9, 14, 3, 16], [6, 5, 20, 1]])
FULL = LagTable(("a", "b", "c", "d"), TABLE, np.ones((4, 4), dtype=bool))
ZEROED = LagTable(("a", "b", "c", "d"), TABLE * (1 - np.eye(4)), ~np.eye(4, dtype=bool))


def test_chi_squares_equal_scipy():
    from scipy.stats import chi2_contingency

    pearson = chi2_contingency(TABLE, correction=False)
    likelihood = chi2_contingency(TABLE, correction=False, lambda_="log-likelihood")
    assert FULL.chi_square == pytest.approx(pearson.statistic, abs=1e-6)
    assert FULL.g_square == pytest.approx(likelihood.statistic, abs=1e-6)
    assert FULL.degrees_of_freedom == pearson.dof
    assert FULL.p_value() == pytest.approx(likelihood.pvalue, abs=1e-12)


def test_adjusted_residuals_equal_statsmodels():
    from statsmodels.stats.contingency_tables import Table

    assert adjusted_residuals(FULL) == pytest.approx(Table(TABLE).standardized_resids, abs=1e-6)


def test_structural_zeros_equal_the_log_linear_model():
    import statsmodels.api as sm

    i, j = np.nonzero(ZEROED.possible)
    design = np.column_stack([np.ones(12), *[i == k for k in (1, 2, 3)], *[j == k for k in (1, 2, 3)]]).astype(float)
    fit = sm.GLM(ZEROED.observed[i, j], design, family=sm.families.Poisson()).fit(tol=1e-13)
    influence = fit.get_influence(observed=False)
    residuals = fit.resid_pearson / np.sqrt(1 - influence.hat_matrix_diag)
    assert ZEROED.expected[i, j] == pytest.approx(np.asarray(fit.fittedvalues), abs=1e-6)
    assert adjusted_residuals(ZEROED)[i, j] == pytest.approx(np.asarray(residuals), abs=1e-6)
    assert ZEROED.chi_square == pytest.approx(fit.pearson_chi2, abs=1e-6)
    assert ZEROED.g_square == pytest.approx(fit.deviance, abs=1e-6)
    assert ZEROED.degrees_of_freedom == fit.df_resid == 5
    assert np.isnan(np.diag(adjusted_residuals(ZEROED))).all()


def test_yules_q_and_its_interval_equal_the_odds_ratios():
    from statsmodels.stats.contingency_tables import Table2x2

    cells = np.array([[21.0, 9], [14, 37]])
    odds = Table2x2(cells)
    low, high = odds.oddsratio_confint()
    assert float(yules_q(cells)) == pytest.approx((odds.oddsratio - 1) / (odds.oddsratio + 1), abs=1e-9)
    assert q_interval(cells) == pytest.approx(((low - 1) / (low + 1), (high - 1) / (high + 1)), abs=1e-6)
    assert q_interval(np.array([[0.0, 0], [3, 4]])) is None


def test_cramers_v_equals_scipy_without_the_correction_in_large_tables():
    from scipy.stats.contingency import association

    big = (TABLE * 1000).astype(int)
    assert float(cramers_v(big)) == pytest.approx(association(big, method="cramer"), abs=1e-4)


def test_counts_by_lag_and_nothing_across_stretches():
    sequences = [np.array([0, 1, 2, 0, 1]), np.array([2, 0])]
    assert lag_table(sequences, "abc").observed.tolist() == [[0, 2, 0], [0, 0, 1], [2, 0, 0]]
    assert lag_table(sequences, "abc", 2).observed.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert lag_table([np.array([0, 1, 0])], "ab", repeats=False).possible.tolist() == [[False, True], [True, False]]
    assert lag_table([np.array([0, 1, 0])], "ab", 2, repeats=False).possible.all()
    with pytest.raises(ParameterError, match="follows itself"):
        lag_table([np.array([0, 0])], "ab", repeats=False)
    with pytest.raises(ParameterError, match="lag"):
        lag_table(sequences, "abc", 0)


def test_time_windows_worked_by_hand():
    # 30 units; given at 5 and 20, windows of 3 s: units 5, 6, 7 and 20, 21, 22. Targets at 6.5, 21 and 28
    table = window_table([5.0, 20.0], [6.5, 21.0, 28.0], np.array([[0.0, 30.0]]), 3.0)
    assert table.observed.tolist() == [[2, 4], [1, 23]]
    masked = window_table([5.0, 20.0], [6.5, 21.0, 28.0], np.array([[0.0, 15.0], [21.0, 30.0]]), 3.0)
    assert masked.observed.tolist() == [[2, 3], [1, 18]]
    with pytest.raises(ParameterError):
        window_table([1.0], [2.0], np.array([[0.0, 30.0]]), 0.0)


def test_transition_graph():
    frame = transitions(ZEROED)
    assert len(frame) == 12
    edge = frame.row(by_predicate=(pl.col("given") == "a") & (pl.col("target") == "b"), named=True)
    assert edge["count"] == 29 and edge["probability"] == pytest.approx(29 / 41)
    assert edge["adjusted_residual"] == pytest.approx(adjusted_residuals(ZEROED)[0, 1])
    assert edge["yules_q"] == pytest.approx(float(yules_q(collapsed(ZEROED, 0, 1))))
    assert 0 < edge["p"] < 1


def test_false_alarms_of_residuals_and_chi_square():
    # 1,000 random sequences of 200 acts of 4 kinds; nominal 5 %. At a true rate of 5 %, counts outside 3-7 % come with
    # probability < .5 % (binomial sd .7 %)
    rng = np.random.default_rng(6)
    tables = [lag_table([rng.choice(4, p=[0.4, 0.3, 0.2, 0.1], size=200)], "abcd") for _ in range(1000)]
    residual = np.mean([abs(adjusted_residuals(table)[0, 1]) > 1.959964 for table in tables])
    whole = np.mean([(table.p_value() or 1.0) < 0.05 for table in tables])
    assert 0.03 < residual < 0.07
    assert 0.03 < whole < 0.07


def measured(coded, seed: int = 0) -> dict[str, Measure]:
    return {own.name: own for own in measures_of(coded, EpisodeRule(), "s", seed)}


def test_acts_in_order(make_coded):
    acts = [("voice", 3.0, None), (("voice", "answer"), 2.0, 4.0), ("cue.bid", 1.0, None), ("separation", 0.0, 9.0)]
    sequences, names = acts_in_order(make_coded(acts, observed=[(0.0, 2.5), (2.8, 9.0)]), "s")
    assert [[names[i] for i in part] for part in sequences] == [
        ["child:cue.bid", "caregiver:answer+voice"],
        ["caregiver:voice"],
    ]


def test_answering_caregiver_and_random_order(make_coded):
    rng = np.random.default_rng(1)
    answered: list[tuple[object, ...]] = []
    for time in np.arange(5.0, 595.0, 10.0):
        answered += [("cue.bid", time, None), (str(rng.choice(["answer", "answer", "answer", "look"])), time + 1, None)]
    found = measured(make_coded(answered))
    for name in (ORDER, CUE_ANSWER):
        own = found[name]
        assert own.low is not None and own.estimate is not None and own.high is not None and own.baseline is not None
        assert own.low <= own.estimate <= own.high
        assert own.low > own.baseline
    order = rng.permutation(len(answered))
    shuffled = [(answered[i][0], 2.0 * place, None) for place, i in enumerate(order)]
    chance = measured(make_coded(shuffled))[CUE_ANSWER]
    assert chance.low is not None and chance.high is not None and chance.low < 0 < chance.high
    assert measured(make_coded(shuffled), seed=3) == measured(make_coded(shuffled), seed=3)


def test_too_little_and_not_codable(make_coded):
    assert measured(make_coded([]))[ORDER].status is MeasureStatus.TOO_FEW
    many = [("voice", float(i), None) for i in range(40)]
    found = measured(make_coded(many, codable=["voice"]))
    assert found[CUE_ANSWER].status is MeasureStatus.NOT_ASSESSABLE
    assert found[ORDER].status is MeasureStatus.TOO_FEW
    assert set(found) == set(DEFINITIONS)
