"""Intraclass correlations against Shrout & Fleiss (1979), statsmodels and simulation."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.errors import ParameterError
from bowlby.measures.value import Measure
from bowlby.reliability.icc import IccForm, icc, icc_of_measures, mean_squares

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])


@pytest.mark.parametrize(
    ("form", "estimate", "low", "high"),
    [
        (IccForm.RANDOM_SINGLE, 0.29, 0.019, 0.761),
        (IccForm.FIXED_SINGLE, 0.71, 0.342, 0.946),
        (IccForm.RANDOM_MEAN, 0.62, 0.071, 0.927),
    ],
)
def test_table_2_of_shrout_and_fleiss(form: IccForm, estimate: float, low: float, high: float):
    found = icc(SHROUT_FLEISS, form)
    assert found.estimate == pytest.approx(estimate, abs=5e-3)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


def test_mean_squares_equal_statsmodels():
    import pandas as pd
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    n, k = SHROUT_FLEISS.shape
    data = pd.DataFrame(
        {"y": SHROUT_FLEISS.ravel().astype(float), "t": np.repeat(np.arange(n), k), "c": np.tile(np.arange(k), n)}
    )
    table = anova_lm(ols("y ~ C(t) + C(c)", data).fit())
    found = mean_squares(SHROUT_FLEISS)
    assert [found.targets, found.coders, found.error] == pytest.approx(table["mean_sq"].to_list(), abs=1e-6)


def test_intervals_cover():
    # 400 studies of 15 sessions and 3 coders; ICC(2,1) = 4 / (4 + 1 + 1). At 94 % coverage or more, 357 or fewer
    # hits come with probability < .1 %. Few coders make Satterthwaite's interval cautious, not short.
    rng = np.random.default_rng(3)
    truth = {IccForm.RANDOM_SINGLE: 4 / 6, IccForm.FIXED_SINGLE: 4 / 5, IccForm.RANDOM_MEAN: 4 / (4 + 2 / 3)}
    hits = dict.fromkeys(IccForm, 0)
    for _ in range(400):
        ratings = 2 * rng.normal(size=(15, 1)) + rng.normal(size=(1, 3)) + rng.normal(size=(15, 3))
        for form in IccForm:
            found = icc(ratings, form)
            assert found.low is not None and found.high is not None
            hits[form] += found.low <= truth[form] <= found.high
    assert min(hits.values()) > 357


def test_constant_measures_have_no_correlation_and_gaps_are_refused():
    assert icc(np.full((4, 2), 0.3)).estimate is None
    exact = icc([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]])
    assert exact.estimate == 1.0 and exact.low is None and exact.reason
    for ratings in ([[1.0, 2.0]], [[1.0], [2.0]], [[1.0, np.nan], [2.0, 3.0]]):
        with pytest.raises(ParameterError):
            icc(ratings)


def measure(session: str, estimate: float | None) -> Measure:
    return Measure(session, "caregiver", "rate of voice", estimate, None, None, "1/min", 3)


def test_measures_of_two_coders_are_joined_by_session():
    coder_a = [measure("s1", 1.0), measure("s2", 3.0), measure("s3", 2.0), measure("s4", None), measure("s5", 9.0)]
    coder_b = [measure("s3", 2.5), measure("s1", 1.5), measure("s2", 2.0), measure("s4", 4.0)]
    single, fixed, _ = icc_of_measures([coder_a, coder_b])["caregiver", "rate of voice"]
    assert single.n == 3
    assert fixed.estimate == icc([[1.0, 1.5], [3.0, 2.0], [2.0, 2.5]], IccForm.FIXED_SINGLE).estimate
    alone = icc_of_measures([coder_a[:1], coder_b])["caregiver", "rate of voice"]
    assert alone[0].estimate is None and "two sessions" in alone[0].reason
