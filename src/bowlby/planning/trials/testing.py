"""Tests of a trial: two-sided, one-sided, of non-inferiority, and several that share their false alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from bowlby.measures.confidence import holm_adjusted
from bowlby.planning.trials.design import Adjustment, StudyDesign
from bowlby.planning.trials.estimates import TrialEstimates

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Test:
    """One test.

    Args:
        alpha: its level.
        sign: side of the alternative, 1 or -1; 0 for both.
        margin: what may be lost and is still no worse; 0 for superiority.
    """

    __test__ = False  # not a class of tests

    alpha: float
    sign: int = 0
    margin: float = 0.0

    def p_values(self, found: TrialEstimates) -> Floats:
        """Return p values, 1 where a replicate could not be analysed: of |estimate|, or of sign * estimate + margin."""
        if self.sign == 0:
            return found.p_values()
        made = found.made
        t = np.divide(self.sign * found.estimate + self.margin, found.error, out=np.zeros_like(found.error), where=made)
        return np.where(made, stdtr(np.where(made, found.df, 1.0), -t), 1.0)

    def finds(self, found: TrialEstimates, direction: float) -> Mask:
        """Return which replicates find the effect: they reject, a two-sided test in the direction of the effect."""
        rejected = self.p_values(found) < self.alpha
        if self.sign != 0:
            return rejected
        with np.errstate(invalid="ignore"):
            return rejected & (np.sign(found.estimate) == np.sign(direction))


def primary_test(design: StudyDesign) -> Test:
    """Return the test of the primary outcome.

    Args:
        design: of the trial.

    Returns:
        The test.
    """
    plan = design.trial
    sign = {None: 0, "more": 1, "less": -1}[plan.direction]
    return Test(plan.alpha, sign, plan.margin or 0.0)


def adjusted(p_values: Sequence[Floats], method: Adjustment) -> Floats:
    """Return p values of several tests after adjustment, shape (tests, replicates).

    Holm: `holm_adjusted`. Hierarchy: the largest of a test and
    those before it (Maurer, Hothorn & Lehmacher 1995).

    Args:
        p_values: of each test, in the order of the design.
        method: of adjustment.

    Returns:
        Adjusted p values, at most 1.
    """
    p = np.stack(p_values)
    match method:
        case Adjustment.NONE:
            return p
        case Adjustment.HIERARCHY:
            return np.maximum.accumulate(p, axis=0)
        case Adjustment.HOLM:
            return holm_adjusted(p)
