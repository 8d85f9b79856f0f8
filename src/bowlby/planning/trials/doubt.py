"""Doubt about an effect: its spread between trials, and power averaged over it, which is assurance."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from bowlby.model.interventions.registry import intervention
from bowlby.planning.trials.design import NO_INTERVENTION, StudyDesign
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
    treated = design.arms[arm]
    if treated.intervention == NO_INTERVENTION:
        return None
    moves = intervention(treated.intervention).all_moves
    # Shifts of one intervention are in doubt together; the widest of them is taken for the whole.
    return max((one.mean_sd / abs(one.mean) for one in moves if one.mean), default=None)


def assurance(
    found: TrialEstimates, estimand: float, spread: float, alpha: float, generator: np.random.Generator
) -> float:
    """Return the expected share of trials that find the effect: P(reject, in its direction) over doubt about the mean.

    The unconditional probability of success (O'Hagan, Stevens & Campbell 2005, Pharm Stat 4:187): each replicate has a
    mean effect of its own, normal about the planned one, and is found by it.

    Args:
        found: estimates of replicates under the planned effect.
        estimand: the planned effect on the scale of the estimates.
        spread: standard deviation of the mean effect between trials, as a share of it.
        alpha: of the two-sided test.
        generator: random numbers.

    Returns:
        Assurance, in [0, 1].
    """
    count = len(found.estimate)
    # Stratified draws: one from each of as many equal parts of the normal distribution, in random order.
    place = (generator.permutation(count) + generator.random(count)) / count
    moved = TrialEstimates(found.estimate + estimand * spread * ndtri(place), found.error, found.df)
    with np.errstate(invalid="ignore"):
        right = np.sign(moved.estimate) == np.sign(estimand)
    return float(((moved.p_values() < alpha) & right).mean())


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
