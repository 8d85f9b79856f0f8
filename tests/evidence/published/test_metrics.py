"""Weighted figures against NumPy, SciPy and scikit-learn on the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from bowlby.evidence.published import metrics

RNG = np.random.default_rng(3)
X = RNG.standard_normal(300)
Y = 0.5 * X + RNG.standard_normal(300)
Z = X + Y + RNG.standard_normal(300)
COUNTS = RNG.integers(0, 4, 300)
ONES = np.ones(300)


def repeated(values: np.ndarray) -> np.ndarray:
    return np.repeat(values, COUNTS)


def test_whole_weights_are_repetitions():
    w = COUNTS.astype(float)
    assert metrics.mean(X, w) == pytest.approx(repeated(X).mean())
    assert metrics.correlation(X, Y, w) == pytest.approx(np.corrcoef(repeated(X), repeated(Y))[0, 1])
    a, b = (np.digitize(v, [-0.5, 0.5]).astype(float) for v in (X, Y))
    assert metrics.kappa(a, b, w) == pytest.approx(cohen_kappa_score(repeated(a), repeated(b)))


def test_partial_correlation_is_that_of_residuals():
    left = [v - np.polyval(np.polyfit(Z, v, 1), Z) for v in (X, Y)]
    assert metrics.partial_correlation(X, Y, Z, ONES) == pytest.approx(np.corrcoef(*left)[0, 1])


def test_difference_is_cohens_d():
    first, second = X[:200] + 0.4, X[200:]
    pooled = np.sqrt((first.var() + second.var()) / 2)
    found = metrics.difference(first, second, (np.ones(200), np.ones(100)))
    assert found == pytest.approx((first.mean() - second.mean()) / pooled)


def test_what_is_unknown_is_left_out_and_what_does_not_vary_has_no_figure():
    gaps = np.where(np.arange(300) % 3 == 0, np.nan, X)
    assert metrics.mean(gaps, ONES) == pytest.approx(np.nanmean(gaps))
    use = np.isfinite(gaps)
    assert metrics.correlation(gaps, Y, ONES) == pytest.approx(np.corrcoef(X[use], Y[use])[0, 1])
    assert np.isnan(metrics.correlation(ONES, Y, ONES))
