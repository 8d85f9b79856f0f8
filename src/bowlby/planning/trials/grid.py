"""Power, errors, bias and coverage of a trial at a size and an effect, from many trials drawn from one pool."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from bowlby.errors import InputError
from bowlby.planning.trials.analyses import logistic
from bowlby.planning.trials.closed_form import closed_form
from bowlby.planning.trials.design import FROM_MODEL, Analysis, Costs, StudyDesign
from bowlby.planning.trials.doubt import in_doubt, spread_of
from bowlby.planning.trials.effects import LOGISTIC_SD, OutcomeByArm, outcome_under
from bowlby.planning.trials.estimates import TrialEstimates
from bowlby.planning.trials.missing import sensitivity
from bowlby.planning.trials.point import EndpointResult, PowerGridPoint
from bowlby.planning.trials.pool import TrialPool
from bowlby.planning.trials.replicates import Outcomes, ReplicateResults, TrialRuns
from bowlby.planning.trials.sampling import Replicates, TrialLayout, layout

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MOST_MIXED = 200
"""Replicates of a mixed model, each of which takes a tenth of a second."""
Z95 = 1.959963984540054


@dataclass(frozen=True)
class PowerEstimate:
    """How often a trial of one size finds what there is.

    Args:
        power: under the planned effect.
        assurance: over the doubt about it; None where nothing is known of that.
        replicates: that both rest on.
    """

    power: float
    assurance: float | None
    replicates: int


class PowerGrid:
    """Trials of a design, drawn from its pool.

    Args:
        design: of the trial.
        pool: children.
        seed: of drawing; each point has random numbers of its own.
    """

    def __init__(self, design: StudyDesign, pool: TrialPool, seed: int) -> None:
        self.design, self.pool, self._seed = design, pool, seed
        self._replicates = TrialRuns(design, pool, seed)

    @property
    def replicates(self) -> int:
        """Replicates of each point."""
        mixed = self.design.analysed_by is Analysis.MIXED
        return min(self.design.trial.replicates, MOST_MIXED) if mixed else self.design.trial.replicates

    def point(self, n: int, effect: float | str) -> PowerGridPoint:
        """Return everything about one size and effect.

        Args:
            n: families.
            effect: "model" or d.

        Returns:
            The point.

        Raises:
            InputError: no replicate could be analysed.
        """
        size, outcomes = layout(self.design, n), self._replicates.outcomes(effect)
        arms = outcomes[self._replicates.endpoints[0].visit].pair(1)
        found = self._found(outcomes, size, "effect")
        null = self._found(self._replicates.null(outcomes), size, "null")
        if not found.primary.made.any():
            raise InputError(
                "no trial of this size can be analysed", column="trial.n", value=n, remedy="Give a larger n."
            )
        reject, wrong = self._rejects(found), self._unadjusted(null)[0] < self.design.trial.alpha
        power, false = share_of(reject), share_of(wrong)
        formula = closed_form(self.design, size, arms, self._correlation(arms))
        estimands = self._estimands(outcomes)
        return PowerGridPoint(
            n=size.n,
            effect=effect,
            d=arms.d,
            power=power[0],
            low=power[1],
            high=power[2],
            type1=false[0],
            type1_low=false[1],
            type1_high=false[2],
            type1_random=self._size_at_random(outcomes, size),
            assurance=self._assurance(found, estimands, n),
            **self._errors(found.primary, reject, estimands[0]),
            **self._of_the_lost(found, arms),
            power_true=self._power_true(size, effect),
            closed_form=None if formula is None else formula.power,
            formula=None if formula is None else formula.formula,
            **self._detectable(found.primary, arms),
            analysed=found.seen[0],
            failed=float(1.0 - found.primary.made.mean()),
            cost=_cost(self.design, size, found),
            replicates=self.replicates,
            **self._of_the_tests(outcomes, found, null, estimands),
        )

    def strength(self, n: int, effect: float | str) -> PowerEstimate:
        """Return power and assurance alone.

        Args:
            n: families.
            effect: "model" or d.

        Returns:
            Both, and the replicates that they rest on.
        """
        outcomes = self._replicates.outcomes(effect)
        found = self._found(outcomes, layout(self.design, n), "search")
        power = float(self._rejects(found).mean())
        return PowerEstimate(power, self._assurance(found, self._estimands(outcomes), n), self.replicates)

    def _found(self, outcomes: Outcomes, size: TrialLayout, what: str, *, at_random: bool = False) -> ReplicateResults:
        return self._replicates.found(outcomes, size, what, self.replicates, at_random=at_random)

    def _rejects(self, found: ReplicateResults) -> Mask:
        """Return which replicates reject for the primary outcome, after adjustment."""
        return self._replicates.p_values(found.tests)[0] < self.design.trial.alpha

    def _unadjusted(self, found: ReplicateResults) -> list[Floats]:
        return self._replicates.unadjusted(found.tests)

    def _estimands(self, outcomes: Outcomes) -> tuple[float, ...]:
        return tuple(
            self.estimand(outcomes[one.visit].pair(one.arm), one.analysis) for one in self._replicates.endpoints
        )

    def formula(self, n: int, effect: float | str) -> float | None:
        """Return power by the closed formula.

        Args:
            n: families.
            effect: "model" or d.

        Returns:
            Power, or None where there is no formula.
        """
        arms = outcome_under(self.pool, effect)
        known = closed_form(self.design, layout(self.design, n), arms, self._correlation(arms))
        return None if known is None else known.power

    def false_alarms(self, n: int, replicates: int) -> float:
        """Return the share of trials that reject although both arms are the control arm.

        Args:
            n: families.
            replicates: how many.

        Returns:
            The share.
        """
        outcomes = self._replicates.null(self._replicates.outcomes(FROM_MODEL))
        found = self._replicates.found(outcomes, layout(self.design, n), "null", replicates)
        return float((self._unadjusted(found)[0] < self.design.trial.alpha).mean())

    def estimand(self, arms: OutcomeByArm, analysis: Analysis) -> float:
        """Return what the analysis would give if every child were seen in both arms.

        Args:
            arms: outcomes of the pool, of two arms.
            analysis: how they are compared.

        Returns:
            Mean difference, or ln(OR).
        """
        if analysis is not Analysis.LOGISTIC:
            return arms.difference
        children = arms.outcome.shape[1]
        arm = np.repeat([[0, 1]], children, axis=1).astype(np.int64)
        baseline = self.pool.baseline
        covariate = None if baseline is None else np.concatenate([baseline, baseline])[None, :]
        none = np.zeros(2 * children, np.int64)
        whole = Replicates(
            arms.outcome.reshape(1, -1),
            arm,
            np.ones((1, 2 * children), bool),
            covariate,
            None,
            TrialLayout(2 * children, none, none),
        )
        return float(logistic(whole).estimate[0])

    def _assurance(self, found: ReplicateResults, estimands: Sequence[float], n: int) -> float | None:
        """Return the share that finds the primary outcome over doubt about the mean effect, which all tests share."""
        spread = spread_of(self.design)
        if spread is None or not math.isfinite(estimands[0]) or estimands[0] == 0.0:
            return None
        moved = in_doubt(found.tests, estimands, spread, np.random.default_rng([self._seed, n, *b"assurance"]))
        rejects = self._replicates.p_values(moved)[0] < self.design.trial.alpha
        return float((rejects & self._replicates.tests[0].finds(moved[0], estimands[0])).mean())

    def _size_at_random(self, outcomes: Outcomes, size: TrialLayout) -> float | None:
        """Return false alarms if each arm lost by chance alone what it loses; None where it does."""
        if not self.design.drop_out.log_odds:
            return None
        found = self._found(self._replicates.null(outcomes), size, "random", at_random=True)
        return float((self._unadjusted(found)[0] < self.design.trial.alpha).mean())

    def _of_the_lost(self, found: ReplicateResults, arms: OutcomeByArm) -> dict[str, Any]:
        odds = self.design.analysed_by is Analysis.LOGISTIC
        known = sensitivity(found.primary, found.lost, arms, self._replicates.tests[0], odds=odds)
        return {"deltas": known.deltas, "tipping": known.tipping}

    def _of_the_tests(
        self, outcomes: Outcomes, found: ReplicateResults, null: ReplicateResults, estimands: Sequence[float]
    ) -> dict[str, Any]:
        """Return what each endpoint finds, how often any or all are, and how often any is without an effect."""
        alpha = self.design.trial.alpha
        alone, both = self._unadjusted(found), self._replicates.p_values(found.tests) < alpha
        wrong, any_wrong = self._unadjusted(null), self._replicates.p_values(null.tests) < alpha
        results = tuple(
            EndpointResult.of(
                one,
                outcomes[one.visit].pair(one.arm).d,
                (found.tests[place], estimands[place], alpha),
                (alone[place] < alpha, both[place], wrong[place] < alpha),
                (self.design.arms[one.arm].name, found.seen[place]),
            )
            for place, one in enumerate(self._replicates.endpoints)
        )
        return {
            "results": results,
            "familywise": float(any_wrong.any(axis=0).mean()),
            "any_found": float(both.any(axis=0).mean()),
            "all_found": float(both.all(axis=0).mean()),
        }

    def _errors(self, found: TrialEstimates, reject: Mask, estimand: float) -> dict[str, Any]:
        made = found.made
        estimates = found.estimate[made]
        significant = found.estimate[reject]
        low, high = found.interval(self.design.trial.alpha)
        exaggerated = math.isfinite(estimand) and abs(estimand) > 0 and significant.size > 0
        return {
            "typeM": float(np.abs(significant).mean() / abs(estimand)) if exaggerated else None,
            "typeS": float((np.sign(significant) != np.sign(estimand)).mean()) if exaggerated else None,
            "estimand": estimand,
            "mean_estimate": float(estimates.mean()),
            "bias": float(estimates.mean() - estimand),
            "bias_error": float(estimates.std() / math.sqrt(len(estimates))),
            "coverage": float(((low <= estimand) & (estimand <= high))[made].mean()),
        }

    def _power_true(self, size: TrialLayout, effect: float | str) -> float | None:
        if effect != FROM_MODEL or not self.design.primary.error:
            return None
        found = self._found(self._replicates.outcomes(effect, true=True), size, "true")
        return float(self._rejects(found).mean())

    def _detectable(self, found: TrialEstimates, arms: OutcomeByArm) -> dict[str, Any]:
        """Return the smallest effect found with the wanted power: (t_(1 - alpha/sides) + t_power) * standard error."""
        made = found.made
        df = float(np.median(found.df[made]))
        error = float(np.sqrt((found.error[made] ** 2).mean()))
        plan = self.design.trial
        smallest = float(stdtrit(df, 1.0 - plan.alpha / plan.sides) + stdtrit(df, plan.power)) * error
        return {"mde": smallest, "mde_d": self._standardised(smallest, arms)}

    def _standardised(self, smallest: float, arms: OutcomeByArm) -> float:
        if self.design.analysed_by is Analysis.LOGISTIC:
            return smallest / LOGISTIC_SD
        if not arms.binary:
            return smallest / arms.sd
        share = float(arms.means[0])
        return replace(arms, outcome=np.array([[share], [min(share + smallest, 1.0 - 1e-9)]])).d

    def _correlation(self, arms: OutcomeByArm) -> float | None:
        if self.pool.baseline is None:
            return None
        return float(np.mean([np.corrcoef(self.pool.baseline, one)[0, 1] for one in arms.outcome]))


def share_of(hits: Mask) -> tuple[float, float, float]:
    """Return a share with its 95 % interval (Wilson 1927, J Am Stat Assoc 22:209).

    Args:
        hits: of replicates.

    Returns:
        Share, lower and upper end.
    """
    n, p = len(hits), float(hits.mean())
    middle = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2))
    return p, max(middle - half, 0.0), min(middle + half, 1.0)


def _cost(design: StudyDesign, size: TrialLayout, found: ReplicateResults) -> float | None:
    costs: Costs | None = design.costs
    if costs is None:
        return None
    stay = 1.0 - (0.0 if design.sites is None else design.sites.lost)
    seen = sum(stay - stay * design.drop_out.rate * design.left_by(age) for one in design.measures for age in one.ages)
    baseline = 0 if design.baseline is None else size.n
    visits = costs.measurement * (seen * size.n + baseline)
    return costs.fixed + costs.family * size.n + costs.treated * float(found.treated.mean()) + visits
