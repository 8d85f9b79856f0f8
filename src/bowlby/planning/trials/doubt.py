"""Doubt about an effect: its spread between trials, and power averaged over it, which is assurance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from bowlby.planning.trials.arm_intervention import arm_intervention
from bowlby.planning.trials.design import StudyDesign
from bowlby.planning.trials.estimates import TrialEstimates


def spread_of(design: StudyDesign, arm: int = 1) -> float | None:
    """Return the standard deviation of an arm's mean effect between trials, as a share of it.

    Args:
        design: of the trial.
        arm: which; its intervention's shifts are in doubt by this share in the registry.

    Returns:
        The share; None for an arm without an intervention where the design gives no `spread`.
    """
    if design.trial.spread is not None:
        return design.trial.spread
    given = arm_intervention(design, design.arms[arm])
    if given is None:
        return None
    moves = given.all_moves
    # Shifts of one intervention are in doubt together; the widest of them is taken for the whole.
    return max((one.mean_sd / abs(one.mean) for one in moves if one.mean), default=None)


def in_doubt(
    tests: Sequence[TrialEstimates], estimands: Sequence[float], spread: float, generator: np.random.Generator
) -> tuple[TrialEstimates, ...]:
    """Return estimates of replicates each of which has a mean effect of its own, normal about the planned one.

    The share of them that finds the effect in its direction is assurance, the unconditional probability of success
    (O'Hagan, Stevens & Campbell 2005, Pharm Stat 4:187). All tests of a replicate share its place in the doubt.

    Args:
        tests: estimates of replicates under the planned effect, of each test.
        estimands: the planned effect of each on the scale of its estimates.
        spread: standard deviation of the mean effect between trials, as a share of it.
        generator: random numbers.

    Returns:
        Estimates of each test.
    """
    count = len(tests[0].estimate)
    # Stratified draws: one from each of as many equal parts of the normal distribution, in random order.
    place = ndtri((generator.permutation(count) + generator.random(count)) / count)
    return tuple(
        TrialEstimates(one.estimate + estimand * spread * place, one.error, one.df)
        for one, estimand in zip(tests, estimands, strict=True)
    )


def assured_by_formula(power: float, spread: float, alpha: float) -> float:
    """Return the assurance that goes with a power: Phi((z - c) / sqrt(1 + z^2 spread^2)).

    z is the noncentrality that has the power, c the critical value of the normal test; the doubt about the mean effect
    is normal. It tends to Phi(1 / spread), which no size of trial exceeds.

    Args:
        power: under the planned effect, in (0, 1].
        spread: as in `assurance`.
        alpha: of the two-sided test.

    Returns:
        Assurance by the normal approximation.
    """
    c = float(ndtri(1.0 - alpha / 2.0))
    z = c + float(ndtri(min(power, 1.0 - 1e-15)))
    return float(ndtr((z - c) / np.sqrt(1.0 + (z * spread) ** 2)))
