"""Intervals over clusters against brute force, reference libraries and simulation."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.measures.clusters import (
    FEWEST_CLUSTERS,
    cluster_variance,
    clustered_share_interval,
    degrees_of_freedom,
    jackknife_error,
    jackknife_half_width,
    t_quantile,
)
from bowlby.measures.confidence import Z, share_interval


@pytest.mark.parametrize("freedom", [0.7, 1.0, 1.3, 2.0, 3.7, 9.0, 19.0, 100.5, 1e4])
def test_t_quantile_equals_scipy(freedom: float):
    special = pytest.importorskip("scipy.special")
    assert t_quantile(freedom) == pytest.approx(special.stdtrit(freedom, 0.975), rel=1e-8)


@pytest.mark.parametrize("sizes", [[5, 5, 5], [1, 2, 3], [40, 3, 3, 3, 3], [8, 30]])
def test_degrees_of_freedom_and_variance_equal_bell_and_mccaffreys_matrices(sizes: list[int]):
    """Written out as in Pustejovsky & Tipton (2018), for a regression on a constant with independent events."""
    n, group = sum(sizes), np.repeat(np.arange(len(sizes)), sizes)
    x = np.ones((n, 1))
    hat = x @ np.linalg.inv(x.T @ x) @ x.T
    rest = np.eye(n) - hat
    columns, residual = [], np.random.default_rng(3).normal(size=n)
    variance = 0.0
    for g in range(len(sizes)):
        own = np.flatnonzero(group == g)
        values, vectors = np.linalg.eigh(rest[np.ix_(own, own)])
        adjusted = vectors @ np.diag(np.where(values > 1e-12, values, np.inf) ** -0.5) @ vectors.T
        columns.append(rest[own].T @ adjusted @ x[own] / n)
        variance += ((x[own].T @ adjusted @ (rest @ residual)[own]).item() / n) ** 2
    p = np.hstack(columns)
    products = p.T @ p
    assert degrees_of_freedom(np.array(sizes, float)) == pytest.approx(np.trace(products) ** 2 / (products**2).sum())
    sums = np.array([(residual - residual.mean())[group == g].sum() / n for g in range(len(sizes))])
    assert cluster_variance(sums, np.array(sizes, float)) == pytest.approx(variance)


def test_one_cluster_has_no_degrees_of_freedom():
    assert degrees_of_freedom(np.array([4.0, 0.0])) == 0.0
    assert np.isnan(jackknife_half_width(np.ones((3, 1)), lambda s: s[..., 0], np.array([1.0, 0.0, 0.0])))


def test_jackknife_half_width_is_t_times_the_error():
    blocks = np.random.default_rng(2).normal(3, 1, (20, 1))
    half = jackknife_half_width(blocks, lambda sums: sums[..., 0])
    assert half == pytest.approx(2.093024 * jackknife_error(blocks, lambda sums: sums[..., 0]), rel=1e-6)


@pytest.mark.parametrize("clusters", [1, 2, 3, 5, 12])
def test_alike_clusters_are_never_narrower_than_wilson(clusters: int):
    n = np.full(clusters, 8.0)
    for hits in (0, 4, 8):
        low, high = clustered_share_interval(np.full(clusters, float(hits)), n)
        plain = share_interval(hits * clusters, 8 * clusters)
        assert low <= plain[0] + 1e-12 and high >= plain[1] - 1e-12


def coverage(interval, clusters: int, share: float, alikeness: float, draws: int) -> float:
    """Return how often an interval holds the share where clusters of about 20 draw their own shares from a beta."""
    generator = np.random.default_rng(11)
    own = np.full((draws, clusters), share)
    if alikeness:
        own = generator.beta(share * (1 / alikeness - 1), (1 - share) * (1 / alikeness - 1), own.shape)
    trials = np.maximum(generator.poisson(20, own.shape), 1)
    hits = generator.binomial(trials, own)
    ends = [interval(h.astype(float), n.astype(float)) for h, n in zip(hits, trials, strict=True)]
    return float(np.mean([low <= share <= high for low, high in ends]))


GRID = [(3, 0.5, 0.0), (3, 0.5, 0.2), (5, 0.3, 0.1), (10, 0.7, 0.2), (40, 0.5, 0.1)]


@pytest.mark.parametrize(("clusters", "share", "alikeness"), GRID)
def test_a_share_over_clusters_is_covered(clusters: int, share: float, alikeness: float):
    # 1,000 draws: a true coverage of .93 gives fewer than 903 in one run of 1,000 for each of the five cells
    assert coverage(clustered_share_interval, clusters, share, alikeness, 1000) >= 0.903


def uncorrected(hits: np.ndarray, trials: np.ndarray) -> tuple[float, float]:
    """The interval this one replaced: sum of squared influences, a normal quantile, no correction for few clusters."""
    share = hits.sum() / trials.sum()
    half = Z * np.sqrt((((hits - share * trials) / trials.sum()) ** 2).sum())
    return share - half, share + half


def test_the_uncorrected_variance_fails_the_same_test():
    assert coverage(uncorrected, 3, 0.5, 0.2, 1000) < 0.85
    assert coverage(uncorrected, FEWEST_CLUSTERS - 1, 0.5, 0.0, 1000) < 0.8
