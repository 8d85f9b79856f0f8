"""Repeated measures with losses: the effect at the last visit by maximum likelihood, all replicates at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.planning.trials.estimates import TrialEstimates

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class VisitRegression:
    """One visit, ready for regression: centred within sites, or with a column of ones among its own.

    Args:
        outcome: shape (replicates, n).
        weight: 1 where it is seen, else 0.
        others: columns beside the earlier outcomes, the arm first, each (replicates, n).
        earlier: outcomes of earlier visits, in order.
        taken: degrees of freedom that sites take, shape (replicates,), or 0.
    """

    outcome: Floats
    weight: Floats
    others: Sequence[Floats]
    earlier: Sequence[Floats]
    taken: Floats


def last_effect(visits: Sequence[VisitRegression]) -> TrialEstimates:
    """Return the effect at the last visit of a model for repeated measures with unstructured covariance.

    With losses that are never made up, the likelihood factors into regressions of each visit on arm and earlier visits
    (Rubin 1974, J Am Stat Assoc 69:467; Little & Rubin 2019, ch. 7): tau_k = b_k + sum_j c_kj tau_j, with the variance
    g' S_k g + c' V c, g = (1, tau_1, ..., tau_(k-1)). It is unbiased where losses depend on what was seen.

    Args:
        visits: in order.

    Returns:
        Estimates, with the residual degrees of freedom of the last visit.
    """
    replicates = len(visits[0].outcome)
    effects = np.zeros((replicates, len(visits)))
    spread = np.zeros((replicates, len(visits), len(visits)))
    df = np.zeros(replicates)
    for k, visit in enumerate(visits):
        slope, covariance, df = _least_squares(visit)
        carried = slope[:, 1 : 1 + k]
        effects[:, k] = slope[:, 0] + (carried * effects[:, :k]).sum(axis=1)
        g = np.concatenate([np.ones((replicates, 1)), effects[:, :k]], axis=1)
        shared = np.einsum("rj,rjm->rm", carried, spread[:, :k, :k])
        own = np.einsum("ri,rij,rj->r", g, covariance[:, : k + 1, : k + 1], g)
        spread[:, k, :k] = spread[:, :k, k] = shared
        spread[:, k, k] = own + (shared * carried).sum(axis=1)
    return TrialEstimates(effects[:, -1], np.sqrt(spread[:, -1, -1]), df)


def _least_squares(visit: VisitRegression) -> tuple[Floats, Floats, Floats]:
    """Return slopes with the arm first and earlier visits next, their covariance, and degrees of freedom."""
    x = np.stack([visit.others[0], *visit.earlier, *visit.others[1:]], axis=2)
    weighted = x * visit.weight[:, :, None]
    gram = np.einsum("rni,rnj->rij", weighted, x)
    singular = np.linalg.matrix_rank(gram) < gram.shape[1]
    gram[singular] = np.eye(gram.shape[1])
    inverse = np.linalg.inv(gram)
    slope = np.einsum("rij,rj->ri", inverse, np.einsum("rni,rn->ri", weighted, visit.outcome))
    rest = visit.weight * (visit.outcome - np.einsum("rni,ri->rn", x, slope))
    df = visit.weight.sum(axis=1) - x.shape[2] - visit.taken
    variance = (rest**2).sum(axis=1) / df
    slope[singular] = np.nan
    return slope, variance[:, None, None] * inverse, df
