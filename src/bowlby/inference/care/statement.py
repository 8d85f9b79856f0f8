"""What one dyad's records say of its care, axis by axis: estimate, probability, evidence, statement and its ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bowlby.inference.care import words
from bowlby.inference.care.axes import STATED, UNITS, Axis
from bowlby.inference.care.base_rates import BaseRates, base_rates
from bowlby.inference.care.rule import (
    DAYS,
    DAYS_THREAT_BELOW,
    DISTRESS_CUES,
    ODDS,
    AxisProbability,
    FrightGround,
    StatementCode,
    StatementCondition,
    StatementGround,
    conditions,
    statement_codes,
)
from bowlby.records.constructs import THREAT_ACTS

if TYPE_CHECKING:
    from bowlby.inference.care.misfit import Misfit
    from bowlby.inference.care.posterior import CarePosterior
    from bowlby.inference.care.reading import DyadPosteriors
    from bowlby.inference.care.visits_needed import VisitsNeeded

Floats = npt.NDArray[np.float64]

LEVEL = 0.90
"""Mass of every interval."""
EDITION = "second"
"""Of the inference: what the first wrote is refused wherever it is read."""


@dataclass(frozen=True)
class ConditionResult:
    """One condition of the rule, as this record has it.

    Args:
        name: of the condition.
        met: whether it holds.
        value: what was found, in words.
    """

    name: StatementCondition
    met: bool
    value: str

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {"name": str(self.name), "met": self.met, "value": self.value}


@dataclass(frozen=True)
class AxisStatement:
    """One axis of care.

    Args:
        axis: which.
        unit: of estimate, interval and cut.
        mean: of the posterior at the stated base rates; None where the axis was not codable.
        median: likewise.
        low: lower end of the 90 % interval, likewise.
        high: upper end, likewise.
        prior: median and 90 % interval before the record.
        cut: the 90th percentile of simulated low-risk families; None for an axis that has an estimate alone.
        above: P(above the cut) at the stated base rates; None likewise or where it was not codable.
        prior_above: the same before the record.
        factor: Bayes factor for above against below.
        told: the statement.
        toward: the side of the cut that the conditions speak of: the one that the record speaks for.
        conditions: of the rule; empty for an axis that has an estimate alone.
        needed: what might bring a statement.
    """

    axis: Axis
    unit: str
    mean: float | None
    median: float | None
    low: float | None
    high: float | None
    prior: tuple[float, float, float]
    cut: float | None
    above: float | None
    prior_above: float | None
    factor: float | None
    told: StatementCode
    toward: StatementCode
    conditions: tuple[ConditionResult, ...]
    needed: VisitsNeeded | None = None

    @property
    def stated(self) -> bool:
        """Whether something is stated."""
        return self.told in (StatementCode.ABOVE, StatementCode.BELOW)

    @property
    def probability(self) -> float | None:
        """P of the side that the conditions speak of."""
        if self.above is None:
            return None
        return self.above if self.toward is StatementCode.ABOVE else 1.0 - self.above

    @property
    def lacking(self) -> tuple[ConditionResult, ...]:
        """Conditions that are not met."""
        return tuple(one for one in self.conditions if not one.met)

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the command contract."""
        prior = dict(zip(("median", "low", "high"), self.prior, strict=True))
        return {
            "mean": self.mean,
            "median": self.median,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "prior": prior | {"above_cut": self.prior_above},
            "cut": self.cut,
            "above_cut": self.above,
            "bayes_factor": self.factor,
            "statement": self.told.words,
            "toward": self.toward.words,
            "conditions": [one.as_dict() for one in self.conditions],
            "needed": None if self.needed is None else self.needed.as_dict(),
        }


