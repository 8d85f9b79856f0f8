"""Threat or deprivation, both, neither, or not enough to tell: the differential."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.infer.density import log_prior_usual
from bowlby.infer.edition import FIRST_EDITION
from bowlby.infer.evidence import Evidence
from bowlby.infer.posterior import LEVEL, NOT_IDENTIFIABLE, Posterior, posterior, power_scaled
from bowlby.infer.weights import PARETO_K_LIMIT, resample, smooth
from bowlby.measures.confidence import poisson_interval
from bowlby.records.coded import CodedRecord
from bowlby.records.constructs import THREAT_ACTS
from bowlby.study.abstention import (
    Condition,
    Verdict,
    codable_conditions,
    episode_conditions,
    large_enough,
    precision_conditions,
    sd_ratio,
    sound_draws,
    stable_order,
    verdict_of,
)
from bowlby.study.axes import Axes, axes_of
from bowlby.study.differential_evidence import Weight, weights_of_evidence
from bowlby.study.predictive import Check, checks, unexplained
from bowlby.study.reference import (
    QUADRANTS,
    Reference,
    checked_base_rates,
    quadrant_of,
    quadrant_shares,
    reference_population,
    under_base_rates,
)
from bowlby.study.unpredictability import unpredictability

Floats = npt.NDArray[np.float64]

POWERS = (0.5, 2.0)


@dataclass(frozen=True)
class AxisSummary:
    """One axis before and after the record.

    Args:
        name: threat, deprivation or unpredictability.
        mean: posterior mean, or None where the axis is not assessable.
        low: lower end of the 90 % interval, or None.
        high: upper end of the 90 % interval, or None.
        sd_ratio: posterior over prior sd, threat as the log of threat an hour, or None.
        cut: 90th percentile of the reference population, or None.
        above_cut: posterior probability to lie above the cut, or None.
        assessable: whether the constructs that it needs were codable.
        note: what must be known to read it.
    """

    name: str
    mean: float | None
    low: float | None
    high: float | None
    sd_ratio: float | None
    cut: float | None
    above_cut: float | None
    assessable: bool
    note: str

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the command contract."""
        return dict(vars(self))


