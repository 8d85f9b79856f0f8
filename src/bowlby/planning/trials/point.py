"""One size of a trial under one effect: every figure that its replicates give, and whether they may be relied upon."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bowlby.planning.trials.endpoints import TrialEndpoint
from bowlby.planning.trials.estimates import TrialEstimates
from bowlby.planning.trials.missing import DeltaPower

Mask = npt.NDArray[np.bool_]

MOST_BIAS = 0.10
"""Bias as a share of the effect beyond which no size is recommended."""
COVERAGE_SHORT = 0.02
"""How far coverage may fall short of 1 - alpha: .93 of 95 % intervals."""
SURE = 3.29
"""Standard errors beyond which neither is taken for chance: exceeded on one side in one of 2,000 fair trials."""


@dataclass(frozen=True)
class EndpointResult:
    """One test of a trial over its replicates.

    Args:
        measure: what is compared.
        age: at which visit, months.
        arm: name of the treated arm.
        analysis: how.
        d: standardised effect on what is observed.
        estimand: what the analysis would give for all children.
        bias: mean estimate less estimand.
        coverage: share of 1 - alpha intervals that hold the estimand.
        power: share that rejects, if it alone were tested.
        adjusted: share that rejects after adjustment.
        type1: share that rejects without an effect, if it alone were tested.
        analysed: share of families whose outcome is seen and compared.
    """

    measure: str
    age: float
    arm: str
    analysis: str
    d: float
    estimand: float
    bias: float
    coverage: float
    power: float
    adjusted: float
    type1: float
    analysed: float

    @staticmethod
    def of(
        endpoint: TrialEndpoint,
        d: float,
        found: tuple[TrialEstimates, float, float],
        rejects: tuple[Mask, Mask, Mask],
        who: tuple[str, float],
    ) -> EndpointResult:
        """Return the result of a test.

        Args:
            endpoint: the test.
            d: standardised effect.
            found: its estimates, its estimand and alpha.
            rejects: alone, adjusted, and alone without an effect; each (replicates,).
            who: name of the treated arm, and share of families seen.

        Returns:
            The result.
        """
        estimates, estimand, alpha = found
        made = estimates.made
        low, high = estimates.interval(alpha)
        alone, adjusted, wrong = (float(one.mean()) for one in rejects)
        return EndpointResult(
            measure=endpoint.measure.name,
            age=endpoint.age,
            arm=who[0],
            analysis=str(endpoint.analysis),
            d=d,
            estimand=estimand,
            bias=float(estimates.estimate[made].mean() - estimand) if made.any() else float("nan"),
            coverage=float(((low <= estimand) & (estimand <= high))[made].mean()) if made.any() else float("nan"),
            power=alone,
            adjusted=adjusted,
            type1=wrong,
            analysed=who[1],
        )


@dataclass(frozen=True)
class PowerGridPoint:
    """A trial of one size under one effect, over many replicates.

    Args:
        n: families randomised.
        effect: "model" or d.
        d: standardised effect on what is observed.
        power: share of replicates that reject; low and high its 95 % Monte-Carlo interval.
        type1: share that reject without an effect, each arm losing the families that it loses, with its interval.
        type1_random: the same, if each arm lost as many by chance alone; None where it does.
        assurance: power averaged over the doubt about the effect between trials; None where that is not known.
        typeM: mean of |estimate| over the estimand's among those that reject; None without any, or without effect.
        typeS: share with the wrong sign among those that reject.
        estimand: what the analysis would give for all children, none lost, no clusters.
        mean_estimate: over replicates.
        bias: mean estimate less estimand; bias_error its Monte-Carlo error.
        coverage: share of 1 - alpha intervals that hold the estimand.
        deltas: power if the lost of the treated arm did worse than its seen.
        tipping: how much worse, for half of the findings to be lost; None where nothing up to 4 does it.
        power_true: power with an outcome measured without error; None for an assumed effect.
        closed_form: power by a formula, or None; formula names it.
        mde: smallest effect found with the wanted power, in the outcome's unit; mde_d in control standard deviations.
        analysed: mean share of families whose outcome is seen.
        failed: share of replicates that could not be analysed; they count as not rejecting.
        cost: mean, or None.
        replicates: how many.
        results: of every test, the primary one first.
        familywise: share of replicates without any effect in which any test finds one, after adjustment.
        any_found: share in which any test finds its effect, after adjustment; all_found in which all do.
    """

    n: int
    effect: float | str
    d: float
    power: float
    low: float
    high: float
    type1: float
    type1_low: float
    type1_high: float
    type1_random: float | None
    assurance: float | None
    typeM: float | None
    typeS: float | None
    estimand: float
    mean_estimate: float
    bias: float
    bias_error: float
    coverage: float
    deltas: tuple[DeltaPower, ...]
    tipping: float | None
    power_true: float | None
    closed_form: float | None
    formula: str | None
    mde: float
    mde_d: float
    analysed: float
    failed: float
    cost: float | None
    replicates: int
    results: tuple[EndpointResult, ...]
    familywise: float
    any_found: float
    all_found: float

    @property
    def relative_bias(self) -> float | None:
        """Bias as a share of the estimand; None without an effect."""
        return self.bias / self.estimand if math.isfinite(self.estimand) and self.estimand else None

    def faults(self, alpha: float) -> tuple[str, ...]:
        """Return why this size cannot be recommended: bias beyond 10 % of the effect, or coverage two points short.

        Either counts only where it is beyond its Monte-Carlo error as well, by a chance of one in 2,000.

        Args:
            alpha: of the trial.

        Returns:
            Clauses; none where it can.
        """
        found: list[str] = []
        relative = self.relative_bias
        if relative is not None and abs(relative) > MOST_BIAS and abs(self.bias) > SURE * self.bias_error:
            found.append(f"the estimate is biased by {relative:+.0%} of the effect")
        error = math.sqrt(alpha * (1.0 - alpha) / self.replicates)
        if self.coverage < 1.0 - alpha - max(COVERAGE_SHORT, SURE * error):
            found.append(f"{1.0 - alpha:.0%} intervals hold the effect in {self.coverage:.1%} of trials only")
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self) | {"relative_bias": self.relative_bias}
