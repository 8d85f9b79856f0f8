"""The posterior of a caregiver's parameters: what a record says, and what stays as it was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.infer.density import (
    DEVIATING,
    PRIOR_ONLY,
    STEADY,
    care,
    log_deviation,
    natural,
    pack,
    prior_of,
    usual_given_sessions,
)
from bowlby.infer.evidence import ENGAGEMENT, Evidence, gather
from bowlby.infer.laplace import Approximation, approximate
from bowlby.infer.nuts import Sampled, sample
from bowlby.model.caregiver import TIER_RATES
from bowlby.model.parameters import PRIOR_CORRELATION, lookup
from bowlby.records.coded import CodedRecord
from bowlby.records.constructs import FRIGHT_TIERS, WARM_ACTS, Construct

Floats = npt.NDArray[np.float64]

IDENTIFIABLE_20MIN = (
    "answer_probability",
    "latency_median",
    "engagement_rate",
    "warm_share",
    "intrusion_share",
)
"""What 20 minutes of one dyad tell, where codable; shown by the recovery study."""

NOT_IDENTIFIABLE: Mapping[str, str] = {
    "regime_share": "spells of unavailability against a low base rate of answering: both leave bids unanswered",
    "regime_sojourn": "the length of such spells: one session holds too few",
    "answer_slope": "how answering changes with the strength of the signal: needs many cues of different strength",
    "latency_spread": "spread of latency against never: a late answer and none look alike within the window",
    "presence_share": "calm presence without a bid: no likelihood is written for it yet",
    "session_deviation": "how far this session stands for usual care: needs several sessions",
    "fright_contingent_share": "frightening acts set off by bids against unprovoked ones: needs several such acts",
    "fright rates": "rates of rare frightening acts: a short record without any is compatible with many",
    "learning_rate": "the child's learning rate against its choice consistency: needs many choices and outcomes",
}

LEVEL = 0.90
"""Mass of every reported interval."""

SD_MOVED, MEAN_MOVED = 0.95, 0.15
"""A parameter has moved when its sd fell below this share of the prior's, or its mean by this many prior sds."""


class Method(StrEnum):
    """How draws were made."""

    FAST = "Laplace approximation with importance sampling"
    NUTS = "NUTS"
    FALLBACK = "NUTS, because the importance weights of the fast posterior are not to be trusted"
    POOLED = "Metropolis over all dyads, proposals shaped by the posterior of each"


@dataclass(frozen=True)
class ParameterSummary:
    """One parameter before and after the record.

    Args:
        name: as in the registry.
        symbol: as in equations.
        unit: of mean, low, high and the prior's figures.
        mean: posterior mean.
        low: lower end of the 90 % interval.
        high: upper end of the 90 % interval.
        sd: posterior standard deviation.
        prior_mean: prior mean.
        prior_low: lower end of the prior's 90 % interval.
        prior_high: upper end of it.
        prior_sd: prior standard deviation.
        sd_ratio: posterior over prior sd on the transformed scale, where the prior is normal.
        moved: whether the record moved it.
        note: why it did not move, or empty.
    """

    name: str
    symbol: str
    unit: str
    mean: float
    low: float
    high: float
    sd: float
    prior_mean: float
    prior_low: float
    prior_high: float
    prior_sd: float
    sd_ratio: float
    moved: bool
    note: str

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the command contract."""
        return dict(vars(self))


@dataclass(frozen=True)
class Diagnostics:
    """How the draws were made and how far they can be trusted.

    Args:
        method: how.
        draws: number of draws kept.
        pareto_k: of the importance weights; below .7 is good; of the fast attempt where NUTS was the fallback.
        ess: effective number of proposals (fast) or smallest effective sample size (NUTS).
        converged: whether the mode was found (fast), or R-hat is below 1.01 without divergence (NUTS).
        divergences: divergent transitions, None for the fast posterior.
        r_hat: largest R-hat, None for the fast posterior.
    """

    method: Method
    draws: int
    pareto_k: float | None
    ess: float
    converged: bool
    divergences: int | None = None
    r_hat: float | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form; an infinite Pareto k is null."""
        shown: dict[str, object] = dict(vars(self))
        finite = self.pareto_k is not None and np.isfinite(self.pareto_k)
        return shown | {"method": str(self.method), "pareto_k": self.pareto_k if finite else None}