@dataclass(frozen=True)
class CareStatement:
    """What the records of one dyad say of its care.

    Args:
        reading: the posteriors that it rests on.
        base_rates: how frequent the quadrants were taken to be.
        axes: each axis by itself.
    """

    reading: DyadPosteriors
    base_rates: BaseRates
    axes: Mapping[Axis, AxisStatement]

    @property
    def posterior(self) -> CarePosterior:
        """With the coder's error as it is known, or integrated out."""
        return self.reading.posterior

    @property
    def misfit(self) -> Misfit | None:
        """Whether the record is unlike what the model writes; None where that was not tested."""
        return self.reading.misfit

    @property
    def pair(self) -> dict[str, str] | None:
        """Both statements, where there is one on each axis; never a word for the two."""
        told = {str(axis): self.axes[axis] for axis in STATED}
        return (
            {name: one.told.words for name, one in told.items()} if all(one.stated for one in told.values()) else None
        )

    @cached_property
    def threat_below(self) -> str | None:
        """The sentence of "threat below", where that is stated."""
        if self.axes[Axis.THREAT].told is not StatementCode.BELOW:
            return None
        evidence = self.posterior.evidence
        missed = max(end.missed for end in self.reading.plan.coder.ends)
        return words.threat_below(evidence.fright_hours, evidence.days, 1.0 - missed)

    @property
    def _waits_for_distress(self) -> bool:
        """Whether a statement fails for want of distress."""
        return any(one.name is StatementCondition.DISTRESS for one in self.axes[Axis.THREAT].lacking)

    @property
    def beside(self) -> tuple[str, ...]:
        """What stands beside every statement, and beside none."""
        made = [(one.axis, one.told, one.probability) for one in self.axes.values() if one.stated]
        return words.statement_notes([(axis, told, share) for axis, told, share in made if share is not None])

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it in words: intervals first, then statements, then what stands beside them."""
        return (
            *(line for axis in self.axes.values() for line in interval_lines(axis)),
            *(line for axis in self.axes.values() for line in statement_lines(axis, self.posterior.evidence.days)),
            *([words.statement_pair(self.pair)] if self.pair else []),
            *([words.DISTRESS_IS_RARE] if self._waits_for_distress else []),
            *([self.threat_below] if self.threat_below else []),
            *self.beside,
        )

    def as_dict(self) -> dict[str, object]:
        """Return the JSON object of `bowlby infer` for one dyad."""
        evidence = self.posterior.evidence
        return {
            "edition": EDITION,
            "axes": {str(axis): one.as_dict() for axis, one in self.axes.items()},
            "pair": self.pair,
            "said": list(self.lines),
            "threat_below": self.threat_below,
            "beside": list(self.beside),
            "misfit": None if self.misfit is None else self.misfit.as_dict(),
            "evidence": {
                "sessions": list(evidence.sessions),
                "days": evidence.days,
                "hours": evidence.hours,
                "age_months": evidence.age_months,
                "distress_cues": evidence.distress_cues,
                "bids": evidence.bids,
                "fright": {str(construct): count for construct, count in evidence.fright.items()},
                "fright_hours": evidence.fright_hours,
            },
            "population": self.posterior.population,
            "base_rates": self.base_rates.as_dict(),
            "coder": self.reading.plan.coder.as_dict(),
            "what_this_is_not": list(self.beside),
            "not_identifiable": list(words.NOT_IDENTIFIABLE),
        }


def care_statement(reading: DyadPosteriors, rates: Mapping[str, float] | None = None) -> CareStatement:
    """Return what a dyad's records say of its care, by the rule of `bowlby.inference.care.rule`.

    Args:
        reading: the posteriors of its records.
        rates: base rates of the setting by quadrant, from `checked`; None for those of the population.

    Returns:
        Each axis by itself.

    Raises:
        InputError: the draws are too few for these base rates.
    """
    main = reading.posterior
    known = base_rates(main.prior, main.cuts, rates)
    axes = {
        axis: _stated(axis, reading, known) if axis in STATED else _estimated(axis, reading, known) for axis in Axis
    }
    return CareStatement(reading, known, axes)


def weighed_interval(draws: Floats, weights: Floats) -> tuple[float, float, float]:
    """Return median and ends of the 90 % interval of weighted draws.

    Args:
        draws: shape (draws,).
        weights: the same shape, sum 1.

    Returns:
        Median, lower end, upper end.
    """
    order = np.argsort(draws)
    at = np.cumsum(weights[order]) - 0.5 * weights[order]
    median, low, high = np.interp([0.5, (1 - LEVEL) / 2, (1 + LEVEL) / 2], at, draws[order])
    return float(median), float(low), float(high)


def _estimate(draws: Floats, weights: Floats) -> tuple[float, float, float, float]:
    """Return mean, median and ends of the 90 % interval of weighted draws."""
    return float(np.average(draws, weights=weights)), *weighed_interval(draws, weights)


def share_above(posterior: CarePosterior, axis: Axis, weights: Floats) -> float:
    """Return the weighted share of draws above the cut, never nearer to 0 or 1 than half a draw.

    Args:
        posterior: of a record.
        axis: threat or deprivation.
        weights: of its draws, sum 1.

    Returns:
        In (0, 1).
    """
    least = 0.5 / len(weights)
    share = float(weights[posterior.draws[axis] > posterior.cuts[axis]].sum())
    return min(max(share, least), 1.0 - least)


def _belief(posteriors: Sequence[CarePosterior], axis: Axis, rates: BaseRates) -> AxisProbability:
    views = [share_above(one, axis, rates.weights(one.draws, one.cuts)) for one in posteriors]
    return AxisProbability(np.array([views]), np.array([rates.prior(axis)]))


def _ground(axis: Axis, reading: DyadPosteriors) -> StatementGround:
    evidence = reading.posterior.evidence
    return StatementGround(
        np.array([evidence.codable[axis]]),
        np.array([evidence.events[axis]]),
        np.array([evidence.days]),
        np.array([reading.misfit is not None and reading.misfit.flagged]),
    )


def _fright(axis: Axis, reading: DyadPosteriors, rates: BaseRates) -> FrightGround | None:
    if axis is not Axis.THREAT:
        return None
    evidence = reading.posterior.evidence
    counts = [evidence.fright.get(tier) for tier in THREAT_ACTS]
    return FrightGround(
        np.array([reading.fright_throughout]),
        np.array([sum(count or 0 for count in counts)]),
        np.array([evidence.distress_cues]),
        _belief(reading.sparse, axis, rates),
    )


def _stated(axis: Axis, reading: DyadPosteriors, rates: BaseRates) -> AxisStatement:
    main, ground = reading.posterior, _ground(axis, reading)
    belief, fright = _belief(reading.views, axis, rates), _fright(axis, reading, rates)
    told = StatementCode(int(statement_codes(belief, ground, fright)[0]))
    factor = float(belief.bayes_factors[0, 0])
    toward = StatementCode.ABOVE if factor >= 1.0 else StatementCode.BELOW
    asked = conditions(belief, ground, toward, fright)
    values = _values(belief, ground, toward, fright) | {StatementCondition.FIT: _fit(reading.misfit)}
    codable = main.evidence.codable[axis]
    estimate = _estimate(main.draws[axis], rates.weights(main.draws, main.cuts)) if codable else (None,) * 4
    return AxisStatement(
        axis,
        UNITS[axis],
        *estimate,
        prior=weighed_interval(main.prior[axis], rates.weights(main.prior, main.cuts)),
        cut=main.cuts[axis],
        above=float(belief.above[0, 0]) if codable else None,
        prior_above=rates.prior(axis),
        factor=factor if codable else None,
        told=told,
        toward=toward,
        conditions=tuple(ConditionResult(name, bool(met[0]), values[name]) for name, met in asked.items())
        if codable
        else (),
        needed=reading.needed(axis) if told is StatementCode.NOT_TOLD else None,
    )


def _estimated(axis: Axis, reading: DyadPosteriors, rates: BaseRates) -> AxisStatement:
    """An axis without bars of its own: estimate and interval, no probability and no statement."""
    main = reading.posterior
    codable = main.evidence.codable[axis]
    told = StatementCode.NOT_TOLD if codable else StatementCode.NOT_ASSESSABLE
    estimate = _estimate(main.draws[axis], rates.weights(main.draws, main.cuts)) if codable else (None,) * 4
    return AxisStatement(
        axis,
        UNITS[axis],
        *estimate,
        prior=weighed_interval(main.prior[axis], rates.weights(main.prior, main.cuts)),
        cut=None,
        above=None,
        prior_above=None,
        factor=None,
        told=told,
        toward=StatementCode.NOT_TOLD,
        conditions=(),
    )


def _values(
    belief: AxisProbability, ground: StatementGround, toward: StatementCode, fright: FrightGround | None
) -> dict[StatementCondition, str]:
    below_threat = fright is not None and toward is StatementCode.BELOW
    asked = DAYS_THREAT_BELOW if below_threat else DAYS
    days = int(ground.days[0])
    found = {
        StatementCondition.EVENTS: f"{int(ground.events[0])}",
        StatementCondition.DAYS: f"{days} of {asked}" + (f"; {words.ONE_VISIT}" if days < 2 else ""),
        StatementCondition.SURE: _least_sure(belief, toward),
        StatementCondition.EVIDENCE: _least_evident(belief, toward),
    }
    if not below_threat or fright is None:
        return found
    return found | {
        StatementCondition.THROUGHOUT: "yes" if fright.throughout[0] else "no",
        StatementCondition.UNSEEN: f"{int(fright.acts[0])} coded",
        StatementCondition.DISTRESS: f"{int(fright.distress_cues[0])} of {DISTRESS_CUES}",
        StatementCondition.SPARSE: f"{_least_sure(fright.sparse, toward)}; {_least_evident(fright.sparse, toward)}",
    }


def _fit(misfit: Misfit | None) -> str:
    if misfit is None:
        return "not tested"
    return f"{misfit.summary} lies {misfit.z:+.2g} from what the others predict, 1 being met by 1 in 200"


def _least_sure(belief: AxisProbability, toward: StatementCode) -> str:
    shares = [
        share if toward is StatementCode.ABOVE else 1.0 - share for by in ODDS for share in belief.at_odds(by).ravel()
    ]
    return f"at least {floored(min(shares))}"


def _least_evident(belief: AxisProbability, toward: StatementCode) -> str:
    factors = belief.bayes_factors.ravel()
    return f"at least {float(factors.min() if toward is StatementCode.ABOVE else 1.0 / factors.max()):.3g}"


def floored(share: float) -> str:
    """Return a share with three decimals, rounded down, so that none reads as a bound that it does not reach.

    Args:
        share: in [0, 1].

    Returns:
        The text.
    """
    return f"{np.floor(share * 1000.0) / 1000.0:.3f}"


def interval_lines(one: AxisStatement) -> tuple[str, ...]:
    """Return estimate, interval, probability and evidence of an axis in words.

    Args:
        one: the axis.

    Returns:
        One line, none where the axis was not codable.
    """
    if one.median is None or one.low is None or one.high is None:
        return ()
    _, low, high = one.prior
    line = (
        f"{one.axis}: {one.median:.3g}, 90 % interval {one.low:.3g} to {one.high:.3g} {one.unit} "
        f"(before the record {low:.3g} to {high:.3g})"
    )
    if one.above is None or one.cut is None or one.prior_above is None or one.factor is None:
        return (f"{line}; {words.ESTIMATE_ONLY}",)
    return (
        f"{line}; P(above {one.cut:.3g}, {words.CUT}) {one.above:.3f} (before {one.prior_above:.3f}), Bayes factor "
        f"{one.factor:.3g}",
    )


def statement_lines(one: AxisStatement, days: int) -> tuple[str, ...]:
    """Return the statement of an axis in words, why there is none, and what is missing.

    Args:
        one: the axis.
        days: on which the dyad was watched.

    Returns:
        Lines; none for an axis that has an estimate alone and was codable.
    """
    if one.told is StatementCode.NOT_ASSESSABLE:
        return (words.statement(one.axis, one.told),)
    if one.cut is None:
        return ()
    if one.stated:
        return (words.statement(one.axis, one.told),)
    if days < DAYS:
        return (f"{one.axis.capitalize()}, {words.ONE_VISIT}.", *_missing(one))
    why = "; ".join(f"{found.name} ({found.value})" for found in one.lacking)
    return (f"{words.statement(one.axis, one.told)} For {one.toward.words}, not met: {why}.", *_missing(one))


def _missing(one: AxisStatement) -> tuple[str, ...]:
    return () if one.needed is None else (f"{one.axis.capitalize()}, what is missing: {one.needed.words}",)
