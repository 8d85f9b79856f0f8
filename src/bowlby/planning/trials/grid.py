"""Power, errors, bias and coverage of a trial at a size and an effect, from many trials drawn from one pool."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from bowlby.errors import InputError
from bowlby.planning.trials.analyses import analyse, logistic
from bowlby.planning.trials.closed_form import closed_form
from bowlby.planning.trials.design import FROM_MODEL, Analysis, Costs, StudyDesign
from bowlby.planning.trials.doubt import assurance, spread_of
from bowlby.planning.trials.effects import LOGISTIC_SD, OutcomeByArm, outcome_under
from bowlby.planning.trials.estimates import TrialEstimates
from bowlby.planning.trials.missing import sensitivity
from bowlby.planning.trials.point import PowerGridPoint
from bowlby.planning.trials.pool import TrialPool
from bowlby.planning.trials.sampling import Replicates, TrialLayout, TrialSampler, layout

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MOST_NUMBERS = 1_500_000
"""Families of all replicates that are held at once: it bounds memory to some 200 MB."""
MOST_MIXED = 200
"""Replicates of a mixed model, each of which takes a tenth of a second."""
Z95 = 1.959963984540054


@dataclass(frozen=True)
class _ReplicateEstimates:
    """Estimates of all replicates, how many families were seen and treated in each, and the treated arm's loss."""

    estimates: TrialEstimates
    seen: Floats
    treated: Floats
    lost: Floats


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
        self._drawing = TrialSampler(design, pool)

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
        size, arms = layout(self.design, n), outcome_under(self.pool, effect)
        found = self._found(arms, size, (n, "effect"), self.replicates)
        null = self._found(arms.null(), size, (n, "null"), self.replicates)
        estimand = self.estimand(arms)
        alpha = self.design.trial.alpha
        reject, wrong = found.estimates.p_values() < alpha, null.estimates.p_values() < alpha
        if not found.estimates.made.any():
            raise InputError(
                "no trial of this size can be analysed", column="trial.n", value=n, remedy="Give a larger n."
            )
        power, false = share_of(reject), share_of(wrong)
        formula = closed_form(self.design, size, arms, self._correlation(arms))
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
            type1_random=self._size_at_random(arms, size, n),
            assurance=self._assurance(found.estimates, estimand, n),
            **self._errors(found.estimates, reject, estimand),
            **self._of_the_lost(found, arms),
            power_true=self._power_true(size, effect),
            closed_form=None if formula is None else formula.power,
            formula=None if formula is None else formula.formula,
            **self._detectable(found.estimates, arms),
            analysed=float(found.seen.mean() / size.n),
            failed=float(1.0 - found.estimates.made.mean()),
            cost=_cost(self.design, size, found),
            replicates=self.replicates,
        )

    def strength(self, n: int, effect: float | str) -> PowerEstimate:
        """Return power and assurance alone.

        Args:
            n: families.
            effect: "model" or d.

        Returns:
            Both, and the replicates that they rest on.
        """
        arms = outcome_under(self.pool, effect)
        found = self._found(arms, layout(self.design, n), (n, "search"), self.replicates).estimates
        power = float((found.p_values() < self.design.trial.alpha).mean())
        return PowerEstimate(power, self._assurance(found, self.estimand(arms), n), self.replicates)

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
        null = outcome_under(self.pool, FROM_MODEL).null()
        found = self._found(null, layout(self.design, n), (n, "null"), replicates)
        return float((found.estimates.p_values() < self.design.trial.alpha).mean())

    def estimand(self, arms: OutcomeByArm) -> float:
        """Return what the analysis would give if every child were seen in both arms.

        Args:
            arms: outcomes of the pool.

        Returns:
            Mean difference, or ln(OR).
        """
        if self.design.analysed_by is not Analysis.LOGISTIC:
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

    def _assurance(self, found: TrialEstimates, estimand: float, n: int) -> float | None:
        spread = spread_of(self.design)
        if spread is None or not math.isfinite(estimand) or estimand == 0.0:
            return None
        generator = np.random.default_rng([self._seed, n, *b"assurance"])
        return assurance(found, estimand, spread, self.design.trial.alpha, generator)

    def _size_at_random(self, arms: OutcomeByArm, size: TrialLayout, n: int) -> float | None:
        """Return false alarms if each arm lost by chance alone what it loses; None where it does."""
        if not self.design.drop_out.log_odds:
            return None
        found = self._found(arms.null(), size, (n, "random"), self.replicates, at_random=True)
        return float((found.estimates.p_values() < self.design.trial.alpha).mean())

    def _of_the_lost(self, found: _ReplicateEstimates, arms: OutcomeByArm) -> dict[str, Any]:
        odds = self.design.analysed_by is Analysis.LOGISTIC
        known = sensitivity(found.estimates, found.lost, arms, self.design.trial.alpha, odds=odds)
        return {"deltas": known.deltas, "tipping": known.tipping}

    def _found(
        self, arms: OutcomeByArm, size: TrialLayout, what: tuple[int, str], replicates: int, *, at_random: bool = False
    ) -> _ReplicateEstimates:
        generator = np.random.default_rng([self._seed, what[0], *what[1].encode()])
        at_once = max(1, MOST_NUMBERS // size.n)
        parts: list[_ReplicateEstimates] = []
        for first in range(0, replicates, at_once):
            count = min(at_once, replicates - first)
            drawn = self._drawing.trials(arms, size, count, generator, at_random=at_random)
            parts.append(_counted(analyse(drawn, self.design.analysed_by, self.design), drawn))
        return _joined(parts)

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
        found = self._found(outcome_under(self.pool, effect, true=True), size, (size.n, "true"), self.replicates)
        return float((found.estimates.p_values() < self.design.trial.alpha).mean())

    def _detectable(self, found: TrialEstimates, arms: OutcomeByArm) -> dict[str, Any]:
        """Return the smallest effect found with the wanted power: (t_(1 - alpha/2) + t_power) * standard error."""
        made = found.made
        df = float(np.median(found.df[made]))
        error = float(np.sqrt((found.error[made] ** 2).mean()))
        plan = self.design.trial
        smallest = float(stdtrit(df, 1.0 - plan.alpha / 2.0) + stdtrit(df, plan.power)) * error
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


def _counted(estimates: TrialEstimates, drawn: Replicates) -> _ReplicateEstimates:
    treated = drawn.arm == 1
    count = treated.sum(axis=1).astype(float)
    lost = (treated & ~drawn.seen).sum(axis=1) / np.maximum(count, 1.0)
    return _ReplicateEstimates(estimates, drawn.seen.sum(axis=1).astype(float), count, lost)


def _joined(parts: list[_ReplicateEstimates]) -> _ReplicateEstimates:
    def together(take: Callable[[_ReplicateEstimates], Floats]) -> Floats:
        return np.concatenate([take(part) for part in parts])

    estimates = TrialEstimates(
        together(lambda part: part.estimates.estimate),
        together(lambda part: part.estimates.error),
        together(lambda part: part.estimates.df),
    )
    return _ReplicateEstimates(
        estimates,
        together(lambda part: part.seen),
        together(lambda part: part.treated),
        together(lambda part: part.lost),
    )


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


def _cost(design: StudyDesign, size: TrialLayout, found: _ReplicateEstimates) -> float | None:
    costs: Costs | None = design.costs
    if costs is None:
        return None
    lasting = sum(len(one.ages) for one in design.measures)
    baseline = 0 if design.baseline is None else size.n
    visits = costs.measurement * (lasting * float(found.seen.mean()) + baseline)
    return costs.fixed + costs.family * size.n + costs.treated * float(found.treated.mean()) + visits
