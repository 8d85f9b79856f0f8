"""Mixed models of trials in clusters, by statsmodels, one replicate after the other."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from bowlby.planning.trials.estimates import TrialEstimates
from bowlby.planning.trials.sampling import Replicates


def mixed(drawn: Replicates) -> TrialEstimates:
    """Fit outcome ~ arm + covariate with an intercept of each cluster, by REML.

    The test is of Student's t with as many degrees of freedom as clusters less two: the normal one of the package
    rejects too often where clusters are few (Kenward & Roger 1997, Biometrics 53:983; Leyrat et al. 2018, Int J
    Epidemiol 47:321).

    Args:
        drawn: replicates of a trial whose clusters were randomised.

    Returns:
        Estimates; NaN where a fit failed.
    """
    found = np.array([_one(drawn, row) for row in range(len(drawn.outcome))])
    return TrialEstimates(found[:, 0], found[:, 1], found[:, 2])


def _one(drawn: Replicates, row: int) -> tuple[float, float, float]:
    from statsmodels.regression.mixed_linear_model import MixedLM

    seen = drawn.seen[row]
    cluster = drawn.layout.cluster[seen]
    columns = [np.ones(int(seen.sum())), drawn.arm[row, seen].astype(float)]
    if drawn.covariate is not None:
        columns.append(drawn.covariate[row, seen])
    clusters = len(np.unique(cluster))
    with warnings.catch_warnings():
        # A variance of zero between clusters is a result here, not a failure; the package warns of it. There its
        # methods that follow the gradient do not end, so that one without is taken.
        warnings.simplefilter("ignore")
        try:
            fit: Any = MixedLM(drawn.outcome[row, seen], np.stack(columns, axis=1), groups=cluster).fit(
                reml=True, method=["powell"]
            )
        except np.linalg.LinAlgError:
            return float("nan"), float("nan"), float("nan")
    return float(fit.fe_params[1]), float(fit.bse_fe[1]), float(clusters - 2)