@dataclass(frozen=True)
class Posterior:
    """Draws of usual care and of care in each session, with their summaries.

    Args:
        evidence: what they rest on.
        free: draws of usual care and of the session deviation on the transformed scale, by name, shape (chains, draws).
        session_free: draws of care in each session, by name, shape (chains, draws, sessions).
        diagnostics: how far to trust them.
        seed: the seed of the draws.
    """

    evidence: Evidence
    free: Mapping[str, Floats]
    session_free: Mapping[str, Floats]
    diagnostics: Diagnostics
    seed: int

    @cached_property
    def draws(self) -> dict[str, Floats]:
        """Return draws of usual care on each parameter's own scale, shape (chains, draws)."""
        return {name: natural(name, values) for name, values in self.free.items()}

    @cached_property
    def session_draws(self) -> dict[str, Floats]:
        """Return draws of each session's care on its own scale, shape (chains, draws, sessions)."""
        return {name: natural(name, values) for name, values in self.session_free.items()}

    @cached_property
    def parameters(self) -> tuple[ParameterSummary, ...]:
        """Return every parameter before and after the record."""
        silent = uninformed(self.evidence)
        if self.diagnostics.method is Method.POOLED:
            silent = {name: _of_others(name, reason) for name, reason in silent.items()}
        return tuple(_summary(name, values, silent) for name, values in self.free.items())

    def summary(self, name: str) -> ParameterSummary:
        """Return one parameter's summary.

        Args:
            name: a parameter's name.

        Returns:
            Its summary.

        Raises:
            KeyError: the posterior has no such parameter.
        """
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)

    def as_dict(self) -> dict[str, object]:
        """Return the JSON keys of the command contract that speak of parameters."""
        return {
            "parameters": [parameter.as_dict() for parameter in self.parameters],
            "codable": dict(self.evidence.codable),
            "diagnostics": self.diagnostics.as_dict(),
            "interval": LEVEL,
            "seed": self.seed,
        }


def posterior(records: CodedRecord | Sequence[CodedRecord], *, nuts: bool = False, seed: int = 0) -> Posterior:
    """Return the posterior of caregiver parameters given one or more coded records of one dyad.

    Cure-model likelihood for latency and answering, Poisson for frightening acts, Poisson over the dispersion of its
    bouts for engagement, binomial for warm and intrusive shares; every session may depart from usual care. What was
    not codable stays at its prior.

    Args:
        records: coded records of one dyad.
        nuts: draw by NUTS instead of the fast approximation.
        seed: 0 <= seed < 2**63.

    Returns:
        The posterior.

    Raises:
        InputError: no record was given, or the seed is out of range.
    """
    if not 0 <= seed < 2**63:
        raise InputError("a seed is a whole number from 0 to 2**63 - 1", column="seed", value=seed)
    return from_evidence(gather(records), nuts=nuts, seed=seed)


def from_evidence(evidence: Evidence, *, nuts: bool = False, seed: int = 0) -> Posterior:
    """Return the posterior given evidence that was gathered before.

    Args:
        evidence: from `gather`.
        nuts: draw by NUTS instead of the fast approximation.
        seed: 0 <= seed < 2**63.

    Returns:
        The posterior.
    """
    data = pack(evidence)
    rng = np.random.Generator(np.random.Philox(key=seed))
    fast = approximate(data, rng)
    if nuts or not fast.trusted:
        sampled = sample(data, fast.mode, seed)
        method = Method.NUTS if nuts else Method.FALLBACK
        return _posterior(evidence, sampled.draws, _diagnostics_of_nuts(method, sampled, fast), seed, rng)
    found = Diagnostics(Method.FAST, len(fast.draws), fast.pareto_k, fast.ess, fast.converged)
    return _posterior(evidence, fast.draws[None], found, seed, rng)


def power_scaled(found: Posterior, power: float) -> tuple[dict[str, Floats], bool]:
    """Return draws of usual care under the prior to a power, by the fast posterior.

    Args:
        found: the posterior under the prior itself.
        power: exponent of the prior of usual care, > 0.

    Returns:
        Draws by name on each parameter's own scale, shape (1, draws), and whether the weights bear them.
    """
    return fast_draws(found.evidence, power=power, seed=found.seed)


