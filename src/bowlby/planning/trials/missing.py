"""What families who leave may hide: outcomes of the lost set worse by delta, and the delta at which a finding tips."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from bowlby.planning.trials.effects import LOGISTIC_SD, OutcomeByArm
from bowlby.planning.trials.estimates import TrialEstimates
from bowlby.planning.trials.testing import Test

Floats = npt.NDArray[np.float64]

DELTAS = (0.0, 0.25, 0.5, 1.0)
"""Standardised differences between the lost and the seen of the treated arm of which power is reported."""
_GRID = np.arange(0.0, 4.0001, 0.05)


@dataclass(frozen=True)
class DeltaPower:
    """Power where the lost of the treated arm did worse than its seen by delta.

    Args:
        delta: in standard deviations of the control arm, or ln(OR) / 1.81, against the direction of the effect.
        estimate: mean over replicates.
        power: share that rejects.
    """

    delta: float
    estimate: float
    power: float

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True)
class DeltaAnalysis:
    """A delta-adjusted analysis, and its tipping point.

    Args:
        deltas: power by delta.
        tipping: smallest delta, in steps of .05, at which half of the findings are lost; None where none up to 4 is, or
            where nothing is found.
    """

    deltas: tuple[DeltaPower, ...]
    tipping: float | None


def sensitivity(found: TrialEstimates, lost: Floats, arms: OutcomeByArm, test: Test, *, odds: bool) -> DeltaAnalysis:
    """Return what delta-adjusted analyses of the replicates find.

    Those lost from the treated arm are set to the mean of those seen there, less delta, and those lost from the control
    arm to theirs: the estimate moves by delta times the share lost, with its standard error as it is, which is what
    multiple imputation tends to (Carpenter & Kenward 2013, Multiple Imputation and its Application, ch. 10).

    Args:
        found: estimates of the replicates.
        lost: share of the treated arm that is lost in each, shape (replicates,).
        arms: outcomes of the pool.
        test: of the primary outcome.
        odds: whether the estimate is ln(OR).

    Returns:
        Power by delta, and the tipping point.
    """
    sign = float(test.sign or np.sign(arms.difference)) or 1.0

    def shifted(delta: float) -> TrialEstimates:
        return TrialEstimates(found.estimate - sign * _shift(delta, lost, arms, sign, odds=odds), found.error, found.df)

    def kept(delta: float) -> float:
        return float(test.finds(shifted(delta), sign).mean())

    first = kept(0.0)
    deltas = tuple(DeltaPower(one, float(np.nanmean(shifted(one).estimate)), kept(one)) for one in DELTAS)
    tipped = [delta for delta in _GRID if kept(float(delta)) < first / 2.0] if first > 0.0 and lost.any() else []
    return DeltaAnalysis(deltas, round(float(tipped[0]), 2) if tipped else None)


def _shift(delta: float, lost: Floats, arms: OutcomeByArm, sign: float, *, odds: bool) -> Floats:
    if not arms.binary:
        return lost * delta * arms.sd
    share = float(np.clip(arms.means[1], 1e-6, 1.0 - 1e-6))
    worse = float(expit(logit(share) - sign * delta * LOGISTIC_SD))
    mixed = (1.0 - lost) * share + lost * worse
    return sign * (logit(share) - logit(mixed) if odds else share - mixed)
