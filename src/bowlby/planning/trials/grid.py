"""Power, errors, bias and coverage of a trial at a size and an effect, from many trials drawn from one pool."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from bowlby.errors import InputError
from bowlby.planning.trials.analyses import analyse, logistic
from bowlby.planning.trials.closed_form import closed_form
from bowlby.planning.trials.design import FROM_MODEL, Analysis, Costs, Design
from bowlby.planning.trials.drawing import Drawing, Drawn, Layout, layout
from bowlby.planning.trials.effects import LOGISTIC_SD, Arms, under
from bowlby.planning.trials.estimates import Estimates
from bowlby.planning.trials.pool import Pool

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MOST_NUMBERS = 1_500_000
"""Families of all replicates that are held at once: it bounds memory to some 200 MB."""
MOST_MIXED = 200
"""Replicates of a mixed model, each of which takes a tenth of a second."""
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Point:
    """A trial of one size under one effect, over many replicates.

    Args:
        n: families randomised.
        asked: families asked for; n is the next that fills whole clusters.
        effect: "model" or d.
        d: standardised effect on what is observed.
        power: share of replicates that reject; low and high its 95 % Monte-Carlo interval.
        type1: share that reject with the control arm against itself, with its interval.
        typeM: mean of |estimate| over the estimand's among those that reject; None without any, or without effect.
        typeS: share with the wrong sign among those that reject.
        estimand: what the analysis would give for all children, none lost, no clusters.
        mean_estimate: over replicates.
        bias: mean estimate less estimand; bias_error its Monte-Carlo error.
        coverage: share of 1 - alpha intervals that hold the estimand.
        power_true: power with an outcome measured without error; None for an assumed effect.
        closed_form: power by a formula, or None; formula names it.
        mde: smallest effect found with the wanted power, in the outcome's unit; mde_d in control standard deviations.
        analysed: mean share of families whose outcome is seen.
        failed: share of replicates that could not be analysed; they count as not rejecting.
        cost: mean, or None.
        replicates: how many.
    """

    n: int
    asked: int
    effect: float | str
    d: float
    power: float
    low: float
    high: float
    type1: float
    type1_low: float
    type1_high: float
    typeM: float | None
    typeS: float | None
    estimand: float
    mean_estimate: float
    bias: float
    bias_error: float
    coverage: float
    power_true: float | None
    closed_form: float | None
    formula: str | None
    mde: float
    mde_d: float
    analysed: float
    failed: float
    cost: float | None
    replicates: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True)
class _Found:
    """Estimates of all replicates, and how many families were seen and treated in each."""

    estimates: Estimates
    seen: Floats
    treated: Floats


class Grid:
    """Trials of a design, drawn from its pool.

    Args:
        design: of the trial.
        pool: children.
        seed: of drawing; each point has random numbers of its own.
    """

    def __init__(self, design: Design, pool: Pool, seed: int) -> None:
        self.design, self.pool, self._seed = design, pool, seed
        self._drawing = Drawing(design, pool)

    @property
    def replicates(self) -> int:
        """Replicates of each point."""
        mixed = self.design.analysed_by is Analysis.MIXED
        return min(self.design.trial.replicates, MOST_MIXED) if mixed else self.design.trial.replicates

    def point(self, n: int, effect: float | str) -> Point:
        """Return everything about one size and effect.

        Args:
            n: families.
            effect: "model" or d.

        Returns:
            The point.

        Raises:
            InputError: no replicate could be analysed.
        """
        size, arms = layout(self.design, n), under(self.pool, effect)
        found = self._found(arms, size, (n, "effect"), self.replicates)
        null = self._found(arms.null(), size, (n, "null"), self.replicates)
        alpha = self.design.trial.alpha
        reject, wrong = found.estimates.p_values() < alpha, null.estimates.p_values() < alpha
        if not found.estimates.made.any():
            raise InputError(
                "no trial of this size can be analysed", column="trial.n", value=n, remedy="Give a larger n."
            )
        power, false = _share(reject), _share(wrong)
        formula = closed_form(self.design, size, arms, self._correlation(arms))
        return Point(
            n=size.n,
            asked=n,
            effect=effect,
            d=arms.d,
            power=power[0],
            low=power[1],
            high=power[2],
            type1=false[0],
            type1_low=false[1],
            type1_high=false[2],
            **self._errors(found.estimates, reject, self.estimand(arms)),
            power_true=self._power_true(size, effect),
            closed_form=None if formula is None else formula.power,
            formula=None if formula is None else formula.formula,
            **self._detectable(found.estimates, arms),
            analysed=float(found.seen.mean() / size.n),
            failed=float(1.0 - found.estimates.made.mean()),
            cost=_cost(self.design, size, found),
            replicates=self.replicates,
        )

    def power(self, n: int, effect: float | str) -> tuple[float, int]:
        """Return power alone, and the replicates that it rests on.

        Args:
            n: families.
            effect: "model" or d.

        Returns:
            Power and replicates.
        """
        size = layout(self.design, n)
        found = self._found(under(self.pool, effect), size, (n, "search"), self.replicates)
        return float((found.estimates.p_values() < self.design.trial.alpha).mean()), self.replicates

    def false_alarms(self, n: int, replicates: int) -> float:
        """Return the share of trials that reject although both arms are the control arm.

        Args:
            n: families.
            replicates: how many.

        Returns:
            The share.
        """
        null = under(self.pool, FROM_MODEL).null()
        found = self._found(null, layout(self.design, n), (n, "null"), replicates)
        return float((found.estimates.p_values() < self.design.trial.alpha).mean())

    def estimand(self, arms: Arms) -> float:
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
        whole = Drawn(
            arms.outcome.reshape(1, -1),
            arm,
            np.ones((1, 2 * children), bool),
            covariate,
            None,
            Layout(2 * children, none, none),
        )
        return float(logistic(whole).estimate[0])

    def _found(self, arms: Arms, size: Layout, what: tuple[int, str], replicates: int) -> _Found:
        generator = np.random.default_rng([self._seed, what[0], *what[1].encode()])
        at_once = max(1, MOST_NUMBERS // size.n)
        parts: list[_Found] = []
        for first in range(0, replicates, at_once):
            count = min(at_once, replicates - first)
            drawn = self._drawing.trials(arms, size, count, generator)
            estimates = analyse(drawn, self.design.analysed_by, self.design)
            parts.append(_Found(estimates, drawn.seen.sum(axis=1).astype(float), drawn.arm.sum(axis=1).astype(float)))
        return _joined(parts)

    def _errors(self, found: Estimates, reject: Mask, estimand: float) -> dict[str, Any]:
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

    def _power_true(self, size: Layout, effect: float | str) -> float | None:
        if effect != FROM_MODEL or not self.design.primary.error:
            return None
        found = self._found(under(self.pool, effect, true=True), size, (size.n, "true"), self.replicates)
        return float((found.estimates.p_values() < self.design.trial.alpha).mean())

    def _detectable(self, found: Estimates, arms: Arms) -> dict[str, float]:
        """Return the smallest effect found with the wanted power: (t_(1 - alpha/2) + t_power) * standard error."""
        made = found.made
        df = float(np.median(found.df[made]))
        error = float(np.sqrt((found.error[made] ** 2).mean()))
        plan = self.design.trial
        smallest = float(stdtrit(df, 1.0 - plan.alpha / 2.0) + stdtrit(df, plan.power)) * error
        return {"mde": smallest, "mde_d": self._standardised(smallest, arms)}

    def _standardised(self, smallest: float, arms: Arms) -> float:
        if self.design.analysed_by is Analysis.LOGISTIC:
            return smallest / LOGISTIC_SD
        if not arms.binary:
            return smallest / arms.sd
        share = float(arms.means[0])
        return replace(arms, outcome=np.array([[share], [min(share + smallest, 1.0 - 1e-9)]])).d

    def _correlation(self, arms: Arms) -> float | None:
        if self.pool.baseline is None:
            return None
        return float(np.mean([np.corrcoef(self.pool.baseline, one)[0, 1] for one in arms.outcome]))


def _joined(parts: list[_Found]) -> _Found:
    def together(take: Callable[[_Found], Floats]) -> Floats:
        return np.concatenate([take(part) for part in parts])

    estimates = Estimates(
        together(lambda part: part.estimates.estimate),
        together(lambda part: part.estimates.error),
        together(lambda part: part.estimates.df),
    )
    return _Found(estimates, together(lambda part: part.seen), together(lambda part: part.treated))


def _share(hits: Mask) -> tuple[float, float, float]:
    """Return a share with its 95 % interval (Wilson 1927, J Am Stat Assoc 22:209)."""
    n, p = len(hits), float(hits.mean())
    middle = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2))
    return p, max(middle - half, 0.0), min(middle + half, 1.0)


def _cost(design: Design, size: Layout, found: _Found) -> float | None:
    costs: Costs | None = design.costs
    if costs is None:
        return None
    lasting = sum(len(one.ages) for one in design.measures)
    baseline = 0 if design.baseline is None else size.n
    visits = costs.measurement * (lasting * float(found.seen.mean()) + baseline)
    return costs.fixed + costs.family * size.n + costs.treated * float(found.treated.mean()) + visits