def fast_draws(evidence: Evidence, *, power: float = 1.0, seed: int = 0) -> tuple[dict[str, Floats], bool]:
    """Return draws of usual care by the fast posterior alone, whatever its weights.

    Args:
        evidence: from `gather`, or a part of it.
        power: exponent of the prior of usual care, > 0.
        seed: 0 <= seed < 2**63.

    Returns:
        Draws by name on each parameter's own scale, shape (1, draws), and whether the weights bear them.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed, 3]))
    fast = approximate(pack(evidence, power), rng)
    free, _ = _named(fast.draws[None], len(evidence.sessions), rng, power)
    return {name: natural(name, values) for name, values in free.items()}, fast.trusted


def _diagnostics_of_nuts(method: Method, sampled: Sampled, fast: Approximation) -> Diagnostics:
    sound = sampled.r_hat < 1.01 and sampled.divergences == 0
    number = sampled.draws.shape[0] * sampled.draws.shape[1]
    return Diagnostics(method, number, fast.pareto_k, sampled.ess, sound, sampled.divergences, sampled.r_hat)


def _posterior(
    evidence: Evidence, unknowns: Floats, diagnostics: Diagnostics, seed: int, rng: np.random.Generator
) -> Posterior:
    return Posterior(evidence, *_named(unknowns, len(evidence.sessions), rng), diagnostics, seed)


def _named(
    unknowns: Floats, sessions: int, rng: np.random.Generator, power: float = 1.0
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    known = care(unknowns)
    words = rng.standard_normal((*unknowns.shape[:-1], len(DEVIATING)))
    usual = usual_given_sessions(unknowns, sessions, power, words)
    free = {name: usual[..., place] for place, name in enumerate(DEVIATING)}
    free |= {name: np.asarray(known.steady[..., place]) for place, name in enumerate(STEADY)}
    free["session_deviation"] = np.asarray(log_deviation(unknowns))
    for name in PRIOR_ONLY:
        prior = prior_of(name)
        free[name] = prior.location + prior.scale * rng.standard_normal(unknowns.shape[:-1])
    session = np.asarray(known.session)[..., :sessions, :]
    return free, {name: session[..., place] for place, name in enumerate(DEVIATING)}


def uninformed(evidence: Evidence) -> dict[str, str]:
    """Return the parameters that nothing in the evidence speaks of, and why.

    Args:
        evidence: from one or more records.

    Returns:
        Reason by parameter name.
    """
    codable = evidence.codable
    silent: dict[str, str] = dict.fromkeys(PRIOR_ONLY, "stays at its prior: nothing in a record is tied to it yet")
    if len(evidence.sessions) < 2:
        silent["session_deviation"] = "stays at its prior: one session cannot show it"
    if not evidence.informative:
        reason = "stays at its prior: no informative episode"
        silent |= dict.fromkeys(("answer_probability", "answer_slope", "latency_median", "latency_spread"), reason)
    elif not evidence.episodes["answered"].any():
        reason = "no answer was seen: only how late one would have to be"
        silent |= dict.fromkeys(("latency_median", "latency_spread"), reason)
    counts = evidence.counts
    if not any(one.engagement_h for one in counts):
        silent["engagement_rate"] = _not_coded(codable, ENGAGEMENT, "play, talk and smiles")
    if not any(one.warm_of for one in counts):
        silent["warm_share"] = _not_coded(codable, (*WARM_ACTS, Construct.AFFECT), "warm acts", "no answer to judge")
    if not any(one.intruded_of for one in counts):
        silent["intrusion_share"] = _not_coded(codable, (Construct.INTRUDE,), "intrusion", "no response to judge")
    for place, (name, tier) in enumerate(zip(TIER_RATES, FRIGHT_TIERS, strict=True)):
        if not any(one.fright_h[place] for one in counts):
            silent[name] = _not_coded(codable, (tier,), str(tier))
    if not any(sum(one.frights) for one in counts):
        silent["fright_contingent_share"] = "stays at its prior: no frightening act was seen"
    return silent


def _of_others(name: str, reason: str) -> str:
    """Return why a dyad's own record does not tell a parameter that the other dyads may."""
    if name in PRIOR_ONLY:
        return reason
    return "told by the other dyads alone: " + reason.removeprefix("stays at its prior: ")


def _not_coded(
    codable: Mapping[str, bool], constructs: Sequence[Construct], what: str, otherwise: str = "no codable time"
) -> str:
    if any(codable.get(str(construct), False) for construct in constructs):
        return f"stays at its prior: {otherwise}"
    return f"stays at its prior: {what} not codable"


def _summary(name: str, values: Floats, silent: Mapping[str, str]) -> ParameterSummary:
    entry, prior = lookup(name), prior_of(name)
    own = natural(name, values).ravel()
    before = natural(name, prior.location + prior.scale * _NORMAL_POINTS)
    edge = (1 - LEVEL) / 2
    sd_ratio = float(values.std() / prior.scale)
    shifted = abs(float(values.mean()) - prior.location) / prior.scale > MEAN_MOVED
    tied = any(name in pair and any(other not in silent for other in pair) for pair in PRIOR_CORRELATION)
    told = silent.get(name, "told").startswith("told")
    moved = (told or tied or name.startswith("latency")) and (sd_ratio < SD_MOVED or shifted)
    low, high = np.quantile(own, [edge, 1 - edge])
    prior_low, prior_high = np.quantile(before, [edge, 1 - edge])
    return ParameterSummary(
        name,
        entry.symbol,
        entry.unit,
        float(own.mean()),
        float(low),
        float(high),
        float(own.std()),
        float(before.mean()),
        float(prior_low),
        float(prior_high),
        float(before.std()),
        sd_ratio,
        bool(moved),
        silent.get(name, ""),
    )


_NORMAL_POINTS = np.array([NormalDist().inv_cdf((i + 0.5) / 4000) for i in range(4000)])
"""A standard normal as 4000 equally probable points: prior means and sds on any scale, without noise."""