@dataclass(frozen=True)
class Differential:
    """What the record says about threat and deprivation, and what it cannot.

    Args:
        posterior: what it rests on.
        reference: the population that the cuts come from.
        base_rates: how frequent the quadrants were taken to be.
        axes: threat, deprivation and unpredictability.
        axis_draws: draws of threat and deprivation, for a figure.
        quadrant: probabilities of the four quadrants and of unexplained, or None where the rule forbids them.
        verdict: one of the four, or not enough to tell.
        conditions: the abstention rule, each with what was found.
        unexplained: posterior probability that this model does not explain the record.
        rare_event: what no or few frightening acts can mean, in the record's own figures.
        next: what to observe next.
        not_identifiable: what a record of this kind cannot tell.
        checks: posterior predictive checks.
        evidence: how far each kind of evidence moved the axes, in bits.
    """

    posterior: Posterior
    reference: Reference
    base_rates: Mapping[str, float]
    axes: tuple[AxisSummary, ...]
    axis_draws: Axes
    quadrant: Mapping[str, float] | None
    verdict: Verdict
    conditions: tuple[Condition, ...]
    unexplained: float
    rare_event: str
    next: tuple[str, ...]
    not_identifiable: tuple[str, ...]
    checks: tuple[Check, ...]
    evidence: tuple[Weight, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the JSON object of `bowlby infer`."""
        return self.posterior.as_dict() | {
            "axes": {axis.name: axis.as_dict() for axis in self.axes},
            "quadrant": None if self.quadrant is None else dict(self.quadrant),
            "edition": FIRST_EDITION,
            "verdict": str(self.verdict),
            "conditions": [condition.as_dict() for condition in self.conditions],
            "unexplained": self.unexplained,
            "rare_event": self.rare_event,
            "next": list(self.next),
            "not_identifiable": list(self.not_identifiable),
            "checks": [check.as_dict() for check in self.checks],
            "evidence": [weight.as_dict() for weight in self.evidence],
            "reference": self.reference.as_dict(),
            "base_rates": dict(self.base_rates),
            "rule": list(dict.fromkeys(self.posterior.evidence.rules)),
        }


def differential(
    records: CodedRecord | Sequence[CodedRecord] | Posterior,
    *,
    base_rates: Mapping[str, float] | None = None,
    nuts: bool = False,
    seed: int = 0,
) -> Differential:
    """Return the differential of one or more coded records of one dyad.

    Quadrant probabilities are given only where the constructs of both axes were codable, at least five episodes were
    informative and distress was among them, both axes are known better than before (posterior over prior sd at most
    .7), and the order of the quadrants survives power-scaling of the prior by 1/2 and 2; a verdict only from .8 on.

    Args:
        records: coded records, or a posterior computed before.
        base_rates: how frequent the quadrants are among the children who come to this setting, by name, sum 1; None for
            the reference population's.
        nuts: draw by NUTS instead of the fast approximation.
        seed: 0 <= seed < 2**63.

    Returns:
        The differential.

    Raises:
        InputError: no record was given, the seed is out of range, or the base rates cannot be used.
    """
    rates = None if base_rates is None else checked_base_rates(base_rates)
    found = records if isinstance(records, Posterior) else posterior(records, nuts=nuts, seed=seed)
    weighed = weigh(found)
    stated = weighed.under(rates)
    drawn = weighed.drawn_under(rates)
    return Differential(
        found,
        weighed.reference,
        weighed.reference.base_rates if rates is None else rates,
        _axis_summaries(weighed, drawn),
        drawn,
        stated.quadrant if stated.given else None,
        stated.verdict,
        stated.conditions,
        weighed.unexplained,
        rare_event(found.evidence),
        tuple(dict.fromkeys(one.next for one in stated.conditions if not one.met and one.next)),
        tuple(f"{name}: {reason}" for name, reason in NOT_IDENTIFIABLE.items()),
        weighed.checks,
        weights_of_evidence(found, weighed.drawn, weighed.reference, found.evidence.mean_age_months),
    )


@dataclass(frozen=True)
class Stated:
    """What is said of the quadrants under some base rates.

    Args:
        quadrant: probabilities of the four quadrants and of unexplained, also where the rule forbids to give them.
        conditions: the abstention rule, each with what was found.
        given: whether the rule lets the probabilities be given.
        verdict: one of the four, or not enough to tell.
    """

    quadrant: Mapping[str, float]
    conditions: tuple[Condition, ...]
    given: bool
    verdict: Verdict


@dataclass(frozen=True)
class Weighed:
    """What a record says of the quadrants under the prior, before any base rate and any rule.

    Args:
        posterior: what it rests on.
        reference: the population that the cuts come from.
        drawn: draws of the axes.
        tables: shares of the quadrants under the prior to the powers 1, 1/2 and 2.
        sound: whether all of these can be trusted.
        checks: posterior predictive checks.
        unexplained: posterior probability that this model does not explain the record.
        conditions: those of the rule on which base rates have no bearing.
    """

    posterior: Posterior
    reference: Reference
    drawn: Axes
    tables: tuple[Mapping[str, float], ...]
    sound: bool
    checks: tuple[Check, ...]
    unexplained: float
    conditions: tuple[Condition, ...]

    def under(self, rates: Mapping[str, float] | None) -> Stated:
        """Return probabilities and verdict where the quadrants are as frequent as stated.

        Args:
            rates: from `checked_base_rates`, or None for the reference population's.

        Returns:
            What is said.
        """
        tables = [under_base_rates(table, self.reference, rates) for table in self.tables]
        conditions = (*self.conditions[:-1], stable_order(tables, POWERS, self.sound), self.conditions[-1])
        quadrant = {name: share * (1 - self.unexplained) for name, share in tables[0].items()}
        quadrant |= {"unexplained": self.unexplained}
        given = all(condition.met for condition in conditions)
        large = large_enough(quadrant if given else None)
        return Stated(quadrant, (*conditions, large), given, verdict_of(quadrant if given else None))

    def drawn_under(self, rates: Mapping[str, float] | None) -> Axes:
        """Return draws of the axes where the quadrants are as frequent as stated; systematic resampling.

        Args:
            rates: from `checked_base_rates`, or None for the reference population's.

        Returns:
            As many draws.
        """
        by_quadrant = self.reference.weights(rates)
        weights = np.array([by_quadrant[name] for name in QUADRANTS])[quadrant_of(self.drawn, self.reference)]
        kept = resample(weights / weights.sum(), len(weights), 0.5)
        return Axes(self.drawn.threat[kept], self.drawn.deprivation[kept])


def weigh(found: Posterior) -> Weighed:
    """Return what a posterior says of the quadrants, the cuts being those of the reference population.

    Args:
        found: the posterior of one dyad.

    Returns:
        Shares under the prior and its powers, predictive checks and the conditions of the rule.
    """
    age = found.evidence.mean_age_months
    reference = reference_population(age)
    drawn = axes_of(found.draws, age)
    scaled = [_power_scaled(found, drawn, reference, power) for power in POWERS]
    tested = checks(found)
    conditions = (
        *codable_conditions(found.evidence),
        *episode_conditions(found.evidence),
        *precision_conditions(drawn, reference.prior),
        sound_draws(found),
    )
    tables = (quadrant_shares(drawn, reference), *(table for table, _ in scaled))
    sound = all(trusted for _, trusted in scaled)
    return Weighed(found, reference, drawn, tables, sound, tested, unexplained(tested), conditions)


def rare_event(evidence: Evidence) -> str:
    """Return what the frightening acts seen, or not seen, can mean, in the record's own figures.

    Args:
        evidence: from one or more records.

    Returns:
        One or two sentences.
    """
    tiers = [place + 1 for place in range(len(THREAT_ACTS))]
    hours = sum(min(counts.fright_h[place] for place in tiers) for counts in evidence.counts)
    seen = sum(counts.frights[place] for counts in evidence.counts for place in tiers)
    if hours == 0:
        total = sum(evidence.observed_s) / 60
        return (
            f"Frightening acts were not codable in these {_minutes(total)} minutes: the record says nothing about "
            "them, not even that there were none."
        )
    low, high = poisson_interval(seen, hours)
    if seen == 0:
        return (
            f"Zero frightening acts in {_minutes(60 * hours)} minutes is compatible with up to {high:.2g} an hour "
            "(95 %)."
        )
    acts = "act" if seen == 1 else "acts"
    return (
        f"{seen} frightening {acts} in {_minutes(60 * hours)} minutes is compatible with {low:.2g} to {high:.2g} an "
        "hour (95 %)."
    )


def _minutes(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _power_scaled(found: Posterior, drawn: Axes, reference: Reference, power: float) -> tuple[dict[str, float], bool]:
    """Return quadrant shares under the prior to a power, and whether they can be trusted.

    Draws are reweighted by prior^(power - 1) (Kallioinen, Paananen, Bürkner & Vehtari 2024, Statistics and Computing
    34:57); where the weights are too uneven the posterior is approximated anew.
    """
    weights = smooth((power - 1.0) * log_prior_usual(found.free).ravel())
    if weights.pareto_k < PARETO_K_LIMIT:
        return quadrant_shares(drawn, reference, weights.weights), True
    anew, sound = power_scaled(found, power)
    return quadrant_shares(axes_of(anew, found.evidence.mean_age_months), reference), sound


def _axis_summaries(weighed: Weighed, drawn: Axes) -> tuple[AxisSummary, ...]:
    threat_codable, deprivation_codable = (condition.met for condition in weighed.conditions[:2])
    return (
        _axis(
            ("threat", drawn.threat, weighed),
            threat_codable,
            "log(1 + magnitude an hour) of frightening, harsh and abusive acts; startling acts never enter.",
        ),
        _axis(
            ("deprivation", drawn.deprivation, weighed),
            deprivation_codable,
            "1 - (effective answer share + noticed engagement share) / 2.",
        ),
        _unpredictability(weighed.posterior),
    )


def _axis(values: tuple[str, Floats, Weighed], assessable: bool, note: str) -> AxisSummary:
    name, own, weighed = values
    cut: float = getattr(weighed.reference, f"{name}_cut")
    ratio = sd_ratio(name, getattr(weighed.drawn, name), getattr(weighed.reference.prior, name))
    low, high = np.quantile(own, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if not assessable:
        note = f"{note} Not assessable in full: what was not codable stays at its prior."
    return AxisSummary(
        name,
        float(own.mean()),
        float(low),
        float(high),
        ratio,
        cut,
        float((own > cut).mean()),
        assessable,
        note,
    )


def _unpredictability(found: Posterior) -> AxisSummary:
    seen = unpredictability(found)
    if seen.draws is None:
        return AxisSummary("unpredictability", None, None, None, None, None, None, False, seen.note)
    low, high = np.quantile(seen.draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return AxisSummary(
        "unpredictability",
        float(seen.draws.mean()),
        float(low),
        float(high),
        None,
        None,
        None,
        seen.assessable,
        seen.note,
    )
