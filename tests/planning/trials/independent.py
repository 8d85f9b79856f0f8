"""Trials simulated by other code: whole populations drawn anew, arms, clusters and losses by hand, tests of scipy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from scipy.special import expit

Floats = np.ndarray[Any, np.dtype[np.float64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

CORRELATION = 0.5
"""Of the covariate with the outcome, as in `normal_pool`; stress goes with the outcome by .8."""


@dataclass(frozen=True)
class Loss:
    """Who leaves: logit P = level + slope * z + treated * arm, z being "stress" or "outcome"."""

    rate: float = 0.0
    on: str = ""
    slope: float = 0.0
    treated: float = 0.0


@dataclass(frozen=True)
class Families:
    """Replicates of a trial, each array (replicates, n); lost outcomes are NaN."""

    y: Floats
    x: Floats
    arm: Mask
    cluster: np.ndarray[Any, np.dtype[np.int64]]


def families(
    n: int, d: float, loss: Loss, replicates: int, seed: int, sites: tuple[int, float, bool] = (0, 0.0, False)
) -> Families:
    """Return replicates; sites are (families each, icc, whether they are randomised whole)."""
    random = np.random.default_rng(seed)
    each, icc, whole = sites
    x = random.standard_normal((replicates, n))
    control = CORRELATION * x + np.sqrt(1 - CORRELATION**2) * random.standard_normal(x.shape)
    stress = 0.8 * control + 0.6 * random.standard_normal(x.shape)
    count = n // each if each else 1
    cluster = np.arange(n) // each if each else np.zeros(n, int)
    if whole:
        order = np.argsort(random.random((replicates, count)), axis=1)
        arm = (order < count // 2)[:, cluster]
    else:
        arm = random.random(x.shape) < 0.5
    own = control + d * arm
    leaves = random.random(x.shape) < _chance(loss, {"stress": stress, "outcome": own, "": x}[loss.on], arm)
    y = own
    if each:
        site = random.standard_normal((replicates, count))[:, cluster]
        y = d * arm + np.sqrt(1 - icc) * control + np.sqrt(icc) * site
    return Families(np.where(leaves, np.nan, y), x, arm, cluster)


def _chance(loss: Loss, z: Floats, arm: Mask) -> Floats:
    if loss.rate == 0:
        return np.zeros_like(z)
    moved = loss.slope * z + loss.treated * arm
    level: Any = brentq(lambda a: float(expit(a + moved).mean()) - loss.rate, -30, 30)
    return expit(level + moved)


def welch(one: Families) -> Floats:
    """Return p values of Welch's test of those seen."""
    parts = [np.where(one.arm == which, one.y, np.nan) for which in (True, False)]
    n = [np.isfinite(part).sum(axis=1) for part in parts]
    mean, v = [np.nanmean(part, axis=1) for part in parts], [np.nanvar(part, axis=1, ddof=1) for part in parts]
    a, b = v[0] / n[0], v[1] / n[1]
    df = (a + b) ** 2 / (a**2 / (n[0] - 1) + b**2 / (n[1] - 1))
    return 2 * stats.t.sf(np.abs(mean[0] - mean[1]) / np.sqrt(a + b), df)


def ancova(one: Families) -> Floats:
    """Return p values of the arm beside the covariate: Frisch and Waugh's two residuals, replicate by replicate."""
    return np.array([_ancova(*row) for row in zip(one.y, one.x, one.arm.astype(float), strict=True)])


def _ancova(y: Floats, x: Floats, arm: Floats) -> float:
    seen = np.isfinite(y)
    z = np.column_stack([np.ones(seen.sum()), x[seen]])
    ry, ra = (v[seen] - z @ np.linalg.lstsq(z, v[seen], rcond=None)[0] for v in (y, arm))
    slope = float(ra @ ry / (ra @ ra))
    df = int(seen.sum()) - 3
    error = np.sqrt(((ry - slope * ra) ** 2).sum() / df / (ra @ ra))
    return float(2 * stats.t.sf(abs(slope) / error, df))


def of_cluster_means(one: Families) -> Floats:
    """Return p values of a t test of the clusters' means of those seen."""
    count = one.cluster.max() + 1
    means = np.stack([np.nanmean(one.y[:, one.cluster == c], axis=1) for c in range(count)], axis=1)
    treated = np.stack([one.arm[:, one.cluster == c][:, 0] for c in range(count)], axis=1)
    parts = [np.where(treated == which, means, np.nan) for which in (True, False)]
    return np.asarray(stats.ttest_ind(*parts, axis=1, nan_policy="omit")[1], float)


def within_sites(one: Families) -> Floats:
    """Return p values of a regression on arm and site: both centred within sites among those seen."""
    seen = np.isfinite(one.y)
    y, arm = np.where(seen, one.y, np.nan), np.where(seen, one.arm.astype(float), np.nan)
    count = one.cluster.max() + 1
    for c in range(count):
        own = one.cluster == c
        y[:, own] -= np.nanmean(y[:, own], axis=1, keepdims=True)
        arm[:, own] -= np.nanmean(arm[:, own], axis=1, keepdims=True)
    sum_a = np.nansum(arm**2, axis=1)
    slope = np.nansum(arm * y, axis=1) / sum_a
    df = seen.sum(axis=1) - count - 1
    error = np.sqrt(np.nansum((y - slope[:, None] * arm) ** 2, axis=1) / df / sum_a)
    return 2 * stats.t.sf(np.abs(slope) / error, df)


ANALYSES: dict[str, tuple[Callable[[Families], Floats], tuple[int, float, bool]]] = {
    "difference": (welch, (0, 0.0, False)),
    "ancova": (ancova, (0, 0.0, False)),
    "sites as strata": (within_sites, (20, 0.05, False)),
    "sites randomised": (of_cluster_means, (20, 0.05, True)),
}


def rejected(name: str, n: int, d: float, loss: Loss, replicates: int, seed: int = 5) -> float:
    """Return the share of replicates that reject at 5 %."""
    test, sites = ANALYSES[name]
    return float((test(families(n, d, loss, replicates, seed, sites)) < 0.05).mean())
