"""What replicates of a trial found, in one shape for every analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TrialEstimates:
    """What replicates of a trial found.

    Args:
        estimate: treated minus control, in the outcome's unit, or ln(OR); NaN where there is none.
        error: its standard error.
        df: degrees of freedom.
    """

    estimate: Floats
    error: Floats
    df: Floats

    @property
    def made(self) -> Mask:
        """Which replicates could be analysed."""
        return np.isfinite(self.estimate) & np.isfinite(self.error) & (self.error > 0) & (self.df > 0)

    def p_values(self) -> Floats:
        """Return two-sided p values of a t test, 1 where a replicate could not be analysed."""
        made = self.made
        t = np.divide(np.abs(self.estimate), self.error, out=np.zeros_like(self.error), where=made)
        return np.where(made, 2.0 * stdtr(np.where(made, self.df, 1.0), -t), 1.0)

    def interval(self, alpha: float) -> tuple[Floats, Floats]:
        """Return lower and upper end of the interval of 1 - alpha, NaN where there is none."""
        df = np.where(self.made, self.df, np.nan)
        half = stdtrit(df, 1.0 - alpha / 2.0) * self.error
        return self.estimate - half, self.estimate + half
